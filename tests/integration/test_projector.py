"""The projector: each event exactly once, whatever happens to it, and the same rows as a replay."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from pydantic import SecretStr

from adapters.eventstore.reader import EventReader
from adapters.eventstore.recorder import Datastore, EventRecorder
from adapters.postgres.migrate import migrate
from adapters.postgres.roles import Role, as_role
from adapters.readmodels.projector import NotTheProjector, Projector, clear
from api.application import Statement
from api.services import Services, StandsStill
from domain import people
from ops.settings import Settings
from ops.wiring import opened
from tests.bench.history import document
from tests.rows import replayed_rows, stored_rows
from tests.servers import Server, ordinary_server, with_login
from tests.waiting import until

REGISTRAR = Statement("registrar-1", "registrar", reason="a test")


@contextmanager
def projector_over(url: str, batch: int = 100) -> Iterator[Projector]:
    projector = Projector(url, batch=batch)
    try:
        yield projector
    finally:
        projector.close()


@contextmanager
def following(projector: Projector, poll_seconds: float = 60.0) -> Iterator[list[int]]:
    """While this lasts, the projector follows; gives the positions where it stood, as they come."""
    stop = threading.Event()
    stood: list[int] = []
    with ThreadPoolExecutor(1) as pool:
        task = pool.submit(projector.follow, stop, poll_seconds, stood.append)
        try:
            yield stood
        finally:
            stop.set()
            task.result(60)


@contextmanager
def services_over(url: str) -> Iterator[Services]:
    with opened(Settings(database_url=SecretStr(url))) as services:
        yield services


def someone() -> people.RegisterPerson:
    return people.RegisterPerson(person=f"person-{uuid4()}", name="Somebody")


def append(url: str, *events: StoredEvent) -> None:
    with Datastore(url, Role.WRITER, 1) as datastore:
        EventRecorder(datastore).insert_events(events)


def dead_letters(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(as_role(url, Role.READER)) as connection:
        return connection.execute('SELECT "position", type, reason FROM shezhire.dead_letters ORDER BY 1').fetchall()


def head_of(url: str) -> int:
    reader = EventReader(url)
    try:
        return reader.head()
    finally:
        reader.close()


@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_read_models_equal_a_replay_row_by_row(played: str, batch: int) -> None:
    with projector_over(played, batch) as projector:
        assert projector.catch_up() == head_of(played)
    stored = stored_rows(played)
    assert stored == replayed_rows(played)
    assert all(stored.values()), "every table of the demonstration holds something"
    assert max(max(rows.values()) for rows in stored.values()) == 1
    assert dead_letters(played) == []


@pytest.mark.parametrize("every", [1, 10])
def test_a_projector_that_starts_anew_goes_on_as_if_it_had_never_stopped(played: str, every: int) -> None:
    """What a fold remembers beside its rows must follow from them, at each event of the year that moves a ranking."""
    for position in range(120, head_of(played) + every, every):
        with projector_over(played, 1) as projector:
            until(lambda projector=projector, position=position: went_to(projector, position), "the projector's turn")
    assert stored_rows(played) == replayed_rows(played)


def went_to(projector: Projector, position: int) -> bool:
    """Whether it came there; the lock of one that was closed a moment ago may still be held."""
    try:
        projector.catch_up(until=position)
    except NotTheProjector:
        return False
    return True


def test_a_rebuild_from_nothing_gives_the_same_rows(played: str) -> None:
    with projector_over(played) as projector:
        projector.catch_up()
    before = stored_rows(played)
    with psycopg.connect(as_role(played, Role.PROJECTOR), autocommit=True) as connection:
        clear(connection)
    assert not any(stored_rows(played).values())
    with projector_over(played, 13) as projector:
        projector.catch_up()
    assert stored_rows(played) == before


def test_progress_is_told_after_each_batch(played: str) -> None:
    told: list[tuple[int, int]] = []
    with projector_over(played, 50) as projector:
        head = projector.catch_up(lambda position, head: told.append((position, head)))
    assert [position for position, _ in told] == [*range(50, head, 50), head]
    assert {seen for _, seen in told} == {head}


def test_a_follower_is_woken_by_notifications(played: str) -> None:
    with services_over(played) as services, projector_over(played) as projector, following(projector) as stood:
        until(lambda: stood, "the projector to catch up")
        for _ in range(3):
            (position,) = services.record.execute(someone(), REGISTRAR).positions
            # It would look by itself only in a minute.
            until(lambda position=position: stood[-1] == position, "the projector to be woken", 10)


def test_a_follower_looks_by_itself_where_notifications_are_lost(server: Server, played: str) -> None:
    with projector_over(played) as projector, following(projector, 0.2) as stood:
        until(lambda: stood, "the projector to catch up")
        with psycopg.connect(as_role(played, Role.OWNER), autocommit=True) as owner:
            owner.execute("ALTER TABLE shezhire.events DISABLE TRIGGER before_append")
        with services_over(played) as services:
            (position,) = services.record.execute(someone(), REGISTRAR).positions
        until(lambda: stood[-1] == position, "the projector to look by itself")


def test_a_follower_outlives_its_sessions(server: Server, played: str) -> None:
    with (
        psycopg.connect(server.as_admin(played), autocommit=True) as admin,
        services_over(played) as services,
        projector_over(played, 5) as projector,
        following(projector, 0.2) as stood,
    ):
        for _ in range(5):
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name = %s",
                (Role.PROJECTOR.value,),
            )
            (position,) = services.record.execute(someone(), REGISTRAR).positions
            until(lambda position=position: stood and stood[-1] == position, "the projector to go on")
    assert stored_rows(played) == replayed_rows(played)


def test_a_follower_waits_for_a_server_that_is_away() -> None:
    with ordinary_server() as running:
        url = with_login(running).login
        migrate(url)
        with services_over(url) as services, projector_over(url) as projector, following(projector, 0.2) as stood:
            services.record.bootstrap("registrar-1", "Registrar")
            until(lambda: stood and stood[-1] == 2, "the projector to catch up")
            running.stop("immediate")
            running.start()
            (position,) = services.record.execute(someone(), REGISTRAR).positions
            until(lambda: stood[-1] == position, "the projector to go on")
            assert stored_rows(url) == replayed_rows(url)


def test_of_two_projectors_one_waits_and_takes_over(played: str) -> None:
    head = head_of(played)
    with projector_over(played) as second, projector_over(played, 10) as first:
        first.catch_up(until=20)
        with pytest.raises(NotTheProjector, match="another projector is active"):
            second.catch_up()
        with following(second) as stood:
            first.catch_up(until=40)
            assert stood == []
            first.close()
            until(lambda: stood, "the second to take over")
            assert stood[-1] == head
    assert stored_rows(played) == replayed_rows(played)


def test_two_projectors_that_start_at_once_apply_each_event_once(played: str) -> None:
    with (
        projector_over(played, 3) as first,
        projector_over(played, 3) as second,
        following(first, 0.05) as one,
        following(second, 0.05) as other,
    ):
        until(lambda: one or other, "one of them to catch up")
    assert stored_rows(played) == replayed_rows(played)


def test_a_projector_whose_position_was_moved_starts_again(played: str) -> None:
    with projector_over(played) as projector:
        projector.catch_up(until=20)
        with psycopg.connect(as_role(played, Role.PROJECTOR), autocommit=True) as other:
            clear(other)
        with pytest.raises(NotTheProjector, match="was moved"):
            projector.catch_up()
        until(lambda: caught(projector), "its lock to be free again")
    assert stored_rows(played) == replayed_rows(played)


def caught(projector: Projector) -> bool:
    try:
        projector.catch_up()
    except (NotTheProjector, psycopg.errors.UniqueViolation):
        return False
    return True


def poison() -> dict[str, StoredEvent]:
    """Events that nobody can apply."""
    good = (
        b'{"data":{"fictional":true,"name":"N%s","person":"p-1"},"envelope":{"actor":{"appointment":"a","body":"b",'
        b'"person":"p","role":"r"},"authority":{"decision":"allow","determined_by":[],"policies":""},"causation_id":null,'
        b'"correlation_id":"01a20f45-5bf5-7a1b-befa-175295f6f3ff","decided_at":"2023-01-01T00:00:00Z","effective_at":'
        b'"2023-01-01T00:00:00Z","event_id":"01a20f45-5bf5-7a1b-befa-175295f6f3ff","legal_basis":null,"reason":"%s"},'
        b'"schema":{"type":"Person.PersonRegistered","version":%s}}'
    )
    kind = "Person.PersonRegistered"
    return {
        "an unknown type": StoredEvent(uuid4(), 1, "Planet.Discovered", good % (b"", b"", b"1")),
        "a newer version": StoredEvent(uuid4(), 1, kind, good % (b"", b"", b"99")),
        "not JSON": StoredEvent(uuid4(), 1, kind, b"\xff\xfe"),
        "JSON of another shape": StoredEvent(uuid4(), 1, kind, b"[1]"),
        "data of another shape": StoredEvent(uuid4(), 1, kind, b'{"schema":{"type":"x","version":1}}'),
        "a character that PostgreSQL does not store": StoredEvent(uuid4(), 1, kind, good % (b"", b"a\\u0000b", b"1")),
    }


@pytest.mark.parametrize("what", poison())
def test_an_event_that_cannot_be_applied_is_set_aside_and_the_stream_goes_on(played: str, what: str) -> None:
    event = poison()[what]
    with services_over(played) as services:
        services.record.execute(someone(), REGISTRAR)
        append(played, event)
        services.record.execute(someone(), REGISTRAR)
        head = services.reader.head()
        services.caught_up()
        ((position, kind, reason),) = dead_letters(played)
        assert (position, kind) == (head - 1, event.topic)
        assert reason
        assert services.source.position() == head
        if what != "a character that PostgreSQL does not store":
            assert stored_rows(played) == replayed_rows(played)


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_what_was_folded_while_an_event_was_refused_is_folded_again(played: str, batch: int) -> None:
    """PostgreSQL refuses the first of these when the next batch is folded already; another there cannot be folded."""
    refused = [poison()["a character that PostgreSQL does not store"], poison()["not JSON"]]
    with services_over(played) as services:
        services.caught_up()
        append(played, refused[0])
        services.record.execute(someone(), REGISTRAR)
        append(played, refused[1])
        for _ in range(3):
            services.record.execute(someone(), REGISTRAR)
    head = head_of(played)
    with projector_over(played, batch) as projector:
        until(lambda: went_to(projector, head), "the projector's turn")
    assert [row[0] for row in dead_letters(played)] == [head - 5, head - 3]
    stored, expected = stored_rows(played), replayed_rows(played)
    # A replay has no database that refuses a text.
    unstored = [row for row in expected["trail"] if row[0] == head - 5]
    assert len(unstored) == 1
    del expected["trail"][unstored[0]]
    assert stored == expected


def test_a_methodology_that_cannot_be_read_is_set_aside(database: str) -> None:
    """The fold itself refuses this one: the event is well formed, the document within is not."""
    from adapters.eventstore.mapper import EventMapper
    from domain.cycle import Cycle
    from domain.methodology import Methodology
    from tests.bench.history import METHODOLOGY, REVISION, Versions

    versions = Versions()
    broken = {**document(3), "trees": {}, "inputs": "none"}
    common = {"methodology": METHODOLOGY, "revision": REVISION, "sha256": "0" * 64}
    events = [
        versions.event(Methodology, Methodology.RevisionDrafted, (METHODOLOGY,), **common, document=broken),
        versions.event(
            Cycle,
            Cycle.CycleOpened,
            (2022,),
            cycle=2022,
            methodology=METHODOLOGY,
            revision=REVISION,
            revision_sha256="0" * 64,
            retrospective=True,
            calendar=(),
        ),
        versions.event(Cycle, Cycle.BodyEnrolled, (2022,), cycle=2022, body="min-health", group="central"),
    ]
    mapper = EventMapper()
    append(database, *(mapper.to_stored_event(event) for event in events))
    with projector_over(database) as projector:
        assert projector.catch_up() == 3
    assert stored_rows(database) == replayed_rows(database)


def test_who_asks_waits_for_the_projector_of_another_process(played: str) -> None:
    with services_over(played) as services, projector_over(played, 1) as other, ThreadPoolExecutor(1) as pool:
        other.catch_up(until=1)
        asking = pool.submit(services.caught_up)
        other.catch_up()
        assert asking.result(60) == head_of(played)


def test_who_asks_takes_over_from_a_projector_that_left(played: str) -> None:
    with services_over(played) as services, ThreadPoolExecutor(1) as pool:
        with projector_over(played) as other:
            other.catch_up(until=1)
            asking = pool.submit(services.caught_up)
        assert asking.result(60) == head_of(played)


def test_who_asks_is_told_of_a_projector_that_stands_still(played: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.services.PATIENCE", 0.2)
    with services_over(played) as services, projector_over(played) as other:
        other.catch_up(until=10)
        with pytest.raises(StandsStill, match="stand still at position 10 of"):
            services.caught_up()
