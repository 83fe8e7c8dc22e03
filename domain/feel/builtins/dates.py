"""Functions on dates, and the moment of the evaluation (DMN 1.5, 10.3.4.6, 10.3.4.7)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from domain.feel.builtins.function import builtin, by_name
from domain.feel.calendar import Date, DateTime
from domain.feel.calling import Failure
from domain.feel.run import Run
from domain.feel.values import kind

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""What `day of week` gives."""
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
"""What `month of year` gives."""


def _of_date(read: Callable[[Date], Any]) -> Callable[[Any], Any]:
    def function(value: Any) -> Any:
        if not isinstance(value, Date | DateTime):
            raise Failure(f"expected a date, found {kind(value)}")
        return read(value.date if isinstance(value, DateTime) else value)

    return function


def _now(run: Run) -> DateTime:
    if run.moment is None:
        raise Failure("no moment was given to the evaluation, which reads no clock of its own")
    return run.moment


DATES = by_name(
    builtin("day of year", _of_date(lambda date: Decimal(date.day_of_year)), "date"),
    builtin("day of week", _of_date(lambda date: DAYS[date.weekday - 1]), "date"),
    builtin("month of year", _of_date(lambda date: MONTHS[date.month - 1]), "date"),
    builtin("week of year", _of_date(lambda date: Decimal(date.week_of_year)), "date"),
    builtin("now", _now, "", observes=True),
    builtin("today", lambda run: _now(run).date, "", observes=True),
)
