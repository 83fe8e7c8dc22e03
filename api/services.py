"""What the doors are given by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from adapters.eventstore.mapper import recorded_of
from adapters.eventstore.reader import EventReader
from adapters.readmodels.projector import Projector
from adapters.readmodels.source import StoredSource
from api.application import EvaluationRecord
from domain.calendar import almaty, end_of
from domain.errors import InvalidInput, Problem
from projections.answers import ReplayedSource
from projections.fold import replay


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
        if self.source.position() >= head:
            return head
        if self.projector.is_free():
            return self.projector.catch_up()
        while self.source.position() < head:
            self.sleep(0.02)
        return head

    def position_of(self, as_of: str | None) -> int:
        """The position that `as_of` names: a number, a date (its end, in Almaty), or a time. Raises InvalidInput."""
        head = self.caught_up()
        return head if as_of is None else position_named(self.reader, as_of, head)

    def replayed(self, until: int) -> ReplayedSource:
        """Read models computed from the first event on, without trusting any stored table."""
        return ReplayedSource(replay(recorded_of(*row) for row in self.reader.all(until)))


def position_named(reader: EventReader, as_of: str, head: int) -> int:
    """The position, at most `head`, that a number, a date (its end, in Almaty) or a time names. Raises InvalidInput."""
    if as_of.isdigit():
        return min(int(as_of), head)
    try:
        if len(as_of) == 10:
            return reader.position_at(end_of(date.fromisoformat(as_of)))
        moment = datetime.fromisoformat(as_of)
    except ValueError as error:
        expected = "expected a position (1234), a date (2023-06-20) or a time with its offset"
        raise InvalidInput("this moment cannot be understood", [Problem("as-of", f"{expected}: {error}")]) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=almaty())
    return reader.position_at(moment)
