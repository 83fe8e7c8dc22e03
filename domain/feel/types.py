"""Types of FEEL (DMN 1.5, 10.3.2.2), for `instance of` and for parameters of functions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.feel.run import MAX_NESTING

_NAMES = {
    "Any",
    "Null",
    "number",
    "string",
    "boolean",
    "date",
    "time",
    "date and time",
    "years and months duration",
    "days and time duration",
    "list",
    "context",
    "range",
    "function",
}
_ALIASES = {"dateTime": "date and time", "yearMonthDuration": "years and months duration"}
_ALIASES["dayTimeDuration"] = "days and time duration"
_TOKEN = re.compile(r"\s*(->|[<>,:]|[^<>,:\s-]+(?:\s+[^<>,:\s-]+)*)")


@dataclass(frozen=True, slots=True)
class Type:
    """A type: its name, the types of its items or parameters, the names of entries, and what a function gives.

    `parts` is None where only the name was written, so that every list, range, context or function is of the type.
    """

    name: str
    parts: tuple[Type, ...] | None = None
    entries: tuple[str, ...] = ()


ANY = Type("Any")
"""The type of every value that is not null."""


def read_type(text: str) -> Type:
    """The type that the text states. Raises ValueError with a sentence where there is none such."""
    tokens = [token for token in _TOKEN.findall(text) if token]
    tokens.append("")
    found = _read(tokens)
    if tokens != [""]:
        raise ValueError(f"`{tokens[0]}` is not expected in a type")
    return found


def _read(tokens: list[str], depth: int = 0) -> Type:
    if depth > MAX_NESTING:
        raise ValueError(f"a type is nested at most {MAX_NESTING} deep")
    written = re.sub(r"\s+", " ", tokens.pop(0)) if len(tokens) > 1 else ""
    name = _ALIASES.get(written, written)
    if name not in _NAMES:
        raise ValueError(f"there is no type `{written}`")
    if tokens[0] != "<" or name not in ("list", "range", "context", "function"):
        return Type(name)
    tokens.pop(0)
    parts: list[Type] = []
    entries: list[str] = []
    while tokens[0] != ">":
        if parts:
            _expect(tokens, ",")
        if name == "context":
            entries.append(re.sub(r"\s+", " ", tokens.pop(0)))
            _expect(tokens, ":")
        parts.append(_read(tokens, depth + 1))
    tokens.pop(0)
    if name == "function":
        _expect(tokens, "->")
        parts.append(_read(tokens, depth + 1))
    elif name != "context" and len(parts) != 1:
        raise ValueError(f"a {name} has items of one type")
    return Type(name, tuple(parts), tuple(entries))


def _expect(tokens: list[str], wanted: str) -> None:
    if tokens[0] != wanted:
        raise ValueError(f"expected `{wanted}` in the type")
    tokens.pop(0)
