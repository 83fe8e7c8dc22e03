"""Days as the law counts them: working days of Kazakhstan, in the time of Almaty.

The offset of Asia/Almaty itself changed on 1 March 2024 (from UTC+6 to UTC+5). Zone data are therefore read from the
`tzdata` package that is pinned with the program, not from the machine, whose data may be older.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Annotated
from zoneinfo import ZoneInfo

import holidays
from pydantic import Field, model_validator

from domain.events import Data

LAST_MOMENT = time(23, 59, 59, 999_999)
LONGEST = 366
"""Most working days that a deadline may be counted in."""


@cache
def almaty() -> ZoneInfo:
    """The time zone in which deadlines are stated."""
    with files("tzdata").joinpath("zoneinfo", "Asia", "Almaty").open("rb") as file:
        return ZoneInfo.from_file(file, key="Asia/Almaty")


@cache
def _holidays(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("KZ", years=year)


def is_working_day(day: date) -> bool:
    """Whether offices work on a day: neither weekend nor holiday, or a weekend day that was made a working day.

    Source: the `holidays` library (Law on Holidays 267-II of 13 December 2001 and the yearly orders that move days).
    """
    return bool(_holidays(day.year).is_working_day(day))


def after_working_days(start: date, count: int) -> date:
    """The day that is `count` working days after `start`, which itself does not count."""
    day = start
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def end_of(day: date) -> datetime:
    """The last microsecond of a day in Almaty, in UTC: datetimes of one zone are compared by their wall clocks."""
    return datetime.combine(day, LAST_MOMENT, almaty()).astimezone(UTC)


def day_of(moment: datetime) -> date:
    """The day in Almaty on which a moment falls."""
    return moment.astimezone(almaty()).date()


class Deadline(Data):
    """When something is due, as a person states it: a day, or a number of working days after the act's own day."""

    day: date | None = None
    working_days: Annotated[int, Field(ge=1, le=LONGEST)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Deadline:
        if (self.day is None) == (self.working_days is None):
            raise ValueError("state either a day or a number of working days")
        return self

    def moment(self, stated_at: datetime) -> datetime:
        """The last moment in time, counted from the day (in Almaty) on which it is stated."""
        if self.day is not None:
            return end_of(self.day)
        assert self.working_days is not None
        return end_of(after_working_days(day_of(stated_at), self.working_days))

    def __str__(self) -> str:
        return str(self.day) if self.day is not None else f"{self.working_days} working days"
