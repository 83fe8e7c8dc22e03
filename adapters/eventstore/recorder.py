"""The library's PostgreSQL recorder over our table: ordered, contiguous, grouped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from adapters.eventstore.groupcommit import Batch, GroupCommit
from adapters.postgres.roles import Role


class StoreUnavailable(RuntimeError):
    """The database cannot be reached; nothing is known to be written. Try again later."""


class Datastore(PostgresDatastore):
    """The library's pool of connections, each taking one of our roles."""

    def __init__(self, url: str, role: Role, pool_size: int = 4) -> None:
        parts = conninfo_to_dict(url)
        self._role = role
        super().__init__(
            dbname=str(parts.get("dbname", "")),
            host=str(parts.get("host", "")),
            port=str(parts.get("port", "")),
            user=str(parts.get("user", "")),
            password=str(parts.get("password", "")),
            schema="shezhire",
            pool_size=pool_size,
            max_overflow=pool_size,
            originator_id_type="uuid",
        )

    def after_connect_func(self) -> Callable[[Connection[Any]], None]:
        """Prepares each new connection: auto-commit, role, a bound on waiting for locks."""
        prepare = super().after_connect_func()
        role = self._role.value

        def after_connect(connection: Connection[Any]) -> None:
            prepare(connection)
            connection.execute(
                "SELECT set_config('role', %s, false), set_config('lock_timeout', '30s', false)", (role,)
            )

        return after_connect


LIBRARY_ERRORS = (InterfaceError, OperationalError)
"""What the library makes of a broken connection."""

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
        lost: Exception | None = None
        for _ in range(3):
            try:
                with self.datastore.get_connection() as connection:
                    if lost is not None and (written := self._written(connection, arguments)):
                        return written
                    return connection.execute(APPEND, arguments, prepare=True).fetchall()
            except (psycopg.OperationalError, psycopg.InterfaceError, *LIBRARY_ERRORS) as error:
                # The connection broke: whether the commit was done is unknown until we look.
                lost = error
        raise StoreUnavailable(f"the event store cannot be reached: {lost}") from lost

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
