"""The command line on both kinds of server, as people and scripts use it."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars
import psycopg
import pytest
from openpyxl import load_workbook
from pydantic import SecretStr

from adapters.eventstore.reader import EventReader
from adapters.readmodels.projector import Projector
from domain import cycle
from domain.calendar import Deadline, almaty
from domain.cycle import Stage
from domain.errors import InvalidInput
from ops.demo.history import steps
from ops.demo.people import ADMINISTRATION, REGISTRAR
from ops.demo.reconstruction import DATA
from ops.settings import Settings
from ops.wiring import opened
from tests.endtoend.commands import environment, shezhire, started
from tests.endtoend.conftest import Store
from tests.rows import replayed_rows, stored_rows
from tests.servers import PASSWORD, Server, ordinary_server, with_login
from tests.waiting import until

RANKING = ("ranking", "--cycle", "2022")


def answer(store: Store, *arguments: str) -> Any:
    return json.loads(shezhire(store.settings, *arguments, "--format", "json").stdout)


def refusal(store: Store, *arguments: str, code: int = 2) -> str:
    return shezhire(store.settings, *arguments, code=code).stderr.decode()


def head_of(store: Store) -> int:
    reader = EventReader(store.url)
    try:
        return reader.head()
    finally:
        reader.close()


def moment_of(store: Store, position: int) -> datetime:
    with psycopg.connect(store.url) as connection:
        row = connection.execute("SELECT recorded_at FROM shezhire.trail WHERE position = %s", (position,)).fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment.astimezone(UTC)


def test_a_second_demonstration_plays_nothing_and_says_the_same(demonstrated: Store) -> None:
    before = head_of(demonstrated)
    assert answer(demonstrated, "demo")["steps_played"] == 0
    done = shezhire(demonstrated.settings, "demo", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    assert [(row["body"], row["score"]) for row in rows][:3] == [
        ("min-economy", "100.0"),
        ("min-foreign", "99.2"),
        ("agency-civil-service", "99.0"),
    ]
    assert head_of(demonstrated) == before


@pytest.mark.parametrize(
    ("command", "rows"),
    [
        (RANKING, 16),
        (("score", "--cycle", "2022", "--body", "min-labour"), 5),
        (("history", "--cycle", "2022"), 100),
    ],
    ids=["ranking", "score", "history"],
)
def test_every_format_holds_the_same_rows(shown: Store, command: tuple[str, ...], rows: int) -> None:
    said = {form: shezhire(shown.settings, *command, "--format", form).stdout for form in ("csv", "parquet")}
    table = shezhire(shown.settings, *command).stdout.decode()
    as_csv = list(csv.DictReader(io.StringIO(said["csv"].decode())))
    as_parquet = polars.read_parquet(io.BytesIO(said["parquet"])).to_dicts()
    assert len(as_csv) == len(as_parquet) >= rows or command[0] == "score"
    assert list(as_csv[0]) == list(as_parquet[0])
    key = next(name for name in ("body", "node", "event_id") if name in as_csv[0])
    assert [row[key] for row in as_csv] == [row[key] for row in as_parquet]
    if command[0] == "ranking":
        listed = answer(shown, *command)["rows"]
        assert [{name: str(value) for name, value in row.items()} for row in listed] == as_csv
    if command[0] != "score":
        assert all(row.get("body", row.get("type", "")) in table for row in as_csv)


def test_settings_and_findings_come_in_every_format(shown: Store) -> None:
    for command, key in (("config", "setting"), ("doctor", "check")):
        durable = "SHEZHIRE_DATABASE_URL" not in shown.settings  # the tests' own server does without fsync
        code = 0 if command == "config" or durable else 1
        said = {
            form: shezhire(shown.settings, command, "--format", form, code=code).stdout
            for form in ("table", "json", "csv", "parquet")
        }
        listed = [row[key] for row in json.loads(said["json"])["rows"]]
        assert listed
        assert all(name in said["table"].decode() for name in listed)
        assert [row[key] for row in csv.DictReader(io.StringIO(said["csv"].decode()))] == listed
        assert polars.read_parquet(io.BytesIO(said["parquet"]))[key].to_list() == listed


def test_the_score_is_explained_down_to_events(shown: Store) -> None:
    explained = answer(shown, "score", "--cycle", "2022", "--body", "min-labour")
    assert explained["score"] == "95.1"
    behind = set(explained["events"])
    assert {"CaseFile.DataSubmitted", "CaseFile.ObjectionUpheld"} <= {
        one["type"] for one in explained["events"].values()
    }

    def walk(node: dict[str, Any]) -> None:
        for stated in node.get("inputs", []):
            assert stated["event_id"] in behind
        for child in node.get("children", []):
            walk(child)

    walk(explained["tree"])


def test_the_history_is_filtered_and_tells_before_and_after(shown: Store) -> None:
    (upheld,) = answer(shown, "history", "--body", "min-labour", "--type", "ObjectionUpheld")["events"]
    assert upheld["person"] == "admin-2"
    assert upheld["reason"] == "the final statistics confirm the body"
    moment = moment_of(shown, upheld["position"])
    since = answer(shown, "history", "--since", moment.isoformat())["events"]
    assert since[0]["position"] <= upheld["position"]
    until_then = answer(shown, "history", "--until", moment.isoformat(), "--actor", "admin-2")["events"]
    assert until_then[-1]["position"] == upheld["position"]
    as_of = answer(shown, "history", "--as-of", str(upheld["position"] - 1), "--type", "ObjectionUpheld")
    assert as_of["events"] == []
    refused = answer(shown, "history", "--type", "AttemptRefused")["events"]
    assert len(refused) == 3


def test_as_of_takes_a_position_a_date_and_a_time(shown: Store) -> None:
    (upheld,) = answer(shown, "history", "--body", "min-labour", "--type", "ObjectionUpheld")["events"]
    moment = moment_of(shown, upheld["position"])

    def score(*arguments: str) -> str:
        rows = answer(shown, *RANKING, *arguments)["rows"]
        return next(str(row["score"]) for row in rows if row["body"] == "min-labour")

    before = (moment - timedelta(microseconds=1)).isoformat()
    assert score("--as-of", str(upheld["position"] - 1), "--replay") == "94.1"
    assert score("--as-of", before) == score("--layer", "concluded") == "94.1"
    assert score("--as-of", f"{moment + timedelta(days=1):%Y-%m-%d}") == "95.1"
    with opened(Settings(database_url=SecretStr(shown.url))) as services:
        position, head = upheld["position"], services.reader.head()
        for text, meant in {
            str(position): position,
            "999999999999999999999": head,
            "9" * 30: head,
            before: position - 1,
            moment.isoformat(): position,
            moment.astimezone(almaty()).replace(tzinfo=None).isoformat(): position,
            "2001-01-01": 0,
        }.items():
            assert services.position_of(text) == meant, text
        for text in ("yesterday", "-5", "²", "0001-01-01T00:00:00+05:00", "2023-02-30", ""):
            with pytest.raises(InvalidInput, match="this moment cannot be understood"):
                services.position_of(text)


def test_a_replay_and_a_named_revision_give_the_same_ranking(demonstrated: Store) -> None:
    known = answer(demonstrated, *RANKING)
    assert answer(demonstrated, *RANKING, "--replay") == known
    assert answer(demonstrated, *RANKING, "--methodology", known["revision_sha256"][:12]) == known


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Usage"),
        ((*RANKING, "--layer", "best"), "Invalid value"),
        (("ranking", "--cycle", "1999"), "there is no cycle 1999"),
        ((*RANKING, "--as-of", "yesterday"), "this moment cannot be understood"),
        (("history", "--since", "noon"), "this moment cannot be understood"),
        (("import", "none.xlsx", "--cycle", "2022", "--body", "min-health", "--as", "nobody"), "no such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_is_explained(shown: Store, arguments: tuple[str, ...], said: str) -> None:
    done = shezhire(shown.settings, *arguments, code=2)
    assert said in " ".join((done.stdout + done.stderr).decode().split())


def test_a_reader_that_leaves_is_no_failure(demonstrated: Store) -> None:
    for command in (("history",), ("history", "--format", "json"), ("demo",)):
        with started(demonstrated.settings, *command) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.read(10)
            process.stdout.close()
            said = process.stderr.read().decode()
            assert process.wait(60) == 0, said
            assert "Traceback" not in said
            assert "Broken" not in said


def submission_open(store: Store) -> None:
    """The record up to the submissions of 2022, which are open until tomorrow."""
    with opened(Settings(database_url=SecretStr(store.url))) as services:
        services.record.bootstrap(REGISTRAR.person, REGISTRAR.name, fictional=True)
        for step in steps():
            if step.chapter == "submission":
                by = step.by
                break
            services.record.execute(step.command, step.by)
        assert by.person == ADMINISTRATION.person
        deadline = Deadline(day=(datetime.now(UTC) + timedelta(days=1)).date())
        services.record.execute(cycle.OpenStage(cycle=2022, stage=Stage.SUBMISSION, deadline=deadline), by)


def test_a_workbook_is_imported_whole_or_not_at_all(store: Store, tmp_path: Path) -> None:
    submission_open(store)
    good = DATA / "submissions-2022" / "min-health.xlsx"
    book = load_workbook(good)
    sheet = book["indicators"]
    headers = {cell.value: cell.column_letter for cell in sheet[1]}
    plan, fact = headers["plan"], headers["fact"]
    wrong = {f"{plan}3": "=1+1", f"{plan}4": "many", f"{fact}5": "#REF!", f"A{7}": sheet["A6"].value}
    for where, value in wrong.items():
        sheet[where] = value
    book["about"]["B2"] = "min-trade"
    book.save(tmp_path / "bad.xlsx")
    before = head_of(store)
    about = ("--cycle", "2022", "--body", "min-health", "--as", "officer-min-health", "--reason", "annual report")
    said = refusal(store, "import", str(tmp_path / "bad.xlsx"), *about)
    for where, value in {
        **{f"indicators!{cell}": value for cell, value in wrong.items()},
        "about!B2": "min-trade",
    }.items():
        line = next(line for line in said.splitlines() if where in line)
        assert str(value) in line
        assert len(line) > len(where) + len(str(value)) + 10, "and the reason"
    assert "5 bad cell(s)" in said
    assert head_of(store) == before

    (row,) = answer(store, "import", str(good), *about)["rows"]
    assert row["event"] == "CaseFile.DataSubmitted"
    assert row["position"] == head_of(store) == before + 1
    again = refusal(store, "import", str(good), *about)
    assert "submitted" in again
    stranger = ("--cycle", "2022", "--body", "min-trade", "--as", "officer-min-health")
    refusal(store, "import", str(DATA / "submissions-2022" / "min-trade.xlsx"), *stranger)
    (attempt,) = answer(store, "history", "--type", "AttemptRefused")["events"]
    assert attempt["person"] == "officer-min-health"


def test_a_command_waits_for_nothing_that_up_does_not_do(store: Store) -> None:
    """`up` projects what other processes record, and ends cleanly on SIGTERM, saying where it stands."""
    with started(store.settings, "up") as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert b"up: the database is open" in line
        assert answer(store, "demo")["steps_played"] > 200
        head = head_of(store)
        assert answer(store, *RANKING)["position"] == head
        with started(store.settings, "up") as second:
            assert second.stderr is not None
            waits = [second.stderr.readline() for _ in range(2)]
            assert any(b"another projector is active" in line for line in waits), waits
            second.send_signal(signal.SIGTERM)
            assert second.wait(60) == 0
        process.send_signal(signal.SIGTERM)
        said = process.stderr.read().decode()
        assert process.wait(60) == 0
    assert f"stopped: read models stand at position {head}" in said
    assert stored_rows(store.url) == replayed_rows(store.url)


def test_another_record_is_not_played_into(store: Store) -> None:
    with opened(Settings(database_url=SecretStr(store.url))) as services:
        services.record.bootstrap("somebody-else", "Somebody else")
    said = refusal(store, "demo")
    assert "SHEZHIRE_DATA" in said


def test_an_event_of_a_newer_program_does_not_stop_the_older_one(store: Store, server: Server) -> None:
    submission_open(store)
    with psycopg.connect(store.url) as connection:
        connection.execute("SET ROLE shezhire_writer")
        connection.execute(
            "INSERT INTO shezhire.events (originator_id, originator_version, topic, state) "
            "VALUES (gen_random_uuid(), 1, 'Planet.Discovered', '{}')"
        )
    assert answer(store, "history", "--type", "CycleOpened")["events"]
    plain = answer(store, *RANKING)
    assert answer(store, *RANKING, "--replay") == plain


SECRETS = ("p@ss", "p%40ss", "ss/w", "ss%2Fw", "1%", PASSWORD)


def hidden(done: subprocess.CompletedProcess[bytes]) -> str:
    said = (done.stdout + done.stderr).decode()
    for secret in SECRETS:
        assert secret not in said
    return said


def test_servers_that_are_away_or_refuse_us_are_reported_and_no_secret_is_told() -> None:
    with ordinary_server() as running:
        good = with_login(running).login
        settings = environment(SHEZHIRE_DATABASE_URL=good)
        assert "**********" in hidden(shezhire(settings, "config"))
        hidden(shezhire(settings, "config", "--format", "json"))
        wrong = environment(SHEZHIRE_DATABASE_URL=good.replace("p%40ss", "p%40ss2"))
        said = hidden(shezhire(wrong, *RANKING, code=3))
        assert "password authentication failed" in said
        assert "shezhire doctor" in said
        assert "NO" in hidden(shezhire(wrong, "doctor", code=1))
        poor = with_login(running, "poor", "NOCREATEROLE").login
        said = hidden(shezhire(environment(SHEZHIRE_DATABASE_URL=poor), *RANKING, code=3))
        assert "CREATEROLE" in said
        strict = environment(SHEZHIRE_DATABASE_URL=good.replace("sslmode=prefer", "sslmode=require"))
        assert "SSL" in hidden(shezhire(strict, *RANKING, code=3))
    for command in (RANKING, ("up",)):
        assert "refused" in hidden(shezhire(settings, *command, code=3))


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://evaluation:p@ss/wörd:1%@localhost/db",
        "postgresql://evaluation:ss/wörd@localhost/db",
        "mysql://evaluation:p%40ss@localhost/db",
        "postgresql://evaluation:p%40ss@localhost/db?no_such=1",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_repeating_it(address: str) -> None:
    done = shezhire(environment(SHEZHIRE_DATABASE_URL=address), *RANKING, code=2)
    assert "SHEZHIRE_DATABASE_URL: " in hidden(done)


def test_settings_out_of_range_are_named() -> None:
    done = shezhire(environment(SHEZHIRE_PROJECTOR_BATCH="0", SHEZHIRE_POLL_SECONDS="often"), "config", code=2)
    said = done.stderr.decode()
    assert "SHEZHIRE_PROJECTOR_BATCH" in said
    assert "SHEZHIRE_POLL_SECONDS" in said


def test_a_server_that_never_answers_is_given_up() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://u@127.0.0.1:{silent.getsockname()[1]}/d?connect_timeout=2"
        shezhire(environment(SHEZHIRE_DATABASE_URL=url), *RANKING, code=3)


def test_figures_are_exact_in_every_form(shown: Store) -> None:
    rows = answer(shown, *RANKING)["rows"]
    mean = sum(Decimal(row["score"]) for row in rows) / len(rows)
    assert mean.quantize(Decimal("0.1")) == Decimal("93.9")
    assert sum(1 for row in rows if Decimal(row["score"]) < 90) == 3


def test_the_projector_of_a_stopped_command_leaves_nothing_locked(demonstrated: Store) -> None:
    projector = Projector(demonstrated.url)
    try:
        until(lambda: projector.catch_up() == head_of(demonstrated), "the projector to be free")
    finally:
        projector.close()
