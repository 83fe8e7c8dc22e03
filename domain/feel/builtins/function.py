"""What built-in functions ask of their arguments."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from domain.feel.calling import Failure
from domain.feel.values import Builtin, kind


def builtin(name: str, function: Callable[..., Any], *signatures: str, **properties: bool) -> Builtin:
    """A built-in function with its signatures, such as `n, scale?`: a question mark says that one may be left out."""
    read = []
    for signature in signatures:
        names = [parameter.strip() for parameter in signature.split(",") if parameter.strip()]
        required = sum(not parameter.endswith("?") for parameter in names)
        read.append((tuple(parameter.rstrip("?") for parameter in names), required))
    return Builtin(name, function, tuple(read), **properties)


def by_name(*functions: Builtin) -> dict[str, Builtin]:
    """The functions by their names."""
    return {function.name: function for function in functions}


def number(value: Any, what: str = "a number") -> Decimal:
    """The value if it is a number; raises Failure otherwise."""
    value = _single(value)
    if not isinstance(value, Decimal):
        raise Failure(f"expected {what}, found {kind(value)}")
    return value


def whole(value: Any, low: int, high: int, what: str) -> int:
    """The value, without what stands behind its point, between bounds; raises Failure otherwise."""
    given = number(value, what)
    if not low <= given < high + 1 and not (low - 1 < given <= high):
        raise Failure(f"{what} must be a whole number from {low} to {high}")
    return int(given)


def text(value: Any) -> str:
    """The value if it is a string; raises Failure otherwise."""
    value = _single(value)
    if not isinstance(value, str):
        raise Failure(f"expected a string, found {kind(value)}")
    return value


def items(value: Any) -> list[Any]:
    """The value as a list: one that is not a list is a list of itself; null fails."""
    if value is None:
        raise Failure("expected a list, found null")
    return value if isinstance(value, list) else [value]


def context(value: Any) -> dict[str, Any]:
    """The value if it is a context; raises Failure otherwise."""
    if not isinstance(value, dict):
        raise Failure(f"expected a context, found {kind(value)}")
    return value


def numbers(values: list[Any]) -> list[Decimal]:
    """The values if all are numbers; raises Failure otherwise."""
    for value in values:
        if not isinstance(value, Decimal):
            raise Failure(f"expected numbers only, found {kind(value)}")
    return values


def _single(value: Any) -> Any:
    """The item of a list of one, which stands for it where no list is expected (10.3.2.9.4)."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def function(value: Any) -> Any:
    """The value if it is a function; raises Failure otherwise."""
    if kind(value) != "function":
        raise Failure(f"expected a function, found {kind(value)}")
    return value
