"""From a pattern's tree to a program that `search` can run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from domain.feel.patterns.characters import Test
from domain.feel.patterns.errors import PatternError
from domain.feel.patterns.syntax import Anchor, Back, Choice, Group, One, Reader, Repeat, Sequence, Tree

MAX_INSTRUCTIONS = 20_000
"""Longest program."""

FLAGS = frozenset("smixq")
"""Letters that may be given with a pattern (5.6.2)."""


@dataclass(frozen=True, slots=True)
class Program:
    """Instructions (name, first, second); `slots` counts places for the ends of groups and marks.

    `one` tests a character; `split` goes on at the first and, should that fail, at the second; `jump` goes on
    elsewhere; `save` keeps the place; `moved` goes on at the second where nothing was read since a place was kept;
    `anchor`, `back` and `match` speak for themselves. `refers` says whether the pattern refers back to its groups.
    """

    instructions: tuple[tuple[str, Any, int], ...]
    groups: int
    slots: int
    refers: bool
    ignoring_case: bool
    by_line: bool


@lru_cache(maxsize=1_000)
def compiled(pattern: str, flags: str) -> Program:
    """The pattern's program. Raises PatternError."""
    if not FLAGS.issuperset(flags):
        raise PatternError(f"the flags of a pattern are s, m, i, x and q, not `{flags}`")
    reader = Reader(pattern, flags)
    tree = reader.read()
    writer = _Writer(2 + 2 * reader.groups)
    writer.write(tree)
    writer.add("match")
    return Program(
        tuple(writer.instructions), reader.groups, writer.slots, reader.refers, reader.ignoring_case, "m" in flags
    )


class _Writer:
    def __init__(self, slots: int) -> None:
        self.instructions: list[tuple[str, Any, int]] = []
        self.slots = slots

    def add(self, name: str, first: Test | int | str = 0, second: int = 0) -> int:
        if len(self.instructions) >= MAX_INSTRUCTIONS:
            raise PatternError("the pattern repeats too much")
        self.instructions.append((name, first, second))
        return len(self.instructions) - 1

    @property
    def here(self) -> int:
        return len(self.instructions)

    def write(self, tree: Tree) -> None:
        if isinstance(tree, One):
            self.add("one", tree.test)
        elif isinstance(tree, Anchor):
            self.add("anchor", tree.sign)
        elif isinstance(tree, Back):
            self.add("back", tree.group)
        elif isinstance(tree, Group):
            self.group(tree)
        elif isinstance(tree, Sequence):
            for part in tree.parts:
                self.write(part)
        elif isinstance(tree, Choice):
            self.choice(tree)
        else:
            self.repeat(tree)

    def group(self, tree: Group) -> None:
        if tree.number is None:
            self.write(tree.inner)
            return
        self.add("save", 2 * tree.number)
        self.write(tree.inner)
        self.add("save", 2 * tree.number + 1)

    def choice(self, tree: Choice) -> None:
        ends = []
        for branch in tree.branches[:-1]:
            split = self.add("split")
            self.write(branch)
            ends.append(self.add("jump"))
            self.instructions[split] = ("split", split + 1, self.here)
        self.write(tree.branches[-1])
        for end in ends:
            self.instructions[end] = ("jump", self.here, 0)

    def repeat(self, tree: Repeat) -> None:
        for _ in range(tree.least):
            self.write(tree.inner)
        if tree.most is None:
            self.endless(tree)
            return
        splits = []
        for _ in range(tree.most - tree.least):
            splits.append(self.add("split"))
            self.write(tree.inner)
        for split in splits:
            self.split(split, tree.lazy)

    def endless(self, tree: Repeat) -> None:
        split, mark = self.add("split"), self.slots
        self.slots += 1
        self.add("save", mark)
        self.write(tree.inner)
        moved = self.add("moved")
        self.add("jump", split)
        self.instructions[moved] = ("moved", mark, self.here)
        self.split(split, tree.lazy)

    def split(self, split: int, lazy: bool) -> None:
        inside, after = split + 1, self.here
        self.instructions[split] = ("split", after, inside) if lazy else ("split", inside, after)
