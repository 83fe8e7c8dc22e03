"""What compiling gives: closures, with what must be known about them before they run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.feel.errors import FeelError
from domain.feel.run import MAX_DEPTH, Node
from domain.feel.types import ANY, Type

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A compiled part: its closure, the free names it reads, how many frames of Python's stack it takes at most.

    `row_names` are read inside filters, where the rows filtered may give them; else the context must. `called` is the
    name where the part is nothing but a name.
    """

    node: Node
    names: frozenset[str]
    depth: int
    row_names: frozenset[str] = frozenset()
    called: str | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """A name bound to each item of a list, or of numbers or dates from one to another."""

    name: str
    items: Part
    until: Part | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A named argument or a context's entry: a name with its part."""

    name: str
    part: Part
    place: Place


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function, and its type."""

    name: str
    type: Type = ANY


def made(place: Place, node: Node, *parts: Part, names: frozenset[str] = frozenset(), frames: int = 1) -> Part:
    """A part over others. `frames` is what it adds to Python's stack. Raises FeelError where that is too deep."""
    depth = frames + max((part.depth for part in parts), default=0)
    if depth > MAX_DEPTH:
        raise FeelError(*place, "the expression is nested too deeply")
    row_names = frozenset().union(*(part.row_names for part in parts))
    return Part(node, names.union(*(part.names for part in parts)), depth, row_names)


def constant(value: Any) -> Part:
    """A part that is always the same value."""
    return Part(lambda _: value, frozenset(), 1)


def at(meta: Any) -> Place:
    """Line and column of a rule's first token."""
    return getattr(meta, "line", 1), getattr(meta, "column", 1)
