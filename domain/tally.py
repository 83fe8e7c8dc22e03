"""A tally: a score kept up to date fact by fact, at the price of the changed branch only.

It gives the same value, coverage and tie values as `domain.scoring.score` to the last digit written, which a property
test holds it to; what it leaves out is the tree with its lineage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import reduce
from heapq import heapify, heappop, heappush
from typing import Any

from domain.bulk.leaves import FAILURES, Leaf, compiled_leaf
from domain.revision import Indicator, MissingRule, Node, Revision
from domain.rounding import DECIMAL128, Rounding
from domain.scoring import (
    NODE_PREFIX,
    PENALTY_PREFIX,
    ZERO,
    Deduction,
    Fact,
    Tallied,
    after_deductions,
    aggregated,
    by_input,
    deductions_of,
    leaf,
    value_of,
)


@dataclass(frozen=True, slots=True)
class _Place:
    """A node's place in the plan: what is needed to compute it. `rank` says which child of its parent (-1: none) it is,
    from 0; `compiled` is its indicator as a function, where it can be one."""

    subject: str
    weight: Decimal
    parent: int
    rank: int
    children: tuple[int, ...]
    weights: tuple[Decimal, ...]
    weight_sum: Decimal
    indicator: Indicator | None
    compiled: Leaf | None
    rounding: Rounding | None
    rule: MissingRule


class Plan:
    """A tree laid out for tallies: children before parents, and which leaves read which input. Immutable.

    With `compiled`, the formulas that can be are made Python functions: it costs half a millisecond a leaf, and a leaf
    is then computed in a tenth of the time.
    """

    def __init__(self, revision: Revision, group: str, *, compiled: bool = False) -> None:
        self.revision = revision
        self._compiled = compiled
        tree = revision.tree(group)
        nodes: list[Node] = []
        below: list[tuple[int, ...]] = []
        _lay(tree, nodes, below)
        above = {child: (index, rank) for index, children in enumerate(below) for rank, child in enumerate(children)}
        self.index_of = {node.id: index for index, node in enumerate(nodes)}
        self.places = [self._place(node, below[index], *above.get(index, (-1, 0))) for index, node in enumerate(nodes)]
        self.leaves_of: dict[str, list[int]] = {}
        for index, node in enumerate(nodes):
            for name in node.indicator.inputs if node.indicator else ():
                self.leaves_of.setdefault(name, []).append(index)
        self.ties = [self.index_of[name] for name in revision.ties.break_by]
        self.blank = Tally(self)
        """The tally of a body that has stated nothing, with which others begin."""

    def _place(self, node: Node, children: tuple[int, ...], parent: int, rank: int) -> _Place:
        weights = tuple(child.weight for child in node.children)
        return _Place(
            subject=NODE_PREFIX + node.id,
            weight=node.weight,
            parent=parent,
            rank=rank,
            children=children,
            weights=weights,
            weight_sum=reduce(DECIMAL128.add, weights, ZERO),
            indicator=node.indicator,
            compiled=compiled_leaf(self.revision, node.level, node.indicator)
            if self._compiled and node.indicator
            else None,
            rounding=self.revision.rounding.get(node.level),
            rule=node.missing,
        )


def _lay(node: Node, nodes: list[Node], below: list[tuple[int, ...]]) -> int:
    children = tuple(_lay(child, nodes, below) for child in node.children)
    nodes.append(node)
    below.append(children)
    return len(nodes) - 1


class Tally:
    """The score of one body at one layer, kept while facts come in. Owned by one fold."""

    def __init__(self, plan: Plan) -> None:
        """The tally of a body that has stated nothing, computed from the ground up."""
        self._plan = plan
        self._entries: dict[str, Fact] = {}
        self._facts: dict[str, tuple[Fact, ...]] = {}
        self._read: dict[str, Any] = {}
        """What formulas see of each input that has a value and is no table."""
        self._deductions: tuple[Deduction, ...] = ()
        self._values: list[Decimal | None] = [None] * len(plan.places)
        self._weighted: list[list[Decimal]] = [[ZERO] * len(place.children) for place in plan.places]
        """For each node its children's values times their weights; zero for those without a value."""
        self._without = [len(place.children) for place in plan.places]
        """How many children of each node have no value."""
        self._coverage: list[Decimal] = [ZERO] * len(plan.places)
        self._covers_anew = True
        """Whether the coverage of a node computed now may have changed, below in this round or from the start."""
        with localcontext(DECIMAL128):
            for index in range(len(plan.places)):
                self._compute(index)

    @classmethod
    def of(cls, plan: Plan, entries: Mapping[str, Fact]) -> Tally:
        """The tally of a body that has stated these facts, by subject."""
        blank = plan.blank
        tally = cls.__new__(cls)
        tally._plan = plan
        tally._entries, tally._facts, tally._read = {}, {}, {}
        tally._deductions = ()
        tally._values = blank._values.copy()
        tally._weighted = [weighted.copy() for weighted in blank._weighted]
        tally._without = blank._without.copy()
        tally._coverage = blank._coverage.copy()
        tally._covers_anew = True
        tally.state(entries.values())
        return tally

    def state(self, facts: Iterable[Fact]) -> None:
        """Takes in what is stated now."""
        revision = self._plan.revision
        dirty: set[int] = set()
        tables: set[str] = set()
        penalised = False
        for fact in facts:
            subject = fact.subject
            self._entries[subject] = fact
            name = subject.partition("/")[0]
            declared = revision.inputs.get(name)
            if declared is not None:
                dirty.update(self._plan.leaves_of.get(name, ()))
                if declared.kind == "table":
                    tables.add(name)
                elif subject == name:
                    value = value_of(declared, fact.value)
                    if value is None:
                        self._facts.pop(name, None)
                        self._read.pop(name, None)
                    else:
                        self._facts[name] = (fact,)
                        self._read[name] = value
            elif subject.startswith(NODE_PREFIX):
                place = self._plan.index_of.get(subject.removeprefix(NODE_PREFIX))
                dirty.update(() if place is None else (place,))
            elif subject.startswith(PENALTY_PREFIX):
                penalised = True
        for name in tables:
            rows = {key: fact for key, fact in self._entries.items() if key.startswith(f"{name}/")}
            self._facts.pop(name, None)
            self._facts.update(by_input(revision, rows))
        if penalised:
            self._deductions = deductions_of(revision, self._entries)
        self._recompute(dirty)

    def _recompute(self, dirty: set[int]) -> None:
        """Computes the nodes and whatever stands above those that changed; parents come after children."""
        self._covers_anew = False
        waiting = list(dirty)
        heapify(waiting)
        with localcontext(DECIMAL128):
            while waiting:
                index = heappop(waiting)
                if self._compute(index):
                    above = self._plan.places[index].parent
                    if above >= 0 and above not in waiting:
                        heappush(waiting, above)

    def _compute(self, index: int) -> bool:
        place = self._plan.places[index]
        if place.indicator is not None:
            value, coverage = self._leaf(place, place.indicator)
        else:
            value = _rounded(place, self._aggregated(index, place))
            coverage = self._coverage[index] if not self._covers_anew else self._covered(place)
        adjustment = self._entries.get(place.subject)
        if adjustment is not None and adjustment.value is not None:
            value = Decimal(adjustment.value)
        before = self._values[index]
        if not _identical(coverage, self._coverage[index]):
            self._covers_anew = True
            self._coverage[index] = coverage
        elif _identical(value, before):
            return False
        self._values[index] = value
        if place.parent >= 0:
            self._weighted[place.parent][place.rank] = ZERO if value is None else place.weight * value
            self._without[place.parent] += (value is None) - (before is None)
        return True

    def _leaf(self, place: _Place, indicator: Indicator) -> tuple[Decimal | None, Decimal]:
        """The rounded points and the coverage of an indicator."""
        read = self._read
        if place.compiled is not None:
            try:
                return place.compiled(*[read[name] for name in indicator.inputs])
            except (KeyError, *FAILURES):
                # An input without a value, or a formula that gives none: the whole rule says what it is worth.
                pass
        raw, _, coverage = leaf(self._plan.revision, indicator, self._facts)
        return _rounded(place, raw), coverage

    def _aggregated(self, index: int, place: _Place) -> Decimal | None:
        """What `scoring.aggregated` gives: the same sums in the same order, over products that are kept."""
        if self._without[index] or not place.weight_sum:
            return aggregated(place.rule, place.weights, [self._values[child] for child in place.children])[0]
        return sum(self._weighted[index], ZERO) / place.weight_sum

    def _covered(self, place: _Place) -> Decimal:
        coverage = ZERO
        for weight, child in zip(place.weights, place.children, strict=True):
            coverage += weight * self._coverage[child]
        # A mean over no weight is none, and covers nothing.
        return coverage / place.weight_sum or ZERO if place.weight_sum else ZERO

    def result(self) -> Tallied:
        """The score as it stands."""
        revision = self._plan.revision
        value = after_deductions(revision, self._values[-1], self._deductions)
        grade = revision.grade_of(value) if value is not None else None
        ties = tuple([self._values[index] for index in self._plan.ties])
        return Tallied(value, self._coverage[-1], grade.id if grade else None, ties)


def _rounded(place: _Place, raw: Decimal | None) -> Decimal | None:
    return place.rounding.apply(raw) if place.rounding is not None and raw is not None else raw


def _identical(left: Decimal | None, right: Decimal | None) -> bool:
    """Whether two figures are written the same: 80 and 80.0 are equal, but what is computed from them may be written
    otherwise, and the same facts must give the same digits whatever came before."""
    if left is None or right is None:
        return left is right
    return left is right or left.compare_total(right) == 0
