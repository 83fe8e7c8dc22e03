"""A pytest plugin that keeps one example of every version of every event, as it was stored.

Run `python -m pytest -p tests.golden.recorder tests/unit/domain` after an event was added or changed its shape: it
writes the files that are missing. One that is there is never written again, for the record holds such bytes for ever.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import StoredEvent

from adapters.eventstore.mapper import EventMapper
from domain.events import Event

EVENTS = Path(__file__).parent / "events"


def path_of(type_name: str, version: int) -> Path:
    """Where the example of a version of an event lies."""
    return EVENTS / f"{type_name}.v{version}.json"


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    stored_as_usual = EventMapper.to_stored_event

    def keep_one(self: EventMapper, domain_event: DomainEventProtocol) -> StoredEvent:
        stored = stored_as_usual(self, domain_event)
        assert isinstance(domain_event, Event)
        path = path_of(stored.topic, domain_event.schema_version)
        if not path.exists():
            path.write_bytes(stored.state)
        return stored

    EventMapper.to_stored_event = keep_one  # type: ignore[method-assign]
