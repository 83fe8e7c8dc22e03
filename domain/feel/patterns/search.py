"""Running a pattern's program over a text, one counted step at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from domain.feel.patterns.program import Program

Spend = Callable[[int], None]
"""Counts steps; raises when they are used up."""

_BATCH = 256


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern was found: start and end of the whole and of each group, -1 for a group that took no part."""

    text: str
    ends: tuple[int, ...]

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.ends[0]

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.ends[1]

    def group(self, number: int) -> str:
        """The text of a group; 0 is the whole; empty where the group took no part."""
        start, end = self.ends[2 * number : 2 * number + 2]
        return self.text[start:end] if start >= 0 and end >= 0 else ""


def find_all(program: Program, text: str, spend: Spend) -> Iterator[Match]:
    """All places where the pattern is found, from left to right, none over another."""
    start = 0
    while start <= len(text):
        found = _find(program, text, start, spend)
        if found is None:
            return
        yield found
        start = found.end if found.end > found.start else found.end + 1


def _find(program: Program, text: str, first: int, spend: Spend) -> Match | None:
    # Where nothing is referred back to, whether the rest fits depends on the place in program and text alone: no pair
    # of them is tried twice, and the work is at most their product.
    visited: set[int] | None = None if program.refers else set()
    for start in range(first, len(text) + 1):
        ends = _run(program, text, start, visited, spend)
        if ends is not None:
            return Match(text, (start, *ends[1 : 2 + 2 * program.groups]))
    return None


def _run(program: Program, text: str, start: int, visited: set[int] | None, spend: Spend) -> list[int] | None:
    """The ends of groups of a match that begins at the start; None where there is none."""
    slots = [-1] * program.slots
    # What is still to be tried: (instruction, place), or (slot, what it held) to be put back on the way.
    waiting: list[tuple[int, int, bool]] = [(0, start, False)]
    steps, width, size = 0, len(text) + 1, len(text)
    while waiting:
        at, place, is_slot = waiting.pop()
        if is_slot:
            slots[at] = place
            continue
        while True:
            steps += 1
            if steps == _BATCH:
                spend(_BATCH)
                steps = 0
            if visited is not None:
                key = at * width + place
                if key in visited:
                    break
                visited.add(key)
            name, first, second = program.instructions[at]
            at += 1
            if name == "one":
                if place >= size or not first(text[place]):
                    break
                place += 1
            elif name == "split":
                waiting.append((second, place, False))
                at = first
            elif name == "jump":
                at = first
            elif name == "save":
                waiting.append((first, slots[first], True))
                slots[first] = place
            elif name == "moved":
                if slots[first] == place:
                    at = second
            elif name == "anchor":
                if not _anchored(program, text, place, first):
                    break
            elif name == "back":
                length = _repeated(program, text, place, slots[2 * first], slots[2 * first + 1])
                if length is None:
                    break
                place += length
            else:
                spend(steps)
                slots[1] = place
                return slots
    spend(steps)
    return None


def _anchored(program: Program, text: str, place: int, sign: str) -> bool:
    if sign == "^":
        return place == 0 or (program.by_line and text[place - 1] == "\n" and place < len(text))
    return place == len(text) or (program.by_line and text[place] == "\n")


def _repeated(program: Program, text: str, place: int, start: int, end: int) -> int | None:
    """How long the group's text is, if it stands at the place again; a group that took no part is empty."""
    wanted = text[start:end] if start >= 0 and end >= 0 else ""
    found = text[place : place + len(wanted)]
    same = found.casefold() == wanted.casefold() if program.ignoring_case else found == wanted
    return len(wanted) if same else None
