"""Three-valued logic and `if` (DMN 1.5, 10.3.2.10, 10.3.2.15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lark import Token, v_args
from lark.visitors import Transformer_NonRecursive

from domain.feel.compiler.part import Part, at, made
from domain.feel.run import Run


@v_args(meta=True)
class Logic(Transformer_NonRecursive[Token, Part]):
    """What is decided by true, false or neither."""

    def and_(self, meta: Any, children: Sequence[Part]) -> Part:
        return _logic(meta, children, False)

    def or_(self, meta: Any, children: Sequence[Part]) -> Part:
        return _logic(meta, children, True)

    def if_then_else(self, meta: Any, children: Sequence[Part]) -> Part:
        condition, yes, no = (part.node for part in children)
        return made(at(meta), lambda run: yes(run) if condition(run) is True else no(run), *children)


def _logic(meta: Any, children: Sequence[Part], decisive: bool) -> Part:
    """The decisive value decides whatever the other is; else null unless both are boolean."""
    left, right = children[0].node, children[1].node

    def node(run: Run) -> Any:
        a = left(run)
        if a is decisive:
            return decisive
        b = right(run)
        if b is decisive:
            return decisive
        return (not decisive) if isinstance(a, bool) and isinstance(b, bool) else None

    return made(at(meta), node, *children)
