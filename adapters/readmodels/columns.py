"""How the columns of read models are typed in PostgreSQL, and how their values travel."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from projections.history import TableSpec
from projections.tables import TRAIL_COLUMNS

TYPES = {"cycle": "integer", "layer": "smallint", "item": "integer"}
"""Types of key columns that are not text."""

JSON = {("facts", "value"), ("revisions", "document")}
ARRAYS = {("scores", "tie_values"), ("enrolments", "evaluators")}
AS_TEXT = {("facts", "event_id")}
"""Columns that folds hold as text and PostgreSQL as another type."""


def type_of(column: str) -> str:
    """The PostgreSQL type of a key column."""
    return TYPES.get(column, "text")


def array_text(items: Iterable[str | None]) -> str:
    """A `text[]` as PostgreSQL reads it (PostgreSQL 18, 8.15.2)."""
    return _array_text(tuple(items))


@lru_cache(maxsize=10_000)
def _array_text(items: tuple[str | None, ...]) -> str:
    # The driver's own writing of lists took a tenth of a catch-up; most arrays come again and again.
    return f"{{{','.join('NULL' if item is None else _quoted(item) for item in items)}}}"


def _quoted(item: str) -> str:
    escaped = item.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


Places = tuple[tuple[int, Callable[[Any], str]], ...]
"""Which values of a row are written as text that PostgreSQL reads, and how each becomes it."""


def places(spec: TableSpec) -> Places:
    """Where among the table's values JSON and arrays stand."""
    written: dict[str, Callable[[Any], str]] = {name: json.dumps for name in spec.values if (spec.name, name) in JSON}
    written |= {name: array_text for name in spec.values if (spec.name, name) in ARRAYS}
    return tuple((spec.values.index(name), write) for name, write in written.items())


TRAIL_PLACES: Places = tuple((TRAIL_COLUMNS.index(name), array_text) for name in ("authority", "bodies", "subjects"))
"""Where among the columns of the trail arrays stand."""


def outgoing(values: tuple[Any, ...], places: Places) -> Sequence[Any]:
    """Values as COPY takes them."""
    if not places:
        return values
    written = list(values)
    for index, write in places:
        if written[index] is not None:
            written[index] = write(written[index])
    return written


def selected(spec: TableSpec) -> str:
    """The table's columns as they are read: key, then values."""
    columns = (*spec.key, *spec.values)
    return ", ".join(f"{name}::text" if (spec.name, name) in AS_TEXT else name for name in columns)
