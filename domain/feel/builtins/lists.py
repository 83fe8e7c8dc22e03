"""List functions and sorting (DMN 1.5, 10.3.4.4 and 10.3.4.9)."""

from __future__ import annotations

from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from domain.feel.builtins.function import builtin, by_name, function, items, whole
from domain.feel.calling import Failure, called
from domain.feel.run import MAX_NESTING, Exhausted, Run
from domain.feel.values import equal, kind


def _same(run: Run, left: Any, right: Any) -> bool:
    run.spend(1)
    return equal(left, right, run.spend) is True


def _contains(run: Run, values: Any, element: Any) -> bool:
    return any(_same(run, value, element) for value in items(values))


def _index_of(run: Run, values: Any, match: Any) -> list[Decimal]:
    return [Decimal(index) for index, value in enumerate(items(values), 1) if _same(run, value, match)]


def _distinct(run: Run, values: Any) -> list[Any]:
    kept: list[Any] = []
    for value in items(values):
        if not _contains(run, kept, value):
            kept.append(value)
    return kept


def _position(values: list[Any], position: Any) -> int:
    place = whole(position, -len(values), len(values), "the position")
    if place == 0:
        raise Failure("positions count from 1, or from -1 at the end")
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


def _replace(run: Run, values: Any, place: Any, item: Any) -> list[Any]:
    """By position, or wherever a function of the item and the new one says so."""
    given = items(values)
    if kind(place) == "number":
        index = _position(given, place)
        return [*given[:index], item, *given[index + 1 :]]
    return [item if _says(run, place, value, item) else value for value in given]


def _says(run: Run, chooses: Any, first: Any, second: Any) -> bool:
    answer = called(run, function(chooses), [first, second])
    if not isinstance(answer, bool):
        raise Failure(f"the function gave {kind(answer)} in place of true or false")
    return answer


def _flatten(run: Run, values: Any) -> list[Any]:
    flat: list[Any] = []
    waiting = [iter(items(values))]
    while waiting:
        if len(waiting) > MAX_NESTING:
            raise Exhausted(f"a value is nested at most {MAX_NESTING} deep")
        for value in waiting[-1]:
            run.spend(1)
            if isinstance(value, list):
                waiting.append(iter(value))
                break
            flat.append(value)
        else:
            waiting.pop()
    return flat


def _sort(run: Run, values: Any, precedes: Any) -> list[Any]:
    def order(first: Any, second: Any) -> int:
        return -1 if _says(run, precedes, first, second) else 1 if _says(run, precedes, second, first) else 0

    function(precedes)
    return sorted(items(values), key=cmp_to_key(order))


def _append(values: Any, *more: Any) -> list[Any]:
    return [*(values if isinstance(values, list) else [values]), *more]


def _concatenate(*lists: Any) -> list[Any]:
    return [value for given in lists for value in items(given)]


def _union(run: Run, *lists: Any) -> list[Any]:
    return _distinct(run, _concatenate(*lists))


_MANY = "list, " + ", ".join(f"list{index}?" for index in range(2, 100))
_ITEMS = "list, item, " + ", ".join(f"item{index}?" for index in range(2, 100))

LISTS = by_name(
    builtin("count", lambda values: Decimal(len(items(values))), "list"),
    builtin("list contains", _contains, "list, element", observes=True),
    builtin("index of", _index_of, "list, match", observes=True),
    builtin("append", _append, _ITEMS),
    builtin("concatenate", _concatenate, _MANY),
    builtin("union", _union, _MANY, observes=True),
    builtin("distinct values", _distinct, "list", observes=True),
    builtin("sublist", _sublist, "list, start position, length?"),
    builtin("insert before", _insert_before, "list, position, newItem"),
    builtin("remove", _remove, "list, position"),
    builtin("list replace", _replace, "list, position, newItem", "list, match, newItem", observes=True),
    builtin("reverse", lambda values: items(values)[::-1], "list"),
    builtin("flatten", _flatten, "list", observes=True),
    builtin("sort", _sort, "list, precedes", observes=True),
)
