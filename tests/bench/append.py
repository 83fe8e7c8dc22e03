"""Appending events: our recorder, its peers, and PostgreSQL with nothing around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import islice
from threading import Barrier, Thread
from typing import Protocol
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent

from adapters.eventstore.mapper import state_of
from adapters.eventstore.recorder import Datastore, EventRecorder
from adapters.postgres.roles import Role
from domain.casefile import CaseFile
from tests.bench.emmett import emmett
from tests.bench.history import history
from tests.bench.library import library_recorder
from tests.bench.measure import Case, Sample, Workload, interleaved, timed

OURS = "Shezhire"
GROUPED = "64 writers"
RAW = """
CREATE TABLE bench_raw (
    notification_id bigint GENERATED ALWAYS AS IDENTITY,
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (originator_id, originator_version)
);
CREATE UNIQUE INDEX bench_raw_position ON bench_raw (notification_id);
"""
COLUMNS = "(originator_id, originator_version, topic, state)"

Append = Callable[[Sequence[StoredEvent]], object]


class Contender(Protocol):
    """Something that appends workloads."""

    name: str

    def append(self, workload: Workload) -> Sample: ...


def workloads(quick: bool) -> list[Workload]:
    """What is measured, sized so that one run of each takes about a second; `quick` a twentieth of it."""
    part = 20 if quick else 1
    return [
        Workload("1 writer", 1, 1_000 // part),
        Workload("4 writers", 4, 500 // part),
        Workload(GROUPED, 64, 100 // part),
        Workload("100 events a commit", 1, 100 // part, 100),
        Workload("10,000 events a commit", 1, 1, 10_000 // part),
    ]


COMPARED = {
    "1 writer": ("library", "emmett", "insert"),
    "4 writers": ("library", "emmett", "insert"),
    GROUPED: ("library", "emmett"),
    "100 events a commit": ("library", "emmett", "insert", "copy"),
    "10,000 events a commit": ("copy",),
}
"""Which contenders run beside ours: those for which the workload means something."""


def measure_append(
    url: str, rounds: int, advance: Callable[[str], None], *, quick: bool, with_emmett: bool
) -> dict[tuple[str, str], list[Sample]]:
    """Samples by (workload, contender), all contenders in turn over one database."""
    state = sample_state()
    with ExitStack() as stack:
        stack.enter_context(psycopg.connect(url, autocommit=True)).execute(RAW)
        ours = EventRecorder(stack.enter_context(Datastore(url, Role.WRITER)))
        library = stack.enter_context(library_recorder(url))
        contenders: dict[str, Contender] = {
            "ours": ByThreads(OURS, state, lambda: _given(ours.insert_events)),
            "library": ByThreads("eventsourcing's recorder", state, lambda: _given(library.insert_events)),
            "insert": ByThreads("INSERT, nothing around it", state, lambda: _inserting(url)),
            "copy": ByThreads("COPY, nothing around it", state, lambda: _copying(url)),
        }
        if with_emmett:
            contenders["emmett"] = stack.enter_context(emmett(url, state))
        cases = [
            _case(contenders[name], workload)
            for workload in workloads(quick)
            for name in ("ours", *COMPARED[workload.name])
            if name in contenders
        ]
        return interleaved(cases, rounds, advance)


def _case(contender: Contender, workload: Workload) -> Case:
    return Case(workload.name, contender.name, lambda: contender.append(workload))


def sample_state() -> bytes:
    """The stored bytes of one usual event, about 700 bytes: what every contender stores."""
    for event in islice(history(3_000, cycles=1), 1_000):
        if isinstance(event, CaseFile.DataSubmitted):
            return state_of(event)
    raise AssertionError("the history submits nothing")


class ByThreads:
    """A contender in Python: each writer is a thread with its own `Append`. Making the events is not measured."""

    def __init__(self, name: str, state: bytes, writer: Callable[[], AbstractContextManager[Append]]) -> None:
        self.name = name
        self._state = state
        self._writer = writer

    def append(self, workload: Workload) -> Sample:
        """Appends. A single event goes on its writer's stream; the events of a larger commit each begin a stream."""
        with ExitStack() as stack:
            writers = [stack.enter_context(self._writer()) for _ in range(workload.writers)]
            work = [list(self._commits(workload)) for _ in writers]
            barrier = Barrier(workload.writers + 1)
            failures: list[BaseException] = []

            def write(append: Append, commits: list[list[StoredEvent]]) -> None:
                barrier.wait()
                try:
                    for commit in commits:
                        append(commit)
                except BaseException as failure:
                    failures.append(failure)

            threads = [Thread(target=write, args=both) for both in zip(writers, work, strict=True)]
            for thread in threads:
                thread.start()

            def all_written() -> None:
                barrier.wait()
                for thread in threads:
                    thread.join()

            sample = timed(workload.events, all_written)
            if failures:
                raise failures[0]
            return sample

    def _commits(self, workload: Workload) -> Iterator[list[StoredEvent]]:
        topic, stream = "CaseFile.DataSubmitted", uuid4()
        for commit in range(workload.commits):
            if workload.per_commit == 1:
                yield [StoredEvent(stream, commit + 1, topic, self._state)]
            else:
                yield [StoredEvent(uuid4(), 1, topic, self._state) for _ in range(workload.per_commit)]


@contextmanager
def _given(append: Append) -> Iterator[Append]:
    yield append


@contextmanager
def _inserting(url: str) -> Iterator[Append]:
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        statement = f"INSERT INTO bench_raw {COLUMNS} VALUES (%b, %b, %b, %b)"

        def append(events: Sequence[StoredEvent]) -> None:
            if len(events) == 1:
                cursor.execute(statement, _row(events[0]), prepare=True)
            else:
                with connection.transaction():
                    cursor.executemany(statement, list(map(_row, events)))

        yield append


@contextmanager
def _copying(url: str) -> Iterator[Append]:
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:

        def append(events: Sequence[StoredEvent]) -> None:
            with cursor.copy(f"COPY bench_raw {COLUMNS} FROM STDIN") as copy:
                for event in events:
                    copy.write_row(_row(event))

        yield append


def _row(event: StoredEvent) -> tuple[object, ...]:
    return event.originator_id, event.originator_version, event.topic, event.state
