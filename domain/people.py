"""People: who they are, to what they were appointed, and where they have a conflict of interest.

Rights come from appointments only: a role counts from the appointment to its end.
"""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from pydantic import Field, model_validator

from domain.commands import Command, Concern, Moment
from domain.errors import NotAuthorised, NotFound, WrongState
from domain.events import Act, Actor, Aggregate, Code, Data, Text, UtcDatetime
from domain.events import Event as BaseEvent
from domain.records import Records

Role = Literal[
    "registrar",
    "assessment-centre",
    "external-expert",
    "administration",
    "body-officer",
    "evaluator",
    "expert",
    "commission-secretary",
    "commission-member",
    "commission-chair",
    "head-of-state",
    "oversight",
    "analyst",
    "operations",
]
"""What a person can be appointed to. `administration` and `expert` are of the Presidential Administration."""

Algorithm = Literal["Ed25519", "ES256"]
"""Of signing keys: EdDSA (RFC 8032), or ECDSA on P-256 with SHA-256 (FIPS 186-5)."""


class SigningKey(Data):
    """A public key with which a person signs; `public_key` is the DER SubjectPublicKeyInfo (RFC 5280) in base64.

    The key's id is the SHA-256 of those DER bytes, so that a key cannot be registered under another's name.
    """

    key: str = Field(pattern=r"^[0-9a-f]{64}$")
    algorithm: Algorithm
    public_key: str = Field(max_length=400)

    @model_validator(mode="after")
    def _named_by_its_bytes(self) -> SigningKey:
        try:
            der = b64decode(self.public_key, validate=True)
        except ValueError as error:
            raise ValueError(f"the public key is not base64: {error}") from error
        if sha256(der).hexdigest() != self.key:
            raise ValueError("the key's id is not the SHA-256 of its public key")
        return self


class Appointment(Data):
    """A role held for a body during a time; `until` is open while it lasts."""

    appointment: Code
    role: Role
    body: Code
    since: UtcDatetime
    until: UtcDatetime | None = None

    def holds_at(self, moment: datetime) -> bool:
        """Whether the appointment counts at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


class Person(Aggregate):
    """A person who can act in the record, and every refused attempt of theirs."""

    class Event(BaseEvent):
        """Every event of a person names them."""

        person: Code

    def __init__(self, person: str) -> None:
        self.person = person
        self.name = ""
        self.registered = False
        self.appointments: dict[str, Appointment] = {}
        self.conflicts: dict[str, str] = {}
        self.signing_keys: dict[str, SigningKey] = {}
        self.revoked_keys: set[str] = set()

    def key(self) -> dict[str, Any]:
        return {"person": self.person}

    def acting_as(self, role: str, moment: Moment, body: str | None = None) -> Actor:
        """The actor this person is in a role. Raises NotAuthorised if no appointment gives the role.

        The appointment must count now and when the act is said to count from: nobody acts on an ended appointment by
        dating an act back.
        """
        both = (moment.now, moment.effective_at)
        for appointment in self.appointments.values():
            fits = appointment.role == role and (body is None or appointment.body == body)
            if fits and all(appointment.holds_at(when) for when in both):
                return Actor(
                    person=self.person,
                    role=role,
                    body=appointment.body,
                    appointment=appointment.appointment,
                )
        held = sorted({a.role for a in self.appointments.values() if all(a.holds_at(when) for when in both)})
        raise NotAuthorised(
            f"{self.person} does not hold the role `{role}`{f' for {body}' if body else ''} at "
            f"{moment.effective_at:%Y-%m-%d %H:%M} UTC (roles held: {', '.join(held) or 'none'})",
            rule="no-appointment",
        )

    class PersonRegistered(Event):
        """A person enters the record."""

        name: Text
        fictional: bool

        def apply(self, aggregate: Person) -> None:
            aggregate.name = self.name
            aggregate.registered = True

    class AppointmentMade(Event):
        """A person is appointed to a role for a body."""

        appointment: Appointment

        def apply(self, aggregate: Person) -> None:
            aggregate.appointments[self.appointment.appointment] = self.appointment

    class AppointmentRevoked(Event):
        """An appointment ends."""

        appointment: Code
        until: UtcDatetime

        def apply(self, aggregate: Person) -> None:
            ended = aggregate.appointments[self.appointment]
            aggregate.appointments[self.appointment] = ended.model_copy(update={"until": self.until})

    class SigningKeyRegistered(Event):
        """A public key counts as this person's from now on."""

        signing_key: SigningKey

        def apply(self, aggregate: Person) -> None:
            aggregate.signing_keys[self.signing_key.key] = self.signing_key

    class SigningKeyRevoked(Event):
        """A key no longer counts for what is signed after `since`."""

        key: str
        since: UtcDatetime

        def apply(self, aggregate: Person) -> None:
            aggregate.revoked_keys.add(self.key)

    class ConflictDeclared(Event):
        """The person has an interest in a body and may not judge it."""

        body: Code
        interest: Text

        def apply(self, aggregate: Person) -> None:
            aggregate.conflicts[self.body] = self.interest

    class AttemptRefused(Event):
        """The person tried what the rules refuse: kept for oversight."""

        action: str
        cycle: int | None
        bodies: tuple[str, ...]
        resource: str
        rule: str
        message: str

        def apply(self, aggregate: Person) -> None:
            """An attempt changes nothing but the record of it."""

    def require_registered(self) -> None:
        """Refuses an act on a person who is not in the record."""
        if not self.registered:
            raise NotFound(f"no person {self.person} is registered", rule="person-known")


