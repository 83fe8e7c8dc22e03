"""All rows of all read models, stored and replayed, in one comparable form."""

from __future__ import annotations

from collections import Counter
from typing import Any

import psycopg

from adapters.eventstore.reader import EventReader
from adapters.postgres.roles import Role, as_role
from adapters.readmodels.columns import selected
from adapters.readmodels.projector import replayed
from projections.tables import SPECS, TRAIL_COLUMNS, ReadModels

Rows = dict[str, Counter[Any]]


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_plain(item) for item in value)
    if isinstance(value, dict):
        return tuple(sorted((name, _plain(item)) for name, item in value.items()))
    return value


def stored_rows(url: str) -> Rows:
    """Every row of every read model, with how often it is there."""
    found: Rows = {}
    with psycopg.connect(as_role(url, Role.READER)) as connection:
        connection.execute("SET timezone TO 'UTC'")
        for spec in SPECS:
            rows = connection.execute(f"SELECT {selected(spec)}, valid_from, valid_to FROM shezhire.{spec.name}")
            found[spec.name] = Counter(_plain(row) for row in rows)
        columns = ", ".join(f'"{name}"' for name in TRAIL_COLUMNS)
        found["trail"] = Counter(_plain(row) for row in connection.execute(f"SELECT {columns} FROM shezhire.trail"))
    return found


def rows_of(models: ReadModels) -> Rows:
    """The same of read models in memory."""
    found: Rows = {
        spec.name: Counter(_plain((*row.key, *row.values, row.valid_from, row.valid_to)) for row in models[spec].rows())
        for spec in SPECS
    }
    found["trail"] = Counter(_plain(row) for row in models.trail)
    return found


def replayed_rows(url: str) -> Rows:
    """The rows that a replay of all stored events makes, without looking at any stored table."""
    reader = EventReader(url)
    try:
        return rows_of(replayed(reader.all))
    finally:
        reader.close()
