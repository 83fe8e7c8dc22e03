"""How robust a ranking is: what places the bodies would have if the rules had been slightly otherwise.

Follows step 7, "Uncertainty and sensitivity analysis", of the OECD/JRC Handbook on Constructing Composite Indicators
(OECD Publishing, 2008, ISBN 978-92-64-04345-9). The uncertain choices ("input factors") are the weights, which
indicators take part, and what is done about missing data.

* Uncertainty: all factors that vary are drawn together, many times; each body has a distribution of ranks.
  A weight is multiplied by a number drawn uniformly from [1 - bound, 1 + bound], independently of its siblings, and
  the siblings' weights are normalised again (a node is the weighted mean of its parts, so this is what it does anyway).
  Indicators: none is left out, or one of them, all equally likely. Missing data: as the revision says, or shared among
  the siblings, or counted as zero, all equally likely.
* Sensitivity: each choice is changed alone, everything else staying as the revision says: every indicator left out,
  every weight moved to either bound, every other missing-data rule. The measure is the Handbook's shift in ranking:
  the mean over bodies of the absolute difference of ranks. Interactions of choices are not told apart (variance-based
  indices would), but no draws are needed and every figure can be checked by hand.

It is an analysis of the rules and never an official result. Everything is computed in decimals and drawn from a seed,
so the same arguments give the same figures anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from random import Random

from domain.errors import InvalidInput, Problem
from domain.ranking import rank
from domain.revision import MissingRule, Node, Revision
from domain.rounding import DECIMAL128
from domain.scoring import ONE, ScoreTree
from projections.alternatives import Alternative, Alternatives, Ranks

HANDBOOK = "OECD/JRC, Handbook on Constructing Composite Indicators (2008), step 7"
GRAIN = 1_000_000
"""Weights are drawn from this many equal steps between the bounds, exactly, on any machine."""


class Factor(StrEnum):
    """A choice of the methodology that could have been made otherwise."""

    WEIGHTS = "weights"
    INDICATORS = "indicators"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What varies, how far and how often. `bound` is a share of each weight; `top` the places that count as the top.

    Raises InvalidInput where a number is out of range.
    """

    draws: int = 1_000
    seed: int = 1
    bound: Decimal = Decimal("0.25")
    top: int = 3
    vary: frozenset[Factor] = frozenset(Factor)

    def __post_init__(self) -> None:
        problems = []
        if not 1 <= self.draws <= 1_000_000:
            problems.append(Problem("draws", f"expected 1 to 1000000; found {self.draws}"))
        if not (self.bound.is_finite() and 0 <= self.bound < 1):
            problems.append(Problem("bound", f"expected a share from 0 to less than 1; found {self.bound}"))
        if self.top < 1:
            problems.append(Problem("top", f"expected a place from 1; found {self.top}"))
        if not self.vary:
            problems.append(Problem("vary", f"expected at least one of {', '.join(Factor)}"))
        if problems:
            raise InvalidInput("these assumptions cannot be used", problems)


@dataclass(frozen=True, slots=True)
class RankSpread:
    """A body's places over all draws.

    `low` and `high` bound the middle 90 % of its ranks (5th and 95th percentile, nearest-rank), `best` and `worst` all
    of them and its own. Shares (0 to 1) are of all draws: `kept` with the same rank, `in_top` with a rank in the top,
    `ranked` with a rank at all.
    """

    body: str
    score: Decimal | None
    rank: int | None
    low: int | None
    median: int | None
    high: int | None
    best: int | None
    worst: int | None
    kept: Decimal
    in_top: Decimal
    ranked: Decimal


@dataclass(frozen=True, slots=True)
class Effect:
    """What one choice made otherwise does to the ranking, alone.

    `shift` is the mean absolute shift of ranks, over the bodies that have a rank before and after (0 if none has);
    `largest` the greatest of them, `moved` how many bodies change place, `unranked` how many lose their rank.
    """

    factor: Factor
    node: str | None
    change: str
    shift: Decimal
    largest: int
    moved: int
    unranked: int


@dataclass(frozen=True, slots=True)
class Robustness:
    """The answer: bodies by rank, effects with the greatest first, and the mean of all draws' shifts in ranking."""

    assumptions: Assumptions
    bodies: tuple[RankSpread, ...]
    effects: tuple[Effect, ...]
    shift: Decimal


