"""`python -m tests.bench`: measures against peers in the same run and writes `docs/benchmarks.md`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import migrate
from tests.bench import report
from tests.bench.answers import measure_answers
from tests.bench.append import measure_append
from tests.bench.bulk import measure_bulk
from tests.bench.catchup import measure_catch_up, store
from tests.bench.emmett import EmmettMissing, install
from tests.bench.history import history
from tests.bench.library import measure_projection_runner, store_for_library
from tests.bench.machine import facts
from tests.bench.matrix import measure_matrix

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
PARTS = ("append", "catch-up", "answers", "matrix", "bulk")

Advance = Callable[[str], None]


def main(arguments: Sequence[str]) -> None:
    """Measures what is asked for, shows it, and writes the page if everything was measured."""
    asked = parsed(arguments)
    console = Console()
    parts = asked.only or PARTS
    sections, machine = [], {}
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        for part in parts:
            task = progress.add_task(part, total=1)
            advance = _advance(progress, task, part)
            with ExitStack() as stack:
                directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shezhire-bench-")))
                server = EmbeddedPostgres(directory)
                stack.callback(server.stop)
                url = server.start()
                migrate(url)
                machine = machine or facts(url, directory)
                sections.append(MEASURES[part](url, asked, advance))
            progress.update(task, description=part, completed=1)
            report.shown(sections[-1], progress.console)
    for name, fact in machine.items():
        console.print(f"{name}: {fact}")
    page = asked.output or (None if asked.only or asked.quick else PAGE)
    if page is not None:
        command = " ".join(("python -m tests.bench", *arguments))
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(report.written(sections, machine, command, asked.rounds, datetime.now(UTC)), "utf-8")
        console.print(f"written to {page}")


def _advance(progress: Progress, task: TaskID, part: str) -> Advance:
    return lambda what: progress.update(task, description=f"{part}: {what}")


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """What is asked for on the command line."""
    parser = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=PARTS, help="measure this part only (can be repeated)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each contender has its turn (default 5)")
    parser.add_argument("--events", type=int, default=200_000, help="events to catch up with (default 200000)")
    parser.add_argument("--bodies", type=int, default=1_000_000, help="bodies to score in bulk (default 1000000)")
    parser.add_argument("--quick", action="store_true", help="small and without npm: shows only that it runs")
    parser.add_argument(
        "--output", type=Path, help="the page to write (default docs/benchmarks.md, if all is measured)"
    )
    return parser.parse_args(arguments)


def _append(url: str, asked: argparse.Namespace, advance: Advance) -> report.Section:
    remarks = []
    if asked.quick:
        remarks.append("emmett is left out of a quick run.")
    else:
        try:
            advance("installing emmett from npm")
            install()
        except EmmettMissing as missing:
            remarks.append(f"emmett could not be measured: {missing}.")
    samples = measure_append(url, asked.rounds, advance, quick=asked.quick, with_emmett=not remarks)
    return report.append_section(samples, remarks)


def _catch_up(url: str, asked: argparse.Namespace, advance: Advance) -> report.Section:
    events = 2_000 if asked.quick else asked.events
    cycles = 1 if asked.quick else 13
    bodies = 5 if asked.quick else 40
    store(url, history(events, cycles=cycles, bodies=bodies), events, advance)
    few = events // 10
    last = store_for_library(url, islice(history(events, cycles=cycles, bodies=bodies), few))
    runs, runner = [], []
    for number in range(asked.rounds):
        runs.append(measure_catch_up(url, advance))
        advance(f"round {number + 1} of {asked.rounds}: the library's ProjectionRunner with {few:,} events")
        runner.append(measure_projection_runner(url, last))
    return report.catch_up_section(runs, runner)


def _answers(url: str, asked: argparse.Namespace, advance: Advance) -> report.Section:
    return report.answers_section(measure_answers(url, asked.rounds, advance, quick=asked.quick))


def _matrix(url: str, asked: argparse.Namespace, advance: Advance) -> report.Section:
    acts, cycles, bodies = (2_000, 2, 5) if asked.quick else (asked.events, 13, 40)
    samples = measure_matrix(url, asked.rounds, advance, acts=acts, cycles=cycles, bodies=bodies)
    return report.matrix_section(samples, bodies)


def _bulk(_: str, asked: argparse.Namespace, advance: Advance) -> report.Section:
    bodies, sample = (12_000, 20) if asked.quick else (asked.bodies, 2_000)
    return report.bulk_section(measure_bulk(bodies, sample, asked.rounds, advance))


MEASURES: dict[str, Callable[[str, argparse.Namespace, Advance], report.Section]] = {
    "append": _append,
    "catch-up": _catch_up,
    "answers": _answers,
    "matrix": _matrix,
    "bulk": _bulk,
}

if __name__ == "__main__":
    main(sys.argv[1:])
