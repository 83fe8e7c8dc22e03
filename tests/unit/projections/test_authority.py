"""Authority replayed: every decision on record is given again, by the same policies, from the record alone."""

from __future__ import annotations

import pytest

from domain.authority import PolicySet, policies_in_force
from domain.cycle import Cycle
from domain.events import Recorded
from domain.people import Person
from domain.registry import EVENTS
from projections.authority import COMMAND_OF, redecided
from tests.chronicle import eventful
from tests.demonstration import demonstration


def test_every_event_but_a_refused_attempt_comes_from_a_command() -> None:
    assert set(EVENTS.values()) - COMMAND_OF.keys() == {Person.AttemptRefused}


@pytest.mark.parametrize("record", [demonstration, eventful])
def test_every_decision_is_given_again(record: object) -> None:
    events = record()  # type: ignore[operator]
    decisions = list(redecided(events))
    assert len(decisions) == len(events)
    asked = [one for one in decisions if one.again is not None]
    assert [one for one in asked if not one.agrees] == []
    assert {one.reason for one in decisions if one.again is None} <= {
        "the first entry of the record: nobody had a right yet",
        "what was tried is kept in words only",
    }
    silent = [one.type for one in decisions if one.again is None and one.type != "Person.AttemptRefused"]
    assert silent == ["Person.PersonRegistered", "Person.AppointmentMade"]


def test_a_decision_that_the_record_does_not_bear_out_is_found() -> None:
    events = list(eventful())
    opened = next(index for index, one in enumerate(events) if isinstance(one.event, Cycle.CycleOpened))
    event = events[opened].event
    officer = event.envelope.actor.model_copy(update={"role": "registrar"})
    forged = event.model_copy(update={"envelope": event.envelope.model_copy(update={"actor": officer})})
    events[opened] = events[opened]._replace(event=forged)
    wrong = [one for one in redecided(events) if one.again is not None and not one.agrees]
    assert [(one.type, one.again and one.again.decision) for one in wrong] == [("Cycle.CycleOpened", "deny")]
    assert wrong[0].again is not None
    assert wrong[0].again.determined_by == ("no-appointment",)


def test_other_policies_decide_otherwise() -> None:
    lax = policies_in_force().text + '\n@id("anything-goes")\npermit (principal, action, resource);\n'
    asked = [one for one in redecided(eventful(), lambda _: PolicySet.of(lax)) if one.again is not None]
    assert asked
    assert not any(one.agrees for one in asked)
    assert all(one.again and "anything-goes" in one.again.determined_by for one in asked)


def test_policies_that_are_not_kept_are_named() -> None:
    def without_policies(recorded: Recorded) -> Recorded:
        envelope = recorded.event.envelope
        authority = envelope.authority.model_copy(update={"policies": "0" * 64})
        event = recorded.event.model_copy(update={"envelope": envelope.model_copy(update={"authority": authority})})
        return recorded._replace(event=event)

    later = list(redecided(map(without_policies, eventful())))[2:]
    assert {one.again for one in later} == {None}
    assert any("no policy set 0000" in (one.reason or "") for one in later)
