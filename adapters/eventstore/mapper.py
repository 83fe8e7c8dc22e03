"""Between events and their stored form: RFC 8785 JSON with a stable type name and version, never a Python path."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Any, Literal
from uuid import UUID

import rfc8785
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent
from pydantic import Field, ValidationError, create_model

from domain.events import Data, Envelope, Event, Recorded
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
    form = _stored_form(event_class)
    try:
        stored = form.model_validate_json(state)
    except ValidationError:
        stored = form.model_validate(_upcast(event_class, json.loads(state)))
    # Every part was just validated, so the whole is put together as unpickling does, without validating it again.
    fields = {"originator_id": stream, "originator_version": version, "envelope": stored.envelope, **vars(stored.data)}
    event = event_class.__new__(event_class)
    event.__setstate__(
        {
            "__dict__": fields,
            "__pydantic_fields_set__": set(fields),
            "__pydantic_extra__": None,
            "__pydantic_private__": None,
        }
    )
    return event


class _Stored(Data):
    """What the stored JSON of an event looks like; for each event type with its own schema and data."""

    form: Any = Field(alias="schema")
    envelope: Envelope
    data: Any


@cache
def _stored_form(event_class: type[Event]) -> type[_Stored]:
    own = {name: field for name, field in event_class.model_fields.items() if name not in Event.model_fields}
    fields: dict[str, Any] = {name: (field.annotation, field) for name, field in own.items()}
    data = create_model("data", __base__=Data, **fields)
    newest: Any = Literal[event_class.schema_version]
    schema = create_model("schema", __base__=Data, type=(str, ...), version=(newest, ...))
    return create_model("stored", __base__=_Stored, form=(schema, Field(alias="schema")), data=(data, ...))


def recorded_of(position: int, recorded_at: datetime, stream: UUID, version: int, topic: str, state: bytes) -> Recorded:
    """The event of a stored row, with its place in the record."""
    return Recorded(position, recorded_at, event_of(stream, version, topic, state))


def _upcast(event_class: type[Event], stored: dict[str, Any]) -> dict[str, Any]:
    """An older shape as the newest one; what is not older comes back as it is."""
    shape = stored["schema"]["version"]
    if shape > event_class.schema_version:
        raise UnknownEvent(f"{event_class.type_name()} version {shape} is newer than this program")
    data = stored["data"]
    while shape < event_class.schema_version:
        data = getattr(event_class, f"upcast_v{shape}_v{shape + 1}")(data)
        shape += 1
    return {**stored, "schema": {**stored["schema"], "version": shape}, "data": data}
