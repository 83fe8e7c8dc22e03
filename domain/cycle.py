"""The cycle: one reporting year evaluated, from opening to publication.

Stages are opened and closed by the Presidential Administration. A retrospective cycle records a year from the archive:
its deadlines are held against the times that the acts state, not against the clock, and everyone can see that it is so.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from domain.bodies import Group
from domain.commands import Command, Concern, Moment
from domain.errors import NotFound, WrongState
from domain.events import Act, Aggregate, Code, Data, UtcDatetime
from domain.events import Event as BaseEvent
from domain.records import Records


class Stage(StrEnum):
    """The stages of a year, in order."""

    SUBMISSION = "submission"
    REVERIFICATION = "reverification"
    CONCLUSION = "conclusion"
    OBJECTION = "objection"
    EXPERT_OPINION = "expert_opinion"
    COMMISSION = "commission"
    HEAD_OF_STATE = "head_of_state"


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
        self.deadlines: dict[Stage, datetime] = {}
        self.open_stages: list[Stage] = []
        self.decided: dict[str, str] = {}
        self.published: dict[str, datetime] = {}

    def key(self) -> dict[str, Any]:
        return {"cycle": self.year}

    def is_late(self, stage: Stage, moment: Moment) -> bool:
        """Whether an act of a stage comes after its deadline."""
        deadline = self.deadlines.get(stage)
        counted = moment.effective_at if self.retrospective else moment.now
        return deadline is not None and counted > deadline

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

        def apply(self, aggregate: Cycle) -> None:
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
        """A stage begins; its acts are due by the deadline."""

        stage: Stage
        deadline: UtcDatetime

        def apply(self, aggregate: Cycle) -> None:
            aggregate.open_stages.append(self.stage)
            aggregate.deadlines[self.stage] = self.deadline

    class StageClosed(Event):
        """A stage ends."""

        stage: Stage

        def apply(self, aggregate: Cycle) -> None:
            aggregate.open_stages.remove(self.stage)

    class DeadlineExtended(Event):
        """A stage's deadline is put off."""

        stage: Stage
        deadline: UtcDatetime

        def apply(self, aggregate: Cycle) -> None:
            aggregate.deadlines[self.stage] = self.deadline

    class ResultsPublished(Event):
        """The results of a group, decided by a session of the Commission, are made public."""

        group: Group
        session: str

        def apply(self, aggregate: Cycle) -> None:
            aggregate.published[self.group] = self.envelope.effective_at

    def require_open(self) -> None:
        """Refuses an act on a cycle that was never opened."""
        if not self.exists:
            raise NotFound(f"cycle {self.year} is not open", rule="cycle-known")


class CycleCommand(Command):
    """A command on a cycle."""

    cycle: int = Field(ge=2000, le=2100)

    def concern(self, records: Records, moment: Moment) -> Concern:
        return Concern("Cycle", str(self.cycle))


class OpenCycle(CycleCommand):
    """Begin the evaluation of a year under an approved revision."""

    methodology: Code
    revision: Code
    retrospective: bool = False

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        if cycle.exists:
            raise WrongState(f"cycle {self.cycle} is open already", rule="cycle-once")
        methodology = records.methodology(self.methodology)
        methodology.require_draft(self.revision)
        if self.revision not in methodology.approved:
            raise WrongState(f"revision {self.revision} is not approved", rule="approved-revision")
        if self.revision in methodology.repealed:
            raise WrongState(f"revision {self.revision} is repealed", rule="approved-revision")
        cycle.record(
            Cycle.CycleOpened,
            act,
            methodology=self.methodology,
            revision=self.revision,
            revision_sha256=methodology.addresses[self.revision],
            retrospective=self.retrospective,
        )
        return cycle


class EnrolBody(CycleCommand):
    """Put a body of the register under evaluation."""

    body: Code

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        cycle.require_open()
        body = records.body(self.body)
        body.require_active("evaluated")
        if self.body in cycle.enrolled:
            raise WrongState(f"{self.body} is enrolled already", rule="enrolled-once")
        if body.group not in records.revision_of(cycle).trees:
            raise WrongState(
                f"revision {cycle.revision} has no indicators for {body.group} bodies", rule="group-evaluated"
            )
        cycle.record(Cycle.BodyEnrolled, act, body=self.body, group=body.group)
        return cycle


