"""The cycle: opened under approved rules, staffed, staged, published after the Commission and the Head of State."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from api.application import Statement
from domain import bodies, commission, cycle, methodology
from domain.calendar import Deadline, end_of
from domain.cycle import Stage
from domain.errors import InvalidInput
from tests.story import BODY, EVALUATOR, OTHER, SESSION, START, YEAR, Story, rules, silent


@pytest.fixture
def story() -> Story:
    return Story().with_cycle()


def test_a_cycle_opens_once_under_an_approved_revision_in_force() -> None:
    story = Story().with_register().with_rules()
    again = rules(id="small-2")
    story.when(methodology.DraftRevision(document=again), story.centre)
    fields = {"cycle": YEAR, "methodology": "small"}
    story.refused(cycle.OpenCycle(**fields, revision="small-9"), story.admin, "revision-known")
    story.refused(cycle.OpenCycle(**fields, revision="small-2"), story.admin, "approved-revision")
    opened = cycle.OpenCycle(**fields, revision="small-1")
    story.refused(cycle.EnrolBody(cycle=YEAR, body=BODY), story.admin, "cycle-known")
    story.then(opened, story.admin, "CycleOpened")
    story.refused(opened, story.admin, "cycle-once")
    repeal = methodology.RepealRevision(
        methodology="small", revision="small-1", legal_act="x", repealed_from=START.date()
    )
    story.when(repeal, story.admin)
    later = cycle.OpenCycle(cycle=YEAR + 1, methodology="small", revision="small-1")
    story.refused(later, story.admin, "approved-revision")


def test_only_active_bodies_with_indicators_are_enrolled(story: Story) -> None:
    story.refused(cycle.EnrolBody(cycle=YEAR, body=BODY), story.admin, "enrolled-once")
    story.refused(cycle.EnrolBody(cycle=YEAR, body="akimat-abai"), story.admin, "group-evaluated")
    story.refused(cycle.EnrolBody(cycle=YEAR, body="nobody"), story.admin, "body-known")
    story.when(bodies.AbolishBody(body=EVALUATOR, since=START.date()), story.registrar)
    story.refused(cycle.EnrolBody(cycle=YEAR, body=EVALUATOR), story.admin, "body-active")


@pytest.mark.parametrize(
    ("retrospective", "abolished", "effective", "enrolled"),
    [
        (True, date(YEAR + 1, 1, 1), None, True),
        (True, date(YEAR, 12, 31), None, False),
        (True, date(YEAR, 6, 2), datetime(YEAR, 6, 1, 17, 59, tzinfo=UTC), True),
        (True, date(YEAR, 6, 2), datetime(YEAR, 6, 1, 18, 0, tzinfo=UTC), False),
        (False, date(YEAR + 1, 1, 1), None, False),
    ],
    ids=[
        "lasted the year",
        "ended in the year",
        "lasted to the act",
        "ended on the day of the act",
        "not a past cycle",
    ],
)
def test_a_past_cycle_takes_bodies_that_are_abolished_by_now(
    retrospective: bool, abolished: date, effective: datetime | None, enrolled: bool
) -> None:
    story = Story().with_cycle(retrospective=retrospective)
    story.when(bodies.AbolishBody(body=EVALUATOR, since=abolished), story.registrar)
    enrol = cycle.EnrolBody(cycle=YEAR, body=EVALUATOR)
    by = replace(story.admin, effective_at=effective)
    if enrolled:
        story.then(enrol, by, "BodyEnrolled")
    else:
        story.refused(enrol, by, "body-active")


def test_a_past_cycle_takes_no_body_that_is_not_in_the_register() -> None:
    story = Story().with_cycle(retrospective=True)
    story.refused(cycle.EnrolBody(cycle=YEAR, body="nobody"), story.admin, "body-known")


def test_a_body_is_withdrawn_with_a_reason(story: Story) -> None:
    withdraw = cycle.WithdrawBody(cycle=YEAR, body=OTHER)
    story.refused(withdraw, silent(story.admin), "reason-required")
    story.then(withdraw, story.admin, "BodyWithdrawn")
    story.refused(withdraw, story.admin, "body-enrolled")


def test_evaluators_are_assigned_and_reassigned_but_never_to_themselves(story: Story) -> None:
    assign = cycle.AssignEvaluator(cycle=YEAR, body=BODY, evaluator=EVALUATOR)
    story.refused(assign, story.admin, "assigned-once")
    own = cycle.AssignEvaluator(cycle=YEAR, body=BODY, evaluator=BODY)
    story.refused(own, story.admin, "nobody-evaluates-themselves")
    unknown = cycle.AssignEvaluator(cycle=YEAR, body=BODY, evaluator="nobody")
    story.refused(unknown, story.admin, "body-known")
    fields = {"cycle": YEAR, "body": BODY}
    change = cycle.ReassignEvaluator(**fields, evaluator=OTHER, replaces=EVALUATOR)
    story.refused(change, silent(story.admin), "reason-required")
    story.then(change, story.admin, "EvaluatorReassigned")
    story.refused(change, story.admin, "evaluator-known")
    to_itself = cycle.ReassignEvaluator(**fields, evaluator=BODY, replaces=OTHER)
    story.refused(to_itself, story.admin, "nobody-evaluates-themselves")
    to_nobody = cycle.ReassignEvaluator(**fields, evaluator="nobody", replaces=OTHER)
    story.refused(to_nobody, story.admin, "body-known")
    to_the_same = cycle.ReassignEvaluator(**fields, evaluator=OTHER, replaces=OTHER)
    story.refused(to_the_same, story.admin, "assigned-once")
    story.when(assign, story.admin)
    to_another_of_them = cycle.ReassignEvaluator(**fields, evaluator=OTHER, replaces=EVALUATOR)
    story.refused(to_another_of_them, story.admin, "assigned-once")
    assert story.record.aggregate(cycle.Cycle, YEAR).enrolled[BODY].evaluators == (OTHER, EVALUATOR)


def test_stages_open_and_close_once_and_deadlines_only_move_on(story: Story) -> None:
    story.open(Stage.SUBMISSION, days=5)
    again = cycle.OpenStage(cycle=YEAR, stage=Stage.SUBMISSION, deadline=story.due(0))
    story.refused(again, story.admin, "stage-once")
    earlier = cycle.ExtendDeadline(cycle=YEAR, stage=Stage.SUBMISSION, deadline=story.due(0))
    story.refused(earlier, story.admin, "deadline-later")
    story.refused(earlier, silent(story.admin), "reason-required")
    story.close(Stage.SUBMISSION)
    story.refused(cycle.CloseStage(cycle=YEAR, stage=Stage.SUBMISSION), story.admin, "stage-open")
    late = cycle.ExtendDeadline(cycle=YEAR, stage=Stage.SUBMISSION, deadline=story.due(90))
    story.refused(late, story.admin, "stage-open")


def test_only_the_administration_runs_the_cycle(story: Story) -> None:
    stage = cycle.OpenStage(cycle=YEAR, stage=Stage.SUBMISSION, deadline=story.due(0))
    story.refused(stage, story.officer, "no-right")


def commission_of(story: Story, count: int = 5) -> tuple[Statement, list[Statement]]:
    secretary = story.someone("secretary", "commission-secretary", "commission")
    seats = [story.someone(f"member-{n}", "commission-member", "commission") for n in range(count)]
    return secretary, seats


def test_results_are_published_after_the_commission_and_the_head_of_state(story: Story) -> None:
    secretary, seats = commission_of(story)
    head = story.someone("head", "head-of-state", "head-of-state")
    publish = cycle.PublishResults(cycle=YEAR, group="central", session=SESSION)
    story.refused(publish, story.admin, "commission-approves")
    members = tuple(seat.person for seat in seats)
    convene = commission.ConveneSession.read(
        {"session": SESSION, "date": "2023-06-20", "number": 1, "chair": "member-0", "members": members}
    )
    story.when(convene, secretary)
    for seat in seats:
        story.when(commission.RecordAttendance(session=SESSION, member=seat.person), secretary)
    proposal = commission.Proposal(outcome="approve", cycle=YEAR, bodies=(BODY, OTHER))
    story.refused(commission.OpenItem(session=SESSION, item=1, proposal=proposal), secretary, "commission-stage")
    story.open(Stage.COMMISSION)
    story.when(commission.OpenItem(session=SESSION, item=1, proposal=proposal), secretary)
    for seat in seats:
        vote = commission.CastVote(session=SESSION, item=1, member=seat.person, choice="for")
        story.when(vote, seat)
    story.then(commission.TakeDecision(session=SESSION, item=1), secretary, "DecisionTaken", "ResultsDecided")
    story.refused(publish, story.admin, "head-of-state-considers")
    review = commission.RecordReview(session=SESSION, cycle=YEAR, remark="considered")
    story.close(Stage.COMMISSION).open(Stage.HEAD_OF_STATE)
    story.refused(review, head, "session-closed")
    story.then(commission.CloseSession(session=SESSION), secretary, "SessionClosed")
    story.then(review, head, "HeadOfStateReviewed")
    story.refused(review, head, "reviewed-once")
    story.then(publish, story.admin, "ResultsPublished")
    story.refused(publish, story.admin, "published-once")
    reopen = cycle.OpenStage(cycle=YEAR, stage=Stage.SUBMISSION, deadline=story.due(0))
    story.refused(reopen, story.admin, "published-is-final")


def planned(stage: Stage, opens: date, due: date) -> cycle.PlannedStage:
    return cycle.PlannedStage(stage=stage, opens=opens, due=due)


def test_a_calendar_gives_stages_their_deadlines() -> None:
    story = Story().with_register().with_rules()
    calendar = (
        planned(Stage.SUBMISSION, date(2023, 1, 9), date(2023, 2, 15)),
        planned(Stage.CONCLUSION, date(2023, 2, 16), date(2023, 3, 15)),
    )
    fields = {"cycle": YEAR, "methodology": "small", "revision": "small-1"}
    for wrong in (
        calendar[::-1],
        (calendar[0], calendar[0]),
        (calendar[0], planned(Stage.CONCLUSION, date(2023, 2, 15), date(2023, 3, 15))),
        (planned(Stage.SUBMISSION, date(2023, 1, 9), date(2023, 1, 8)),),
    ):
        story.refused(cycle.OpenCycle(**fields, calendar=wrong), story.admin, "calendar-in-order")
    story.then(cycle.OpenCycle(**fields, calendar=calendar), story.admin, "CycleOpened")
    submission = cycle.OpenStage(cycle=YEAR, stage=Stage.SUBMISSION)
    (opened,) = story.then(submission, story.admin, "StageOpened")
    assert opened.deadline.isoformat() == "2023-02-15T17:59:59.999999+00:00"
    assert opened.stated == "as the calendar plans"
    story.refused(cycle.OpenStage(cycle=YEAR, stage=Stage.OBJECTION), story.admin, "deadline-stated")


def test_a_deadline_is_a_day_ahead_or_a_number_of_working_days(story: Story) -> None:
    fields = {"cycle": YEAR, "stage": Stage.SUBMISSION}
    past = cycle.OpenStage(**fields, deadline=Deadline(day=date(2022, 12, 31)))
    story.refused(past, story.admin, "deadline-ahead")
    command = cycle.OpenStage(**fields, deadline=Deadline(working_days=3))
    (opened,) = story.then(command, story.admin, "StageOpened")
    assert (opened.deadline, opened.stated) == (end_of(date(2023, 1, 12)), "3 working days")
    for both in ({}, {"day": "2023-01-31", "working_days": 3}):
        with pytest.raises(InvalidInput, match="deadline"):
            cycle.OpenStage.read({**fields, "deadline": both})
