"""One evaluation under way: its names, its reasons for null, and its bounds on work and depth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from domain.feel.calendar import DateTime

MAX_STEPS = 1_000_000
"""Steps (iterations, calls, items and hundreds of characters made) after which an evaluation is given up."""

MAX_ITEMS = 1_000_000
"""Most items that one list may have."""

MAX_CHARACTERS = 1_000_000
"""Most characters that one string may have."""

MAX_DEPTH = 500
"""Deepest nesting of an expression, with the functions that it calls, in frames of Python's stack (which has 1,000)."""

MAX_NESTING = 100
"""Deepest nesting of a value."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a part of an expression gave null; line and column count from 1."""

    line: int
    column: int
    message: str


class Exhausted(Exception):
    """The evaluation used up its steps or its depth; the message says which."""


class Run:
    """State of one evaluation. Owned by it alone.

    `names` are those in scope; `depth_left` is how many frames of Python's stack functions may still take; `moment` is
    what `now()` gives.
    """

    __slots__ = ("depth_left", "max_steps", "moment", "names", "reasons", "steps_left")

    def __init__(
        self, names: dict[str, Any], max_steps: int, depth_left: int = MAX_DEPTH, moment: DateTime | None = None
    ) -> None:
        self.names = names
        self.max_steps = self.steps_left = max_steps
        self.depth_left = depth_left
        self.moment = moment
        self.reasons: list[Reason] = []

    def null(self, place: tuple[int, int], message: str) -> None:
        """Gives null, and says why (the first hundred reasons are kept)."""
        if len(self.reasons) < 100:
            self.reasons.append(Reason(*place, message))

    def spend(self, steps: int) -> None:
        """Counts steps. Raises Exhausted when they are used up."""
        self.steps_left -= steps
        if self.steps_left < 0:
            raise Exhausted(f"gave up after {self.max_steps} steps")

    def text(self, length: int) -> None:
        """Counts a string of that length about to be made. Raises Exhausted where it is too long."""
        if length > MAX_CHARACTERS:
            raise Exhausted(f"a string has at most {MAX_CHARACTERS} characters")
        self.spend(length // 100)


Node = Callable[[Run], Any]
"""A compiled expression: takes the run, gives the value."""
