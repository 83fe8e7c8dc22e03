"""Text that every reader can take: no control characters but newline and tab, and no half of a surrogate pair.

NUL has no place in PostgreSQL's text, a lone surrogate none in UTF-8 and so in RFC 8785, and control characters hide
from people what a text says. They are refused where commands come in; what was recorded stays readable, whatever it
holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from domain.errors import InvalidInput, Problem
from domain.events import Data

Place = tuple[int | str, ...]
Legible = TypeVar("Legible", bound="LegibleData")

ILLEGIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters (Unicode's category Cc) but newline and tab, and surrogates (Cs)."""


def illegible(said: Any) -> Iterator[tuple[Place, str]]:
    """Every text within data (JSON, models, or both) that is not legible: its place, and what stands there.

    An illegible name of a field is told at the place of what holds it.
    """
    waiting: list[tuple[Place, Any]] = [((), said)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, str):
            found = ILLEGIBLE.search(value)
            if found is not None:
                character = f"U+{ord(found.group()):04X} at character {found.start() + 1}"
                yield place, f"contains {character}; text may hold no control character but newline and tab"
        elif isinstance(value, Mapping | BaseModel):
            fields = dict(vars(value)) if isinstance(value, BaseModel) else dict(value)
            for name, item in reversed(fields.items()):
                unclear = isinstance(name, str) and ILLEGIBLE.search(name)
                waiting.append((place, name) if unclear else ((*place, name), item))
        elif isinstance(value, list | tuple):
            waiting.extend(((*place, index), value[index]) for index in reversed(range(len(value))))


class LegibleData(Data):
    """Data that come in from outside, in which every text is legible. Texts are kept as they are written: neither
    trimmed nor normalised; what identifies something is ASCII (see `domain.events.Code`), so nothing rests on it."""

    @model_validator(mode="before")
    @classmethod
    def _is_legible(cls, said: Any) -> Any:
        problems = [
            InitErrorDetails(type=PydanticCustomError("illegible", "{what}", {"what": what}), loc=place, input=said)
            for place, what in illegible(said)
        ]
        if problems:
            raise ValidationError.from_exception_data(cls.__name__, problems)
        return said

    @classmethod
    def read(cls: type[Legible], fields: Any) -> Legible:
        """What these fields state. Raises InvalidInput, which names every field that is wrong."""
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise InvalidInput(f"{cls.__name__} cannot be understood", problems_of(error)) from error


def problems_of(error: ValidationError) -> list[Problem]:
    """A validation error as places and sentences."""
    problems = []
    for item in error.errors(include_url=False, include_context=False):
        place = ""
        for part in item["loc"]:
            place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
        found = "" if item["type"] == "illegible" else f" (found {item['input']!r})"
        problems.append(Problem(place, f"{item['msg']}{found}"[:300]))
    return problems
