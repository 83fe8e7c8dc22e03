"""What a score is missing: the indicators without all their data, what each costs in coverage, and what is not used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from domain.carried import unread
from domain.revision import Node, Revision
from domain.rounding import DECIMAL128
from domain.scoring import Facts, ScoreTree

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Gap:
    """An indicator without all its data, or with data that do not fit.

    `absent` are its inputs that nothing was stated for; `misfits` says in words for which inputs only something of
    another kind or unit was stated; `coverage` is the share (0 to 1) of its data that was there, `lost` the share (0 to
    1) of the whole tree's weight that is not covered for this reason. All gaps of a tree add up to 1 less its coverage.
    """

    node: str
    absent: tuple[str, ...]
    coverage: Decimal
    lost: Decimal
    reason: str | None
    misfits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unused:
    """What was stated and has no place in a revision: an input, `node:id` or `penalty:id`, and how many facts."""

    name: str
    facts: int


def gaps_of(revision: Revision, tree: ScoreTree) -> tuple[Gap, ...]:
    """The gaps of a score tree, in the order of the tree."""
    found = []
    for node, share in _leaves(revision.tree(tree.group), ONE):
        scored = tree.node(node.id)
        assert scored is not None
        if scored.coverage < ONE or scored.misfits:
            stated = {fact.subject.partition("/")[0] for fact in scored.facts}
            stated |= {misfit.input for misfit in scored.misfits}
            inputs = node.indicator.inputs if node.indicator is not None else ()
            absent = tuple(name for name in inputs if name not in stated)
            misfits = tuple(misfit.reason for misfit in scored.misfits)
            lost = DECIMAL128.multiply(share, DECIMAL128.subtract(ONE, scored.coverage))
            reason = "part of its data is missing" if scored.adjusted is None else "points were set"
            reason = scored.missing or "; ".join((reason, *misfits))
            found.append(Gap(node.id, absent, scored.coverage, lost, reason, misfits))
    return tuple(found)


def unused_by(revision: Revision, facts: Facts) -> tuple[Unused, ...]:
    """What stands for a body and has no place in a revision."""
    return tuple(Unused(name, count) for name, count in unread(revision, facts.group, facts.entries).items())


def _leaves(node: Node, share: Decimal) -> Iterator[tuple[Node, Decimal]]:
    """The indicators below a node, each with its stated share of the whole weight."""
    if node.indicator is not None:
        yield node, share
        return
    total = Decimal(0)
    for child in node.children:
        total = DECIMAL128.add(total, child.weight)
    for child in node.children:
        part = DECIMAL128.divide(DECIMAL128.multiply(share, child.weight), total)
        yield from _leaves(child, part)
