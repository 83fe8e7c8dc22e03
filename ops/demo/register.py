"""The registers as commands: people with their appointments, bodies with their true reorganisations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from domain import bodies, people
from domain.commands import Command
from ops.demo.people import REGISTRAR, Role
from ops.demo.step import Step, at, by, table

FIRST = date(2010, 3, 19)
"""When bodies that were there before the evaluation enter the register: the day of Decree 954."""


def people_of(roles: Iterable[Role], day: date) -> Iterator[Step]:
    """Registers and appoints people, from 2010 on."""
    registrar = by(REGISTRAR, day, reason="people of the demonstration, all fictional")
    since = at(date(2010, 1, 1), 0)
    for role in roles:
        yield Step("people", people.RegisterPerson(person=role.person, name=role.name, fictional=True), registrar)
        appointment = people.Appointment(appointment=f"{role.person}-1", role=role.role, body=role.body, since=since)
        yield Step("people", people.MakeAppointment(person=role.person, appointment=appointment), registrar)


def register() -> Iterator[Step]:
    """All bodies, and then what became of them."""
    yield from established()
    yield from reorganised()


def established() -> Iterator[Step]:
    """Enters every body, on the day it began if that is known."""
    for row in table("bodies.csv"):
        since = date.fromisoformat(row["since"]) if row["since"] else None
        fields = {
            "body": row["body"],
            "group": row["group"],
            "names": {language: row[language] for language in ("kk", "ru", "en")},
            "since": since,
            "predecessors": tuple(row["predecessors"].split()),
            "illustrative": row["illustrative"] == "true",
        }
        statement = by(REGISTRAR, since or FIRST, reason="entered into the register")
        yield Step("register", bodies.EstablishBody.read(fields), statement)


def reorganised() -> Iterator[Step]:
    """Renames, splits, mergers and abolitions, in the order of their days."""
    for row in table("reorganisations.csv"):
        since = date.fromisoformat(row["since"])
        common: dict[str, Any] = {
            "body": row["body"],
            "since": since,
            "illustrative": row["illustrative"] == "true",
        }
        command: Command
        if row["change"] == "renamed":
            renamed = {language: row[language] for language in ("kk", "ru", "en")}
            command = bodies.RenameBody.read({**common, "names": renamed})
        elif row["change"] == "abolished":
            command = bodies.AbolishBody.read(common)
        else:
            command = bodies.ReorganiseBody.read(
                {**common, "kind": row["change"], "successors": tuple(row["successors"].split())}
            )
        yield Step("register", command, by(REGISTRAR, since, hour=12, reason=row["why"]))
