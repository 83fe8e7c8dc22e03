"""How answers come out: tables for people, JSON, CSV and Parquet for programs."""

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
    """Writes rows. `about` says what they are (JSON keeps it beside them); `notes` are sentences for people."""
    if output is Format.JSON:
        print_json({**(about or {}), "notes": list(notes), "rows": list(rows)})
    elif output is Format.CSV:
        sys.stdout.write(as_csv(rows))
    elif output is Format.PARQUET:
        sys.stdout.buffer.write(as_parquet(rows))
    else:
        console = Console()
        table = Table(title=title, title_justify="left", title_style="bold")
        columns = list(rows[0]) if rows else []
        for column in columns:
            numeric = any(isinstance(row[column], Decimal | int) for row in rows)
            code = column in ("body", "item", "revision", "setting", "variable", "check")
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


def as_parquet(rows: Rows) -> bytes:
    """Rows as a Parquet file; figures are kept exactly, as text."""
    import polars

    buffer = io.BytesIO()
    frame = polars.DataFrame([{name: plain(value) for name, value in row.items()} for row in rows])
    frame.write_parquet(buffer)
    return buffer.getvalue()
