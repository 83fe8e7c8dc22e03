"""Values of FEEL and what they mean to each other (DMN 1.5, 10.3.2.2 and 10.3.2.13).

A value is None, bool, Decimal, str, list, dict, Range, a function, or a date, time or duration of `calendar`. Python
whole numbers are taken as decimals, and `datetime` values as dates and times; binary floats are refused, since they are
not what was written.
"""

from __future__ import annotations

import datetime
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from domain.feel.calendar import DAY, SECOND, Date, DateTime, DaysTime, Time, YearsMonths
from domain.feel.run import MAX_NESTING, Exhausted, Node
from domain.feel.types import Type
from domain.rounding import DECIMAL128

Value = Any


@dataclass(frozen=True, slots=True)
class Range:
    """An interval of comparable values, closed or open at either end; an end that is null has no bound.

    `test` is the operator of one written as a unary test, such as `>5`, which `!=5` is too.
    """

    low: Value
    high: Value
    low_closed: bool = True
    high_closed: bool = True
    test: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the author's own: parameters, the body, and the names known where it was defined.

    `depth` is how deep the body nests, which each call takes from the depth of the evaluation.
    """

    parameters: tuple[str, ...]
    types: tuple[Type, ...]
    body: Node
    names: dict[str, Any]
    depth: int


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function of the standard. `signatures` are its parameters, each with the number of those required.

    With `variadic`, several arguments, or one that is a list, are taken as one list. With `observes`, the function is
    given the evaluation as its first argument, to count its work.
    """

    name: str
    function: Callable[..., Any] = field(compare=False)
    signatures: tuple[tuple[tuple[str, ...], int], ...]
    variadic: bool = False
    observes: bool = False


KINDS: dict[type, str] = {
    bool: "boolean",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
    Builtin: "function",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    YearsMonths: "years and months duration",
    DaysTime: "days and time duration",
    type(None): "null",
}
"""Names of the kinds of values, in the standard's words."""


def kind(value: Value) -> str:
    """The type's name in the standard's words."""
    return KINDS[type(value)]


LEAST = DECIMAL128.Etiny()
"""Least exponent of a number."""

Spend = Callable[[int], None]
"""Counts steps of work; raises Exhausted when they are used up."""


def uncounted(steps: int) -> None:
    """Counts nothing: for values that are known to be small."""


