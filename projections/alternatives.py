"""The ranking under rules that are slightly otherwise: other weights, indicators left out, another missing-data rule.

The indicators' points do not depend on any of these, so they are computed once; an alternative only puts them together
anew, with the arithmetic and the rounding of `domain.scoring`. A property test holds this equal to scoring under a
revision that says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from domain.ranking import Standing, rank
from domain.revision import MissingRule, Node, Revision
from domain.scoring import Deduction, ScoreTree, after_deductions, aggregated, rounded

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
    children: tuple[int, ...]


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
        standings = []
        for case in self._cases:
            values = list(case.values)
            for index, level, rule, weights, children in plan:
                if index not in case.fixed:
                    raw, _ = aggregated(rule, weights, [values[child] for child in children])
                    values[index] = rounded(self.revision, level, raw)
            total = None if top in gone else after_deductions(self.revision, values[top], case.deductions)
            tied = tuple(None if index is None else values[index] for index in ties)
            standings.append(Standing(case.body, total, tied))
        return standings

    def ranks(self, alternative: Alternative) -> Ranks:
        """Each body's place under the revision's tie rule."""
        return {placed.body: placed.rank for placed in rank(self.standings(alternative), self.revision.ties)}

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
            plan.append(_Aggregation(index, node.level, rule, weights, tuple(children[number] for number in kept)))
        return gone, plan
