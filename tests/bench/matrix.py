"""The matrix: every cycle of the made-up history recomputed under every revision, from stored read models."""

from __future__ import annotations

from collections.abc import Callable

from adapters.readmodels.projector import Projector
from adapters.readmodels.source import StoredSource
from projections.matrix import matrix
from tests.bench.catchup import store
from tests.bench.history import OTHER_REVISION, REVISION, history
from tests.bench.measure import Sample, timed

GROUP = "central"
REVISIONS = (REVISION, OTHER_REVISION)


def measure_matrix(
    url: str, rounds: int, advance: Callable[[str], None], *, acts: int, cycles: int, bodies: int
) -> list[Sample]:
    """A sample a round, of cells. Records the history, all bodies in one group, and catches up with it first."""
    store(url, history(acts, cycles=cycles, bodies=bodies, groups=(GROUP,)), acts, advance)
    advance("catching up")
    projector = Projector(url)
    try:
        position = projector.catch_up()
    finally:
        projector.close()
    source = StoredSource(url)

    def rebuilt() -> None:
        cells = matrix(source, position, GROUP, methodologies=REVISIONS)
        assert len(cells) == cycles * len(REVISIONS)
        assert all(cell.scored == bodies for cell in cells)

    try:
        samples = []
        for number in range(1, rounds + 1):
            advance(f"round {number} of {rounds}: every cycle under every revision")
            samples.append(timed(cycles * len(REVISIONS), rebuilt))
        return samples
    finally:
        source.close()
