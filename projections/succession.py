"""Who is compared with whom between two years: lineage followed, and said in words.

A renamed body is the same body. One that was reorganised is compared with itself only with a mark, and with another
only where that one's whole work went to it alone; everything else has no comparable value, and the words say why.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from projections.lives import Life, Tie


@dataclass(frozen=True, slots=True)
class Kin:
    """A body of the later year beside the one of the earlier year that it is compared with.

    One of the two is None where there is nothing to compare; `predecessors` are then the bodies of the earlier year
    whose work it took over, in part or whole. `marked` says that the two are not like for like.
    """

    before: str | None
    after: str | None
    marked: bool
    words: str
    predecessors: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Span:
    """The days between two reporting years: after the first year's end, up to the second year's."""

    lives: Mapping[str, Life]
    earlier: int
    later: int

    def holds(self, day: date | None) -> bool:
        return day is not None and self.earlier < day.year <= self.later

    def before(self, body: str) -> list[Tie]:
        return [tie for tie in self.lives[body].before if self.holds(tie.since)]

    def after(self, body: str) -> list[Tie]:
        return [tie for tie in self.lives[body].after if self.holds(tie.since)]

    def renamings(self, body: str) -> list[str]:
        names = self.lives[body].names
        return [
            f"renamed from {old.en} to {new.en} on {new.since}" for old, new in pairwise(names) if self.holds(new.since)
        ]


def succession(
    lives: Mapping[str, Life], earlier: int, before: Collection[str], later: int, after: Collection[str]
) -> tuple[Kin, ...]:
    """Pairs the bodies evaluated in two years, later ones first by code, then those that only the earlier year has."""
    span = _Span(lives, earlier, later)
    found = [_kin(span, body, before, after) for body in sorted(after)]
    taken = {kin.before for kin in found}
    found += [_left(span, body) for body in sorted(before) if body not in taken]
    return tuple(found)


def _kin(span: _Span, body: str, before: Collection[str], after: Collection[str]) -> Kin:
    gained, lost = span.before(body), span.after(body)
    if body in before:
        changes = [tie.words() for tie in (*gained, *lost)]
        words = "; ".join([*span.renamings(body), *changes])
        return Kin(body, body, bool(changes), f"{words}: not like for like" if changes else words)
    if not gained:
        since = span.lives[body].since
        established = f"established on {since}, " if span.holds(since) else ""
        return Kin(None, body, False, f"{established}not evaluated in {span.earlier}")
    ties = _ancestry(span, body, before)
    words = "; ".join(tie.words() for tie in ties)
    sources = tuple(dict.fromkeys(tie.predecessor for tie in ties if tie.predecessor in before))
    if len(sources) == 1 and sources[0] not in after and _went_wholly(span, ties):
        return Kin(sources[0], body, True, f"{words}, its whole work to this body alone: not like for like", sources)
    return Kin(None, body, False, f"{words}: no comparable value before", sources)


def _ancestry(span: _Span, body: str, before: Collection[str]) -> list[Tie]:
    """The ties back from a body to those of the earlier year, nearest first."""
    ties: list[Tie] = []
    waiting, seen = [body], {body}
    while waiting:
        for tie in span.before(waiting.pop(0)):
            ties.append(tie)
            if tie.predecessor not in before and tie.predecessor not in seen:
                seen.add(tie.predecessor)
                waiting.append(tie.predecessor)
    return ties


def _went_wholly(span: _Span, ties: list[Tie]) -> bool:
    """Whether along these ties each predecessor had one successor and each successor one predecessor."""
    return all(
        len(span.after(tie.predecessor)) == 1
        and len(span.before(tie.successor)) == 1
        and span.lives[tie.predecessor].ending is not None
        for tie in ties
    )


def _left(span: _Span, body: str) -> Kin:
    ties = span.after(body)
    words = "; ".join(tie.words() for tie in ties)
    if words:
        return Kin(body, None, False, f"{words}: no comparable value after")
    ending = span.lives[body].ending
    words = f"abolished on {ending.since}, " if ending is not None and span.holds(ending.since) else ""
    return Kin(body, None, False, f"{words}not evaluated in {span.later}")
