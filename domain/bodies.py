"""State bodies: established, renamed, reorganised, abolished. A code stays the same through renaming."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from domain.commands import Command, Concern, Moment
from domain.errors import NotFound, WrongState
from domain.events import Act, Aggregate, Code, Data, Text
from domain.events import Event as BaseEvent
from domain.records import Records

Group = Literal["central", "local"]


class Names(Data):
    """A name in Kazakh, Russian and English."""

    kk: Text
    ru: Text
    en: Text


class StateBody(Aggregate):
    """A central state body or an akimat."""

    class Event(BaseEvent):
        """Every event of a state body names it."""

        body: Code

    def __init__(self, code: str) -> None:
        self.code = code
        self.group: str = ""
        self.names: Names | None = None
        self.abolished: date | None = None
        self.predecessors: list[str] = []
        self.successors: list[str] = []

    def key(self) -> dict[str, Any]:
        return {"body": self.code}

    class BodyEstablished(Event):
        """A body comes into being, or enters the register with what is known of it."""

        group: Group
        names: Names
        since: date | None
        predecessors: tuple[Code, ...]
        illustrative: bool

        def apply(self, aggregate: StateBody) -> None:
            aggregate.group = self.group
            aggregate.names = self.names
            aggregate.predecessors = list(self.predecessors)

    def establish(self, act: Act, command: EstablishBody) -> None:
        """Enters the body into the register."""
        if self.exists:
            raise WrongState(f"body {self.code} is in the register already", rule="body-once")
        self.record(self.BodyEstablished, act, **command.model_dump(exclude={"body"}))

    class BodyRenamed(Event):
        """The same body under another name."""

        names: Names
        since: date
        illustrative: bool

        def apply(self, aggregate: StateBody) -> None:
            aggregate.names = self.names

    def rename(self, act: Act, command: RenameBody) -> None:
        """Gives the body another name."""
        self.require_active("renamed")
        self.record(self.BodyRenamed, act, **command.model_dump(exclude={"body"}))

    class BodyReorganised(Event):
        """Part or all of the body went to others: `merged` into them, or they were `split` from it."""

        kind: Literal["merged", "split"]
        successors: tuple[Code, ...]
        since: date
        illustrative: bool

        def apply(self, aggregate: StateBody) -> None:
            aggregate.successors.extend(self.successors)

    def reorganise(self, act: Act, command: ReorganiseBody) -> None:
        """Records where the body's work went."""
        self.require_active("reorganised")
        self.record(self.BodyReorganised, act, **command.model_dump(exclude={"body"}))

    class BodyAbolished(Event):
        """The body ends."""

        since: date
        illustrative: bool

        def apply(self, aggregate: StateBody) -> None:
            aggregate.abolished = self.since

    def abolish(self, act: Act, command: AbolishBody) -> None:
        """Ends the body."""
        self.require_active("abolished")
        act.require_reason("abolishing a body")
        self.record(self.BodyAbolished, act, **command.model_dump(exclude={"body"}))

    def lasted_through(self, year: int, day: date) -> bool:
        """Whether the body is abolished and yet was there through a whole year, or still on a day."""
        return self.abolished is not None and (self.abolished > date(year, 12, 31) or self.abolished > day)

    def require_active(self, what: str) -> None:
        """Refuses an act on a body that is not in the register or has been abolished."""
        if not self.exists:
            raise NotFound(f"no body {self.code} is in the register", rule="body-known")
        if self.abolished is not None:
            raise WrongState(
                f"body {self.code} was abolished on {self.abolished}: it cannot be {what}", rule="body-active"
            )


class BodyCommand(Command):
    """A command on the register of bodies."""

    body: Code
    illustrative: bool = False

    def concern(self, records: Records, moment: Moment) -> Concern:
        return Concern("StateBody", self.body)


class EstablishBody(BodyCommand):
    """Enter a body into the register."""

    group: Group
    names: Names
    since: date | None = None
    predecessors: tuple[Code, ...] = ()

    def carry_out(self, act: Act, records: Records) -> StateBody:
        body = records.body(self.body)
        for predecessor in self.predecessors:
            if not records.body(predecessor).exists:
                raise NotFound(f"predecessor {predecessor} is not in the register", rule="body-known")
        body.establish(act, self)
        return body


class RenameBody(BodyCommand):
    """Give a body another name from a date on."""

    names: Names
    since: date

    def carry_out(self, act: Act, records: Records) -> StateBody:
        body = records.body(self.body)
        body.rename(act, self)
        return body


class ReorganiseBody(BodyCommand):
    """Record that a body was merged into others, or that others were split from it."""

    kind: Literal["merged", "split"]
    successors: tuple[Code, ...]
    since: date

    def carry_out(self, act: Act, records: Records) -> StateBody:
        body = records.body(self.body)
        for successor in self.successors:
            if not records.body(successor).exists:
                raise NotFound(f"successor {successor} is not in the register", rule="body-known")
        body.reorganise(act, self)
        return body


class AbolishBody(BodyCommand):
    """End a body."""

    since: date

    def carry_out(self, act: Act, records: Records) -> StateBody:
        body = records.body(self.body)
        body.abolish(act, self)
        return body
