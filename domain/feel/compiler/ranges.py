"""Ranges, and tests such as `> 5`, which are ranges too (DMN 1.5, 10.3.2.7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lark import Token, v_args
from lark.visitors import Transformer_NonRecursive

from domain.feel.compiler.part import Part, at, made
from domain.feel.intervals import interval, of_test
from domain.feel.run import Run


@v_args(meta=True)
class Ranges(Transformer_NonRecursive[Token, Part]):
    """What lies between two ends."""

    def range_closed(self, meta: Any, children: Sequence[Part]) -> Part:
        return _range(meta, children, True, True)

    def range_right_open(self, meta: Any, children: Sequence[Part]) -> Part:
        return _range(meta, children, True, False)

    def range_left_open(self, meta: Any, children: Sequence[Part]) -> Part:
        return _range(meta, children, False, True)

    def range_open(self, meta: Any, children: Sequence[Part]) -> Part:
        return _range(meta, children, False, False)

    def unary_test(self, meta: Any, children: Sequence[Any]) -> Part:
        """A test such as `< 5`, waiting for its value."""
        operator, part = str(children[0]), children[1]
        return made(at(meta), lambda run: of_test(operator, part.node(run)), part)


def _range(meta: Any, children: Sequence[Part], low_closed: bool, high_closed: bool) -> Part:
    low, high, place = children[0].node, children[1].node, at(meta)

    def node(run: Run) -> Any:
        start, end = low(run), high(run)
        found = interval(start, end, low_closed, high_closed)
        return run.null(place, "these two are not the ends of a range") if found is None else found

    return made(place, node, *children)
