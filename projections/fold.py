"""All projections as one fold: what the in-process projector drives, and what a replay drives without a database."""

from __future__ import annotations

from collections.abc import Iterable

from domain.events import Recorded
from projections.cases import CaseFold
from projections.rankings import RankingFold
from projections.register import fold_register
from projections.tables import ReadModels
from projections.trail import trail_row


class Fold:
    """Applies events, in order of position, to all read models.

    Keeps so many cases and groups in memory; which ones never changes what is written.
    """

    def __init__(self, models: ReadModels, keep_cases: int = 200, keep_groups: int = 200) -> None:
        self.models = models
        self._cases = CaseFold(models, keep_cases)
        self._rankings = RankingFold(models, keep_groups)

    def apply(self, recorded: Recorded) -> None:
        """Applies one event."""
        event, position = recorded.event, recorded.position
        fold_register(self.models, event, position)
        self._rankings.fold(event, position, self._cases.fold(event, position))
        self.models.trail.append(trail_row(recorded))


def replay(events: Iterable[Recorded]) -> ReadModels:
    """The read models of a history, from nothing: the same rows that a database would hold."""
    fold = Fold(ReadModels.over())
    for recorded in events:
        fold.apply(recorded)
    return fold.models
