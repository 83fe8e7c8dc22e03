"""What a score is: `score(revision, facts) -> ScoreTree`, a pure function.

Every node of the tree keeps its value before and after rounding, its weight, its formula, the events behind its inputs,
and the reason where it is missing, so that a published number can be recomputed and traced by anyone.
Nothing here imports compiled code: an offline verifier carries this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import reduce
from typing import Any, NamedTuple

from domain.feel import Evaluation, evaluate_traced
from domain.layers import Layer, up_to
from domain.revision import Column, Grade, Indicator, Input, MissingRule, Node, Revision
from domain.revision.document import FIGURE
from domain.rounding import DECIMAL128, weighted_mean

HUNDRED = Decimal(100)
ONE = Decimal(1)
ZERO = Decimal(0)

NODE_PREFIX = "node:"
PENALTY_PREFIX = "penalty:"


@dataclass(frozen=True, slots=True)
class Fact:
    """What an event stated about one subject of one body in one cycle.

    `subject` is `input`, `input/item` (a row of a table), `node:<id>` (a value that an expert or the Commission set on
    a node, in points) or `penalty:<id>`. `value` is JSON: figures are text; None takes the subject back.
    """

    subject: str
    value: Any
    event_id: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Misfit:
    """What was stated for an input under another revision and is no data here, and why: its kind or unit is another."""

    input: str
    reason: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Facts:
    """What stands for one body (of group `group`) in one cycle at one layer, by subject; and, by input, what was stated
    under another revision and does not fit."""

    group: str
    entries: Mapping[str, Fact]
    layer: Layer = Layer.FINAL
    misfits: Mapping[str, Misfit] = field(default_factory=dict)

    @classmethod
    def at_layer(cls, group: str, stated: Mapping[Layer, Mapping[str, Fact]], layer: Layer) -> Facts:
        """The facts that stand at `layer`: of each subject, what the latest layer up to it stated."""
        entries: dict[str, Fact] = {}
        for earlier in up_to(layer):
            entries.update(stated.get(earlier, {}))
        return cls(group, entries, layer)


@dataclass(frozen=True, slots=True)
class ScoreNode:
    """A node's score in points (0 to 100), or None with the reason in `missing`.

    `raw` is the value before rounding; `share` the weight actually used as a part of the parent (0 to 1), after missing
    siblings were left out; `coverage` the share (0 to 1) of weight that had data; `facts` what the formula read;
    `unread` what stands on its inputs or its points and gives no value: taken back, or of another kind or unit than
    this revision asks for, on which `misfits` tells more; `adjusted` the fact by which an expert or the Commission set
    the value, exactly as they said it, whose `computed` value it replaced.
    """

    id: str
    level: str
    weight: Decimal
    value: Decimal | None
    raw: Decimal | None
    coverage: Decimal
    missing: str | None = None
    share: Decimal | None = None
    children: tuple[ScoreNode, ...] = ()
    formula: str | None = None
    facts: tuple[Fact, ...] = ()
    unread: tuple[Fact, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    adjusted: Fact | None = None
    computed: Decimal | None = None

    def walk(self) -> Iterator[ScoreNode]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Deduction:
    """A penalty imposed: points taken off the total."""

    penalty: str
    points: Decimal
    fact: Fact


@dataclass(frozen=True, slots=True)
class ScoreTree:
    """The whole score of one body in one cycle at one layer under one revision.

    `value` = `root.value` less the deductions, never below 0, rounded as the revision rounds a total. `lifted` are the
    facts that took a penalty back.
    """

    revision: str
    revision_sha256: str
    group: str
    layer: Layer
    root: ScoreNode
    value: Decimal | None
    deductions: tuple[Deduction, ...]
    lifted: tuple[Fact, ...]
    grade: Grade | None

    @property
    def coverage(self) -> Decimal:
        """Share (0 to 1) of the weight that had data."""
        return self.root.coverage

    def node(self, node_id: str) -> ScoreNode | None:
        """The node of that id, or None."""
        return next((node for node in self.root.walk() if node.id == node_id), None)

    def values_of(self, node_ids: Iterable[str]) -> tuple[Decimal | None, ...]:
        """The values of nodes of this tree, in the order given. Raises KeyError for one that it does not have."""
        values = {node.id: node.value for node in self.root.walk()}
        return tuple(values[node_id] for node_id in node_ids)

    def event_ids(self) -> frozenset[str]:
        """Ids of all events that this score rests on; without any other event it would be the same."""
        found = {deduction.fact.event_id for deduction in self.deductions}
        found.update(fact.event_id for fact in self.lifted)
        for node in self.root.walk():
            found.update(fact.event_id for fact in (*node.facts, *node.unread))
            if node.adjusted is not None:
                found.add(node.adjusted.event_id)
        return frozenset(found)


class Tallied(NamedTuple):
    """A score without its tree: points, coverage (0 to 1), grade, and the values of the tie rule's nodes."""

    value: Decimal | None
    coverage: Decimal
    grade: str | None
    tie_values: tuple[Decimal | None, ...]


