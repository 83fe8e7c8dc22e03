"""The record over the real store: many people at once, each command whole, and nobody's work lost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from pydantic import SecretStr

from adapters.postgres.roles import Role, as_role
from api.application import EvaluationRecord, Statement, VersionConflict
from domain.people import Appointment, MakeAppointment, Person, RegisterPerson
from ops.settings import Settings
from ops.wiring import opened

REGISTRAR = Statement("registrar-1", "registrar", reason="a test")


@pytest.fixture
def record(database: str) -> Iterator[EvaluationRecord]:
    with opened(Settings(database_url=SecretStr(database))) as services:
        services.record.bootstrap("registrar-1", "Registrar")
        yield services.record


def appointment(person: str, number: int) -> MakeAppointment:
    since = datetime.now(UTC) - timedelta(days=1)
    made = Appointment(appointment=f"{person}-{number}", role="evaluator", body="min-economy", since=since)
    return MakeAppointment(person=person, appointment=made)


def test_commands_on_few_aggregates_by_many_threads_are_all_kept(database: str, record: EvaluationRecord) -> None:
    people = [f"person-{number}" for number in range(4)]
    for person in people:
        record.execute(RegisterPerson(person=person, name=person), REGISTRAR)

    def act(worker: int) -> list[tuple[str, int, int]]:
        done = []
        for turn in range(6):
            person = people[(worker + turn) % len(people)]
            while True:
                try:
                    outcome = record.execute(appointment(person, 100 * worker + turn), REGISTRAR)
                except VersionConflict:
                    continue  # others were faster ten times: asked again, as a person would
                done.append((person, outcome.version, outcome.positions[0]))
                break
        return done

    with ThreadPoolExecutor(8) as pool:
        done = [entry for entries in pool.map(act, range(8)) for entry in entries]
    assert len(done) == 48
    for person in people:
        versions = sorted(version for name, version, _ in done if name == person)
        assert versions == list(range(2, 14)), "each act is one version, none is lost"
        stored = record.aggregate(Person, person)
        assert len(stored.appointments) == 12
    with psycopg.connect(as_role(database, Role.READER)) as connection:
        rows = connection.execute("SELECT count(*), count(DISTINCT originator_id) FROM shezhire.events").fetchone()
    assert rows == (2 + 4 + 48, 5)


def test_of_two_writers_who_read_the_same_version_the_second_is_told_the_current_one(record: EvaluationRecord) -> None:
    record.execute(RegisterPerson(person="person-1", name="Somebody"), REGISTRAR)
    first = record.execute(appointment("person-1", 1), REGISTRAR, expected_version=1)
    assert first.version == 2
    with pytest.raises(VersionConflict) as conflict:
        record.execute(appointment("person-1", 2), REGISTRAR, expected_version=1)
    assert conflict.value.current == 2
    assert record.aggregate(Person, "person-1").version == 2


def test_of_two_writers_at_the_same_moment_one_wins_and_the_other_is_told(record: EvaluationRecord) -> None:
    record.execute(RegisterPerson(person="person-1", name="Somebody"), REGISTRAR)

    def act(number: int) -> int | VersionConflict:
        try:
            return record.execute(appointment("person-1", number), REGISTRAR, expected_version=1).version
        except VersionConflict as conflict:
            return conflict

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(act, range(6)))
    conflicts = [result for result in results if isinstance(result, VersionConflict)]
    assert [result for result in results if not isinstance(result, VersionConflict)] == [2]
    assert {conflict.current for conflict in conflicts} == {2}
