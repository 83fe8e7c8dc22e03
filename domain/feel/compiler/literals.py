"""Literals, names, lists and contexts (DMN 1.5, 10.3.1.2, rules 33 to 38 and 55 to 62)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lark import Token, v_args
from lark.visitors import Transformer_NonRecursive

from domain.feel.builtins import BUILTINS
from domain.feel.compiler.part import Named, Part, at, constant, made
from domain.feel.errors import FeelError
from domain.feel.quoting import unquoted
from domain.feel.run import Run
from domain.feel.written import read_temporal
from domain.rounding import DECIMAL128


@v_args(meta=True)
class Literals(Transformer_NonRecursive[Token, Part]):
    """What stands for itself."""

    def number(self, meta: Any, children: Sequence[Token]) -> Part:
        value = DECIMAL128.create_decimal(str(children[0]))
        return constant(value)

    def string(self, meta: Any, children: Sequence[Token]) -> Part:
        return constant(unquoted(children[0]))

    def at_literal(self, meta: Any, children: Sequence[Token]) -> Part:
        try:
            return constant(read_temporal(unquoted(children[0][1:])))
        except ValueError as error:
            raise FeelError(*at(meta), str(error)) from None

    def true(self, meta: Any, children: Sequence[Any]) -> Part:
        return constant(True)

    def false(self, meta: Any, children: Sequence[Any]) -> Part:
        return constant(False)

    def null(self, meta: Any, children: Sequence[Any]) -> Part:
        return constant(None)

    def name(self, meta: Any, children: Sequence[Token]) -> Part:
        name, place = str(children[0]), at(meta)

        def read(run: Run) -> Any:
            try:
                return run.names[name]
            except KeyError:
                return BUILTINS[name] if name in BUILTINS else run.null(place, f"`{name}` is not known")

        return replace(made(place, read, names=frozenset([name])), called=name)

    def parenthesized(self, meta: Any, children: Sequence[Part]) -> Part:
        return children[0]

    def list(self, meta: Any, children: Sequence[Part]) -> Part:
        nodes = [part.node for part in children]
        return made(at(meta), lambda run: [node(run) for node in nodes], *children, frames=2)

    def entry(self, meta: Any, children: Sequence[Any]) -> Named:
        token = children[0]
        return Named(unquoted(token) if token.type == "STRING" else str(token), children[1], at(meta))

    def context(self, meta: Any, children: Sequence[Named]) -> Part:
        entries = [(child.name, child.part.node) for child in children]

        def build(run: Run) -> dict[str, Any]:
            outer, found = run.names, {}
            # One scope for all entries, so that a function among them knows those after it, and itself.
            run.names = scope = dict(outer)
            for name, node in entries:
                found[name] = scope[name] = node(run)
            run.names = outer
            return found

        own: set[str] = set()
        free: set[str] = set()
        for child in children:
            if child.name in own:
                raise FeelError(*child.place, f"`{child.name}` is in the context already")
            free |= child.part.names - own
            own.add(child.name)
        whole = made(at(meta), build, *(child.part for child in children))
        return replace(whole, names=frozenset(free), row_names=whole.row_names - own)
