"""Catching up: all projections over a large history, by a projector in a process of its own.

Run as `python -m tests.bench.catchup URL`, this module is that process: its memory and its processor time are then the
projector's alone. It prints one JSON object a line: how far it has come, with its resident memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

import psutil
import psycopg

from adapters.eventstore.mapper import EventMapper
from adapters.eventstore.recorder import Datastore, EventRecorder
from adapters.postgres.roles import Role
from adapters.readmodels.projector import Projector, clear
from domain.events import Event
from tests.bench.measure import Sample, timed

QUARTERS = (0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class CatchUp:
    """One catch-up from nothing, with resident memory (MB) at each quarter of the way."""

    sample: Sample
    memory: dict[float, float]


def store(url: str, events: Iterable[Event], total: int, advance: Callable[[str], None]) -> int:
    """Records the events, a thousand a commit; gives how many there were."""
    mapper, waiting, stored = EventMapper(), iter(events), 0
    with Datastore(url, Role.WRITER) as datastore:
        recorder = EventRecorder(datastore)
        while batch := [mapper.to_stored_event(event) for event in islice(waiting, 1_000)]:
            recorder.insert_events(batch)
            stored += len(batch)
            advance(f"recording {stored:,} of about {total:,} events")
    return stored


def measure_catch_up(url: str, advance: Callable[[str], None]) -> CatchUp:
    """Empties the read models and lets a new process build them from the first event on."""
    with psycopg.connect(url, autocommit=True) as connection:
        clear(connection)
        connection.execute("VACUUM ANALYZE")
    memory: dict[float, float] = {}
    took: dict[str, float] = {}
    command = [sys.executable, "-m", "tests.bench.catchup", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            told = json.loads(line)
            if "quarter" in told:
                memory[told["quarter"]] = told["megabytes"]
                advance(f"all projections at {told['quarter']:.0%}, {told['megabytes']:.0f} MB")
            else:
                took = told
    if process.returncode != 0 or not took:
        raise RuntimeError(f"`{' '.join(command)}` ended with exit code {process.returncode}; see its output above")
    return CatchUp(Sample(int(took["events"]), took["seconds"], took["cpu_seconds"]), memory)


def catch_up(url: str) -> None:
    """Catches up, and tells about it on standard output."""
    process, left = psutil.Process(), list(QUARTERS)

    def progress(position: int, head: int) -> None:
        while left and position >= left[0] * head:
            tell({"quarter": left.pop(0), "megabytes": process.memory_info().rss / 1_000_000})

    projector = Projector(url)
    try:
        sample = timed(0, lambda: projector.catch_up(progress))
        events = projector.catch_up()
    finally:
        projector.close()
    tell({"events": events, "seconds": sample.seconds, "cpu_seconds": sample.cpu_seconds})


def tell(what: dict[str, float]) -> None:
    """One line for the process that measures."""
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    catch_up(sys.argv[1])