class WithdrawBody(CycleCommand):
    """Take a body out of this year's evaluation."""

    body: Code

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        group = cycle.enrolment(self.body).group
        act.require_reason("withdrawing a body")
        cycle.record(Cycle.BodyWithdrawn, act, body=self.body, group=group)
        return cycle


class AssignEvaluator(CycleCommand):
    """Give an evaluating body the task to conclude on a body."""

    body: Code
    evaluator: Code

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        held = cycle.enrolment(self.body)
        if self.evaluator == self.body:
            raise WrongState(f"{self.body} cannot evaluate itself", rule="nobody-evaluates-themselves")
        if not records.body(self.evaluator).exists:
            raise NotFound(f"no body {self.evaluator} is in the register", rule="body-known")
        if self.evaluator in held.evaluators:
            raise WrongState(f"{self.evaluator} evaluates {self.body} already", rule="assigned-once")
        cycle.record(Cycle.EvaluatorAssigned, act, body=self.body, evaluator=self.evaluator)
        return cycle


class ReassignEvaluator(CycleCommand):
    """Give the task of one evaluating body to another."""

    body: Code
    evaluator: Code
    replaces: Code

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        act.require_reason("reassigning an evaluation")
        if self.replaces not in cycle.enrolment(self.body).evaluators:
            raise NotFound(f"{self.replaces} does not evaluate {self.body}", rule="evaluator-known")
        if self.evaluator == self.body:
            raise WrongState(f"{self.body} cannot evaluate itself", rule="nobody-evaluates-themselves")
        cycle.record(Cycle.EvaluatorReassigned, act, body=self.body, evaluator=self.evaluator, replaces=self.replaces)
        return cycle


class OpenStage(CycleCommand):
    """Open a stage until a deadline."""

    stage: Stage
    deadline: UtcDatetime

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        cycle.require_open()
        if self.stage in cycle.open_stages:
            raise WrongState(f"stage {self.stage} is open already", rule="stage-once")
        if cycle.published:
            raise WrongState("the results are published: reopen the cycle first", rule="published-is-final")
        cycle.record(Cycle.StageOpened, act, stage=self.stage, deadline=self.deadline)
        return cycle


class CloseStage(CycleCommand):
    """Close a stage."""

    stage: Stage

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        if self.stage not in cycle.open_stages:
            raise WrongState(f"stage {self.stage} is not open", rule="stage-open")
        cycle.record(Cycle.StageClosed, act, stage=self.stage)
        return cycle


class ExtendDeadline(CycleCommand):
    """Put off the deadline of an open stage."""

    stage: Stage
    deadline: UtcDatetime

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        act.require_reason("extending a deadline")
        if self.stage not in cycle.open_stages:
            raise WrongState(f"stage {self.stage} is not open", rule="stage-open")
        if self.deadline <= cycle.deadlines[self.stage]:
            raise WrongState("the new deadline is not later than the old one", rule="deadline-later")
        cycle.record(Cycle.DeadlineExtended, act, stage=self.stage, deadline=self.deadline)
        return cycle


class PublishResults(CycleCommand):
    """Publish a group's results, as a closed session of the Commission decided them."""

    group: Group
    session: str

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        cycle.require_open()
        if self.group in cycle.published:
            raise WrongState(f"the results of group {self.group} are published", rule="published-once")
        session = records.session(self.session)
        bodies = {e.body for e in cycle.enrolled.values() if e.group == self.group}
        undecided = sorted(bodies - session.approved_bodies(self.cycle))
        if not bodies or undecided:
            raise WrongState(
                f"session {self.session} did not approve the results of: {', '.join(undecided) or 'any body'}",
                rule="commission-approves",
            )
        if not session.closed or self.cycle not in session.reviewed:
            raise WrongState(
                "results are published after the session is closed and the Head of State has considered them",
                rule="head-of-state-considers",
            )
        cycle.record(Cycle.ResultsPublished, act, group=self.group, session=self.session)
        return cycle
