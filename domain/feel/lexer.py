"""From text to tokens.

The grammar alone cannot tell a name with spaces from several words, nor the bracket that ends a range from one that
begins a filter. Both depend on what stands before, so the tokens are made here, with the brackets that are open and the
names that are known in hand.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from lark import Token
from lark.lexer import Lexer

from domain.feel.errors import FeelError
from domain.feel.names import FIXED, START, WORD, WRITTEN, KnownNames, normal

KEYWORDS = {
    word: f"_{word.upper()}"
    for word in ("if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between")
} | {"true": "_TRUE", "false": "_FALSE", "null": "_NULL"}
"""Words that are no names, with their tokens."""

_SIGNS = {
    "**": "_POWER",
    "..": "_TO",
    "+": "_PLUS",
    "-": "_MINUS",
    "*": "_TIMES",
    "/": "_OVER",
    ".": "_DOT",
    ",": "_COMMA",
    ":": "_COLON",
    "{": "_LBRACE",
    "}": "_RBRACE",
    "(": "_LPAR",
    ")": "_RPAR",
    "[": "_LSQB",
    "]": "_RSQB",
}
_SPACE = re.compile(r"(?:[\s\u180e\u200b]|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+")
_COMPARE = re.compile(r"<=|>=|!=|=|<|>")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.(?!\.)[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_SIGN = re.compile(r"\*\*|\.\.|[-+*/.,:{}()\[\]]")
_INSTANCE = re.compile(r"instance\s+of\b\s*")
_FUNCTION = re.compile(r"function\s*\(")
_TYPE = re.compile(r"(?:date\s+and\s+time|(?:years\s+and\s+months|days\s+and\s+time)\s+duration|[A-Za-z]\w*)\b")
_GENERIC = re.compile(r"\s*<")
_ARROW = re.compile(r"\s*->\s*")
_BOUND = re.compile(f"\\s*({START}.{{0,200}}?)\\sin\\b", re.DOTALL)
_PARAMETER = re.compile(f"({WRITTEN.pattern})")
_LABEL = re.compile(f"({WRITTEN.pattern}):")
_WORDS_OF_AN_OPERATOR = re.compile(r"(?:and|or|then|else|return|satisfies|in|between|instance)\b")
_ENDS = {"NAME", "NUMBER", "STRING", "AT", "TYPE", "_RPAR", "_RSQB", "_RBRACE", "_TRUE", "_FALSE", "_NULL", "_CLOSE"}
"""Tokens after which an operand is complete."""


class Tokens(Lexer):
    """Hands the parser the tokens that `tokens` made."""

    def __init__(self, lexer_conf: Any) -> None:
        """The grammar's own terminals are not needed."""

    def lex(self, text: Any) -> Iterator[Token]:  # type: ignore[override]
        """The tokens in their order."""
        yield from text


def tokens(text: str, known: Iterable[str], functions: KnownNames) -> list[Token]:
    """The text's tokens. `known` are names that the context has, `functions` names of functions.

    Raises FeelError for a character that begins no token.
    """
    return _Scanner(text, KnownNames([*known, *FIXED]), functions).scan()