class PersonCommand(Command):
    """A command on one person."""

    person: Code

    def concern(self, records: Records, moment: Moment) -> Concern:
        return Concern("Person", self.person, {"person": self.person})


class RegisterPerson(PersonCommand):
    """Enter a person into the record."""

    name: Text
    fictional: bool = False

    def carry_out(self, act: Act, records: Records) -> Person:
        person = records.person(self.person)
        if person.registered:
            raise WrongState(f"{self.person} is registered already", rule="person-once")
        person.record(Person.PersonRegistered, act, name=self.name, fictional=self.fictional)
        return person


class MakeAppointment(PersonCommand):
    """Appoint a person to a role for a body."""

    appointment: Appointment

    def carry_out(self, act: Act, records: Records) -> Person:
        person = records.person(self.person)
        person.require_registered()
        if self.appointment.appointment in person.appointments:
            raise WrongState(
                f"{self.person} has an appointment {self.appointment.appointment} already", rule="appointment-once"
            )
        person.record(Person.AppointmentMade, act, appointment=self.appointment)
        return person


class RevokeAppointment(PersonCommand):
    """End an appointment."""

    appointment: Code
    until: UtcDatetime

    def carry_out(self, act: Act, records: Records) -> Person:
        person = records.person(self.person)
        act.require_reason("revoking an appointment")
        held = person.appointments.get(self.appointment)
        if held is None:
            raise NotFound(f"{self.person} has no appointment {self.appointment}", rule="appointment-known")
        if held.until is not None:
            raise WrongState(f"appointment {self.appointment} ended at {held.until}", rule="appointment-open")
        person.record(Person.AppointmentRevoked, act, appointment=self.appointment, until=self.until)
        return person


class RegisterSigningKey(PersonCommand):
    """Register a person's public key for signing."""

    signing_key: SigningKey

    def carry_out(self, act: Act, records: Records) -> Person:
        person = records.person(self.person)
        person.require_registered()
        if self.signing_key.key in person.signing_keys:
            raise WrongState(f"key {self.signing_key.key} is registered already", rule="key-once")
        person.record(Person.SigningKeyRegistered, act, signing_key=self.signing_key)
        return person


class RevokeSigningKey(PersonCommand):
    """End a signing key (lost, stolen, replaced), with the reason."""

    key: str
    since: UtcDatetime

    def carry_out(self, act: Act, records: Records) -> Person:
        person = records.person(self.person)
        act.require_reason("revoking a key")
        if self.key not in person.signing_keys:
            raise NotFound(f"{self.person} has no signing key {self.key}", rule="key-known")
        if self.key in person.revoked_keys:
            raise WrongState(f"key {self.key} is revoked already", rule="key-valid")
        person.record(Person.SigningKeyRevoked, act, key=self.key, since=self.since)
        return person


class DeclareConflict(PersonCommand):
    """Declare an interest in a body."""

    body: Code
    interest: Text

    def carry_out(self, act: Act, records: Records) -> Person:
        person = records.person(self.person)
        person.require_registered()
        person.record(Person.ConflictDeclared, act, body=self.body, interest=self.interest)
        return person
