"""A tally: a score kept up to date fact by fact, at the price of the changed branch only.

It computes with the very functions of `domain.scoring` and gives the same value, coverage and tie values as `score` to
the last digit written, which a property test holds it to; what it leaves out is the tree with its lineage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

from domain.revision import Indicator, MissingRule, Node, Revision
from domain.rounding import DECIMAL128
from domain.scoring import (
    NODE_PREFIX,
    PENALTY_PREFIX,
    ZERO,
    Fact,
    after_deductions,
    aggregated,
    by_input,
    deductions_of,
    is_readable,
    leaf,
    rounded,
)


class Tallied(NamedTuple):
    """A score without its tree: points, coverage (0 to 1), grade, and the values of the tie rule's nodes."""

    value: Decimal | None
    coverage: Decimal
    grade: str | None
    tie_values: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A node's place in the plan: its children's indices, and what is needed to compute it."""

    node: Node
    children: tuple[int, ...]
    weights: tuple[Decimal, ...]
    weight_sum: Decimal
    indicator: Indicator | None
    rule: MissingRule


class Plan:
    """A tree laid out for tallies: children before parents, and which leaves read which input. Immutable."""

    def __init__(self, revision: Revision, group: str) -> None:
        self.revision = revision
        self.places: list[_Place] = []
        self.leaves_of: dict[str, list[int]] = {}
        self.index_of: dict[str, int] = {}
        parents: dict[int, int] = {}
        self._lay(revision.tree(group), parents)
        self.parent = [parents.get(index, -1) for index in range(len(self.places))]
        self.rank = [0] * len(self.places)
        """Which child of its parent a node is, from 0."""
        for place in self.places:
            for rank, child in enumerate(place.children):
                self.rank[child] = rank
        self.ties = [self.index_of[name] for name in revision.ties.break_by]

    def _lay(self, node: Node, parents: dict[int, int]) -> int:
        children = tuple(self._lay(child, parents) for child in node.children)
        index = len(self.places)
        weights = tuple(child.weight for child in node.children)
        weight_sum = ZERO
        for weight in weights:
            weight_sum = DECIMAL128.add(weight_sum, weight)
        self.places.append(_Place(node, children, weights, weight_sum, node.indicator, node.missing))
        self.index_of[node.id] = index
        for child in children:
            parents[child] = index
        for name in node.indicator.inputs if node.indicator else ():
            self.leaves_of.setdefault(name, []).append(index)
        return index


class Tally:
    """The score of one body at one layer, kept while facts come in. Owned by one fold."""

    def __init__(self, plan: Plan, entries: Mapping[str, Fact]) -> None:
        self._plan = plan
        self.entries = dict(entries)
        self._facts = by_input(plan.revision, self.entries)
        self._values: list[Decimal | None] = [None] * len(plan.places)
        self._weighted: list[list[Decimal]] = [[ZERO] * len(place.children) for place in plan.places]
        """For each node its children's values times their weights; zero for those without a value."""
        self._without = [len(place.children) for place in plan.places]
        """How many children of each node have no value."""
        self._coverage: list[Decimal] = [ZERO] * len(plan.places)
        self._covers_anew = True
        """Whether the coverage of a node computed now may have changed, below in this round or from the start."""
        for index in range(len(plan.places)):
            self._compute(index)

    def state(self, facts: Iterable[Fact]) -> None:
        """Takes in what is stated now."""
        declared = self._plan.revision.inputs
        dirty: set[int] = set()
        tables: set[str] = set()
        for fact in facts:
            subject = fact.subject
            self.entries[subject] = fact
            if subject.startswith(NODE_PREFIX):
                place = self._plan.index_of.get(subject.removeprefix(NODE_PREFIX))
                dirty.update(() if place is None else (place,))
            elif not subject.startswith(PENALTY_PREFIX):
                name = subject.partition("/")[0]
                dirty.update(self._plan.leaves_of.get(name, ()))
                if name not in declared:
                    continue
                if declared[name].kind == "table":
                    tables.add(name)
                elif subject == name:
                    self._read(name, (fact,) if is_readable(declared[name], fact) else ())
        for name in tables:
            rows = {key: fact for key, fact in self.entries.items() if key.startswith(f"{name}/")}
            self._read(name, by_input(self._plan.revision, rows).get(name, ()))
        self._recompute(dirty)

    def _read(self, name: str, facts: tuple[Fact, ...]) -> None:
        if facts:
            self._facts[name] = facts
        else:
            self._facts.pop(name, None)

    def _recompute(self, dirty: set[int]) -> None:
        """Computes the nodes and whatever stands above those that changed; parents come after children."""
        self._covers_anew = False
        waiting = sorted(dirty)
        while waiting:
            index = waiting.pop(0)
            if self._compute(index):
                above = self._plan.parent[index]
                if above >= 0 and above not in waiting:
                    waiting.append(above)
                    waiting.sort()

    def _compute(self, index: int) -> bool:
        place = self._plan.places[index]
        revision = self._plan.revision
        if place.indicator is not None:
            raw, _, coverage = leaf(revision, place.indicator, self._facts)
        else:
            raw = self._aggregated(index, place)
            coverage = self._coverage[index] if not self._covers_anew else self._covered(place)
        value = rounded(revision, place.node.level, raw)
        adjustment = self.entries.get(NODE_PREFIX + place.node.id)
        if adjustment is not None and adjustment.value is not None:
            value = Decimal(adjustment.value)
        if not _identical(coverage, self._coverage[index]):
            self._covers_anew = True
        elif _identical(value, self._values[index]):
            return False
        self._tell_parent(index, place, value)
        self._values[index] = value
        self._coverage[index] = coverage
        return True

    def _tell_parent(self, index: int, place: _Place, value: Decimal | None) -> None:
        parent = self._plan.parent[index]
        if parent >= 0:
            weighted = ZERO if value is None else DECIMAL128.multiply(place.node.weight, value)
            self._weighted[parent][self._plan.rank[index]] = weighted
            self._without[parent] += (value is None) - (self._values[index] is None)

    def _aggregated(self, index: int, place: _Place) -> Decimal | None:
        """What `scoring.aggregated` gives: the same sums in the same order, over products that are kept."""
        if self._without[index] or not place.weight_sum:
            return aggregated(place.rule, place.weights, [self._values[child] for child in place.children])[0]
        return DECIMAL128.divide(reduce(DECIMAL128.add, self._weighted[index], ZERO), place.weight_sum)

    def _covered(self, place: _Place) -> Decimal:
        coverage = ZERO
        for weight, child in zip(place.weights, place.children, strict=True):
            coverage = DECIMAL128.add(coverage, DECIMAL128.multiply(weight, self._coverage[child]))
        return DECIMAL128.divide(coverage, place.weight_sum) or ZERO

    def result(self) -> Tallied:
        """The score as it stands."""
        revision = self._plan.revision
        value = after_deductions(revision, self._values[-1], deductions_of(revision, self.entries))
        grade = revision.grade_of(value) if value is not None else None
        ties = tuple(self._values[index] for index in self._plan.ties)
        return Tallied(value, self._coverage[-1], grade.id if grade else None, ties)


def _identical(left: Decimal | None, right: Decimal | None) -> bool:
    """Whether two figures are written the same: 80 and 80.0 are equal, but what is computed from them may be written
    otherwise, and the same facts must give the same digits whatever came before."""
    if left is None or right is None:
        return left is right
    return left.compare_total(right) == 0
