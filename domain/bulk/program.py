"""A tree as one Python function over a row of inputs, to score bodies by the million.

It gives what `domain.scoring.score` gives, to the last digit written: value, coverage, grade and the values of the tie
rule's nodes. What it cannot translate it computes by the very functions of `domain.scoring`. It knows neither penalties
nor points set by an expert or the Commission: it is for questions, not for the record's own scores.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from domain.bulk.leaves import FAILURES, rounded_source, translated_indicator
from domain.bulk.translation import Constants, Untranslatable
from domain.revision import Indicator, MissingRule, Node, Revision
from domain.rounding import DECIMAL128
from domain.scoring import HUNDRED, ZERO, Fact, Tallied, leaf, rounded

Row = Sequence[Any]
"""Values of one body, in the order of `Program.inputs`: Decimal, text or boolean; for a table the list of its rows,
each a mapping with its `item`; None where there is no data."""

Scorer = Callable[[Row], Tallied]


class Program:
    """The compiled tree of a group. `source` is what was compiled, for whoever wants to read it."""

    def __init__(self, revision: Revision, group: str) -> None:
        self.revision = revision
        self.group = group
        tree = revision.tree(group)
        read = {name for node in tree.walk() if node.indicator is not None for name in node.indicator.inputs}
        self.inputs = tuple(name for name in revision.inputs if name in read)
        writer = _Writer(revision, self.inputs)
        self.source = writer.function(tree)
        names: dict[str, Any] = {**writer.constants.named, "FAILURES": FAILURES, "Tallied": Tallied}
        exec(compile(self.source, f"<{revision.id}/{group}>", "exec"), names)
        self._scored: Scorer = names["scored"]

    def scores(self, rows: Iterable[Row]) -> list[Tallied]:
        """The scores of bodies, in their order."""
        with decimal.localcontext(DECIMAL128):
            scored = self._scored
            return [scored(row) for row in rows]


class _Writer:
    """Writes the function line by line: leaves first, then each node over its children."""

    def __init__(self, revision: Revision, inputs: Sequence[str]) -> None:
        self._revision = revision
        self._places = {name: place for place, name in enumerate(inputs)}
        self.constants = Constants()
        self._lines: list[str] = []
        self._numbers: dict[str, int] = {}

    def function(self, tree: Node) -> str:
        """The source of `scored(row)`."""
        self._lines = ["def scored(row):"]
        if self._places:
            self._line(f"({''.join(f'v{place}, ' for place in self._places.values())}) = row")
        root = self._node(tree)
        zero = self.constants.name_of(ZERO)
        total = self._rounded("total", f"max({zero}, p{root} - {zero})")
        self._line(f"value = None if p{root} is None else {total}")
        self._line(f"grade = None if value is None else {self._grade()}")
        ties = "".join(f"p{self._numbers[name]}, " for name in self._revision.ties.break_by)
        self._line(f"return Tallied(value, c{root}, grade, ({ties}))")
        return "\n".join(self._lines) + "\n"

    def _line(self, text: str, depth: int = 1) -> None:
        self._lines.append("    " * depth + text)

    def _grade(self) -> str:
        reached = (
            f"{grade.id!r} if value >= {self.constants.name_of(grade.at_least)} else "
            for grade in self._revision.grades
        )
        return f"{''.join(reached)}None"

    def _rounded(self, level: str, source: str) -> str:
        return rounded_source(self._revision, level, source, self.constants)

    def _node(self, node: Node) -> int:
        """Writes a node and all below it; gives its number, by which `p` and `c` name its points and its coverage."""
        children = [self._node(child) for child in node.children]
        number = len(self._numbers)
        self._numbers[node.id] = number
        if node.indicator is not None:
            self._leaf(number, node, node.indicator)
        else:
            self._points(number, node, children)
            self._coverage(number, node, children)
        return number

    # -- leaves ------------------------------------------------------------------------------------------------------

    def _leaf(self, number: int, node: Node, indicator: Indicator) -> None:
        slow = f"p{number}, c{number} = {self.constants.name_of(self._evaluated(node, indicator))}(row)"
        try:
            names = {name: f"v{self._places[name]}" for name in indicator.inputs}
            points, coverage = translated_indicator(self._revision, indicator, names, self.constants)
        except Untranslatable:
            self._line(slow)
            return
        given = [f"v{self._places[name]}" for name in indicator.inputs]
        depth = 1
        if given:
            self._line(f"if {' or '.join(f'{name} is None' for name in given)}:")
            nothing = f"p{number} = None; c{number} = {self.constants.name_of(ZERO)}"
            self._line(nothing if len(given) == 1 else slow, 2)
            self._line("else:")
            depth = 2
        self._line("try:", depth)
        low, high = self.constants.name_of(ZERO), self.constants.name_of(HUNDRED)
        self._line(f"x = {points}", depth + 1)
        self._line(f"if {low} <= x <= {high}:", depth + 1)
        self._line(f"p{number} = {self._rounded(node.level, 'x.copy_abs()')}; c{number} = {coverage}", depth + 2)
        self._line("else:", depth + 1)
        self._line(f"p{number} = None; c{number} = {low}", depth + 2)
        self._line("except FAILURES:", depth)
        self._line(slow, depth + 1)

    def _evaluated(self, node: Node, indicator: Indicator) -> Callable[[Row], tuple[Decimal | None, Decimal]]:
        """The indicator as `domain.scoring` computes it."""
        revision = self._revision
        read = [(name, self._places[name]) for name in indicator.inputs]

        def evaluated(row: Row) -> tuple[Decimal | None, Decimal]:
            facts = {name: _facts(name, row[place]) for name, place in read if row[place] is not None}
            raw, _, coverage = leaf(revision, indicator, {name: found for name, found in facts.items() if found})
            return rounded(revision, node.level, raw), coverage

        return evaluated

    # -- nodes -------------------------------------------------------------------------------------------------------

    def _points(self, number: int, node: Node, children: Sequence[int]) -> None:
        zero = self.constants.name_of(ZERO)
        weights = [self.constants.name_of(child.weight) for child in node.children]
        if node.missing is MissingRule.PROPAGATE:
            self._line(f"if {' or '.join(f'p{child} is None' for child in children)}:")
            self._line(f"p{number} = None", 2)
            self._line("else:")
            terms = (f"{weight} * p{child}" for weight, child in zip(weights, children, strict=True))
            self._line(f"t = {' + '.join((zero, *terms))}", 2)
            self._mean(number, node, self.constants.name_of(_weight_of(node)), 2)
            return
        self._line(f"t = u = {zero}")
        counted = node.missing is MissingRule.REDISTRIBUTE
        for weight, child in zip(weights, children, strict=True):
            self._line(f"if p{child} is not None:")
            self._line(f"t = t + {weight} * p{child}" + (f"; u = u + {weight}" if counted else ""), 2)
        self._mean(number, node, "u" if counted else self.constants.name_of(_weight_of(node)), 1)

    def _mean(self, number: int, node: Node, weight: str, depth: int) -> None:
        value = self._rounded(node.level, f"t / {weight}")
        self._line(f"p{number} = {value} if {weight} else None", depth)

    def _coverage(self, number: int, node: Node, children: Sequence[int]) -> None:
        zero = self.constants.name_of(ZERO)
        weight = _weight_of(node)
        terms = (
            f"{self.constants.name_of(child.weight)} * c{place}"
            for child, place in zip(node.children, children, strict=True)
        )
        total = " + ".join((zero, *terms))
        self._line(f"c{number} = ({total}) / {self.constants.name_of(weight)} or {zero}")


def _weight_of(node: Node) -> Decimal:
    total = ZERO
    for child in node.children:
        total = DECIMAL128.add(total, child.weight)
    return total


def _facts(name: str, value: Any) -> tuple[Fact, ...]:
    """A row's value as the facts of an input, as the record would hold them."""
    if isinstance(value, list):
        rows = [Fact(f"{name}/{row['item']}", {key: _json(cell) for key, cell in row.items()}, "") for row in value]
        return tuple(sorted(rows, key=lambda fact: fact.subject))
    return (Fact(name, _json(value), ""),)


def _json(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value
