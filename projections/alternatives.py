"""The ranking under rules that are slightly otherwise: other weights, indicators left out, another missing-data rule.

The indicators' points do not depend on any of these, so they are computed once; an alternative only puts them together
anew, with the arithmetic and the rounding of `domain.scoring`. A property test holds this equal to scoring under a
revision that says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import reduce
from operator import mul
from typing import NamedTuple

from domain.ranking import Standing, rank
from domain.revision import MissingRule, Node, Revision
from domain.rounding import DECIMAL128
from domain.scoring import ZERO, Deduction, ScoreTree, after_deductions, aggregated, rounded

Ranks = dict[str, int | None]
"""Each body's place; None where it has no score."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Rules otherwise: weights by node (those not named stay), nodes left out, one missing-data rule for all nodes."""

    weights: Mapping[str, Decimal] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    missing: MissingRule | None = None


class _Place(NamedTuple):
    """A node above others, and where its children's points stand."""

    at: int
    node: Node
    children: tuple[int, ...]


class _Case(NamedTuple):
    """A body: points that stand whatever the weights are (indicators, and nodes that somebody set), and penalties."""

    body: str
    values: tuple[Decimal | None, ...]
    fixed: frozenset[int]
    deductions: tuple[Deduction, ...]


class _Aggregation(NamedTuple):
    """How a node's points come about under an alternative."""

    at: int
    level: str
    rule: MissingRule
    weights: tuple[Decimal, ...]
    weight_sum: Decimal
    children: tuple[int, ...]

    def points(self, values: Sequence[Decimal | None]) -> Decimal | None:
        """The points of the node before rounding; the decimal context must be `DECIMAL128`."""
        below = [values[child] for child in self.children]
        known = [value for value in below if value is not None]
        if len(known) < len(below):
            return aggregated(self.rule, self.weights, below)[0]
        # What `aggregated` does where nothing is missing, but summed by the interpreter: draws spend their time here.
        total = sum(map(mul, self.weights, known), ZERO)
        return total / self.weight_sum if self.weight_sum else None


class Alternatives:
    """The score trees of a group's bodies under one revision, ready to be put together otherwise. Immutable."""

    def __init__(self, revision: Revision, group: str, trees: Mapping[str, ScoreTree]) -> None:
        self.revision = revision
        self.tree = revision.tree(group)
        self._index: dict[str, int] = {}
        self._places = tuple(self._laid(self.tree))
        self._cases = tuple(self._case(body, tree) for body, tree in sorted(trees.items()))

    def standings(self, alternative: Alternative) -> list[Standing]:
        """How each body stands, in the order of codes."""
        gone, plan = self._planned(alternative)
        ties = [None if (index := self._index[name]) in gone else index for name in self.revision.ties.break_by]
        top = self._index[self.tree.id]
        with localcontext(DECIMAL128):
            return [self._standing(case, plan, None if top in gone else top, ties) for case in self._cases]

    def ranks(self, alternative: Alternative) -> Ranks:
        """Each body's place under the revision's tie rule."""
        return {placed.body: placed.rank for placed in rank(self.standings(alternative), self.revision.ties)}

    def _standing(
        self, case: _Case, plan: Iterable[_Aggregation], top: int | None, ties: Iterable[int | None]
    ) -> Standing:
        values = list(case.values)
        for node in plan:
            if node.at not in case.fixed:
                values[node.at] = rounded(self.revision, node.level, node.points(values))
        total = None if top is None else after_deductions(self.revision, values[top], case.deductions)
        return Standing(case.body, total, tuple(None if index is None else values[index] for index in ties))

    def _laid(self, node: Node) -> Iterator[_Place]:
        """The nodes that have children, each after those below it; every node gets its index."""
        for child in node.children:
            yield from self._laid(child)
        self._index[node.id] = len(self._index)
        if node.children:
            yield _Place(self._index[node.id], node, tuple(self._index[child.id] for child in node.children))

    def _case(self, body: str, tree: ScoreTree) -> _Case:
        values: list[Decimal | None] = [None] * len(self._index)
        for node in tree.root.walk():
            values[self._index[node.id]] = node.value
        fixed = frozenset(self._index[node.id] for node in tree.root.walk() if node.adjusted is not None)
        return _Case(body, tuple(values), fixed, tree.deductions)

    def _planned(self, alternative: Alternative) -> tuple[set[int], list[_Aggregation]]:
        """Which nodes are gone (a node whose parts are all left out goes with them), and how the others come about."""
        gone = {self._index[name] for name in alternative.left_out}
        plan = []
        for index, node, children in self._places:
            kept = [number for number, child in enumerate(children) if child not in gone]
            if index in gone or not kept:
                gone.add(index)
                continue
            weights = tuple(
                alternative.weights.get(node.children[number].id, node.children[number].weight) for number in kept
            )
            rule = alternative.missing or node.missing
            below = tuple(children[number] for number in kept)
            plan.append(_Aggregation(index, node.level, rule, weights, reduce(DECIMAL128.add, weights, ZERO), below))
        return gone, plan
