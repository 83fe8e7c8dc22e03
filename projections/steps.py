"""An event as one step of a story: where in the record, when, by whom, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.events import Recorded
from projections.telling import told
from projections.trail import bodies_of


@dataclass(frozen=True, slots=True)
class Step:
    """One event: where in the record, when it counts and was recorded, by whom, and what it says."""

    position: int
    event_id: UUID
    type: str
    effective_at: datetime
    recorded_at: datetime
    person: str
    role: str
    reason: str
    legal_basis: str | None
    item: int | None
    bodies: tuple[str, ...]
    words: tuple[str, ...]


def step_of(recorded: Recorded) -> Step:
    """An event as a step."""
    event = recorded.event
    envelope = event.envelope
    return Step(
        position=recorded.position,
        event_id=envelope.event_id,
        type=event.type_name(),
        effective_at=envelope.effective_at,
        recorded_at=recorded.recorded_at,
        person=envelope.actor.person,
        role=envelope.actor.role,
        reason=envelope.reason,
        legal_basis=envelope.legal_basis,
        item=getattr(event, "item", None),
        bodies=bodies_of(event),
        words=told(event),
    )
