"""The event store: order, contiguity, groups, and connections that break at the worst moment."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
import rfc8785
from eventsourcing.persistence import IntegrityError, StoredEvent

from adapters.eventstore.reader import EventReader
from adapters.eventstore.recorder import TAKE_TURN, Datastore, EventRecorder, StoreUnavailable
from adapters.postgres.migrate import migrate
from adapters.postgres.roles import Role, as_role
from tests.proxy import Proxy, waiting_sessions
from tests.servers import Server, ordinary_server, with_login
from tests.waiting import until

BY_FUNCTION = (
    "SELECT * FROM shezhire.append_events('{0}', ARRAY[%s::uuid], '{1}', '{Test.Happened}', ARRAY['{}'::bytea])"
)
BY_HAND = (
    "INSERT INTO shezhire.events (originator_id, originator_version, topic, state) "
    "VALUES (%s, 1, 'Test.Happened', '{}')"
)


def happened(stream: UUID | None = None, version: int = 1, **data: Any) -> StoredEvent:
    return StoredEvent(stream or uuid4(), version, "Test.Happened", rfc8785.dumps(data))


@contextmanager
def recorder_over(url: str, pool_size: int = 4) -> Iterator[EventRecorder]:
    with Datastore(url, Role.WRITER, pool_size) as datastore:
        yield EventRecorder(datastore)


@pytest.fixture
def recorder(database: str) -> Iterator[EventRecorder]:
    with recorder_over(database) as made:
        yield made


@pytest.fixture
def reader(database: str) -> Iterator[EventReader]:
    made = EventReader(database)
    yield made
    made.close()


@pytest.fixture
def looking(server: Server, database: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection that sees what other sessions do."""
    with psycopg.connect(server.as_admin(database), autocommit=True) as connection:
        yield connection


@contextmanager
def turn_taken(url: str) -> Iterator[psycopg.Connection[Any]]:
    """While this lasts, somebody else is appending and does not come to an end."""
    with psycopg.connect(as_role(url, Role.WRITER)) as connection:
        connection.execute(TAKE_TURN)
        yield connection


@pytest.mark.parametrize("statement", [BY_FUNCTION, BY_HAND], ids=["by function", "by hand"])
def test_a_later_position_is_never_visible_before_an_earlier_one(
    database: str, reader: EventReader, looking: psycopg.Connection[Any], statement: str
) -> None:
    writer = as_role(database, Role.WRITER)
    with psycopg.connect(writer) as first, psycopg.connect(writer) as second, ThreadPoolExecutor(1) as pool:
        first.execute(statement, (uuid4(),))

        def write_second() -> None:
            second.execute(statement, (uuid4(),))
            second.commit()

        writing = pool.submit(write_second)
        until(lambda: waiting_sessions(looking), "the second writer to wait for the first")
        assert not writing.done()
        assert reader.read(0, 10) == []
        first.commit()
        writing.result(60)
    assert [row.position for row in reader.read(0, 10)] == [1, 2]


def test_a_rolled_back_append_leaves_a_gap_that_followers_pass(
    database: str, recorder: EventRecorder, reader: EventReader
) -> None:
    with psycopg.connect(as_role(database, Role.WRITER)) as connection:
        connection.execute(BY_FUNCTION, (uuid4(),))
        connection.rollback()
    assert recorder.insert_events([happened(), happened()]) == [2, 3]
    assert reader.wait(0, threading.Event())
    assert [row.position for row in reader.all(batch=1)] == [2, 3]


def test_a_follower_skips_nothing_while_many_write_and_some_roll_back(
    database: str, recorder: EventRecorder, reader: EventReader
) -> None:
    def write(seed: int) -> int:
        chance = random.Random(seed)
        written = 0
        with psycopg.connect(as_role(database, Role.WRITER)) as own:
            for _ in range(25):
                if chance.random() < 0.3:
                    own.execute(BY_FUNCTION, (uuid4(),))
                    own.rollback()
                else:
                    count = chance.randint(1, 3)
                    recorder.insert_events([happened() for _ in range(count)])
                    written += count
        return written

    def follow() -> list[int]:
        seen = [0]
        while reader.wait(seen[-1], threading.Event(), 0.05):
            for row in reader.read(seen[-1], 7):
                seen.append(row.position)
                if row.topic == "Test.Ended":
                    return seen[1:-1]
        raise AssertionError("unreachable")

    with ThreadPoolExecutor(7) as pool:
        following = pool.submit(follow)
        written = sum(pool.map(write, range(6)))
        recorder.insert_events([StoredEvent(uuid4(), 1, "Test.Ended", b"{}")])
        seen = following.result(60)
    with psycopg.connect(as_role(database, Role.READER)) as connection:
        rows = connection.execute("SELECT notification_id FROM shezhire.events ORDER BY 1").fetchall()
    assert seen == [position for (position,) in rows][:-1]
    assert len(seen) == written


