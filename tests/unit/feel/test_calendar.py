"""Dates, times, durations and zones: held against Python's own where both know the answer."""

import datetime
import re
import zoneinfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.feel import evaluate
from domain.feel.calendar import DAY, MAX_YEAR, SECOND, Date, DateTime, DaysTime, Time, YearsMonths
from domain.feel.patterns import compiled, find_all
from domain.feel.values import kind, of_python, uncounted
from domain.feel.written import read_temporal, write

years = st.integers(-MAX_YEAR, MAX_YEAR)
dates = st.builds(Date, years, st.integers(1, 12), st.integers(1, 28))
zones = st.none() | st.integers(-18 * 3600, 18 * 3600) | st.sampled_from(["Asia/Almaty", "Europe/Paris", "Etc/UTC"])
times = st.builds(Time, st.integers(0, DAY - 1), zones)
temporals = (
    dates
    | times
    | st.builds(DateTime, dates, times)
    | st.builds(YearsMonths, st.integers(-(10**9), 10**9))
    | st.builds(DaysTime, st.integers(-(10**18), 10**18))
)


@given(temporals)
def test_what_is_written_is_read_again(value: Date | Time | DateTime | YearsMonths | DaysTime) -> None:
    assert read_temporal(write(value)) == value
    assert evaluate(f'@"{write(value)}"') == value


@given(st.dates())
def test_days_are_counted_as_python_counts_them(day: datetime.date) -> None:
    date = of_python(day)
    assert date.number == (day - datetime.date(1970, 1, 1)).days
    assert Date.of_number(date.number) == date
    assert date.weekday == day.isoweekday()
    assert date.week_of_year == day.isocalendar().week
    assert date.day_of_year == day.timetuple().tm_yday


@given(dates)
def test_a_day_is_found_by_its_number(date: Date) -> None:
    assert Date.of_number(date.number) == date


@given(dates, st.integers(-10_000, 10_000))
def test_months_added_and_taken_away_lead_back(date: Date, months: int) -> None:
    assume(abs(date.year) < MAX_YEAR - 1_000)
    assert date.plus_months(months).plus_months(-months) == date


naive = st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2100, 1, 1))  # noqa: DTZ001


@given(naive, st.sampled_from(["Asia/Almaty", "Europe/Paris", "America/New_York"]), st.integers(-(10**9), 10**9))
def test_moments_in_zones_are_those_of_zoneinfo(local: datetime.datetime, name: str, seconds: int) -> None:
    zone = zoneinfo.ZoneInfo(name)
    expected = (local.replace(tzinfo=zone).astimezone(datetime.UTC) + datetime.timedelta(seconds=seconds)).astimezone(
        zone
    )
    assume(1800 < expected.year < 2200)
    date = of_python(local.date())
    moment = DateTime(date, Time(of_python(local.time()).nanoseconds, name)).plus(seconds * SECOND)
    assert moment.date == of_python(expected.date())
    assert moment.time.nanoseconds == of_python(expected.time()).nanoseconds
    assert moment.offset == expected.utcoffset().total_seconds()  # type: ignore[union-attr]


def test_python_values_are_taken_as_dates_and_times() -> None:
    almaty = datetime.timezone(datetime.timedelta(hours=5))
    assert of_python(datetime.date(2022, 12, 31)) == Date(2022, 12, 31)
    assert of_python(datetime.time(1, 2, 3, 4)) == Time(3723 * SECOND + 4000)
    assert of_python(datetime.time(1, tzinfo=almaty)) == Time(3600 * SECOND, 18_000)
    assert write(of_python(datetime.datetime(2022, 12, 31, 1, tzinfo=almaty))) == "2022-12-31T01:00:00+05:00"
    assert of_python(datetime.timedelta(days=-1, microseconds=5)) == DaysTime(-DAY + 5000)
    assert kind(of_python(datetime.timedelta())) == "days and time duration"


@pytest.mark.parametrize("day", [(2023, 2, 29), (2022, 13, 1), (2022, 0, 1), (2022, 1, 0), (MAX_YEAR + 1, 1, 1)])
def test_there_is_no_such_day(day: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no such date"):
        Date(*day)


def test_there_is_no_such_time_of_day() -> None:
    with pytest.raises(ValueError, match="no such time"):
        Time(DAY)


@given(
    st.text(alphabet="ab\n", max_size=12),
    st.recursive(
        st.sampled_from(["a", "b", "[ab]", "[^a]", "^", "$"]),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map("".join),
            st.tuples(inner, inner).map("(?:{0[0]}|{0[1]})".format),
            st.tuples(inner, st.sampled_from(["*", "+", "?", "*?", "{1,2}"])).map("({0[0]}){0[1]}".format),
        ),
        max_leaves=5,
    ),
)
def test_patterns_find_what_pythons_own_engine_finds(text: str, pattern: str) -> None:
    ours = next(find_all(compiled(pattern, ""), text, uncounted), None)
    theirs = re.search(pattern.replace("$", r"\Z"), text)
    assert (ours.start, ours.end) == theirs.span() if theirs else ours is None  # type: ignore[union-attr]
