"""Writing what a fold changed: ended rows are closed, new rows are copied, all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg

from adapters.readmodels.columns import TRAIL_PLACES, outgoing, places, selected, type_of
from projections.history import Changes, Key, Load, TableSpec, Values
from projections.tables import SPECS, TRAIL_COLUMNS, ReadModels

Connection = psycopg.Connection[tuple[Any, ...]]


def load_from(connection: Connection) -> Any:
    """A loader for `ReadModels.over`: the stored open rows of a partition."""

    def loader(spec: TableSpec) -> Load:
        part = " AND ".join(f"{column} = %s" for column in spec.key[: spec.partition])
        query = f"SELECT {selected(spec)}, valid_from FROM shezhire.{spec.name} WHERE {part} AND valid_to IS NULL"
        size = len(spec.key)

        def load(key: Key) -> Iterable[tuple[Key, Values, int]]:
            rows = connection.execute(query, key, prepare=True).fetchall()
            return [(row[:size], row[size:-1], row[-1]) for row in rows]

        return load

    return loader


def write(connection: Connection, models: ReadModels) -> int:
    """Writes all changes since the last call; gives how many rows were written."""
    written = 0
    for spec in SPECS:
        changes = models[spec].changes()
        if changes.ended:
            _end(connection, spec, changes)
        if changes.rows:
            _insert(connection, spec, changes)
        written += len(changes.ended) + len(changes.rows)
    if models.trail:
        with connection.cursor().copy(f"COPY shezhire.trail ({', '.join(_quoted(TRAIL_COLUMNS))}) FROM STDIN") as copy:
            for row in models.trail:
                copy.write_row(outgoing(row, TRAIL_PLACES))
        written += len(models.trail)
        models.trail.clear()
    return written


def _end(connection: Connection, spec: TableSpec, changes: Changes) -> None:
    arrays = ", ".join(f"%s::{type_of(column)}[]" for column in spec.key)
    columns = ", ".join(spec.key)
    same = " AND ".join(f"t.{column} = u.{column}" for column in spec.key)
    keys = zip(*(key for key, _ in changes.ended), strict=True)
    connection.execute(
        f"UPDATE shezhire.{spec.name} t SET valid_to = u.valid_to "
        f"FROM unnest({arrays}, %s::bigint[]) AS u ({columns}, valid_to) WHERE {same} AND t.valid_to IS NULL",
        (*(list(column) for column in keys), [position for _, position in changes.ended]),
    )


def _insert(connection: Connection, spec: TableSpec, changes: Changes) -> None:
    columns = ", ".join((*spec.key, *spec.values, "valid_from", "valid_to"))
    written = places(spec)
    with connection.cursor().copy(f"COPY shezhire.{spec.name} ({columns}) FROM STDIN") as copy:
        for row in changes.rows:
            copy.write_row((*row.key, *outgoing(row.values, written), row.valid_from, row.valid_to))


def _quoted(columns: Iterable[str]) -> list[str]:
    return [f'"{column}"' for column in columns]
