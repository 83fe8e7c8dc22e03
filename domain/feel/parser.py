"""From text to a compiled expression: `lark` (LALR) reads it, and each rule becomes a closure."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from lark import Lark
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, VisitError

from domain.feel.compiler import Compiler, Part, TooDeep
from domain.feel.run import Node

MAX_LENGTH = 20_000
"""Longest expression, in characters."""


class FeelError(ValueError):
    """The text is not a FEEL expression. `line` and `column` count from 1; `message` is a sentence."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(f"line {line}, column {column}: {message}")
        self.line = line
        self.column = column
        self.message = message


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression: its text, the names that it reads from its context, and its compiled form.

    `row_names` are read inside filters: from the rows filtered, or from the context where no row gives them.
    """

    text: str
    names: frozenset[str]
    row_names: frozenset[str]
    compiled: Node = field(repr=False, compare=False)


@lru_cache(maxsize=1)
def _lark() -> Lark:
    grammar = files("domain.feel").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False)


@lru_cache(maxsize=10_000)
def parse(text: str) -> Expression:
    """The expression that the text states. Raises FeelError, which names the place."""
    if len(text) > MAX_LENGTH:
        raise FeelError(1, 1, f"an expression has at most {MAX_LENGTH} characters; this one has {len(text)}")
    try:
        part: Any = Compiler().transform(_lark().parse(text))
    except UnexpectedInput as error:
        raise _explained(text, error) from None
    except VisitError as error:
        if isinstance(error.orig_exc, TooDeep):
            place = error.orig_exc
            raise FeelError(place.line, place.column, "the expression is nested too deeply") from None
        raise
    assert isinstance(part, Part)
    return Expression(text, part.names, part.row_names, part.node)


def _explained(text: str, error: UnexpectedInput) -> FeelError:
    line, column = max(getattr(error, "line", 1), 1), max(getattr(error, "column", 1), 1)
    if isinstance(error, UnexpectedCharacters):
        return FeelError(line, column, f"`{text[error.pos_in_stream or 0]}` is not expected here")
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        return FeelError(line, column, f"`{error.token}` is not expected here")
    assert isinstance(error, UnexpectedToken | UnexpectedEOF)
    lines = text.split("\n")
    return FeelError(len(lines), len(lines[-1]) + 1, "the expression ends too early")
