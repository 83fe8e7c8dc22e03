"""The trail: one row for every event, by which oversight filters who did what, when, on whose authority and why."""

from __future__ import annotations

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
    return getattr(event, "cycle", None)


def bodies_of(event: Event) -> tuple[str, ...]:
    """The evaluated bodies that the event is about."""
    if isinstance(event, CommissionSession.ItemOpened):
        return event.proposal.bodies
    body = getattr(event, "body", None)
    return (body,) if body is not None else tuple(getattr(event, "bodies", ()))


def subjects_of(event: Event) -> tuple[str, ...]:
    """Inputs, rows, nodes and penalties that the event speaks of, and in a session the item (`item:1`)."""
    subjects = list(getattr(event, "subjects", ()))
    subjects += [one.subject for one in getattr(event, "values", ())]
    speaking = event.proposal if isinstance(event, CommissionSession.ItemOpened) else event
    for field in ("adjustments", "lifts", "adjusted"):
        subjects += [NODE_PREFIX + one.node for one in getattr(speaking, field, ())]
    if isinstance(event, CaseFile.PenaltyImposed | CaseFile.PenaltyLifted):
        subjects.append(f"{PENALTY_PREFIX}{event.penalty}/{event.case}")
    if isinstance(event, CommissionSession.Event) and hasattr(event, "item"):
        subjects.append(f"item:{event.item}")
    return tuple(dict.fromkeys(subjects))
