"""Classes of characters in a pattern: `\\d`, `\\p{Lu}`, `[a-z-[aeiou]]` (XML Schema part 2, G.4)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files

from domain.feel.patterns.errors import PatternError

Test = Callable[[str], bool]
"""Whether one character is of a class."""

_CATEGORIES = frozenset(
    [
        "L",
        "Lu",
        "Ll",
        "Lt",
        "Lm",
        "Lo",
        "M",
        "Mn",
        "Mc",
        "Me",
        "N",
        "Nd",
        "Nl",
        "No",
        "P",
        "Pc",
        "Pd",
        "Ps",
        "Pe",
        "Pi",
        "Pf",
        "Po",
        "Z",
        "Zs",
        "Zl",
        "Zp",
        "S",
        "Sm",
        "Sc",
        "Sk",
        "So",
        "C",
        "Cc",
        "Cf",
        "Co",
        "Cn",
    ]
)


@lru_cache(maxsize=1)
def _blocks() -> dict[str, tuple[int, int]]:
    lines = files("domain.feel.patterns").joinpath("blocks.txt").read_text("utf-8").splitlines()[1:]
    return {name: (int(low, 16), int(high, 16)) for low, high, name in map(str.split, lines)}


def negated(test: Test) -> Test:
    """The class of all other characters."""
    return lambda character: not test(character)


def any_of(tests: list[Test]) -> Test:
    """The class of characters that are in one of these."""
    return lambda character: any(test(character) for test in tests)


def without(test: Test, excluded: Test) -> Test:
    """The first class less the second."""
    return lambda character: test(character) and not excluded(character)


def between(low: str, high: str, ignoring_case: bool) -> Test:
    """The class of characters from one to another."""
    if not ignoring_case:
        return lambda character: low <= character <= high
    return lambda character: any(low <= variant <= high for variant in variants(character))


def single(wanted: str, ignoring_case: bool) -> Test:
    """The class of one character."""
    if not ignoring_case:
        return lambda character: character == wanted
    folded = wanted.casefold()
    return lambda character: character.casefold() == folded


def variants(character: str) -> set[str]:
    """The character with its other cases."""
    return {character, character.lower(), character.upper(), character.casefold()}


def _space(character: str) -> bool:
    return character in " \t\n\r"


def _digit(character: str) -> bool:
    return unicodedata.category(character) == "Nd"


def _word(character: str) -> bool:
    return unicodedata.category(character)[0] not in "PZC"


def _initial(character: str) -> bool:
    return character in "_:" or unicodedata.category(character) in ("Lu", "Ll", "Lo", "Lt", "Nl")


def _name(character: str) -> bool:
    return character in "_:-.\u00b7" or unicodedata.category(character)[0] in "LM" or _digit(character)


SHORTHANDS: dict[str, Test] = {
    "s": _space,
    "S": negated(_space),
    "d": _digit,
    "D": negated(_digit),
    "w": _word,
    "W": negated(_word),
    "i": _initial,
    "I": negated(_initial),
    "c": _name,
    "C": negated(_name),
}
"""What a letter after a backslash stands for."""


def property_named(name: str) -> Test:
    """The class of a property such as `Lu` or `IsCyrillic`. Raises PatternError where there is none such."""
    if name in _CATEGORIES:
        return lambda character: unicodedata.category(character).startswith(name)
    block = _blocks().get(name[2:]) if name.startswith("Is") else None
    if block is None:
        raise PatternError(f"there is no class of characters {name}")
    low, high = block
    return lambda character: low <= ord(character) <= high
