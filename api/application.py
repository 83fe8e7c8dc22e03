"""The record as an application: one way in for every command, whoever sends it.

A command is authorised by the policies, carried out on its aggregate, and saved; a refused attempt is recorded for
oversight. Built on the `eventsourcing` library's application, over our recorder and mapper.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import ApplicationRecorder, IntegrityError
from eventsourcing.utils import EnvType

from adapters.eventstore.mapper import EventMapper
from domain.authority import PolicySet, Request
from domain.bodies import StateBody
from domain.casefile import CaseCommand, CaseFile
from domain.commands import Command, Moment, Said
from domain.commission import CommissionSession
from domain.cycle import Cycle
from domain.errors import DomainError, NotAuthorised, NotFound, WrongState
from domain.events import EPOCH, Act, Actor, Aggregate, Authority, Event
from domain.methodology import Methodology
from domain.people import Appointment, Person, RegisterPerson
from domain.revision import Revision, revision_of

AnyAggregate = TypeVar("AnyAggregate", bound=Aggregate)
ATTEMPTS = 10
"""How often a command is decided anew when others write to the same stream at the same time."""
READING_LOCKS = 64
"""Locks of the cached aggregates, shared out among the streams."""


class VersionConflict(DomainError):
    """Somebody else changed the aggregate since it was read; `current` is its version now. Nothing was written."""

    code = "version-conflict"

    def __init__(self, message: str, current: int) -> None:
        super().__init__(message, rule="optimistic-concurrency")
        self.current = current


@dataclass(frozen=True, slots=True)
class Statement:
    """Who commands, and what they say beside the command: in which role, why, on what legal basis, from when."""

    person: str
    role: str
    body: str | None = None
    reason: str = ""
    legal_basis: str | None = None
    effective_at: datetime | None = None
    correlation_id: UUID | None = None
    causation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did: the events recorded, with their positions, and the version now of what it was about."""

    stream: UUID
    version: int
    events: tuple[Event, ...]
    positions: tuple[int, ...]


