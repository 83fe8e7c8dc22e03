"""IANA time zones, from the `tzdata` package alone: the same answer on every machine, whatever its system knows."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from domain.feel.calendar import Date

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", re.ASCII)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """All names of zones that there are."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())


@lru_cache(maxsize=1_000)
def _zone(name: str) -> ZoneInfo:
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def is_zone(name: str) -> bool:
    """Whether there is a zone of that name."""
    return _NAME.fullmatch(name) is not None and name in zone_names()


def offset_at(name: str, date: Date, nanoseconds: int) -> int:
    """Seconds ahead of UTC when the zone's clocks show this date and time of day."""
    moment = _moment(date, nanoseconds).replace(tzinfo=_zone(name))
    return _seconds(moment)


def offset_of_instant(name: str, date: Date, nanoseconds: int) -> int:
    """Seconds ahead of UTC in the zone at a date and time of day in UTC."""
    moment = _moment(date, nanoseconds).replace(tzinfo=datetime.UTC)
    return _seconds(moment.astimezone(_zone(name)))


def _moment(date: Date, nanoseconds: int) -> datetime.datetime:
    year = date.year
    # Python knows the years 1 to 9999: others take the offsets of a year with the same calendar, 400 years apart.
    if not 2 <= year <= 9998:
        year = year % 400 + (400 if year < 2 else 9200)
    midnight = datetime.datetime(year, date.month, date.day)  # noqa: DTZ001
    return midnight + datetime.timedelta(microseconds=nanoseconds // 1000)


def _seconds(moment: datetime.datetime) -> int:
    offset = moment.utcoffset()
    assert offset is not None
    return int(offset.total_seconds())
