"""Facts and scores by case: what was stated, and what it is worth at every layer that a case has reached.

A score row is kept for a layer only where the case has facts of that layer; at any other layer what stood before still
stands. So the score at a layer is the row of the greatest layer up to it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from domain.events import Event
from domain.layers import LAYERS, ORDINAL, Layer
from domain.revision import Revision, revision_of
from domain.scoring import Fact, Facts, ScoreTree, score
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
    """One case as it stands: facts by the layer that stated them, and the last tree of each layer."""

    group: str
    revision: Revision
    stated: dict[Layer, dict[str, Fact]] = field(default_factory=dict)
    trees: dict[Layer, ScoreTree] = field(default_factory=dict)


class CaseFold:
    """Applies events to the tables of facts and scores. Keeps `keep` cases in memory, loading others on use."""

    def __init__(self, models: ReadModels, keep: int = 2_000) -> None:
        self._models = models
        self._keep = keep
        self._cases: OrderedDict[tuple[int, str], _Case] = OrderedDict()
        self._revisions: dict[str, Revision] = {}

    def fold(self, event: Event, position: int) -> list[ScoreChange]:
        """Applies one event; gives the scores that changed."""
        changed: list[ScoreChange] = []
        by_case: dict[tuple[int, str], list[Statement]] = {}
        for statement in statements(event):
            by_case.setdefault((statement.cycle, statement.body), []).append(statement)
        event_id = str(event.envelope.event_id)
        for (cycle, body), stated in by_case.items():
            changed.extend(self._state(cycle, body, stated, event_id, position))
        return changed

    def _state(
        self, cycle: int, body: str, stated: Iterable[Statement], event_id: str, position: int
    ) -> list[ScoreChange]:
        case = self._case(cycle, body)
        table = self._models[FACTS]
        earliest = len(LAYERS)
        for _, _, layer, subject, value in stated:
            table.put((cycle, body, ORDINAL[layer], subject), (value, event_id), position)
            case.stated.setdefault(layer, {})[subject] = Fact(subject, value, event_id, position)
            earliest = min(earliest, ORDINAL[layer])
        return [
            ScoreChange(cycle, body, case.group, layer)
            for layer in LAYERS[earliest:]
            if layer in case.stated and self._rescore(cycle, body, case, layer, position)
        ]

    def _rescore(self, cycle: int, body: str, case: _Case, layer: Layer, position: int) -> bool:
        facts = Facts.at_layer(case.group, case.stated, layer)
        tree = score(case.revision, facts, case.trees.get(layer))
        case.trees[layer] = tree
        return self._models[SCORES].put(
            (cycle, body, ORDINAL[layer]),
            (
                tree.value,
                tree.coverage,
                tree.grade.id if tree.grade else None,
                tie_values(tree, case.revision),
                case.revision.sha256,
            ),
            position,
        )

    def _case(self, cycle: int, body: str) -> _Case:
        found = self._cases.get((cycle, body))
        if found is not None:
            self._cases.move_to_end((cycle, body))
            return found
        enrolled = self._models[ENROLMENTS].get((cycle, body))
        opened = self._models[CYCLES].get((cycle,))
        if enrolled is None or opened is None:
            raise LookupError(f"case {cycle}/{body}: the events that opened its cycle were not folded")
        case = _Case(enrolled[0], self._revision(opened[0], opened[1]))
        for key, row in self._models[FACTS].partition((cycle, body)).items():
            fact = Fact(key[3], row.values[0], row.values[1], row.valid_from)
            case.stated.setdefault(LAYERS[key[2]], {})[key[3]] = fact
        self._cases[(cycle, body)] = case
        while len(self._cases) > self._keep:
            self._cases.popitem(last=False)
        return case

    def _revision(self, methodology: str, revision: str) -> Revision:
        row = self._models[REVISIONS].get((methodology, revision))
        if row is None:
            raise LookupError(f"revision {revision} of {methodology} was not folded")
        sha256, document, *_ = row
        if sha256 not in self._revisions:
            self._revisions[sha256] = revision_of(document)
        return self._revisions[sha256]


def tie_values(tree: ScoreTree, revision: Revision) -> list[str | None]:
    """The values of the nodes that the revision's tie rule compares, as text, in the rule's order."""
    values: list[str | None] = []
    for node_id in revision.ties.break_by:
        node = tree.node(node_id)
        values.append(None if node is None or node.value is None else str(node.value))
    return values


def from_tie_values(values: Iterable[str | None]) -> tuple[Decimal | None, ...]:
    """The same as decimals, for ranking."""
    return tuple(None if value is None else Decimal(value) for value in values)
