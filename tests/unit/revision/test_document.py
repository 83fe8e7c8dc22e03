"""Reading a revision document: every mistake is named with its place."""

from __future__ import annotations

from typing import Any

import pytest

from domain.catalogue import document
from domain.revision import RevisionError, content_address, revision_of
from tests.revisions import branch, clean, grade, indicator, number, penalty, title, tree, with_formula

GOALS_2022 = "acefe4858dd8488a54a99981292e6f5ca05f5d1097ad3e22752832183d98732b"


def problems(found: Any) -> dict[str, str]:
    with pytest.raises(RevisionError) as refused:
        revision_of(found)
    return {problem.place: problem.message for problem in refused.value.problems}


def test_a_document_without_fault_is_read_whole() -> None:
    ended = {"id": "old", "reason": title(en="It had served"), "source": "Order 2"}
    revision = revision_of(clean(discontinues=[ended]))
    assert revision.tree("central").children[0].children[0].indicator is not None
    assert revision.node("central", "timely") is not None
    assert revision.node("central", "nothing") is None
    assert [(one.id, one.reason.en, one.provenance.source) for one in revision.discontinues] == [
        ("old", "It had served", "Order 2")
    ]
    assert revision.title.in_language("kk") == "Атауы"
    assert (revision.grades[0].id, revision.notes) == ("high", "All figures are invented for tests.")


def test_the_address_of_a_document_never_changes() -> None:
    assert content_address(document("goals-2022")) == GOALS_2022
    assert revision_of(document("goals-2022")).sha256 == GOALS_2022


def test_what_is_left_out_has_its_default() -> None:
    small = clean()
    for name in ("notes", "missing", "penalties", "ties"):
        del small[name]
    revision = revision_of(small)
    assert (revision.notes, revision.ties.numbering, dict(revision.penalties)) == ("", "standard", {})
    assert {node.missing.value for node in revision.tree("central").walk()} == {"redistribute"}


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        ({"id": "Rules"}, "id", "expected an identifier"),
        ({"id": "with_underscore"}, "id", "expected an identifier"),
        ({"methodology": "m" * 65}, "methodology", "longer than 64"),
        ({"title": "plain"}, "title", "expected fields"),
        ({"title": title(kk=" ")}, "title.kk", "blank text"),
        ({"legal_acts": "Order"}, "legal_acts", "expected a list"),
        ({"legal_acts": [7]}, "legal_acts[0]", "found a number"),
        ({"notes": 5}, "notes", "expected text"),
        ({"notes": "\ud800"}, "", "no canonical JSON"),
        ({"surprise": 1}, "surprise", "not a known field"),
        ({"inputs": [5]}, "inputs[0]", "expected fields"),
        (
            {"inputs": [number("given", "cases"), number("given", "cases")]},
            "inputs",
            "`given` names more than one input",
        ),
        ({"penalties": [penalty("-1")]}, "penalties[0].points", "cannot be negative: -1"),
        ({"penalties": [penalty("1", "-3")]}, "penalties[0].maximum", "cannot be negative: -3"),
        ({"inputs": [number("Given", "cases")]}, "inputs[0].id", "expected an identifier"),
        ({"inputs": [{**number("given", None), "title": 1}]}, "inputs[0].title", "expected fields"),
        ({"inputs": [{**number("given", None), "kind": "date"}]}, "inputs[0].kind", "expected one of"),
        ({"inputs": [{**number("given", None), "kind": "table"}]}, "inputs[0].columns", "needs its columns"),
        (
            {"inputs": [{**number("given", None), "columns": [{"id": "x", "kind": "text"}]}]},
            "inputs[0].columns",
            "only",
        ),
        ({"inputs": [{**number("given", None), "source": "x"}]}, "inputs[0]", "either"),
        ({"inputs": [{**number("given", None), "illustrative": "yes"}]}, "inputs[0].illustrative", "true or false"),
        ({"inputs": [{**number("given", None), "minimum": 1.5}]}, "inputs[0].minimum", "written as text"),
        ({"inputs": [{**number("given", None), "minimum": "٣"}]}, "inputs[0].minimum", "written as text"),
        ({"inputs": [{**number("given", None), "unit": b""}]}, "inputs[0].unit", "found bytes"),
        ({"trees": {}}, "trees", "one tree for each"),
        ({"trees": []}, "trees", "one tree for each"),
        ({"trees": {"Central": {}}}, "trees.Central", "identifier"),
        ({"trees": {"central": 5}}, "trees.central", "expected fields"),
        ({"missing": "ignore"}, "missing", "expected one of"),
        ({"rounding": {}}, "rounding.total", "is missing"),
        ({"rounding": {"total": 1}}, "rounding.total", "expected fields"),
        ({"rounding": {"total": {"places": 13, "mode": "up"}}}, "rounding.total.places", "0 to 12"),
        ({"rounding": {"total": {"places": True, "mode": "up"}}}, "rounding.total.places", "0 to 12"),
        ({"rounding": {"total": {"places": 1, "mode": "sideways"}}}, "rounding.total.mode", "expected one of"),
        ({"penalties": [5]}, "penalties[0]", "expected fields"),
        ({"penalties": [{**penalty(), "title": 5}]}, "penalties[0].title", "expected fields"),
        ({"penalties": [penalty(), penalty()]}, "penalties", "`late` names more than one penalty"),
        ({"grades": [5]}, "grades[0]", "expected fields"),
        ({"grades": [{**grade("high", "90"), "title": 5}]}, "grades[0].title", "expected fields"),
        ({"grades": [grade("high", "90"), grade("high", "0")]}, "grades", "`high` names more than one grade"),
        ({"grades": [grade("high", "1e2")]}, "grades[0].at_least", "written as text"),
        ({"ties": []}, "ties", "expected fields"),
        ({"ties": {"numbering": "odd"}}, "ties.numbering", "expected one of"),
        ({"ties": {"break_by": ["nowhere"]}}, "ties.break_by", "not in the tree of group central"),
        ({"discontinues": [5]}, "discontinues[0]", "expected fields"),
        ({"discontinues": [{"id": "x", "reason": 5, "illustrative": True}]}, "discontinues[0].reason", "fields"),
    ],
)
def test_a_mistake_is_named_with_its_place(change: dict[str, Any], place: str, message: str) -> None:
    assert message in problems(clean(**change))[place]


