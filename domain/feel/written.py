"""How dates, times and durations are written (DMN 1.5, 10.3.4.1; XML Schema part 2), and read back."""

from __future__ import annotations

import re

from domain.feel.calendar import DAY, HOUR, MINUTE, SECOND, Date, DateTime, DaysTime, Temporal, Time, YearsMonths, Zone
from domain.feel.zones import is_zone

_DATE = r"(?P<year>-?(?:[1-9]\d{4,8}|\d{4}))-(?P<month>\d\d)-(?P<day>\d\d)"
_TIME = (
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d+))?"
    r"(?P<zone>Z|[+-]\d\d:\d\d(?::\d\d)?|@.+)?"
)
_FLAGS = re.ASCII
DATE = re.compile(_DATE, _FLAGS)
TIME = re.compile(_TIME, _FLAGS)
DATE_TIME = re.compile(f"{_DATE}T{_TIME}", _FLAGS)
YEARS_MONTHS = re.compile(r"(?P<sign>-?)P(?=.)(?:(?P<years>\d{1,12})Y)?(?:(?P<months>\d{1,12})M)?", _FLAGS)
DAYS_TIME = re.compile(
    r"(?P<sign>-?)P(?=.)(?:(?P<days>\d{1,15})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,15})H)?(?:(?P<minutes>\d{1,15})M)?(?:(?P<seconds>\d{1,15})(?:\.(?P<fraction>\d*))?S)?)?",
    _FLAGS,
)
MAX_OFFSET = 18 * 3600
"""Greatest offset from UTC, in seconds."""


def read_date(text: str) -> Date:
    """`2022-12-31`. Raises ValueError."""
    found = DATE.fullmatch(text)
    if found is None:
        raise ValueError(f'"{text}" is not a date')
    return _date(found)


def read_time(text: str) -> Time:
    """`12:30:00`, `12:30:00Z`, `12:30:00+05:00`, `12:30:00@Asia/Almaty`. Raises ValueError."""
    found = TIME.fullmatch(text)
    if found is None:
        raise ValueError(f'"{text}" is not a time')
    nanoseconds, zone = _time(found)
    return Time(nanoseconds % DAY, zone)


def read_date_time(text: str) -> DateTime:
    """A date, `T` and a time; or a date alone, which is its midnight. Raises ValueError."""
    found = DATE_TIME.fullmatch(text)
    if found is None:
        return DateTime(read_date(text), Time(0))
    nanoseconds, zone = _time(found)
    return DateTime.of_local(_date(found).number * DAY + nanoseconds, zone)


def read_duration(text: str) -> YearsMonths | DaysTime:
    """`P1Y2M` or `P1DT2H3M4.5S`, either with a minus before it. Raises ValueError."""
    if found := YEARS_MONTHS.fullmatch(text):
        months = int(found["years"] or 0) * 12 + int(found["months"] or 0)
        return YearsMonths(-months if found["sign"] else months)
    found = DAYS_TIME.fullmatch(text)
    if found is None:
        raise ValueError(f'"{text}" is not a duration')
    units = ((found["days"], DAY), (found["hours"], HOUR), (found["minutes"], MINUTE), (found["seconds"], SECOND))
    length = sum(int(count or 0) * unit for count, unit in units) + _fraction(found["fraction"])
    return DaysTime(-length if found["sign"] else length)


def read_temporal(text: str) -> Temporal:
    """What an at-literal `@"..."` says (10.3.1.2, 62). Raises ValueError."""
    for pattern, read in ((DATE, read_date), (TIME, read_time), (DATE_TIME, read_date_time)):
        if pattern.fullmatch(text):
            return read(text)
    return read_duration(text)


def _date(found: re.Match[str]) -> Date:
    if found["year"].startswith("-0000"):
        raise ValueError("there is no such date")
    return Date(int(found["year"]), int(found["month"]), int(found["day"]))


def _time(found: re.Match[str]) -> tuple[int, Zone]:
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"])
    nanoseconds = hour * HOUR + minute * MINUTE + second * SECOND + _fraction(found["fraction"])
    # 24:00:00 is the midnight that ends the day (XML Schema part 2, 3.3.7).
    if minute > 59 or second > 59 or nanoseconds > DAY:
        raise ValueError("there is no such time of day")
    return nanoseconds, _zone(found["zone"])


def _zone(text: str | None) -> Zone:
    if text is None:
        return None
    if text == "Z":
        return 0
    if text.startswith("@"):
        if not is_zone(text[1:]):
            raise ValueError(f"there is no time zone {text[1:]}")
        return text[1:]
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    offset = hours * 3600 + minutes * 60 + sum(seconds)
    if minutes > 59 or any(part > 59 for part in seconds) or offset > MAX_OFFSET:
        raise ValueError(f"there is no offset {text}")
    return -offset if text.startswith("-") else offset


def _fraction(digits: str | None) -> int:
    return int((digits or "")[:9].ljust(9, "0"))


def write(value: Temporal) -> str:
    """The canonical text of a date, time or duration; reading it gives the value again."""
    if isinstance(value, Date):
        return f"{'-' if value.year < 0 else ''}{abs(value.year):04}-{value.month:02}-{value.day:02}"
    if isinstance(value, Time):
        minutes, rest = divmod(value.nanoseconds, MINUTE)
        return f"{minutes // 60:02}:{minutes % 60:02}:{_seconds(rest, '02')}{_written_zone(value.zone)}"
    if isinstance(value, DateTime):
        return f"{write(value.date)}T{write(value.time)}"
    if isinstance(value, YearsMonths):
        years, months = divmod(abs(value.months), 12)
        parts = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return f"{'-' if value.months < 0 else ''}P{parts or '0M'}"
    return _written_days(value.nanoseconds)


def _written_days(nanoseconds: int) -> str:
    days, rest = divmod(abs(nanoseconds), DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    parts = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + (f"{_seconds(rest)}S" if rest else "")
    length = (f"{days}D" if days else "") + (f"T{parts}" if parts else "")
    return f"{'-' if nanoseconds < 0 else ''}P{length or 'T0S'}"


def _seconds(nanoseconds: int, width: str = "") -> str:
    seconds, rest = divmod(nanoseconds, SECOND)
    return f"{seconds:{width}}" + (f".{rest:09}".rstrip("0") if rest else "")


def _written_zone(zone: Zone) -> str:
    if zone is None:
        return ""
    if isinstance(zone, str):
        return f"@{zone}"
    if zone == 0:
        return "Z"
    minutes, seconds = divmod(abs(zone), 60)
    return f"{'-' if zone < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
