"""Comparison, `between`, `in` and `instance of` (DMN 1.5, 10.3.2.13, tables 51 to 55)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from lark import Token, v_args
from lark.visitors import Transformer_NonRecursive

from domain.feel.compiler.part import Part, at, made
from domain.feel.conformance import instance_of
from domain.feel.errors import FeelError
from domain.feel.intervals import AnyOf, of_test, passes
from domain.feel.run import Run
from domain.feel.types import Type, read_type
from domain.feel.values import COMPARISONS, Range, compare, kind, within


@v_args(meta=True)
class Comparison(Transformer_NonRecursive[Token, Part]):
    """Operators that give true, false or null."""

    def compare(self, meta: Any, children: Sequence[Any]) -> Part:
        left, sign, right = children[0].node, str(children[1]), children[2].node
        place, numbers = at(meta), COMPARISONS[sign]

        def node(run: Run) -> Any:
            a, b = left(run), right(run)
            if type(a) is Decimal and type(b) is Decimal:
                return numbers(a, b)
            result = compare(sign, a, b, run.spend)
            return run.null(place, f"cannot compare {kind(a)} {sign} {kind(b)}") if result is None else result

        return made(place, node, children[0], children[2])

    def between(self, meta: Any, children: Sequence[Part]) -> Part:
        value, low, high = (part.node for part in children)
        place = at(meta)

        def node(run: Run) -> Any:
            found = value(run)
            result = within(found, Range(low(run), high(run)))
            return run.null(place, f"cannot compare {kind(found)} with the bounds") if result is None else result

        return made(place, node, *children)

    def tests(self, meta: Any, children: Sequence[Part]) -> Part:
        nodes = [part.node for part in children]
        return made(at(meta), lambda run: AnyOf(tuple([node(run) for node in nodes])), *children, frames=2)

    def tests_unary_first(self, meta: Any, children: Sequence[Any]) -> Part:
        sign, part = str(children[0]), children[1]
        first = made(at(meta), lambda run: of_test(sign, part.node(run)), part)
        return self.tests(meta, [first, *children[2:]])

    def in_(self, meta: Any, children: Sequence[Part]) -> Part:
        value, test, place = children[0].node, children[1].node, at(meta)

        def node(run: Run) -> Any:
            found, wanted = value(run), test(run)
            result = passes(found, wanted, run.spend)
            return run.null(place, f"cannot test {kind(found)}") if result is None else result

        return made(place, node, *children)

    def instance_of(self, meta: Any, children: Sequence[Any]) -> Part:
        part, wanted = children[0], stated_type(meta, children[1])
        return made(at(meta), lambda run: instance_of(part.node(run), wanted, run.spend), part)


def stated_type(meta: Any, text: str) -> Type:
    """The type that a token states. Raises FeelError where there is none such."""
    try:
        return read_type(text)
    except ValueError as error:
        raise FeelError(*at(meta), str(error)) from None
