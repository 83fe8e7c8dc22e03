"""Reading a pattern into a tree."""

from __future__ import annotations

from dataclasses import dataclass

from domain.feel.patterns.characters import (
    SHORTHANDS,
    Test,
    any_of,
    between,
    negated,
    property_named,
    single,
    without,
)
from domain.feel.patterns.errors import PatternError

MAX_GROUPS_DEEP = 50
"""Deepest nesting of groups and classes."""
MAX_COUNT = 1_000
"""Greatest count in a quantifier."""

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"} | {sign: sign for sign in "\\|.?*+(){}-[]^$"}
_SPECIAL = "\\|.?*+(){}[]^$"


@dataclass(frozen=True, slots=True)
class One:
    """One character of a class."""

    test: Test


@dataclass(frozen=True, slots=True)
class Anchor:
    """`^` or `$`."""

    sign: str


@dataclass(frozen=True, slots=True)
class Back:
    """The text of an earlier group again."""

    group: int


@dataclass(frozen=True, slots=True)
class Group:
    """A group; `number` is None where it captures nothing."""

    inner: Tree
    number: int | None


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after another."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several, the first that fits."""

    branches: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """From `least` to `most` times (None: without bound), as often as possible, or as seldom where `lazy`."""

    inner: Tree
    least: int
    most: int | None
    lazy: bool


Tree = One | Anchor | Back | Group | Sequence | Choice | Repeat


class Reader:
    """Reads one pattern. `groups` counts its capturing groups; `refers` says whether it refers back to any."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.flags = flags
        self.ignoring_case = "i" in flags
        self.position = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.refers = False
        self.depth = 0
        self.in_class = False

    def read(self) -> Tree:
        """The whole pattern. Raises PatternError."""
        if "q" in self.flags:
            return Sequence(tuple(One(single(character, self.ignoring_case)) for character in self.pattern))
        tree = self.choice()
        if self.peek():
            raise PatternError(f"`{self.peek()}` is not expected in the pattern")
        return tree

    def peek(self) -> str:
        # Under the flag x, white space in the pattern is only there to be read (5.6.2).
        while (
            "x" in self.flags and not self.in_class and self.pattern[self.position : self.position + 1] in (*" \t\n\r",)
        ):
            self.position += 1
        return self.pattern[self.position : self.position + 1]

    def take(self) -> str:
        character = self.peek()
        if not character:
            raise PatternError("the pattern ends too early")
        self.position += 1
        return character

    def taken(self, sign: str) -> bool:
        if self.peek() != sign:
            return False
        self.position += 1
        return True

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_GROUPS_DEEP:
            raise PatternError(f"groups are nested at most {MAX_GROUPS_DEEP} deep")

    def choice(self) -> Tree:
        branches = [self.sequence()]
        while self.taken("|"):
            branches.append(self.sequence())
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def sequence(self) -> Tree:
        parts: list[Tree] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.quantified(self.atom()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def quantified(self, atom: Tree) -> Tree:
        sign = self.peek()
        if sign not in ("?", "*", "+", "{"):
            return atom
        self.position += 1
        counts = {"?": (0, 1), "*": (0, None), "+": (1, None)}
        least, most = self.counts() if sign == "{" else counts[sign]
        return Repeat(atom, least, most, self.taken("?"))

    def counts(self) -> tuple[int, int | None]:
        least = most = self.count()
        if self.taken(","):
            most = None if self.peek() == "}" else self.count()
        if not self.taken("}") or least is None or (most is not None and most < least):
            raise PatternError("a count such as {2,3} is expected in the pattern")
        return least, most

    def count(self) -> int | None:
        digits = ""
        while self.peek().isascii() and self.peek().isdigit():
            digits += self.take()
        if len(digits) > 4 or int(digits or 0) > MAX_COUNT:
            raise PatternError(f"a count in a pattern is at most {MAX_COUNT}")
        return int(digits) if digits else None

    def atom(self) -> Tree:
        character = self.take()
        if character == "(":
            return self.group()
        if character == "[":
            return One(self.character_class())
        if character == ".":
            return One((lambda _: True) if "s" in self.flags else (lambda one: one not in "\n\r"))
        if character in "^$":
            return Anchor(character)
        if character == "\\":
            return self.escaped()
        if character in _SPECIAL:
            raise PatternError(f"`{character}` is not expected in the pattern")
        return One(single(character, self.ignoring_case))

    def group(self) -> Tree:
        self.deeper()
        number = None
        if self.taken("?"):
            if not self.taken(":"):
                raise PatternError("only (?:...) may follow (? in the pattern")
        else:
            self.groups += 1
            number = self.groups
        inner = self.choice()
        if not self.taken(")"):
            raise PatternError("a group is not closed in the pattern")
        if number is not None:
            self.closed.add(number)
        self.depth -= 1
        return Group(inner, number)

    def escaped(self) -> Tree:
        following = self.peek()
        if not following.isascii() or not following.isdigit():
            return One(self.escape())
        digits = self.take()
        # As many digits as there are groups so numbered (5.6.1).
        while self.peek().isascii() and self.peek().isdigit() and int(digits + self.peek()) in self.closed:
            digits += self.take()
        if int(digits) not in self.closed:
            raise PatternError(f"there is no group {digits} before \\{digits} in the pattern")
        self.refers = True
        return Back(int(digits))

    def escape(self) -> Test:
        character = self.take()
        if character in _ESCAPES:
            return single(_ESCAPES[character], self.ignoring_case)
        if character in SHORTHANDS:
            return SHORTHANDS[character]
        if character in "pP":
            return self.property(character == "P")
        raise PatternError(f"there is no escape \\{character} in patterns")

    def property(self, negative: bool) -> Test:
        name = ""
        if not self.taken("{"):
            raise PatternError("a name in braces is expected after \\p")
        while not self.taken("}"):
            name += self.take()
        test = property_named(name)
        return negated(test) if negative else test

    def character_class(self) -> Test:
        self.deeper()
        outer, self.in_class = self.in_class, True
        negative = self.taken("^")
        tests: list[Test] = []
        excluded = None
        while not self.taken("]"):
            if excluded is not None:
                raise PatternError("a class ends after what is taken from it")
            if tests and self.pattern.startswith("-[", self.position):
                self.position += 2
                excluded = self.character_class()
            else:
                tests.append(self.member(not tests))
        if not tests:
            raise PatternError("a class in the pattern is empty")
        self.in_class = outer
        self.depth -= 1
        found = negated(any_of(tests)) if negative else any_of(tests)
        return found if excluded is None else without(found, excluded)

    def member(self, first: bool) -> Test:
        if not first and self.peek() == "-" and self.pattern[self.position + 1 : self.position + 2] != "]":
            raise PatternError("a hyphen stands first or last in a class")
        low = self.single_character()
        if low is None:
            return self.escape()
        if self.peek() != "-" or self.pattern[self.position + 1 : self.position + 2] in ("]", "["):
            return single(low, self.ignoring_case)
        self.position += 1
        high = self.single_character()
        if high is None or high < low:
            raise PatternError("a range of characters in the pattern has no such ends")
        return between(low, high, self.ignoring_case)

    def single_character(self) -> str | None:
        """One character of a class as written; None before an escape that stands for several."""
        character = self.take()
        if character == "[":
            raise PatternError("`[` is not expected in a class")
        if character != "\\":
            return character
        if self.peek() in _ESCAPES:
            return _ESCAPES[self.take()]
        return None
