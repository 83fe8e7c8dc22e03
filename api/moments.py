"""Moments as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from domain.calendar import almaty, end_of
from domain.errors import InvalidInput, Problem


def moment_of(text: str, place: str, *, beginning: bool = False, also: str = "") -> datetime:
    """A date (its end in Almaty, or its `beginning`) or a time (Almaty's, where it has no offset), in UTC.

    Raises InvalidInput that names the place; `also` is what could stand there besides.
    """
    try:
        if len(text) != 10:
            moment = datetime.fromisoformat(text)
            return (moment if moment.tzinfo is not None else moment.replace(tzinfo=almaty())).astimezone(UTC)
        day = date.fromisoformat(text)
        return datetime.combine(day, time.min, almaty()).astimezone(UTC) if beginning else end_of(day)
    except (ValueError, OverflowError) as error:
        expected = f"expected {also}a date (2023-06-20) or a time with its offset (2023-06-20T12:00+05:00)"
        raise InvalidInput("this moment cannot be understood", [Problem(place, f"{expected}: {error}")]) from error
