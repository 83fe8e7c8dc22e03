"""Facts and scores by case: what was stated, and what it is worth at every layer that a case has reached.

A score row is kept for a layer only where the case has facts of that layer; at any other layer what stood before still
stands. So the score at a layer is the row of the greatest layer up to it. A body that has stated nothing has a row (of
what it reported) only where its revision gives points for that; a body that is withdrawn is not scored, but what is
stated about it is kept, and counts if it is enrolled again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from domain.cycle import Cycle
from domain.events import Event
from domain.layers import LAYERS, ORDINAL, Layer
from domain.revision import Revision, revision_of
from domain.rounding import DECIMAL128
from domain.scoring import Fact
from domain.tally import Plan, Tally
from projections.facts import Statement, statements
from projections.tables import CYCLES, ENROLMENTS, FACTS, REVISIONS, SCORES, ReadModels


class ScoreChange(NamedTuple):
    """The score of a body at a layer is another from this position on."""

    cycle: int
    body: str
    group: str
    layer: Layer


@dataclass
class _Case:
    """One case as it stands: facts by the layer that stated them, and a tally for each layer reached (by ordinal)."""

    group: str
    revision: Revision
    stated: dict[int, dict[str, Fact]] = field(default_factory=dict)
    tallies: dict[int, Tally] = field(default_factory=dict)

    def standing(self, ordinal: int) -> dict[str, Fact]:
        """The facts that stand at a layer: of each subject, what the latest layer up to it stated."""
        entries: dict[str, Fact] = {}
        for earlier in range(ordinal + 1):
            entries.update(self.stated.get(earlier, {}))
        return entries

    def stands(self, subject: str, stated: int, ordinal: int) -> bool:
        """Whether what one layer states of a subject stands at another: no layer between states it too."""
        return not any(subject in self.stated.get(between, ()) for between in range(stated + 1, ordinal + 1))


class CaseFold:
    """Applies events to the tables of facts and scores. Keeps `keep` cases in memory, loading others on use."""

    def __init__(self, models: ReadModels, keep: int) -> None:
        self._models = models
        self._keep = keep
        self._cases: OrderedDict[tuple[int, str], _Case] = OrderedDict()
        self._plans: dict[tuple[str, str], Plan] = {}

    def fold(self, event: Event, position: int) -> list[ScoreChange]:
        """Applies one event; gives the scores that changed."""
        changed: list[ScoreChange] = []
        if isinstance(event, Cycle.BodyEnrolled):
            changed.extend(self._enrol(event.cycle, event.body, position))
        elif isinstance(event, Cycle.BodyWithdrawn):
            self._withdraw(event.cycle, event.body, position)
        by_case: dict[tuple[int, str], list[Statement]] = {}
        for statement in statements(event):
            by_case.setdefault((statement.cycle, statement.body), []).append(statement)
        if by_case:
            event_id = str(event.envelope.event_id)
            for (cycle, body), stated in by_case.items():
                changed.extend(self._state(cycle, body, stated, event_id, position))
        return changed

    def _state(
        self, cycle: int, body: str, stated: Iterable[Statement], event_id: str, position: int
    ) -> list[ScoreChange]:
        case = self._case(cycle, body) if self._models[ENROLMENTS].get((cycle, body)) is not None else None
        table = self._models[FACTS]
        facts: list[tuple[int, Fact]] = []
        for _, _, layer, subject, value in stated:
            ordinal = ORDINAL[layer]
            table.put((cycle, body, ordinal, subject), (value, event_id), position)
            facts.append((ordinal, Fact(subject, value, event_id, position)))
        if case is None:
            return []
        for ordinal, fact in facts:
            case.stated.setdefault(ordinal, {})[fact.subject] = fact
        return self._rescored(cycle, body, case, facts, position)

    def _enrol(self, cycle: int, body: str, position: int) -> list[ScoreChange]:
        """Scores what was stated before a body was enrolled again; for a new body, what stating nothing is worth."""
        case = self._case(cycle, body)
        if self._plan(case.revision, case.group).blank.result().value is not None:
            case.stated.setdefault(ORDINAL[Layer.REPORTED], {})
        return self._rescored(cycle, body, case, [], position)

    def _withdraw(self, cycle: int, body: str, position: int) -> None:
        self._cases.pop((cycle, body), None)
        for ordinal in range(len(LAYERS)):
            self._models[SCORES].remove((cycle, body, ordinal), position)

    def _rescored(
        self, cycle: int, body: str, case: _Case, facts: list[tuple[int, Fact]], position: int
    ) -> list[ScoreChange]:
        """Brings the tally of each layer reached up to date: what was stated at or below it, unless a layer between
        stands over it."""
        changed = []
        for ordinal in sorted(case.stated):
            tally = case.tallies.get(ordinal)
            if tally is None:
                tally = case.tallies[ordinal] = Tally.of(self._plan(case.revision, case.group), case.standing(ordinal))
            else:
                standing = [fact for at, fact in facts if at <= ordinal and case.stands(fact.subject, at, ordinal)]
                if not standing:
                    continue
                tally.state(standing)
            value, coverage, grade, ties = tally.result()
            values = (value, coverage, grade, to_tie_values(ties), case.revision.sha256)
            if self._models[SCORES].put((cycle, body, ordinal), values, position):
                changed.append(ScoreChange(cycle, body, case.group, LAYERS[ordinal]))
        return changed

    def _case(self, cycle: int, body: str) -> _Case:
        found = self._cases.get((cycle, body))
        if found is not None:
            self._cases.move_to_end((cycle, body))
            return found
        group, _ = self._models[ENROLMENTS].row((cycle, body))
        methodology, revision, *_ = self._models[CYCLES].row((cycle,))
        case = _Case(group, self._revision(methodology, revision))
        for key, row in self._models[FACTS].partition((cycle, body)).items():
            fact = Fact(key[3], row.values[0], row.values[1], row.valid_from)
            case.stated.setdefault(key[2], {})[key[3]] = fact
        self._cases[(cycle, body)] = case
        while len(self._cases) > self._keep:
            self._cases.popitem(last=False)
        return case

    def _revision(self, methodology: str, revision: str) -> Revision:
        sha256, document, *_ = self._models[REVISIONS].row((methodology, revision))
        for plan in self._plans.values():
            if plan.revision.sha256 == sha256:
                return plan.revision
        return revision_of(document)

    def _plan(self, revision: Revision, group: str) -> Plan:
        key = (revision.sha256, group)
        if key not in self._plans:
            self._plans[key] = Plan(revision, group, compiled=True)
        return self._plans[key]


def to_tie_values(values: Iterable[Decimal | None]) -> list[str | None]:
    """Tie values as the table of scores holds them: equal ones are written the same."""
    return [None if value is None else f"{value.normalize(DECIMAL128):f}" for value in values]


def from_tie_values(values: Iterable[str | None]) -> tuple[Decimal | None, ...]:
    """The same as decimals, for ranking."""
    return tuple(None if value is None else Decimal(value) for value in values)
