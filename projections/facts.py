"""Which facts an event states: a pure mapping, the only place that knows at which layer an event speaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from domain.casefile import CaseFile
from domain.commission import CommissionSession
from domain.events import Event
from domain.layers import Layer
from domain.scoring import NODE_PREFIX, PENALTY_PREFIX
from domain.statements import BodyNode


class Statement(NamedTuple):
    """A fact that an event states about a body; `value` None takes the subject back."""

    cycle: int
    body: str
    layer: Layer
    subject: str
    value: Any


_LAYER_OF_VALUES: dict[type[Event], Layer] = {
    CaseFile.DataSubmitted: Layer.REPORTED,
    CaseFile.DataCorrected: Layer.REPORTED,
    CaseFile.DataReverified: Layer.CONCLUDED,
    CaseFile.ConclusionIssued: Layer.CONCLUDED,
    CaseFile.ConclusionRevised: Layer.CONCLUDED,
    CaseFile.ObjectionUpheld: Layer.AFTER_OBJECTIONS,
    CaseFile.ObjectionPartlyUpheld: Layer.AFTER_OBJECTIONS,
    CaseFile.ObjectionDismissed: Layer.AFTER_OBJECTIONS,
}


def _lifted(cycle: int, nodes: Iterable[BodyNode]) -> Iterator[Statement]:
    for one in nodes:
        yield Statement(cycle, one.body, Layer.FINAL, NODE_PREFIX + one.node, None)


def statements(event: Event) -> Iterator[Statement]:
    """What the event states, in its own order."""
    layer = _LAYER_OF_VALUES.get(type(event))
    if layer is not None:
        for one in event.values:  # type: ignore[attr-defined]
            yield Statement(event.cycle, event.body, layer, one.subject, one.value)  # type: ignore[attr-defined]
    elif isinstance(event, CaseFile.SubmissionWithdrawn):
        for subject in event.subjects:
            yield Statement(event.cycle, event.body, Layer.REPORTED, subject, None)
    elif isinstance(event, CaseFile.ExpertOpinionIssued):
        for adjustment in event.adjustments:
            points = _figure(adjustment.points)
            yield Statement(event.cycle, event.body, Layer.EXPERT, NODE_PREFIX + adjustment.node, points)
    elif isinstance(event, CommissionSession.DecisionTaken):
        for decided in event.adjustments:
            points = _figure(decided.points)
            yield Statement(event.cycle, decided.body, Layer.FINAL, NODE_PREFIX + decided.node, points)
        yield from _lifted(event.cycle, event.lifts)
    elif isinstance(event, CommissionSession.DecisionAnnulled):
        yield from _lifted(event.cycle, event.lifts)
    elif isinstance(event, CaseFile.PenaltyImposed | CaseFile.PenaltyLifted):
        subject = f"{PENALTY_PREFIX}{event.penalty}/{event.case}"
        count = str(event.count) if isinstance(event, CaseFile.PenaltyImposed) else None
        yield Statement(event.cycle, event.body, Layer.CONCLUDED, subject, count)


def _figure(points: Decimal) -> str:
    """Points (0 to 100) as figures are written everywhere: no exponent, no sign."""
    return f"{points.copy_abs():f}"
