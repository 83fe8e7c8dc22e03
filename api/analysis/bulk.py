"""Scores of very many bodies from a frame or a file: exactly those that the record would compute, one row a body.

What each column holds is said in `api.analysis.inputs`. Nothing is written before all is right: a row that does not fit
the revision is named with its column, and there is no file.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

import polars

from api.analysis.export import kind_of, written_in_parts
from api.analysis.inputs import Reader
from api.analysis.slices import Slices, UnreadableError, slices_of
from api.analysis.tables import DIGITS, FIGURE, Table
from domain.bulk import Program
from domain.errors import InvalidInput, Problem
from domain.revision import Revision, revision_of
from domain.revision.document import Document
from projections.answers import require_group

BATCH = 10_000
"""Bodies computed at a time. A batch of 50 figures a body takes a worker some 100 MB."""
LIMIT = 100
"""How many faults are listed."""
NOTE = "Computed from given inputs, not from the record: a what-if, not an official result."

RESULTS: dict[str, Any] = {"body": polars.String, "score": FIGURE, "coverage": DIGITS, "grade": polars.String}
"""The columns: score in points (0 to 100), coverage as a share (0 to 1) with all its digits, grade by its id."""


class WorkerLost(Exception):
    """A worker process ended before its work was done; nothing was written."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What was scored: how many bodies, how many of them have a score, where, and which inputs played no part.

    `absent` are inputs without a column: no body has data for them. `unread` are columns that the group's tree does
    not read.
    """

    bodies: int
    scored: int
    target: Path
    absent: tuple[str, ...]
    unread: tuple[str, ...]


def score_frame(frame: polars.DataFrame, document: Document, group: str = "central", *, floats: bool = False) -> Table:
    """The scores of the bodies of a frame under a revision's document, in their order, computed in this process.

    `floats` takes the shortest decimal of each binary float. Raises InvalidInput, and NotFound if the revision does not
    evaluate the group.
    """
    scorer = _Scorer(document, group, frame.schema, floats)
    faults, frames = _Faults(), [polars.DataFrame(schema=RESULTS)]
    for first in range(0, frame.height, BATCH):
        if not faults.enough:
            batch = scorer.scored(frame.slice(first, BATCH), only_checked=bool(faults.problems))
            faults.take(batch, first)
            frames.append(batch.frame)
    faults.refuse(scorer.revision)
    return Table(polars.concat(frames), scorer.about, ("score", "coverage"))


def score_file(
    source: str | Path,
    target: str | Path,
    document: Document,
    group: str = "central",
    *,
    floats: bool = False,
    workers: int | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Scored:
    """Scores the bodies of a file (`.parquet`, `.arrow`, `.feather`, `.csv`) into another, in their order.

    `workers` processes compute (by default as many as there are processors); with one, or few bodies, this one does.
    They are spawned: a script that calls this keeps its own doing under `if __name__ == "__main__":`. `progress` is
    called with (bodies done, bodies to do). Raises InvalidInput, NotFound and WorkerLost; then the target is as before.
    """
    source, target = Path(source), Path(target)
    kind_of(target)
    count = os.cpu_count() or 1 if workers is None else workers
    if count < 1:
        raise InvalidInput("this cannot be computed", [Problem("workers", f"expected at least 1; found {count}")])
    if target.resolve() == source.resolve():
        raise InvalidInput("this file cannot be written", [Problem(str(target), "the inputs are in it")])
    try:
        with slices_of(source) as slices:
            scorer = _Scorer(document, group, slices.schema(), floats)
            bodies, scored, faults = slices.height(), 0, _Faults()
            with written_in_parts(target, polars.DataFrame(schema=RESULTS), scorer.about) as write:
                job = _Job(slices, document, group, floats)
                for first, batch in _in_order(job, range(0, bodies, BATCH), count, faults):
                    faults.take(batch, first)
                    write(batch.frame)
                    scored += batch.frame.height - batch.frame["score"].null_count()
                    progress(min(first + BATCH, bodies), bodies)
                faults.refuse(scorer.revision)
    except UnreadableError as error:
        raise InvalidInput("this file cannot be read", [Problem(str(source), str(error))]) from error
    return Scored(bodies, scored, target, scorer.reader.absent, scorer.reader.unread)


# -- a batch -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Batch:
    """What came of some bodies: their results, or none and the faults, by row of the batch (from 0), with the body."""

    frame: polars.DataFrame
    faults: Sequence[tuple[int, str | None, Problem]]


class _Scorer:
    """A revision compiled for a group, with the reader of frames of one schema."""

    def __init__(self, document: Document, group: str, schema: Mapping[str, Any], floats: bool) -> None:
        self.revision = revision_of(document)
        require_group(self.revision, group)
        self.program = Program(self.revision, group)
        self.reader = Reader(self.program, schema, floats=floats)

    @property
    def about(self) -> dict[str, Any]:
        """What the results are."""
        return {
            "revision": self.revision.id,
            "revision_sha256": self.revision.sha256,
            "group": self.program.group,
            "absent": list(self.reader.absent),
            "official": False,
            "note": NOTE,
        }

    def scored(self, frame: polars.DataFrame, *, only_checked: bool) -> _Batch:
        """The batch of these rows."""
        read = self.reader.read(frame, LIMIT)
        if read.faults or only_checked:
            faults = [(row, read.bodies[row], problem) for row, problem in read.faults]
            return _Batch(polars.DataFrame(schema=RESULTS), faults)
        found = self.program.scores(read.rows)
        columns = (
            read.bodies,
            [one.value for one in found],
            [f"{one.coverage:f}" for one in found],
            [one.grade for one in found],
        )
        return _Batch(polars.DataFrame(dict(zip(RESULTS, columns, strict=True)), schema=RESULTS), ())


class _Faults:
    """The faults so far, in the order of the rows. After the first nothing is computed, after `LIMIT` nothing read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    @property
    def enough(self) -> bool:
        """Whether no more can be listed."""
        return len(self.problems) >= LIMIT

    def take(self, batch: _Batch, first: int) -> None:
        """Takes in what is wrong with the next batch, whose first row is at the place `first` (from 0) of the whole."""
        for row, body, problem in batch.faults[: LIMIT - len(self.problems)]:
            place = f"row {first + row + 1}"
            named = place if body is None else f"{place} ({body})"
            self.problems.append(Problem(f"{named}, {problem.place}", problem.message))

    def refuse(self, revision: Revision) -> None:
        """Raises InvalidInput if there was any fault."""
        if self.problems:
            more = f" (the first {LIMIT} faults; there may be more)" if self.enough else ""
            raise InvalidInput(f"these rows do not fit revision {revision.id}{more}", self.problems)


