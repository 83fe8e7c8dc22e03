"""What can be asked of a cycle: to open it, enrol bodies, assign evaluators, run its stages, publish, reopen."""

from __future__ import annotations

from pydantic import Field

from domain.bodies import Group
from domain.calendar import Deadline, day_of
from domain.commands import Command, Concern, Moment
from domain.cycle.aggregate import Cycle, PlannedStage, Stage
from domain.errors import InvalidInput, NotFound, Problem, WrongState
from domain.events import Act, Code
from domain.records import Records


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
    calendar: tuple[PlannedStage, ...] = ()

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        if cycle.exists:
            raise WrongState(f"cycle {self.cycle} is open already", rule="cycle-once")
        self.require_calendar_in_order()
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
            calendar=self.calendar,
        )
        return cycle

    def require_calendar_in_order(self) -> None:
        """Refuses a calendar whose stages overlap, stand twice, or are turned round."""
        problems = []
        order = list(Stage)
        for index, planned in enumerate(self.calendar):
            place = f"calendar[{index}]({planned.stage})"
            if planned.due < planned.opens:
                problems.append(Problem(place, f"is due on {planned.due}, before it opens on {planned.opens}"))
            if index:
                before = self.calendar[index - 1]
                if order.index(planned.stage) <= order.index(before.stage):
                    problems.append(Problem(place, f"does not come after stage {before.stage}"))
                if planned.opens <= before.due:
                    problems.append(Problem(place, f"opens on {planned.opens}, while {before.stage} lasts"))
        if problems:
            raise InvalidInput("this calendar cannot be kept", problems, rule="calendar-in-order")


class EnrolBody(CycleCommand):
    """Put a body of the register under evaluation.

    A retrospective cycle takes bodies that are abolished by now, if they lasted through its year or until the day from
    which the act counts.
    """

    body: Code

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        cycle.require_open()
        body = records.body(self.body)
        if not (cycle.retrospective and body.lasted_through(self.cycle, day_of(act.effective_at))):
            body.require_active("evaluated")
        if self.body in cycle.enrolled:
            raise WrongState(f"{self.body} is enrolled already", rule="enrolled-once")
        if body.group not in records.revision_of(cycle).trees:
            raise WrongState(
                f"revision {cycle.revision} has no indicators for {body.group} bodies", rule="group-evaluated"
            )
        require_unpublished(cycle, body.group)
        cycle.record(Cycle.BodyEnrolled, act, body=self.body, group=body.group)
        return cycle


class WithdrawBody(CycleCommand):
    """Take a body out of this year's evaluation."""

    body: Code

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        group = cycle.enrolment(self.body).group
        act.require_reason("withdrawing a body")
        require_unpublished(cycle, group)
        cycle.record(Cycle.BodyWithdrawn, act, body=self.body, group=group)
        return cycle


class AssignEvaluator(CycleCommand):
    """Give an evaluating body the task to conclude on a body."""

    body: Code
    evaluator: Code

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        require_assignable(cycle, records, self.body, self.evaluator)
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
        require_assignable(cycle, records, self.body, self.evaluator)
        cycle.record(Cycle.EvaluatorReassigned, act, body=self.body, evaluator=self.evaluator, replaces=self.replaces)
        return cycle


