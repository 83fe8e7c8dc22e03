"""What the doors are given by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters.eventstore.reader import EventReader
from adapters.readmodels.projector import NotTheProjector, Projector, replayed
from adapters.readmodels.source import StoredSource
from api.application import EvaluationRecord
from api.moments import moment_of
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
    return reader.position_at(moment_of(as_of, "as-of", also="a position (1234), "))
