"""Measuring: samples, and contenders that take turns so that whatever disturbs the machine disturbs them all."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Workload:
    """What each contender appends: `commits` a writer, each of `per_commit` events."""

    name: str
    writers: int
    commits: int
    per_commit: int = 1

    @property
    def events(self) -> int:
        """Events of all writers together."""
        return self.writers * self.commits * self.per_commit


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement: how many things were done, in how many seconds of wall and of the client's processor time."""

    things: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Things a second."""
        return self.things / self.seconds

    @property
    def milliseconds(self) -> float:
        """Wall time for one thing."""
        return 1_000 * self.seconds / self.things

    @property
    def cpu_microseconds(self) -> float:
        """The client's processor time for one thing."""
        return 1_000_000 * self.cpu_seconds / self.things


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and most of several samples."""

    median: float
    least: float
    most: float


def spread(values: Sequence[float]) -> Spread:
    """The spread of at least one value."""
    return Spread(statistics.median(values), min(values), max(values))


def timed(things: int, act: Callable[[], object]) -> Sample:
    """Does it once, by the clock."""
    cpu, start = time.process_time(), time.perf_counter()
    act()
    return Sample(things, time.perf_counter() - start, time.process_time() - cpu)


@dataclass(frozen=True, slots=True)
class Case:
    """Something to measure several times."""

    workload: str
    contender: str
    run: Callable[[], Sample]


def interleaved(
    cases: Sequence[Case], rounds: int, advance: Callable[[str], None]
) -> dict[tuple[str, str], list[Sample]]:
    """Runs all cases once a round, A B C A B C; samples by (workload, contender). `advance` is told what comes next."""
    samples: dict[tuple[str, str], list[Sample]] = {(case.workload, case.contender): [] for case in cases}
    for number in range(1, rounds + 1):
        for case in cases:
            advance(f"round {number} of {rounds}: {case.workload}, {case.contender}")
            samples[(case.workload, case.contender)].append(case.run())
    return samples
