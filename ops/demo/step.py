"""One step of a history that is played: a command, who gives it, and whether it must be refused."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from api.application import Statement
from domain.calendar import almaty
from domain.commands import Command
from ops.demo.people import Role

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a history. `refused` names the rule that must refuse it, where one must."""

    chapter: str
    command: Command
    by: Statement
    refused: str | None = None

    @property
    def moment(self) -> datetime:
        """When it counts."""
        assert self.by.effective_at is not None
        return self.by.effective_at


def numbered(steps: Iterable[Step], history: str) -> Iterator[Step]:
    """The steps, each with the correlation id of its number: the same ones at every call, so that an interrupted play
    can go on."""
    for number, step in enumerate(steps):
        correlation = uuid5(NAMESPACE_URL, f"shezhire:demo:{history}:{number}")
        yield replace(step, by=replace(step.by, correlation_id=correlation))


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """A time of a day in Almaty."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=almaty())


def by(role: Role, day: date, hour: int = 10, reason: str = "", legal_basis: str | None = None) -> Statement:
    """A role speaks, on a day, with a reason."""
    return Statement(role.person, role.role, role.body, reason, legal_basis, at(day, hour))


def table(name: str) -> list[dict[str, str]]:
    """The rows of a CSV among the data."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