def of_python(value: Any, depth: int = 0) -> Value:
    """A Python value as FEEL sees it. Raises TypeError for what FEEL has no type for, binary floats above all."""
    if isinstance(value, Decimal):
        if not value.is_finite() or not LEAST <= value.adjusted() <= DECIMAL128.Emax:
            raise TypeError(f"{value} is not a number that FEEL knows")
        return value
    if type(value) in KINDS and not isinstance(value, list | dict):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, str):
        return str(value)
    if depth > MAX_NESTING:
        raise TypeError(f"a value is nested at most {MAX_NESTING} deep")
    if isinstance(value, Mapping):
        return {str(name): of_python(item, depth + 1) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [of_python(item, depth + 1) for item in value]
    return _of_clock(value)


def _of_clock(value: Any) -> Value:
    if isinstance(value, datetime.datetime):
        return DateTime(_date(value), _time(value.timetz(), value.utcoffset()))
    if isinstance(value, datetime.date):
        return _date(value)
    if isinstance(value, datetime.time):
        return _time(value, value.utcoffset())
    if isinstance(value, datetime.timedelta):
        return DaysTime((value.days * 86_400 + value.seconds) * SECOND + value.microseconds * 1000)
    raise TypeError(f"FEEL has no value for {type(value).__name__} {value!r}: give figures as Decimal")


def _date(value: datetime.date) -> Date:
    return Date(value.year, value.month, value.day)


def _time(value: datetime.time, offset: datetime.timedelta | None) -> Time:
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    zone = None if offset is None else int(offset.total_seconds())
    return Time(seconds * SECOND + value.microsecond * 1000, zone)


def is_whole(number: Decimal) -> bool:
    """Whether nothing stands behind the number's point."""
    return number == number.to_integral_value()


def equal(left: Value, right: Value, spend: Spend = uncounted, depth: int = 0) -> bool | None:
    """Equality (10.3.2.13): null is equal to null only; other types do not compare (None).

    Raises Exhausted for values nested too deeply to compare.
    """
    if left is None or right is None:
        return left is right
    if type(left) is not type(right):
        return None
    if depth > MAX_NESTING:
        raise Exhausted(f"a value is nested at most {MAX_NESTING} deep")
    if isinstance(left, list):
        spend(len(left))
        pairs = zip(left, right, strict=False)
        return len(left) == len(right) and all(equal(a, b, spend, depth + 1) is True for a, b in pairs)
    if isinstance(left, dict):
        spend(len(left))
        return left.keys() == right.keys() and all(equal(left[n], right[n], spend, depth + 1) is True for n in left)
    if isinstance(left, Range):
        form = (left.test, left.low_closed, left.high_closed) == (right.test, right.low_closed, right.high_closed)
        return form and all(
            equal(a, b, spend, depth + 1) is True for a, b in ((left.low, right.low), (left.high, right.high))
        )
    if isinstance(left, Time | DateTime):
        keys = _keys(left, right)
        return None if keys is None else bool(keys[0] == keys[1])
    return bool(left == right)


def _keys(left: Value, right: Value) -> tuple[Any, Any] | None:
    """What to compare two values of one type by; None where they cannot be ordered."""
    if isinstance(left, Decimal | str | YearsMonths | DaysTime):
        return left, right
    if isinstance(left, Date):
        return left.number, right.number
    if isinstance(left, Time):
        if left.zone == right.zone:
            return left.nanoseconds, right.nanoseconds
        if left.offset is None or right.offset is None:
            return None
        return left.nanoseconds - left.offset * SECOND, right.nanoseconds - right.offset * SECOND
    if isinstance(left, DateTime):
        first, second = left.instant, right.instant
        if first is None and second is None:
            return left.local, right.local
        return None if first is None or second is None else (first, second)
    return None


def ordered(left: Value, right: Value) -> int | None:
    """Below zero, zero or above zero as the first is less, equal or greater; None where they cannot be compared."""
    if type(left) is not type(right):
        return None
    keys = _keys(left, right)
    return None if keys is None else (keys[0] > keys[1]) - (keys[0] < keys[1])


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""The comparison operators, over numbers."""


def compare(sign: str, left: Value, right: Value, spend: Spend = uncounted) -> bool | None:
    """`=`, `!=`, `<`, `<=`, `>`, `>=`; None where the values cannot be compared."""
    if sign in ("=", "!="):
        same = equal(left, right, spend)
        return same if same is None or sign == "=" else not same
    order = ordered(left, right)
    return None if order is None else COMPARISONS[sign](order, 0)


def within(value: Value, container: Range, spend: Spend = uncounted) -> bool | None:
    """Whether a value lies in a range; None where it cannot be compared."""
    if container.test is not None:
        return compare(container.test, value, container.high if container.low is None else container.low, spend)
    above = compare(">=" if container.low_closed else ">", value, container.low)
    below = compare("<=" if container.high_closed else "<", value, container.high)
    return None if above is None or below is None else above and below


def day_span(left: Date | DateTime, right: Date | DateTime) -> int | None:
    """Nanoseconds from the second to the first; None where only one of them knows its offset from UTC."""
    first, second = (
        (moment.instant, moment.local) if isinstance(moment, DateTime) else (moment.number * DAY,) * 2
        for moment in (left, right)
    )
    if (first[0] is None and second[0] is None) or (isinstance(left, Date) and isinstance(right, Date)):
        return first[1] - second[1]
    return None if first[0] is None or second[0] is None else first[0] - second[0]
