"""Tables keep figures exact, and files say what they are to every program that reads them."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars
import pyarrow.feather
import pyarrow.parquet
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.analysis import Table, about_file
from api.analysis.export import WRITERS
from api.analysis.tables import FIGURE, Figures, inferred
from domain.errors import InvalidInput

ALMATY = timezone(timedelta(hours=5))
ABOUT = {
    "official": False,
    "note": "Талдау: ресми нәтиже емес",
    "revision_sha256": "ab" * 32,
    "position": 120,
    "mean": Decimal("93.90"),
    "day": date(2023, 6, 20),
}
AS_WRITTEN = {**ABOUT, "mean": "93.90", "day": "2023-06-20"}
COLUMNS: dict[str, Any] = {
    "body": polars.String,
    "score": Figures.ROUNDED,
    "coverage": Figures.EXACT,
    "place": polars.Int64,
    "when": polars.Datetime("us", "UTC"),
    "bodies": polars.List(polars.String),
    "remark": polars.String,
}
ROWS: list[dict[str, Any]] = [
    {
        "body": "min-economy",
        "score": Decimal("100.0"),
        "coverage": Decimal(1) / Decimal(3),
        "place": 1,
        "when": datetime(2023, 6, 20, 9, 0, tzinfo=ALMATY),
        "bodies": ["a", "b"],
        "remark": 'a "quoted", remark\nof two lines',
    },
    {"body": "min-health", "score": None, "coverage": Decimal("0"), "place": None, "bodies": []},
    {"body": "min-trade", "score": Decimal("0.000000000001"), "coverage": Decimal("1E+2")},
]


def table() -> Table:
    return Table.of(COLUMNS, ROWS, ABOUT)


def test_rounded_figures_are_decimals_of_one_scale_and_exact_ones_keep_every_digit() -> None:
    frame = table().frame
    assert frame.schema["score"] == FIGURE
    assert frame["score"].to_list() == [Decimal(100), None, Decimal("0.000000000001")]
    assert frame["coverage"].to_list() == [f"{Decimal(1) / Decimal(3)}", "0", "100"]
    assert polars.Float64 not in frame.schema.values()


def test_frames_of_different_places_can_be_put_together_without_loss() -> None:
    frames = [Table.of({"score": Figures.ROUNDED}, [{"score": Decimal(one)}], {}).frame for one in ("1.5", "1.25")]
    assert polars.concat(frames)["score"].to_list() == [Decimal("1.5"), Decimal("1.25")]


@pytest.mark.parametrize("figure", ["0.0000000000001", "1E+26", "33.333333333333333333333333333333333"])
def test_a_figure_that_a_decimal_cannot_hold_makes_its_column_text(figure: str) -> None:
    frame = Table.of({"score": Figures.ROUNDED}, [{"score": Decimal(figure)}, {"score": Decimal(1)}], {}).frame
    assert frame["score"].to_list() == [f"{Decimal(figure):f}", "1"]


@example([Decimal("778454633434930.18796239394502")])
@given(st.lists(st.none() | st.decimals(allow_nan=False, allow_infinity=False), max_size=5))
def test_no_figure_is_ever_changed(figures: list[Decimal | None]) -> None:
    for kind in (Figures.ROUNDED, Figures.EXACT):
        found = Table.of({"figure": kind}, [{"figure": one} for one in figures], {}).frame["figure"].to_list()
        assert [None if one is None else Decimal(one) for one in found] == figures


def test_floats_come_only_when_asked_for() -> None:
    asked = table().floats()
    assert asked.schema["score"] == polars.Float64
    assert asked["coverage"].to_list() == [1 / 3, 0.0, 100.0]
    assert asked.schema["place"] == polars.Int64


def test_moments_come_in_utc() -> None:
    assert table().frame["when"].to_list()[0] == datetime(2023, 6, 20, 4, 0, tzinfo=UTC)


def test_a_table_without_rows_keeps_its_columns() -> None:
    empty = Table.of(COLUMNS, [], ABOUT)
    assert empty.frame.schema == table().frame.schema
    assert empty.floats().shape == (0, 7)
    for write in WRITERS.values():
        assert write(empty.frame, ABOUT)


@pytest.mark.parametrize("name", ["t.parquet", "t.arrow", "t.feather", "t.csv", "T.CSV"])
def test_a_file_says_what_it_is(tmp_path: Path, name: str) -> None:
    written = table().write(tmp_path / name)
    assert about_file(written) == AS_WRITTEN


def test_parquet_and_arrow_are_the_same_to_other_programs(tmp_path: Path) -> None:
    parquet = pyarrow.parquet.read_table(table().write(tmp_path / "t.parquet"))
    arrow = pyarrow.feather.read_table(table().write(tmp_path / "t.arrow"))
    assert parquet.equals(arrow)
    assert parquet.column("score").to_pylist() == [Decimal(100), None, Decimal("0.000000000001")]
    assert b"shezhire" in parquet.schema.metadata
    assert polars.read_parquet(tmp_path / "t.parquet").equals(table().frame)
    assert polars.read_ipc(tmp_path / "t.arrow").equals(table().frame)
    assert "shezhire" in polars.read_parquet_metadata(tmp_path / "t.parquet")


def test_csv_has_its_comment_first_and_then_one_line_a_row(tmp_path: Path) -> None:
    text = table().write(tmp_path / "t.csv").read_text("utf-8")
    assert text.startswith('# official: false\n# note: "Талдау: ресми нәтиже емес"\n')
    read = polars.read_csv(io.StringIO(text), comment_prefix="#", infer_schema=False)
    assert read.columns == list(COLUMNS)
    assert read["score"].to_list() == ["100", None, "0.000000000001"]
    assert read["bodies"].to_list()[0] == "a;b"
    assert read["remark"].to_list()[0] == ROWS[0]["remark"]


def test_a_file_of_an_unknown_kind_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"\.parquet, \.arrow, \.feather, \.csv; found t\.xlsx"):
        table().write(tmp_path / "t.xlsx")
    assert not list(tmp_path.iterdir())


def test_a_file_of_another_program_says_nothing(tmp_path: Path) -> None:
    frame = table().frame
    frame.write_parquet(tmp_path / "t.parquet")
    frame.write_ipc(tmp_path / "t.arrow")
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    for name in ("t.parquet", "t.arrow", "t.csv"):
        with pytest.raises(InvalidInput, match="says nothing about itself"):
            about_file(tmp_path / name)


def test_columns_are_inferred_from_all_rows() -> None:
    rows = [
        {"nothing": None, "flag": None, "whole": None, "figure": 1, "list": (), "when": None, "mixed": 1},
        {"nothing": None, "flag": True, "whole": 2, "figure": Decimal("0.5"), "list": ["a"], "mixed": "x", "late": "y"},
        {"when": datetime(2023, 1, 1, tzinfo=UTC)},
    ]
    frame = Table.of(inferred(rows), rows, {}).frame
    assert dict(frame.schema) == {
        "nothing": polars.String,
        "flag": polars.Boolean,
        "whole": polars.Int64,
        "figure": FIGURE,
        "list": polars.List(polars.String),
        "when": polars.Datetime("us", "UTC"),
        "mixed": polars.String,
        "late": polars.String,
    }


def test_what_is_shown_carries_its_note() -> None:
    assert str(table()).endswith(ABOUT["note"])  # type: ignore[arg-type]
    assert str(ABOUT["note"]) in table()._repr_html_()
