"""String and boolean functions (DMN 1.5, 10.3.4.2 and 10.3.4.3)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from domain.feel.builtins.function import Builtin, BuiltinFailure, items, text, whole


def _not(value: Any) -> bool | None:
    return (not value) if isinstance(value, bool) else None


def _substring(string: Any, start: Any, length: Any = None) -> str:
    given = text(string)
    place = whole(start, -len(given), len(given), "the start position")
    if place == 0:
        raise BuiltinFailure("positions count from 1, or from -1 at the end")
    first = place - 1 if place > 0 else len(given) + place
    if length is None:
        return given[first:]
    return given[first : first + whole(length, 0, 1_000_000, "the length")]


def _string(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise BuiltinFailure("only numbers, strings and booleans become a string")


def _string_join(values: Any, delimiter: Any = "") -> str:
    return text(delimiter).join(text(value) for value in items(values) if value is not None)


def _split(string: Any, delimiter: Any) -> list[str]:
    """Splits at a plain delimiter; patterns are not understood."""
    if not text(delimiter):
        raise BuiltinFailure("the delimiter is empty")
    return text(string).split(delimiter)


STRINGS: dict[str, Builtin] = {
    "not": Builtin(_not, ("negand",), 1),
    "substring": Builtin(_substring, ("string", "start position", "length"), 2),
    "string length": Builtin(lambda string: Decimal(len(text(string))), ("string",), 1),
    "upper case": Builtin(lambda string: text(string).upper(), ("string",), 1),
    "lower case": Builtin(lambda string: text(string).lower(), ("string",), 1),
    "contains": Builtin(lambda string, match: text(match) in text(string), ("string", "match"), 2),
    "starts with": Builtin(lambda string, match: text(string).startswith(text(match)), ("string", "match"), 2),
    "ends with": Builtin(lambda string, match: text(string).endswith(text(match)), ("string", "match"), 2),
    "string": Builtin(_string, ("from",), 1),
    "string join": Builtin(_string_join, ("list", "delimiter"), 1),
    "split": Builtin(_split, ("string", "delimiter"), 2),
}
