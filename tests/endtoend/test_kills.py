"""kill -9 at random moments: no event is lost or applied twice, and the rankings are those of an undisturbed run."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from pydantic import SecretStr

from adapters.eventstore.mapper import recorded_of
from adapters.eventstore.reader import EventReader
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.roles import Role, as_role
from adapters.readmodels.projector import replayed
from domain.events import Recorded
from domain.layers import Layer
from ops.settings import Settings
from ops.wiring import opened
from projections.answers import RankingAnswer, ReplayedSource, ranking
from projections.fold import replay
from tests.endtoend.commands import environment, shezhire, started
from tests.endtoend.conftest import Store, new_store
from tests.rows import replayed_rows, stored_rows
from tests.servers import Server, short_directory
from tests.waiting import until

SHORT = 5
CAMPAIGN = 20
SEED = int(os.environ.get("KILL_SEED", "2022"))
RANKING = ("ranking", "--cycle", "2022", "--format", "json")
many = pytest.mark.parametrize("kills", [SHORT, pytest.param(CAMPAIGN, marks=pytest.mark.campaign)])


def story(url: str) -> list[Any]:
    """What the events say, without what differs from run to run: their own ids and times of recording."""
    reader = EventReader(url)
    told = []
    for row in reader.all():
        state = json.loads(row.state)
        envelope = {name: state["envelope"][name] for name in ("actor", "reason", "legal_basis", "authority")}
        ids = ("event_id", "corrects", "objection_id")
        data = {name: value for name, value in state["data"].items() if name not in ids}
        genesis = row.topic.startswith("Person.") and envelope["actor"]["person"] == "genesis"
        correlation = None if genesis else state["envelope"]["correlation_id"]
        told.append((row.stream, row.version, row.topic, envelope, correlation, data))
    reader.close()
    return told


def standing(settings: dict[str, str]) -> Any:
    """The ranking that the command line gives, without the position."""
    answer = json.loads(shezhire(settings, *RANKING).stdout)
    return [answer["status"], answer["mean"], answer["rows"]]


@pytest.fixture(scope="module")
def undisturbed(server: Server) -> Iterator[tuple[list[Any], Any]]:
    """What an undisturbed run leaves: its events and its ranking."""
    with new_store(server) as store:
        shezhire(store.settings, "demo")
        yield story(store.url), standing(store.settings)


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def kill_server(settings: dict[str, str]) -> None:
    """Kills an embedded server too, as a machine that stops does."""
    file = Path(settings["SHEZHIRE_DATA"]) / "postgres-18" / "postmaster.pid"
    pid = int(file.read_text().split()[0]) if file.exists() and file.read_text() else None
    if pid is not None and psutil.pid_exists(pid) and "postgres" in psutil.Process(pid).name():
        os.kill(pid, signal.SIGKILL)


def check(store: Store, undisturbed: tuple[list[Any], Any]) -> None:
    events, ranked = undisturbed
    assert standing(store.settings) == ranked
    assert story(store.url) == events
    assert stored_rows(store.url) == replayed_rows(store.url)


@many
def test_the_demonstration_is_killed_again_and_again(
    server: Server, undisturbed: tuple[list[Any], Any], kills: int
) -> None:
    chance = random.Random(f"{SEED}/demo/{server.name}/{kills}")
    left = kills
    while left:
        with new_store(server) as store:
            while left:
                process = started(store.settings, "demo", "--format", "json")
                moment = chance.uniform(0.3, 4.0)
                try:
                    said, _ = process.communicate(timeout=moment)
                except subprocess.TimeoutExpired:
                    kill(process)
                    left -= 1
                    print(f"seed {SEED}: demo killed after {moment:.3f} s, {left} to go")
                    continue
                assert process.returncode == 0
                assert json.loads(said)["totals"]["mean score"] == "93.9"
                break
            shezhire(store.settings, "demo")
            check(store, undisturbed)


@many
def test_the_demonstration_is_killed_with_its_embedded_server(shown: Store, kills: int) -> None:
    """In a directory of its own, from the server's very first start on."""
    chance = random.Random(f"{SEED}/server/{kills}")
    with short_directory() as directory:
        settings = environment(SHEZHIRE_DATA=str(directory))
        for number in range(kills):
            process = started(settings, "demo", "--format", "json")
            moment = chance.uniform(0.5, 5.0)
            try:
                process.communicate(timeout=moment)
            except subprocess.TimeoutExpired:
                kill(process)
                kill_server(settings)
                print(f"seed {SEED}: demo and server killed after {moment:.3f} s ({number + 1})")
        shezhire(settings, "demo")
        with EmbeddedPostgres(directory) as running:
            check(Store(settings, running.url), (story(shown.url), standing(shown.settings)))


