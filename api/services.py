"""What the doors are given by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from adapters.eventstore.reader import EventReader
from adapters.readmodels.projector import NotTheProjector, Projector, replayed
from adapters.readmodels.source import StoredSource
from api.application import EvaluationRecord
from domain.calendar import almaty, end_of
from domain.errors import InvalidInput, Problem
from projections.answers import ReplayedSource

PAUSE = 0.05
PATIENCE = 30.0
"""How long read models may stand still while another process projects them, seconds."""


class StandsStill(RuntimeError):
    """The read models are behind, and the process that projects them does not go on."""


@dataclass(frozen=True)
class Services:
    """The record, its reader, the projector and the read models, all over one database."""

    record: EvaluationRecord
    reader: EventReader
    projector: Projector
    source: StoredSource
    url: str
    sleep: Callable[[float], None]

    def caught_up(self) -> int:
        """The position of read models that hold everything recorded up to now.

        Applies what is missing itself, or waits for the projector that runs in another process.
        """
        head = self.reader.head()
        waited, seen = 0.0, -1
        while (position := self.source.position()) < head:
            try:
                return self.projector.catch_up()
            except NotTheProjector:
                waited = waited + PAUSE if position == seen else 0.0
                seen = position
            if waited > PATIENCE:
                raise StandsStill(
                    f"the read models stand still at position {position} of {head}: the projector that is active "
                    "(`shezhire up`?) does not go on. Restart it."
                )
            self.sleep(PAUSE)
        return head

    def position_of(self, as_of: str | None) -> int:
        """The position that `as_of` names: a number, a date (its end, in Almaty), or a time. Raises InvalidInput."""
        head = self.caught_up()
        return head if as_of is None else position_named(self.reader, as_of, head)

    def replayed(self, until: int) -> ReplayedSource:
        """Read models computed from the first event on, without trusting any stored table."""
        return ReplayedSource(replayed(lambda: self.reader.all(until)))


def position_named(reader: EventReader, as_of: str, head: int) -> int:
    """The position, at most `head`, that a number, a date (its end, in Almaty) or a time names. Raises InvalidInput."""
    if as_of.isdecimal():
        return min(int(as_of), head)
    try:
        if len(as_of) == 10:
            return reader.position_at(end_of(date.fromisoformat(as_of)))
        return reader.position_at(moment_of(as_of))
    except (ValueError, OverflowError) as error:
        expected = "expected a position (1234), a date (2023-06-20) or a time with its offset"
        raise InvalidInput("this moment cannot be understood", [Problem("as-of", f"{expected}: {error}")]) from error


def moment_of(text: str) -> datetime:
    """A time as people write it, in UTC; Almaty's where it has no offset. Raises ValueError or OverflowError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=almaty())).astimezone(UTC)