def score(revision: Revision, facts: Facts) -> ScoreTree:
    """The score tree of one body under a revision. Raises KeyError if it has no tree for the body's group."""
    read = by_input(revision, facts.entries)
    unread = _by_input(revision, facts.entries, readable=False)
    root = _Scoring(revision, read, unread, facts).node(revision.tree(facts.group))
    deductions = deductions_of(revision, facts.entries)
    value = after_deductions(revision, root.value, deductions)
    return ScoreTree(
        revision=revision.id,
        revision_sha256=revision.sha256,
        group=facts.group,
        layer=facts.layer,
        root=root,
        value=value,
        deductions=deductions,
        lifted=_lifted(revision, facts.entries),
        grade=revision.grade_of(value) if value is not None else None,
    )


def leaf(
    revision: Revision, indicator: Indicator, facts: Mapping[str, tuple[Fact, ...]]
) -> tuple[Decimal | None, str | None, Decimal]:
    """An indicator's points before rounding (0 to 100), or None with the reason; and its coverage (0 to 1).

    `facts` holds, by input, those that there are (a table's rows by item).
    """
    absent = [name for name in indicator.inputs if name not in facts]
    if indicator.inputs and len(absent) == len(indicator.inputs):
        return None, f"no data for {', '.join(absent)}", ZERO
    context = {name: _input_value(revision.inputs[name], facts.get(name, ())) for name in indicator.inputs}
    raw, missing = _points(evaluate_traced(indicator.formula, context))
    if raw is None:
        return None, missing, ZERO
    if indicator.coverage is None:
        return raw, None, ONE
    return raw, None, _share(evaluate_traced(indicator.coverage, context))


def aggregated(
    rule: MissingRule, weights: Sequence[Decimal], values: Sequence[Decimal | None]
) -> tuple[Decimal | None, str | None]:
    """A node's points before rounding from those of its children, or None with the reason."""
    total, used, without = ZERO, ZERO, 0
    for weight, value in zip(weights, values, strict=True):
        if value is not None:
            total = DECIMAL128.add(total, DECIMAL128.multiply(weight, value))
        else:
            without += 1
            if rule is not MissingRule.ZERO:
                continue
        used = DECIMAL128.add(used, weight)
    if without and rule is MissingRule.PROPAGATE:
        return None, "a part has no value"
    if without == len(values) and rule is not MissingRule.ZERO:
        return None, "none of its parts has a value"
    if not used:
        return None, "the parts that have a value have no weight"
    return DECIMAL128.divide(total, used), None


def rounded(revision: Revision, level: str, raw: Decimal | None) -> Decimal | None:
    """Points of a level as the revision rounds them; a level without a rule is not rounded."""
    rule = revision.rounding.get(level)
    return rule.apply(raw) if rule is not None and raw is not None else raw


def by_input(revision: Revision, entries: Mapping[str, Fact]) -> dict[str, tuple[Fact, ...]]:
    """The facts of each input in a fixed order (a table's rows by item), whatever order the events came in.

    What was taken back is not there; nor is what was stated under a revision whose input of that id is of another kind.
    """
    return _by_input(revision, entries, readable=True)


def _by_input(revision: Revision, entries: Mapping[str, Fact], *, readable: bool) -> dict[str, tuple[Fact, ...]]:
    grouped: dict[str, list[Fact]] = {}
    for subject, fact in entries.items():
        declared = revision.inputs.get(subject.partition("/")[0])
        if declared is not None and is_readable(declared, fact) is readable:
            grouped.setdefault(declared.id, []).append(fact)
    return {name: tuple(sorted(found, key=lambda fact: fact.subject)) for name, found in grouped.items()}


def is_readable(declared: Input, fact: Fact) -> bool:
    """Whether the fact gives this input a value, or a row of its table."""
    if declared.kind == "table":
        return "/" in fact.subject and isinstance(fact.value, Mapping)
    return fact.subject == declared.id and value_of(declared, fact.value) is not None


def deductions_of(revision: Revision, entries: Mapping[str, Fact]) -> tuple[Deduction, ...]:
    """The penalties that stand, in a fixed order, each kind bounded by its maximum."""
    found = []
    for penalty_id, penalty in sorted(revision.penalties.items()):
        left = penalty.maximum
        for subject in sorted(name for name in entries if name.startswith(f"{PENALTY_PREFIX}{penalty_id}/")):
            fact = entries[subject]
            if fact.value is not None:
                points = min(left, DECIMAL128.multiply(penalty.points, Decimal(fact.value)))
                left = DECIMAL128.subtract(left, points)
                found.append(Deduction(penalty_id, points, fact))
    return tuple(found)


def _lifted(revision: Revision, entries: Mapping[str, Fact]) -> tuple[Fact, ...]:
    prefixes = tuple(f"{PENALTY_PREFIX}{penalty_id}/" for penalty_id in revision.penalties)
    return tuple(
        fact for subject, fact in sorted(entries.items()) if subject.startswith(prefixes) and fact.value is None
    )


