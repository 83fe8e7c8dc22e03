"""How robust a ranking is, and that the answer can be relied on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.ranking import Standing, rank
from domain.rounding import DECIMAL128
from projections.robustness import Assumptions, Effect, Factor, Robustness, draws, other_rules, removable, robustness
from tests.unit.projections.groups import BODIES, LAW, SAID, Group, group_of, groups, leaf

FEW = Assumptions(draws=12)
WEIGHTS = frozenset({Factor.WEIGHTS})
STATED = {
    "min-x": {"a": "100", "b": "0", "c": "50"},
    "min-y": {"a": "0", "b": "100", "c": "50"},
    "min-z": {"a": "40", "b": "40", "c": "40"},
}


def answer(group: Group, assumptions: Assumptions = FEW) -> Robustness:
    return robustness(group.revision, "central", group.trees(), assumptions)


def three_leaves(*numbers: str) -> Group:
    """Three bodies, of which two are opposites, under three indicators of these weights."""
    return group_of([leaf(name, weight) for name, weight in zip("abc", numbers, strict=True)], STATED)


def effect(found: Robustness, factor: Factor, node: str | None, change: str) -> Effect:
    (one,) = [e for e in found.effects if (e.factor, e.node, e.change) == (factor, node, change)]
    return one


# -- laws --------------------------------------------------------------------------------------------------------------


@LAW
@given(groups())
def test_with_bound_0_nothing_moves(group: Group) -> None:
    found = answer(group, Assumptions(draws=5, bound=Decimal(0), vary=WEIGHTS))
    assert found.shift == 0
    assert not [e for e in found.effects if e.factor is Factor.WEIGHTS]
    for body in found.bodies:
        assert body.kept == 1
        assert {body.low, body.median, body.high, body.best, body.worst} == {body.rank}


@LAW
@given(groups(), st.integers(0, 5))
def test_all_places_lie_between_best_and_worst_and_so_does_the_own(group: Group, seed: int) -> None:
    for body in answer(group, replace(FEW, seed=seed)).bodies:
        if body.rank is not None:
            assert body.best is not None
            assert body.worst is not None
            assert body.best <= body.rank <= body.worst
        if body.median is not None:
            assert body.best <= body.low <= body.median <= body.high <= body.worst  # type: ignore[operator]
        assert 0 <= body.in_top <= body.ranked <= 1
        assert 0 <= body.kept <= 1


@LAW
@given(groups())
def test_the_base_is_the_ranking_that_scoring_gives(group: Group) -> None:
    standings = [
        Standing(body, t.value, t.values_of(group.revision.ties.break_by)) for body, t in group.trees().items()
    ]
    expected = [(one.body, one.value, one.rank) for one in rank(standings, group.revision.ties)]
    assert [(body.body, body.score, body.rank) for body in answer(group).bodies] == expected


@LAW
@given(groups(), st.permutations(BODIES))
def test_permuting_bodies_permutes_the_results(group: Group, order: list[str]) -> None:
    renamed = dict(zip(BODIES, order, strict=True))
    permuted = Group(group.document, {renamed[body]: facts for body, facts in group.facts.items()})
    here, there = answer(group), answer(permuted)
    assert {renamed[body.body]: replace(body, body="") for body in here.bodies} == {
        body.body: replace(body, body="") for body in there.bodies
    }
    assert (here.effects, here.shift) == (there.effects, there.shift)


@LAW
@given(groups(), st.integers())
def test_the_same_seed_gives_the_same_result(group: Group, seed: int) -> None:
    assumptions = replace(FEW, seed=seed)
    assert answer(group, assumptions) == answer(group, assumptions)


# -- draws -------------------------------------------------------------------------------------------------------------


def test_another_seed_draws_other_weights_within_the_bounds() -> None:
    tree = three_leaves("10", "20", "30").revision.tree("central")
    first, second = (list(draws(tree, Assumptions(draws=200, seed=seed))) for seed in (1, 2))
    assert first != second
    for name, weight in (("leaf-a", 10), ("leaf-b", 20), ("leaf-c", 30)):
        factors = [drawn.weights[name] / weight for drawn in first]
        assert Decimal("0.75") <= min(factors) < Decimal("0.76")
        assert Decimal("1.24") < max(factors) <= Decimal("1.25")


def test_a_factor_that_does_not_vary_leaves_the_draws_of_the_others_as_they_are() -> None:
    tree = three_leaves("1", "1", "1").revision.tree("central")
    both = list(draws(tree, Assumptions(draws=50)))
    alone = list(draws(tree, Assumptions(draws=50, vary=WEIGHTS)))
    assert [drawn.weights for drawn in both] == [drawn.weights for drawn in alone]
    assert {drawn.left_out for drawn in alone} == {frozenset()}
    assert {drawn.missing for drawn in alone} == {None}


def test_none_or_any_one_indicator_is_left_out_about_equally_often() -> None:
    tree = three_leaves("1", "1", "1").revision.tree("central")
    drawn = [one.left_out for one in draws(tree, Assumptions(draws=2_000))]
    for choice in (frozenset[str](), *(frozenset({f"leaf-{name}"}) for name in "abc")):
        assert 400 < drawn.count(choice) < 600


def test_the_draws_of_a_seed_stay_the_same_for_ever() -> None:
    tree = three_leaves("1", "1", "1").revision.tree("central")
    (first, second) = draws(tree, Assumptions(draws=2, seed=7))
    assert [str(weight) for weight in first.weights.values()] == ["0.7650105", "0.982949", "1.0542195"]
    assert [str(weight) for weight in second.weights.values()] == ["0.9671255", "0.8871135", "1.1906355"]
    assert (first.left_out, second.left_out) == ({"leaf-b"}, {"leaf-a"})
    assert (first.missing, second.missing) == (None, "zero")


def test_the_only_indicator_is_not_left_out() -> None:
    group = group_of([leaf("a", "1")], {"min-x": {"a": "1"}})
    assert removable(group.revision.tree("central")) == ()
    found = answer(group)
    assert [(e.factor, e.node) for e in found.effects] == [(Factor.MISSING, None)]
    assert found.bodies[0].kept == 1


def test_the_rule_that_the_revision_follows_is_no_alternative() -> None:
    for rule, others in (
        ("redistribute", ["zero"]),
        ("zero", ["redistribute"]),
        ("propagate", ["redistribute", "zero"]),
    ):
        group = group_of([leaf("a", "1"), leaf("b", "1")], {"min-x": {"a": "1"}}, missing=rule)
        assert [one.value for one in other_rules(group.revision.tree("central"))] == others


# -- answers -----------------------------------------------------------------------------------------------------------


def test_opposites_of_nearly_equal_weight_change_places_and_a_leader_by_far_does_not() -> None:
    found = answer(three_leaves("51", "50", "1"), Assumptions(draws=400, vary=WEIGHTS))
    x, y, z = found.bodies
    assert (x.body, x.rank, x.low, x.high) == ("min-x", 1, 1, 2)
    assert Decimal("0.4") < x.kept < Decimal("0.7")
    assert (y.body, y.rank, y.best, y.worst) == ("min-y", 2, 1, 3)
    assert (z.body, z.rank, z.best, z.median, z.worst) == ("min-z", 3, 2, 3, 3)
    settled = answer(three_leaves("500", "50", "1"), Assumptions(draws=400, vary=WEIGHTS))
    assert [body.kept for body in settled.bodies] == [1, 1, 1]
    assert settled.shift == 0


def test_the_effect_of_an_indicator_is_the_shift_of_ranks_without_it() -> None:
    found = answer(three_leaves("60", "40", "1"))
    assert [(str(body.score), body.rank) for body in found.bodies] == [("59.9", 1), ("40.1", 2), ("40.0", 3)]
    # Without a: y 98.8, z 40, x 1.2; so x falls by two places, and y and z rise by one each.
    without = effect(found, Factor.INDICATORS, "leaf-a", "left out")
    assert (without.shift, without.largest, without.moved, without.unranked) == (DECIMAL128.divide(4, 3), 2, 3, 0)
    assert found.effects[0] == without
    assert effect(found, Factor.INDICATORS, "leaf-c", "left out").shift < without.shift


def test_a_body_that_loses_its_score_is_counted_as_unranked() -> None:
    stated = {"min-x": {"a": "50"}, "min-y": {"a": "40", "b": "40"}}
    found = answer(group_of([leaf("a", "1"), leaf("b", "1")], stated), Assumptions(draws=300))
    without = effect(found, Factor.INDICATORS, "leaf-a", "left out")
    assert without.unranked == 1
    x = next(body for body in found.bodies if body.body == "min-x")
    assert x.ranked < 1
    assert x.in_top <= x.ranked


def test_counting_missing_data_as_zero_is_one_of_the_effects() -> None:
    stated = {"min-x": {"a": "90"}, "min-y": {"a": "80", "b": "80"}}
    found = answer(group_of([leaf("a", "1"), leaf("b", "1")], stated))
    assert [body.body for body in found.bodies] == ["min-x", "min-y"]
    assert effect(found, Factor.MISSING, None, "zero").moved == 2


def test_a_body_without_any_data_has_a_rank_only_where_missing_data_count_as_zero() -> None:
    group = group_of([leaf("a", "1"), leaf("b", "1")], {"min-x": {"a": "1"}, "min-y": {}})
    nothing = answer(group, Assumptions(draws=20, vary=WEIGHTS)).bodies[-1]
    assert (nothing.body, nothing.rank, nothing.low, nothing.median, nothing.best) == ("min-y", None, None, None, None)
    assert (nothing.ranked, nothing.in_top, nothing.kept) == (0, 0, 1)
    counted = answer(group, Assumptions(draws=200, vary=frozenset({Factor.MISSING}))).bodies[-1]
    assert (counted.rank, counted.best, counted.worst) == (None, 2, 2)
    assert Decimal("0.4") < counted.ranked < Decimal("0.6")


def test_a_single_child_has_no_weight_to_move() -> None:
    block = {"id": "all", "level": "block", "weight": "100", **SAID, "children": [leaf("a", "1"), leaf("b", "1")]}
    found = answer(group_of([block], {"min-x": {"a": "1", "b": "2"}}))
    assert {e.node for e in found.effects if e.factor is Factor.WEIGHTS} == {"leaf-a", "leaf-b"}


def test_progress_is_told_up_to_the_last_draw() -> None:
    group = three_leaves("1", "2", "3")
    told: list[tuple[int, int]] = []
    robustness(group.revision, "central", group.trees(), Assumptions(draws=120), lambda *done: told.append(done))
    assert told == [(50, 120), (100, 120), (120, 120)]


@pytest.mark.parametrize(
    ("place", "fields"),
    [
        ("draws", {"draws": 0}),
        ("draws", {"draws": 1_000_001}),
        ("bound", {"bound": Decimal(1)}),
        ("bound", {"bound": Decimal("-0.1")}),
        ("bound", {"bound": Decimal("NaN")}),
        ("top", {"top": 0}),
        ("vary", {"vary": frozenset()}),
    ],
)
def test_assumptions_out_of_range_are_refused_by_name(place: str, fields: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Assumptions(**fields)  # type: ignore[arg-type]
    assert [problem.place for problem in refusal.value.problems] == [place]
