"""Two results side by side: a cycle under two revisions, or two cycles, body by body and node by node.

Nodes are matched by their ids and by what revisions say they continue, in either direction. Nothing is estimated: where
one side has no value there is no difference, and each side says what it is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import NotFound
from domain.layers import Layer
from domain.revision import Node, Revision, revision_of
from domain.revision.continuation import Continuity
from domain.rounding import DECIMAL128, weighted_mean
from domain.scoring import Facts, ScoreTree, score
from projections.answers import (
    RankingAnswer,
    RankingRow,
    Source,
    facts_under,
    ranking,
    require_group,
    revision_in_force,
    revision_named,
    stated_by_body,
)
from projections.gaps import Gap, Unused, gaps_of, unused_by
from projections.lives import Life
from projections.succession import Kin, succession
from projections.tables import REVISIONS


@dataclass(frozen=True, slots=True)
class Wanted:
    """One side of a comparison: a cycle, and a revision by id or SHA-256; None for the one in force."""

    cycle: int
    methodology: str | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """A body on one side: its score in points, place, grade and coverage, and what it is missing."""

    body: str
    score: Decimal | None
    rank: int | None
    grade: str | None
    coverage: Decimal
    gaps: tuple[Gap, ...]
    unused: tuple[Unused, ...]


@dataclass(frozen=True, slots=True)
class NodePair:
    """A node under A beside the node under B that it is matched with; either id is None where there is no match.

    `relation` is `same`, `continued` (by another id), `only A` or `only B`.
    """

    level: str
    depth: int
    a: str | None
    b: str | None
    title: str
    relation: str


@dataclass(frozen=True, slots=True)
class NodeDifference:
    """Points of a matched pair of nodes for one body; `difference` is B less A where both have points."""

    pair: NodePair
    a: Decimal | None
    b: Decimal | None
    difference: Decimal | None


@dataclass(frozen=True, slots=True)
class BodyComparison:
    """A body on both sides. `difference` is B less A in points; `marked` says that they are not like for like, and
    `words` how the body came from one to the other."""

    body: str
    name: str
    a: Side | None
    b: Side | None
    difference: Decimal | None
    marked: bool
    words: str
    nodes: tuple[NodeDifference, ...]

    @property
    def climbed(self) -> int | None:
        """How many places better B is than A; negative if worse."""
        if self.a is None or self.b is None or self.a.rank is None or self.b.rank is None:
            return None
        return self.a.rank - self.b.rank


@dataclass(frozen=True, slots=True)
class Comparison:
    """All bodies of a group on both sides."""

    group: str
    layer: Layer
    position: int
    a: RankingAnswer
    b: RankingAnswer
    pairs: tuple[NodePair, ...]
    bodies: tuple[BodyComparison, ...]

    def mean(self, pair: NodePair) -> tuple[Decimal | None, Decimal | None, int]:
        """Mean points of a pair over the bodies that have points on both sides (of an unmatched node, on its own
        side), and how many these are."""
        found = [one for body in self.bodies for one in body.nodes if one.pair == pair]
        matched = pair.a is not None and pair.b is not None
        counted = [one for one in found if not matched or one.difference is not None]
        left = [one.a for one in counted if one.a is not None]
        right = [one.b for one in counted if one.b is not None]
        return _mean(left), _mean(right), max(len(left), len(right))


@dataclass(frozen=True)
class _Computed:
    """One side, with the trees of its bodies."""

    revision: Revision
    answer: RankingAnswer
    rows: Mapping[str, RankingRow]
    facts: Mapping[str, Facts]
    trees: Mapping[str, ScoreTree]

    def side(self, body: str) -> Side:
        row, tree = self.rows[body], self.trees[body]
        return Side(
            body=body,
            score=row.score,
            rank=row.rank,
            grade=row.grade,
            coverage=tree.coverage,
            gaps=gaps_of(self.revision, tree),
            unused=unused_by(self.revision, self.facts[body]),
        )


def compare(
    source: Source,
    a: Wanted,
    b: Wanted,
    group: str,
    position: int,
    layer: Layer = Layer.FINAL,
    lives: Mapping[str, Life] | None = None,
) -> Comparison:
    """Two results of a group side by side. Raises NotFound.

    For two cycles `lives` are the lives of the bodies, and A must be the earlier.
    """
    left, right = (_computed(source, one, group, position, layer) for one in (a, b))
    continuity = Continuity((revision_of(row[1]) for row in source.rows(REVISIONS, {}, position).values()), group)
    pairs = matched(continuity, left.revision.tree(group), right.revision.tree(group))
    if a.cycle == b.cycle:
        kin = tuple(Kin(body, body, False, "") for body in sorted(right.rows))
    elif lives is None:
        raise NotFound("two cycles are compared by the lives of their bodies, which were not given", rule="lineage")
    else:
        kin = succession(lives, a.cycle, left.rows.keys(), b.cycle, right.rows.keys())
    bodies = [_body(one, left, right, pairs) for one in kin]
    bodies.sort(key=lambda one: (one.b is None, one.b is None or one.b.rank is None, one.b and one.b.rank, one.body))
    return Comparison(group, layer, position, left.answer, right.answer, pairs, tuple(bodies))


def matched(continuity: Continuity, a: Node, b: Node) -> tuple[NodePair, ...]:
    """The nodes of B in their order, each beside the nodes of A that it is matched with, then those of A alone.

    The roots are always matched: each is the whole score.
    """
    below = {node.id: (node, depth) for node, depth in _walk(a) if node is not a}
    found = [NodePair("total", 0, a.id, b.id, b.title.en, "same" if a.id == b.id else "continued")]
    taken: set[str] = set()
    for node, depth in _walk(b):
        if node is b:
            continue
        older = continuity.older(node.id)
        matches = [one for one in below if one == node.id or one in older or node.id in continuity.older(one)]
        # The same id is the same node, whatever else it continues.
        matches = [node.id] if node.id in below else matches
        taken.update(matches)
        for one in matches:
            relation = "same" if one == node.id else "continued"
            found.append(NodePair(node.level, depth, one, node.id, node.title.en, relation))
        if not matches:
            found.append(NodePair(node.level, depth, None, node.id, node.title.en, "only B"))
    found += [
        NodePair(node.level, depth, one, None, node.title.en, "only A")
        for one, (node, depth) in below.items()
        if one not in taken
    ]
    return tuple(found)


def _walk(node: Node, depth: int = 0) -> list[tuple[Node, int]]:
    return [(node, depth), *(found for child in node.children for found in _walk(child, depth + 1))]


def _computed(source: Source, wanted: Wanted, group: str, position: int, layer: Layer) -> _Computed:
    answer = ranking(source, wanted.cycle, group, position, layer, wanted.methodology)
    in_force, _ = revision_in_force(source, wanted.cycle, position)
    revision = in_force if wanted.methodology is None else revision_named(source, wanted.methodology, position)
    require_group(revision, group)
    stated = stated_by_body(source, wanted.cycle, position)
    rows = {row.body: row for row in answer.rows}
    facts = {body: facts_under(revision, in_force, group, stated.get(body, {}), layer) for body in rows}
    trees = {body: score(revision, found) for body, found in facts.items()}
    return _Computed(revision, answer, rows, facts, trees)


def _body(kin: Kin, left: _Computed, right: _Computed, pairs: tuple[NodePair, ...]) -> BodyComparison:
    a = left.side(kin.before) if kin.before is not None else None
    b = right.side(kin.after) if kin.after is not None else None
    before = left.trees[kin.before] if kin.before is not None else None
    after = right.trees[kin.after] if kin.after is not None else None
    nodes = []
    for pair in pairs:
        one, other = _points(before, pair.a), _points(after, pair.b)
        nodes.append(NodeDifference(pair, one, other, _less(other, one)))
    row = right.rows[kin.after] if kin.after is not None else left.rows[kin.before or ""]
    words = kin.words
    if kin.after is not None and kin.before is None and kin.predecessors:
        values = (f"{body} {left.rows[body].score}" for body in kin.predecessors if left.rows[body].score is not None)
        had = ", ".join(values)
        words += f" (before: {had})" if had else ""
    return BodyComparison(
        body=row.body,
        name=row.names[2],
        a=a,
        b=b,
        difference=_less(b.score if b else None, a.score if a else None),
        marked=kin.marked,
        words=words,
        nodes=tuple(nodes),
    )


def _points(tree: ScoreTree | None, node_id: str | None) -> Decimal | None:
    """Points of a node; of the root, those of the whole score."""
    if tree is None or node_id is None:
        return None
    if node_id == tree.root.id:
        return tree.value
    node = tree.node(node_id)
    return node.value if node is not None else None


def _less(b: Decimal | None, a: Decimal | None) -> Decimal | None:
    return DECIMAL128.subtract(b, a) if a is not None and b is not None else None


def _mean(values: list[Decimal]) -> Decimal | None:
    return weighted_mean([(Decimal(1), value) for value in values])
