"""Aggregates as such: a copy shares nothing that can change."""

from copy import deepcopy
from typing import Any

from domain.casefile import CaseFile
from domain.commission import CommissionSession
from domain.cycle import Cycle, Stage
from tests.story import BODY, SESSION, YEAR, Sitting, stated

CONTAINERS = (dict, list, set)


def changeable(value: Any) -> set[int]:
    """Identities of everything below a value that could be changed in place."""
    below: list[Any] = []
    if isinstance(value, dict):
        below = list(value.values())
    elif isinstance(value, list | set | tuple):
        below = list(value)
    elif not isinstance(value, type) and hasattr(value, "__dataclass_fields__"):
        below = list(vars(value).values())
    own = {id(value)} if isinstance(value, CONTAINERS) else set()
    return own.union(*map(changeable, below))


def test_a_copy_of_an_aggregate_shares_nothing_that_can_change() -> None:
    story = Sitting().sit().decided()
    for original in (
        story.record.aggregate(CommissionSession, SESSION),
        story.record.aggregate(Cycle, YEAR),
        story.record.aggregate(CaseFile, YEAR, BODY),
    ):
        twin = deepcopy(original)
        assert vars(twin) == vars(original)
        assert changeable(vars(original)), "there is something that could be shared"
        assert not changeable(vars(twin)) & changeable(vars(original))


def test_what_is_done_to_a_loaded_aggregate_and_not_saved_is_not_seen_by_the_next_reader() -> None:
    story = Sitting().to_the_commission().open(Stage.OBJECTION)
    case = story.record.aggregate(CaseFile, YEAR, BODY)
    case.stated_by.clear()
    case.concluded_by.clear()
    assert story.record.aggregate(CaseFile, YEAR, BODY).stated_by
    assert stated("quality", "80").subject in story.record.aggregate(CaseFile, YEAR, BODY).concluded_by
