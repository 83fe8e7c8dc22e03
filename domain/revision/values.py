"""Reading single values of a revision document: text, figures, identifiers, titles, provenance.

Every mistake is kept with its place, so that a document's author sees all of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from domain.errors import Problem
from domain.revision.model import Provenance, Title

Item = TypeVar("Item")
IDENTIFIER = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
FEEL_NAME = re.compile(r"[a-z][a-z0-9_]*")
FIGURE = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")


@dataclass
class Values:
    """Reads values and collects what is wrong with them in `problems`; what cannot be read gives an empty value."""

    problems: list[Problem] = field(default_factory=list)

    def refuse(self, place: str, message: str) -> None:
        """Notes a problem."""
        self.problems.append(Problem(place, message))

    def fields(
        self, value: Any, place: str, *, required: Sequence[str], optional: Sequence[str]
    ) -> Mapping[str, Any] | None:
        """The value as fields by name; refuses missing and unknown ones, None if it is not fields at all."""
        if not isinstance(value, Mapping):
            self.refuse(place, f"expected fields, found {_kind(value)}")
            return None
        for name in required:
            if name not in value:
                self.refuse(f"{place}.{name}".lstrip("."), "is missing")
        for name in value:
            if name not in required and name not in optional:
                self.refuse(f"{place}.{name}".lstrip("."), "is not a known field")
        return value

    def each(self, value: Any, place: str, read: Callable[[Any, str], Item | None]) -> list[Item]:
        """What `read` makes of each item of a list, without those that it could not read."""
        if not isinstance(value, Sequence) or isinstance(value, str):
            self.refuse(place, f"expected a list, found {_kind(value)}")
            return []
        items = [read(item, f"{place}[{index}]") for index, item in enumerate(value)]
        return [item for item in items if item is not None]

    def unique(self, identifiers: Sequence[str], place: str, what: str) -> None:
        """Refuses identifiers that stand twice."""
        for identifier in sorted({name for name in identifiers if identifiers.count(name) > 1}):
            self.refuse(place, f"two {what}s are called `{identifier}`")

    def title(self, value: Any, place: str) -> Title | None:
        """A title in all three languages."""
        item = self.fields(value, place, required=("kk", "ru", "en"), optional=())
        if item is None:
            return None
        kk, ru, en = (self.text(item.get(language), f"{place}.{language}") for language in ("kk", "ru", "en"))
        return Title(kk, ru, en)

    def provenance(self, item: Mapping[str, Any], place: str) -> Provenance:
        """Where a figure comes from: exactly one of `source` and `illustrative: true`."""
        source, illustrative = item.get("source"), item.get("illustrative", False)
        if not isinstance(illustrative, bool):
            self.refuse(f"{place}.illustrative", f"expected true or false, found {_kind(illustrative)}")
        elif (source is None) != illustrative:
            self.refuse(place, "state where this comes from: either `source: <citation>` or `illustrative: true`")
        return Provenance(self.optional_text(source, f"{place}.source"), illustrative is True)

    def text(self, value: Any, place: str) -> str:
        """Text that is not blank."""
        if not isinstance(value, str) or not value.strip():
            self.refuse(place, f"expected text, found {_kind(value)}")
            return ""
        return value

    def optional_text(self, value: Any, place: str) -> str | None:
        """Text that is not blank, or nothing."""
        return None if value is None else self.text(value, place)

    def texts(self, value: Any, place: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self.each(value, place, self.text))

    def identifier(self, value: Any, place: str, form: re.Pattern[str] = IDENTIFIER) -> str:
        """An identifier of the given form."""
        if not isinstance(value, str) or not form.fullmatch(value):
            self.refuse(place, f"expected an identifier such as `open-data-2022`, found {value!r}")
            return ""
        return value

    def feel_name(self, value: Any, place: str) -> str:
        """A name that formulas can read."""
        return self.identifier(value, place, FEEL_NAME)

    def choice(self, value: Any, place: str, allowed: Sequence[str]) -> str:
        """One of the allowed words."""
        if value not in allowed:
            self.refuse(place, f"expected one of {', '.join(allowed)}; found {value!r}")
            return ""
        return str(value)

    def figure(self, value: Any, place: str) -> Decimal:
        """A decimal written as text; binary floats are refused, since they are not what was written."""
        if isinstance(value, str) and FIGURE.fullmatch(value):
            return Decimal(value)
        self.refuse(place, f'expected a figure written as text, such as "12.5"; found {value!r}')
        return Decimal(0)

    def optional_figure(self, value: Any, place: str) -> Decimal | None:
        """A figure, or nothing."""
        return None if value is None else self.figure(value, place)


def _kind(value: Any) -> str:
    if isinstance(value, str) and not value.strip():
        return "blank text"
    names = {dict: "fields", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)
