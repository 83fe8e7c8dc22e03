"""Days as the law counts them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Deadline, after_working_days, almaty, end_of, is_working_day


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2023, 3, 20), True),
        (date(2023, 3, 21), False),  # Nowruz
        (date(2023, 3, 25), False),  # Saturday
        (date(2023, 7, 1), True),  # a Saturday worked instead of 7 July
        (date(2023, 7, 7), False),
        (date(2024, 5, 4), True),  # a Saturday worked instead of 8 May
        (date(2022, 12, 16), False),  # Independence Day
    ],
)
def test_holidays_and_moved_days_count_as_the_law_says(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_working_days_skip_weekends_and_holidays() -> None:
    # 20 March is a Monday; 21 to 23 March are Nowruz.
    assert after_working_days(date(2023, 3, 20), 1) == date(2023, 3, 24)
    assert after_working_days(date(2023, 3, 20), 2) == date(2023, 3, 27)


def test_the_offset_of_almaty_changed_on_1_march_2024() -> None:
    assert end_of(date(2024, 2, 29)).astimezone(almaty()).utcoffset() == timedelta(hours=6)
    assert end_of(date(2024, 3, 1)).astimezone(almaty()).utcoffset() == timedelta(hours=5)
    assert end_of(date(2024, 3, 1)) - end_of(date(2024, 2, 29)) == timedelta(hours=25)


def test_working_days_are_counted_from_the_day_in_almaty() -> None:
    late_evening_utc = datetime(2023, 3, 12, 20, 0, tzinfo=UTC)  # already Monday 13 March in Almaty
    assert Deadline(working_days=1).moment(late_evening_utc) == end_of(date(2023, 3, 14))
    assert Deadline(day=date(2023, 3, 20)).moment(late_evening_utc) == end_of(date(2023, 3, 20))


@given(st.dates(date(2010, 1, 1), date(2026, 11, 1)), st.integers(1, 40))
def test_so_many_working_days_lie_between(start: date, count: int) -> None:
    end = after_working_days(start, count)
    days = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(map(is_working_day, days)) == count
    assert is_working_day(end)
    assert end_of(end).astimezone(almaty()).date() == end
