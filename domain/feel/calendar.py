"""Dates, times and durations as FEEL has them (DMN 1.5, 10.3.2.3.4 to 10.3.2.3.9).

Years reach from -999,999,999 to 999,999,999 (XML Schema has no smaller bound), so Python's own `datetime` cannot hold
them: days are counted in the proleptic Gregorian calendar, and parts of a day in nanoseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.feel.zones import offset_at, offset_of_instant

MAX_YEAR = 999_999_999
"""Greatest year, and with a minus the least."""

SECOND = 10**9
"""Nanoseconds in a second."""
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND

Zone = int | str | None
"""An offset from UTC in seconds, the name of an IANA zone, or None for a local time."""


def is_leap(year: int) -> bool:
    """Whether the year has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in(year: int, month: int) -> int:
    """Days of a month."""
    return 29 if month == 2 and is_leap(year) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the proleptic Gregorian calendar. Raises ValueError for one that does not exist."""

    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        if (
            abs(self.year) > MAX_YEAR
            or not 1 <= self.month <= 12
            or not 1 <= self.day <= days_in(self.year, self.month)
        ):
            raise ValueError("there is no such date")

    @property
    def number(self) -> int:
        """Days since 1 January 1970."""
        # Counting years from March puts the leap day last, so that month lengths follow one formula.
        year = self.year - (self.month <= 2)
        era, of_era = divmod(year, 400)
        of_year = (153 * ((self.month - 3) % 12) + 2) // 5 + self.day - 1
        return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468

    @classmethod
    def of_number(cls, number: int) -> Date:
        """The day so many days after 1 January 1970. Raises ValueError beyond the greatest year."""
        era, of_era = divmod(number + 719_468, 146_097)
        year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
        of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
        month = (5 * of_year + 2) // 153
        day = of_year - (153 * month + 2) // 5 + 1
        return cls(era * 400 + year_of_era + (month >= 10), month + 3 if month < 10 else month - 9, day)

    @property
    def weekday(self) -> int:
        """1 is Monday, 7 is Sunday (ISO 8601)."""
        return (self.number + 3) % 7 + 1

    @property
    def day_of_year(self) -> int:
        """1 is the first of January."""
        return self.number - Date(self.year, 1, 1).number + 1

    @property
    def week_of_year(self) -> int:
        """The ISO 8601 week: the first has the year's first Thursday."""
        thursday = Date.of_number(self.number - self.weekday + 4)
        return (thursday.day_of_year - 1) // 7 + 1

    def plus_months(self, months: int) -> Date:
        """The same day of another month, or that month's last day. Raises ValueError beyond the greatest year."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        if abs(year) > MAX_YEAR:
            raise ValueError("there is no such date")
        return Date(year, month + 1, min(self.day, days_in(year, month + 1)))


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day in nanoseconds after midnight."""

    nanoseconds: int
    zone: Zone = None

    def __post_init__(self) -> None:
        if not 0 <= self.nanoseconds < DAY:
            raise ValueError("there is no such time of day")

    @property
    def offset(self) -> int | None:
        """Seconds ahead of UTC, where the time alone says so."""
        return self.zone if isinstance(self.zone, int) else None

    def plus(self, nanoseconds: int) -> Time:
        """The time of day so much later, past midnight if need be."""
        return Time((self.nanoseconds + nanoseconds) % DAY, self.zone)


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date with a time of day."""

    date: Date
    time: Time

    @property
    def local(self) -> int:
        """Nanoseconds since 1970 as its own clock shows them."""
        return self.date.number * DAY + self.time.nanoseconds

    @property
    def offset(self) -> int | None:
        """Seconds ahead of UTC; None for a local time."""
        zone = self.time.zone
        return offset_at(zone, self.date, self.time.nanoseconds) if isinstance(zone, str) else zone

    @property
    def instant(self) -> int | None:
        """Nanoseconds since 1970 in UTC; None for a local time."""
        offset = self.offset
        return None if offset is None else self.local - offset * SECOND

    @classmethod
    def of_local(cls, nanoseconds: int, zone: Zone) -> DateTime:
        """The moment whose own clock shows so many nanoseconds since 1970."""
        days, rest = divmod(nanoseconds, DAY)
        return cls(Date.of_number(days), Time(rest, zone))

    def plus(self, nanoseconds: int) -> DateTime:
        """The moment so much later; in a named zone its clock may jump meanwhile."""
        zone, instant = self.time.zone, self.instant
        if not isinstance(zone, str) or instant is None:
            return DateTime.of_local(self.local + nanoseconds, zone)
        moment = instant + nanoseconds
        date, rest = Date.of_number(moment // DAY), moment % DAY
        return DateTime.of_local(moment + offset_of_instant(zone, date, rest) * SECOND, zone)


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration, in months."""

    months: int

    def __post_init__(self) -> None:
        if abs(self.months) > 12 * (2 * MAX_YEAR + 2):
            raise ValueError("the duration is too long")


@dataclass(frozen=True, slots=True, order=True)
class DaysTime:
    """A days and time duration, in nanoseconds."""

    nanoseconds: int

    def __post_init__(self) -> None:
        if abs(self.nanoseconds) > 366 * (2 * MAX_YEAR + 2) * DAY:
            raise ValueError("the duration is too long")


Temporal = Date | Time | DateTime | YearsMonths | DaysTime


def months_between(start: Date, end: Date) -> int:
    """Whole months from one day to another, below zero if the second is earlier."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        return months - 1
    return months + 1 if months < 0 and end.day > start.day else months
