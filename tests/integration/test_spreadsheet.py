"""Workbooks: taken whole, or refused with every bad cell."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from adapters.spreadsheet import BadWorkbook, StatedCell, read_submission, reading, write_workbook
from domain.revision import revision_of
from tests.story import BODY, YEAR, rules

REVISION = revision_of(rules())
ROWS = [{"item": "a", "unit": "units", "plan": 10, "fact": 9.5}, {"item": "b", "unit": "percent", "plan": 20}]
Change = Callable[[Workbook], object]


def workbook(path: Path, *changes: Change) -> Path:
    """A good workbook, then changed."""
    write_workbook(REVISION, path, cycle=YEAR, body=BODY, tables={"plans": ROWS})
    book = load_workbook(path)
    book["values"]["B2"] = 80
    for change in changes:
        change(book)
    book.save(path)
    return path


def setting(sheet: str, cell: str, value: Any) -> Change:
    def change(book: Workbook) -> None:
        book[sheet][cell] = value

    return change


def read(path: Path) -> list[StatedCell]:
    return read_submission(path, REVISION, cycle=YEAR, body=BODY)


def bad(path: Path) -> list[tuple[str, str, str, str]]:
    with pytest.raises(BadWorkbook) as refusal:
        read(path)
    cells = [(one.sheet, one.cell, one.value, one.reason) for one in refusal.value.cells]
    for sheet, cell, value, reason in cells:
        assert value in str(refusal.value)
        assert reason in str(refusal.value)
        assert not sheet or f"{sheet}!{cell}" in str(refusal.value)
    return cells


def test_a_good_workbook_is_taken_as_it_was_typed(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        setting("values", "B3", "  a remark  "),
        setting("values", "B4", True),
        setting("plans", "A4", 7),
        setting("plans", "D3", 0.1),
        setting("plans", "D4", 1000),
    )
    assert {cell.subject: cell.value for cell in read(path)} == {
        "plans/a": {"unit": "units", "plan": "10", "fact": "0.1"},
        "plans/7": {"unit": "percent", "plan": "20", "fact": "1000"},
        "quality": "80",
        "remark": "a remark",
        "open": True,
    }


def test_an_empty_cell_that_may_be_empty_states_nothing_and_empty_rows_are_passed(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", setting("plans", "A9", "z"), setting("plans", "B9", "units"), setting("plans", "C9", 1)
    )
    stated = {cell.subject: (cell.value, cell.row) for cell in read(path)}
    assert stated["plans/b"] == ({"unit": "percent", "plan": "20", "fact": None}, 4)
    assert stated["plans/z"] == ({"unit": "units", "plan": "1", "fact": None}, 9)


CELLS: dict[str, tuple[str, str, Any, str]] = {
    "text for a number": ("plans", "C3", "ten", "expected a number, found text"),
    "a decimal comma": ("plans", "C3", "10,5", "expected a number, found text"),
    "a number in text": ("plans", "C3", "10", "expected a number, found text"),
    "a formula": ("plans", "C3", "=1+1", "is a formula"),
    "an error value": ("plans", "D3", "#DIV/0!", "is an error of the spreadsheet"),
    "not available": ("values", "B2", "#N/A", "is an error of the spreadsheet"),
    "a date": ("plans", "C3", datetime(2022, 1, 1), "found a date or time"),  # noqa: DTZ001 - as spreadsheets have it
    "a day": ("values", "B2", date(2022, 1, 1), "found a date or time"),
    "a time": ("plans", "C3", time(10, 30), "found a date or time"),
    "a boolean for a number": ("plans", "C3", True, "found a boolean"),
    "NaN typed out": ("plans", "C3", "NaN", "expected a number, found text"),
    "below the least": ("plans", "C3", 0, "is below the least allowed, 0.1"),
    "above the most": ("values", "B2", 100.5, "is above the most allowed, 100"),
    "too many digits": ("plans", "D3", 0.12345678901234567, "more than the 15 digits"),
    "a huge number": ("plans", "C3", 1e300, "more than 15 digits before"),
    "a number for text": ("plans", "B3", 1.5, "expected text"),
    "not one of the words": ("plans", "B3", "tons", "expected one of percent, units"),
    "empty where needed": ("plans", "C3", None, "is empty"),
    "no code": ("plans", "A3", None, "is empty"),
    "a number for a code": ("plans", "A3", 1.5, "expected text"),
    "a code with a slash": ("plans", "A3", "a/b", "a code has no `/`"),
    "a doubled code": ("plans", "A4", "a", "stands in row 3 already"),
    "an unknown column": ("plans", "E1", "extra", "is not a column of this table"),
    "a doubled column": ("plans", "E1", "fact", "stands twice"),
    "another unit": ("values", "D2", "units", "is the wrong unit: quality is stated in percent"),
    "text for a boolean": ("values", "B4", "yes", "expected TRUE or FALSE"),
    "a value that is not asked": ("values", "A5", "profit", "is not a single value of revision small-1"),
    "another body": ("about", "B2", "min-trade", "this submission is for body min-health"),
    "another cycle": ("about", "B1", "2021", "this submission is for cycle 2022"),
    "another revision": ("about", "B3", "small-0", "this submission is for revision small-1"),
}


@pytest.mark.parametrize("what", CELLS)
def test_a_bad_cell_is_named_with_its_value_and_the_reason(tmp_path: Path, what: str) -> None:
    sheet, cell, value, reason = CELLS[what]
    ((found_sheet, found_cell, found_value, found_reason),) = bad(
        workbook(tmp_path / "a.xlsx", setting(sheet, cell, value))
    )
    assert (found_sheet, found_cell) == (sheet, cell)
    assert reason in found_reason
    assert found_value == "nothing" if value is None else str(value)[:6] in found_value


def test_the_file_may_hold_a_number_that_is_none(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", setting("plans", "C3", 123456789))
    for number, reason in (("NaN", "finite"), ("INF", "finite"), ("1e999", "finite")):
        changed = tmp_path / f"{number}.xlsx"
        rewrite(path, changed, "123456789", number)
        cells = bad(changed)
        assert reason in cells[0][3] or "not a readable" in cells[0][3]


def rewrite(path: Path, target: Path, old: str, new: str) -> None:
    """Copies a workbook with one text in its sheets replaced by another."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.startswith("xl/worksheets/"):
                content = content.replace(old.encode(), new.encode())
            copy.writestr(entry, content)


