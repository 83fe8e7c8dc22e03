"""What the linter says: each finding has its rule, its place and a sentence."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.catalogue import document
from domain.revision import revision_of
from domain.revision.lint import Severity, lint
from tests.revisions import Document, branch, clean, grade, indicator, number, penalty, title, tree, with_formula
from tests.unit.revision.test_schema import JUNK, fuller, places

CASES = number("cases", "cases", "1", "100")
LATE = number("late", "cases", "0", "100")
RATE = number("rate", "percent", "0", "100")
DAYS = number("days", "days", "0", "365")
OPEN = {"id": "is_open", "kind": "boolean", "title": title(), "illustrative": True}
REMARK = {"id": "remark", "kind": "text", "title": title(), "illustrative": True}


def table(*columns: dict[str, Any], name: str = "rows") -> Document:
    return {"id": name, "kind": "table", "title": title(), "illustrative": True, "columns": list(columns)}


PLANS = table(
    {"id": "kind", "kind": "text", "values": ["own", "shared"]},
    {"id": "done", "kind": "boolean"},
    {"id": "spent", "kind": "number", "unit": "KZT mln", "minimum": "0", "maximum": "10"},
    {"id": "took", "kind": "number", "unit": "days", "minimum": "0", "maximum": "10"},
    {"id": "remark", "kind": "text"},
    name="plans",
)


def found(document: Document, *older: Document) -> list[tuple[str, str]]:
    return [(finding.code, finding.place) for finding in lint(document, [revision_of(one) for one in older])]


def sentences(document: Document, code: str) -> list[str]:
    return [finding.sentence for finding in lint(document) if finding.code == code]


def test_a_document_without_fault_has_no_findings() -> None:
    assert lint(clean()) == ()
    assert lint(document("goals-2022"), [revision_of(document("goals-2020"))]) == ()


def test_a_document_that_cannot_be_read_gives_what_the_reader_refused() -> None:
    (finding,) = lint(clean(notes=5))
    assert (finding.severity, finding.code, finding.place) == (Severity.ERROR, "not-a-revision", "notes")
    assert str(finding) == "error not-a-revision at notes: expected text, found a number"
    (finding,) = lint(None)  # type: ignore[arg-type]
    assert str(finding).startswith("error not-a-revision at the document: expected fields")


def test_findings_come_worst_first() -> None:
    spoilt = clean(grades=[grade("high", "90")], penalties=[penalty("0")])
    spoilt["rounding"]["block"] = {"places": 2, "mode": "half_up"}
    spoilt["rounding"]["criterion"] = {"places": 2, "mode": "half_up"}
    assert [finding.severity.value for finding in lint(spoilt)] == ["error", "warning", "note"]


# -- weights, missing data, rounding ---------------------------------------------------------------------------------


def halves(first: str, second: str, above: str = "100") -> Document:
    return tree(branch("all", "block", above, indicator("a", "1", first), indicator("b", "1", second)))


def test_weights_of_siblings_make_a_whole() -> None:
    for first, second in (("60", "40"), ("0.6", "0.4"), ("60.0", "40.00")):
        assert "weights-sum" not in dict(found(halves(first, second)))
    (finding,) = (one for one in lint(halves("60", "30")) if one.code == "weights-sum")
    assert (finding.place, finding.sentence) == ("trees.central.all", "The weights below sum to 90, not to 100.")


def test_weights_may_be_points_of_the_parent() -> None:
    parts = branch("part", "criterion", "30", indicator("a", "1", "20"), indicator("b", "1", "10"))
    whole = tree(branch("all", "block", "100", parts, indicator("c", "1", "70")))
    assert "weights-sum" not in dict(found(whole))
    assert ("weights-sum", "trees.central") in found(tree(indicator("a", "1", "30")))


def test_the_rule_for_missing_data_is_stated_where_it_works() -> None:
    silent = clean()
    del silent["missing"]
    assert found(silent) == [("missing-unstated", "missing")]
    odd = clean()
    odd["trees"]["central"]["children"][0]["missing"] = "zero"
    odd["trees"]["central"]["children"][0]["children"][0]["missing"] = "zero"
    assert found(odd) == [("missing-without-effect", "trees.central.services.timely.missing")]


def test_a_level_is_not_rounded_coarser_than_the_one_above() -> None:
    coarse = clean()
    coarse["rounding"] = {level: {"places": places, "mode": "up"} for level, places in
                          (("indicator", 1), ("block", 2), ("total", 2))}  # fmt: skip
    assert found(coarse) == [("rounding-coarser-below", "rounding.indicator")]
    assert "1 places are fewer than the 2 of the block above" in sentences(coarse, "rounding-coarser-below")[0]


def test_a_rounding_rule_has_something_to_round() -> None:
    idle = clean()
    idle["rounding"]["direction"] = {"places": 2, "mode": "up"}
    assert found(idle) == [("rounding-unused", "rounding.direction")]


# -- grades, penalties, titles, sources --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grades", "findings"),
    [
        ([], [("grades-none", "grades")]),
        ([grade("high", "90"), grade("low", "40")], [("grades-gap", "grades.low")]),
        ([grade("high", "90"), grade("fair", "90"), grade("low", "0")], [("grades-overlap", "grades.fair")]),
        ([grade("never", "101"), grade("low", "0")], [("grades-range", "grades.never")]),
        ([grade("high", "90"), grade("low", "-5")], [("grades-range", "grades.low")]),
        ([grade("low", "0"), grade("high", "90")], []),
        ([grade("fair", "50"), grade("high", "90"), grade("low", "0")], [("grades-order", "grades")]),
    ],
)
def test_grades_cover_all_points_once(grades: list[Document], findings: list[tuple[str, str]]) -> None:
    assert found(clean(grades=grades)) == findings


@pytest.mark.parametrize(
    ("points", "maximum", "code"),
    [("2", "1", "penalty-maximum"), ("0", "1", "penalty-points"), ("2", "2", None)],
)
def test_a_penalty_takes_something_and_its_maximum_allows_one(points: str, maximum: str, code: str | None) -> None:
    expected = [(code, "penalties.late")] if code else []
    assert found(clean(penalties=[penalty(points, maximum)])) == expected


def test_the_same_words_in_two_languages_are_pointed_out_wherever_titles_stand() -> None:
    same = clean(title=title("Бір", "Один", "один "))
    same["inputs"][0]["title"] = title("x", "X", "Title")
    same["trees"]["central"]["children"][0]["title"] = title("y", "Название", "y")
    same["penalties"][0]["title"] = same["grades"][0]["title"] = title("z", "z", "z")
    same["discontinues"] = [{"id": "old", "reason": title("w", "w", "W!"), "illustrative": True}]
    places = [place for code, place in found(same) if code == "title-same"]
    assert places == [
        "title",
        "inputs.given.title",
        "trees.central.services.title",
        *["penalties.late.title"] * 3,
        *["grades.high.title"] * 3,
        "discontinues.old.reason",
    ]


def test_illustrative_figures_need_a_note() -> None:
    silent = clean()
    del silent["notes"]
    assert found(silent) == [("illustrative-unexplained", "notes")]
    assert sentences(silent, "illustrative-unexplained")[0].startswith("10 figures")
    cited = with_formula("rate", {**RATE, "illustrative": False, "source": "Order 2"}, illustrative=False, source="x")
    cited["penalties"], cited["grades"] = [], [{**grade("all", "0"), "illustrative": False, "source": "Order 2"}]
    del cited["notes"]
    assert found(cited) == []


# -- inputs --------------------------------------------------------------------------------------------------------


def test_inputs_are_read_and_measured() -> None:
    idle = with_formula("rate", RATE, DAYS)
    assert found(idle) == [("input-unused", "inputs.days")]
    bare = with_formula("min(100, rate)", number("rate", None, "0", None))
    assert found(bare) == [("unit-missing", "inputs.rate"), ("range-missing", "inputs.rate")]
    empty = with_formula("rate", number("rate", "percent", "5", "4"))
    assert found(empty) == [("range-empty", "inputs.rate")]


def test_columns_are_measured_unless_each_row_states_its_unit() -> None:
    column = {"id": "n", "kind": "number", "minimum": "1"}
    bare = with_formula("min(100, count(rows[n > 0]))", table(column))
    assert found(bare) == [("unit-missing", "inputs.rows.n"), ("range-missing", "inputs.rows.n")]
    by_row = with_formula("min(100, count(rows[n > 0]))", table({"id": "unit", "kind": "text"}, column))
    assert found(by_row) == []
    empty = with_formula("count(rows)", table({**column, "unit": "days", "minimum": "9", "maximum": "1"}))
    assert found(empty) == [("range-empty", "inputs.rows.n")]


# -- units ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "formula",
    [
        "if rate + days > 5 then 1 else 0",
        "if rate - days > 5 then 1 else 0",
        "if rate > days then 1 else 0",
        "if rate between 0 and days then 1 else 0",
        "if rate in [0..days] then 1 else 0",
        "if rate in (< 5, > days) then 1 else 0",
        "if rate in (5, days) then 1 else 0",
        "if -rate < days then 1 else 0",
        "min(rate, days)",
        "sum([rate, days]) / 10",
        "if abs(rate) > days then 1 else 0",
        "if floor(rate) > max(days, 3) then 1 else 0",
        "if (if days > 1 then rate else rate) > days then 1 else 0",
        "{a: rate, b: if a > days then 1 else 0}.b",
        "if {a: rate}.a > days then 1 else 0",
        'if {"a": rate}.a > days then 1 else 0',
        "if plans[1].spent > days then 1 else 0",
        "count(plans[spent > took])",
        'count(plans[kind = "own"][spent > rate])',
        "count(for p in plans return p.spent + p.took)",
        "count(for p in plans, q in plans return p.spent + q.took)",
        "if (some p in plans satisfies p.spent > p.took) then 1 else 0",
        "if (every p in plans satisfies p.spent > rate) then 1 else 0",
        "if sum(for p in plans return p.spent) > rate then 1 else 0",
        "if sum(plans.spent) > rate then 1 else 0",
        "if abs(n: rate) > days then 1 else 0",
    ],
)
def test_different_units_are_not_added_or_compared(formula: str) -> None:
    codes = [code for code, _ in found(with_formula(formula, RATE, DAYS, PLANS))]
    assert codes.count("unit-clash") == 1, formula


@pytest.mark.parametrize(
    "formula",
    [
        "rate / days * 10 + rate",
        "if rate > 5 and days > 5 then rate else 0",
        "if rate * days > rate then 1 else 0",
        "min(rate, share)",
        "if (if days > 1 then rate else days) > days then 1 else 0",
        "count(plans[spent > 5]) + rate",
        "count(plans) + days",
        'if plans[1].remark = "x" then 1 else 0',
        "if {a: 5}.nothing = days then 1 else 0",
        "if rate.nothing = days then 1 else 0",
        "if count([1, 2][item > 1]) > days then 1 else 0",
        "floor() + days",
        "sqrt(rate) + days",
    ],
)
def test_what_cannot_be_seen_is_left_alone(formula: str) -> None:
    share = number("share", " % ")
    assert "unit-clash" not in dict(found(with_formula(formula, RATE, DAYS, PLANS, share))), formula


def test_a_clash_of_units_says_which() -> None:
    clash = with_formula("if rate >\n  days then 1 else 0", RATE, DAYS)
    assert sentences(clash, "unit-clash") == ["`rate > days` puts percent and days together."]
    in_coverage = with_formula("rate", RATE, DAYS, coverage="if rate > days then 1 else 0")
    assert ("unit-clash", "trees.central.one.coverage") in found(in_coverage)


# -- branches --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "branch"),
    [
        ("if true then rate else 0", "`true` is always true here, so `0` is never reached."),
        ("if 1 > 2 then 50 else rate", "`1 > 2` is never true here, so `50` is never reached."),
        ("if null then 50 else rate", "`null` is never true here, so `50` is never reached."),
        ("if rate > 100 then 50 else rate", "`rate > 100` is never true here, so `50` is never reached."),
        ("if rate >= 0 then 50 else rate", "`rate >= 0` is always true here, so `rate` is never reached."),
        ("if rate > 80 then 1 else if rate > 90 then 2 else rate", "`rate > 90` is never true here, so `2` is never"),
        ("if rate > 80 then 1 else if rate <= 80 then 2 else 3", "`rate <= 80` is always true here, so `3` is never"),
        ("if not(rate > 80) then (if rate = 81 then 1 else 2) else 3", "`rate = 81` is never true here, so `1`"),
        ("if is_open then (if is_open then 1 else 2) else 3", "`is_open` is always true here, so `2` is never"),
        ("mean([if rate < 0 then 1 else 2])", "`rate < 0` is never true here, so `1` is never reached."),
        ("if (if rate < 0 then true else is_open) then 1 else 2", "`rate < 0` is never true here, so `true` is"),
    ],
)
def test_a_branch_that_nothing_reaches_is_pointed_out(formula: str, branch: str) -> None:
    (said,) = sentences(with_formula(formula, RATE, OPEN), "branch-unreachable")
    assert said.startswith(branch)


@pytest.mark.parametrize(
    "formula",
    [
        "if rate > 80 then 1 else if rate > 50 then 2 else 3",
        "if rate > 99 then 1 else 0",
        "if rate > 80 and rate < 90 then 1 else 0",
        "if rate > 0 then 1 else 0",
        "if rate = 0 then 1 else 0",
        "if rate between 3 and 7 then 100 else if rate <= 10 then 50 else 0",
        "if rate > days then 1 else 0",
        'if remark = "x" then 1 else 0',
        "if is_open then 1 else 0",
        "{rate: 5, points: if rate > 100 then 1 else 0}.points",
        "count(for rate in [500] return if rate > 100 then 1 else 0)",
        "if count(plans[if spent > 100 then true else false]) > 1 then 1 else 0",
        "if unbounded > 1000 then 1 else if unbounded < -5 then 2 else 3",
    ],
)
def test_a_branch_that_something_reaches_is_left_alone(formula: str) -> None:
    unbounded = number("unbounded", "units", None, None)
    inputs = (RATE, DAYS, OPEN, REMARK, PLANS, unbounded)
    assert sentences(with_formula(formula, *inputs), "branch-unreachable") == []


# -- what formulas give ----------------------------------------------------------------------------------------------


def test_a_formula_that_can_leave_its_range_is_pointed_out_with_an_example() -> None:
    (said,) = sentences(with_formula("late / cases * 100", CASES, LATE), "formula-out-of-range")
    assert said == "It gives 5000 for cases = 1, late = 50: not 0 to 100 points."
    (said,) = sentences(with_formula("50 - rate", RATE), "formula-out-of-range")
    assert said == "It gives -50 for rate = 100: not 0 to 100 points."
    (said,) = sentences(with_formula("rate", RATE, coverage="rate"), "formula-out-of-range")
    assert said == "It gives 50 for rate = 50: not 0 to 1 as a share."
    (said,) = sentences(with_formula("500"), "formula-out-of-range")
    assert said == "It gives 500 for no inputs: not 0 to 100 points."


def test_a_formula_that_never_gives_a_number_is_an_error() -> None:
    confused = with_formula('rate + "x"', RATE)
    assert found(confused) == [("formula-without-value", "trees.central.one.formula")]
    assert "number + string" in sentences(confused, "formula-without-value")[0]
    for formula, said in (("null", "it gives nothing"), ('"text"', "not a number")):
        assert said in sentences(with_formula(formula), "formula-without-value")[0]


def test_a_formula_that_sometimes_gives_nothing_is_pointed_out() -> None:
    (said,) = sentences(with_formula("min(100, days / late)", LATE, DAYS), "formula-may-fail")
    assert said == "It gives no number for days = 0, late = 0: division by zero."
    gap = with_formula("if rate < 50 then 0 else if rate > 50 then 100 else null", RATE)
    assert found(gap) == [("formula-may-fail", "trees.central.one.formula")]
    of_coverage = with_formula("rate", RATE, coverage="if rate = 0 then null else 1")
    assert found(of_coverage) == [("formula-may-fail", "trees.central.one.coverage")]


def test_formulas_are_tried_with_tables_words_and_truth_values() -> None:
    broken = with_formula(
        'if plans[1].kind = "own" and is_open and remark = "text" then 101 else 0', PLANS, OPEN, REMARK
    )
    (said,) = sentences(broken, "formula-out-of-range")
    assert said == "It gives 101 for is_open = True, plans = 4 rows, remark = text: not 0 to 100 points."
    extremes = with_formula("100 + min(plans.spent) - max(plans.took)", PLANS)
    assert sentences(extremes, "formula-out-of-range")[0].startswith("It gives 110 ")


def test_open_ranges_are_tried_far_out() -> None:
    for low, high, said in (
        (None, None, "It gives 500000 "),
        (None, "5", ""),
        (None, "-5", "It gives -1000005 "),
        ("7", None, "It gives 500007 "),
    ):
        wild = with_formula("far", number("far", "units", low, high))
        assert "".join(sentences(wild, "formula-out-of-range")).startswith(said)


def test_many_inputs_are_tried_evenly_and_not_all() -> None:
    inputs = [number(f"in_{index}", "cases", "0", "10") for index in range(12)]
    wide = with_formula(f"({' + '.join(one['id'] for one in inputs)}) / 1.19", *inputs)
    assert found(wide) == []
    assert lint(wide) == lint(wide)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_the_reader_takes_the_linter_examines(data: st.DataObject) -> None:
    spoilt = fuller()
    path = data.draw(st.sampled_from(list(places(spoilt))))
    above: Any = spoilt
    for key in path[:-1]:
        above = above[key]
    above[path[-1]] = deepcopy(data.draw(st.sampled_from([*JUNK, "rate", "given[1] + rows", "rows.n", "sum(rows.n)"])))
    findings = lint(spoilt, [revision_of(fuller())])
    assert [finding.severity for finding in findings] == sorted(
        (finding.severity for finding in findings), key=list(Severity).index
    )
    assert all(finding.code and finding.sentence for finding in findings)


# -- history -------------------------------------------------------------------------------------------------------


def older(*children: Document, **changes: Any) -> Document:
    return {**tree(*children), "id": "rules-1", **changes}


def test_ids_carried_on_exist_in_an_older_revision() -> None:
    newer = tree(indicator("b", "1", continues=["a", "z"]))
    assert found(newer) == []
    assert found(newer, older(indicator("a", "1"))) == [("continues-unknown", "trees.central.b.continues")]
    assert found(newer, older(indicator("z", "1"), methodology="other"), older(indicator("a", "1"))) == []


def test_an_indicator_is_not_dropped_silently() -> None:
    before = older(branch("all", "block", "100", indicator("a", "1", "50"), indicator("b", "1", "50")))
    assert found(tree(indicator("c", "1")), before) == [
        ("dropped-silently", "trees.central"),
        ("dropped-silently", "trees.central"),
    ]
    kept = tree(indicator("b", "1", "50"), indicator("c", "1", "50", continues=["a"]))
    assert found(kept, before) == []
    ended = {"id": "all", "reason": title(), "illustrative": True}
    assert found({**tree(indicator("c", "1")), "discontinues": [ended]}, before) == []
    assert found({**tree(indicator("c", "1")), "methodology": "other"}, before) == []


def test_only_what_both_revisions_evaluate_can_be_dropped_and_is_told_once() -> None:
    before = older(indicator("a", "1"))
    before["trees"]["local"] = before["trees"]["central"]
    before["trees"]["pilot"] = older(indicator("p", "1"))["trees"]["central"]
    newer = tree(indicator("c", "1"))
    newer["trees"]["local"] = newer["trees"]["central"]
    assert found(newer, before) == [("dropped-silently", "trees.central")]


def test_what_is_left_out_was_there_and_is_gone() -> None:
    before = older(indicator("a", "1"))
    ended = [{"id": name, "reason": title(), "illustrative": True} for name in ("a", "z")]
    still = {**tree(indicator("a", "1")), "discontinues": ended}
    assert found(still, before) == [
        ("discontinues-unknown", "discontinues.z"),
        ("discontinues-present", "discontinues.a"),
    ]
    carried = {**tree(indicator("b", "1", continues=["a"])), "discontinues": ended[:1]}
    assert found(carried, before) == [("discontinues-present", "discontinues.a")]