class OpenStage(CycleCommand):
    """Open a stage until a deadline: a day, a number of working days, or what the cycle's calendar plans."""

    stage: Stage
    deadline: Deadline | None = None

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        cycle.require_open()
        if self.stage in cycle.open_stages:
            raise WrongState(f"stage {self.stage} is open already", rule="stage-once")
        if cycle.published and cycle.published.keys() >= cycle.groups():
            raise WrongState("the results are published: reopen the cycle first", rule="published-is-final")
        if self.deadline is not None:
            due, stated = self.deadline.moment(act.effective_at), str(self.deadline)
        elif (planned := cycle.planned(self.stage)) is not None:
            due, stated = planned, "as the calendar plans"
        else:
            problem = Problem("deadline", f"is missing, and the calendar plans no stage {self.stage}")
            raise InvalidInput("this stage has no deadline", [problem], rule="deadline-stated")
        if due < act.effective_at:
            raise WrongState(f"the deadline {due:%Y-%m-%d} has passed", rule="deadline-ahead")
        cycle.record(Cycle.StageOpened, act, stage=self.stage, deadline=due, stated=stated)
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
    """Put off the deadline of an open stage, for all or for the bodies named; what they do until then is in time."""

    stage: Stage
    deadline: Deadline
    bodies: tuple[Code, ...] = ()

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        act.require_reason("extending a deadline")
        if self.stage not in cycle.open_stages:
            raise WrongState(f"stage {self.stage} is not open", rule="stage-open")
        due = self.deadline.moment(act.effective_at)
        held = [cycle.deadlines[self.stage]]
        for body in self.bodies:
            cycle.enrolment(body)
            held += [cycle.leaves[self.stage, body]] if (self.stage, body) in cycle.leaves else []
        if due <= max(held):
            raise WrongState("the new deadline is not later than the old one", rule="deadline-later")
        stated = str(self.deadline)
        cycle.record(Cycle.DeadlineExtended, act, stage=self.stage, deadline=due, stated=stated, bodies=self.bodies)
        return cycle


class PublishResults(CycleCommand):
    """Publish a group's results, as closed sessions of the Commission decided them; `session` is the last of them."""

    group: Group
    session: Code

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        cycle.require_open()
        if self.group in cycle.published:
            raise WrongState(f"the results of group {self.group} are published", rule="published-once")
        bodies = sorted(e.body for e in cycle.enrolled.values() if e.group == self.group)
        undecided = [body for body in bodies if body not in cycle.rulings or not cycle.rulings[body].stands]
        if not bodies or undecided:
            raise WrongState(
                f"the Commission did not approve the results of: {', '.join(undecided) or 'any body'}",
                rule="commission-approves",
            )
        sessions = {cycle.rulings[body].session for body in bodies}
        if self.session not in sessions:
            raise WrongState(
                f"session {self.session} decided none of these results (decided by: {', '.join(sorted(sessions))})",
                rule="commission-approves",
            )
        waiting = [name for name in sorted(sessions) if not records.session(name).is_considered(self.cycle)]
        if waiting:
            raise WrongState(
                "results are published after the session is closed and the Head of State has considered them "
                f"(not so: {', '.join(waiting)})",
                rule="head-of-state-considers",
            )
        cycle.record(Cycle.ResultsPublished, act, group=self.group, session=self.session)
        return cycle


class ReopenCycle(CycleCommand):
    """Open the published results of a group again, on a legal basis and with the reason."""

    group: Group

    def carry_out(self, act: Act, records: Records) -> Cycle:
        cycle = records.cycle(self.cycle)
        act.require_reason("reopening a cycle")
        act.require_legal_basis("reopening a cycle")
        if self.group not in cycle.published:
            raise WrongState(f"the results of group {self.group} are not published", rule="reopens-something")
        cycle.record(Cycle.CycleReopened, act, group=self.group)
        return cycle


def require_assignable(cycle: Cycle, records: Records, body: str, evaluator: str) -> None:
    """Refuses an evaluating body that is the body itself, is not in the register, or evaluates the body already."""
    held = cycle.enrolment(body)
    if evaluator == body:
        raise WrongState(f"{body} cannot evaluate itself", rule="nobody-evaluates-themselves")
    if not records.body(evaluator).exists:
        raise NotFound(f"no body {evaluator} is in the register", rule="body-known")
    if evaluator in held.evaluators:
        raise WrongState(f"{evaluator} evaluates {body} already", rule="assigned-once")


def require_unpublished(cycle: Cycle, group: str) -> None:
    """Refuses to change who is evaluated in a group whose results are published, and so final."""
    if group in cycle.published:
        raise WrongState(
            f"the results of group {group} are published: reopen the cycle first", rule="published-is-final"
        )
