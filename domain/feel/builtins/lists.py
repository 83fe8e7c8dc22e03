"""List and statistics functions (DMN 1.5, 10.3.4.4), and those on contexts (10.3.4.7)."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from typing import Any

from domain.feel.builtins.function import Builtin, BuiltinFailure, items, numbers, whole
from domain.feel.values import compare, equal
from domain.rounding import DECIMAL128


def _sum(values: list[Any]) -> Decimal | None:
    return reduce(DECIMAL128.add, numbers(values)) if values else None


def _product(values: list[Any]) -> Decimal | None:
    return reduce(DECIMAL128.multiply, numbers(values)) if values else None


def _mean(values: list[Any]) -> Decimal | None:
    total = _sum(values)
    return None if total is None else DECIMAL128.divide(total, Decimal(len(values)))


def _median(values: list[Any]) -> Decimal | None:
    ordered = sorted(numbers(values))
    if not ordered:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return DECIMAL128.divide(DECIMAL128.add(ordered[middle - 1], ordered[middle]), Decimal(2))


def _stddev(values: list[Any]) -> Decimal | None:
    """Sample standard deviation: null for fewer than two numbers."""
    mean = _mean(values)
    if mean is None or len(values) < 2:
        raise BuiltinFailure("needs at least two numbers")
    squares = [DECIMAL128.power(DECIMAL128.subtract(value, mean), Decimal(2)) for value in values]
    return DECIMAL128.sqrt(DECIMAL128.divide(reduce(DECIMAL128.add, squares), Decimal(len(values) - 1)))


def _mode(values: list[Any]) -> list[Decimal]:
    found = numbers(values)
    most = max((found.count(value) for value in found), default=0)
    return sorted({value for value in found if found.count(value) == most})


def _extreme(operator: str) -> Any:
    def function(values: list[Any]) -> Any:
        if not values:
            return None
        best = values[0]
        for value in values[1:]:
            better = compare(operator, value, best)
            if better is None:
                raise BuiltinFailure("the items cannot be compared")
            best = value if better else best
        if compare("=", best, best) is None or not isinstance(best, Decimal | str):
            raise BuiltinFailure("the items cannot be compared")
        return best

    return function


def _all(values: list[Any]) -> bool | None:
    return False if False in _booleans(values) else None if None in values else True


def _any(values: list[Any]) -> bool | None:
    return True if True in _booleans(values) else None if None in values else False


def _booleans(values: list[Any]) -> list[Any]:
    if any(value is not None and not isinstance(value, bool) for value in values):
        raise BuiltinFailure("expected booleans only")
    return values


def _contains(values: Any, element: Any) -> bool:
    return any(equal(value, element) is True for value in items(values))


def _index_of(values: Any, match: Any) -> list[Decimal]:
    return [Decimal(index) for index, value in enumerate(items(values), 1) if equal(value, match) is True]


def _distinct(values: Any) -> list[Any]:
    kept: list[Any] = []
    for value in items(values):
        if not _contains(kept, value):
            kept.append(value)
    return kept


def _position(values: list[Any], position: Any) -> int:
    place = whole(position, -len(values), len(values), "the position")
    if place == 0:
        raise BuiltinFailure("positions count from 1, or from -1 at the end")
    return place - 1 if place > 0 else len(values) + place


def _sublist(values: Any, start: Any, length: Any = None) -> list[Any]:
    given = items(values)
    first = _position(given, start)
    if length is None:
        return given[first:]
    return given[first : first + whole(length, 0, len(given) - first, "the length")]


def _insert_before(values: Any, position: Any, item: Any) -> list[Any]:
    given = items(values)
    place = _position(given, position)
    return [*given[:place], item, *given[place:]]


def _remove(values: Any, position: Any) -> list[Any]:
    given = items(values)
    place = _position(given, position)
    return given[:place] + given[place + 1 :]


def _flatten(values: Any) -> list[Any]:
    flat: list[Any] = []
    waiting = list(reversed(items(values)))
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        else:
            flat.append(value)
    return flat


def _get_value(context: Any, key: Any) -> Any:
    if not isinstance(context, dict) or not isinstance(key, str):
        raise BuiltinFailure("expected a context and a key")
    return context.get(key)


def _get_entries(context: Any) -> list[dict[str, Any]]:
    if not isinstance(context, dict):
        raise BuiltinFailure("expected a context")
    return [{"key": key, "value": value} for key, value in context.items()]


def _concatenate(*lists: Any) -> list[Any]:
    return [value for given in lists for value in items(given)]


_MANY = tuple(f"list{index}" for index in range(1, 100))

LISTS: dict[str, Builtin] = {
    "sum": Builtin(_sum, ("list",), 1, variadic=True),
    "product": Builtin(_product, ("list",), 1, variadic=True),
    "mean": Builtin(_mean, ("list",), 1, variadic=True),
    "median": Builtin(_median, ("list",), 1, variadic=True),
    "stddev": Builtin(_stddev, ("list",), 1, variadic=True),
    "mode": Builtin(_mode, ("list",), 1, variadic=True),
    "min": Builtin(_extreme("<"), ("list",), 1, variadic=True),
    "max": Builtin(_extreme(">"), ("list",), 1, variadic=True),
    "all": Builtin(_all, ("list",), 1, variadic=True),
    "any": Builtin(_any, ("list",), 1, variadic=True),
    "count": Builtin(lambda values: Decimal(len(items(values))), ("list",), 1),
    "list contains": Builtin(_contains, ("list", "element"), 2),
    "index of": Builtin(_index_of, ("list", "match"), 2),
    "append": Builtin(lambda values, *more: [*items(values), *more], ("list", *_MANY), 2),
    "concatenate": Builtin(_concatenate, _MANY, 1),
    "union": Builtin(lambda *lists: _distinct(_concatenate(*lists)), _MANY, 1),
    "distinct values": Builtin(_distinct, ("list",), 1),
    "sublist": Builtin(_sublist, ("list", "start position", "length"), 2),
    "insert before": Builtin(_insert_before, ("list", "position", "newItem"), 3),
    "remove": Builtin(_remove, ("list", "position"), 2),
    "reverse": Builtin(lambda values: items(values)[::-1], ("list",), 1),
    "flatten": Builtin(_flatten, ("list",), 1),
    "get value": Builtin(_get_value, ("m", "key"), 2),
    "get entries": Builtin(_get_entries, ("m",), 1),
}