def test_versions_are_dense_and_positions_follow_the_commits(database: str, recorder: EventRecorder) -> None:
    streams = [uuid4() for _ in range(10)]

    def write(number: int) -> list[tuple[UUID, int, int]]:
        chance = random.Random(number)
        written = []
        for _ in range(20):
            stream = chance.choice(streams)
            while True:
                version = recorder.select_events(stream, desc=True, limit=1)
                following = version[0].originator_version + 1 if version else 1
                try:
                    (position,) = recorder.insert_events([happened(stream, following, by=number)])
                except IntegrityError:
                    continue
                written.append((stream, following, position))
                break
        return written

    with ThreadPoolExecutor(8) as pool:
        acknowledged = [entry for entries in pool.map(write, range(8)) for entry in entries]
    with psycopg.connect(as_role(database, Role.READER)) as connection:
        rows = connection.execute(
            "SELECT originator_id, originator_version, notification_id FROM shezhire.events ORDER BY notification_id"
        ).fetchall()
        backwards = connection.execute(
            "SELECT count(*) FROM (SELECT recorded_at, lag(recorded_at) OVER (ORDER BY notification_id) AS before "
            "FROM shezhire.events) AS pairs WHERE recorded_at < before"
        ).fetchone()
    assert sorted(rows) == sorted(acknowledged)
    assert len(rows) == 160
    assert backwards == (0,)
    for stream in streams:
        versions = [version for own, version, _ in rows if own == stream]
        assert versions == list(range(1, len(versions) + 1))


def submitted_behind_a_turn(
    url: str, recorder: EventRecorder, looking: psycopg.Connection[Any], batches: list[list[StoredEvent]]
) -> list[Future[Any]]:
    """Submits the first batch, which waits for its turn, then the others, which gather behind it; then all go."""
    with ThreadPoolExecutor(len(batches)) as pool, turn_taken(url) as turn:
        futures = [pool.submit(recorder.insert_events, batches[0])]
        until(lambda: waiting_sessions(looking), "the first writer to wait for its turn")
        futures += [pool.submit(recorder.insert_events, batch) for batch in batches[1:]]
        until(lambda: len(recorder._commits._waiting) == len(batches) - 1, "the others to gather")
        turn.rollback()
    return futures


def test_commands_that_come_together_are_committed_together(
    database: str, recorder: EventRecorder, looking: psycopg.Connection[Any]
) -> None:
    batches = [[happened(stream := uuid4()), happened(stream, 2)] for _ in range(20)]
    futures = submitted_behind_a_turn(database, recorder, looking, batches)
    positions = [future.result() for future in futures]
    assert sorted(position for pair in positions for position in pair) == list(range(1, 41))
    assert all(second == first + 1 for first, second in positions)
    with psycopg.connect(as_role(database, Role.READER)) as connection:
        transactions = connection.execute("SELECT count(DISTINCT xmin::text) FROM shezhire.events").fetchone()
    assert transactions == (2,)


def test_a_conflict_harms_only_its_own_command(
    database: str, recorder: EventRecorder, looking: psycopg.Connection[Any]
) -> None:
    taken = uuid4()
    recorder.insert_events([happened(taken)])
    good = [[happened()] for _ in range(5)]
    bad = [
        [happened(taken)],  # somebody was first
        [happened(version=2)],  # a version is left out at the beginning
        [happened(stream := uuid4()), happened(stream, 3)],  # and within
        [happened(), happened(taken, 5)],  # the whole command is refused, not the half of it
    ]
    futures = submitted_behind_a_turn(database, recorder, looking, [good[0], *bad, *good[1:]])
    refused = futures[1 : 1 + len(bad)]
    for future in refused:
        with pytest.raises(IntegrityError):
            future.result()
    accepted = [future.result() for future in futures if future not in refused]
    assert [len(positions) for positions in accepted] == [1] * 5
    with psycopg.connect(as_role(database, Role.READER)) as connection:
        stored = connection.execute("SELECT count(*), count(DISTINCT xmin::text) FROM shezhire.events").fetchone()
    assert stored == (6, 3)


def test_a_session_ended_before_its_commit_loses_and_doubles_nothing(
    database: str, recorder: EventRecorder, reader: EventReader, looking: psycopg.Connection[Any]
) -> None:
    event = happened(value="once")
    with ThreadPoolExecutor(1) as pool, turn_taken(database) as turn:
        writing = pool.submit(recorder.insert_events, [event])
        (session,) = until(lambda: waiting_sessions(looking), "the writer to wait for its turn")
        looking.execute("SELECT pg_terminate_backend(%s)", (session,))
        until(lambda: waiting_sessions(looking) not in ([session], []), "the writer to come again")
        turn.rollback()
        positions = writing.result(60)
    assert [(row.position, row.state) for row in reader.all()] == [(positions[0], event.state)]


