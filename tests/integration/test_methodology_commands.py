"""`shezhire methodology …` as people run it: on the catalogue, on files, and on a record with cycle 2022 in it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from domain.catalogue import catalogue, document
from domain.errors import InvalidInput, NotFound
from domain.revision import content_address
from ops.demo.history import steps
from ops.demo.play import play
from ops.main import app
from ops.settings import Settings
from ops.wiring import opened
from tests.revisions import clean, grade

GOALS_2022 = content_address(document("goals-2022"))


def run(*arguments: str, data: Path | None = None) -> Result:
    environment = {"COLUMNS": "200", "SHEZHIRE_DATA": str(data or "/nonexistent/never-opened")}
    return CliRunner().invoke(app, ["methodology", *arguments], env=environment)


def asked(*arguments: str, data: Path | None = None) -> Any:
    found = run(*arguments, "--format", "json", data=data)
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which cycle 2022 was played."""
    folder = tmp_path_factory.mktemp("store")
    with opened(Settings(data=folder)) as services:
        play(services.record, services.reader, steps())
    return folder


def test_the_list_tells_when_each_revision_began_and_ended() -> None:
    rows = {row["revision"]: row for row in asked("list")["rows"]}
    assert rows.keys() == set(catalogue())
    assert (rows["state-services-2014"]["begins"], rows["state-services-2014"]["ends"]) == ("2014-11", "2016-02-09")
    assert (rows["goals-2022"]["sha256"], rows["goals-2022"]["ends"]) == (GOALS_2022[:12], None)
    assert "interaction-renamed" in run("list").stdout
    assert len(list(csv.DictReader(io.StringIO(run("list", "--format", "csv").stdout)))) == len(catalogue())


def test_a_revision_is_shown_in_three_languages() -> None:
    shown = run("show", "annual-2015", "--language", "kk").stdout
    assert "Бюджет қаражатын басқару (direction budget), weight 20, illustrative" in shown
    assert "2015: replaced annual-2015" in shown
    assert "Управление бюджетными средствами" in run("show", "annual-2015", "--language", "ru").stdout
    assert "continues interaction-citizens" in run("show", "interaction-renamed").stdout
    assert run("show", "annual-2015", "--language", "de").exit_code == 2
    rows = list(csv.DictReader(io.StringIO(run("show", "goals-2022", "--format", "csv").stdout)))
    assert [row["node"] for row in rows][:2] == ["total", "goals"]


def test_a_revision_shown_as_json_is_the_document_with_its_acts() -> None:
    found = asked("show", "organisation-2017")
    assert content_address(found["document"]) == found["sha256"] == content_address(document("organisation-2017"))
    assert [(step["step"], step["when"], step["precision"]) for step in found["chain"]] == [
        ("approved", "2017-10-24", "day"),
        ("replaced", "2019-02-01", "day"),
    ]


def test_a_revision_without_notes_is_shown(tmp_path: Path) -> None:
    silent = clean()
    del silent["notes"]
    file = tmp_path / "silent.json"
    file.write_text(json.dumps(silent), "utf-8")
    assert "SHA-256" in run("show", str(file)).stdout


def test_lint_exits_with_1_only_when_there_are_errors(tmp_path: Path) -> None:
    assert run("lint", "goals-2022").exit_code == 0
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(clean(grades=[grade("high", "90")])), "utf-8")
    found = run("lint", str(file))
    assert found.exit_code == 1
    assert "error grades-gap at grades.high: Scores below 90 get no grade" in found.stdout
    as_json = json.loads(run("lint", str(file), "--format", "json").stdout)
    assert (as_json["errors"], as_json["rows"][0]["code"]) == (1, "grades-gap")


def test_lint_looks_at_the_older_revisions_that_are_named(tmp_path: Path) -> None:
    newer = document("annual-2015")
    newer["id"] = "annual-2016"
    del newer["discontinues"]
    file = tmp_path / "annual-2016.json"
    file.write_text(json.dumps(newer, ensure_ascii=False), "utf-8")
    codes = {row["code"] for row in asked("lint", str(file), "--after", "annual-2014")["rows"]}
    assert codes == {"dropped-silently"}
    assert asked("lint", str(file), "--after", "annual-2015")["rows"] == []


def test_the_schema_is_one_that_validators_take() -> None:
    found = json.loads(run("schema").stdout)
    Draft202012Validator.check_schema(found)
    assert Draft202012Validator(found).is_valid(document("annual-2011"))


def test_a_difference_of_two_revisions_of_the_catalogue_needs_no_store() -> None:
    found = run("diff", "annual-2014", "annual-2015")
    assert found.exit_code == 0
    assert "Direction `legal-support` removed" in found.stdout
    assert "because: Its indicators had reached their limit values" in found.stdout
    changes = asked("diff", "annual-2014", "annual-2015")["changes"]
    assert {"direction", "indicator", "input"} <= {change["about"] for change in changes}
    rows = list(csv.DictReader(io.StringIO(run("diff", "annual-2014", "annual-2015", "--format", "csv").stdout)))
    assert len(rows) == len(changes)


def test_a_difference_tells_which_bodies_it_would_move_in_a_cycle(data: Path, tmp_path: Path) -> None:
    changed = document("goals-2022")
    leaves = changed["trees"]["central"]["children"][0]["children"]
    leaves[0]["weight"], leaves[1]["weight"] = "60", "20"
    file = tmp_path / "proposal.json"
    file.write_text(json.dumps(changed, ensure_ascii=False), "utf-8")
    found = asked("diff", GOALS_2022[:10], str(file), "--cycle", "2022", data=data)
    assert [change["sentence"] for change in found["changes"]] == [
        "Indicator `goals-achieved`, weight: 20 → 60",
        "Indicator `target-indicators`, weight: 60 → 20",
    ]
    by_body = {row["body"]: row for row in found["impact"]}
    assert (by_body["min-economy"]["score_before"], by_body["min-economy"]["rank_before"]) == ("100.0", 1)
    moved = [row for row in found["impact"] if row["points"] != "0"]
    assert moved
    assert all(row["points"][0] in "+-" for row in moved)
    assert found["official"] is False
    as_table = run("diff", "goals-2022", str(file), "--cycle", "2022", data=data)
    assert f"of {len(by_body)} bodies move" in as_table.stdout
    rows = run("diff", "goals-2022", str(file), "--cycle", "2022", "--format", "csv", data=data).stdout
    assert {row["body"] for row in csv.DictReader(io.StringIO(rows))} == by_body.keys()


def test_what_is_nowhere_is_refused_with_where_it_was_looked_for(data: Path) -> None:
    found = run("diff", "goals-2022", "goals-1999", data=data)
    assert isinstance(found.exception, NotFound)
    assert "not in the record, and not in the catalogue (annual-2011" in str(found.exception)
    assert isinstance(run("lint", "nowhere.yaml").exception, InvalidInput)
