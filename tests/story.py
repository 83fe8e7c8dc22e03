"""Telling the year as a story: given what happened, when somebody acts, then this is recorded, or refused by a rule.

The record is the real application over the library's in-memory recorder; only the clock is ours.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import uuid4

import pytest
from eventsourcing.popo import POPOApplicationRecorder

from api.application import EvaluationRecord, Outcome, Statement
from domain import bodies, casefile, commission, cycle, methodology, people
from domain.authority import policies_in_force
from domain.calendar import Deadline
from domain.commands import Command
from domain.cycle import Stage
from domain.errors import DomainError, NotAuthorised
from domain.events import Event
from domain.statements import Stated

START = datetime(2023, 1, 9, 6, 0, tzinfo=UTC)
NAMES = {"kk": "К", "ru": "Р", "en": "E"}
TITLE = {"kk": "т", "ru": "т", "en": "t"}
YEAR = 2022
BODY, OTHER, EVALUATOR = "min-health", "min-trade", "min-economy"


def rules(**changes: Any) -> dict[str, Any]:
    """A small revision: one number, one text, one table; two blocks; penalties, grades and a tie rule."""
    said = {"title": TITLE, "illustrative": True}
    leaves = [
        {"id": "services", "level": "indicator", "weight": "60", **said, "formula": "quality"},
        {
            "id": "plans",
            "level": "indicator",
            "weight": "40",
            **said,
            "formula": "mean(for r in plans[fact != null] return min(100, r.fact / r.plan * 100))",
            "coverage": "count(plans[fact != null]) / count(plans)",
        },
    ]
    document = {
        "id": "small-1",
        "methodology": "small",
        "title": TITLE,
        "legal_acts": ["Decree 954 of 19 March 2010"],
        "inputs": [
            {"id": "quality", "kind": "number", "unit": "percent", "minimum": "0", "maximum": "100", **said},
            {"id": "remark", "kind": "text", **said},
            {"id": "open", "kind": "boolean", **said},
            {
                "id": "plans",
                "kind": "table",
                **said,
                "columns": [
                    {"id": "unit", "kind": "text", "values": ["percent", "units"]},
                    {"id": "plan", "kind": "number", "minimum": "0.1"},
                    {"id": "fact", "kind": "number", "required": False, "maximum": "1000"},
                ],
            },
        ],
        "trees": {
            "central": {
                "id": "total",
                "title": TITLE,
                "children": [{"id": "all", "level": "block", "weight": "100", **said, "children": leaves}],
            }
        },
        "rounding": {"indicator": {"places": 2, "mode": "half_up"}, "total": {"places": 1, "mode": "half_up"}},
        "penalties": [{"id": "late", "points": "1.5", "maximum": "4", **said}],
        "grades": [{"id": "high", "at_least": "90", **said}, {"id": "low", "at_least": "0", **said}],
        "ties": {"break_by": ["services"]},
    }
    return {**document, **changes}


def stated(subject: str, value: Any) -> Stated:
    """A value for a subject."""
    return Stated(subject=subject, value=value)


def plan(item: str, fact: str | None, target: str = "10", unit: str = "units") -> Stated:
    """A row of the table."""
    return stated(f"plans/{item}", {"unit": unit, "plan": target, "fact": fact})


def silent(by: Statement) -> Statement:
    """The same person and role, giving no reason."""
    return Statement(by.person, by.role)


class Story:
    """A record in which people act; time stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START
        self.recorder = POPOApplicationRecorder()
        self.record = EvaluationRecord(self.recorder, policies_in_force(), lambda: self.now, uuid4)
        self.record.bootstrap("registrar", "Registrar", fictional=True)
        self.registrar = Statement("registrar", "registrar", reason="story")

    def someone(self, person: str, role: str, body: str = "administration") -> Statement:
        """Registers and appoints a person; gives how they speak."""
        self.when(people.RegisterPerson(person=person, name=person), self.registrar)
        since = START - timedelta(days=4000)
        appointment = people.Appointment(appointment=f"{person}-1", role=role, body=body, since=since)
        self.when(people.MakeAppointment(person=person, appointment=appointment), self.registrar)
        return Statement(person, role, reason="because")

    def events(self) -> list[Event]:
        """Everything recorded so far."""
        notifications = self.recorder.select_notifications(1, 1_000_000)
        return [self.record.mapper.to_domain_event(notification) for notification in notifications]  # type: ignore[misc]

    def when(self, command: Command, by: Statement) -> Outcome:
        """Carries a command out."""
        return self.record.execute(command, by)

    def then(self, command: Command, by: Statement, *names: str) -> tuple[Event, ...]:
        """Carries a command out and holds that exactly these events were recorded."""
        outcome = self.when(command, by)
        assert [event.type_name().partition(".")[2] for event in outcome.events] == list(names)
        assert all(event.envelope.actor.person == by.person for event in outcome.events)
        return outcome.events

    def refused(self, command: Command, by: Statement, rule: str) -> DomainError:
        """Holds that a rule refuses the command and that it changed nothing; that the attempt is recorded if the actor,
        known to the record, had no right to the act, and leaves no event if it failed for any other reason."""
        before = len(self.events())
        with pytest.raises(DomainError) as refusal:
            self.record.execute(command, by)
        assert refusal.value.rule == rule, refusal.value
        kept = isinstance(refusal.value, NotAuthorised) and rule != "person-known"
        new = [event.type_name() for event in self.events()[before:]]
        assert new == (["Person.AttemptRefused"] if kept else [])
        return refusal.value

    # -- chapters ---------------------------------------------------------------------------------------------------

    def with_register(self) -> Self:
        """Three central bodies and one akimat."""
        for code, group in ((BODY, "central"), (OTHER, "central"), (EVALUATOR, "central"), ("akimat-abai", "local")):
            command = bodies.EstablishBody.read({"body": code, "group": group, "names": NAMES})
            self.when(command, self.registrar)
        return self

    def with_rules(self, **changes: Any) -> Self:
        """A revision drafted by the Centre and approved by the Administration."""
        self.centre = self.someone("centre", "assessment-centre", "centre")
        self.admin = self.someone("admin", "administration")
        self.when(methodology.DraftRevision(document=rules(**changes)), self.centre)
        approve = methodology.ApproveRevision(
            methodology="small", revision="small-1", legal_act="Order 1", in_force_from=START.date()
        )
        self.when(approve, self.admin)
        return self

    def with_cycle(self, *, retrospective: bool = False, **changes: Any) -> Self:
        """A cycle with two bodies, their officers, and an evaluating body."""
        self.with_register().with_rules(**changes)
        opened = cycle.OpenCycle(cycle=YEAR, methodology="small", revision="small-1", retrospective=retrospective)
        self.when(opened, self.admin)
        for body in (BODY, OTHER):
            self.when(cycle.EnrolBody(cycle=YEAR, body=body), self.admin)
            self.when(cycle.AssignEvaluator(cycle=YEAR, body=body, evaluator=EVALUATOR), self.admin)
        self.officer = self.someone("officer", "body-officer", BODY)
        self.other_officer = self.someone("other-officer", "body-officer", OTHER)
        self.evaluator = self.someone("evaluator", "evaluator", EVALUATOR)
        self.appeals = self.someone("appeals", "administration")
        self.expert = self.someone("expert", "expert")
        return self

    def open(self, stage: Stage, days: int = 30) -> Self:
        """Opens a stage."""
        self.when(cycle.OpenStage(cycle=YEAR, stage=stage, deadline=self.due(days)), self.admin)
        return self

    def due(self, days: int) -> Deadline:
        """The end of the day that is so many days from now."""
        return Deadline(day=(self.now + timedelta(days=days)).date())

    def close(self, stage: Stage) -> Self:
        """Closes a stage."""
        self.when(cycle.CloseStage(cycle=YEAR, stage=stage), self.admin)
        return self

    def submitted(self, *values: Stated, body: str = BODY) -> Self:
        """A submission, in its stage."""
        by = self.officer if body == BODY else self.other_officer
        values = values or (stated("quality", "80"), plan("a", "9"), plan("b", None))
        self.when(casefile.SubmitData(cycle=YEAR, body=body, values=values), by)
        return self

    def concluded(self, *values: Stated) -> Self:
        """Submission and conclusion, each in its stage."""
        self.open(Stage.SUBMISSION).submitted().close(Stage.SUBMISSION).open(Stage.CONCLUSION)
        self.when(casefile.IssueConclusion(cycle=YEAR, body=BODY, text="judged", values=values), self.evaluator)
        return self.close(Stage.CONCLUSION)


