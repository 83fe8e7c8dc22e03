"""Dates of acts, as precise as they are known and never more."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Self

_FORM = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day, or only its month or year: `2014-04-11`, `2014-11`, `2011`."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """Reads the forms above. Raises ValueError for any other text, and for days that no calendar has."""
        found = _FORM.fullmatch(text)
        if not found:
            raise ValueError(f"{text!r} is not a date such as 2014-04-11, 2014-11 or 2014")
        year, month, day = (None if part is None else int(part) for part in found.groups())
        assert year is not None
        date(year, month or 1, day or 1)
        return cls(year, month, day)

    @property
    def precision(self) -> str:
        """`day`, `month` or `year`."""
        return "year" if self.month is None else "month" if self.day is None else "day"

    @property
    def first(self) -> date:
        """The earliest day that it can be."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """The latest day that it can be."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        parts = (f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part is not None))
        return "-".join(parts)


@dataclass(frozen=True, slots=True)
class When:
    """When something was done: on the days on which the parties acted, or between two bounds.

    Exactly one of `dates` (in order) and `between` is given.
    """

    dates: tuple[PartialDate, ...] = ()
    between: tuple[PartialDate, PartialDate] | None = None

    @property
    def precision(self) -> str:
        """`day`, `month`, `year` (the coarsest of the dates), or `interval`."""
        if self.between is not None:
            return "interval"
        return max((one.precision for one in self.dates), key=("day", "month", "year").index)

    @property
    def first(self) -> date:
        """The earliest day on which it can have been done, by all parties."""
        return self.between[0].first if self.between is not None else self.dates[-1].first

    @property
    def last(self) -> date:
        """The latest day on which it can have been done, by all parties."""
        return self.between[1].last if self.between is not None else self.dates[-1].last

    def __str__(self) -> str:
        if self.between is not None:
            return f"between {self.between[0]} and {self.between[1]}"
        return " and ".join(map(str, self.dates))
