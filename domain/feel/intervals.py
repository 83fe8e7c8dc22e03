"""Making ranges, testing values against them, and how two of them lie to each other (DMN 1.5, 10.3.2.7, 10.3.4.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.feel.values import Range, Spend, Value, compare, ordered, within

_TESTS: dict[str, tuple[bool, bool]] = {
    "<": (False, False),
    "<=": (False, True),
    ">": (False, False),
    ">=": (True, False),
}


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Several tests of which one must pass."""

    tests: tuple[Any, ...]


def interval(low: Value, high: Value, low_closed: bool, high_closed: bool) -> Range | None:
    """The range, or None where its ends cannot be compared, are the wrong way round, or closed without a value."""
    if low is None or high is None:
        closed = low_closed if low is None else high_closed
        other = high if low is None else low
        both = low is None and high is None
        return None if closed or both or ordered(other, other) is None else Range(low, high, low_closed, high_closed)
    order = ordered(low, high)
    return None if order is None or order > 0 else Range(low, high, low_closed, high_closed)


def of_test(sign: str, bound: Value) -> Range:
    """What a unary test stands for: a range without one end; `=` and `!=` have the same value at both."""
    if sign in ("=", "!="):
        return Range(bound, bound, sign == "=", sign == "=", sign)
    low_closed, high_closed = _TESTS[sign]
    low, high = (None, bound) if sign.startswith("<") else (bound, None)
    return Range(low, high, low_closed, high_closed, sign)


def passes(value: Value, test: Any, spend: Spend) -> bool | None:
    """Whether a value passes a test: a range, several tests, a list that has it, or a value equal to it."""
    if isinstance(test, Range):
        return within(value, test, spend)
    if isinstance(test, AnyOf):
        return _one_of(value, test.tests, spend)
    if isinstance(test, list):
        return compare("=", value, test, spend) is True or _one_of(value, tuple(test), spend) is True
    return None if test is None else compare("=", value, test, spend)


def _one_of(value: Value, tests: tuple[Any, ...], spend: Spend) -> bool | None:
    spend(len(tests))
    results = [passes(value, one, spend) for one in tests]
    return True if True in results else None if results and all(result is None for result in results) else False