def after_deductions(revision: Revision, value: Decimal | None, deductions: Sequence[Deduction]) -> Decimal | None:
    """The total less the penalties, never below 0, rounded as a total."""
    if value is None:
        return None
    taken = _total(deduction.points for deduction in deductions)
    return revision.rounding["total"].apply(max(ZERO, DECIMAL128.subtract(value, taken)))


@dataclass
class _Scoring:
    revision: Revision
    facts: Mapping[str, tuple[Fact, ...]]
    unread: Mapping[str, tuple[Fact, ...]]
    stated: Facts

    def node(self, node: Node) -> ScoreNode:
        """Points of a node: computed from below, unless an expert or the Commission set it."""
        if node.indicator is not None:
            return self.indicator(node, node.indicator)
        children = tuple(self.node(child) for child in node.children)
        weights = [child.weight for child in children]
        raw, missing = aggregated(node.missing, weights, [child.value for child in children])
        coverage = weighted_mean([(child.weight, child.coverage) for child in children]) or ZERO
        shares = _shares(node, children)
        shared = tuple(replace(child, share=share) for child, share in zip(children, shares, strict=True))
        return self.finish(node, raw, missing, coverage, children=shared)

    def indicator(self, node: Node, indicator: Indicator) -> ScoreNode:
        raw, missing, coverage = leaf(self.revision, indicator, self.facts)
        read = tuple(fact for name in indicator.inputs for fact in self.facts.get(name, ()))
        unread = tuple(fact for name in indicator.inputs for fact in self.unread.get(name, ()))
        misfits = tuple(self.stated.misfits[name] for name in indicator.inputs if name in self.stated.misfits)
        unread += tuple(fact for misfit in misfits for fact in misfit.facts)
        if missing is not None:
            missing = "; ".join((missing, *(misfit.reason for misfit in misfits)))
        scored = self.finish(node, raw, missing, coverage, formula=indicator.formula_text, facts=read, unread=unread)
        return replace(scored, misfits=misfits) if misfits else scored

    def finish(
        self,
        node: Node,
        raw: Decimal | None,
        missing: str | None,
        coverage: Decimal,
        *,
        children: tuple[ScoreNode, ...] = (),
        formula: str | None = None,
        facts: tuple[Fact, ...] = (),
        unread: tuple[Fact, ...] = (),
    ) -> ScoreNode:
        value = rounded(self.revision, node.level, raw)
        adjustment = self.stated.entries.get(NODE_PREFIX + node.id)
        if adjustment is not None and adjustment.value is None:
            unread, adjustment = (*unread, adjustment), None
        return ScoreNode(
            id=node.id,
            level=node.level,
            weight=node.weight,
            value=value if adjustment is None else Decimal(adjustment.value),
            raw=raw,
            coverage=coverage,
            missing=missing if adjustment is None else None,
            children=children,
            formula=formula,
            facts=facts,
            unread=unread,
            adjusted=adjustment,
            computed=value if adjustment is not None else None,
        )


def _total(values: Iterable[Decimal]) -> Decimal:
    """The sum in decimal128 (the built-in `sum` would use the caller's decimal context)."""
    return reduce(DECIMAL128.add, values, ZERO)


def _shares(node: Node, children: tuple[ScoreNode, ...]) -> list[Decimal | None]:
    """What part of the parent each child made, after those without data were left out."""
    if node.missing is MissingRule.REDISTRIBUTE:
        counted = [child.weight if child.value is not None else None for child in children]
    else:
        counted = [child.weight for child in children]
    total = _total(weight for weight in counted if weight is not None)
    return [None if weight is None or not total else DECIMAL128.divide(weight, total) for weight in counted]


def _input_value(stated: Input, facts: Sequence[Fact]) -> Any:
    """What a formula sees under an input's name: a value, or for a table the list of its rows."""
    if stated.kind == "table":
        return [_row(stated, fact) for fact in facts]
    return value_of(stated, facts[0].value) if facts else None


def _row(stated: Input, fact: Fact) -> dict[str, Any]:
    row = {column.id: value_of(column, fact.value.get(column.id)) for column in stated.columns}
    row["item"] = fact.subject.partition("/")[2]
    return row


def value_of(stated: Input | Column, value: Any) -> Any:
    """JSON to what FEEL computes with: figures are text in JSON, decimals in formulas; None if of another kind."""
    if stated.kind == "number":
        return Decimal(value) if isinstance(value, str) and FIGURE.fullmatch(value) else None
    return value if isinstance(value, str if stated.kind == "text" else bool) else None


def _points(evaluation: Evaluation) -> tuple[Decimal | None, str | None]:
    value = evaluation.value
    if isinstance(value, Decimal):
        if ZERO <= value <= HUNDRED:
            return value.copy_abs(), None
        return None, f"the formula gave {value}, which is not between 0 and 100 points"
    if value is not None:
        return None, "the formula gave something that is not a number"
    return None, "; ".join(reason.message for reason in evaluation.reasons) or "the formula gave no value"


def _share(evaluation: Evaluation) -> Decimal:
    value = evaluation.value
    return min(ONE, max(ZERO, value)) if isinstance(value, Decimal) else ZERO
