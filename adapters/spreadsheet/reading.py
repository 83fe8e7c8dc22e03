"""Reading a submission from a workbook: all of it, or the list of every bad cell.

One sheet for each table input, with the ids of its columns in the first row, titles for people in the second, and data
below; one sheet `values` for single values; one sheet `about` that says for which cycle and body it is.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from domain.errors import InvalidInput, Problem
from domain.revision import Column, Input, Revision

MAX_BYTES = 10 * 2**20
MAX_UNPACKED = 50 * 2**20
MAX_ROWS = 20_000
TOO_MANY_ROWS = f"more than {MAX_ROWS:,} rows"
ITEM = "item"
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    InvalidFileException,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What the library raises on files that are broken, encrypted, or no workbooks."""


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that cannot be taken: where it is, what it holds, why not."""

    sheet: str
    cell: str
    value: str
    reason: str


class BadWorkbook(InvalidInput):
    """The workbook cannot be taken; `cells` lists every bad cell. Nothing of it was read."""

    code = "bad-workbook"

    def __init__(self, path: Path, cells: list[BadCell]) -> None:
        problems = [
            Problem(f"{bad.sheet}!{bad.cell}" if bad.sheet else "", f"{bad.reason} (found {bad.value})")
            for bad in cells
        ]
        super().__init__(f"{path.name} cannot be taken: {len(cells)} bad cell(s)", problems, rule="whole-workbook")
        self.cells = tuple(cells)


@dataclass(frozen=True, slots=True)
class StatedCell:
    """A value that the workbook states about a subject, and the row it came from."""

    subject: str
    value: Any
    sheet: str
    row: int


def read_submission(path: Path, revision: Revision, *, cycle: int, body: str) -> list[StatedCell]:
    """What a workbook states. Raises BadWorkbook that lists every bad cell."""
    workbook = _open(path)
    bad: list[BadCell] = []
    stated: list[StatedCell] = []
    tables = {name: declared for name, declared in revision.inputs.items() if declared.kind == "table"}
    known = {"about", "values", *tables}
    for name in workbook.sheetnames:
        if name not in known:
            bad.append(BadCell(name, "A1", "the sheet", f"there is no such sheet in revision {revision.id}"))
    if "about" not in workbook.sheetnames:
        bad.append(BadCell("about", "A1", "nothing", "the sheet `about` is missing"))
    else:
        bad.extend(_about(workbook["about"], cycle=cycle, body=body, revision=revision))
    for name in ("values", *tables):
        if name in workbook.sheetnames:
            bad.extend(_shape(workbook[name]))
    if any(bad_cell.reason == TOO_MANY_ROWS for bad_cell in bad):
        raise BadWorkbook(path, bad)
    for name, declared in tables.items():
        if name in workbook.sheetnames:
            _read_table(workbook[name], declared, stated, bad)
    if "values" in workbook.sheetnames:
        _read_values(workbook["values"], revision, stated, bad)
    if not stated and not bad:
        bad.append(BadCell("", "", "nothing", "the workbook states nothing"))
    if bad:
        raise BadWorkbook(path, bad)
    return stated


def _open(path: Path) -> Any:
    if not path.exists():
        raise BadWorkbook(path, [BadCell("", "", str(path), "there is no such file")])
    if path.stat().st_size > MAX_BYTES:
        raise BadWorkbook(path, [BadCell("", "", f"{path.stat().st_size} bytes", f"more than {MAX_BYTES} bytes")])
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MAX_UNPACKED:
            raise BadWorkbook(path, [BadCell("", "", f"{unpacked} bytes", "unpacks to too much")])
        return load_workbook(path, data_only=False)
    except UNREADABLE as error:
        reason = "this is not a readable .xlsx workbook (is it encrypted, or of an older format?)"
        raise BadWorkbook(path, [BadCell("", "", type(error).__name__, reason)]) from error


def _shape(sheet: Worksheet) -> Iterator[BadCell]:
    for merged in sheet.merged_cells.ranges:
        yield BadCell(sheet.title, merged.coord, "merged cells", "merged cells are not taken")
    if sheet.max_row > MAX_ROWS:
        yield BadCell(sheet.title, f"A{MAX_ROWS + 1}", f"{sheet.max_row} rows", TOO_MANY_ROWS)


def _about(sheet: Worksheet, *, cycle: int, body: str, revision: Revision) -> Iterator[BadCell]:
    expected = {"cycle": str(cycle), "body": body, "revision": revision.id}
    found: dict[str, tuple[str, str]] = {}
    for row in sheet.iter_rows(min_row=1, max_row=50, max_col=2):
        if len(row) == 2 and row[0].value is not None:
            found[str(row[0].value)] = (str(row[1].value), row[1].coordinate)
    for name, wanted in expected.items():
        value, cell = found.get(name, ("nothing", "A1"))
        if value != wanted:
            yield BadCell("about", cell, value, f"this submission is for {name} {wanted}")


def _read_table(sheet: Worksheet, declared: Input, stated: list[StatedCell], bad: list[BadCell]) -> None:
    columns = {column.id: column for column in declared.columns}
    header: dict[int, str] = {}
    for cell in sheet[1]:
        if cell.value is None:
            continue
        name = str(cell.value)
        if name != ITEM and name not in columns:
            bad.append(BadCell(sheet.title, cell.coordinate, name, "is not a column of this table"))
        elif name in header.values():
            bad.append(BadCell(sheet.title, cell.coordinate, name, "stands twice"))
        else:
            header[cell.column] = name
    required = {ITEM, *(column.id for column in declared.columns if column.required)}
    for name in sorted(required - set(header.values())):
        bad.append(BadCell(sheet.title, "A1", "nothing", f"the column `{name}` is missing"))
    if ITEM not in header.values():
        return
    items: dict[str, int] = {}
    for cells in sheet.iter_rows(min_row=3, max_col=max(header)):
        row = {header[cell.column]: cell for cell in cells if isinstance(cell, Cell) and cell.column in header}
        if all(cell.value is None for cell in row.values()):
            continue
        item, reason = _text(row[ITEM].value)
        if reason is None and item in items:
            reason = f"stands in row {items[item]} already"
        if reason is not None or "/" in item:
            bad.append(_bad(sheet, row[ITEM], reason or "a code has no `/`"))
        items.setdefault(item, row[ITEM].row)
        values = {}
        for column in declared.columns:
            found = row.get(column.id)
            value, reason = _value(column, found.value if found is not None else None)
            if reason is not None:
                bad.append(_bad(sheet, found if found is not None else row[ITEM], reason))
            values[column.id] = value
        stated.append(StatedCell(f"{declared.id}/{item}", values, sheet.title, row[ITEM].row))


def _read_values(sheet: Worksheet, revision: Revision, stated: list[StatedCell], bad: list[BadCell]) -> None:
    rows: dict[str, int] = {}
    for name_cell, value_cell, _, unit_cell in sheet.iter_rows(min_row=2, max_col=4):
        if name_cell.value is None and value_cell.value is None:
            continue
        name, row = str(name_cell.value), int(name_cell.row or 0)
        if rows.setdefault(name, row) != row:
            bad.append(_bad(sheet, name_cell, f"stands in row {rows[name]} already"))
        declared = revision.inputs.get(name)
        if declared is None or declared.kind == "table":
            bad.append(_bad(sheet, name_cell, f"is not a single value of revision {revision.id}"))
            continue
        value, reason = _value(declared, value_cell.value)
        if reason is not None:
            bad.append(_bad(sheet, value_cell, reason))
        if unit_cell.value is not None and str(unit_cell.value).strip() != (declared.unit or ""):
            bad.append(
                _bad(sheet, unit_cell, f"is the wrong unit: {declared.id} is stated in {declared.unit or 'none'}")
            )
        stated.append(StatedCell(declared.id, value, sheet.title, row))


def _value(declared: Input | Column, value: Any) -> tuple[Any, str | None]:
    """The value as the record keeps it, or the reason why it cannot be taken."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None, "is empty" if isinstance(declared, Column) and declared.required else None
    if isinstance(value, str) and value.startswith("="):
        return None, "is a formula: state its result"
    if isinstance(value, str) and value.startswith("#"):
        return None, "is an error of the spreadsheet"
    if declared.kind == "number":
        return _figure(declared, value)
    if declared.kind == "boolean":
        return (value, None) if isinstance(value, bool) else (None, "expected TRUE or FALSE")
    found, reason = _text(value)
    if reason is None and isinstance(declared, Column) and declared.values and found not in declared.values:
        reason = f"expected one of {', '.join(declared.values)}"
    return found, reason


