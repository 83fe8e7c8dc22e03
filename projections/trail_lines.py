"""The history of a score: which event moved it, by whom, from what to what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class ValueChange:
    """What an event did to one subject of one body; `before` is None where nothing was stated."""

    body: str
    layer: str
    subject: str
    before: Any
    after: Any

    def differing(self) -> tuple[dict[str, Any] | Any, dict[str, Any] | Any]:
        """Before and after, reduced to the columns that differ where both are rows of a table."""
        if isinstance(self.before, dict) and isinstance(self.after, dict):
            names = [n for n in {**self.before, **self.after} if self.before.get(n) != self.after.get(n)]
            return {n: self.before.get(n) for n in names}, {n: self.after.get(n) for n in names}
        return self.before, self.after


@dataclass(frozen=True, slots=True)
class ScoreMove:
    """How an event moved the score of a body at a layer."""

    body: str
    layer: str
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class EventLine:
    """One line of the trail: who did what, when, by what right, why, and what it changed."""

    position: int
    event_id: str
    type: str
    recorded_at: datetime
    effective_at: datetime
    person: str
    role: str
    actor_body: str
    reason: str
    legal_basis: str | None
    authority: tuple[str, ...]
    cycle: int | None
    bodies: tuple[str, ...]
    changes: tuple[ValueChange, ...] = ()
    scores: tuple[ScoreMove, ...] = ()
    words: tuple[str, ...] = ()
    """What the event says beyond the values it states."""

    def as_data(self) -> dict[str, Any]:
        """The line as data for JSON."""
        return {
            "position": self.position,
            "event_id": self.event_id,
            "type": self.type,
            "recorded_at": self.recorded_at,
            "effective_at": self.effective_at,
            "person": self.person,
            "role": self.role,
            "actor_body": self.actor_body,
            "reason": self.reason,
            "legal_basis": self.legal_basis,
            "authority": list(self.authority),
            "cycle": self.cycle,
            "bodies": list(self.bodies),
            "words": list(self.words),
            "changes": [
                {
                    "body": change.body,
                    "layer": change.layer,
                    "subject": change.subject,
                    "before": change.before,
                    "after": change.after,
                }
                for change in self.changes
            ],
            "scores": [
                {"body": move.body, "layer": move.layer, "before": move.before, "after": move.after}
                for move in self.scores
            ],
        }


def only_moving(lines: Iterable[EventLine]) -> list[EventLine]:
    """The lines that moved a score that was there before."""
    return [line for line in lines if any(move.before not in (None, move.after) for move in line.scores)]
