"""From text to a compiled expression: `lark` (LALR) reads the tokens, and each rule becomes a closure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from lark import Lark
from lark.exceptions import UnexpectedToken, VisitError

from domain.feel.builtins import BUILTINS
from domain.feel.compiler import Compiler, Part
from domain.feel.errors import FeelError
from domain.feel.lexer import Tokens, tokens
from domain.feel.names import KnownNames, is_plain, normal
from domain.feel.run import Node

_FUNCTIONS = KnownNames(BUILTINS)

MAX_LENGTH = 20_000
"""Longest expression, in characters."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression: its text, the names that it reads from its context, and its compiled form with what that
    takes of Python's stack.

    `row_names` are read inside filters: from the rows filtered, or from the context where no row gives them.
    """

    text: str
    names: frozenset[str]
    row_names: frozenset[str]
    compiled: Node = field(repr=False, compare=False)
    depth: int = field(repr=False, compare=False)


@lru_cache(maxsize=1)
def _lark() -> Lark:
    grammar = files("domain.feel").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", lexer=Tokens, propagate_positions=True, maybe_placeholders=False)


def parse(text: str, names: Iterable[str] = ()) -> Expression:
    """The expression that the text states. Raises FeelError, which names the place.

    `names` are those known of its context, at any depth: where they hold spaces or signs, the text cannot be read
    without them (10.3.1.4). Names of one word need not be given.
    """
    return _parsed(text, frozenset(normal(name) for name in names if not is_plain(name)))


@lru_cache(maxsize=10_000)
def _parsed(text: str, names: frozenset[str]) -> Expression:
    if len(text) > MAX_LENGTH:
        raise FeelError(1, 1, f"an expression has at most {MAX_LENGTH} characters; this one has {len(text)}")
    made: Any = tokens(text, names, _FUNCTIONS)
    try:
        part: Any = Compiler().transform(_lark().parse(made))
    except UnexpectedToken as error:
        raise _explained(text, error) from None
    except VisitError as error:
        raise error.orig_exc from None
    assert isinstance(part, Part)
    return Expression(text, part.names, part.row_names, part.node, part.depth)


def _explained(text: str, error: UnexpectedToken) -> FeelError:
    token = error.token
    if token.type != "$END":
        return FeelError(token.line or 1, token.column or 1, f"`{token}` is not expected here")
    lines = text.split("\n")
    return FeelError(len(lines), len(lines[-1]) + 1, "the expression ends too early")
