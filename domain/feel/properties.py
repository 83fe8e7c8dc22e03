"""Properties of dates, times, durations and ranges (DMN 1.5, 10.3.2.3, tables 58, 65 and 66)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from domain.feel.calendar import DAY, HOUR, MINUTE, SECOND, Date, DateTime, DaysTime, Time, YearsMonths
from domain.feel.values import Range
from domain.rounding import DECIMAL128


def _quotient(length: int, unit: int) -> Decimal:
    """Whole units in a length, rounded towards zero."""
    return Decimal(-(-length // unit) if length < 0 else length // unit)


def _rest(length: int, greater: int) -> int:
    return -(-length % greater) if length < 0 else length % greater


def _seconds(nanoseconds: int) -> Decimal:
    return DECIMAL128.divide(Decimal(_rest(nanoseconds, MINUTE)), Decimal(SECOND))


def _offset(value: Time | DateTime) -> DaysTime | None:
    return None if value.offset is None else DaysTime(value.offset * SECOND)


def _zone(value: Time) -> str | None:
    return value.zone if isinstance(value.zone, str) else None


_OF_DATE: dict[str, Callable[[Date], Any]] = {
    "year": lambda value: Decimal(value.year),
    "month": lambda value: Decimal(value.month),
    "day": lambda value: Decimal(value.day),
    "weekday": lambda value: Decimal(value.weekday),
}
_OF_TIME: dict[str, Callable[[Time], Any]] = {
    "hour": lambda value: Decimal(value.nanoseconds // HOUR),
    "minute": lambda value: Decimal(value.nanoseconds % HOUR // MINUTE),
    "second": lambda value: _seconds(value.nanoseconds),
    "timezone": _zone,
}

PROPERTIES: dict[tuple[type, str], Callable[[Any], Any]] = {
    **{(Date, name): read for name, read in _OF_DATE.items()},
    **{(Time, name): read for name, read in _OF_TIME.items()},
    **{(DateTime, name): lambda value, read=read: read(value.date) for name, read in _OF_DATE.items()},  # type: ignore[misc]
    **{(DateTime, name): lambda value, read=read: read(value.time) for name, read in _OF_TIME.items()},  # type: ignore[misc]
    (Time, "time offset"): _offset,
    (DateTime, "time offset"): _offset,
    (YearsMonths, "years"): lambda value: _quotient(value.months, 12),
    (YearsMonths, "months"): lambda value: Decimal(_rest(value.months, 12)),
    (DaysTime, "days"): lambda value: _quotient(value.nanoseconds, DAY),
    (DaysTime, "hours"): lambda value: _quotient(_rest(value.nanoseconds, DAY), HOUR),
    (DaysTime, "minutes"): lambda value: _quotient(_rest(value.nanoseconds, HOUR), MINUTE),
    (DaysTime, "seconds"): lambda value: _seconds(value.nanoseconds),
    (Range, "start"): lambda value: value.low,
    (Range, "end"): lambda value: value.high,
    (Range, "start included"): lambda value: value.low_closed,
    (Range, "end included"): lambda value: value.high_closed,
}
"""How each property is read, by the value's type and the property's name."""


def property_of(value: Any, name: str) -> Any:
    """The value's property; None where it has none of that name."""
    read = PROPERTIES.get((type(value), name))
    return None if read is None else read(value)
