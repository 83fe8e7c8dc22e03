"""One evaluation under way: its names, its reasons for null, and its bound on work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MAX_STEPS = 1_000_000
"""Steps (iterations and calls) after which an evaluation is given up."""

MAX_ITEMS = 1_000_000
"""Most items that one list may have."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a part of an expression gave null; line and column count from 1."""

    line: int
    column: int
    message: str


class Exhausted(Exception):
    """The evaluation used up its steps."""


@dataclass(slots=True)
class Run:
    """State of one evaluation. Owned by it alone."""

    names: dict[str, Any]
    steps_left: int
    reasons: list[Reason] = field(default_factory=list)

    def null(self, place: tuple[int, int], message: str) -> None:
        """Gives null, and says why (the first hundred reasons are kept)."""
        if len(self.reasons) < 100:
            self.reasons.append(Reason(*place, message))

    def spend(self, steps: int) -> None:
        """Counts steps. Raises Exhausted when they are used up."""
        self.steps_left -= steps
        if self.steps_left < 0:
            raise Exhausted


Node = Callable[[Run], Any]
"""A compiled expression: takes the run, gives the value."""