SESSION = "2023-06-20-1"


class Sitting(Story):
    """A year that has come to the Commission: sessions of five seats, items on two bodies, votes, decisions."""

    def to_the_commission(self) -> Self:
        """Both bodies judged; secretary, seats and Head of State appointed; the stage of the Commission open."""
        self.with_cycle().concluded(stated("quality", "70")).open(Stage.COMMISSION)
        self.secretary = self.someone("secretary", "commission-secretary", "commission")
        self.seats = [self.someone(f"member-{n}", "commission-member", "commission") for n in range(5)]
        self.chair = self.someone("chair", "commission-chair", "commission")
        self.head = self.someone("head", "head-of-state", "head-of-state")
        return self

    def convened(self, session: str = SESSION, present: int = 5) -> Self:
        """A session of the five seats, of whom so many attend."""
        members = [seat.person for seat in self.seats]
        day, _, number = session.rpartition("-")
        fields = {"session": session, "date": day, "number": int(number), "chair": "member-0", "members": members}
        self.when(commission.ConveneSession.read(fields), self.secretary)
        for seat in self.seats[:present]:
            self.when(commission.RecordAttendance(session=session, member=seat.person), self.secretary)
        return self

    def item(self, item: int = 1, session: str = SESSION, **proposal: Any) -> Self:
        """An item that puts a proposal on both bodies to the vote; to approve, unless stated."""
        put = {"outcome": "approve", "cycle": YEAR, "bodies": (BODY, OTHER), **proposal}
        self.when(commission.OpenItem.read({"session": session, "item": item, "proposal": put}), self.secretary)
        return self

    def sit(self, present: int = 5, **proposal: Any) -> Self:
        """All of it: a session with one item."""
        return self.to_the_commission().convened(present=present).item(**proposal)

    def vote(self, *choices: str, item: int = 1, session: str = SESSION) -> Self:
        """The seats vote, one after the other."""
        for seat, choice in zip(self.seats, choices, strict=False):
            fields = {"session": session, "item": item, "member": seat.person, "choice": choice}
            self.when(commission.CastVote.read(fields), seat)
        return self

    def decided(self, item: int = 1, session: str = SESSION) -> Self:
        """All seats vote for the item, and the decision is taken."""
        self.vote(*["for"] * 5, item=item, session=session)
        self.when(commission.TakeDecision(session=session, item=item), self.secretary)
        return self

    def considered(self, session: str = SESSION) -> Self:
        """The session is closed and the Head of State considers it."""
        self.when(commission.CloseSession(session=session), self.secretary)
        if Stage.HEAD_OF_STATE not in self.record.aggregate(cycle.Cycle, YEAR).open_stages:
            self.open(Stage.HEAD_OF_STATE)
        self.when(commission.RecordReview(session=session, cycle=YEAR, remark="considered"), self.head)
        return self

    def published(self, session: str = SESSION) -> Self:
        """The results are made public."""
        self.when(cycle.PublishResults(cycle=YEAR, group="central", session=session), self.admin)
        return self
