"""Files of bodies scored into files: the scores of `score`, in their order, however many processes; all or nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import psutil
import pytest

from api.analysis import about_file, score_file, score_frame
from api.analysis.bulk import BATCH, WorkerLost
from domain.bulk import Program
from domain.catalogue import document
from domain.errors import InvalidInput
from domain.layers import Layer
from domain.revision import content_address, revision_of
from domain.scoring import Fact, Facts, score
from tests.revisions import clean

READ: dict[str, Callable[[Path], pl.DataFrame]] = {
    ".parquet": pl.read_parquet,
    ".arrow": pl.read_ipc,
    ".csv": lambda path: pl.read_csv(path, infer_schema=False, comment_prefix="#"),
}


def bodies(count: int) -> pl.DataFrame:
    """Bodies with figures as text, one in five of them missing."""
    chance = random.Random(count)

    def figure() -> str | None:
        return None if chance.random() < 0.2 else f"{chance.randint(100, 10000) / 100}"

    columns = {name: [figure() for _ in range(count)] for name in ("turnover", "given", "on_time")}
    return pl.DataFrame({"body": [f"body-{number}" for number in range(count)], **columns})


def test_scores_are_those_of_the_program_and_of_the_record() -> None:
    revision, frame = revision_of(clean()), bodies(200)
    found = score_frame(frame, clean()).frame.rows()
    program = Program(revision, "central")
    rows = [[figure and Decimal(figure) for figure in row] for row in frame.select(program.inputs).rows()]
    assert found == [
        (body, one.value, f"{one.coverage:f}", one.grade)
        for body, one in zip(frame["body"], program.scores(rows), strict=True)
    ]
    for row, (_, value, coverage, grade) in zip(frame.to_dicts(), found, strict=True):
        entries = {name: Fact(name, text, "") for name, text in row.items() if name != "body" and text is not None}
        tree = score(revision, Facts("central", entries, Layer.FINAL))
        assert (tree.value, f"{tree.coverage:f}", tree.grade and tree.grade.id) == (value, coverage, grade)


@pytest.mark.parametrize("ending", READ)
def test_a_file_is_scored_into_a_file_that_says_what_it_is(tmp_path: Path, ending: str) -> None:
    frame, source, target = bodies(50), tmp_path / f"in{ending}", tmp_path / f"out{ending}"
    {".parquet": frame.write_parquet, ".arrow": frame.write_ipc, ".csv": frame.write_csv}[ending](source)
    found = score_file(source, target, clean())
    expected = score_frame(frame, clean())
    assert (found.bodies, found.scored) == (50, 50 - expected.frame["score"].null_count())
    assert sorted(tmp_path.iterdir()) == sorted([source, target])
    written = READ[ending](target)
    if ending == ".csv":
        assert written.columns == expected.frame.columns
        shown = [None if one is None else f"{one.normalize():f}" for one in expected.frame["score"]]
        assert written["score"].to_list() == shown
    else:
        assert written.equals(expected.frame)
        assert written.schema == expected.frame.schema
    about = about_file(target)
    assert about == dict(expected.about)
    assert (about["revision_sha256"], about["group"], about["official"]) == (content_address(clean()), "central", False)


def test_neither_the_order_nor_the_scores_depend_on_how_many_processes_compute(tmp_path: Path) -> None:
    frame, source = bodies(3 * BATCH + 7), tmp_path / "in.parquet"
    frame.write_parquet(source, row_group_size=7_777)
    told: list[tuple[int, int]] = []
    score_file(source, tmp_path / "one.parquet", clean(), workers=1)
    score_file(source, tmp_path / "many.arrow", clean(), workers=3, progress=lambda *done: told.append(done))
    assert pl.read_parquet(tmp_path / "one.parquet").equals(pl.read_ipc(tmp_path / "many.arrow"))
    assert pl.read_parquet(tmp_path / "one.parquet")["body"].equals(frame["body"])
    assert told == [(done, frame.height) for done in (BATCH, 2 * BATCH, 3 * BATCH, frame.height)]


def test_a_killed_worker_is_an_error_and_leaves_no_file(tmp_path: Path) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    bodies(12 * BATCH).write_parquet(source)

    def kill(*_: Any) -> None:
        workers = [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]
        workers[0].kill()

    with pytest.raises(WorkerLost, match="ended before its work was done"):
        score_file(source, target, clean(), workers=2, progress=kill)
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("workers", [1, 2])
def test_where_one_row_does_not_fit_nothing_is_written_and_what_was_there_stays(tmp_path: Path, workers: int) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    target.write_text("from before")
    frame = bodies(4 * BATCH)
    bad = {2 * BATCH: "x", 4 * BATCH - 1: "101"}
    turnover = [bad.get(row, figure) for row, figure in enumerate(frame["turnover"])]
    frame.with_columns(turnover=pl.Series(turnover)).write_parquet(source)
    with pytest.raises(InvalidInput) as refused:
        score_file(source, target, clean(), workers=workers)
    assert [str(problem).partition(",")[0] for problem in refused.value.problems] == [
        f"row {2 * BATCH + 1} (body-{2 * BATCH})",
        f"row {4 * BATCH} (body-{4 * BATCH - 1})",
    ]
    assert target.read_text() == "from before"
    assert sorted(tmp_path.iterdir()) == sorted([source, target])


@pytest.mark.parametrize(("workers", "most"), [(1, 1), (2, 5)])
def test_after_as_many_faults_as_can_be_listed_the_rest_is_not_read(tmp_path: Path, workers: int, most: int) -> None:
    source, told = tmp_path / "in.parquet", []
    pl.DataFrame({"body": ["b"] * (20 * BATCH), "turnover": ["x"] * (20 * BATCH)}).write_parquet(source)
    with pytest.raises(InvalidInput, match="there may be more"):
        score_file(source, tmp_path / "out.csv", clean(), workers=workers, progress=lambda *done: told.append(done))
    assert len(told) <= most


def test_comments_before_the_header_of_a_csv_are_passed_over_and_a_body_may_begin_like_one(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text('# from: "us"\n# of: 2022\nbody,turnover\n# 7,10\nb,\n', encoding="utf-8")
    score_file(source, target, clean())
    assert [line for line in target.read_text().splitlines() if not line.startswith("# n")][-2:] == [
        "# 7,90,0.4,high",
        "b,,0,",
    ]


@pytest.mark.parametrize("name", ["in.parquet", "in.arrow", "in.csv"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    with pytest.raises(InvalidInput, match=f"{name}: there is no such file"):
        score_file(source, tmp_path / "out.csv", clean())
    source.write_bytes(b'body,turnover\n"a,1\nb,2,3\n')
    with pytest.raises(InvalidInput, match=r"this file cannot be read\n.*" + name):
        score_file(source, tmp_path / "out.csv", clean())
    assert list(tmp_path.iterdir()) == [source]


def test_a_file_that_cannot_be_written_is_named_before_anything_is_computed(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("body\na\n")
    with pytest.raises(InvalidInput, match=r"found out\.xlsx"):
        score_file(source, tmp_path / "out.xlsx", clean())
    with pytest.raises(InvalidInput, match="No such file or directory"):
        score_file(source, tmp_path / "nowhere" / "out.csv", clean())
    with pytest.raises(InvalidInput, match="the inputs are in it"):
        score_file(source, tmp_path / "." / "in.csv", clean())
    with pytest.raises(InvalidInput, match="workers: expected at least 1; found 0"):
        score_file(source, tmp_path / "out.csv", clean(), workers=0)
    with pytest.raises(InvalidInput, match=r"this file cannot be read\n.*found in\.xlsx"):
        score_file(tmp_path / "in.xlsx", tmp_path / "out.csv", clean())


def test_a_file_without_bodies_gives_a_file_without_scores(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("body,turnover\n")
    for name in ("out.csv", "out.parquet", "out.arrow"):
        assert score_file(source, tmp_path / name, clean()).bodies == 0
        assert READ[Path(name).suffix](tmp_path / name).shape == (0, 4)


def test_revisions_that_ship_score_a_file(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    rows = [{"item": f"i{n}", "goal": "g", "kind": "target", "name": "x", "unit": "x", "better": "more"} for n in "ab"]
    tables = [[{**row, "plan": "10", "fact": fact} for row in rows] for fact in ("10", "5")]
    pl.DataFrame({"body": ["a", "b"], "indicators": [str(table).replace("'", '"') for table in tables]}).write_csv(
        source
    )
    found = score_file(source, tmp_path / "out.parquet", document("goals-2022"))
    assert found.scored == 2
    first, second = pl.read_parquet(tmp_path / "out.parquet")["score"]
    assert first == 100 > second
