"""The trail: one row for every event, by which oversight filters who did what, when, on whose authority and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from domain.casefile import CaseFile
from domain.commission import CommissionSession
from domain.events import Event, Recorded
from domain.scoring import NODE_PREFIX, PENALTY_PREFIX


def trail_row(recorded: Recorded) -> tuple[Any, ...]:
    """The event's row, in the order of `projections.tables.TRAIL_COLUMNS`."""
    event = recorded.event
    envelope = event.envelope
    actor = envelope.actor
    return (
        recorded.position,
        envelope.event_id,
        event.type_name(),
        event.originator_id,
        event.originator_version,
        recorded.recorded_at,
        envelope.decided_at,
        envelope.effective_at,
        actor.person,
        actor.role,
        actor.body,
        envelope.reason,
        envelope.legal_basis,
        envelope.correlation_id,
        list(envelope.authority.determined_by),
        cycle_of(event),
        list(bodies_of(event)),
        list(subjects_of(event)),
    )


def cycle_of(event: Event) -> int | None:
    """The cycle that the event belongs to, if any."""
    if isinstance(event, CommissionSession.ItemOpened):
        return event.proposal.cycle
    cycle: int | None = vars(event).get("cycle")
    return cycle


def bodies_of(event: Event) -> tuple[str, ...]:
    """The evaluated bodies that the event is about."""
    if isinstance(event, CommissionSession.ItemOpened):
        return event.proposal.bodies
    said = vars(event)
    return (said["body"],) if said.get("body") is not None else tuple(said.get("bodies", ()))


def subjects_of(event: Event) -> tuple[str, ...]:
    """Inputs, rows, nodes and penalties that the event speaks of, and in a session the item (`item:1`)."""
    speaking = event.proposal if isinstance(event, CommissionSession.ItemOpened) else event
    # Asking pydantic for a field that an event does not have costs more than all the rest of its row.
    said = vars(speaking)
    subjects: list[str] = []
    for field, read in _SPEAKING.items():
        if field in said:
            subjects += read(said[field])
    if isinstance(event, CaseFile.PenaltyImposed | CaseFile.PenaltyLifted):
        subjects.append(f"{PENALTY_PREFIX}{event.penalty}/{event.case}")
    if isinstance(event, CommissionSession.Event) and "item" in vars(event):
        subjects.append(f"item:{vars(event)['item']}")
    return tuple(dict.fromkeys(subjects))


def _nodes(stated: Iterable[Any]) -> list[str]:
    return [NODE_PREFIX + one.node for one in stated]


_SPEAKING: dict[str, Callable[[Any], Iterable[str]]] = {
    "subjects": tuple,
    "values": lambda stated: [one.subject for one in stated],
    "adjustments": _nodes,
    "lifts": _nodes,
    "adjusted": _nodes,
}
"""Fields by which events speak of subjects, in the order in which these are listed."""
