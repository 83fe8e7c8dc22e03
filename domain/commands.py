"""What every command is: an immutable request that refuses what it does not know.

Commands stand beside the aggregates they act on; their class names are the names of the acts that the policies allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError

from domain.errors import InvalidInput, Problem
from domain.events import Act, Aggregate, Data, UtcDatetime
from domain.records import Records

CommandClass = TypeVar("CommandClass", bound="Command")


@dataclass(frozen=True, slots=True)
class Moment:
    """When a command comes: the server's clock, and the time that its actor states it counts from."""

    now: UtcDatetime
    effective_at: UtcDatetime


@dataclass(frozen=True, slots=True)
class Concern:
    """What a command acts on, as the policies see it: a resource with its attributes, and the moment's context."""

    resource_type: str
    resource_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)


class Command(Data):
    """A request to do one thing. Who does it, when and why is stated beside it, in the `Act`."""

    def concern(self, records: Records, moment: Moment) -> Concern:
        """What the policies must decide on, as things stand at `moment`."""
        raise NotImplementedError

    def carry_out(self, act: Act, records: Records) -> Aggregate | tuple[Aggregate, ...]:
        """Does it: triggers events on the aggregates it returns, which are saved together or not at all; the first is
        the one that the command is about. Raises DomainError if it cannot be done as things stand."""
        raise NotImplementedError

    @classmethod
    def act_name(cls) -> str:
        """The name of the act, as the policies know it."""
        return cls.__name__

    @classmethod
    def read(cls: type[CommandClass], fields: Any) -> CommandClass:
        """The command that these fields state. Raises InvalidInput, which names every field that is wrong."""
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise InvalidInput(f"{cls.__name__} cannot be understood", problems_of(error)) from error


def problems_of(error: ValidationError) -> list[Problem]:
    """A validation error as places and sentences."""
    problems = []
    for item in error.errors(include_url=False, include_context=False):
        place = ""
        for part in item["loc"]:
            place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
        problems.append(Problem(place, f"{item['msg']} (found {item['input']!r})"[:300]))
    return problems