# -- processes ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Job:
    """What a process needs to score slices of a file; only this, places of slices and results travel."""

    slices: Slices
    document: Document
    group: str
    floats: bool

    def scorer(self) -> Callable[[int, bool], _Batch]:
        """What scores the slice that begins at a row, or only checks it."""
        scorer = _Scorer(self.document, self.group, self.slices.schema(), self.floats)
        return lambda first, only_checked: scorer.scored(self.slices.slice(first, BATCH), only_checked=only_checked)


def _in_order(job: _Job, firsts: Sequence[int], workers: int, faults: _Faults) -> Iterator[tuple[int, _Batch]]:
    """The batches that begin at these rows, in order, with their beginnings; not more than needed at a time."""
    if workers == 1 or len(firsts) <= 1:
        score = job.scorer()
        for first in firsts:
            if not faults.enough:
                yield first, score(first, bool(faults.problems))
        return
    count = min(workers, len(firsts))
    executor = ProcessPoolExecutor(count, get_context("spawn"), initializer=_begin, initargs=(job,))
    waiting: deque[tuple[int, Future[_Batch]]] = deque()
    try:
        for first in firsts:
            if faults.enough:
                return
            waiting.append((first, executor.submit(_score, first, bool(faults.problems))))
            if len(waiting) > 2 * count:
                begun, future = waiting.popleft()
                yield begun, future.result()
        for begun, future in waiting:
            yield begun, future.result()
    except BrokenProcessPool as error:
        raise WorkerLost(
            "a process that computed scores ended before its work was done (killed, or out of memory); nothing was "
            "written. Try fewer workers"
        ) from error
    finally:
        executor.shutdown(cancel_futures=True)


_scoring: Callable[[int, bool], _Batch] | None = None
"""What this process scores slices with. Owned by a worker: `_begin` sets it once, before the first slice."""


def _begin(job: _Job) -> None:
    """Prepares a worker: Ctrl-C is for the process that started it, without which it ends."""
    global _scoring
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _scoring = job.scorer()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _score(first: int, only_checked: bool) -> _Batch:
    assert _scoring is not None
    return _scoring(first, only_checked)