def _text(value: Any) -> tuple[str, str | None]:
    if isinstance(value, str):
        return (value.strip(), None) if value.strip() else ("", "is empty")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value), None
    return str(value), "is empty" if value is None else "expected text"


def _figure(declared: Input | Column, value: Any) -> tuple[str | None, str | None]:
    if isinstance(value, bool | date | datetime | time):
        return None, f"expected a number, found {'a date or time' if not isinstance(value, bool) else 'a boolean'}"
    if isinstance(value, str):
        return None, "expected a number, found text: check for spaces, letters and the decimal sign"
    # A spreadsheet keeps binary floating point; the shortest decimal that gives it back is what was typed.
    figure = Decimal(repr(value))
    if not figure.is_finite():
        return None, "is not a finite number"
    if len(figure.as_tuple().digits) > 15:
        return None, "has more than the 15 digits that a spreadsheet keeps"
    text = f"{figure:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if declared.minimum is not None and figure < declared.minimum:
        return None, f"is below the least allowed, {declared.minimum}"
    if declared.maximum is not None and figure > declared.maximum:
        return None, f"is above the most allowed, {declared.maximum}"
    if len(text.partition(".")[2]) > 12 or len(text.partition(".")[0].lstrip("-")) > 15:
        return None, "has more than 15 digits before or 12 after the decimal sign"
    return text, None


def _bad(sheet: Worksheet, cell: Any, reason: str) -> BadCell:
    value = "nothing" if cell.value is None else repr(cell.value) if isinstance(cell.value, str) else str(cell.value)
    return BadCell(sheet.title, cell.coordinate, value, reason)
