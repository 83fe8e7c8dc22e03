"""Events in words."""

from __future__ import annotations

from uuid import UUID

from adapters.eventstore.mapper import event_of
from domain.registry import EVENTS
from projections.telling import TELLING, listed, told
from projections.trail import bodies_of, cycle_of, subjects_of
from tests.chronicle import eventful
from tests.golden.recorder import path_of
from tests.story import BODY, OTHER, YEAR


def words(name: str, which: int = 0) -> tuple[str, ...]:
    return told([one.event for one in eventful() if one.event.type_name().endswith(f".{name}")][which])


def test_an_item_says_what_it_puts_to_the_vote() -> None:
    assert words("ItemOpened") == (
        f"item 1: to adjust the results of {YEAR} of 2 bodies ({BODY}, {OTHER})",
        f"sets services of {BODY} to 99 points",
    )


def test_a_decision_says_its_count_and_what_it_sets() -> None:
    assert words("DecisionTaken") == (
        f"item 1: adjust, by 2 for, 1 against, 1 abstained; 2 bodies ({BODY}, {OTHER})",
        f"sets services of {BODY} to 99 points",
    )


def test_a_refused_attempt_says_by_which_rule() -> None:
    assert "refused by votes-on-own-interest" in words("AttemptRefused")[0]


def test_of_many_names_the_first_are_listed() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(n) for n in range(9)]) == "0, 1, 2, 3, 4, 5 and 3 more"


def test_every_kind_of_event_can_be_told_and_those_that_tell_say_something() -> None:
    said = set()
    for name, event in EVENTS.items():
        stored = path_of(name, event.schema_version).read_bytes()
        sentences = told(event_of(UUID(int=1), 1, name, stored))
        said |= {name} if sentences and all(sentences) else set()
    assert said == TELLING


def test_every_act_on_an_item_names_it_as_its_subject() -> None:
    events = [one.event for one in eventful()]
    votes = [event for event in events if event.type_name() == "CommissionSession.VoteCast"]
    assert {subjects_of(vote) for vote in votes} == {("item:1",)}
    assert {(cycle_of(vote), bodies_of(vote)) for vote in votes} == {(YEAR, (BODY, OTHER))}
