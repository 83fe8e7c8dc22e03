"""The syntax tree of a formula, for checks that look at how it is written.

Rules are named as in `domain/feel/grammar.lark`; what a check does not know it leaves alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lark import Token, Tree

from domain.feel.parser import _lark

Syntax = Tree[Token]

BINDERS = ("iteration", "binding", "entry", "parameter")
"""Rules whose first token gives a name to something inside the formula."""

CALLS = ("call", "call_named")
"""Rules whose first part is the function called."""


def syntax_of(text: str) -> Syntax:
    """The tree of a formula that the reader has accepted."""
    found: Syntax = _lark().parse(text)
    return found


def written(text: str, tree: Syntax) -> str:
    """The part of the text that a tree stands for."""
    return text[tree.meta.start_pos : tree.meta.end_pos]


def below(tree: Syntax) -> list[Syntax]:
    """A tree's parts that are trees themselves."""
    return [child for child in tree.children if isinstance(child, Tree)]


def names_in(tree: Syntax) -> set[str]:
    """All names that are read anywhere in a tree, whoever gives them; not those of the functions called."""
    if tree.data == "name":
        return {str(tree.children[0])}
    parts = below(tree)[1:] if tree.data in CALLS else below(tree)
    return set().union(*(names_in(part) for part in parts))


def bound_in(tree: Syntax) -> set[str]:
    """All names that the formula itself gives: of loops and of contexts."""
    return {str(part.children[0]).strip('"') for rule in BINDERS for part in tree.find_data(rule)}


def figures_in(tree: Syntax) -> set[Decimal]:
    """All figures written in a tree, also taken as negative."""
    found = {Decimal(str(part.children[0])) for part in tree.find_data("number")}
    return found | {-figure for figure in found}


def called(tree: Syntax) -> str:
    """The name of the function that a call calls."""
    callee = tree.children[0]
    return str(callee.children[0]) if isinstance(callee, Tree) else str(callee)


def arguments(tree: Syntax) -> Iterator[Syntax]:
    """The arguments of a call; the items of a list that is one, since `sum([a, b])` is `sum(a, b)`."""
    for argument in below(tree)[1:]:
        parts = argument if argument.data != "named" else below(argument)[0]
        yield from below(parts) if parts.data == "list" else [parts]
