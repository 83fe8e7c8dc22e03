"""`shezhire bulk` as people run it: files in, files out, sentences and exit codes between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import psutil
import pytest
from typer.testing import CliRunner

from api.analysis import about_file, score_frame
from domain.catalogue import document
from domain.errors import InvalidInput
from domain.revision import content_address
from ops.demo.history import steps
from ops.demo.play import play
from ops.main import app
from ops.settings import Settings
from ops.wiring import opened
from tests.waiting import until

COMMAND = (str(Path(sys.executable).parent / "shezhire"), "bulk")


def frame(bodies: int) -> pl.DataFrame:
    """Bodies with one figure each of the pilot's."""
    figures = [f"{1 + number % 9}" for number in range(bodies)]
    return pl.DataFrame({"body": [f"body-{number}" for number in range(bodies)], "plan_goals": figures})


def run(*arguments: str, data: str = "/nonexistent/never-opened") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "200", "SHEZHIRE_DATA": data}
    return subprocess.run((*COMMAND, *arguments), env=environment, capture_output=True, text=True, check=False)


def test_a_file_of_bodies_is_scored_without_a_record(tmp_path: Path) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    frame(25_000).write_parquet(source)
    done = run(str(source), "--methodology", "pilot-2010", "--output", str(target), "--workers", "2")
    assert done.returncode == 0, done.stderr
    expected = score_frame(frame(25_000), document("pilot-2010"))
    assert pl.read_parquet(target).equals(expected.frame)
    assert about_file(target) == dict(expected.about)
    assert done.stdout.startswith(f"25,000 bodies, 25,000 of them with a score: {target}\nNo column, so no data: ")
    assert "not an official result" in done.stdout
    assert done.stderr == ""


def test_what_does_not_fit_is_said_with_its_place_and_nothing_is_written(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("body,plan_goals\na,1\nb,many\n")
    done = run(str(source), "--methodology", "pilot-2010", "--output", str(target))
    assert (done.returncode, done.stdout) == (2, "")
    assert "row 2 (b), plan_goals: 'many' is not a figure" in done.stderr
    assert list(tmp_path.iterdir()) == [source]


def test_a_revision_of_the_record_is_named_by_its_sha256(tmp_path: Path) -> None:
    data, source = tmp_path / "store", tmp_path / "in.csv"
    source.write_text("body\na\n")
    with opened(Settings(data=data)) as services:
        play(services.record, services.reader, steps())
    address = content_address(document("goals-2022"))
    arguments = ["bulk", str(source), "--methodology", address[:12], "--output", str(tmp_path / "out.csv")]
    done = CliRunner().invoke(app, arguments, env={"SHEZHIRE_DATA": str(data)})
    assert done.exit_code == 0, done.output
    assert about_file(tmp_path / "out.csv")["revision_sha256"] == address
    refused = CliRunner().invoke(app, [*arguments, "--workers", "0"], env={"SHEZHIRE_DATA": str(data)})
    assert isinstance(refused.exception, InvalidInput)


@pytest.mark.parametrize("victim", ["worker", "command"])
def test_whoever_is_killed_nothing_is_written_and_nobody_stays_behind(tmp_path: Path, victim: str) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    frame(1_000_000).write_parquet(source)
    arguments = (str(source), "--methodology", "pilot-2010", "--output", str(target), "--workers", "2")
    with subprocess.Popen((*COMMAND, *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as command:
        process = psutil.Process(command.pid)

        def spawned() -> list[psutil.Process]:
            assert command.poll() is None
            found = [child for child in process.children() if "spawn_main" in " ".join(child.cmdline())]
            return found if len(found) == 2 else []

        workers = until(spawned, "two workers")
        os.kill(workers[0].pid if victim == "worker" else command.pid, signal.SIGKILL)
        _, said = command.communicate()
        until(lambda: not any(worker.is_running() for worker in workers), "the workers' end")
    assert not target.exists()
    if victim == "worker":
        assert command.returncode == 1
        assert "a process that computed scores ended before its work was done" in said
        assert list(tmp_path.iterdir()) == [source]
