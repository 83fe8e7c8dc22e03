"""Functions that make a value of one type out of another (DMN 1.5, 10.3.4.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any, TypeVar

from domain.feel.builtins.function import builtin, by_name, number, text, whole
from domain.feel.calendar import (
    HOUR,
    MAX_YEAR,
    MINUTE,
    SECOND,
    Date,
    DateTime,
    DaysTime,
    Time,
    YearsMonths,
    Zone,
    months_between,
)
from domain.feel.calling import Failure
from domain.feel.display import displayed
from domain.feel.run import Run
from domain.feel.values import kind
from domain.feel.written import MAX_OFFSET, read_date, read_date_time, read_duration, read_time
from domain.feel.zones import is_zone
from domain.rounding import DECIMAL128

Made = TypeVar("Made")

_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def _number(source: Any, grouping: Any = None, point: Any = None) -> Decimal:
    if isinstance(source, Decimal) and grouping is None and point is None:
        return source
    written = text(source)
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or (point and grouping == point):
        raise Failure("the separators are not two of space, comma and point")
    if grouping:
        written = written.replace(grouping, "")
    if point:
        written = written.replace(point, ".")
    try:
        if _NUMBER.fullmatch(written):
            return DECIMAL128.create_decimal(written)
    except DecimalException as error:
        raise Failure(f'"{source}" is beyond decimal128') from error
    raise Failure(f'"{source}" is not a number')


def _string(run: Run, value: Any) -> str | None:
    return None if value is None else displayed(run, value)


def _date(source: Any, *parts: Any) -> Date:
    if parts:
        month, day = parts
        return _checked(Date, _part(source, -MAX_YEAR, MAX_YEAR), _part(month, 1, 12), _part(day, 1, 31))
    if isinstance(source, DateTime):
        return source.date
    return source if isinstance(source, Date) else _checked(read_date, text(source))


def _time(source: Any, *parts: Any) -> Time:
    if parts:
        return Time(_of_day(source, *parts[:2]), _offset(parts[2] if len(parts) > 2 else None))
    if isinstance(source, DateTime):
        return source.time
    if isinstance(source, Date):
        return Time(0, 0)
    return source if isinstance(source, Time) else _checked(read_time, text(source))


def _date_and_time(*given: Any) -> DateTime:
    if len(given) == 2:
        return _joined(*given)
    if len(given) > 2:
        date = _date(*given[:3])
        return DateTime(date, Time(_of_day(*given[3:6]), _offset(given[6] if len(given) > 6 else None)))
    source = given[0]
    if isinstance(source, Date):
        return DateTime(source, Time(0, 0))
    return source if isinstance(source, DateTime) else _checked(read_date_time, text(source))


def _joined(date: Any, time: Any) -> DateTime:
    if isinstance(time, str) and isinstance(date, DateTime):
        if not is_zone(time):
            raise Failure(f"there is no time zone {time}")
        return DateTime(date.date, Time(date.time.nanoseconds, time))
    if not isinstance(date, Date | DateTime) or not isinstance(time, Time):
        raise Failure(f"expected a date and a time, found {kind(date)} and {kind(time)}")
    return DateTime(date.date if isinstance(date, DateTime) else date, time)


def _of_day(hour: Any, minute: Any, second: Any) -> int:
    """Nanoseconds since midnight."""
    seconds = number(second, "seconds")
    if not 0 <= seconds < 60:
        raise Failure("the second must be from 0 to less than 60")
    clock = _part(hour, 0, 23) * HOUR + _part(minute, 0, 59) * MINUTE
    return clock + int(DECIMAL128.multiply(seconds, Decimal(SECOND)))


def _part(value: Any, low: int, high: int) -> int:
    return whole(value, low, high, "a part of a date or time")


def _offset(value: Any) -> Zone:
    if value is None:
        return None
    if isinstance(value, str) and is_zone(value):
        return value
    if not isinstance(value, DaysTime):
        raise Failure(f"expected a days and time duration as the offset, found {kind(value)}")
    seconds = value.nanoseconds // SECOND
    if abs(seconds) > MAX_OFFSET:
        raise Failure("an offset from UTC is at most 18 hours")
    return seconds


def _duration(source: Any) -> YearsMonths | DaysTime:
    return source if isinstance(source, YearsMonths | DaysTime) else _checked(read_duration, text(source))


def _years_and_months(start: Any, end: Any) -> YearsMonths:
    if not isinstance(start, Date | DateTime) or not isinstance(end, Date | DateTime):
        raise Failure(f"expected two dates, found {kind(start)} and {kind(end)}")
    # The days alone count, whatever the time of day.
    first, last = (moment.date if isinstance(moment, DateTime) else moment for moment in (start, end))
    return YearsMonths(months_between(first, last))


def _checked(make: Callable[..., Made], *arguments: Any) -> Made:
    try:
        return make(*arguments)
    except ValueError as error:
        raise Failure(str(error)) from error


CONVERSION = by_name(
    builtin("number", _number, "from, grouping separator?, decimal separator?", "from, grouping?, decimal?"),
    builtin("string", _string, "from", observes=True),
    builtin("date", _date, "from", "year, month, day"),
    builtin("time", _time, "from", "hour, minute, second, offset?"),
    builtin(
        "date and time",
        _date_and_time,
        "from",
        "date, time",
        "date, timezone",
        "year, month, day, hour, minute, second, offset?",
        "year, month, day, hour, minute, second, timezone",
    ),
    builtin("duration", _duration, "from"),
    builtin("years and months duration", _years_and_months, "from, to"),
)
