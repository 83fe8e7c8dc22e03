"""The demonstration played into a record that lives in memory, and its events as a store would give them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from uuid import uuid4

from eventsourcing.popo import POPOApplicationRecorder

from adapters.eventstore.mapper import recorded_of
from adapters.eventstore.reader import StoredRow
from api.application import EvaluationRecord
from domain.authority import policies_in_force
from domain.events import Recorded
from ops.demo.history import steps
from ops.demo.play import play

NOW = datetime(2023, 10, 2, 6, 0, tzinfo=UTC)


class MemoryReader:
    """Reads what a recorder in memory holds."""

    def __init__(self, recorder: POPOApplicationRecorder) -> None:
        self._recorder = recorder

    def all(self) -> Iterator[StoredRow]:
        """All events from the first on."""
        for one in self._recorder.select_notifications(1, 1_000_000):
            assert isinstance(one.id, int)
            yield StoredRow(one.id, NOW, one.originator_id, one.originator_version, one.topic, one.state)


@cache
def demonstration() -> tuple[Recorded, ...]:
    """The whole history of cycle 2022, carried out once for all tests."""
    recorder = POPOApplicationRecorder()
    record = EvaluationRecord(recorder, policies_in_force(), lambda: NOW, uuid4)
    reader = MemoryReader(recorder)
    play(record, reader, steps())
    assert play(record, reader, steps()) == 0, "a second play finds everything there"
    return tuple(recorded_of(*row) for row in reader.all())
