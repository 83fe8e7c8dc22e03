"""Functions: defining and calling them (DMN 1.5, 10.3.2.13.4 to 10.3.2.13.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lark import Token, v_args
from lark.visitors import Transformer_NonRecursive

from domain.feel.builtins import BUILTINS
from domain.feel.calling import FRAMES_OF_A_CALL, Failure, called
from domain.feel.compiler.comparison import stated_type
from domain.feel.compiler.part import Named, Parameter, Part, at, made
from domain.feel.errors import FeelError
from domain.feel.run import Node, Run
from domain.feel.values import Builtin, Function


@v_args(meta=True)
class Invocation(Transformer_NonRecursive[Token, Part]):
    """What is called."""

    def parameter(self, meta: Any, children: Sequence[Token]) -> Parameter:
        name = str(children[0])
        return Parameter(name, stated_type(meta, str(children[1]))) if len(children) > 1 else Parameter(name)

    def function(self, meta: Any, children: Sequence[Any]) -> Part:
        *parameters, body = children
        names = tuple(parameter.name for parameter in parameters)
        types = tuple(parameter.type for parameter in parameters)
        if len(set(names)) < len(names):
            raise FeelError(*at(meta), "two parameters have one name")
        depth = body.depth + FRAMES_OF_A_CALL
        whole = made(at(meta), lambda run: Function(names, types, body.node, run.names, depth), body)
        return replace(whole, names=body.names - set(names), row_names=whole.row_names - set(names))

    def named(self, meta: Any, children: Sequence[Any]) -> Named:
        return Named(str(children[0]), children[1], at(meta))

    def call(self, meta: Any, children: Sequence[Any]) -> Part:
        callee, *arguments = children
        return _call(meta, callee, arguments, {})

    def call_named(self, meta: Any, children: Sequence[Any]) -> Part:
        callee, *arguments = children
        named = {argument.name: argument.part for argument in arguments}
        if len(named) < len(arguments):
            raise FeelError(*at(meta), "two arguments have one name")
        return _call(meta, callee, (), named)


def _call(meta: Any, callee: Part, positional: Sequence[Part], named: dict[str, Part]) -> Part:
    place = at(meta)
    nodes = [part.node for part in positional]
    keywords = [(key, part.node) for key, part in named.items()]
    target = _target(callee)
    shown = callee.called or "this"

    def node(run: Run) -> Any:
        function = target(run)
        if function is None:
            return run.null(place, f"there is no function `{shown}`")
        arguments = [argument(run) for argument in nodes]
        named_arguments = {key: value(run) for key, value in keywords} if keywords else None
        try:
            return called(run, function, arguments, named_arguments)
        except Failure as failure:
            return run.null(place, f"{shown}: {failure}")

    parts = (*positional, *named.values())
    if callee.called in BUILTINS:
        return made(place, node, *parts, frames=2)
    return made(place, node, callee, *parts, frames=2)


def _target(callee: Part) -> Node:
    """What is called. A figure may have the name of a built-in function, such as `count`, and both are of use."""
    name = callee.called
    if name is None:
        return callee.node
    if name not in BUILTINS:
        return lambda run: run.names.get(name)
    builtin = BUILTINS[name]

    def target(run: Run) -> Any:
        value = run.names.get(name, builtin)
        return value if isinstance(value, Function | Builtin) else builtin

    return target
