"""Columns of inputs: what they may hold, and that everything that does not fit is named with its row and column."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from api.analysis import score_frame
from api.analysis.bulk import BATCH, LIMIT
from api.analysis.inputs import Reader
from domain.bulk import Program
from domain.errors import InvalidInput, NotFound
from domain.revision import revision_of
from tests.revisions import clean, number, title, with_formula
from tests.story import rules

PROGRAM = Program(revision_of(clean()), "central")


def rows_of(program: Program, columns: Mapping[str, Any], *, floats: bool = False) -> list[Any]:
    """The rows of a frame of one body for each value."""
    height = max(len(values) for values in columns.values())
    frame = pl.DataFrame({"body": [f"b{n}" for n in range(height)], **columns})
    return list(Reader(program, frame.schema, floats=floats).read(frame, 10).rows)


def problems(columns: Mapping[str, Any], document: Any = None, **options: Any) -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        score_frame(pl.DataFrame(columns), document or clean(), **options)
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pl.Series(["10", "2.50", "-0", None]), ["10", "2.50", "-0", None]),
        (pl.Series(["100", "7", None], dtype=pl.Categorical), ["100", "7", None]),
        (pl.Series([Decimal("100.00"), Decimal("2.50"), None], dtype=pl.Decimal(10, 2)), ["100", "2.5", None]),
        (pl.Series([Decimal("100"), None], dtype=pl.Decimal(10, 0)), ["100", None]),
        (pl.Series([100, 0, None], dtype=pl.Int32), ["100", "0", None]),
        (pl.Series([None, None]), [None, None]),
    ],
)
def test_figures_are_read_to_the_last_digit(column: pl.Series, expected: list[str | None]) -> None:
    program = Program(revision_of(with_formula("x", number("x", None, None, None))), "central")
    found = [None if figure is None else str(figure) for (figure,) in rows_of(program, {"x": column})]
    assert found == expected


@pytest.mark.parametrize("kind", [pl.Float64, pl.Float32])
def test_the_shortest_decimal_of_a_float_is_taken_when_that_is_said(kind: Any) -> None:
    program = Program(revision_of(with_formula("x", number("x", None, None, None))), "central")
    column = pl.Series([0.1, 5.0, 1e-7, 1e14, None], dtype=kind)
    found = [figure and str(figure) for (figure,) in rows_of(program, {"x": column}, floats=True)]
    assert found == ["0.1", "5", "1E-7", "100000000000000", None]
    frame = {"body": ["b"], "x": pl.Series([float("nan")], dtype=kind)}
    (problem,) = problems(frame, with_formula("x", number("x", None, None, None)), floats=True)
    assert problem == "row 1 (b), x: 'NaN' is not a figure of at most 15 digits and 12 decimals"


def test_floats_are_refused_unless_it_is_said_what_they_mean() -> None:
    (problem,) = problems({"body": ["b"], "turnover": [0.1]})
    assert problem.startswith("turnover: binary floats are not the figures that were written")
    table = {"body": ["b"], "plans": [[{"item": "a", "unit": "units", "plan": 1.5}]]}
    (problem,) = problems(table, rules())
    assert problem.startswith("plans: plan: binary floats")
    assert score_frame(pl.DataFrame(table), rules(), floats=True).frame.height == 1


def test_columns_that_do_not_fit_are_all_named() -> None:
    wrong = {"turnover": [True], "given": [[1]], "what": ["1"]}
    assert problems(wrong) == [
        "body: there is no such column: it names the body of each row",
        "turnover: expected figures as text, whole numbers or decimals; found Boolean",
        "given: expected figures as text, whole numbers or decimals; found List(Int64)",
        "what: is not an input of revision rules-2",
    ]
    assert problems({"body": [1]}) == ["body: expected text, found Int64"]
    assert problems({"body": ["b"], "plans": [1]}, rules()) == [
        "plans: expected a list of structs, or such a list as JSON text; found Int64"
    ]


def test_a_value_that_does_not_fit_is_named_with_its_row_its_body_and_its_column() -> None:
    columns = {
        "body": ["a", "b", None, " ", "e"],
        "given": ["1", "0", "1", "1", "1"],
        "turnover": ["1,5", "100", "100.5", None, "1e2"],
    }
    assert problems(columns) == [
        "row 1 (a), turnover: '1,5' is not a figure of at most 15 digits and 12 decimals",
        "row 2 (b), given: 0 is below the least allowed, 1",
        "row 3, body: is missing",
        "row 3, turnover: 100.5 is above the most allowed, 100",
        "row 4 ( ), body: is missing",
        "row 5 (e), turnover: '1e2' is not a figure of at most 15 digits and 12 decimals",
    ]


@pytest.mark.parametrize("written", ["", " 1", "1\n", "+1", "٣", "1.0000000000001", "1234567890123456", "NaN", "1_0"])
def test_what_is_no_figure_anywhere_is_no_figure_here(written: str) -> None:
    document = with_formula("x", number("x", None, None, None))
    assert len(problems({"body": ["b"], "x": [written]}, document)) == 1


def test_faults_in_later_batches_keep_their_rows_and_no_more_are_listed_than_can_be_read() -> None:
    figures = ["1"] * (2 * BATCH)
    figures[3], figures[BATCH + 4] = "x", "y"
    found = problems({"body": [f"b{n}" for n in range(2 * BATCH)], "turnover": figures})
    assert [problem.partition(",")[0] for problem in found] == ["row 4 (b3)", f"row {BATCH + 5} (b{BATCH + 4})"]
    frame = pl.DataFrame({"body": ["b"] * (BATCH + 1), "turnover": ["x"] * (BATCH + 1)})
    with pytest.raises(InvalidInput, match=rf"the first {LIMIT} faults; there may be more") as refused:
        score_frame(frame, clean())
    assert len(refused.value.problems) == LIMIT


def test_booleans_are_booleans_or_their_words() -> None:
    document = with_formula(
        "if x then 100 else 0", {"id": "x", "kind": "boolean", "title": title(), "illustrative": True}
    )
    for column in (pl.Series([True, False, None]), pl.Series(["true", "false", None])):
        scores = score_frame(pl.DataFrame({"body": ["a", "b", "c"], "x": column}), document).frame["score"]
        assert scores.to_list() == [100, 0, None]
    assert problems({"body": ["a", "b"], "x": ["true", "yes"]}, document) == [
        "row 2 (b), x: expected true or false, found 'yes'"
    ]


def test_texts_are_taken_as_they_are() -> None:
    document = with_formula(
        'if x = "good" then 100 else 0', {"id": "x", "kind": "text", "title": title(), "illustrative": True}
    )
    frame = pl.DataFrame({"body": ["a", "b", "c"], "x": ["good", "bad", None]})
    assert score_frame(frame, document).frame["score"].to_list() == [100, 0, None]


TABLE = [
    {"item": "a", "unit": "units", "plan": "10", "fact": "9.50"},
    {"item": "b", "unit": "units", "plan": "10", "fact": None},
]


def test_tables_are_lists_of_structs_or_json() -> None:
    decimals = [{**row, "plan": Decimal("10"), "fact": row["fact"] and Decimal("9.50")} for row in TABLE]
    whole = [{**row, "plan": 10} for row in TABLE]
    written = json.dumps(TABLE).replace('"10"', "10.0").replace('"9.50"', "9.5e0")
    columns = ([TABLE, None, []], [decimals, None, []], [whole, None, []], [json.dumps(TABLE), None, "[]"], [written])
    for column in columns:
        frame = pl.DataFrame({"body": [f"b{n}" for n in range(len(column))], "plans": column})
        found = score_frame(frame, rules()).frame
        assert found["score"].to_list() == [Decimal(95), None, None][: len(column)]
        assert found["coverage"].to_list() == ["0.2", "0", "0"][: len(column)]


def test_what_is_wrong_in_a_table_is_named_with_its_row_and_cell() -> None:
    tables = [
        [{"item": "a", "unit": "tons", "plan": "10", "fact": "1001"}, {"item": "a", "unit": "units", "plan": True}],
        [{"unit": "units"}, 5, {"item": "c", "unit": "units", "plan": 0.01, "more": 1}],
        {"item": "a"},
        "[1",
        [{"item": "d", "unit": 5, "plan": float("nan")}],
    ]
    column = [one if isinstance(one, str) else json.dumps(one) for one in tables]
    assert problems({"body": list("abcde"), "plans": column}, rules()) == [
        "row 1 (a), plans/a.unit: expected one of percent, units; found 'tons'",
        "row 1 (a), plans/a.fact: 1001 is above the most allowed, 1000",
        "row 1 (a), plans/a.plan: expected a figure written as text, found True",
        "row 1 (a), plans/a: is stated twice",
        "row 2 (b), plans, its row 1: expected a row with its `item`, a text",
        "row 2 (b), plans, its row 2: expected a row with its `item`, a text",
        "row 2 (b), plans/c.more: is not a column of this table",
        "row 2 (b), plans/c.plan: 0.01 is below the least allowed, 0.1",
        "row 3 (c), plans: expected a list of rows",
        "row 4 (d), plans: this is no JSON: Expecting ',' delimiter: line 1 column 3 (char 2)",
        "row 5 (e), plans/d.unit: expected text, found Decimal('5')",
        "row 5 (e), plans/d.plan: 'nan' is not a figure of at most 15 digits and 12 decimals",
    ]


def test_a_revision_that_does_not_evaluate_the_group_is_refused() -> None:
    with pytest.raises(NotFound, match="no indicators for local bodies"):
        score_frame(pl.DataFrame({"body": ["b"]}), clean(), "local")


def test_inputs_without_a_column_have_no_data_and_columns_that_nothing_reads_are_named() -> None:
    schema = {"body": pl.String, "turnover": pl.String}
    assert Reader(PROGRAM, schema).absent == ("given", "on_time")
    spare = Program(revision_of(clean(inputs=[*clean()["inputs"], number("spare", "cases")])), "central")
    assert Reader(spare, {**schema, "spare": pl.String}).unread == ("spare",)
    table = score_frame(pl.DataFrame({"body": ["b"], "turnover": ["10"]}), clean())
    assert table.frame.rows() == [("b", Decimal(90), "0.4", "high")]
    assert table.about["absent"] == ["given", "on_time"]


def test_a_tree_without_inputs_scores_every_body() -> None:
    frame = pl.DataFrame({"body": ["a", "b"]})
    assert score_frame(frame, with_formula("70")).frame["score"].to_list() == [70, 70]
