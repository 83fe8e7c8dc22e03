"""All event types and all commands of the record, by name."""

from __future__ import annotations

from collections.abc import Mapping

from domain import bodies, casefile, commission, cycle, methodology, people
from domain.commands import Command
from domain.events import Aggregate, Event, event_classes_of

AGGREGATES: tuple[type[Aggregate], ...] = (
    methodology.Methodology,
    bodies.StateBody,
    people.Person,
    cycle.Cycle,
    casefile.CaseFile,
    commission.CommissionSession,
)

ABSTRACT = {f"{aggregate.__name__}.Event" for aggregate in AGGREGATES} | {
    "CaseFile.ObjectionDecided",
    "CommissionSession.ItemEvent",
}

EVENTS: Mapping[str, type[Event]] = {
    name: event
    for aggregate in AGGREGATES
    for name, event in event_classes_of(aggregate).items()
    if name not in ABSTRACT
}
"""Event classes by type name (`CaseFile.DataSubmitted`)."""


def _commands(command: type[Command]) -> list[type[Command]]:
    below = [found for child in command.__subclasses__() for found in _commands(child)]
    return below or [command]


COMMANDS: Mapping[str, type[Command]] = {command.act_name(): command for command in _commands(Command)}
"""Command classes by name (`SubmitData`): those that nothing else is built on."""
