"""`for`, `some` and `every` (DMN 1.5, 10.3.2.14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from lark import Token, v_args
from lark.visitors import Transformer_NonRecursive

from domain.feel.calendar import Date
from domain.feel.compiler.part import Binding, Part, Place, at, made
from domain.feel.run import MAX_ITEMS, Node, Run
from domain.feel.values import Range, is_whole


@v_args(meta=True)
class Iteration(Transformer_NonRecursive[Token, Part]):
    """What is done for each item."""

    def iteration(self, meta: Any, children: Sequence[Any]) -> Binding:
        return Binding(str(children[0]), children[1], children[2] if len(children) > 2 else None)

    def binding(self, meta: Any, children: Sequence[Any]) -> Binding:
        return Binding(str(children[0]), children[1])

    def for_return(self, meta: Any, children: Sequence[Any]) -> Part:
        *bindings, body = children
        place, partial = at(meta), "partial" in body.names | body.row_names

        def node(run: Run) -> Any:
            found: list[Any] = []

            def collect() -> bool:
                if partial:
                    # A copy, since a value never changes; the list so far is not yet one.
                    run.spend(len(found) // 100)
                    run.names["partial"] = found.copy()
                found.append(body.node(run))
                return True

            return found if _each(run, place, bindings, collect) else None

        return _over(place, node, bindings, body, own=("partial",))

    def some(self, meta: Any, children: Sequence[Any]) -> Part:
        return _quantified(meta, children, True)

    def every(self, meta: Any, children: Sequence[Any]) -> Part:
        return _quantified(meta, children, False)


def _quantified(meta: Any, children: Sequence[Any], decisive: bool) -> Part:
    *bindings, body = children
    place = at(meta)

    def node(run: Run) -> Any:
        results: set[Any] = set()

        def collect() -> bool:
            value = body.node(run)
            results.add(value if isinstance(value, bool) else None)
            return value is not decisive

        if not _each(run, place, bindings, collect):
            return None
        if decisive in results:
            return decisive
        return None if None in results else not decisive

    return _over(place, node, bindings, body)


def _over(place: Place, node: Node, bindings: Sequence[Binding], body: Part, own: tuple[str, ...] = ()) -> Part:
    """The part that iterates: names bound are not free in what follows them."""
    parts = [part for binding in bindings for part in (binding.items, binding.until) if part is not None]
    whole = made(place, node, *parts, body, frames=4 + len(bindings))
    bound: set[str] = set()
    free: set[str] = set()
    for binding in bindings:
        for part in (binding.items, binding.until):
            free |= (part.names - bound) if part is not None else set()
        bound.add(binding.name)
    free |= body.names - bound - set(own)
    return replace(whole, names=frozenset(free), row_names=whole.row_names - bound - set(own))


def _each(run: Run, place: Place, bindings: Sequence[Binding], visit: Callable[[], bool]) -> bool:
    """Visits every combination of the bindings until `visit` says stop; False if something is not a list."""
    outer = run.names

    def descend(level: int) -> bool | None:
        if level == len(bindings):
            return visit()
        binding = bindings[level]
        items = _items(run, place, binding)
        if items is None:
            return None
        scope = run.names
        for item in items:
            run.spend(1)
            run.names = {**scope, binding.name: item}
            going = descend(level + 1)
            if going is not True:
                return going
        run.names = scope
        return True

    complete = descend(0) is not None
    run.names = outer
    return complete


def _items(run: Run, place: Place, binding: Binding) -> Iterable[Any] | None:
    start = binding.items.node(run)
    if binding.until is not None:
        return _between(run, place, Range(start, binding.until.node(run)))
    if isinstance(start, Range):
        return _between(run, place, start)
    if start is None:
        run.null(place, "cannot iterate over null")
        return None
    return start if isinstance(start, list) else [start]


def _between(run: Run, place: Place, ends: Range) -> Iterable[Any] | None:
    """Whole numbers or days from one end to the other, downwards if the second is less, made one at a time."""
    first, last = ends.low, ends.high
    if isinstance(first, Date) and isinstance(last, Date):
        return _made_of(run, place, ends, first.number, last.number, Date.of_number)
    if isinstance(first, Decimal) and isinstance(last, Decimal) and is_whole(first) and is_whole(last):
        return _made_of(run, place, ends, int(first), int(last), Decimal)
    run.null(place, "a range to iterate over goes from one whole number, or date, to another")
    return None


def _made_of(
    run: Run, place: Place, ends: Range, first: int, last: int, make: Callable[[int], Any]
) -> Iterable[Any] | None:
    if abs(last - first) >= MAX_ITEMS:
        run.null(place, f"a range to iterate over has at most {MAX_ITEMS} items")
        return None
    step = 1 if first <= last else -1
    numbers = range(first, last + step, step)
    return map(make, numbers[not ends.low_closed : len(numbers) - (not ends.high_closed)])
