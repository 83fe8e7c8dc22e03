"""Filters and paths (DMN 1.5, 10.3.2.5 and 10.3.2.11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from lark import Token, v_args
from lark.visitors import Transformer_NonRecursive

from domain.feel.compiler.part import Part, at, made
from domain.feel.properties import PROPERTIES, property_of
from domain.feel.run import Run
from domain.feel.values import is_whole, kind


@v_args(meta=True)
class Selection(Transformer_NonRecursive[Token, Part]):
    """What is taken out of a value."""

    def filter(self, meta: Any, children: Sequence[Part]) -> Part:
        source, condition = children
        place = at(meta)

        def node(run: Run) -> Any:
            found = source.node(run)
            if found is None:
                return run.null(place, "cannot filter null")
            items = found if isinstance(found, list) else [found]
            run.spend(len(items) + 1)
            index = _index(run, condition, items)
            return _kept(run, condition, items) if index is None else _item(items, index)

        whole = made(place, node, source, condition, frames=2)
        rows = (whole.row_names | condition.names) - {"item"}
        return replace(whole, names=source.names, row_names=rows)

    def path(self, meta: Any, children: Sequence[Any]) -> Part:
        source, name, place = children[0], str(children[1]), at(meta)

        def node(run: Run) -> Any:
            found = source.node(run)
            if isinstance(found, dict):
                return found[name] if name in found else run.null(place, f"there is no `{name}`")
            if isinstance(found, list):
                return [_property(item, name) for item in found]
            if (type(found), name) in PROPERTIES:
                return property_of(found, name)
            return run.null(place, f"{kind(found)} has no `{name}`")

        return made(place, node, source)


def _property(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else property_of(value, name)


def _item(items: list[Any], number: Decimal) -> Any:
    """The item with that number: 1 is the first, -1 the last."""
    if not is_whole(number) or not number or abs(number) > len(items):
        return None
    return items[int(number) - (number > 0)]


def _index(run: Run, condition: Part, items: list[Any]) -> Decimal | None:
    """The filter's number, if it is one, else None.

    Whether it is one can only be told without an item when it reads no name that an item could give.
    """
    if any(isinstance(item, dict) and name in item for item in items[:1] for name in condition.names):
        return None
    if "item" in condition.names or any(name not in run.names for name in condition.names):
        return None
    value = condition.node(run)
    return value if isinstance(value, Decimal) else None


def _kept(run: Run, condition: Part, items: list[Any]) -> list[Any]:
    outer, kept = run.names, []
    for item in items:
        if isinstance(item, dict):
            run.names = {**outer, "item": item, **item}
        else:
            run.names = {**outer, "item": item}
        if condition.node(run) is True:
            kept.append(item)
    run.names = outer
    return kept
