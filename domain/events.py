"""What every event carries, and how an aggregate makes and applies one.

Built on the `eventsourcing` library: `Event` keeps its protocol of domain events, `Aggregate` its base aggregate. An
aggregate's stream id is a UUIDv5 of its business key, so the same body, cycle or case has the same id everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, NamedTuple, Self, TypeVar
from uuid import UUID, uuid5

from eventsourcing.domain import (
    BaseAggregate,
    DomainEventProtocol,
    OriginatorIDError,
    OriginatorVersionError,
)
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from domain.errors import DomainError

NAMESPACE = UUID("6f0a3d9e-54c2-5e0b-9a77-0c1f3f2d8b11")
"""Namespace of all stream ids. Never changes: every stream id in every record depends on it."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

UtcDatetime = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
"""A moment with its offset, kept in UTC to the microsecond."""

Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
"""A business key: lower-case ASCII words joined by hyphens (`min-economy`), so that one code is written in one way."""

Text = Annotated[str, Field(min_length=1, max_length=20_000)]
"""Words of people, kept exactly as they were written: in no Unicode normal form but the writer's own, so that what was
signed or hashed stays what it was. Two texts that look alike may differ; nothing is identified by them. Commands take
only legible text (see `domain.legible`)."""


class Data(BaseModel):
    """Immutable data that refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Actor(Data):
    """Who acts: a person, in one role, for one body, by one appointment."""

    person: Code
    role: Code
    body: Code
    appointment: str


class Authority(Data):
    """Why the act was allowed: the policy set (SHA-256 of its text) and the ids of the policies that decided."""

    policies: str
    decision: str
    determined_by: tuple[str, ...]


class Envelope(Data):
    """What an event carries beside its own data.

    `effective_at` is when it counts, as its actor states; `decided_at` is when the record accepted the command (server
    clock). When it was recorded, and at which position, the store knows: it gives both under one lock, so that the
    order of positions and the order of times are the same.
    """

    event_id: UUID
    effective_at: UtcDatetime
    decided_at: UtcDatetime
    actor: Actor
    reason: str
    legal_basis: str | None
    correlation_id: UUID
    causation_id: UUID | None
    authority: Authority


class Act(Data):
    """One command about to be carried out: who, when, why, by what right. Its events share all of this."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    effective_at: UtcDatetime
    decided_at: UtcDatetime
    actor: Actor
    reason: str = ""
    legal_basis: str | None = None
    correlation_id: UUID
    causation_id: UUID | None = None
    authority: Authority
    new_event_id: Callable[[], UUID]

    def envelope(self) -> Envelope:
        """The envelope of one more event of this act."""
        return Envelope(
            event_id=self.new_event_id(),
            effective_at=self.effective_at,
            decided_at=self.decided_at,
            actor=self.actor,
            reason=self.reason,
            legal_basis=self.legal_basis,
            correlation_id=self.correlation_id,
            causation_id=self.causation_id,
            authority=self.authority,
        )

    def require_reason(self, what: str) -> None:
        """Refuses an act that changes or undoes something without saying why."""
        if not self.reason.strip():
            raise DomainError(f"{what} needs a reason", rule="reason-required", code="reason-required")

    def require_legal_basis(self, what: str) -> None:
        """Refuses an act that only a legal act can justify and that names none."""
        if not (self.legal_basis or "").strip():
            raise DomainError(f"{what} needs a legal basis", rule="legal-basis-required", code="legal-basis-required")


