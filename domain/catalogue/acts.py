"""The chain of acts: what was approved, changed, renamed, replaced and repealed, when, and by which act.

Each step can be played as commands: what it `ends` is repealed, what it `begins` is drafted and approved. Days that are
not known stay unknown (`When`): whoever plays the chain chooses within the bounds and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.catalogue.dates import PartialDate, When
from domain.errors import InvalidInput, Problem
from domain.revision import Provenance, Title
from domain.revision.values import Values


class Kind(StrEnum):
    """What a step does."""

    APPROVED = "approved"
    """`revision` begins."""
    CHANGED = "changed"
    """`revision` carries on `follows` with other rules."""
    RENAMED = "renamed"
    """`revision` carries on `follows` under another name."""
    REPLACED = "replaced"
    """`revision` begins where `follows` ends."""
    REPEALED = "repealed"
    """`revision` ends."""


SUCCEEDING = (Kind.CHANGED, Kind.RENAMED, Kind.REPLACED)
"""Steps by which one revision follows another."""


class ChainError(InvalidInput):
    """The document is not a chain of acts; `problems` names every place."""

    code = "invalid-chain"


@dataclass(frozen=True, slots=True)
class Act:
    """A legal act. `register` is its number in the state register; None where it has none or none is known."""

    id: str
    citation: str
    number: str | None
    register: str | None
    dates: tuple[PartialDate, ...]
    subject: Title


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the chain. `act` is None where the act is not known; then `note` says so."""

    kind: Kind
    revision: str
    follows: str | None
    act: str | None
    when: When
    provenance: Provenance
    note: str | None

    @property
    def begins(self) -> str | None:
        """The revision that this step puts in force, or None."""
        return None if self.kind is Kind.REPEALED else self.revision

    @property
    def ends(self) -> str | None:
        """The revision that this step ends, or None."""
        return self.revision if self.kind is Kind.REPEALED else self.follows


@dataclass(frozen=True, slots=True)
class Chain:
    """All acts by id, and the steps in the order in which they happened."""

    acts: Mapping[str, Act]
    steps: tuple[Step, ...]

    def of(self, revision: str) -> tuple[Step, ...]:
        """The steps that begin or end a revision."""
        return tuple(step for step in self.steps if revision in (step.begins, step.ends))

    def revisions(self) -> tuple[str, ...]:
        """Ids of the revisions in the order in which they began."""
        return tuple(step.begins for step in self.steps if step.begins is not None)


def chain_of(document: Mapping[str, Any]) -> Chain:
    """The chain that a document states. Raises ChainError, which lists every problem."""
    reader = _Reader()
    chain = reader.chain(document)
    if reader.problems or chain is None:
        raise ChainError("this is not a chain of acts", reader.problems)
    return chain


class _Reader(Values):
    def chain(self, value: Any) -> Chain | None:
        document = self.fields(value, "", required=("acts", "chain"), optional=())
        if document is None:
            return None
        acts = self.each(document.get("acts"), "acts", self.act)
        self.unique([act.id for act in acts], "acts", "act")
        known = {act.id: act for act in acts}
        steps = self.each(document.get("chain"), "chain", self.step)
        self.sound(steps, known)
        return Chain(known, tuple(steps))

    def act(self, value: Any, place: str) -> Act | None:
        names = ("id", "citation", "dates", "subject")
        item = self.fields(value, place, required=names, optional=("number", "register"))
        if item is None:
            return None
        subject = self.title(item.get("subject"), f"{place}.subject")
        return (
            None
            if subject is None
            else Act(
                id=self.identifier(item.get("id"), f"{place}.id"),
                citation=self.text(item.get("citation"), f"{place}.citation"),
                number=self.optional_text(item.get("number"), f"{place}.number"),
                register=self.optional_text(item.get("register"), f"{place}.register"),
                dates=self.dates(item.get("dates"), f"{place}.dates"),
                subject=subject,
            )
        )

    def step(self, value: Any, place: str) -> Step | None:
        optional = ("follows", "act", "note", "source", "illustrative")
        item = self.fields(value, place, required=("step", "revision", "when"), optional=optional)
        if item is None:
            return None
        kind = self.choice(item.get("step"), f"{place}.step", tuple(Kind))
        when = self.when(item.get("when"), f"{place}.when")
        if not kind or when is None:
            return None
        follows = self.optional_text(item.get("follows"), f"{place}.follows")
        act = self.optional_text(item.get("act"), f"{place}.act")
        note = self.optional_text(item.get("note"), f"{place}.note")
        if (Kind(kind) in SUCCEEDING) != (follows is not None):
            self.refuse(f"{place}.follows", "stands with changed, renamed and replaced, and with them only")
        if act is None and note is None:
            self.refuse(place, "without an act, a note says why none is named")
        revision = self.identifier(item.get("revision"), f"{place}.revision")
        return Step(Kind(kind), revision, follows, act, when, self.provenance(item, place), note)

    def when(self, value: Any, place: str) -> When | None:
        if isinstance(value, Mapping):
            item = self.fields(value, place, required=("after", "before"), optional=())
            bounds = [self.date((item or {}).get(name), f"{place}.{name}") for name in ("after", "before")]
            low, high = bounds
            if low is None or high is None:
                return None
            if low.last > high.first:
                self.refuse(place, f"{low} is not before {high}")
            return When(between=(low, high))
        dates = self.dates(value, place)
        return When(dates=dates) if dates else None

    def dates(self, value: Any, place: str) -> tuple[PartialDate, ...]:
        """One date or more, in order."""
        dates = self.each(value, place, self.date)
        if not dates:
            self.refuse(place, "expected at least one date")
        if sorted(dates, key=lambda one: one.first) != dates:
            self.refuse(place, "the dates are not in order")
        return tuple(dates)

    def date(self, value: Any, place: str) -> PartialDate | None:
        try:
            return PartialDate.read(self.text(value, place))
        except ValueError as error:
            self.refuse(place, str(error))
            return None

    def sound(self, steps: Sequence[Step], acts: Mapping[str, Act]) -> None:
        """A revision begins once, before it ends once; acts are known; steps stand in the order of time."""
        begun: set[str] = set()
        ended: set[str] = set()
        for index, step in enumerate(steps):
            place = f"chain[{index}]"
            if step.act is not None and step.act not in acts:
                self.refuse(f"{place}.act", f"there is no act `{step.act}`")
            if step.ends is not None:
                if step.ends not in begun or step.ends in ended:
                    self.refuse(place, f"`{step.ends}` is not in force here")
                ended.add(step.ends)
            if step.begins is not None:
                if step.begins in begun:
                    self.refuse(place, f"`{step.begins}` begins twice")
                begun.add(step.begins)
            if index and steps[index - 1].when.first > step.when.last:
                self.refuse(f"{place}.when", f"{step.when} is before the step above ({steps[index - 1].when})")


def problems_of(chain: Chain, revisions: Mapping[str, Sequence[str]]) -> tuple[Problem, ...]:
    """Where the chain and the revisions (their legal acts by id) do not fit each other.

    Every revision begins by the chain, and rests on the act that put it in force.
    """
    found = [Problem(name, "no step of the chain begins it") for name in revisions if name not in chain.revisions()]
    for step in chain.steps:
        if step.revision not in revisions:
            found.append(Problem(step.revision, "is in the chain, but there is no such revision"))
        elif step.begins is not None and step.act is not None:
            citation = chain.acts[step.act].citation
            if citation not in revisions[step.revision]:
                found.append(Problem(step.revision, f"does not name the act that put it in force: {citation}"))
    return tuple(found)
