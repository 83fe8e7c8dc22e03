"""What changed between two revisions, in words and as data; and following a node through many."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.catalogue import catalogue, chain, document
from domain.revision import RevisionError, revision_of
from domain.revision.continuation import Appearance, followed, predecessors
from domain.revision.diff import Change, diff
from tests.revisions import Document, branch, clean, grade, indicator, number, penalty, title, tree
from tests.unit.revision.test_schema import fuller, places


def changes(before: Document, after: Document) -> tuple[Change, ...]:
    return diff(revision_of(before), revision_of(after))


def said(before: Document, after: Document) -> list[str]:
    return [change.sentence for change in changes(before, after)]


@pytest.mark.parametrize("name", catalogue())
def test_a_revision_differs_in_nothing_from_itself(name: str) -> None:
    assert changes(document(name), document(name)) == ()


def test_weights_formulas_and_titles_are_told_with_old_and_new_text() -> None:
    newer = clean()
    services = newer["trees"]["central"]["children"][0]
    services["weight"] = "70"
    services["children"][0]["formula"] = "on_time / given\n  * 100"
    services["children"][0]["title"] = title(ru="Новое")
    services["children"][0]["coverage"] = "1"
    services["children"][0]["source"], services["children"][0]["illustrative"] = "Order 3", False
    services["missing"] = "zero"
    assert said(clean(), newer) == [
        "Block `services`, weight: 60 → 70",
        "Block `services`, missing rule: redistribute → zero",
        "Indicator `timely`, title in Russian: Название → Новое",
        "Indicator `timely`, formula: min(100, on_time / given * 100) → on_time / given * 100",
        "Indicator `timely`, coverage: nothing → 1",
        "Indicator `timely`, source: illustrative → Order 3",
    ]
    formula = changes(clean(), newer)[3]
    assert formula.after == "on_time / given\n  * 100", "the text stays as it is written"
    assert formula == Change(
        "indicator", "formula", "timely", "min(100, on_time / given * 100)", "on_time / given\n  * 100"
    )


def test_the_same_figure_and_the_same_formula_written_otherwise_are_no_change() -> None:
    newer = clean()
    newer["trees"]["central"]["children"][0]["weight"] = "60.00"
    newer["trees"]["central"]["children"][1]["children"][0]["formula"] = " 100  - turnover\n"
    assert said(clean(), newer) == []


def test_nodes_added_removed_carried_on_and_moved() -> None:
    before = tree(
        branch("services", "direction", "60", indicator("timely", "1", "50"), indicator("polite", "1", "50")),
        branch("law", "direction", "40", indicator("bills", "1")),
    )
    after = tree(
        branch("work", "direction", "60", indicator("timely", "1", "50"), continues=["services"]),
        branch("people", "direction", "40", indicator("kind", "1", "50", continues=["polite"])),
    )
    reason = {"id": "law", "reason": title(en="It had reached its limit"), "illustrative": True}
    assert said(before, {**after, "discontinues": [reason]}) == [
        "Direction `work`, carries on: services → work",
        "Direction `people` added: Title, weight 40, under total",
        "Indicator `kind`, carries on: polite → kind",
        "Indicator `kind`, moved: services → people",
        "Direction `law` removed: Title, weight 40, under total; because: It had reached its limit",
        "Indicator `bills` removed: Title, weight 100, under law; because: It had reached its limit",
    ]
    assert said(before, after)[-1] == "Indicator `bills` removed: Title, weight 100, under law"


def test_several_nodes_put_together_are_told_as_one_that_carries_them_on() -> None:
    before = tree(indicator("standards", "1", "40"), indicator("terms", "2", "60"))
    after = tree(indicator("rules", "2", continues=["terms", "standards"]))
    assert said(before, after) == [
        "Indicator `rules`, carries on: terms, standards → rules",
        "Indicator `rules`, weight: 60 → 100",
    ]
    kept = tree(indicator("terms", "2", continues=["standards"]))
    assert said(before, kept)[0] == "Indicator `terms`, carries on: terms, standards → terms"


def test_a_leaf_that_became_a_branch_is_told() -> None:
    before = tree(indicator("a", "1"))
    after = tree(branch("a", "criterion", "100", indicator("b", "1")))
    assert said(before, after) == [
        "Criterion `a`, level: indicator → criterion",
        "Criterion `a`, formula: 1 → nothing",
        "Criterion `a`, missing rule: nothing → redistribute",
        "Indicator `b` added: Title, weight 100, under a",
    ]


def test_changes_name_the_groups_they_concern() -> None:
    before = clean()
    before["trees"]["local"] = deepcopy(before["trees"]["central"])
    after = deepcopy(before)
    after["trees"]["central"]["children"][0]["weight"] = "70"
    after["trees"]["central"]["children"][1]["weight"] = "30"
    after["trees"]["local"]["children"][1]["weight"] = "30"
    assert said(before, after) == ["Block `services`, weight: 60 → 70 (central)", "Block `staff`, weight: 40 → 30"]
    assert said(before, clean()) == ["Body group removed: local"]
    assert said(clean(), before) == ["Body group added: local"]
    newer = clean()
    newer["trees"]["central"]["children"][0]["weight"] = "61"
    assert said(before, newer)[1] == "Block `services`, weight: 60 → 61 (central)"


def test_everything_around_the_trees_is_told() -> None:
    table = {
        **number("rows", None, None, None),
        "kind": "table",
        "columns": [
            {"id": "n", "kind": "number", "unit": "days", "minimum": "1.50"},
            {"id": "word", "kind": "text", "values": ["a", "b"], "required": False},
        ],
    }
    before, after = clean(), clean(legal_acts=["Order 3"], methodology="other", title=title(en="New"), notes="Other")
    before["inputs"].append(table)
    after["inputs"][0] = number("given", "persons", "1", None)
    after["inputs"][2]["source"], after["inputs"][2]["illustrative"] = "Order 3", False
    after["inputs"].append(number("more", "days"))
    after["rounding"] = {"block": {"places": 3, "mode": "up"}, "total": {"places": 1, "mode": "up"}}
    after["penalties"] = [penalty("2", "4")]
    after["grades"] = [grade("high", "85.0"), grade("fair", "0")]
    after["ties"] = {"numbering": "dense"}
    assert said(before, after) == [
        "Input `given`, unit: cases → persons",
        "Input `given`, range: 1 to 100 → 1 to …",
        "Input `turnover`, source: illustrative → Order 3",
        "Input `more` added: title Title, kind number, unit days, range 0 to 100, source illustrative",
        "Input `rows` removed: title Title, kind table, column n number, days, 1.5 to …, "
        "column word text, a, b, optional, source illustrative",
        "Rounding `block` added: places 3, mode up",
        "Rounding `total`, mode: half_up → up",
        "Rounding `indicator` removed: places 2, mode half_up",
        "Penalty `late`, points: 1 → 2",
        "Penalty `late`, maximum: 3 → 4",
        "Grade `high`, from points: 90 → 85",
        "Grade `fair` added: title Title, from points 0, source illustrative",
        "Grade `low` removed: title Title, from points 0, source illustrative",
        "Ties, numbering: standard → dense",
        "Ties, broken by: timely → nothing",
        "Legal act added: Order 3",
        "Legal act removed: Order 2",
        "Revision, methodology: rules → other",
        "Revision, title: Title → New",
        "Revision, notes: All figures are invented for tests. → Other",
    ]


REPLACEMENTS = ["X", "7", "0.5", True, False, "zero", "down", "text", "100 - turnover", "criterion", 3, ["people", "x"]]
SILENT = {"id", "continues", "discontinues"}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_change_of_the_rules_goes_unsaid(data: st.DataObject) -> None:
    before, after = fuller(), fuller()
    path = data.draw(st.sampled_from([one for one in places(after) if not SILENT & set(one)]))
    above: Any = after
    for key in path[:-1]:
        above = above[key]
    above[path[-1]] = data.draw(st.sampled_from(REPLACEMENTS))
    try:
        revisions = revision_of(before), revision_of(after)
    except RevisionError:
        return
    same = above[path[-1]] == _at(before, path)
    assert bool(diff(*revisions)) is not same, path


def _at(found: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        found = found[key]
    return found


def test_the_two_directions_dropped_in_2015_are_told_with_their_reason() -> None:
    found = changes(document("annual-2014"), document("annual-2015"))
    dropped = {one.id: one.why for one in found if (one.about, one.what) == ("direction", "removed")}
    reason = "Its indicators had reached their limit values"
    assert dropped == {"execution": reason, "legal-support": reason}


def test_the_renamed_order_is_a_block_carried_on_under_another_name() -> None:
    found = changes(document("interaction-2017-11"), document("interaction-renamed"))
    assert next((one.what, one.id, one.before) for one in found if one.about == "block") == (
        "carries on",
        "interaction-persons",
        "interaction-citizens",
    )
    assert {one.about for one in found} == {"block", "revision"}


# -- following a node ------------------------------------------------------------------------------------------------


def test_a_node_carries_on_its_own_id_and_those_it_names() -> None:
    node = revision_of(tree(indicator("a", "1", continues=["b", "c", "a"]))).tree("central").children[0]
    assert predecessors(node, {"a", "c"}) == ("a", "c")
    assert predecessors(node, {"d"}) == ()


def test_an_indicator_is_followed_back_through_other_names_and_groups() -> None:
    first = {**tree(indicator("b", "1", "50"), indicator("c", "1", "50")), "id": "rules-1"}
    skipped = {**tree(indicator("z", "1")), "id": "rules-x"}
    local = {**tree(indicator("a", "1")), "id": "rules-l"}
    local["trees"] = {"local": local["trees"]["central"]}
    last = tree(indicator("a", "1", continues=["b", "c"]))
    revisions = [revision_of(one) for one in (first, skipped, local, last)]
    assert followed(revisions, "central", "a") == (Appearance("rules-1", ("b", "c")), Appearance("rules-2", ("a",)))
    assert followed(revisions, "central", "nothing") == ()


def test_complaints_are_followed_from_2011_to_2020() -> None:
    revisions = [revision_of(document(name)) for name in chain().revisions()]
    found = {one.revision: one.ids for one in followed(revisions, "local", "appeals-justified")}
    assert found["annual-2011"] == found["annual-2015"] == ("complaints-justified",)
    assert found["annual-2017"] == found["interaction-2020"] == ("appeals-justified",)
    regulated = {one.revision: one.ids for one in followed(revisions, "central", "services-regulated")}
    assert regulated["pilot-2010"] == ("services-standards", "services-procedures")
    assert regulated["annual-2015"] == ("services-regulated",)


def test_a_grade_is_the_highest_that_is_reached() -> None:
    revision = revision_of(clean(grades=[grade("low", "10"), grade("high", "90")]))
    reached = [revision.grade_of(Decimal(points)) for points in ("100", "90", "89.99", "9")]
    assert [one.id if one else None for one in reached] == ["high", "high", "low", None]
