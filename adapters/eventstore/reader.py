"""Reading the record in order, and following it as it grows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from threading import Event as Flag
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from adapters.postgres.roles import Role, as_role

READ = (
    "SELECT notification_id, recorded_at, originator_id, originator_version, topic, state FROM shezhire.events "
    "WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id LIMIT %s"
)
READ_STREAMS = (
    "SELECT notification_id, recorded_at, originator_id, originator_version, topic, state FROM shezhire.events "
    "WHERE originator_id = ANY (%s) AND notification_id <= %s ORDER BY notification_id"
)
STREAMS_BEGUN = (
    "SELECT originator_id FROM shezhire.events WHERE topic = %s AND originator_version = 1 AND notification_id <= %s"
)
READ_POSITIONS = (
    "SELECT notification_id, recorded_at, originator_id, originator_version, topic, state FROM shezhire.events "
    "WHERE notification_id = ANY (%s) ORDER BY notification_id"
)
END = 2**63 - 1
HEED_SECONDS = 0.2
"""How long a waiting follower may take to heed `stop`."""


class StoredRow(NamedTuple):
    """A stored event, in the order of `recorded_of`'s arguments."""

    position: int
    recorded_at: datetime
    stream: UUID
    version: int
    topic: str
    state: bytes


class EventReader:
    """Reads events in the order of their positions, over one connection of its own."""

    def __init__(self, url: str, role: Role = Role.READER) -> None:
        self._conninfo = as_role(url, role)
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None

    def connection(self) -> psycopg.Connection[tuple[Any, ...]]:
        """The open connection, made anew if it was lost."""
        if self._connection is None or self._connection.closed or self._connection.broken:
            self._connection = psycopg.connect(self._conninfo, autocommit=True)
            self._connection.execute("SET timezone TO 'UTC'")
        return self._connection

    def close(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            self._connection.close()

    def head(self) -> int:
        """The last position; 0 if the record is empty."""
        row = self.connection().execute("SELECT coalesce(max(notification_id), 0) FROM shezhire.events").fetchone()
        assert row is not None
        return int(row[0])

    def read(self, after: int, limit: int, until: int | None = None) -> list[StoredRow]:
        """Up to `limit` events after a position, and not after `until`."""
        with self.connection().cursor(binary=True) as cursor:
            cursor.execute(READ, (after, END if until is None else until, limit), prepare=True)
            return list(map(StoredRow._make, cursor.fetchall()))

    def all(self, until: int | None = None, batch: int = 5_000) -> Iterator[StoredRow]:
        """All events from the first on, in batches under the hood."""
        after = 0
        while rows := self.read(after, batch, until):
            yield from rows
            after = rows[-1].position

    def streams(self, streams: Sequence[UUID], until: int | None = None) -> list[StoredRow]:
        """All events of these streams, not after `until`, in the order of positions."""
        return self._rows(READ_STREAMS, (list(streams), END if until is None else until))

    def streams_begun(self, topic: str, until: int | None = None) -> tuple[UUID, ...]:
        """The streams whose first event, not after `until`, is of this type."""
        found = self.connection().execute(STREAMS_BEGUN, (topic, END if until is None else until))
        return tuple(row[0] for row in found)

    def at(self, positions: Sequence[int]) -> list[StoredRow]:
        """The events at these positions, in order."""
        return self._rows(READ_POSITIONS, (list(positions),))

    def _rows(self, query: str, parameters: tuple[Any, ...]) -> list[StoredRow]:
        with self.connection().cursor(binary=True) as cursor:
            cursor.execute(query, parameters)
            return list(map(StoredRow._make, cursor.fetchall()))

    def position_at(self, moment: datetime) -> int:
        """The last position recorded at or before a moment."""
        row = (
            self.connection()
            .execute(
                "SELECT coalesce(max(notification_id), 0) FROM shezhire.events WHERE recorded_at <= %s",
                (moment.astimezone(UTC),),
            )
            .fetchone()
        )
        assert row is not None
        return int(row[0])

    def wait(self, after: int, stop: Flag, poll_seconds: float = 1.0) -> bool:
        """Waits until there is an event after a position; False if `stop` was set first.

        Woken by NOTIFY, and looks by itself every `poll_seconds` in case a notification was lost; a lost connection is
        made anew.
        """
        listening = False
        look_at = 0.0
        while not stop.is_set():
            try:
                connection = self.connection()
                if not listening:
                    # Listen first, then look: nothing can slip between.
                    connection.execute("LISTEN shezhire_events")
                    listening, look_at = True, 0.0
                if monotonic() >= look_at:
                    if self.head() > after:
                        return True
                    look_at = monotonic() + poll_seconds
                for _ in connection.notifies(timeout=min(poll_seconds, HEED_SECONDS), stop_after=1):
                    look_at = 0.0
            except psycopg.OperationalError:
                listening = False
                with contextlib.suppress(psycopg.Error):
                    self.close()
                stop.wait(HEED_SECONDS)
        return False
