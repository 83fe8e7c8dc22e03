"""The laws of a score, tried on random revisions and facts."""

import decimal
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.layers import LAYERS, Layer
from domain.revision import MissingRule, Node, Revision
from domain.scoring import Fact, Facts, ScoreNode, ScoreTree, score
from tests.strategies import LAW, as_facts, revisions, standing, stated_facts

EXACT = Fraction(1, 10**28)
"""How far 34 digits may be from the exact figure, generously."""


@st.composite
def cases(draw: st.DrawFn) -> tuple[Revision, list[tuple[Layer, Fact]]]:
    revision = draw(revisions)
    return revision, as_facts(draw(stated_facts(revision)))


def seen(tree: ScoreTree) -> list[tuple[Any, ...]]:
    """All figures of a tree, without the events behind them."""
    figures = [(node.id, node.value, node.raw, node.coverage, node.missing, node.share) for node in tree.root.walk()]
    return [(tree.value, tree.grade), *figures]


def pairs(revision: Revision, tree: ScoreTree) -> list[tuple[Node, ScoreNode]]:
    return list(zip(revision.tree("central").walk(), tree.root.walk(), strict=True))


@LAW
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_of_different_subjects_came_does_not_matter(
    case: tuple[Revision, list[tuple[Layer, Fact]]], chance: Any
) -> None:
    revision, facts = case
    entries = dict(standing(facts, Layer.FINAL).entries)
    shuffled = list(entries.items())
    chance.shuffle(shuffled)
    assert score(revision, Facts("central", dict(shuffled))) == score(revision, Facts("central", entries))


@LAW
@given(cases())
def test_layers_telescope(case: tuple[Revision, list[tuple[Layer, Fact]]]) -> None:
    revision, facts = case
    trees = [score(revision, standing(facts, layer)) for layer in LAYERS]
    for earlier, later in pairwise(trees):
        if not any(stated_at is later.layer for stated_at, _ in facts):
            assert seen(later) == seen(earlier), "a layer at which nothing is stated moves nothing"
    for tree in trees:
        up_to_here = [(at, fact) for at, fact in facts if LAYERS.index(at) <= LAYERS.index(tree.layer)]
        assert tree == score(revision, standing(up_to_here, tree.layer)), "a later layer never changes an earlier one"
    values = [tree.value for tree in trees]
    if None not in values:
        moves = [later - earlier for earlier, later in pairwise(values)]  # type: ignore[operator]
        assert values[0] + sum(moves) == values[-1]  # type: ignore[operator]


@LAW
@given(cases())
def test_removing_an_event_changes_only_scores_that_name_it(case: tuple[Revision, list[tuple[Layer, Fact]]]) -> None:
    revision, facts = case
    for layer in LAYERS:
        whole = score(revision, standing(facts, layer))
        for removed in facts:
            rest = [one for one in facts if one is not removed]
            if removed[1].event_id not in whole.event_ids():
                assert seen(score(revision, standing(rest, layer))) == seen(whole)


@LAW
@given(cases())
def test_the_events_named_give_the_score_alone_and_none_of_them_is_superseded(
    case: tuple[Revision, list[tuple[Layer, Fact]]],
) -> None:
    revision, facts = case
    for layer in LAYERS:
        facts_standing = standing(facts, layer)
        whole = score(revision, facts_standing)
        named = [(at, fact) for at, fact in facts if fact.event_id in whole.event_ids()]
        assert seen(score(revision, standing(named, layer))) == seen(whole)
        assert whole.event_ids() <= {fact.event_id for fact in facts_standing.entries.values()}


@LAW
@given(cases())
def test_rounding_happens_only_where_the_revision_says(case: tuple[Revision, list[tuple[Layer, Fact]]]) -> None:
    revision, facts = case
    tree = score(revision, standing(facts, Layer.FINAL))
    for _, node in pairs(revision, tree):
        rule = revision.rounding.get(node.level)
        computed = node.computed if node.adjusted else node.value
        if node.raw is None:
            assert computed is None
        elif rule is None:
            assert str(computed) == str(node.raw)
        else:
            assert computed is not None
            assert computed.as_tuple().exponent == -rule.places
            assert abs(computed - node.raw) < Decimal(1).scaleb(-rule.places)
        if node.adjusted:
            assert str(node.value) == node.adjusted.value, "points that people set are kept as they said them"
    if tree.value is not None:
        assert tree.value.as_tuple().exponent == -revision.rounding["total"].places


