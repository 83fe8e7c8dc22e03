"""The peer that we build on: the `eventsourcing` library's own recorder and ProjectionRunner, as they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from adapters.eventstore.mapper import EventMapper
from domain.events import Event
from tests.bench.measure import Sample, timed

POOL = 10
"""Connections of the library's pool, as many as emmett's has."""


@contextmanager
def library_recorder(url: str) -> Iterator[PostgresApplicationRecorder]:
    """The library's recorder in its default mode over a table of its own."""
    parts = conninfo_to_dict(url)
    with PostgresDatastore(
        dbname=str(parts["dbname"]),
        host=str(parts["host"]),
        port=str(parts.get("port", "")),
        user=str(parts["user"]),
        password="",
        pool_size=POOL,
    ) as datastore:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="bench_library")
        recorder.create_table()
        yield recorder


class LibraryRecord(Application[UUID]):
    """The library's application, with our canonical JSON so that it reads the same bytes."""

    def construct_mapper(self) -> EventMapper:
        return EventMapper()


class EventCounts(PostgresTrackingRecorder):
    """The library's materialised view: how many events each stream has."""

    def __init__(self, datastore: PostgresDatastore, **settings: Any) -> None:
        super().__init__(datastore, **settings)
        self._table = Identifier(datastore.schema, "bench_event_counts")
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS {} (stream uuid PRIMARY KEY, events bigint NOT NULL)").format(self._table)
        )

    def count(self, stream: UUID, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                SQL(
                    "INSERT INTO {0} AS t VALUES (%s, 1) ON CONFLICT (stream) DO UPDATE SET events = t.events + 1"
                ).format(self._table),
                (stream,),
                prepare=True,
            )


class CountingProjection(Projection[EventCounts]):
    """One small table, kept by the library's ProjectionRunner: each event and its tracking are one transaction."""

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.count(domain_event.originator_id, tracking)


def store_for_library(url: str, events: Iterable[Event]) -> int:
    """Stores events by the library's application; gives the last position."""
    application, mapper, waiting, last = LibraryRecord(_environment(url)), EventMapper(), iter(events), 0
    try:
        while stored := [mapper.to_stored_event(event) for event in islice(waiting, 1_000)]:
            last = list(application.recorder.insert_events(stored) or ())[-1]
    finally:
        application.close()
    return last


def measure_projection_runner(url: str, last: int) -> Sample:
    """Empties the view and lets the library's ProjectionRunner catch up with all events, up to position `last`."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_event_counts, countingprojection_tracking")

    def catch_up() -> None:
        with ProjectionRunner(
            application_class=LibraryRecord,
            projection_class=CountingProjection,
            view_class=EventCounts,
            env=_environment(url),
        ) as runner:
            runner.wait(last, timeout=600)

    return timed(last, catch_up)


def _environment(url: str) -> dict[str, str]:
    parts = conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts.get("port", "5432")),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": "",
    }
