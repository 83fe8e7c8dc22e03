"""Scores in bulk: the command over a file of very many bodies, beside the same formula in floats and `score` alone.

Run as `python -m tests.bench.bulk INPUT OUTPUT`, this module is the contender in binary floating point: one vectorised
expression of polars over the same file. It shows what the machine can do at best, and is not exact.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl
import psutil

from domain.revision import Revision, revision_of
from domain.scoring import Fact, Facts, score
from tests.bench.history import document
from tests.bench.measure import Sample, timed

INDICATORS, WORKERS, GROUP = 50, 2, "central"
OURS = "shezhire bulk, exact, two processes"
FLOATS = "the same formula in float64, vectorised (polars, two threads)"
ONE_BY_ONE = "domain.scoring.score, one body after another"
ABSENT = 20
"""One figure in so many is missing."""


@dataclass(frozen=True, slots=True)
class Run:
    """One contender's turn, with the most memory (MB) that its processes had at once, if it had its own."""

    sample: Sample
    peak: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All turns by contender, and how many totals in floats differ from the exact ones."""

    bodies: int
    runs: dict[str, list[Run]]
    differing: int


def measure_bulk(bodies: int, sample: int, rounds: int, advance: Callable[[str], None]) -> Comparison:
    """Turns of all contenders in each round; `score` has its turn over the first `sample` bodies only."""
    runs: dict[str, list[Run]] = {OURS: [], FLOATS: [], ONE_BY_ONE: []}
    with tempfile.TemporaryDirectory(prefix="shezhire-bulk-") as folder:
        names = ("in.parquet", "exact.parquet", "floats.parquet", "rules.json")
        source, exact, inexact, rules = (Path(folder) / name for name in names)
        rules.write_text(json.dumps(document(INDICATORS)), "utf-8")
        advance(f"making up {bodies:,} bodies")
        made_up(bodies).write_parquet(source)
        ours = [str(Path(sys.executable).parent / "shezhire"), "bulk", str(source), "--methodology", str(rules)]
        ours += ["--group", GROUP, "--output", str(exact), "--workers", str(WORKERS)]
        floats = [sys.executable, "-m", "tests.bench.bulk", str(source), str(inexact)]
        revision = revision_of(document(INDICATORS))
        alone: list[Decimal | None] = []
        few = pl.scan_parquet(source).head(sample).collect().to_dicts()
        for number in range(1, rounds + 1):
            for who, command in ((OURS, ours), (FLOATS, floats)):
                advance(f"round {number} of {rounds}: {who}")
                runs[who].append(watched(command, bodies))
            advance(f"round {number} of {rounds}: {ONE_BY_ONE}")
            runs[ONE_BY_ONE].append(Run(timed(sample, lambda: alone.extend(one_by_one(revision, few)))))
            assert pl.read_parquet(exact)["score"].head(sample).to_list() == alone[-sample:]
        totals = pl.read_parquet(exact)["score"].cast(pl.Float64) != pl.read_parquet(inexact)["score"]
    return Comparison(bodies, runs, int(totals.sum()))


def made_up(bodies: int) -> pl.DataFrame:
    """Bodies with a figure of two decimals, as text, for each input; some are missing."""
    figures = pl.Series([f"{hundredths / 100}" for hundredths in range(11_001)])
    columns = {"body": pl.Series([f"body-{number}" for number in range(bodies)])}
    for number in range(INDICATORS):
        places = pl.int_range(bodies, eager=True).shuffle(seed=number)
        there = pl.when(places % ABSENT > 0).then(places % len(figures))
        columns[f"input_{number}"] = figures.gather(pl.select(there).to_series())
    return pl.DataFrame(columns)


def watched(command: Sequence[str], things: int) -> Run:
    """Runs a command to its end. Memory is the sum over its processes; pages that they share are counted in each."""
    cpu, start, peak = _cpu_of_children(), time.perf_counter(), 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            peak = max(peak, _resident(process.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - start
        assert process.stderr is not None
        if process.returncode != 0:
            raise RuntimeError(f"`{' '.join(command)}` ended with {process.returncode}: {process.stderr.read()}")
    return Run(Sample(things, seconds, _cpu_of_children() - cpu), peak / 1_000_000)


def _resident(number: int) -> float:
    total = 0.0
    try:
        first = psutil.Process(number)
        for process in (first, *first.children(recursive=True)):
            total += process.memory_info().rss
    except psutil.NoSuchProcess:  # one ended meanwhile; the next look counts those that are left
        return 0.0
    return total


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def one_by_one(revision: Revision, rows: Sequence[dict[str, str | None]]) -> list[Decimal | None]:
    """The scores as the record computes them."""
    found = []
    for row in rows:
        entries = {name: Fact(name, text, "") for name, text in row.items() if name != "body" and text is not None}
        found.append(score(revision, Facts(GROUP, entries)).value)
    return found


def in_floats(source: str, target: str) -> None:
    """The formula of `tests.bench.history.document` in floats; weights are equal: a mean leaves out what is missing."""
    points = [pl.col(f"input_{number}").cast(pl.Float64).clip(0, 100).round(2) for number in range(INDICATORS)]
    blocks = [pl.mean_horizontal(points[block::3]) for block in range(3)]
    total = pl.mean_horizontal(blocks).round(2).alias("score")
    pl.scan_parquet(source).select("body", total).sink_parquet(target)


if __name__ == "__main__":
    in_floats(*sys.argv[1:])
