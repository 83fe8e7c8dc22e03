"""String literals: what they stand for, and how a string is written as one (DMN 1.5, 10.3.1.2, rules 35 and 63)."""

from __future__ import annotations

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "'": "'"}
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")


def unquoted(literal: str) -> str:
    """The string that a literal stands for (10.3.1.2, rules 35 and 63)."""
    text, found, index = literal[1:-1], [], 0
    while index < len(text):
        character = text[index]
        if character != "\\":
            found.append(character)
            index += 1
            continue
        following = text[index + 1]
        width = {"u": 4, "U": 6}.get(following, 0)
        digits = text[index + 2 : index + 2 + width]
        if width and len(digits) == width and _HEXADECIMAL.issuperset(digits) and int(digits, 16) <= 0x10FFFF:
            found.append(chr(int(digits, 16)))
            index += 2 + width
        else:
            found.append(_ESCAPES.get(following, character + following))
            index += 2
    # Two escapes may state one character outside the basic plane; a lone half of such a pair is no character.
    return "".join(found).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def quoted(text: str) -> str:
    """The literal that stands for the string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'
