"""How the columns of read models are typed in PostgreSQL, and how their values travel."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from projections.history import TableSpec

TYPES = {"cycle": "integer", "layer": "smallint", "item": "integer"}
"""Types of key columns that are not text."""

JSON = {("facts", "value"), ("revisions", "document")}
AS_TEXT = {("facts", "event_id")}
"""Columns that folds hold as text and PostgreSQL as another type."""


def type_of(column: str) -> str:
    """The PostgreSQL type of a key column."""
    return TYPES.get(column, "text")


def json_places(spec: TableSpec) -> tuple[int, ...]:
    """Where among the table's values JSON stands."""
    return tuple(index for index, name in enumerate(spec.values) if (spec.name, name) in JSON)


def outgoing(values: tuple[Any, ...], places: tuple[int, ...]) -> tuple[Any, ...]:
    """Values as PostgreSQL takes them."""
    if not places:
        return values
    return tuple(Jsonb(value) if index in places and value is not None else value for index, value in enumerate(values))


def selected(spec: TableSpec) -> str:
    """The table's columns as they are read: key, then values."""
    columns = (*spec.key, *spec.values)
    return ", ".join(f"{name}::text" if (spec.name, name) in AS_TEXT else name for name in columns)
