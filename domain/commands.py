"""What every command is: an immutable request that refuses what it does not know, and text that is not legible.

Commands stand beside the aggregates they act on; their class names are the names of the acts that the policies allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.events import Act, Aggregate, Code, UtcDatetime
from domain.legible import LegibleData
from domain.records import Records


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


class Command(LegibleData):
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


class Said(LegibleData):
    """What is said beside a command: who commands, in which role and for which body, why, and on what legal basis."""

    person: Code
    role: Code
    body: Code | None
    reason: str
    legal_basis: str | None
