"""String and boolean functions (DMN 1.5, 10.3.4.2 and 10.3.4.3)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from domain.feel.builtins.function import builtin, by_name, items, text, whole
from domain.feel.calling import Failure
from domain.feel.patterns import Match, PatternError, Program, compiled, find_all
from domain.feel.run import Run
from domain.feel.values import kind


def _not(value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise Failure(f"expected a boolean, found {kind(value)}")
    return None if value is None else not value


def _substring(string: Any, start: Any, length: Any = None) -> str:
    given = text(string)
    place = whole(start, -len(given), len(given), "the start position")
    if place == 0:
        raise Failure("positions count from 1, or from -1 at the end")
    first = place - 1 if place > 0 else len(given) + place
    if length is None:
        return given[first:]
    return given[first : first + whole(length, 1, 1_000_000, "the length")]


def _before(string: Any, match: Any) -> str:
    found, _, rest = _parted(text(string), text(match))
    return found if rest is not None else ""


def _after(string: Any, match: Any) -> str:
    return _parted(text(string), text(match))[2] or ""


def _parted(string: str, match: str) -> tuple[str, str, str | None]:
    place = string.find(match)
    return (string[:place], match, string[place + len(match) :]) if place >= 0 else (string, "", None)


def _string_join(run: Run, values: Any, delimiter: Any = None) -> str:
    between = "" if delimiter is None else text(delimiter)
    parts = [text(value) for value in items(values) if value is not None]
    run.text(sum(map(len, parts)) + len(between) * max(0, len(parts) - 1))
    return between.join(parts)


def _program(pattern: Any, flags: Any) -> Program:
    try:
        return compiled(text(pattern), "" if flags is None else text(flags))
    except PatternError as error:
        raise Failure(str(error)) from error


def _matches(run: Run, string: Any, pattern: Any, flags: Any = None) -> bool:
    given, program = text(string), _program(pattern, flags)
    return next(find_all(program, given, run.spend), None) is not None


def _split(run: Run, string: Any, delimiter: Any) -> list[str]:
    given, program = text(string), _program(delimiter, None)
    parts, last = [], 0
    for found in _found(run, program, given):
        parts.append(given[last : found.start])
        last = found.end
    return [*parts, given[last:]]


def _replace(run: Run, string: Any, pattern: Any, replacement: Any, flags: Any = None) -> str:
    given, program, written = text(string), _program(pattern, flags), text(replacement)
    pieces = [written] if flags and "q" in flags else _pieces(written, program.groups)
    parts: list[str] = []
    last = length = 0
    for found in _found(run, program, given):
        made = "".join(piece if isinstance(piece, str) else found.group(piece) for piece in pieces)
        length += found.start - last + len(made)
        run.text(length)
        parts += (given[last : found.start], made)
        last = found.end
    return "".join([*parts, given[last:]])


def _found(run: Run, program: Program, given: str) -> list[Match]:
    if next(find_all(program, "", run.spend), None) is not None:
        raise Failure("the pattern matches what is empty")
    return list(find_all(program, given, run.spend))


def _pieces(replacement: str, groups: int) -> list[str | int]:
    """The replacement's text, with the numbers of the groups that stand in it (XPath Functions 3.1, 5.6.4)."""
    pieces: list[str | int] = []
    index = 0
    while index < len(replacement):
        character, following = replacement[index], replacement[index + 1 : index + 2]
        index += 1
        if character not in "$\\":
            pieces.append(character)
            continue
        index += 1
        if character == "\\" and following in ("$", "\\"):
            pieces.append(following)
        elif character == "$" and following.isascii() and following.isdigit():
            while replacement[index : index + 1].isdigit() and int(following + replacement[index]) <= groups:
                following += replacement[index]
                index += 1
            pieces.append(int(following) if int(following) <= groups else "")
        else:
            raise Failure(f"`{character}{following}` has no meaning in a replacement")
    return pieces


def _of_two(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda string, match: test(text(string), text(match))


STRINGS = by_name(
    builtin("not", _not, "negand"),
    builtin("substring", _substring, "string, start position, length?"),
    builtin("string length", lambda string: Decimal(len(text(string))), "string"),
    builtin("upper case", lambda string: text(string).upper(), "string"),
    builtin("lower case", lambda string: text(string).lower(), "string"),
    builtin("substring before", _before, "string, match"),
    builtin("substring after", _after, "string, match"),
    builtin("contains", _of_two(lambda string, match: match in string), "string, match"),
    builtin("starts with", _of_two(str.startswith), "string, match"),
    builtin("ends with", _of_two(str.endswith), "string, match"),
    builtin("string join", _string_join, "list, delimiter?", observes=True),
    builtin("matches", _matches, "input, pattern, flags?", observes=True),
    builtin("replace", _replace, "input, pattern, replacement, flags?", observes=True),
    builtin("split", _split, "string, delimiter", observes=True),
)
