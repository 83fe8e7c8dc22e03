"""Between events and their stored form: RFC 8785 JSON with a stable type name and version, never a Python path."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import rfc8785
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent

from domain.events import Event, Recorded
from domain.registry import EVENTS


class UnknownEvent(LookupError):
    """An event type or version that this program does not know."""


class EventMapper(Mapper[UUID]):
    """Writes `{"schema", "envelope", "data"}` in canonical JSON; reads any version ever written, upcasting old ones."""

    def __init__(self) -> None:
        """Needs neither the library's transcoder nor compression: the stored bytes are what is hashed."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """The event's stored form."""
        assert isinstance(domain_event, Event)
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=domain_event.type_name(),
            state=state_of(domain_event),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Event:
        """The event that was stored. Raises UnknownEvent, or ValueError if the bytes are not that event."""
        return event_of(
            stored_event.originator_id,  # type: ignore[arg-type]
            stored_event.originator_version,
            stored_event.topic,
            stored_event.state,
        )


def state_of(event: Event) -> bytes:
    """Canonical JSON of an event: what is stored and hashed."""
    fields = event.model_dump(mode="json")
    del fields["originator_id"], fields["originator_version"]
    envelope = fields.pop("envelope")
    schema: dict[str, str | int] = {"type": event.type_name(), "version": event.schema_version}
    return rfc8785.dumps({"schema": schema, "envelope": envelope, "data": fields})


def event_of(stream: UUID, version: int, topic: str, state: bytes) -> Event:
    """The event of stored bytes. Raises UnknownEvent for a type or version that is not known."""
    event_class = EVENTS.get(topic)
    if event_class is None:
        raise UnknownEvent(f"event type {topic!r} is not known (stream {stream}, version {version})")
    stored: dict[str, Any] = json.loads(state)
    shape = stored["schema"]["version"]
    data: dict[str, Any] = stored["data"]
    if shape != event_class.schema_version:
        data = _upcast(event_class, shape, data)
    return event_class.model_validate(
        {"originator_id": stream, "originator_version": version, "envelope": stored["envelope"], **data}
    )


def recorded_of(position: int, recorded_at: datetime, stream: UUID, version: int, topic: str, state: bytes) -> Recorded:
    """The event of a stored row, with its place in the record."""
    return Recorded(position, recorded_at, event_of(stream, version, topic, state))


def _upcast(event_class: type[Event], shape: int, data: dict[str, Any]) -> dict[str, Any]:
    if shape > event_class.schema_version:
        raise UnknownEvent(f"{event_class.type_name()} version {shape} is newer than this program")
    while shape < event_class.schema_version:
        data = getattr(event_class, f"upcast_v{shape}_v{shape + 1}")(data)
        shape += 1
    return data
