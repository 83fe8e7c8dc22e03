"""The in-process projector: reads the record in order and keeps the read models up to date, each event exactly once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Event as Flag

import psycopg

from adapters.eventstore.mapper import UnknownEvent, recorded_of
from adapters.eventstore.reader import EventReader, StoredRow
from adapters.postgres.roles import Role, as_role
from adapters.readmodels.sink import Connection, load_from, write
from domain.errors import DomainError
from domain.events import Recorded
from projections.fold import Fold
from projections.tables import SPECS, ReadModels

log = logging.getLogger(__name__)

NAME = "standings"
LOCK = 0x5368_657A_7072
"""Advisory lock of the one active projector."""
RETRY_SECONDS = 0.2


UNFIT = (UnknownEvent, DomainError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError)
"""What an event that this program cannot understand or fold makes it raise."""
UNSTORABLE = (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError)
"""What rows raise that PostgreSQL does not take (such as a NUL in a text)."""


class NotTheProjector(RuntimeError):
    """Another projector is active, or moved the position: this one waits, or starts again."""


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

        `progress` is called with (position, head) after each batch. Raises NotTheProjector, without waiting, if
        another one is active.
        """
        try:
            state = self._active()
            head = self._reader.head() if until is None else until
            while rows := self._reader.read(state.position, self._batch, until):
                self._apply(rows)
                state = self._active()
                if progress is not None:
                    progress(state.position, max(head, state.position))
        except BaseException:
            # The fold may have stopped half-way through an event: what it holds is no longer what is stored.
            self._forget()
            raise
        return state.position

    def follow(self, stop: Flag, poll_seconds: float = 1.0, stands: Callable[[int], None] = lambda _: None) -> None:
        """Keeps up until `stop` is set. A lost database is waited for, and so is another projector that is active.

        `stands` is told the position reached each time that everything recorded is applied.
        """
        said = ""
        while not stop.is_set():
            try:
                position = self.catch_up()
                said = ""
                stands(position)
                self._reader.wait(position, stop, poll_seconds)
            except (psycopg.OperationalError, NotTheProjector) as error:
                if str(error) != said:
                    said = str(error)
                    log.warning("projector waits: %s", said)
                stop.wait(RETRY_SECONDS)

    def close(self) -> None:
        """Gives the connections and the lock back."""
        self._forget()
        self._reader.close()

    def _active(self) -> _State:
        if self._state is None:
            connection: Connection = psycopg.connect(self._conninfo, autocommit=True)
            try:
                self._state = _begun(connection)
            except BaseException:
                connection.close()
                raise
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
            except UNFIT as error:
                # The fold may have stopped half-way through this event, so its memory is dropped with it.
                state.fold = _fold_over(state.connection)
                if index:
                    self._apply(rows[:index])
                self._set_aside(row, error)
                if rows[index + 1 :]:
                    self._apply(rows[index + 1 :])
                return
        try:
            self._store(state, rows[-1].position)
        except UNSTORABLE as error:
            # PostgreSQL does not say which row it was: halves are tried until the event stands alone.
            state.fold = _fold_over(state.connection)
            if len(rows) == 1:
                self._set_aside(rows[0], error)
            else:
                self._apply(rows[: len(rows) // 2])
                self._apply(rows[len(rows) // 2 :])

    def _store(self, state: _State, position: int, dead: tuple[StoredRow, str] | None = None) -> None:
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
                    'INSERT INTO shezhire.dead_letters (projector, "position", type, reason) VALUES (%s, %s, %s, %s)',
                    (NAME, row.position, row.topic, reason),
                )
        state.position = position
        for table in state.fold.models.tables.values():
            table.forget(self._keep)

    def _set_aside(self, row: StoredRow, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}".replace("\0", "\\0")
        log.error("event %d (%s) is set aside: %s", row.position, row.topic, reason)
        self._store(self._active(), row.position, (row, reason))


def _begun(connection: Connection) -> _State:
    """The state of the one active projector. Raises NotTheProjector if there is another."""
    locked = connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
    if locked != (True,):
        raise NotTheProjector("another projector is active")
    row = connection.execute(
        'SELECT "position" FROM shezhire.projector_position WHERE projector = %s', (NAME,)
    ).fetchone()
    if row is None:
        connection.execute("INSERT INTO shezhire.projector_position VALUES (%s, 0)", (NAME,))
    return _State(connection, _fold_over(connection), row[0] if row is not None else 0)


def _fold_over(connection: Connection) -> Fold:
    return Fold(ReadModels.over(load_from(connection)))


def _recorded(row: StoredRow) -> Recorded:
    return recorded_of(*row)


def replayed(history: Callable[[], Iterable[StoredRow]]) -> ReadModels:
    """Read models of a history, from nothing, in memory; what a projector would set aside is left out."""
    unfit: set[int] = set()
    while True:
        fold = Fold(ReadModels.over())
        for row in history():
            if row.position not in unfit:
                try:
                    fold.apply(_recorded(row))
                except UNFIT as error:
                    # The fold may have stopped half-way through this event: again, and without it.
                    log.error("event %d (%s) is left out: %s", row.position, row.topic, error)
                    unfit.add(row.position)
                    break
        else:
            return fold.models


def clear(connection: Connection) -> None:
    """Empties all read models, so that a projector builds them anew from the first event."""
    names = ("projector_position", "dead_letters", "trail", *(spec.name for spec in SPECS))
    connection.execute(f"TRUNCATE {', '.join(f'shezhire.{name}' for name in names)}")