class EvaluationRecord(Application[UUID]):
    """The event-sourced record of evaluations."""

    def __init__(
        self,
        recorder: ApplicationRecorder,
        policies: PolicySet,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
    ) -> None:
        self._given_recorder = recorder
        self._policies = policies
        self._clock = clock
        self._new_id = new_id
        self._revisions: dict[str, Revision] = {}
        self._reading = tuple(Lock() for _ in range(READING_LOCKS))
        super().__init__(env={self.AGGREGATE_CACHE_MAXSIZE: "4096"})

    def construct_env(self, name: str, env: EnvType | None = None) -> Any:
        """Takes nothing from the process environment: settings come from the composition root alone."""
        from eventsourcing.utils import Environment

        return Environment(name, env)

    def construct_recorder(self) -> ApplicationRecorder:
        """The recorder that was given."""
        return self._given_recorder

    def construct_mapper(self) -> EventMapper:
        """Canonical JSON."""
        return EventMapper()

    # -- commands --------------------------------------------------------------------------------------------------

    def execute(self, command: Command, by: Statement, *, expected_version: int | None = None) -> Outcome:
        """Carries out a command.

        Raises InvalidInput if what is said beside it is not legible text, or names no person, role or body as codes are
        written; NotAuthorised (recorded for oversight), another DomainError if it cannot be done as things stand,
        VersionConflict if the aggregate is not at `expected_version`. Nothing is written unless all of it is.
        """
        Said.read(
            {
                "person": by.person,
                "role": by.role,
                "body": by.body,
                "reason": by.reason,
                "legal_basis": by.legal_basis,
            }
        )
        for attempt in range(ATTEMPTS):
            try:
                return self._execute(command, by, expected_version)
            except IntegrityError:
                # Deciding anew, an `expected_version` that no longer holds is refused with the version that does.
                if attempt + 1 == ATTEMPTS:
                    raise VersionConflict("somebody else wrote at the same time: read again and retry", 0) from None
        raise AssertionError("unreachable")

    def _execute(self, command: Command, by: Statement, expected_version: int | None) -> Outcome:
        now = self._clock()
        effective_at = by.effective_at or now
        if effective_at > now:
            raise DomainError(
                f"the act is said to count from {effective_at}, which is later than now ({now})",
                rule="not-in-the-future",
                code="not-in-the-future",
            )
        records = LoadedRecords(self)
        person = records.person(by.person)
        if not person.exists:
            raise NotAuthorised(f"no person {by.person} is registered", rule="person-known")
        moment = Moment(now, effective_at)
        try:
            actor = person.acting_as(by.role, moment, by.body)
            concern = command.concern(records, moment)
            authority = self._policies.authorise(
                Request(
                    actor=actor,
                    action=command.act_name(),
                    resource_type=concern.resource_type,
                    resource_id=concern.resource_id,
                    resource=concern.attributes,
                    context=concern.context,
                    conflicts=tuple(sorted(person.conflicts)),
                )
            )
        except NotAuthorised as refusal:
            self._record_refusal(command, by, now, refusal)
            raise
        act = self._act(actor, authority, by, moment)
        changed = command.carry_out(act, records)
        aggregates = changed if isinstance(changed, tuple) else (changed,)
        aggregate = aggregates[0]
        before = aggregate.version - len(aggregate.pending_events)
        if expected_version is not None and before != expected_version:
            raise VersionConflict(
                f"the stream is at version {before}, not {expected_version}: somebody else changed it", before
            )
        return self._save(*aggregates)

    def bootstrap(self, person: str, name: str, *, fictional: bool = False) -> Outcome:
        """Registers the first person and makes them registrar; possible only while the record is empty.

        Raises InvalidInput for a person or name that no record can take.
        """
        RegisterPerson.read({"person": person, "name": name})
        if self.recorder.max_notification_id():
            raise WrongState("the record has begun: its first registrar is appointed already", rule="genesis")
        now = self._clock()
        genesis = Actor(person="genesis", role="genesis", body="shezhire", appointment="genesis")
        allowed = Authority(policies=self._policies.sha256, decision="allow", determined_by=("genesis",))
        by = Statement("genesis", "genesis", reason="the first entry of the record")
        act = self._act(genesis, allowed, by, Moment(now, now))
        aggregate = Person.blank(person)
        aggregate.record(Person.PersonRegistered, act, name=name, fictional=fictional)
        appointment = Appointment(appointment="registrar-1", role="registrar", body="shezhire", since=EPOCH)
        aggregate.record(Person.AppointmentMade, act, appointment=appointment)
        return self._save(aggregate)

    def _act(self, actor: Actor, authority: Authority, by: Statement, moment: Moment) -> Act:
        return Act(
            effective_at=moment.effective_at,
            decided_at=moment.now,
            actor=actor,
            reason=by.reason,
            legal_basis=by.legal_basis,
            correlation_id=by.correlation_id or self._new_id(),
            causation_id=by.causation_id,
            authority=authority,
            new_event_id=self._new_id,
        )

    def _save(self, *aggregates: Aggregate) -> Outcome:
        recordings = self.save(*aggregates)
        return Outcome(
            stream=aggregates[0].id,
            version=aggregates[0].version,
            events=tuple(recording.domain_event for recording in recordings),  # type: ignore[misc]
            positions=tuple(recording.notification.id for recording in recordings),
        )

    def _record_refusal(self, command: Command, by: Statement, now: datetime, refusal: NotAuthorised) -> None:
        actor = Actor(person=by.person, role=by.role, body=by.body or "unknown", appointment="")
        denied = Authority(policies=self._policies.sha256, decision="deny", determined_by=(refusal.rule,))
        for _ in range(ATTEMPTS):
            person = self.aggregate(Person, by.person)
            act = self._act(actor, denied, by, Moment(now, now))
            person.record(
                Person.AttemptRefused,
                act,
                action=command.act_name(),
                cycle=getattr(command, "cycle", None),
                bodies=(command.body,) if isinstance(command, CaseCommand) else (),
                resource=_resource(command),
                rule=refusal.rule,
                message=refusal.message,
            )
            try:
                self._save(person)
                return
            except IntegrityError:
                continue
        raise refusal

    # -- aggregates ------------------------------------------------------------------------------------------------

    def aggregate(self, aggregate: type[AnyAggregate], *key: Any) -> AnyAggregate:
        """The aggregate of this business key as it stands now; blank if nothing happened to it."""
        stream = aggregate.stream_id(*key)
        # The library copies its cached aggregate while another thread may be bringing that very one up to date.
        with self._reading[hash(stream) % READING_LOCKS]:
            return self.repository.get(stream, projector_func=aggregate.projector(*key))

    def revision(self, cycle: Cycle) -> Revision:
        """The approved revision under which a cycle is evaluated. Raises NotFound."""
        sha256 = cycle.revision_sha256
        if sha256 not in self._revisions:
            methodology = self.aggregate(Methodology, cycle.methodology)
            document = methodology.documents.get(cycle.revision)
            if document is None:
                raise NotFound(f"cycle {cycle.year} is not open", rule="cycle-known")
            self._revisions[sha256] = revision_of(document)
        return self._revisions[sha256]


class LoadedRecords:
    """The aggregates that one command looks at, each loaded once: see `domain.records.Records`."""

    def __init__(self, record: EvaluationRecord) -> None:
        self._record = record
        self._loaded: dict[tuple[Any, ...], Aggregate] = {}

    def _get(self, aggregate: type[AnyAggregate], *key: Any) -> AnyAggregate:
        found = self._loaded.get((aggregate, *key))
        if found is None:
            found = self._loaded[(aggregate, *key)] = self._record.aggregate(aggregate, *key)
        assert isinstance(found, aggregate)
        return found

    def body(self, code: str) -> StateBody:
        """The state body of this code."""
        return self._get(StateBody, code)

    def person(self, person: str) -> Person:
        """The person of this id."""
        return self._get(Person, person)

    def methodology(self, code: str) -> Methodology:
        """The methodology of this code."""
        return self._get(Methodology, code)

    def cycle(self, year: int) -> Cycle:
        """The cycle that evaluates this year."""
        return self._get(Cycle, year)

    def case(self, year: int, body: str) -> CaseFile:
        """The case file of a body in a cycle."""
        return self._get(CaseFile, year, body)

    def session(self, session: str) -> CommissionSession:
        """The Commission's session of this id."""
        return self._get(CommissionSession, session)

    def revision_of(self, cycle: Cycle) -> Revision:
        """The approved revision under which a cycle is evaluated."""
        return self._record.revision(cycle)


def _resource(command: Command) -> str:
    """What a refused command was about, in a few words."""
    names = ("cycle", "body", "person", "methodology", "revision", "session")
    return " ".join(f"{name}={getattr(command, name)}" for name in names if hasattr(command, name))
