"""The lives of bodies: their names over time, what they came from and where their work went.

A code stays the same through renaming; a merger or a split ties one body to another, with the day and who said so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from domain.bodies import Names, StateBody
from domain.events import Recorded


@dataclass(frozen=True, slots=True)
class Naming:
    """A name, from a day on; `since` None where it is not known."""

    kk: str
    ru: str
    en: str
    since: date | None
    illustrative: bool
    position: int


@dataclass(frozen=True, slots=True)
class Tie:
    """Work that went from one body to another. `kind` is `merged` (into the successor), `split` (off the predecessor),
    or `from` where the register names a predecessor and no reorganisation."""

    kind: str
    predecessor: str
    successor: str
    since: date | None
    illustrative: bool
    reason: str
    position: int

    def words(self) -> str:
        """The tie in words: "min-x: split from min-y on 2022-06-11"."""
        day = f" on {self.since}" if self.since else ""
        if self.kind == "merged":
            return f"{self.predecessor} merged into {self.successor}{day}"
        if self.kind == "split":
            return f"{self.successor} split from {self.predecessor}{day}"
        return f"{self.successor} established from {self.predecessor}{day}"


@dataclass(frozen=True, slots=True)
class Ending:
    """The day on which a body was abolished, and why."""

    since: date
    illustrative: bool
    reason: str
    position: int


@dataclass(frozen=True, slots=True)
class Life:
    """A body from its entry in the register to its end. `names` are in the order in which they were given."""

    body: str
    group: str
    since: date | None
    names: tuple[Naming, ...]
    ending: Ending | None = None
    before: tuple[Tie, ...] = ()
    after: tuple[Tie, ...] = ()
    illustrative: bool = False

    @property
    def name(self) -> Naming:
        """The latest name."""
        return self.names[-1]


def lives_of(events: Iterable[Recorded]) -> Mapping[str, Life]:
    """The life of every body that the events of the register tell of, by code. Other events are passed over."""
    lives: dict[str, Life] = {}
    ties: dict[tuple[str, str], Tie] = {}
    for recorded in events:
        event, position = recorded.event, recorded.position
        if isinstance(event, StateBody.BodyEstablished):
            naming = _naming(event.names, event.since, event.illustrative, position)
            lives[event.body] = Life(event.body, event.group, event.since, (naming,), illustrative=event.illustrative)
            for predecessor in event.predecessors:
                ties.setdefault(
                    (predecessor, event.body),
                    Tie(
                        "from",
                        predecessor,
                        event.body,
                        event.since,
                        event.illustrative,
                        event.envelope.reason,
                        position,
                    ),
                )
        elif isinstance(event, StateBody.BodyReorganised):
            for successor in event.successors:
                ties[(event.body, successor)] = Tie(
                    event.kind,
                    event.body,
                    successor,
                    event.since,
                    event.illustrative,
                    event.envelope.reason,
                    position,
                )
        elif isinstance(event, StateBody.BodyRenamed) and event.body in lives:
            life = lives[event.body]
            naming = _naming(event.names, event.since, event.illustrative, position)
            lives[event.body] = replace(life, names=(*life.names, naming))
        elif isinstance(event, StateBody.BodyAbolished) and event.body in lives:
            ending = Ending(event.since, event.illustrative, event.envelope.reason, position)
            lives[event.body] = replace(lives[event.body], ending=ending)
    ordered = sorted(ties.values(), key=lambda tie: (tie.since or date.min, tie.position, tie.successor))
    return {
        code: replace(
            life,
            before=tuple(tie for tie in ordered if tie.successor == code),
            after=tuple(tie for tie in ordered if tie.predecessor == code),
        )
        for code, life in lives.items()
    }


def _naming(names: Names, since: date | None, illustrative: bool, position: int) -> Naming:
    return Naming(names.kk, names.ru, names.en, since, illustrative, position)