@pytest.mark.parametrize(
    ("child", "place", "message"),
    [
        (5, "", "expected fields"),
        ({**indicator("x", "1"), "level": "leaf"}, ".level", "expected one of"),
        ({**indicator("x", "1"), "level": ["indicator"]}, ".level", "expected one of"),
        ({**indicator("x", "1"), "title": 5}, ".title", "expected fields"),
        ({**indicator("x", "1"), "weight": "-1"}, ".weight", "negative"),
        ({**indicator("x", "1"), "missing": "ignore"}, ".missing", "expected one of"),
        ({**indicator("x", "1"), "continues": "y"}, ".continues", "expected a list"),
        ({**indicator("x", "1"), "children": []}, ".children", "no children"),
        (indicator("x", ""), ".formula", "expected a FEEL expression"),
        (indicator("x", "1 +"), ".formula", "line 1, column 4"),
        (indicator("x", "unknown"), ".formula", "`unknown` is not an input"),
        (indicator("x", "1", coverage="2 +"), ".coverage", "line 1"),
        (indicator("x", "1", coverage=None), ".coverage", "expected a FEEL expression"),
        (indicator("x", "given[strange > 1]"), ".formula", "`strange` is not an input"),
        ({**branch("x", "block", "1", indicator("y", "1")), "formula": "1"}, ".formula", "only an indicator"),
        ({**branch("x", "block", "1", indicator("y", "1")), "coverage": "1"}, ".coverage", "only an indicator"),
        (branch("x", "block", "1"), ".children", "at least one child"),
        (branch("x", "block", "1", indicator("y", "1", "0")), ".children", "sum to zero"),
        (branch("x", "criterion", "1", branch("y", "block", "1")), ".children[0].level", "expected one of indicator"),
    ],
)
def test_a_mistake_in_a_tree_is_named_with_its_place(child: Any, place: str, message: str) -> None:
    assert message in problems(tree(child))[f"trees.central.children[0]{place}"]


def test_ids_stand_once_in_a_tree_and_once_among_columns() -> None:
    assert "`x` names more than one node" in problems(tree(indicator("x", "1"), indicator("x", "1")))["trees.central"]
    columns = [{"id": "item", "kind": "text"}, {"id": "n", "kind": "number", "required": "no"}, 5]
    table = {**number("rows", None, None, None), "kind": "table", "columns": columns}
    found = problems(with_formula("count(rows)", table))
    assert "`item` names more than one column" in found["inputs[0].columns"]
    assert "true or false" in found["inputs[0].columns[1].required"]
    assert "expected fields" in found["inputs[0].columns[2]"]


def test_a_document_that_is_not_fields_is_refused() -> None:
    for found in (None, [], "text", 5, 1.5):
        assert "expected fields" in problems(found)[""]


def test_a_document_of_great_depth_is_refused_where_it_goes_too_deep() -> None:
    deep: dict[str, Any] = indicator("leaf", "1")
    for _ in range(2_000):
        deep = {"id": "x", "level": "layer", "title": title(), "weight": "1", "illustrative": True, "children": [deep]}
    found = tree()
    found["trees"]["central"]["children"].append(deep)
    said = problems(found)
    assert "expected one of" in said["trees.central.children[0].level"]
    assert "at most 4 levels" in said["trees.central" + ".children[0]" * 5]


def test_no_mistake_hides_another_and_what_is_missing_is_only_missing() -> None:
    bare = {"id": "X", "level": "indicator", "weight": "-1", "formula": "1 +", "coverage": "unknown"}
    said = problems(tree(bare))
    place = "trees.central.children[0]"
    assert said[f"{place}.title"] == "is missing"
    assert {f"{place}{name}" for name in ("", ".id", ".title", ".weight", ".formula", ".coverage")} <= said.keys()
    assert set(problems({}).values()) == {"is missing"}


def test_a_wrong_value_is_shown_only_as_far_as_it_helps() -> None:
    nested: list[Any] = []
    for _ in range(2_000):
        nested = [nested]
    found = clean()
    found["id"], found["missing"], found["methodology"] = nested, {"a": 1}, "M" * 100
    said = problems(found)
    assert said["id"].endswith("found a list")
    assert said["missing"].endswith("found fields")
    assert said["methodology"].endswith("MMM …")


def test_a_node_states_its_own_rule_for_missing_data() -> None:
    strict = branch("a", "block", "1", indicator("b", "1"), missing="propagate")
    root = revision_of(tree(strict, indicator("c", "1"), missing="zero")).tree("central")
    assert [node.missing.value for node in root.walk()] == ["zero", "propagate", "propagate", "zero"]
