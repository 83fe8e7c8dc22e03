"""Functions that make one value out of many (DMN 1.5, 10.3.4.4)."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal, DecimalException
from functools import reduce
from typing import Any

from domain.feel.builtins.function import builtin, by_name, items, numbers
from domain.feel.calling import Failure
from domain.feel.values import ordered
from domain.rounding import DECIMAL128

_NUMBERS = {Decimal}


def _bounded(function: Any) -> Any:
    def computed(values: list[Any]) -> Any:
        try:
            return function(values)
        except DecimalException as error:
            raise Failure("has no value in decimal128") from error

    return computed


def _sum(values: list[Any]) -> Decimal | None:
    return reduce(DECIMAL128.add, numbers(values)) if values else None


def _product(values: list[Any]) -> Decimal | None:
    return reduce(DECIMAL128.multiply, numbers(values)) if values else None


def _mean(values: list[Any]) -> Decimal | None:
    total = _sum(values)
    return None if total is None else DECIMAL128.divide(total, Decimal(len(values)))


def _median(values: list[Any]) -> Decimal | None:
    sorted_values = sorted(numbers(values))
    if not sorted_values:
        return None
    middle = len(sorted_values) // 2
    if len(sorted_values) % 2:
        return sorted_values[middle]
    return DECIMAL128.divide(DECIMAL128.add(sorted_values[middle - 1], sorted_values[middle]), Decimal(2))


def _stddev(values: list[Any]) -> Decimal | None:
    """Sample standard deviation: null for fewer than two numbers."""
    mean = _mean(values)
    if mean is None or len(values) < 2:
        raise Failure("needs at least two numbers")
    squares = [DECIMAL128.power(DECIMAL128.subtract(value, mean), Decimal(2)) for value in values]
    return DECIMAL128.sqrt(DECIMAL128.divide(reduce(DECIMAL128.add, squares), Decimal(len(values) - 1)))


def _mode(values: list[Any]) -> list[Decimal]:
    counts = Counter(numbers(values))
    most = max(counts.values(), default=0)
    return sorted(value for value, count in counts.items() if count == most)


def _extreme(sign: int, of_numbers: Any) -> Any:
    def function(values: list[Any]) -> Any:
        if not values:
            return None
        # The hot path of scores: numbers need no comparing of types.
        if set(map(type, values)) == _NUMBERS:
            return of_numbers(values)
        best = values[0]
        for value in values:
            order = ordered(value, best)
            if order is None:
                raise Failure("the items cannot be compared")
            best = value if order * sign > 0 else best
        return best

    return function


def _all(values: list[Any]) -> bool | None:
    return False if False in _booleans(values) else None if None in values else True


def _any(values: list[Any]) -> bool | None:
    return True if True in _booleans(values) else None if None in values else False


def _booleans(values: list[Any]) -> list[Any]:
    given = items(values)
    if any(value is not None and not isinstance(value, bool) for value in given):
        raise Failure("expected booleans only")
    return given


STATISTICS = by_name(
    builtin("sum", _bounded(_sum), "list", variadic=True),
    builtin("product", _bounded(_product), "list", variadic=True),
    builtin("mean", _bounded(_mean), "list", variadic=True),
    builtin("median", _bounded(_median), "list", variadic=True),
    builtin("stddev", _bounded(_stddev), "list", variadic=True),
    builtin("mode", _mode, "list", variadic=True),
    builtin("min", _extreme(-1, min), "list", variadic=True),
    builtin("max", _extreme(1, max), "list", variadic=True),
    builtin("all", _all, "list", variadic=True),
    builtin("any", _any, "list", variadic=True),
)
