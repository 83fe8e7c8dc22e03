"""Numeric and rounding functions (DMN 1.5, 10.3.4.5)."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any

from domain.feel.builtins.function import Builtin, BuiltinFailure, number, text, whole
from domain.rounding import DECIMAL128

SCALE = (-6111, 6176)
"""Least and greatest scale: digits after the point (10.3.4.5, decimal)."""


def _rounded(mode: str) -> Callable[..., Decimal]:
    def rounding(value: Any, scale: Any = Decimal(0)) -> Decimal:
        places = whole(scale, *SCALE, "the scale")
        given = number(value)
        # Quantizing cannot keep more than 34 digits; a number that has no digits beyond the scale stays as it is.
        if int(given.as_tuple().exponent) >= -places:
            return given
        return given.quantize(Decimal(1).scaleb(-places), rounding=mode, context=DECIMAL128)

    return rounding


def _modulo(dividend: Any, divisor: Any) -> Decimal:
    a, b = number(dividend), number(divisor)
    if not b:
        raise BuiltinFailure("division by zero")
    quotient = DECIMAL128.divide(a, b).to_integral_value(rounding=decimal.ROUND_FLOOR)
    return DECIMAL128.subtract(a, DECIMAL128.multiply(b, quotient))


def _of(operation: Callable[[Decimal], Decimal], domain: str) -> Callable[[Any], Decimal]:
    def function(value: Any) -> Decimal:
        try:
            result = operation(number(value))
        except DecimalException as error:
            raise BuiltinFailure(domain) from error
        if not result.is_finite():
            raise BuiltinFailure(domain)
        return result

    return function


def _number(source: Any, grouping: Any = None, point: Any = None) -> Decimal:
    """`number(from, grouping separator, decimal separator)` (10.3.4.1)."""
    if isinstance(source, Decimal) and grouping is None and point is None:
        return source
    written = text(source)
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or (point and grouping == point):
        raise BuiltinFailure("the separators are not two of space, comma and point")
    if grouping:
        written = written.replace(grouping, "")
    if point:
        written = written.replace(point, ".")
    try:
        if not written.isascii() or "_" in written or written != written.strip():
            raise BuiltinFailure(f"{source!r} is not a number")
        value = DECIMAL128.create_decimal(written)
    except DecimalException as error:
        raise BuiltinFailure(f"{source!r} is not a number") from error
    if not value.is_finite():
        raise BuiltinFailure(f"{source!r} is not a number")
    return value


def _parity(wanted: int) -> Callable[[Any], bool]:
    def function(value: Any) -> bool:
        given = number(value)
        if given % 1:
            raise BuiltinFailure("expected a whole number")
        return abs(int(given) % 2) == wanted

    return function


NUMBERS: dict[str, Builtin] = {
    "decimal": Builtin(_rounded(decimal.ROUND_HALF_EVEN), ("n", "scale"), 2),
    "floor": Builtin(_rounded(decimal.ROUND_FLOOR), ("n", "scale"), 1),
    "ceiling": Builtin(_rounded(decimal.ROUND_CEILING), ("n", "scale"), 1),
    "round up": Builtin(_rounded(decimal.ROUND_UP), ("n", "scale"), 2),
    "round down": Builtin(_rounded(decimal.ROUND_DOWN), ("n", "scale"), 2),
    "round half up": Builtin(_rounded(decimal.ROUND_HALF_UP), ("n", "scale"), 2),
    "round half down": Builtin(_rounded(decimal.ROUND_HALF_DOWN), ("n", "scale"), 2),
    "abs": Builtin(lambda n: number(n).copy_abs(), ("n",), 1),
    "modulo": Builtin(_modulo, ("dividend", "divisor"), 2),
    "sqrt": Builtin(_of(DECIMAL128.sqrt, "has no square root"), ("number",), 1),
    "log": Builtin(_of(DECIMAL128.ln, "has no logarithm"), ("number",), 1),
    "exp": Builtin(_of(DECIMAL128.exp, "is too great to raise e to"), ("number",), 1),
    "odd": Builtin(_parity(1), ("number",), 1),
    "even": Builtin(_parity(0), ("number",), 1),
    "number": Builtin(_number, ("from", "grouping", "decimal"), 1),
}
