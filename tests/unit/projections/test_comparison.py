"""A cycle under two revisions: body by body, node by node, and what each side is missing."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cli.missing import missing_words
from domain import methodology
from domain.errors import NotFound
from domain.layers import Layer
from domain.revision import revision_of
from domain.revision.continuation import Continuity
from domain.scoring import Fact, Facts, score
from projections.answers import score_tree
from projections.comparison import Comparison, Wanted, compare, matched
from projections.gaps import gaps_of
from projections.groups import group_facts
from tests.chronicle import HEAD, judged, recorded, source_of
from tests.story import BODY, OTHER, TITLE, YEAR, rules

SAID = {"title": TITLE, "illustrative": True}


def newer() -> dict[str, Any]:
    """The small revision under other ids: `care` continues `services`, `quality` becomes `grade`; one part is new."""
    leaves = [
        {"id": "care", "level": "indicator", "weight": "50", **SAID, "formula": "grade", "continues": ["services"]},
        {"id": "openness", "level": "indicator", "weight": "50", **SAID, "formula": "visits"},
    ]
    block = {"id": "work", "level": "block", "weight": "100", **SAID, "children": leaves}
    inputs = [
        {"id": "grade", "kind": "number", **SAID, "continues": ["quality"]},
        {"id": "visits", "kind": "number", **SAID},
    ]
    tree = {"id": "whole", "title": TITLE, "children": [block]}
    changes = {"trees": {"central": tree}, "inputs": inputs, "ties": {"break_by": []}, "penalties": []}
    return rules(id="small-3", **changes)


@pytest.fixture(scope="module")
def found() -> Comparison:
    story = judged()
    story.when(methodology.DraftRevision(document=newer()), story.centre)
    source = source_of(recorded(story))
    return compare(source, Wanted(YEAR), Wanted(YEAR, "small-3"), "central", HEAD)


def test_each_body_stands_on_both_sides_with_its_difference(found: Comparison) -> None:
    bodies = {one.body: one for one in found.bodies}
    assert set(bodies) == {BODY, OTHER}
    one = bodies[BODY]
    assert one.a is not None
    assert one.b is not None
    # 60 × 75 and 40 × 91 (set by the expert) against the same 75 alone.
    assert (one.a.score, one.b.score, one.difference) == (Decimal("81.4"), Decimal("75.0"), Decimal("-6.4"))
    assert (one.a.rank, one.b.rank, one.climbed) == (2, 2, 0)
    assert (found.a.in_force, found.b.in_force) == (True, False)
    assert bodies[OTHER].a.score == Decimal("89.5")  # type: ignore[union-attr]
    assert [body.body for body in found.bodies] == [OTHER, BODY]


def test_a_node_is_matched_with_the_one_it_continues(found: Comparison) -> None:
    relations = {(pair.a, pair.b): pair.relation for pair in found.pairs}
    assert relations == {
        ("total", "whole"): "continued",
        (None, "work"): "only B",
        ("services", "care"): "continued",
        (None, "openness"): "only B",
        ("all", None): "only A",
        ("plans", None): "only A",
    }
    body = next(one for one in found.bodies if one.body == BODY)
    points = {(node.pair.a, node.pair.b): (node.a, node.b, node.difference) for node in body.nodes}
    assert points[("services", "care")] == (75, 75, 0)
    assert points[("plans", None)] == (91, None, None)
    assert points[("total", "whole")][2] == body.difference


def test_what_is_missing_and_what_is_not_used_is_listed(found: Comparison) -> None:
    body = next(one for one in found.bodies if one.body == BODY)
    assert body.b is not None
    assert body.a is not None
    gap = body.b.gaps[0]
    assert (gap.node, gap.absent, gap.coverage, gap.lost) == ("openness", ("visits",), 0, Decimal("0.5"))
    assert body.b.coverage == Decimal("0.5")
    assert [(one.name, one.facts) for one in body.b.unused] == [("node:plans", 1), ("plans", 2)]
    assert body.a.unused == ()


def test_a_figure_in_another_unit_is_missing_and_no_other_number_comes_of_it() -> None:
    story = judged()
    other_unit = json.loads(json.dumps(rules(id="small-4")))
    other_unit["inputs"][0]["unit"] = "points"
    story.when(methodology.DraftRevision(document=other_unit), story.centre)
    source = source_of(recorded(story))
    found = compare(source, Wanted(YEAR), Wanted(YEAR, "small-4"), "central", HEAD)
    words = "`quality` was stated under small-1 in percent, and is asked for in points"
    for body in found.bodies:
        assert body.b is not None
        gap = next(gap for gap in body.b.gaps if gap.node == "services")
        assert (gap.absent, gap.misfits, gap.coverage, gap.lost) == ((), (words,), 0, Decimal("0.6"))
    trees = group_facts(source, YEAR, "central", HEAD).trees(revision_of(other_unit))
    assert {body.body: body.b.score for body in found.bodies if body.b} == {
        body: tree.value for body, tree in trees.items()
    }
    assert {tree.node("services").value for tree in trees.values()} == {None}  # type: ignore[union-attr]
    tree, _ = score_tree(source, YEAR, BODY, HEAD, methodology="small-4")
    assert tree == trees[BODY]
    assert f"services, 60.0 % of the weight: {words}." in missing_words(gaps_of(revision_of(other_unit), tree), ())


def test_means_are_over_the_bodies_that_have_points_on_both_sides(found: Comparison) -> None:
    total = found.pairs[0]
    a, b, counted = found.mean(total)
    assert (a, b, counted) == ((Decimal("81.4") + Decimal("89.5")) / 2, Decimal(80), 2)
    alone = next(pair for pair in found.pairs if pair.a == "plans")
    assert found.mean(alone) == (Decimal("95.5"), None, 2)
    unscored = next(pair for pair in found.pairs if pair.b == "openness")
    assert found.mean(unscored) == (None, None, 0)


def test_the_same_revision_twice_differs_in_nothing() -> None:
    source = source_of(recorded(judged()))
    for layer in Layer:
        same = compare(source, Wanted(YEAR), Wanted(YEAR, "small-1"), "central", HEAD, layer)
        assert {one.difference for one in same.bodies} == {Decimal(0)}
        assert {pair.relation for pair in same.pairs} == {"same"}


def test_turned_round_a_comparison_differs_only_in_sign() -> None:
    story = judged()
    story.when(methodology.DraftRevision(document=newer()), story.centre)
    source = source_of(recorded(story))
    sides = Wanted(YEAR, "small-1"), Wanted(YEAR, "small-3")
    there, back = compare(source, *sides, "central", HEAD), compare(source, *reversed(sides), "central", HEAD)
    ahead = {one.body: one.difference for one in there.bodies}
    assert ahead == {one.body: -(one.difference or 0) for one in back.bodies}
    assert {(pair.a, pair.b) for pair in there.pairs} == {(pair.b, pair.a) for pair in back.pairs}


def test_two_cycles_need_the_lives_of_their_bodies() -> None:
    story = judged()
    with pytest.raises(NotFound, match="there is no cycle 2021"):
        compare(source_of(recorded(story)), Wanted(2021), Wanted(YEAR), "central", HEAD)


def test_a_node_that_two_older_ones_became_stands_beside_each() -> None:
    parts = [{"id": name, "level": "indicator", "weight": "1", **SAID, "formula": "1"} for name in ("a", "b")]
    older = revision_of(rules(trees={"central": {"id": "total", "title": TITLE, "children": parts}}, ties={}))
    one = {**parts[0], "id": "c", "continues": ["a", "b"]}
    newest = revision_of(rules(trees={"central": {"id": "total", "title": TITLE, "children": [one]}}, ties={}))
    pairs = matched(Continuity([older, newest], "central"), older.tree("central"), newest.tree("central"))
    assert [(pair.a, pair.b) for pair in pairs] == [("total", "total"), ("a", "c"), ("b", "c")]


@settings(deadline=None)
@given(
    quality=st.none() | st.integers(0, 100),
    plans=st.lists(st.none() | st.integers(1, 20), max_size=4),
    weights=st.tuples(st.integers(1, 9), st.integers(1, 9)),
)
def test_gaps_add_up_to_what_is_not_covered(
    quality: int | None, plans: list[int | None], weights: tuple[int, int]
) -> None:
    document = json.loads(json.dumps(rules()))
    for node, weight in zip(document["trees"]["central"]["children"][0]["children"], weights, strict=True):
        node["weight"] = str(weight)
    revision = revision_of(document)
    entries = {"quality": Fact("quality", None if quality is None else str(quality), "e")}
    for number, fact in enumerate(plans):
        row = {"unit": "units", "plan": "10", "fact": None if fact is None else str(fact)}
        entries[f"plans/{number}"] = Fact(f"plans/{number}", row, "e")
    tree = score(revision, Facts("central", entries))
    lost = sum((gap.lost for gap in gaps_of(revision, tree)), Decimal(0))
    assert abs(lost + tree.coverage - 1) < Decimal("1e-25")
