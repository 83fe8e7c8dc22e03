"""Names that hold spaces or signs: which of those known stands at a place of the text (DMN 1.5, 10.3.1.2 and 10.3.1.4).

Where `monthly fee` is known, those two words are one name, and where `year-end` is known, it is not a subtraction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_START_RANGES = (
    r"?A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
START = f"[{_START_RANGES}]"
"""How a name may begin (rule 28)."""
PART = f"[{_START_RANGES}0-9\\u00B7\\u0300-\\u036F\\u203F-\\u2040]"
"""How it may go on (rule 29)."""
WORD = re.compile(f"{START}{PART}*")
"""A name of one word."""
WRITTEN = re.compile(f"{START}(?:{PART}|[ \\t\\n\\r\\u00A0./'’+*-])*")
"""A name where it is defined, with spaces and signs (rules 27 and 30)."""

FIXED = frozenset(["time offset", "start included", "end included"])
"""Properties with a space in their names."""


def normal(name: str) -> str:
    """The name with its spaces made one each."""
    return " ".join(name.split())


def is_plain(name: str) -> bool:
    """Whether the name is one word, which needs no list of known names to be read."""
    return WORD.fullmatch(name) is not None


class KnownNames:
    """The names of more than one word that are known so far."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {normal(name) for name in names if not is_plain(name)} - {""}
        self._pattern: re.Pattern[str] | None = None

    def add(self, name: str) -> None:
        """Makes a name known from here on."""
        if not is_plain(name) and name not in self._names:
            self._names.add(name)
            self._pattern = None

    def match(self, text: str, position: int) -> re.Match[str] | None:
        """The longest known name at the position."""
        if self._pattern is None:
            ordered = sorted(self._names, key=lambda name: (-len(name), name))
            written = (r"\s+".join(re.escape(word) for word in name.split()) for name in ordered)
            self._pattern = re.compile("(?:" + "|".join(written) + f")(?!{PART})")
        return self._pattern.match(text, position)
