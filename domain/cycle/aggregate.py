"""The cycle: one reporting year evaluated, from opening to publication.

Stages are opened and closed by the Presidential Administration. A retrospective cycle records a year from the archive:
its deadlines are held against the times that the acts state, not against the clock, and everyone can see that it is so.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal

from domain.bodies import Group
from domain.calendar import end_of
from domain.commands import Moment
from domain.errors import NotFound
from domain.events import Aggregate, Code, Data, UtcDatetime
from domain.events import Event as BaseEvent
from domain.statements import BodyNode


class Stage(StrEnum):
    """The stages of a year, in order."""

    SUBMISSION = "submission"
    REVERIFICATION = "reverification"
    CONCLUSION = "conclusion"
    OBJECTION = "objection"
    EXPERT_OPINION = "expert_opinion"
    COMMISSION = "commission"
    HEAD_OF_STATE = "head_of_state"


class PlannedStage(Data):
    """A line of a cycle's calendar: when a stage is to open, and the last day on which its acts are due."""

    stage: Stage
    opens: date
    due: date


Outcome = Literal["approve", "return", "adjust"]
"""What the Commission can decide: results stand, go back to the evaluating bodies, or stand with other points."""


class Ruling(Data):
    """What the Commission last decided on a body, and where; `adjusted` are the nodes whose points it set."""

    session: Code
    item: int
    outcome: Outcome
    adjusted: tuple[str, ...]

    @property
    def stands(self) -> bool:
        """Whether results may be published on it."""
        return self.outcome != "return"


class Enrolment(Data):
    """A body under evaluation: in which group, and which bodies evaluate it."""

    body: Code
    group: Group
    evaluators: tuple[Code, ...] = ()


