"""Writing a workbook for a body: headers, notes and validation from the revision, with data or empty.

The same content gives the same bytes: times inside the file are fixed.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from adapters.spreadsheet.reading import ITEM
from domain.revision import Input, Revision

FIXED = datetime(2020, 1, 1)  # noqa: DTZ001 - workbooks hold local times without a zone
Rows = Sequence[Mapping[str, Any]]


def write_workbook(
    revision: Revision,
    path: Path,
    *,
    cycle: int,
    body: str,
    notes: Sequence[str] = (),
    tables: Mapping[str, Rows] | None = None,
) -> None:
    """Writes the workbook of a body: empty, or with the given rows (each with its `item`)."""
    workbook = Workbook()
    workbook.properties.creator = "shezhire"
    workbook.properties.created = workbook.properties.modified = FIXED
    about = workbook.active
    assert isinstance(about, Worksheet)
    about.title = "about"
    for line in (("cycle", str(cycle)), ("body", body), ("revision", revision.id)):
        about.append(line)
    for note in notes:
        about.append(("note", note))
    about.column_dimensions["B"].width = 60
    for declared in revision.inputs.values():
        if declared.kind == "table":
            _table(workbook.create_sheet(declared.id), declared, (tables or {}).get(declared.id, ()))
    single = [declared for declared in revision.inputs.values() if declared.kind != "table"]
    if single:
        sheet = workbook.create_sheet("values")
        sheet.append(("input", "value", "title", "unit"))
        for declared in single:
            sheet.append((declared.id, None, declared.title.ru, declared.unit))
    buffer = BytesIO()
    workbook.save(buffer)
    _write_reproducibly(buffer, path)


def _table(sheet: Worksheet, declared: Input, rows: Rows) -> None:
    names = [ITEM, *(column.id for column in declared.columns)]
    sheet.append(names)
    sheet.append([declared.title.ru] + [_note(column) for column in declared.columns])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "B3"
    for index, column in enumerate(declared.columns, start=2):
        letter = get_column_letter(index)
        if column.values:
            validation = DataValidation(type="list", formula1=f'"{",".join(column.values)}"', allow_blank=True)
        elif column.kind == "number":
            validation = DataValidation(
                type="decimal", operator="greaterThanOrEqual", formula1=str(column.minimum or 0)
            )
        else:
            continue
        validation.add(f"{letter}3:{letter}2000")
        sheet.add_data_validation(validation)
    for row in rows:
        sheet.append([row.get(name) for name in names])


def _note(column: Any) -> str:
    parts = [column.kind, "required" if column.required else "may be empty: not counted"]
    return "; ".join([*parts, *([", ".join(column.values)] if column.values else [])])


def _write_reproducibly(buffer: BytesIO, path: Path) -> None:
    """Copies the archive with fixed times, so that the same content always has the same bytes."""
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry.filename)
            if entry.filename == "docProps/core.xml":
                content = _without_saving_time(content)
            fixed = zipfile.ZipInfo(entry.filename, (2020, 1, 1, 0, 0, 0))
            fixed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fixed, content)


def _without_saving_time(core: bytes) -> bytes:
    start = core.find(b"<dcterms:modified")
    end = core.find(b"</dcterms:modified>")
    opening = core.find(b">", start) + 1
    return core[:opening] + b"2020-01-01T00:00:00Z" + core[end:] if 0 <= start < end else core