def projected(url: str) -> int:
    with psycopg.connect(as_role(url, Role.READER)) as connection:
        row = connection.execute('SELECT max("position") FROM shezhire.projector_position').fetchone()
    return row[0] if row is not None and row[0] is not None else 0


@many
def test_the_projector_is_killed_again_and_again(
    server: Server, undisturbed: tuple[list[Any], Any], kills: int
) -> None:
    chance = random.Random(f"{SEED}/projector/{server.name}/{kills}")
    url = server.played()
    settings = environment(SHEZHIRE_DATABASE_URL=url, SHEZHIRE_PROJECTOR_BATCH="1")
    head = len(undisturbed[0])
    try:
        for number in range(kills):
            # Half of them while `up` catches up, half while a question does.
            process = started(settings, *(("up",) if number % 2 else RANKING))
            goal = projected(url) + chance.randint(1, max(1, head // kills))
            until(lambda process=process, goal=goal: process.poll() is not None or projected(url) >= goal, "progress")
            kill(process)
            print(f"seed {SEED}: projector killed at position {projected(url)}, meant {goal}")
        assert projected(url) > 0
        assert standing(settings) == undisturbed[1]
        assert projected(url) == head
        assert stored_rows(url) == replayed_rows(url)
    finally:
        server.drop(url)


def shuffled(history: list[Recorded], seed: int) -> list[Recorded]:
    """The same events in another order: each stream keeps its own, and chapters of the year keep theirs.

    Between streams that need one another (a cycle and its case files) the order has a meaning; case files of different
    bodies, people, and the register of bodies do not need one another.
    """
    chance = random.Random(seed)
    free = ("Person", "StateBody", "CaseFile")
    found: list[Recorded] = []
    run: list[Recorded] = []
    for recorded in [*history, None]:
        kind = recorded.event.type_name().partition(".")[0] if recorded is not None else ""
        if recorded is not None and kind in free:
            run.append(recorded)
            continue
        queues: dict[Any, list[Recorded]] = {}
        for one in run:
            queues.setdefault(one.event.originator_id, []).append(one)
        while queues:
            stream = chance.choice(sorted(queues))
            found.append(queues[stream].pop(0))
            if not queues[stream]:
                del queues[stream]
        run = []
        if recorded is not None:
            found.append(recorded)
    return [one._replace(position=number) for number, one in enumerate(found, start=1)]


def essence(answer: RankingAnswer) -> Any:
    return answer.status, answer.mean, answer.rows


def test_the_ranking_is_one_for_read_model_replay_and_shuffled_replay(played: str) -> None:
    with opened(Settings(database_url=SecretStr(played))) as services:
        head = services.caught_up()
        stored = {layer: essence(ranking(services.source, 2022, "central", head, layer)) for layer in Layer}
        history = [recorded_of(*row) for row in services.reader.all()]
        again = ReplayedSource(replayed(services.reader.all))
    assert {layer: essence(ranking(again, 2022, "central", head, layer)) for layer in Layer} == stored
    assert len(stored[Layer.FINAL][2]) == 16
    orders = set()
    for seed in range(5):
        order = shuffled(history, seed)
        orders.add(tuple(one.event.id for one in order))
        other = ReplayedSource(replay(order))
        assert {layer: essence(ranking(other, 2022, "central", head, layer)) for layer in Layer} == stored
    assert len(orders) == 5