@LAW
@given(cases())
def test_a_node_is_the_exact_mean_of_its_parts_under_its_missing_data_rule(
    case: tuple[Revision, list[tuple[Layer, Fact]]],
) -> None:
    revision, facts = case
    tree = score(revision, standing(facts, Layer.FINAL))
    for stated, node in pairs(revision, tree):
        if not node.children:
            continue
        weights = [Fraction(child.weight) for child in node.children]
        covered = sum(w * Fraction(c.coverage) for w, c in zip(weights, node.children, strict=True)) / sum(weights)
        assert abs(Fraction(node.coverage) - covered) < EXACT
        known = [(w, Fraction(c.value)) for w, c in zip(weights, node.children, strict=True) if c.value is not None]
        over = sum(weights) if stated.missing is MissingRule.ZERO else sum(w for w, _ in known)
        gaps = len(known) < len(node.children)
        if (gaps and stated.missing is MissingRule.PROPAGATE) or not over:
            assert node.raw is None
            continue
        assert node.raw is not None
        assert abs(Fraction(node.raw) - sum(w * value for w, value in known) / over) < EXACT
        shares = [Fraction(child.share) for child in node.children if child.share is not None]
        assert abs(sum(shares) - 1) < EXACT


@LAW
@given(cases())
def test_penalties_are_bounded_and_a_total_lies_between_0_and_100(
    case: tuple[Revision, list[tuple[Layer, Fact]]],
) -> None:
    revision, facts = case
    tree = score(revision, standing(facts, Layer.FINAL))
    for penalty in revision.penalties.values():
        taken = [d.points for d in tree.deductions if d.penalty == penalty.id]
        assert all(points >= 0 for points in taken)
        imposed = sum(Decimal(d.fact.value) for d in tree.deductions if d.penalty == penalty.id)
        assert sum(taken) == min(penalty.maximum, penalty.points * imposed)
    if tree.value is None:
        assert tree.grade is None
        return
    root = tree.root.value
    assert root is not None
    left = max(Decimal(0), root - sum(deduction.points for deduction in tree.deductions))
    assert tree.value == revision.rounding["total"].apply(left)
    assert 0 <= tree.value <= 100
    reached = [grade for grade in revision.grades if grade.at_least <= tree.value]
    assert tree.grade == max(reached, key=lambda grade: grade.at_least, default=None)


HOSTILE = decimal.Context(prec=1, rounding=decimal.ROUND_UP, Emin=-1, Emax=1, traps=[decimal.Inexact, decimal.Overflow])


@LAW
@given(cases())
def test_the_callers_decimal_context_changes_nothing(case: tuple[Revision, list[tuple[Layer, Fact]]]) -> None:
    revision, facts = case
    for layer in (Layer.REPORTED, Layer.FINAL):
        stated = standing(facts, layer)
        here = score(revision, stated)
        with decimal.localcontext(HOSTILE):
            there = score(revision, stated)
        assert str(seen(there)) == str(seen(here))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["target", "amount"]), inner),
    max_leaves=4,
)
subjects = st.sampled_from(["a", "b", "a/1", "open", "word", "rows", "rows/1", "rows/2", "other"])


@LAW
@given(revisions, st.dictionaries(subjects, anything))
def test_what_was_stated_under_quite_another_revision_is_never_a_crash_and_never_invented(
    revision: Revision, stated: dict[str, Any]
) -> None:
    entries = {subject: Fact(subject, value, subject) for subject, value in stated.items()}
    tree = score(revision, Facts("central", entries))
    for node in tree.root.walk():
        for fact in node.facts:
            kind = revision.inputs[fact.subject.partition("/")[0]].kind
            assert isinstance(fact.value, {"number": str, "text": str, "boolean": bool, "table": dict}[kind])
