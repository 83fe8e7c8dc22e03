"""From where the record is read: what was recorded up to a position, and of that only what counts by a moment.

The position asks what the record knew; the effective moment asks what counted. Both together are the intersection: the
events recorded up to the position whose `effective_at` is not later. They are applied in the order of the record, so a
moment after every effective time gives exactly what the position alone gives (decision record 0007).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.bodies import StateBody
from domain.commission import CommissionSession
from domain.cycle import Cycle
from domain.events import Event, Recorded
from domain.methodology import Methodology
from projections.answers import ReplayedSource, Source
from projections.facts import statements
from projections.fold import Fold
from projections.history import Key, TableSpec
from projections.tables import BODIES, CYCLES, ENROLMENTS, REVISIONS, ReadModels


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Read models, and the position and effective moment from which they are read.

    With an effective moment, `later` counts the events that were left out because they count only later; `resting` are
    the positions of events that count by it and yet cannot stand, since what they rest on counts only later.
    """

    source: Source
    position: int
    effective: datetime | None = None
    later: int = 0
    resting: tuple[int, ...] = ()

    def sees(self, recorded: Recorded) -> bool:
        """Whether an event belongs to what is read from here."""
        return (
            recorded.position <= self.position
            and counts(recorded.event, self.effective)
            and recorded.position not in self.resting
        )

    def as_data(self) -> dict[str, object]:
        """The viewpoint as data for JSON."""
        found: dict[str, object] = {"position": self.position}
        if self.effective is not None:
            left_out = {"count_later": self.later, "rest_on_later_ones": list(self.resting)}
            found.update(effective=self.effective.astimezone(UTC), left_out=left_out)
        return found

    def sentences(self) -> tuple[str, ...]:
        """What a reader must know of it; nothing where the position says all."""
        if self.effective is None:
            return ()
        resting = f"; {len(self.resting)} rest on such and are left out too" if self.resting else ""
        return (
            f"Replayed: only events that count by {self.effective.astimezone(UTC):%Y-%m-%d %H:%M} UTC; of those "
            f"recorded up to position {self.position}, {self.later} count later{resting}.",
        )


def counts(event: Event, effective: datetime | None) -> bool:
    """Whether the event counts by a moment; every event does where none is given."""
    return effective is None or event.envelope.effective_at <= effective


def viewed(events: Iterable[Recorded], position: int, effective: datetime) -> Viewpoint:
    """The read models of the events recorded up to a position that count by a moment."""
    fold = Fold(ReadModels.over())
    later = 0
    resting = []
    for recorded in events:
        if recorded.position > position:
            break
        if not counts(recorded.event, effective):
            later += 1
        elif all(fold.models[spec].get(key) is not None for spec, key in rests_on(recorded.event)):
            fold.apply(recorded)
        else:
            resting.append(recorded.position)
    return Viewpoint(ReplayedSource(fold.models), position, effective, later, tuple(resting))


def rests_on(event: Event) -> Iterator[tuple[TableSpec, Key]]:
    """The rows that must stand before the event can; in the order of the whole record they always do."""
    if isinstance(event, StateBody.BodyRenamed | StateBody.BodyReorganised | StateBody.BodyAbolished):
        yield BODIES, (event.body,)
    elif isinstance(event, Methodology.RevisionApproved | Methodology.RevisionRepealed | Cycle.CycleOpened):
        yield REVISIONS, (event.methodology, event.revision)
    elif isinstance(event, Cycle.BodyEnrolled):
        yield CYCLES, (event.cycle,)
        yield BODIES, (event.body,)
    elif isinstance(event, Cycle.BodyWithdrawn | Cycle.EvaluatorAssigned | Cycle.EvaluatorReassigned):
        yield ENROLMENTS, (event.cycle, event.body)
    elif isinstance(event, Cycle.Event):
        yield CYCLES, (event.cycle,)
    elif isinstance(event, CommissionSession.DecisionTaken | CommissionSession.DecisionAnnulled):
        for body in event.bodies:
            yield ENROLMENTS, (event.cycle, body)
    else:
        for cycle, body in dict.fromkeys((one.cycle, one.body) for one in statements(event)):
            yield ENROLMENTS, (cycle, body)
