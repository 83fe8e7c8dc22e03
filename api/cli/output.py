"""How answers come out: tables for people, JSON, CSV, Parquet and Arrow for programs."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.table import Table

Rows = Sequence[Mapping[str, Any]]


class Format(StrEnum):
    """How rows come out."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    ARROW = "arrow"


def plain(value: Any) -> Any:
    """A value as JSON holds it: figures stay text, so that none is rounded on its way."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


def print_json(value: Any) -> None:
    """Writes a value as JSON."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def print_rows(
    rows: Rows,
    output: Format,
    *,
    title: str = "",
    about: Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
) -> None:
    """Writes rows. `about` says what they are, `notes` are sentences for people.

    JSON keeps both beside the rows, Parquet and Arrow inside the file; CSV, whose readers expect a header first, has
    its notes on standard error.
    """
    if output is Format.JSON:
        print_json({**(about or {}), "notes": list(notes), "rows": list(rows)})
    elif output is Format.CSV:
        sys.stdout.write(as_csv(rows))
        sys.stderr.write("".join(f"{note}\n" for note in notes))
    elif output in (Format.PARQUET, Format.ARROW):
        sys.stdout.buffer.write(as_file(rows, output, {**(about or {}), "notes": list(notes)}))
    else:
        console = Console()
        table = Table(title=title, title_justify="left", title_style="bold")
        columns = list(rows[0]) if rows else []
        for column in columns:
            numeric = any(isinstance(row[column], Decimal | int) for row in rows)
            code = column in ("body", "node", "revision", "item", "setting", "variable", "check")
            table.add_column(column, justify="right" if numeric else "left", overflow="fold", no_wrap=code)
        for row in rows:
            table.add_row(*(cell(row[column]) for column in columns))
        console.print(table)
        for note in notes:
            console.print(note, style="dim", highlight=False)


def cell(value: Any) -> str:
    """A value as a table shows it."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def as_csv(rows: Rows) -> str:
    """Rows as CSV with a header (RFC 4180)."""
    buffer = io.StringIO()
    if rows:
        writer = csv.writer(buffer)
        writer.writerow(rows[0].keys())
        for row in rows:
            flat = (plain(value) for value in row.values())
            writer.writerow([";".join(map(str, value)) if isinstance(value, list) else value for value in flat])
    return buffer.getvalue()


def as_file(rows: Rows, output: Format, about: Mapping[str, Any]) -> bytes:
    """Rows as a Parquet or Arrow file that says what it is; figures are exact (see `api.analysis.tables`)."""
    from api.analysis.export import WRITERS
    from api.analysis.tables import Table, inferred

    table = Table.of(inferred(rows), rows, about)
    return WRITERS[output.value](table.frame, table.about)
