"""Arithmetic (DMN 1.5, 10.3.2.13, tables 56 to 61)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, DecimalException
from typing import Any

from lark import Token, v_args
from lark.visitors import Transformer_NonRecursive

from domain.feel.calendar import DaysTime, YearsMonths
from domain.feel.compiler.part import Part, Place, at, made
from domain.feel.run import Run
from domain.feel.temporal import added, divided, multiplied, subtracted
from domain.feel.values import kind
from domain.rounding import DECIMAL128


@v_args(meta=True)
class Arithmetic(Transformer_NonRecursive[Token, Part]):
    """Operators that compute."""

    def add(self, meta: Any, children: Sequence[Part]) -> Part:
        return _operation(meta, children, "+", DECIMAL128.add, _added)

    def subtract(self, meta: Any, children: Sequence[Part]) -> Part:
        return _operation(meta, children, "-", DECIMAL128.subtract, lambda _, a, b: subtracted(a, b))

    def multiply(self, meta: Any, children: Sequence[Part]) -> Part:
        return _operation(meta, children, "*", DECIMAL128.multiply, lambda _, a, b: multiplied(a, b))

    def divide(self, meta: Any, children: Sequence[Part]) -> Part:
        return _operation(meta, children, "/", DECIMAL128.divide, lambda _, a, b: divided(a, b))

    def power(self, meta: Any, children: Sequence[Part]) -> Part:
        return _operation(meta, children, "**", _power, lambda _, a, b: None)

    def negate(self, meta: Any, children: Sequence[Part]) -> Part:
        inner, place = children[0].node, at(meta)

        def node(run: Run) -> Any:
            value = inner(run)
            if isinstance(value, Decimal):
                return DECIMAL128.minus(value)
            if isinstance(value, YearsMonths | DaysTime):
                return multiplied(value, Decimal(-1))
            return run.null(place, f"cannot negate {kind(value)}")

        return made(place, node, *children)


def _operation(
    meta: Any,
    children: Sequence[Part],
    sign: str,
    numbers: Callable[[Decimal, Decimal], Decimal],
    others: Callable[[Run, Any, Any], Any],
) -> Part:
    left, right, place = children[0].node, children[1].node, at(meta)

    def node(run: Run) -> Any:
        a, b = left(run), right(run)
        try:
            if type(a) is Decimal and type(b) is Decimal:
                return numbers(a, b)
            result = others(run, a, b)
        except (DecimalException, ValueError):
            return _without_value(run, place, sign, a, b)
        return run.null(place, f"cannot compute {kind(a)} {sign} {kind(b)}") if result is None else result

    return made(place, node, *children)


def _without_value(run: Run, place: Place, sign: str, a: Any, b: Any) -> None:
    if sign == "/" and isinstance(b, Decimal) and not b:
        return run.null(place, "division by zero")
    shown = " ".join(str(one) if isinstance(one, Decimal) else kind(one) for one in (a, b))
    return run.null(place, f"{shown.replace(' ', f' {sign} ', 1)} has no value within the bounds")


def _added(run: Run, a: Any, b: Any) -> Any:
    if isinstance(a, str) and isinstance(b, str):
        run.text(len(a) + len(b))
        return a + b
    return added(a, b)


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    result = DECIMAL128.power(base, exponent)
    # Python gives infinity for a power of zero below zero, and raises for everything else without a value.
    if not result.is_finite():
        raise DecimalException
    return result