def test_a_commit_whose_answer_is_lost_is_found_again(database: str, reader: EventReader) -> None:
    event = happened(value="once")
    with Proxy(database) as proxy, recorder_over(proxy.url, 1) as recorder:
        recorder.insert_events([happened()])
        proxy.cut_at_next_reply()
        positions = recorder.insert_events([event])
        assert proxy.was_cut.is_set()
        assert positions == [2]
        assert recorder.insert_events([happened()]) == [3]
    assert [row.state for row in reader.all()].count(event.state) == 1


def test_an_append_that_goes_on_after_its_connection_broke_is_not_repeated(
    database: str, reader: EventReader, looking: psycopg.Connection[Any]
) -> None:
    event = happened(value="once")
    with Proxy(database) as proxy, recorder_over(proxy.url, 1) as recorder, ThreadPoolExecutor(1) as pool:
        with turn_taken(database) as turn:
            writing = pool.submit(recorder.insert_events, [event])
            until(lambda: len(waiting_sessions(looking)) == 1, "the writer to wait for its turn")
            proxy.cut()
            until(lambda: len(waiting_sessions(looking)) == 2, "the writer to come again beside its old session")
            turn.rollback()
        positions = writing.result(60)
    assert [(row.position, row.state) for row in reader.all()] == [(positions[0], event.state)]


def test_a_group_of_which_a_part_conflicts_is_found_again_as_it_was_written(
    database: str, reader: EventReader, looking: psycopg.Connection[Any]
) -> None:
    taken = uuid4()
    with Proxy(database) as proxy, recorder_over(proxy.url, 1) as recorder, ThreadPoolExecutor(3) as pool:
        recorder.insert_events([happened(taken)])
        with turn_taken(database) as turn:
            first = pool.submit(recorder.insert_events, [happened()])
            until(lambda: waiting_sessions(looking), "the first writer to wait for its turn")
            good = pool.submit(recorder.insert_events, [happened(value="good")])
            bad = pool.submit(recorder.insert_events, [happened(taken, value="bad")])
            until(lambda: len(recorder._commits._waiting) == 2, "the others to gather")
            proxy.cut()
            until(lambda: len(waiting_sessions(looking)) == 2, "the first writer to come again")
            turn.rollback()
        first.result(60)
        assert good.result(60)
        with pytest.raises(IntegrityError):
            bad.result(60)
    assert reader.head() == 3


def test_a_server_that_is_away_is_reported_and_found_again() -> None:
    with ordinary_server() as running:
        url = with_login(running).login
        migrate(url)
        reader = EventReader(url)
        stop = threading.Event()
        with recorder_over(url) as recorder, ThreadPoolExecutor(1) as pool:
            assert recorder.insert_events([happened()]) == [1]
            following = pool.submit(reader.wait, 1, stop)
            running.stop()
            for attempt in (lambda: recorder.insert_events([happened()]), lambda: recorder.select_events(uuid4())):
                with pytest.raises(StoreUnavailable, match="cannot be reached"):
                    attempt()
            assert not following.done()
            running.start()
            (position,) = recorder.insert_events([happened()])
            assert following.result(60)
            assert [row.position for row in reader.all()] == [1, position]
            assert len(recorder.select_notifications(1, 10)) == 2
            assert recorder.max_notification_id() == position
        reader.close()


def test_the_time_of_recording_never_goes_back(database: str, recorder: EventRecorder, reader: EventReader) -> None:
    ahead = "INSERT INTO shezhire.events (originator_id, originator_version, topic, state, recorded_at) VALUES "
    with psycopg.connect(as_role(database, Role.OWNER), autocommit=True) as owner:
        owner.execute(ahead + "(gen_random_uuid(), 1, 'x', '{}', clock_timestamp() + interval '0.3 s')")
        recorder.insert_events([happened()])
        before, after = (row.recorded_at for row in reader.all())
        assert before <= after
        owner.execute(ahead + "(gen_random_uuid(), 1, 'x', '{}', clock_timestamp() + interval '1 hour')")
        with pytest.raises(StoreUnavailable, match="set the clock"):
            recorder.insert_events([happened()])
    assert reader.head() == 3


def test_what_the_demonstration_stores_is_canonical_and_readable_by_plain_sql(played: str) -> None:
    with psycopg.connect(as_role(played, Role.READER)) as connection:
        rows = connection.execute(
            'SELECT e.state, l.event, l.type, l."position" FROM shezhire.events e '
            'JOIN shezhire.event_log l ON l."position" = e.notification_id ORDER BY 4'
        ).fetchall()
    assert len(rows) > 200
    for state, event, kind, _ in rows:
        assert rfc8785.dumps(json.loads(state)) == state
        assert event == json.loads(state)
        assert event["schema"]["type"] == kind
        assert {"actor", "authority", "correlation_id", "decided_at", "effective_at"} <= event["envelope"].keys()