class _Scanner:
    def __init__(self, text: str, known: KnownNames, functions: KnownNames) -> None:
        self.text = text
        self.known = known
        self.functions = functions
        self.position = 0
        self.made: list[Token] = []
        self.open: list[str] = []
        self.ranges: set[int] = set()
        self.lines = [0, *(place.end() for place in re.finditer("\n", text))]

    def scan(self) -> list[Token]:
        while self.skip_space():
            self.token()
        return self.made

    def skip_space(self) -> bool:
        if space := _SPACE.match(self.text, self.position):
            self.position = space.end()
        return self.position < len(self.text)

    @property
    def last(self) -> str:
        return self.made[-1].type if self.made else ""

    @property
    def inside(self) -> str:
        return self.open[-1] if self.open else ""

    def place(self, position: int) -> tuple[int, int]:
        line = bisect_right(self.lines, position)
        return line, position - self.lines[line - 1] + 1

    def add(self, kind: str, end: int, value: str | None = None) -> None:
        line, column = self.place(self.position)
        end_line, end_column = self.place(end)
        self.made.append(
            Token(
                kind,
                self.text[self.position : end] if value is None else value,
                start_pos=self.position,
                line=line,
                column=column,
                end_line=end_line,
                end_column=end_column,
                end_pos=end,
            )
        )
        self.position = end

    def token(self) -> None:
        text, position = self.text, self.position
        if text.startswith("/*", position):
            self.refuse("the comment does not end")
        if text.startswith('@"', position) and (found := _STRING.match(text, position + 1)):
            self.add("AT", found.end())
        elif found := _STRING.match(text, position):
            self.add("STRING", found.end())
        elif found := _NUMBER.match(text, position):
            self.add("NUMBER", found.end())
        elif found := _COMPARE.match(text, position):
            self.add("COMPARE", found.end())
        elif self.last == "_DOT" or WORD.match(text, position):
            self.word()
        elif found := _SIGN.match(text, position):
            self.sign(found[0])
        else:
            self.refuse(f"`{text[position]}` is not expected here")

    def refuse(self, sentence: str) -> NoReturn:
        raise FeelError(*self.place(self.position), sentence)

    # -- words -----------------------------------------------------------------------------------------------------

    def word(self) -> None:
        text, position = self.text, self.position
        plain = WORD.match(text, position)
        if plain is None:
            self.refuse("a name is expected after the point")
        word = plain[0]
        if known := self.known_name(plain.end()):
            self.add("NAME", known, normal(text[position:known]))
        elif self.last == "_DOT":
            self.add("NAME", plain.end())
        elif (instance := _INSTANCE.match(text, position)) and self.last in _ENDS:
            self.add("_INSTANCE", instance.end())
            self.type()
        elif _FUNCTION.match(text, position):
            self.add("_FUNCTION", plain.end())
        elif word in KEYWORDS:
            self.keyword(word, plain.end())
        else:
            self.add("NAME", plain.end())

    def known_name(self, least: int) -> int | None:
        """Where the longest known name that is longer than one word ends."""
        ends = [least]
        if known := self.known.match(self.text, self.position):
            ends.append(known.end())
        function = self.functions.match(self.text, self.position)
        # `date and time` without arguments is more likely the conjunction of two names.
        if function and (" and " not in normal(function[0]) or self.text[function.end() :].lstrip()[:1] == "("):
            ends.append(function.end())
        return max(ends) if max(ends) > least else None

    def keyword(self, word: str, end: int) -> None:
        self.add(KEYWORDS[word], end)
        if word in ("for", "some", "every"):
            self.open.append("binding")
            self.bound_name()
        elif word in ("return", "satisfies") and self.inside == "binding":
            self.open.pop()

    def bound_name(self) -> None:
        """The name between `for` and `in`, whatever words it has."""
        if found := _BOUND.match(self.text, self.position):
            self.label(found)

    def label(self, found: re.Match[str]) -> None:
        """A name where it is defined: from here on it is known."""
        if WRITTEN.fullmatch(found[1]):
            self.position = found.start(1)
            name = normal(found[1])
            self.known.add(name)
            self.add("NAME", found.start(1) + len(found[1].rstrip()), name)

    def type(self) -> None:
        """One token for a type, with the types that are its parts."""
        self.skip_space()
        if end := self.type_end(self.position):
            self.add("TYPE", end)

    def type_end(self, position: int) -> int | None:
        end = None
        while found := _TYPE.match(self.text, position):
            end = found.end()
            if found[0] in ("list", "range", "context", "function") and (generic := _GENERIC.match(self.text, end)):
                end = self.generic_end(generic.end())
            arrow = _ARROW.match(self.text, end) if found[0] == "function" else None
            if arrow is None:
                break
            position = arrow.end()
        return end

    def generic_end(self, end: int) -> int:
        """Where the angle brackets are closed again that were opened before."""
        depth = 1
        while depth and end < len(self.text):
            arrow = self.text.startswith("->", end)
            depth += {"<": 1, ">": -1}.get("" if arrow else self.text[end], 0)
            end += 2 if arrow else 1
        return end

    # -- signs and brackets ----------------------------------------------------------------------------------------

    def sign(self, sign: str) -> None:
        operand_before, end = self.last in _ENDS, self.position + len(sign)
        if sign == "[" and operand_before and self.inside in ("[", "(") and self.ends_range(end):
            self.close("_CLOSE", end)
        elif sign == "]" and not operand_before and self.last != "_LSQB":
            self.open.append("(")
            self.add("_OPEN", end)
        elif sign in ("(", "[", "{"):
            self.bracket(sign, end, operand_before)
        elif sign in (")", "]", "}"):
            self.close(_SIGNS[sign], end)
        else:
            if sign == "..":
                self.ranges.add(len(self.open))
            self.add(_SIGNS[sign], end)
            if sign == ",":
                self.after_separator()
            elif sign == ":" and self.inside == "parameters":
                self.type()

    def bracket(self, sign: str, end: int, operand_before: bool) -> None:
        of_function = self.last == "_FUNCTION"
        self.add(_SIGNS[sign], end)
        self.ranges.discard(len(self.open) + 1)
        if sign == "(":
            self.open.append("parameters" if of_function else "call" if operand_before else "(")
        else:
            self.open.append(sign)
        self.after_separator()

    def close(self, kind: str, end: int) -> None:
        self.ranges.discard(len(self.open))
        if self.open:
            self.open.pop()
        self.add(kind, end)

    def after_separator(self) -> None:
        """A name that is defined or labelled may follow: an entry, a parameter, a named argument or a variable."""
        if self.inside == "binding":
            self.bound_name()
        elif self.inside == "parameters":
            self.skip_space()
            if found := _PARAMETER.match(self.text, self.position):
                self.label(found)
        elif self.inside in ("{", "call") and self.skip_space() and (found := _LABEL.match(self.text, self.position)):
            self.label(found)

    def ends_range(self, end: int) -> bool:
        """Whether a `[` after the second end of a range closes it: no operand follows that it could enclose."""
        if len(self.open) not in self.ranges:
            return False
        space = _SPACE.match(self.text, end)
        following = space.end() if space else end
        if following >= len(self.text) or _WORDS_OF_AN_OPERATOR.match(self.text, following):
            return True
        return self.text[following] in ")],}.=<>!+*/["
