"""The library's PostgreSQL recorder over our table: ordered, contiguous, grouped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from eventsourcing.persistence import IntegrityError, InterfaceError, Notification, OperationalError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import PoolTimeout

from adapters.eventstore.groupcommit import Batch, GroupCommit
from adapters.postgres.roles import Role, as_role

Answer = TypeVar("Answer")


class StoreUnavailable(RuntimeError):
    """The database cannot be reached; nothing is known to be written. Try again later."""


class ConnectionLost(RuntimeError):
    """A connection broke, or none could be had."""


class Datastore(PostgresDatastore):
    """The library's pool of connections, each taking one of our roles."""

    def __init__(self, url: str, role: Role, pool_size: int = 4) -> None:
        super().__init__(
            *[""] * 5,
            connect_timeout=3.0,
            schema="shezhire",
            pool_size=pool_size,
            max_overflow=pool_size,
            originator_id_type="uuid",
        )
        # The library takes an address in five parts, which would lose the others (sslmode, several hosts, a service).
        self.pool.conninfo = as_role(url, role)
        self.pool.kwargs = {"row_factory": dict_row}
        # Growing pauses between attempts to connect would leave us away long after the server is back.
        self.pool.reconnect_timeout = 3.0

    @contextmanager
    def get_connection(self) -> Iterator[Connection[DictRow]]:
        """A connection from the pool. Raises ConnectionLost where the library would ask ten times more, and
        StoreUnavailable where none can be had."""
        try:
            with super().get_connection() as connection:
                yield connection
        except (InterfaceError, OperationalError) as error:
            if isinstance(error.__cause__, PoolTimeout):
                raise StoreUnavailable(f"the event store cannot be reached: {error}") from error
            raise ConnectionLost(str(error)) from error


ATTEMPTS = 3
"""How often something is asked of the database before it counts as unreachable."""

TAKE_TURN = "SELECT pg_advisory_xact_lock(91736254018)"
"""The lock that every append holds until its commit; see the first migration."""

APPEND = "SELECT * FROM shezhire.append_events(%b, %b, %b, %b, %b)"


class EventRecorder(PostgresApplicationRecorder):
    """Stores events in `shezhire.events`.

    Positions are given in the order of commits, so a follower can never skip an event. Versions of a stream are
    contiguous. Commands that come while another is being committed are committed together. Raises the library's
    IntegrityError where somebody else was first, and StoreUnavailable where the database cannot be reached.
    """

    def __init__(self, datastore: PostgresDatastore) -> None:
        super().__init__(datastore, events_table_name="events")
        self.channel_name = "shezhire_events"
        self._commits = GroupCommit(self._write)

    def create_table(self) -> None:
        """Tables are made by migrations only."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int]:
        """Stores one command's events, all or none; gives their positions."""
        return self._commits.submit(stored_events) if stored_events else []

    def _write(self, batches: Sequence[Batch]) -> list[Sequence[int] | Exception]:
        """Writes the batches in one transaction; for each its positions or what went wrong with it alone."""
        events = [(index, event) for index, batch in enumerate(batches) for event in batch]
        arguments = (
            [index for index, _ in events],
            [event.originator_id for _, event in events],
            [event.originator_version for _, event in events],
            [event.topic for _, event in events],
            [event.state for _, event in events],
        )
        rows = self._append(arguments)
        results: list[list[int] | Exception] = [[] for _ in batches]
        for (index, event), row in zip(events, rows, strict=True):
            found = results[index]
            if row["position"] is None:
                results[index] = IntegrityError(
                    f"stream {event.originator_id}: version {event.originator_version} is not the next one: "
                    "somebody else wrote first"
                )
            elif isinstance(found, list):
                found.append(row["position"])
        return list(results)

    def _append(self, arguments: tuple[list[Any], ...]) -> list[dict[str, Any]]:
        def append(again: bool) -> list[dict[str, Any]]:
            with self.datastore.get_connection() as connection:
                if not again:
                    return connection.execute(APPEND, arguments, prepare=True).fetchall()
                with connection.transaction():
                    # Whether the lost attempt was committed is unknown, and its server process may still be at it:
                    # with the lock in hand it has ended one way or the other, and we look.
                    connection.execute(TAKE_TURN)
                    return self._written(connection, arguments) or connection.execute(APPEND, arguments).fetchall()

        return self._persist(append)

    def _persist(self, ask: Callable[[bool], Answer]) -> Answer:
        """The answer, over a new connection where one broke; `ask` is told whether it is asked again."""
        lost: Exception | None = None
        for _ in range(ATTEMPTS):
            try:
                return ask(lost is not None)
            except ConnectionLost as error:
                lost = error
                # A server that was restarted has left a whole pool of broken connections.
                self.datastore.pool.check()
        raise StoreUnavailable(f"the event store cannot be reached: {lost}") from lost

    def select_events(self, *args: Any, **kwargs: Any) -> Sequence[StoredEvent]:
        """See the library's recorder. Raises StoreUnavailable."""
        return self._persist(lambda _: super(EventRecorder, self).select_events(*args, **kwargs))

    def select_notifications(self, *args: Any, **kwargs: Any) -> Sequence[Notification]:
        """See the library's recorder. Raises StoreUnavailable."""
        return self._persist(lambda _: super(EventRecorder, self).select_notifications(*args, **kwargs))

    def max_notification_id(self) -> int | None:
        """See the library's recorder. Raises StoreUnavailable."""
        newest: int | None = self._persist(lambda _: super(EventRecorder, self).max_notification_id())
        return newest

    def _written(self, connection: Connection[Any], arguments: tuple[list[Any], ...]) -> list[dict[str, Any]] | None:
        """The positions of exactly these bytes, if an attempt that seemed lost had been committed after all."""
        rows = connection.execute(
            "SELECT u.n AS ordinal, e.notification_id AS position FROM unnest(%b::uuid[], %b::bigint[], %b::bytea[]) "
            "WITH ORDINALITY AS u (id, version, state, n) JOIN shezhire.events e ON e.originator_id = u.id "
            "AND e.originator_version = u.version AND e.state = u.state ORDER BY u.n",
            (arguments[1], arguments[2], arguments[4]),
        ).fetchall()
        if not rows:
            return None
        # A group is one transaction: all of it that was not in conflict is there.
        positions = {row["ordinal"]: row["position"] for row in rows}
        return [{"ordinal": n, "position": positions.get(n)} for n in range(1, len(arguments[0]) + 1)]