class Cycle(Aggregate):
    """The evaluation of one reporting year."""

    class Event(BaseEvent):
        """Every event of a cycle names its year."""

        cycle: int

    def __init__(self, year: int) -> None:
        self.year = year
        self.methodology = ""
        self.revision = ""
        self.revision_sha256 = ""
        self.retrospective = False
        self.enrolled: dict[str, Enrolment] = {}
        self.calendar: dict[Stage, PlannedStage] = {}
        self.deadlines: dict[Stage, datetime] = {}
        self.leaves: dict[tuple[Stage, str], datetime] = {}
        """Later deadlines of single bodies."""
        self.open_stages: list[Stage] = []
        self.rulings: dict[str, Ruling] = {}
        """What the Commission last decided, by body."""
        self.published: dict[str, str] = {}
        """By which session's decision a group's results were published."""

    def key(self) -> dict[str, Any]:
        return {"cycle": self.year}

    def is_late(self, stage: Stage, body: str, moment: Moment) -> bool:
        """Whether an act of a stage on a body comes after the deadline that holds for this body."""
        deadline = self.leaves.get((stage, body)) or self.deadlines.get(stage)
        counted = moment.effective_at if self.retrospective else moment.now
        return deadline is not None and counted > deadline

    def is_published(self, body: str) -> bool:
        """Whether the results of the body's group are published, and so final until the cycle is reopened."""
        return self.enrolment(body).group in self.published

    def enrolment(self, body: str) -> Enrolment:
        """The body's enrolment. Raises NotFound."""
        if body not in self.enrolled:
            raise NotFound(f"body {body} is not evaluated in cycle {self.year}", rule="body-enrolled")
        return self.enrolled[body]

    class CycleOpened(Event):
        """The year's evaluation begins under one approved revision."""

        methodology: Code
        revision: Code
        revision_sha256: str
        retrospective: bool
        calendar: tuple[PlannedStage, ...]

        schema_version: ClassVar[int] = 2

        @staticmethod
        def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
            """Version 1 had no calendar: stages were opened without a plan."""
            return {**data, "calendar": []}

        def apply(self, aggregate: Cycle) -> None:
            aggregate.calendar = {planned.stage: planned for planned in self.calendar}
            aggregate.methodology = self.methodology
            aggregate.revision = self.revision
            aggregate.revision_sha256 = self.revision_sha256
            aggregate.retrospective = self.retrospective

    class BodyEnrolled(Event):
        """A body will be evaluated, in a group."""

        body: Code
        group: Group

        def apply(self, aggregate: Cycle) -> None:
            aggregate.enrolled[self.body] = Enrolment(body=self.body, group=self.group)

    class BodyWithdrawn(Event):
        """A body is no longer evaluated this year."""

        body: Code
        group: Group

        def apply(self, aggregate: Cycle) -> None:
            del aggregate.enrolled[self.body]

    class EvaluatorAssigned(Event):
        """An evaluating body will conclude on a body."""

        body: Code
        evaluator: Code

        def apply(self, aggregate: Cycle) -> None:
            held = aggregate.enrolled[self.body]
            aggregate.enrolled[self.body] = held.model_copy(update={"evaluators": (*held.evaluators, self.evaluator)})

    class EvaluatorReassigned(Event):
        """Another evaluating body takes over from the one that had the task."""

        body: Code
        evaluator: Code
        replaces: Code

        def apply(self, aggregate: Cycle) -> None:
            held = aggregate.enrolled[self.body]
            evaluators = tuple(self.evaluator if e == self.replaces else e for e in held.evaluators)
            aggregate.enrolled[self.body] = held.model_copy(update={"evaluators": evaluators})

    class StageOpened(Event):
        """A stage begins; its acts are due by the deadline, which was stated as a day or in working days."""

        stage: Stage
        deadline: UtcDatetime
        stated: str

        schema_version: ClassVar[int] = 2

        @staticmethod
        def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
            """Version 1 kept the moment only, not how it was stated."""
            return {**data, "stated": data["deadline"]}

        def apply(self, aggregate: Cycle) -> None:
            aggregate.open_stages.append(self.stage)
            aggregate.deadlines[self.stage] = self.deadline

    class StageClosed(Event):
        """A stage ends."""

        stage: Stage

        def apply(self, aggregate: Cycle) -> None:
            aggregate.open_stages.remove(self.stage)

    class DeadlineExtended(Event):
        """A stage's deadline is put off: for all, or as a leave for the bodies named."""

        stage: Stage
        deadline: UtcDatetime
        stated: str
        bodies: tuple[Code, ...]

        schema_version: ClassVar[int] = 2

        @staticmethod
        def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
            """Version 1 put deadlines off for all bodies only, and kept the moment only."""
            return {**data, "stated": data["deadline"], "bodies": []}

        def apply(self, aggregate: Cycle) -> None:
            if self.bodies:
                aggregate.leaves.update({(self.stage, body): self.deadline for body in self.bodies})
            else:
                aggregate.deadlines[self.stage] = self.deadline

    class ResultsDecided(Event):
        """The Commission decided on the results of bodies; recorded together with its decision."""

        session: Code
        item: int
        outcome: Outcome
        bodies: tuple[Code, ...]
        adjusted: tuple[BodyNode, ...]

        def apply(self, aggregate: Cycle) -> None:
            for body in self.bodies:
                nodes = tuple(one.node for one in self.adjusted if one.body == body)
                aggregate.rulings[body] = Ruling(
                    session=self.session, item=self.item, outcome=self.outcome, adjusted=nodes
                )

    class RulingWithdrawn(Event):
        """A decision of the Commission was annulled; recorded together with the annulment."""

        session: Code
        item: int
        bodies: tuple[Code, ...]

        def apply(self, aggregate: Cycle) -> None:
            for body in self.bodies:
                del aggregate.rulings[body]

    class ResultsPublished(Event):
        """The results of a group, decided by a session of the Commission, are made public."""

        group: Group
        session: str

        def apply(self, aggregate: Cycle) -> None:
            aggregate.published[self.group] = self.session

    class CycleReopened(Event):
        """Published results of a group are open again: their stages, decisions and publication may follow anew."""

        group: Group

        def apply(self, aggregate: Cycle) -> None:
            del aggregate.published[self.group]

    def require_open(self) -> None:
        """Refuses an act on a cycle that was never opened."""
        if not self.exists:
            raise NotFound(f"cycle {self.year} is not open", rule="cycle-known")

    def is_ruled_by(self, body: str, session: str, item: int) -> bool:
        """Whether what the Commission last decided on a body is this decision."""
        ruling = self.rulings.get(body)
        return ruling is not None and (ruling.session, ruling.item) == (session, item)

    def groups(self) -> set[str]:
        """The groups that are evaluated this year."""
        return {enrolled.group for enrolled in self.enrolled.values()}

    def planned(self, stage: Stage) -> datetime | None:
        """The deadline that the calendar plans for a stage, if it plans one."""
        planned = self.calendar.get(stage)
        return end_of(planned.due) if planned is not None else None
