"""Ranges and how they lie to each other (DMN 1.5, 10.3.4.8 and 10.3.4.11), and whether two values are the same one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from domain.feel.builtins.conversion import CONVERSION
from domain.feel.builtins.function import builtin, by_name, text
from domain.feel.calendar import DateTime, Time
from domain.feel.calling import Failure
from domain.feel.intervals import interval
from domain.feel.quoting import unquoted
from domain.feel.run import Run
from domain.feel.values import Range, equal, ordered
from domain.feel.written import read_temporal
from domain.rounding import DECIMAL128

_STRING = r'"(?:[^"\\\n]|\\.)*"'
_END = rf"\s*(null|-?[0-9]*\.?[0-9]+|@?{_STRING}|(?:date|time|date\s+and\s+time|duration)\s*\(\s*{_STRING}\s*\))\s*"
_RANGE = re.compile(rf"\s*([\[(\]]){_END}\.\.{_END}([\])\[])\s*")
_CALL = re.compile(rf"([a-z\s]+?)\s*\(\s*({_STRING})\s*\)")


def _range(source: Any) -> Range:
    found = _RANGE.fullmatch(text(source))
    if found is None:
        raise Failure(f"`{source}` is not a range between two literals")
    made = interval(_end(found[2]), _end(found[3]), found[1] == "[", found[4] == "]")
    if made is None:
        raise Failure(f"`{source}` has not the ends of a range")
    return made


def _end(written: str) -> Any:
    if written == "null":
        return None
    if written.startswith('"'):
        return unquoted(written)
    if written.startswith("@"):
        try:
            return read_temporal(unquoted(written[1:]))
        except ValueError as error:
            raise Failure(str(error)) from error
    if call := _CALL.fullmatch(written):
        return CONVERSION[" ".join(call[1].split())].function(unquoted(call[2]))
    return DECIMAL128.create_decimal(written)


def _order(first: Any, second: Any, unbounded: int) -> int:
    """Below zero, zero or above; what has no value lies beyond everything, on the side that `unbounded` says."""
    if first is None or second is None:
        return 0 if first is second else unbounded if first is None else -unbounded
    order = ordered(first, second)
    if order is None:
        raise Failure("the two cannot be compared")
    return order


def _starts(a: Range, b: Range) -> int:
    """How the start of one lies to the start of the other; an open one lies after a closed one of the same value."""
    return _order(a.low, b.low, -1) or b.low_closed - a.low_closed


def _ends(a: Range, b: Range) -> int:
    """The same for the ends; an open one lies before a closed one."""
    return _order(a.high, b.high, 1) or a.high_closed - b.high_closed


def _reaches(a: Range, b: Range) -> int:
    """How the end of one lies to the start of the other: zero where they share exactly one value, below where none."""
    if a.high is None or b.low is None:
        return 1
    order = _order(a.high, b.low, 1)
    return order if order or (a.high_closed and b.low_closed) else -1


def _before(a: Range, b: Range) -> bool:
    return _reaches(a, b) < 0


def _meets(a: Range, b: Range) -> bool:
    return _reaches(a, b) == 0


def _overlaps(a: Range, b: Range) -> bool:
    return _reaches(a, b) >= 0 and _reaches(b, a) >= 0


def _overlaps_before(a: Range, b: Range) -> bool:
    return _starts(a, b) < 0 and _reaches(a, b) >= 0 and _ends(a, b) <= 0


def _finishes(a: Range, b: Range) -> bool:
    return _ends(a, b) == 0 and _starts(a, b) >= 0


def _during(a: Range, b: Range) -> bool:
    return _starts(a, b) >= 0 and _ends(a, b) <= 0


def _begins(a: Range, b: Range) -> bool:
    return _starts(a, b) == 0 and _ends(a, b) <= 0


def _coincides(a: Range, b: Range) -> bool:
    return _starts(a, b) == 0 and _ends(a, b) == 0


def _between(test: Callable[[Range, Range], bool], swapped: bool, *accepted: tuple[bool, bool]) -> Callable[..., bool]:
    """The test as a function of points and ranges: a point is the range of itself alone."""

    def function(first: Any, second: Any) -> bool:
        if (isinstance(first, Range), isinstance(second, Range)) not in accepted or first is None or second is None:
            raise Failure("it does not compare these two")
        a, b = (one if isinstance(one, Range) else Range(one, one) for one in (first, second))
        _order(a.low if a.low is not None else a.high, b.low if b.low is not None else b.high, 1)
        return test(b, a) if swapped else test(a, b)

    return function


def _same(run: Run, first: Any = None, second: Any = None) -> bool:
    """Whether both are the same element of the semantic domain: equal, of one kind, and with the same time zone."""
    if isinstance(first, Time | DateTime) and type(first) is type(second):
        return first == second
    return equal(first, second, run.spend) is True


_POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES = (False, False), (False, True), (True, False), (True, True)
_ALL = (_POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
_NAMES = {
    _POINTS: "point1, point2",
    _POINT_RANGE: "point, range",
    _RANGE_POINT: "range, point",
    _RANGES: "range1, range2",
}


def _relation(name: str, test: Callable[[Range, Range], bool], swapped: bool, *accepted: tuple[bool, bool]) -> Any:
    return builtin(name, _between(test, swapped, *accepted), *(_NAMES[pair] for pair in accepted))


RANGES = by_name(
    builtin("range", _range, "from"),
    builtin("is", _same, "value1?, value2?", observes=True),
    _relation("before", _before, False, *_ALL),
    _relation("after", _before, True, *_ALL),
    _relation("meets", _meets, False, _RANGES),
    _relation("met by", _meets, True, _RANGES),
    _relation("overlaps", _overlaps, False, _RANGES),
    _relation("overlaps before", _overlaps_before, False, _RANGES),
    _relation("overlaps after", _overlaps_before, True, _RANGES),
    _relation("finishes", _finishes, False, _POINT_RANGE, _RANGES),
    _relation("finished by", _finishes, True, _RANGE_POINT, _RANGES),
    _relation("includes", _during, True, _RANGE_POINT, _RANGES),
    _relation("during", _during, False, _POINT_RANGE, _RANGES),
    _relation("starts", _begins, False, _POINT_RANGE, _RANGES),
    _relation("started by", _begins, True, _RANGE_POINT, _RANGES),
    _relation("coincides", _coincides, False, _POINTS, _RANGES),
)