def robustness(
    revision: Revision,
    group: str,
    trees: Mapping[str, ScoreTree],
    assumptions: Assumptions,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Robustness:
    """How robust the ranking of bodies with these score trees is.

    `progress` is called with (draws done, draws to do) now and then. Raises KeyError if the revision does not evaluate
    the group.
    """
    alternatives = Alternatives(revision, group, trees)
    standings = alternatives.standings(Alternative())
    placed = rank(standings, revision.ties)
    base = {one.body: one.rank for one in placed}
    drawn: dict[str, list[int]] = {body: [] for body in base}
    kept = dict.fromkeys(base, 0)
    shifts = []
    for done, alternative in enumerate(draws(alternatives.tree, assumptions), start=1):
        ranks = alternatives.ranks(alternative)
        for body, place in ranks.items():
            kept[body] += place == base[body]
            if place is not None:
                drawn[body].append(place)
        shifts.append(shift_of(base, ranks))
        if done % 50 == 0 or done == assumptions.draws:
            progress(done, assumptions.draws)
    scores = {standing.body: standing.value for standing in standings}
    return Robustness(
        assumptions=assumptions,
        bodies=tuple(
            _spread(one.body, scores[one.body], one.rank, sorted(drawn[one.body]), kept[one.body], assumptions)
            for one in placed
        ),
        effects=tuple(sorted(_effects(alternatives, assumptions.bound, base), key=_weightiest_first)),
        shift=_mean(shifts),
    )


def shift_of(base: Ranks, other: Ranks) -> Decimal:
    """The mean absolute difference of ranks over the bodies that have one in both; 0 if none has."""
    moved = [abs(place - other_place) for place, other_place in _both(base, other)]
    return _mean([Decimal(one) for one in moved])


def draws(tree: Node, assumptions: Assumptions) -> Iterator[Alternative]:
    """The alternatives that the seed draws. Each factor has its own stream: leaving one out changes no other."""
    weights, indicators, missing = (Random(f"{factor}/{assumptions.seed}") for factor in Factor)
    siblings = [child for node in tree.walk() if len(node.children) > 1 for child in node.children]
    left_out = [frozenset[str](), *(frozenset({leaf}) for leaf in removable(tree))]
    rules = [None, *other_rules(tree)]
    vary = assumptions.vary
    for _ in range(assumptions.draws):
        yield Alternative(
            weights={
                node.id: DECIMAL128.multiply(node.weight, _factor(assumptions.bound, weights.randint(0, GRAIN)))
                for node in siblings
            }
            if Factor.WEIGHTS in vary
            else {},
            left_out=left_out[indicators.randrange(len(left_out))] if Factor.INDICATORS in vary else frozenset(),
            missing=rules[missing.randrange(len(rules))] if Factor.MISSING in vary else None,
        )


def removable(tree: Node) -> tuple[str, ...]:
    """The indicators that can be left out, in the order of the tree: all, unless there is only one."""
    leaves = tuple(node.id for node in tree.walk() if node.indicator is not None)
    return leaves if len(leaves) > 1 else ()


def other_rules(tree: Node) -> tuple[MissingRule, ...]:
    """Redistribute and zero, but for the one that all nodes follow already."""
    stated = {node.missing for node in tree.walk() if node.children}
    return tuple(rule for rule in (MissingRule.REDISTRIBUTE, MissingRule.ZERO) if stated != {rule})


def _factor(bound: Decimal, step: int) -> Decimal:
    """What a weight is multiplied by: 1 - bound at step 0, 1 + bound at the last step."""
    width = DECIMAL128.divide(DECIMAL128.multiply(2 * bound, Decimal(step)), Decimal(GRAIN))
    return DECIMAL128.add(DECIMAL128.subtract(ONE, bound), width)


def _effects(alternatives: Alternatives, bound: Decimal, base: Ranks) -> Iterator[Effect]:
    tree = alternatives.tree
    for leaf in removable(tree):
        changed = Alternative(left_out=frozenset({leaf}))
        yield _effect(Factor.INDICATORS, leaf, "left out", base, alternatives.ranks(changed))
    for node in tree.walk():
        for child in node.children if len(node.children) > 1 and bound else ():
            for factor in (ONE - bound, ONE + bound):
                changed = Alternative(weights={child.id: DECIMAL128.multiply(child.weight, factor)})
                yield _effect(Factor.WEIGHTS, child.id, f"× {factor}", base, alternatives.ranks(changed))
    for rule in other_rules(tree):
        yield _effect(Factor.MISSING, None, rule.value, base, alternatives.ranks(Alternative(missing=rule)))


def _effect(factor: Factor, node: str | None, change: str, base: Ranks, ranks: Ranks) -> Effect:
    moves = [abs(before - after) for before, after in _both(base, ranks)]
    return Effect(
        factor=factor,
        node=node,
        change=change,
        shift=shift_of(base, ranks),
        largest=max(moves, default=0),
        moved=sum(move > 0 for move in moves),
        unranked=sum(place is not None and ranks[body] is None for body, place in base.items()),
    )


def _weightiest_first(effect: Effect) -> tuple[Decimal, int, int, str, str]:
    return (-effect.shift, -effect.largest, -effect.unranked, effect.node or "", effect.change)


def _spread(
    body: str, score: Decimal | None, place: int | None, drawn: Sequence[int], kept: int, assumptions: Assumptions
) -> RankSpread:
    seen = [*drawn, *([] if place is None else [place])]
    return RankSpread(
        body=body,
        score=score,
        rank=place,
        low=_percentile(drawn, 5),
        median=_percentile(drawn, 50),
        high=_percentile(drawn, 95),
        best=min(seen, default=None),
        worst=max(seen, default=None),
        kept=_share(kept, assumptions.draws),
        in_top=_share(sum(one <= assumptions.top for one in drawn), assumptions.draws),
        ranked=_share(len(drawn), assumptions.draws),
    )


def _percentile(ordered: Sequence[int], percent: int) -> int | None:
    """The smallest value that at least this percentage do not exceed (nearest-rank)."""
    return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else None


def _both(base: Ranks, other: Ranks) -> list[tuple[int, int]]:
    pairs = ((place, other[body]) for body, place in base.items())
    return [(place, moved) for place, moved in pairs if place is not None and moved is not None]


def _share(count: int, draws_done: int) -> Decimal:
    return DECIMAL128.divide(Decimal(count), Decimal(draws_done))


def _mean(values: Iterable[Decimal]) -> Decimal:
    listed = list(values)
    total = Decimal(0)
    for value in listed:
        total = DECIMAL128.add(total, value)
    return DECIMAL128.divide(total, Decimal(len(listed))) if listed else total
