"""Ranking: order, ties, and bodies without a score."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.ranking import Standing, rank
from domain.revision import TieRule
from tests.strategies import LAW

STANDARD, DENSE = TieRule("standard", ()), TieRule("dense", ())


def standing(body: str, value: str | None, *ties: str | None) -> Standing:
    return Standing(body, figure(value), tuple(figure(tie) for tie in ties))


def figure(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def ranks(rule: TieRule, *standings: Standing) -> list[tuple[str, int | None]]:
    return [(placed.body, placed.rank) for placed in rank(standings, rule)]


def test_equal_scores_share_a_rank_and_are_listed_by_body() -> None:
    bodies = (standing("d", "90"), standing("c", "80.0"), standing("b", "80"), standing("a", "70"))
    assert ranks(STANDARD, *bodies) == [("d", 1), ("b", 2), ("c", 2), ("a", 4)]
    assert ranks(DENSE, *bodies) == [("d", 1), ("b", 2), ("c", 2), ("a", 3)]


def test_ties_are_broken_node_by_node_and_a_missing_node_comes_last() -> None:
    bodies = (
        standing("a", "80", None, "99"),
        standing("b", "80", "70", "1"),
        standing("c", "80", "70", "2"),
        standing("d", "80", "70", "2"),
    )
    assert ranks(STANDARD, *bodies) == [("c", 1), ("d", 1), ("b", 3), ("a", 4)]


def test_a_body_without_a_score_comes_last_and_has_no_rank() -> None:
    assert ranks(STANDARD, standing("a", None), standing("c", "0"), standing("b", None)) == [
        ("c", 1),
        ("a", None),
        ("b", None),
    ]
    assert ranks(DENSE) == []


values = st.none() | st.sampled_from(["0", "50", "50.0", "99.9", "100"])
groups = st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(values, values)).map(
    lambda found: [standing(body, value, tie) for body, (value, tie) in found.items()]
)


@LAW
@given(groups, st.sampled_from([STANDARD, DENSE]), st.randoms(use_true_random=False))
def test_a_rank_counts_who_is_better_whatever_the_order(group: list[Standing], rule: TieRule, chance: Any) -> None:
    shuffled = list(group)
    chance.shuffle(shuffled)
    placed = rank(shuffled, rule)
    assert placed == rank(group, rule)

    def figures(one: Standing) -> tuple[Decimal, ...]:
        return tuple(Decimal(-1) if value is None else value for value in (one.value, *one.tie_values))

    for place in placed:
        (own,) = (one for one in group if one.body == place.body)
        better = [figures(one) for one in group if figures(one) > figures(own)]
        count = len(better) if rule is STANDARD else len(set(better))
        assert place.rank == (None if own.value is None else count + 1)
