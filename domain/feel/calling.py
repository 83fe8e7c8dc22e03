"""Calling functions, the standard's and the author's own (DMN 1.5, 10.3.2.13.4 and 10.3.2.13.5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.feel.conformance import coerced
from domain.feel.run import Exhausted, Run
from domain.feel.values import Builtin, Function, Value, kind

FRAMES_OF_A_CALL = 3
"""What calling a function of the author's takes of Python's stack before its body."""
FRAMES_OF_A_CALLBACK = 5
"""What a built-in function takes of it before it calls another."""


class Failure(Exception):
    """The function gives null for these arguments; the message says why."""


def called(run: Run, function: Value, positional: Sequence[Value], named: dict[str, Value] | None = None) -> Value:
    """The function's value for the arguments, by position or by name. Raises Failure where the standard says null."""
    run.spend(1)
    if isinstance(function, Builtin):
        return _of_standard(run, function, positional, named)
    if isinstance(function, Function):
        return _of_author(run, function, positional, named)
    raise Failure(f"{kind(function)} is not a function")


def _of_standard(run: Run, function: Builtin, positional: Sequence[Any], named: dict[str, Any] | None) -> Any:
    arguments = _bound(function, positional, named or {})
    for argument in arguments:
        if isinstance(argument, list):
            run.spend(len(argument))
        elif isinstance(argument, str):
            run.spend(len(argument) // 100)
    if function.observes:
        # It may call a function of the author's, from this far down Python's stack.
        run.depth_left -= FRAMES_OF_A_CALLBACK
        try:
            result = function.function(run, *arguments)
        finally:
            run.depth_left += FRAMES_OF_A_CALLBACK
    else:
        result = function.function(*arguments)
    if isinstance(result, list):
        run.spend(len(result))
    elif isinstance(result, str):
        run.text(len(result))
    return result


def _bound(function: Builtin, positional: Sequence[Any], named: dict[str, Any]) -> Sequence[Any]:
    if not named:
        if function.variadic and positional:
            return [positional[0] if len(positional) == 1 and isinstance(positional[0], list) else list(positional)]
        if any(required <= len(positional) <= len(names) for names, required in function.signatures):
            return positional
        least = min(required for _, required in function.signatures)
        most = max(len(names) for names, _ in function.signatures)
        raise Failure(f"takes {least} to {most} arguments, not {len(positional)}")
    # Where two ways to call it have the same names in another order, the order written decides.
    for names, required in sorted(function.signatures, key=lambda signature: signature[0] != tuple(named)):
        if named.keys() <= set(names) and named.keys() >= set(names[:required]):
            given = [named.get(name) for name in names]
            while names[len(given) - 1] not in named:
                given.pop()
            return [_many(given[0])] if function.variadic else given
    unknown = named.keys() - {name for names, _ in function.signatures for name in names}
    if unknown:
        raise Failure(f"no parameter is called {', '.join(sorted(unknown))}")
    names, required = function.signatures[0]
    missing = [name for name in names[:required] if name not in named]
    raise Failure(f"{', '.join(missing)} is missing" if missing else f"{', '.join(named)} do not go together")


def _many(value: Any) -> list[Any]:
    if value is None:
        raise Failure("expected a list, found null")
    return value if isinstance(value, list) else [value]


def _of_author(run: Run, function: Function, positional: Sequence[Any], named: dict[str, Any] | None) -> Any:
    if named:
        if named.keys() != set(function.parameters):
            raise Failure(f"the parameters are {', '.join(function.parameters)}")
        positional = [named[name] for name in function.parameters]
    elif len(positional) != len(function.parameters):
        raise Failure(f"takes {len(function.parameters)} arguments, not {len(positional)}")
    scope = dict(function.names)
    for name, wanted, value in zip(function.parameters, function.types, positional, strict=True):
        scope[name], fits = coerced(value, wanted, run.spend)
        if not fits:
            raise Failure(f"the argument {name} is not a {wanted.name}")
    outer, run.names = run.names, scope
    run.depth_left -= function.depth
    if run.depth_left < 0:
        raise Exhausted("gave up: functions are nested too deeply")
    result = function.body(run)
    run.depth_left += function.depth
    run.names = outer
    return result