def test_every_bad_cell_is_listed_not_only_the_first(tmp_path: Path) -> None:
    changes = (
        CELLS["text for a number"],
        CELLS["not one of the words"],
        CELLS["above the most"],
        CELLS["another body"],
    )
    cells = bad(workbook(tmp_path / "a.xlsx", *(setting(sheet, cell, value) for sheet, cell, value, _ in changes)))
    assert sorted((sheet, cell) for sheet, cell, *_ in cells) == sorted((sheet, cell) for sheet, cell, *_ in changes)


def test_merged_cells_are_refused(tmp_path: Path) -> None:
    cells = bad(workbook(tmp_path / "a.xlsx", lambda book: book["plans"].merge_cells("C3:D3")))
    assert ("plans", "C3:D3", "merged cells", "merged cells are not taken") in cells


def test_a_missing_column_and_unknown_and_missing_sheets_are_named(tmp_path: Path) -> None:
    cells = bad(
        workbook(
            tmp_path / "a.xlsx",
            lambda book: book["plans"].delete_cols(3),
            lambda book: book.create_sheet("notes"),
            lambda book: book.remove(book["about"]),
        )
    )
    reasons = [reason for *_, reason in cells]
    assert "the column `plan` is missing" in reasons
    assert "there is no such sheet in revision small-1" in reasons
    assert "the sheet `about` is missing" in reasons


def test_a_workbook_that_states_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_workbook(REVISION, path, cycle=YEAR, body=BODY)
    book = load_workbook(path)
    book["values"].delete_rows(2, 5)
    book.save(path)
    assert bad(path) == [("", "", "nothing", "the workbook states nothing")]


@pytest.mark.parametrize("sheet", ["plans", "values"])
def test_more_rows_than_allowed_are_refused_unread(tmp_path: Path, sheet: str) -> None:
    (found,) = bad(workbook(tmp_path / "a.xlsx", setting(sheet, "A20001", "z")))
    assert found == (sheet, "A20001", "20001 rows", "more than 20,000 rows")


def test_a_cell_far_away_costs_nothing(tmp_path: Path) -> None:
    """Walking all cells up to it would take hours."""
    assert read(workbook(tmp_path / "a.xlsx", setting("plans", "XFD19999", "x")))


def test_a_value_stated_twice_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", setting("values", "A9", "quality"), setting("values", "B9", 1))
    assert ("values", "A9", "'quality'", "stands in row 2 already") in bad(path)


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    files = {
        "text.xlsx": b"item,plan\na,1\n",
        "empty.xlsx": b"",
        "old.xls": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000),
        "cut.xlsx": workbook(tmp_path / "whole.xlsx").read_bytes()[:3000],
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        ((_, _, _, reason),) = bad(tmp_path / name)
        assert "not a readable .xlsx workbook" in reason
    with zipfile.ZipFile(tmp_path / "zip.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    ((_, _, _, reason),) = bad(tmp_path / "zip.xlsx")
    assert "not a readable .xlsx workbook" in reason
    assert "there is no such file" in bad(tmp_path / "none.xlsx")[0][3]
    (tmp_path / "folder.xlsx").mkdir()
    assert bad(tmp_path / "folder.xlsx")


def test_broken_parts_inside_a_workbook_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    rewrite(path, tmp_path / "b.xlsx", "<sheetData>", "<sheetData><row r='x'>")
    assert "not a readable" in bad(tmp_path / "b.xlsx")[0][3]


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros", bytes(201 * 2**20))
    assert path.stat().st_size < 2**20
    assert "unpacks to too much" in bad(path)[0][3]
    monkeypatch.setattr(reading, "MAX_BYTES", 1000)
    assert "more than 1000 bytes" in bad(workbook(tmp_path / "b.xlsx"))[0][3]


def test_entities_of_xml_are_not_expanded(tmp_path: Path) -> None:
    """A few bytes of nested entities would otherwise become gigabytes."""
    path = workbook(tmp_path / "a.xlsx", setting("plans", "A3", "laughter"))
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "lol">{lines}]>'.encode()
    changed = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as copy:
        for entry in source.infolist():
            content = source.read(entry)
            if b"laughter" in content:
                content = bomb + content.replace(b"laughter", b"&l11;")
            copy.writestr(entry, content)
    assert "not a readable" in bad(changed)[0][3]


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(REVISION, tmp_path / name, cycle=YEAR, body=BODY, tables={"plans": ROWS})
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
