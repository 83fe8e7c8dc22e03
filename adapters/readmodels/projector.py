"""The in-process projector: reads the record in order and keeps the read models up to date, each event exactly once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event as Flag

import psycopg

from adapters.eventstore.mapper import UnknownEvent, recorded_of
from adapters.eventstore.reader import EventReader, StoredRow
from adapters.postgres.roles import Role, as_role
from adapters.readmodels.sink import Batch, Connection, load_from, taken, write
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


@dataclass(frozen=True, slots=True)
class _Flight:
    """Folded rows on their way into the database, written by the projector's other thread."""

    rows: list[StoredRow]
    written: Future[None]


@dataclass
class _State:
    """A connection, a fold, and the position up to which all is stored. Owned by one thread.

    While there is a flight, the fold holds its rows already, and the connection is the writing thread's.
    """

    connection: Connection
    fold: Fold
    position: int
    flight: _Flight | None = None

    @property
    def folded(self) -> int:
        """The position up to which the fold has come."""
        return self.position if self.flight is None else self.flight.rows[-1].position


class Projector:
    """Drives all projections over a store.

    A batch's rows and its position are one transaction: killed anywhere, it resumes after the last whole batch. While
    one batch is written, the next is folded. Only one projector is active at a time (advisory lock); a second one waits
    to take over.
    """

    def __init__(self, url: str, *, batch: int = 2_000, keep_partitions: int = 400) -> None:
        self._conninfo = as_role(url, Role.PROJECTOR)
        self._reader = EventReader(url, Role.PROJECTOR)
        self._batch = batch
        self._keep = keep_partitions
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="projector-writes")
        self._state: _State | None = None

    def catch_up(self, progress: Callable[[int, int], None] | None = None, until: int | None = None) -> int:
        """Applies everything recorded up to now (or `until`); gives the position reached.

        `progress` is called with (position, head) after each batch. Raises NotTheProjector, without waiting, if
        another one is active.
        """
        try:
            state = self._active()
            head = self._reader.head() if until is None else until
            told = state.position
            while (rows := self._reader.read(state.folded, self._batch, until)) or state.flight is not None:
                if rows:
                    self._advance(state, rows)
                else:
                    self._landed(state)
                if progress is not None and state.position > told:
                    told = state.position
                    progress(told, max(head, told))
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
        self._writer.shutdown()
        self._reader.close()

    def _active(self) -> _State:
        if self._state is None:
            connection: Connection = psycopg.connect(self._conninfo, autocommit=True)
            try:
                self._state = _State(connection, self._fold(), _begun(connection))
            except BaseException:
                connection.close()
                raise
        return self._state

    def _fold(self) -> Fold:
        """A fold over what is stored."""
        return Fold(ReadModels.over(load_from(self._reader.connection)))

    def _forget(self) -> None:
        if self._state is not None:
            if self._state.flight is not None:
                # Its connection is closed only when the writing thread has left it.
                wait((self._state.flight.written,))
            self._state.connection.close()
            self._state = None

    def _advance(self, state: _State, rows: list[StoredRow]) -> None:
        """Folds rows while those before them are written, and sends them to be written too."""
        try:
            for row in rows:
                state.fold.apply(_recorded(row))
        except UNFIT:
            # The fold may have stopped half-way through an event, so its memory is dropped with it.
            if self._landed(state):
                state.fold = self._fold()
                self._apply(state, rows)
            return
        if self._landed(state):
            for table in state.fold.models.tables.values():
                table.forget(self._keep)
            batch = taken(state.fold.models)
            position, reached = state.position, rows[-1].position
            written = self._writer.submit(_store, state.connection, position, reached, batch)
            state.flight = _Flight(rows, written)

    def _landed(self, state: _State) -> bool:
        """Waits for what is being written; if PostgreSQL did not take it, applies it anew, event by event if need be.

        False if so: what was folded after it is lost, and must be read again.
        """
        flight, state.flight = state.flight, None
        if flight is None:
            return True
        try:
            flight.written.result()
        except UNSTORABLE:
            state.fold = self._fold()
            self._apply(state, flight.rows)
            return False
        state.position = flight.rows[-1].position
        return True

    def _apply(self, state: _State, rows: list[StoredRow]) -> None:
        """Applies and stores rows; one that cannot be applied is set aside, and the stream goes on."""
        for index, row in enumerate(rows):
            try:
                state.fold.apply(_recorded(row))
            except UNFIT as error:
                state.fold = self._fold()
                if index:
                    self._apply(state, rows[:index])
                self._set_aside(state, row, error)
                if rows[index + 1 :]:
                    self._apply(state, rows[index + 1 :])
                return
        try:
            _store(state.connection, state.position, rows[-1].position, taken(state.fold.models))
            state.position = rows[-1].position
        except UNSTORABLE as error:
            # PostgreSQL does not say which row it was: halves are tried until the event stands alone.
            state.fold = self._fold()
            if len(rows) == 1:
                self._set_aside(state, rows[0], error)
            else:
                self._apply(state, rows[: len(rows) // 2])
                self._apply(state, rows[len(rows) // 2 :])

    def _set_aside(self, state: _State, row: StoredRow, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}".replace("\0", "\\0")
        log.error("event %d (%s) is set aside: %s", row.position, row.topic, reason)
        _store(state.connection, state.position, row.position, taken(state.fold.models), (row, reason))
        state.position = row.position


def _begun(connection: Connection) -> int:
    """Makes the connection that of the one active projector; gives the position up to which all is stored.

    Raises NotTheProjector if there is another.
    """
    # A commit that a crash takes back takes rows and position back together, and both come again.
    connection.execute("SET synchronous_commit TO off")
    locked = connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
    if locked != (True,):
        raise NotTheProjector("another projector is active")
    row = connection.execute(
        'SELECT "position" FROM shezhire.projector_position WHERE projector = %s', (NAME,)
    ).fetchone()
    if row is None:
        connection.execute("INSERT INTO shezhire.projector_position VALUES (%s, 0)", (NAME,))
    return row[0] if row is not None else 0


def _store(
    connection: Connection, position: int, reached: int, batch: Batch, dead: tuple[StoredRow, str] | None = None
) -> None:
    """Writes a batch and moves the position, in one transaction. Raises NotTheProjector if the position was moved."""
    with connection.transaction():
        moved = connection.execute(
            'UPDATE shezhire.projector_position SET "position" = %s, updated_at = clock_timestamp() '
            'WHERE projector = %s AND "position" = %s',
            (reached, NAME, position),
        ).rowcount
        if moved != 1:
            raise NotTheProjector(f"position {position} was moved by another projector")
        write(connection, batch)
        if dead is not None:
            row, reason = dead
            connection.execute(
                'INSERT INTO shezhire.dead_letters (projector, "position", type, reason) VALUES (%s, %s, %s, %s)',
                (NAME, row.position, row.topic, reason),
            )


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
