"""What a built-in function is: parameters by name, and a Python function over FEEL values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


class BuiltinFailure(Exception):
    """The function gives null for these arguments; the message says why."""


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function with its parameter names, the first `required` of which must be given.

    With `variadic`, several arguments, or one that is a list, are taken as one list.
    """

    function: Callable[..., Any]
    parameters: tuple[str, ...]
    required: int
    variadic: bool = False

    def call(self, positional: Sequence[Any], named: dict[str, Any]) -> Any:
        """The function's value. Raises BuiltinFailure where the standard says null."""
        if self.variadic and not named:
            items = positional[0] if len(positional) == 1 and isinstance(positional[0], list) else list(positional)
            return self.function(items)
        if named:
            unknown = named.keys() - set(self.parameters)
            if unknown:
                raise BuiltinFailure(f"no parameter is called {', '.join(sorted(unknown))}")
            missing = [name for name in self.parameters[: self.required] if name not in named]
            if missing:
                raise BuiltinFailure(f"{', '.join(missing)} is missing")
            given = [named.get(name) for name in self.parameters]
            while given and self.parameters[len(given) - 1] not in named:
                given.pop()
            return self.function(*given)
        if not self.required <= len(positional) <= len(self.parameters):
            raise BuiltinFailure(f"takes {self.required} to {len(self.parameters)} arguments, not {len(positional)}")
        return self.function(*positional)


def number(value: Any, what: str = "a number") -> Decimal:
    """The value if it is a number; raises BuiltinFailure otherwise."""
    if not isinstance(value, Decimal):
        raise BuiltinFailure(f"expected {what}")
    return value


def whole(value: Any, low: int, high: int, what: str) -> int:
    """The value as a whole number between bounds; raises BuiltinFailure otherwise."""
    given = number(value, what)
    if given % 1 or not low <= given <= high:
        raise BuiltinFailure(f"{what} must be a whole number from {low} to {high}")
    return int(given)


def text(value: Any) -> str:
    """The value if it is a string; raises BuiltinFailure otherwise."""
    if not isinstance(value, str):
        raise BuiltinFailure("expected a string")
    return value


def items(value: Any) -> list[Any]:
    """The value as a list: one that is not a list is a list of itself; null fails."""
    if value is None:
        raise BuiltinFailure("expected a list, found null")
    return value if isinstance(value, list) else [value]


def numbers(values: list[Any]) -> list[Decimal]:
    """The values if all are numbers; raises BuiltinFailure otherwise."""
    for value in values:
        number(value, "numbers only")
    return values
