"""Analysts on a real store: the demonstration's cycle, and revisions that are otherwise."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars
import psycopg
import pyarrow.feather
import pyarrow.parquet
import pytest
from typer.testing import CliRunner, Result

from api.analysis import Record, about_file
from api.application import Statement
from domain.catalogue import document
from domain.errors import InvalidInput, NotFound
from domain.methodology import ApproveRevision, DraftRevision
from ops import open_record
from ops.demo.history import steps
from ops.demo.people import ADMINISTRATION, CENTRE
from ops.demo.play import play
from ops.main import app
from ops.settings import Settings
from ops.wiring import opened, opened_database

OTHERWISE, WITHOUT, LATER = "goals-equal", "goals-without-macro", "goals-later"


def otherwise(name: str) -> dict[str, Any]:
    """The rules of 2022 with all indicators of equal weight."""
    changed = deepcopy(document("goals-2022"))
    changed["id"] = name
    for leaf in changed["trees"]["central"]["children"][0]["children"]:
        leaf["weight"] = "1"
    return changed


def without_macro() -> dict[str, Any]:
    """The rules of 2022 without the macro indicators."""
    changed = deepcopy(document("goals-2022"))
    changed["id"] = WITHOUT
    block = changed["trees"]["central"]["children"][0]
    block["children"] = [leaf for leaf in block["children"] if leaf["id"] != "macro-indicators"]
    return changed


@pytest.fixture(scope="module")
def store() -> Iterator[Path]:
    """The directory of a store that holds the demonstration and two more revisions, one approved, not yet projected."""
    path = Path(tempfile.mkdtemp(prefix="shz-"))
    path.chmod(0o755)
    with opened(Settings(data=path, database_url=None)) as services:
        play(services.record, services.reader, steps())
        centre, admin = (Statement(one.person, one.role, one.body, "what if") for one in (CENTRE, ADMINISTRATION))
        services.record.execute(DraftRevision(document=otherwise(OTHERWISE)), centre)
        services.record.execute(DraftRevision(document=without_macro()), centre)
        approve = ApproveRevision(
            methodology="operational-evaluation",
            revision=OTHERWISE,
            legal_act="none: for a test",
            in_force_from=date(2026, 1, 1),
        )
        services.record.execute(approve, admin)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def record(store: Path) -> Iterator[Record]:
    with open_record(store) as one:
        yield one


# -- opening -----------------------------------------------------------------------------------------------------------


def test_a_record_is_opened_in_one_line_and_is_up_to_date(record: Record) -> None:
    assert record.position == record.head > 200


def test_a_directory_without_a_record_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no record in"):
        open_record(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_database_is_opened_by_its_url_for_reading_only(store: Path) -> None:
    with opened_database(Settings(data=store, database_url=None)) as url, open_record(url) as by_url:
        assert by_url.ranking(2022).frame.height == 16
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            by_url._source.connection.execute("DELETE FROM shezhire.facts")


# -- tables ------------------------------------------------------------------------------------------------------------


def test_the_ranking_has_the_published_figures_exactly(record: Record) -> None:
    table = record.ranking(2022)
    first = table.frame.select("rank", "body", "score").rows()[:3]
    assert first == [
        (1, "min-economy", Decimal(100)),
        (2, "min-foreign", Decimal("99.2")),
        (3, "agency-civil-service", Decimal(99)),
    ]
    about = table.about
    sha256 = dict(record.revisions().frame.select("revision", "sha256").rows())
    assert about["revision_sha256"] == sha256["goals-2022"]
    assert {name: about[name] for name in ("cycle", "layer", "revision", "in_force", "status", "official", "mean")} == {
        "cycle": 2022,
        "layer": "final",
        "revision": "goals-2022",
        "in_force": True,
        "status": "published",
        "official": False,
        "mean": "93.90625",
    }


def test_scores_at_every_layer_agree_with_the_rankings(record: Record) -> None:
    scores = record.scores(2022).frame
    assert scores.height == 5 * 16
    for layer in ("reported", "after_objections", "final"):
        there = scores.filter(polars.col("layer") == layer).select("body", "score", "rank")
        assert there.equals(record.ranking(2022, layer=layer).frame.select("body", "score", "rank"))


def test_the_parts_of_a_tree_add_up_to_the_whole(record: Record) -> None:
    trees = record.trees(2022, bodies=["min-health"])
    frame = trees.frame
    assert frame["node"].to_list() == ["total", "goals", "goals-achieved", "target-indicators", "macro-indicators"]
    assert frame["parent"].to_list() == [None, "total", "goals", "goals", "goals"]
    assert frame["illustrative"].to_list() == [False, True, True, True, True]
    leaves = frame.filter(polars.col("parent") == "goals").select("share", "value").rows()
    (raw,) = frame.filter(polars.col("node") == "goals")["raw"]
    assert sum(Decimal(share) * value for share, value in leaves) == Decimal(raw)
    every = record.trees(2022).frame
    assert every.height == 16 * 5
    totals = every.filter(polars.col("level") == "total").select("body", "value").sort("body").rows()
    assert totals == record.ranking(2022).frame.select("body", "score").sort("body").rows()


def test_the_published_totals_can_be_counted_from_the_items(record: Record) -> None:
    items = record.items(2022, "indicators").frame
    counted = items.group_by("kind").agg(polars.len(), polars.col("fact").is_null().sum().alias("missing"))
    assert {row[0]: row[1:] for row in counted.rows()} == {"target": (302, 30), "macro": (128, 58)}
    assert items.schema["plan"] == polars.Decimal(38, 12)
    assert not record.items(2022, "indicators", layer="reported").frame.equals(items)


def test_every_fact_names_the_event_that_stated_it(record: Record) -> None:
    facts = record.facts(2022, "min-labour").frame
    assert set(facts["body"]) == {"min-labour"}
    assert not facts["event"].is_null().any()
    history = record.history(2022, "min-labour").frame
    assert set(facts["event_id"]) <= set(history["event_id"])
    (row,) = facts.filter(polars.col("event") == "CaseFile.ObjectionUpheld").head(1).to_dicts()
    assert row["layer"] == "after_objections"
    assert json.loads(row["value"])["fact"] is not None


def test_history_changes_and_moves_tell_the_same_acts(record: Record) -> None:
    moves = record.moves(2022, "min-labour").frame
    assert moves["after"].to_list()[-1] == Decimal("95.1")
    assert moves["before"].to_list()[1:] == moves["after"].to_list()[:-1]
    changes = record.changes(2022, "min-labour", "indicators/m-01").frame
    assert set(changes["subject"]) == {"indicators/m-01"}
    history = record.history(2022, event="DataSubmitted").frame
    assert set(history["event"]) == {"CaseFile.DataSubmitted"}
    assert record.history(actor="nobody").frame.shape == (0, 13)


def test_registers(record: Record) -> None:
    assert record.bodies().frame.height == 40
    kinds = set(record.lineage().frame["kind"])
    assert kinds == {"merged", "split"}
    assert record.cycles().frame.row(0)[:3] == (2022, "operational-evaluation", "goals-2022")
    assert set(record.revisions().frame["revision"]) >= {"goals-2022", OTHERWISE, WITHOUT}


def test_as_of_an_earlier_position_less_is_known(record: Record) -> None:
    submitted = record.history(2022, event="DataSubmitted").frame["position"].to_list()
    early = record.ranking(2022, as_of=submitted[0])
    assert early.frame["score"].is_not_null().sum() == 1
    assert early.about["position"] == submitted[0]
    assert record.revisions(as_of=1).frame.height == 0
    now = datetime.now(UTC).isoformat()
    assert record.ranking(2022, as_of=now).about["position"] == record.position


def test_the_matrix_holds_every_cycle_under_every_revision(record: Record) -> None:
    table = record.matrix(methodologies=["goals-2022", OTHERWISE])
    rows = {row["revision"]: row for row in table.frame.to_dicts()}
    assert rows["goals-2022"]["mean"] == record.ranking(2022).about["mean"]
    assert rows[OTHERWISE]["in_force"] is False
    assert Decimal(rows[OTHERWISE]["shift"]) > 0
    assert Decimal(rows[OTHERWISE]["coverage"]) < Decimal(rows["goals-2022"]["coverage"])
    bodies = record.matrix([2022], [OTHERWISE], bodies=True).frame
    answer = record.ranking(2022, methodology=OTHERWISE).frame
    assert bodies.select("rank", "body", "score").equals(answer.select("rank", "body", "score"))


def test_robustness_is_reproducible_and_contains_the_ranking(record: Record) -> None:
    first, again = (record.robustness(2022, draws=200, vary=["weights"], bound="0.1") for _ in range(2))
    assert first.bodies.frame.equals(again.bodies.frame)
    assert first.effects.frame.equals(again.effects.frame)
    spread = first.bodies.frame
    assert spread.select("rank", "body").equals(record.ranking(2022).frame.select("rank", "body"))
    inside = spread.filter((polars.col("low") <= polars.col("rank")) & (polars.col("rank") <= polars.col("high")))
    assert inside.height == 16
    assert first.bodies.about["seed"] == 1
    assert first.bodies.about["official"] is False
    another = record.robustness(2022, draws=200, vary=["weights"], bound="0.1", seed=2)
    assert not first.bodies.frame.equals(another.bodies.frame)
    assert first.effects.frame.equals(another.effects.frame)


def test_leaving_an_indicator_out_shifts_ranks_as_a_revision_without_it_does(record: Record) -> None:
    effects = record.robustness(2022, draws=1).effects.frame
    left_out = effects.filter(polars.col("node") == "macro-indicators", polars.col("change") == "left out")
    (cell,) = record.matrix([2022], [WITHOUT]).frame.to_dicts()
    assert left_out["shift"].to_list() == [cell["shift"]]
    assert Decimal(cell["shift"]) > 0


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda r: r.ranking(1999), NotFound, "there is no cycle 1999"),
        (lambda r: r.facts(1999), NotFound, "there is no cycle 1999"),
        (lambda r: r.ranking(2022, "local"), NotFound, "evaluates no local bodies"),
        (lambda r: r.ranking(2022, layer="last"), InvalidInput, "expected one of reported, concluded"),
        (lambda r: r.ranking(2022, methodology="nope"), NotFound, "there is no revision nope"),
        (lambda r: r.ranking(2022, as_of="yesterday"), InvalidInput, "this moment cannot be understood"),
        (lambda r: r.trees(2022, bodies=["min-nothing"]), NotFound, "min-nothing is not evaluated"),
        (lambda r: r.items(2022, "goals"), NotFound, r"has no table goals \(tables: indicators\)"),
        (lambda r: r.robustness(2022, bound="much"), InvalidInput, "bound: expected a share such as 0.25"),
        (lambda r: r.robustness(2022, vary=["luck"]), InvalidInput, "vary: expected some of weights"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(
    record: Record, ask: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        ask(record)


def test_a_moment_that_is_not_projected_yet_is_refused(store: Path) -> None:
    settings = Settings(data=store, database_url=None)
    with opened_database(settings) as url, open_record(url) as by_url:
        before = by_url.position
        with opened(settings) as services:
            centre = Statement(CENTRE.person, CENTRE.role, CENTRE.body, "what if")
            services.record.execute(DraftRevision(document=otherwise(LATER)), centre)
        assert (by_url.position, by_url.head) == (before, before + 1)
        with pytest.raises(InvalidInput, match="this moment is not projected yet"):
            by_url.revisions(as_of=before + 1)
        assert LATER not in by_url.revisions().frame["revision"].to_list()


# -- the command line --------------------------------------------------------------------------------------------------


@pytest.fixture
def run(store: Path, record: Record, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `shezhire` over the store."""
    monkeypatch.setenv("SHEZHIRE_DATA", str(store))
    monkeypatch.setenv("COLUMNS", "100")
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_robustness_gives_the_same_figures_in_every_format(run: Callable[..., Result], tmp_path: Path) -> None:
    asked = ("robustness", "--cycle", "2022", "--draws", "50", "--seed", "3", "--format")
    outputs = {kind: run(*asked, kind) for kind in ("table", "json", "csv", "parquet", "arrow")}
    assert {done.exit_code for done in outputs.values()} == {0}
    said = json.loads(outputs["json"].stdout)
    assert said["official"] is False
    assert "An analysis, not an official result" in outputs["table"].stdout
    assert "An analysis, not an official result" in outputs["csv"].stderr
    for kind in ("parquet", "arrow"):
        (tmp_path / f"t.{kind}").write_bytes(outputs[kind].stdout_bytes)
        about = about_file(tmp_path / f"t.{kind}")
        assert (about["official"], about["seed"], about["cycle"]) == (False, 3, 2022)
    parquet = pyarrow.parquet.read_table(tmp_path / "t.parquet")
    assert parquet.equals(pyarrow.feather.read_table(tmp_path / "t.arrow"))
    lines = outputs["csv"].stdout.splitlines()
    assert lines[0] == ",".join(parquet.column_names) == ",".join(said["bodies"][0])
    assert [row["kept"] for row in said["bodies"]] == parquet.column("kept").to_pylist()


