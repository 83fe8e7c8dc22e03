"""Playing the demonstration's history into a record, from wherever an earlier play stopped."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from adapters.eventstore.reader import StoredRow
from api.application import EvaluationRecord
from domain.errors import DomainError, NotAuthorised, WrongState
from ops.demo.people import REGISTRAR
from ops.demo.step import Step


class DemoError(DomainError):
    """The history cannot be played into this record; the message says why."""

    code = "another-history"


class Progress(Protocol):
    """Is told of each step before it is carried out: how many are done, and its chapter."""

    def __call__(self, done: int, chapter: str) -> None:
        """One more step."""


class Reader(Protocol):
    """Where the events are that the record holds already."""

    def all(self) -> Iterable[StoredRow]:
        """All of them, in order."""


def play(
    record: EvaluationRecord, reader: Reader, history: Iterable[Step], progress: Progress = lambda *_: None
) -> int:
    """Carries out every step that the record does not hold yet; gives how many were carried out.

    A step is one transaction and known by its correlation id, so a play that was killed anywhere goes on without
    losing or doubling one. Raises DemoError if the record holds another history.
    """
    done = _correlations(reader)
    if not done:
        record.bootstrap(REGISTRAR.person, REGISTRAR.name, fictional=True)
    elif not record.recorder.max_notification_id():
        raise DemoError("the record cannot be read")
    carried_out = 0
    for number, step in enumerate(history):
        if step.by.correlation_id not in done:
            progress(number, step.chapter)
            _carry_out(record, step)
            carried_out += 1
    return carried_out


def _carry_out(record: EvaluationRecord, step: Step) -> None:
    try:
        record.execute(step.command, step.by)
    except NotAuthorised as refusal:
        if refusal.rule != step.refused:
            raise DemoError(
                f"{step.command.act_name()} was refused by {refusal.rule}: {refusal.message}. If this record is not "
                "the demonstration's own, choose another directory by SHEZHIRE_DATA."
            ) from refusal
    except WrongState as refusal:
        raise DemoError(
            f"{step.command.act_name()} does not fit this record ({refusal.message}). The demonstration needs a record "
            "of its own: choose another directory by SHEZHIRE_DATA."
        ) from refusal
    else:
        if step.refused is not None:
            raise DemoError(f"{step.command.act_name()} had to be refused by {step.refused} and was not")


def _correlations(reader: Reader) -> set[UUID]:
    return {UUID(json.loads(row.state)["envelope"]["correlation_id"]) for row in reader.all()}
