"""Every version of every event that was ever written stays readable, for ever."""

import json
from uuid import UUID

import pytest
import rfc8785

from adapters.eventstore.mapper import UnknownEvent, event_of, state_of
from domain.registry import EVENTS
from projections.trail import bodies_of, cycle_of
from tests.golden.recorder import path_of

STREAM = UUID(int=1)
VERSIONS = [(name, version) for name, event in EVENTS.items() for version in range(1, event.schema_version + 1)]


@pytest.mark.parametrize(("name", "version"), VERSIONS)
def test_an_example_of_every_version_is_kept_and_read(name: str, version: int) -> None:
    state = path_of(name, version).read_bytes()
    assert rfc8785.dumps(json.loads(state)) == state
    event = event_of(STREAM, 1, name, state)
    assert type(event) is EVENTS[name]
    if version == event.schema_version:
        assert state_of(event) == state
    else:
        now = json.loads(state_of(event))
        before = json.loads(state)
        assert now["envelope"] == before["envelope"]
        assert now["schema"] == {"type": name, "version": event.schema_version}
        assert before["data"].items() <= now["data"].items(), "an upcast adds and never changes what was said"


def test_no_example_is_of_an_event_that_is_gone() -> None:
    kept = {path.name for path in path_of("x", 1).parent.glob("*.json")}
    assert kept == {path_of(name, version).name for name, version in VERSIONS}


def changed(name: str, version: int, **changes: object) -> bytes:
    stored = json.loads(path_of(name, version).read_bytes())
    for place, value in changes.items():
        stored[place] = {**stored[place], **value} if isinstance(value, dict) else value
    return rfc8785.dumps(stored)


def test_what_is_newer_or_unknown_or_not_that_event_is_refused() -> None:
    name = "Cycle.StageOpened"
    with pytest.raises(UnknownEvent, match="version 9 is newer"):
        event_of(STREAM, 1, name, changed(name, 2, schema={"version": 9}))
    with pytest.raises(UnknownEvent, match="not known"):
        event_of(STREAM, 1, "Cycle.Exploded", path_of(name, 2).read_bytes())
    for wrong in ({"data": {"extra": 1}}, {"data": {"stage": "lunch"}}, {"envelope": {"reason": None}}):
        with pytest.raises(ValueError, match="validation error"):
            event_of(STREAM, 1, name, changed(name, 2, **wrong))


def test_an_upcast_event_says_what_the_old_shape_meant() -> None:
    extended = event_of(STREAM, 1, "Cycle.DeadlineExtended", path_of("Cycle.DeadlineExtended", 1).read_bytes())
    assert extended.bodies == ()
    opened = event_of(STREAM, 1, "Cycle.CycleOpened", path_of("Cycle.CycleOpened", 1).read_bytes())
    assert opened.calendar == ()
    decided = event_of(
        STREAM, 1, "CommissionSession.DecisionTaken", path_of("CommissionSession.DecisionTaken", 1).read_bytes()
    )
    assert decided.lifts == ()
    for name in ("VoteCast", "MemberRecused", "DissentRecorded"):
        name = f"CommissionSession.{name}"
        act = event_of(STREAM, 1, name, path_of(name, 1).read_bytes())
        assert (cycle_of(act), bodies_of(act)) == (None, ())
