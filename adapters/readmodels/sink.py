"""Writing what a fold changed: ended rows are closed, new rows are copied, all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import psycopg

from adapters.readmodels.columns import TRAIL_PLACES, outgoing, places, selected, type_of
from projections.history import Changes, Key, Load, TableSpec, Values
from projections.tables import SPECS, TRAIL_COLUMNS, ReadModels

Connection = psycopg.Connection[tuple[Any, ...]]


def load_from(connected: Callable[[], Connection]) -> Any:
    """A loader for `ReadModels.over`: the stored open rows of a partition, over the connection that there is then."""

    def loader(spec: TableSpec) -> Load:
        part = " AND ".join(f"{column} = %s" for column in spec.key[: spec.partition])
        query = f"SELECT {selected(spec)}, valid_from FROM shezhire.{spec.name} WHERE {part} AND valid_to IS NULL"
        size = len(spec.key)

        def load(key: Key) -> Iterable[tuple[Key, Values, int]]:
            # A plan made while the table was small would read all of it for ever.
            rows = connected().execute(query, key, prepare=False).fetchall()
            return [(row[:size], row[size:-1], row[-1]) for row in rows]

        return load

    return loader


@dataclass(frozen=True, slots=True)
class Batch:
    """What a fold changed, taken out of its memory: the fold can go on while this is written."""

    changes: tuple[tuple[TableSpec, Changes], ...]
    trail: list[tuple[Any, ...]]


def taken(models: ReadModels) -> Batch:
    """All changes since the last call."""
    trail, models.trail = models.trail, []
    return Batch(tuple((spec, models[spec].changes()) for spec in SPECS), trail)


def write(connection: Connection, batch: Batch) -> None:
    """Writes what a fold changed."""
    for spec, changes in batch.changes:
        if changes.ended:
            _end(connection, spec, changes)
        if changes.rows:
            _insert(connection, spec, changes)
    if batch.trail:
        with connection.cursor().copy(f"COPY shezhire.trail ({', '.join(_quoted(TRAIL_COLUMNS))}) FROM STDIN") as copy:
            for row in batch.trail:
                copy.write_row(outgoing(row, TRAIL_PLACES))


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
