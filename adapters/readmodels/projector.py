"""The in-process projector: reads the record in order and keeps the read models up to date, each event exactly once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event as Flag

import psycopg

from adapters.eventstore.mapper import UnknownEvent, recorded_of
from adapters.eventstore.reader import EventReader, StoredRow
from adapters.postgres.roles import Role, as_role
from adapters.readmodels.sink import Connection, load_from, write
from domain.events import Recorded
from projections.fold import Fold
from projections.tables import ReadModels

log = logging.getLogger(__name__)

NAME = "standings"
LOCK = 0x5368_657A_7072
"""Advisory lock of the one active projector."""


class NotTheProjector(RuntimeError):
    """Another projector moved the position: this one's state is no longer true, and it must start again."""


@dataclass
class _State:
    """A connection, a fold over what is stored, and the position up to which it has come. Owned by one thread."""

    connection: Connection
    fold: Fold
    position: int


class Projector:
    """Drives all projections over a store.

    A batch's rows and its position are one transaction: killed anywhere, it resumes after the last whole batch. Only
    one projector is active at a time (advisory lock); a second one waits to take over.
    """

    def __init__(self, url: str, *, batch: int = 2_000, keep_partitions: int = 5_000) -> None:
        self._conninfo = as_role(url, Role.PROJECTOR)
        self._reader = EventReader(url, Role.PROJECTOR)
        self._batch = batch
        self._keep = keep_partitions
        self._state: _State | None = None

    def catch_up(self, progress: Callable[[int, int], None] | None = None, until: int | None = None) -> int:
        """Applies everything recorded up to now (or `until`); gives the position reached.

        `progress` is called with (position, head) after each batch.
        """
        state = self._active()
        head = self._reader.head() if until is None else until
        while rows := self._reader.read(state.position, self._batch, until):
            self._apply(rows)
            state = self._active()
            if progress is not None:
                progress(state.position, max(head, state.position))
        return state.position

    def follow(self, stop: Flag, poll_seconds: float = 1.0) -> None:
        """Keeps up until `stop` is set. A lost database is waited for."""
        while not stop.is_set():
            try:
                position = self.catch_up()
                self._reader.wait(position, stop, poll_seconds)
            except (psycopg.OperationalError, NotTheProjector) as error:
                log.warning("projector starts again: %s", error)
                self._forget()
                stop.wait(0.2)

    def is_free(self) -> bool:
        """Whether this projector is the active one, or nobody is."""
        if self._state is not None:
            return True
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
            return row is not None and bool(row[0])

    def close(self) -> None:
        """Gives the connections and the lock back."""
        self._forget()
        self._reader.close()

    def _active(self) -> _State:
        if self._state is None:
            connection: Connection = psycopg.connect(self._conninfo, autocommit=True)
            connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
            row = connection.execute(
                'SELECT "position" FROM shezhire.projector_position WHERE projector = %s', (NAME,)
            ).fetchone()
            if row is None:
                connection.execute("INSERT INTO shezhire.projector_position VALUES (%s, 0)", (NAME,))
            models = ReadModels.over(load_from(connection))
            self._state = _State(connection, Fold(models), row[0] if row is not None else 0)
        return self._state

    def _forget(self) -> None:
        if self._state is not None:
            self._state.connection.close()
            self._state = None

    def _apply(self, rows: list[StoredRow]) -> None:
        """Applies rows and stores what changed; one that cannot be applied is set aside, and the stream goes on."""
        state = self._active()
        for index, row in enumerate(rows):
            try:
                state.fold.apply(_recorded(row))
            except (UnknownEvent, LookupError, ValueError, TypeError, AttributeError) as error:
                # The fold may have stopped half-way through this event, so its memory is dropped with it.
                log.error("event %d (%s) is set aside: %s", row.position, row.topic, error)
                self._forget()
                if index:
                    self._apply(rows[:index])
                self._set_aside(row, f"{type(error).__name__}: {error}")
                if rows[index + 1 :]:
                    self._apply(rows[index + 1 :])
                return
        self._store(state, rows[-1].position)

    def _store(self, state: _State, position: int, dead: tuple[StoredRow, str] | None = None) -> None:
        try:
            with state.connection.transaction():
                moved = state.connection.execute(
                    'UPDATE shezhire.projector_position SET "position" = %s, updated_at = clock_timestamp() '
                    'WHERE projector = %s AND "position" = %s',
                    (position, NAME, state.position),
                ).rowcount
                if moved != 1:
                    raise NotTheProjector(f"position {state.position} was moved by another projector")
                write(state.connection, state.fold.models)
                if dead is not None:
                    row, reason = dead
                    state.connection.execute(
                        'INSERT INTO shezhire.dead_letters (projector, "position", type, reason) '
                        "VALUES (%s, %s, %s, %s)",
                        (NAME, row.position, row.topic, reason),
                    )
        except BaseException:
            self._forget()
            raise
        state.position = position
        for table in state.fold.models.tables.values():
            table.forget(self._keep)

    def _set_aside(self, row: StoredRow, reason: str) -> None:
        self._store(self._active(), row.position, (row, reason))


def _recorded(row: StoredRow) -> Recorded:
    return recorded_of(*row)


def clear(connection: Connection) -> None:
    """Empties all read models, so that a projector builds them anew from the first event."""
    tables = connection.execute(
        "SELECT string_agg(format('shezhire.%I', tablename), ', ') FROM pg_tables WHERE schemaname = 'shezhire' "
        "AND tablename NOT IN ('events', 'alembic_version')"
    ).fetchone()
    assert tables is not None
    connection.execute(f"TRUNCATE {tables[0]}")
