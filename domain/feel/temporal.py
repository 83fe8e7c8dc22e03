"""Arithmetic with dates, times and durations (DMN 1.5, 10.3.2.13, tables 57 to 61)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from typing import Any

from domain.feel.calendar import DAY, SECOND, Date, DateTime, DaysTime, Time, YearsMonths
from domain.feel.values import Value, day_span
from domain.rounding import DECIMAL128


def added(left: Value, right: Value) -> Value:
    """The sum; None where there is none. Raises ValueError or decimal's errors beyond the bounds."""
    if isinstance(left, YearsMonths | DaysTime):
        if type(left) is type(right):
            return type(left)(_length(left) + _length(right))
        left, right = right, left
    if isinstance(right, YearsMonths):
        return _later(left, right.months)
    if isinstance(right, DaysTime):
        return _after(left, right.nanoseconds)
    return None


def subtracted(left: Value, right: Value) -> Value:
    """The difference; None where there is none. Raises ValueError beyond the bounds."""
    if isinstance(right, YearsMonths | DaysTime):
        if isinstance(left, YearsMonths | DaysTime) and type(left) is not type(right):
            return None
        return added(left, type(right)(-_length(right)))
    if isinstance(left, Date | DateTime) and isinstance(right, Date | DateTime):
        span = day_span(left, right)
        return None if span is None else DaysTime(span)
    if isinstance(left, Time) and isinstance(right, Time):
        return _between_times(left, right)
    return None


def multiplied(left: Value, right: Value) -> Value:
    """A duration times a number, either way round; None for others. Raises ValueError beyond the bounds."""
    if isinstance(left, Decimal):
        left, right = right, left
    return _scaled(left, right, DECIMAL128.multiply)


def divided(left: Value, right: Value) -> Value:
    """A duration by a number, or by another of its kind; None for others. Raises decimal's errors for zero."""
    if isinstance(left, YearsMonths | DaysTime) and type(left) is type(right):
        return DECIMAL128.divide(Decimal(_length(left)), Decimal(_length(right)))
    return _scaled(left, right, DECIMAL128.divide)


def _length(duration: YearsMonths | DaysTime) -> int:
    return duration.months if isinstance(duration, YearsMonths) else duration.nanoseconds


def _scaled(duration: Any, factor: Any, operation: Callable[[Decimal, Decimal], Decimal]) -> Value:
    if not isinstance(duration, YearsMonths | DaysTime) or not isinstance(factor, Decimal):
        return None
    length = operation(Decimal(_length(duration)), factor)
    return type(duration)(int(length.to_integral_value(rounding=ROUND_DOWN)))


def _later(moment: Value, months: int) -> Value:
    if isinstance(moment, Date):
        return moment.plus_months(months)
    if isinstance(moment, DateTime):
        return DateTime(moment.date.plus_months(months), moment.time)
    return None


def _after(moment: Value, nanoseconds: int) -> Value:
    if isinstance(moment, Date):
        return Date.of_number((moment.number * DAY + nanoseconds) // DAY)
    if isinstance(moment, DateTime | Time):
        return moment.plus(nanoseconds)
    return None


def _between_times(left: Time, right: Time) -> DaysTime | None:
    if left.zone == right.zone:
        return DaysTime(left.nanoseconds - right.nanoseconds)
    if left.offset is None or right.offset is None:
        return None
    return DaysTime(left.nanoseconds - right.nanoseconds - (left.offset - right.offset) * SECOND)
