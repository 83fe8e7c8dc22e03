"""Numeric and rounding functions (DMN 1.5, 10.3.4.5)."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any

from domain.feel.builtins.function import builtin, by_name, number, whole
from domain.feel.calendar import DaysTime, YearsMonths
from domain.feel.calling import Failure
from domain.feel.values import is_whole
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


def _absolute(value: Any) -> Any:
    if isinstance(value, YearsMonths):
        return YearsMonths(abs(value.months))
    if isinstance(value, DaysTime):
        return DaysTime(abs(value.nanoseconds))
    return number(value).copy_abs()


def _modulo(dividend: Any, divisor: Any) -> Decimal:
    a, b = number(dividend), number(divisor)
    if not b:
        raise Failure("division by zero")
    try:
        quotient = DECIMAL128.divide(a, b).to_integral_value(rounding=decimal.ROUND_FLOOR)
        return DECIMAL128.subtract(a, DECIMAL128.multiply(b, quotient))
    except DecimalException as error:
        raise Failure("has no value in decimal128") from error


def _of(operation: Callable[[Decimal], Decimal], domain: str) -> Callable[[Any], Decimal]:
    def function(value: Any) -> Decimal:
        try:
            result = operation(number(value))
        except DecimalException as error:
            raise Failure(domain) from error
        if not result.is_finite():
            raise Failure(domain)
        return result

    return function


def _parity(wanted: int) -> Callable[[Any], bool]:
    def function(value: Any) -> bool:
        given = number(value)
        if not is_whole(given):
            raise Failure("expected a whole number")
        return abs(int(given) % 2) == wanted

    return function


NUMBERS = by_name(
    builtin("decimal", _rounded(decimal.ROUND_HALF_EVEN), "n, scale"),
    builtin("floor", _rounded(decimal.ROUND_FLOOR), "n, scale?"),
    builtin("ceiling", _rounded(decimal.ROUND_CEILING), "n, scale?"),
    builtin("round up", _rounded(decimal.ROUND_UP), "n, scale"),
    builtin("round down", _rounded(decimal.ROUND_DOWN), "n, scale"),
    builtin("round half up", _rounded(decimal.ROUND_HALF_UP), "n, scale"),
    builtin("round half down", _rounded(decimal.ROUND_HALF_DOWN), "n, scale"),
    builtin("abs", _absolute, "n"),
    builtin("modulo", _modulo, "dividend, divisor"),
    builtin("sqrt", _of(DECIMAL128.sqrt, "has no square root"), "number"),
    builtin("log", _of(DECIMAL128.ln, "has no logarithm"), "number"),
    builtin("exp", _of(DECIMAL128.exp, "is too great to raise e to"), "number"),
    builtin("odd", _parity(1), "number"),
    builtin("even", _parity(0), "number"),
)