class Event(Data):
    """A fact that happened to one aggregate. Subclasses add their own data and say how it changes the aggregate.

    `schema_version` counts the shapes this event type has had; older ones are upcast on reading, by methods
    `upcast_v1_v2(data)` and so on, and never rewritten.
    """

    schema_version: ClassVar[int] = 1

    originator_id: UUID
    originator_version: int
    envelope: Envelope

    @classmethod
    def type_name(cls) -> str:
        """`CaseFile.DataSubmitted`: the aggregate and the event."""
        return cls.__qualname__

    @property
    def id(self) -> UUID:
        """The event's own id (UUIDv7)."""
        return self.envelope.event_id

    def mutate(self, aggregate: Any) -> Any:
        """Applies the event. Raises the library's errors if it belongs elsewhere or is not the next one."""
        if self.originator_id != aggregate.id:
            raise OriginatorIDError(self.originator_id, aggregate.id)
        if self.originator_version != aggregate.version + 1:
            raise OriginatorVersionError(self.originator_version, aggregate.version + 1)
        self.apply(aggregate)
        aggregate.version = self.originator_version
        aggregate.modified_on = self.envelope.decided_at
        return aggregate

    def apply(self, aggregate: Any) -> None:
        """Changes the aggregate's state; subclasses say how."""
        raise NotImplementedError(f"{self.type_name()} does not say how it changes its aggregate")


class Recorded(NamedTuple):
    """An event as the store holds it: at its position in the total order, recorded at the store's time (UTC)."""

    position: int
    recorded_at: datetime
    event: Event


EventClass = TypeVar("EventClass", bound=Event)


class Aggregate(BaseAggregate[UUID]):
    """One stream of events with the state they add up to. Starts blank, at version 0, under its business key."""

    def __init__(self) -> None:
        """Subclasses take their business key and set the blank state."""

    @classmethod
    def stream_id(cls, *key: object) -> UUID:
        """The id of the stream with this business key."""
        return uuid5(NAMESPACE, "/".join((cls.__name__, *map(str, key))))

    @classmethod
    def blank(cls, *key: Any) -> Self:
        """The aggregate before its first event."""
        aggregate: Self = cls.__new__(cls)
        aggregate.__base_init__(cls.stream_id(*key), 0, EPOCH)
        cls.__init__(aggregate, *key)
        return aggregate

    @classmethod
    def projector(cls, *key: Any) -> Callable[[Self | None, Iterable[DomainEventProtocol[UUID]]], Self]:
        """The library's projector function for a repository: folds events into the aggregate, blank if there are
        none."""

        def project(initial: Self | None, events: Iterable[DomainEventProtocol[UUID]]) -> Self:
            aggregate = initial if initial is not None else cls.blank(*key)
            for event in events:
                event.mutate(aggregate)  # type: ignore[attr-defined]
            return aggregate

        return project

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Another aggregate with the same state: what can change is copied, events and values are shared."""
        twin = object.__new__(type(self))
        vars(twin).update({name: _owned(value) for name, value in vars(self).items()})
        return twin

    def key(self) -> dict[str, Any]:
        """The business key as fields that each of its events repeats, so that an event tells its own story."""
        raise NotImplementedError

    @property
    def exists(self) -> bool:
        """Whether anything has happened to it."""
        return self.version > 0

    def record(self, event_class: type[EventClass], act: Act, **data: Any) -> EventClass:
        """Makes the next event, applies it, and keeps it to be saved."""
        event = event_class(
            originator_id=self.id,
            originator_version=self.version + 1,
            envelope=act.envelope(),
            **self.key(),
            **data,
        )
        event.mutate(self)
        self.pending_events.append(event)  # type: ignore[arg-type]
        return event


def _owned(value: Any) -> Any:
    """A copy of what an aggregate may change: containers, and dataclasses that are not frozen."""
    if isinstance(value, dict):
        return {key: _owned(item) for key, item in value.items()}
    if isinstance(value, list | set):
        return type(value)(map(_owned, value))
    parameters = getattr(value, "__dataclass_params__", None)
    if parameters is None or parameters.frozen:
        return value
    return replace(value, **{field.name: _owned(getattr(value, field.name)) for field in fields(value)})


def event_classes_of(aggregate: type[Aggregate]) -> Mapping[str, type[Event]]:
    """The events that stand inside an aggregate's class, by type name, in the order they are written."""
    found = (value for value in vars(aggregate).values() if isinstance(value, type) and issubclass(value, Event))
    return {event.type_name(): event for event in found}
