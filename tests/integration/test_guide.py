"""The guide for analysts can be followed word for word: its commands run, and print what it shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "analysts.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SEPARATOR = "-- next example --"


@pytest.fixture
def empty_directory() -> Iterator[Path]:
    """An empty directory with a path short enough for sockets."""
    path = Path(tempfile.mkdtemp(prefix="shz-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def test_the_guide_for_analysts_runs_and_prints_what_it_shows(empty_directory: Path) -> None:
    blocks = BLOCK.findall(GUIDE.read_text("utf-8"))
    assert {language for language, _ in blocks} == {"sh", "python", "text"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SHEZHIRE_", "PG"))}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    examples = [text for language, text in blocks if language == "python"]
    script = f"print({SEPARATOR!r})\n".join(examples)
    commands = [text for language, text in blocks if language == "sh"]

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=empty_directory, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("sh", "-e", "-c", commands[0])
    printed = run(sys.executable, "-c", script).split(f"{SEPARATOR}\n")
    assert printed == [text for language, text in blocks if language == "text"]
    for text in commands[1:]:
        run("sh", "-e", "-c", text)
    files = (
        "ranking.parquet",
        "ranking.arrow",
        "ranking.csv",
        "matrix.parquet",
        "robustness.arrow",
        "effects.csv",
        "scores.parquet",
    )
    assert all((empty_directory / name).stat().st_size > 100 for name in files)