def test_effects_come_as_a_table_of_their_own(run: Callable[..., Result]) -> None:
    done = run("robustness", "--cycle", "2022", "--draws", "5", "--effects", "--format", "csv")
    assert done.stdout.splitlines()[:2] == [
        "factor,node,change,shift,largest,moved,unranked",
        "indicators,goals-achieved,left out,1.875,10,10,0",
    ]


def test_matrix_marks_what_is_in_force(run: Callable[..., Result]) -> None:
    asked = ("matrix", "--cycle", "2022", "--methodology", OTHERWISE, "--methodology", "goals-2022")
    rows = json.loads(run(*asked, "--format", "json").stdout)["rows"]
    assert [(row["revision"], row["in_force"], row["scored"]) for row in rows] == [
        (OTHERWISE, False, 16),
        ("goals-2022", True, 16),
    ]
    bodies = run(*asked, "--bodies").stdout
    assert bodies.count("min-economy") == 2
    assert "An analysis, not an official result" in run(*asked).stdout


def test_other_answers_come_as_arrow_too(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "r.arrow").write_bytes(run("ranking", "--cycle", "2022", "--format", "arrow").stdout_bytes)
    assert pyarrow.feather.read_table(tmp_path / "r.arrow").num_rows == 16
    assert about_file(tmp_path / "r.arrow")["official"] is False


def test_assumptions_out_of_range_are_refused(run: Callable[..., Result]) -> None:
    done = run("robustness", "--cycle", "2022", "--bound", "1.5")
    assert "bound: expected a share from 0 to less than 1; found 1.5" in str(done.exception)
