"""The case file through a year: what each may do, and what refuses."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.application import Statement, VersionConflict
from domain import casefile, cycle, people
from domain.commands import Command
from domain.cycle import Stage
from domain.errors import DomainError, InvalidInput, NotAuthorised, NotFound, WrongState
from tests.story import BODY, OTHER, YEAR, Story, plan, silent, stated

CASE = {"cycle": YEAR, "body": BODY}


@pytest.fixture
def story() -> Story:
    return Story().with_cycle()


def test_a_body_submits_and_corrects_with_a_reason(story: Story) -> None:
    story.open(Stage.SUBMISSION)
    values = (stated("quality", "80"), plan("a", "9"))
    (submitted,) = story.then(
        casefile.SubmitData(**CASE, values=values, source="a.xlsx"), story.officer, "DataSubmitted"
    )
    correct = casefile.CorrectData(**CASE, values=(stated("quality", "81"),))
    (corrected,) = story.then(correct, story.officer, "DataCorrected")
    assert corrected.corrects == (submitted.id,)
    assert corrected.envelope.reason == "because"
    story.refused(correct, silent(story.officer), "reason-required")


def test_a_subject_is_submitted_once_and_only_what_was_submitted_is_corrected(story: Story) -> None:
    story.open(Stage.SUBMISSION).submitted()
    again = casefile.SubmitData(**CASE, values=(stated("quality", "1"),))
    story.refused(again, story.officer, "submitted-once")
    unknown = casefile.CorrectData(**CASE, values=(stated("remark", "x"),))
    story.refused(unknown, story.officer, "corrects-something")


def test_nothing_is_submitted_outside_the_stage_or_after_the_deadline(story: Story) -> None:
    submit = casefile.SubmitData(**CASE, values=(stated("quality", "80"),))
    story.refused(submit, story.officer, "wrong-stage")
    story.open(Stage.SUBMISSION, days=1)
    story.now += timedelta(days=2)
    story.refused(submit, story.officer, "deadline-passed")
    extend = cycle.ExtendDeadline(cycle=YEAR, stage=Stage.SUBMISSION, deadline=story.due(1))
    story.then(extend, story.admin, "DeadlineExtended")
    story.then(submit, story.officer, "DataSubmitted")


def test_a_leave_for_one_body_makes_its_late_act_lawful_and_nobody_elses(story: Story) -> None:
    story.open(Stage.SUBMISSION, days=1)
    story.now += timedelta(days=3)
    fields = {"cycle": YEAR, "stage": Stage.SUBMISSION, "bodies": (BODY,)}
    leave = cycle.ExtendDeadline(**fields, deadline=story.due(2))
    story.refused(leave, silent(story.admin), "reason-required")
    stranger = cycle.ExtendDeadline(**{**fields, "bodies": ("nobody",)}, deadline=story.due(2))
    story.refused(stranger, story.admin, "body-enrolled")
    (extended,) = story.then(leave, story.admin, "DeadlineExtended")
    assert extended.bodies == (BODY,)
    story.refused(leave, story.admin, "deadline-later")
    story.submitted()
    other = casefile.SubmitData(cycle=YEAR, body=OTHER, values=(stated("quality", "80"),))
    story.refused(other, story.other_officer, "deadline-passed")


def test_a_submission_is_withdrawn_with_a_reason_until_it_is_judged(story: Story) -> None:
    story.open(Stage.SUBMISSION)
    withdraw = casefile.WithdrawSubmission(**CASE, subjects=("quality",))
    story.refused(casefile.WithdrawSubmission(**CASE), story.officer, "withdraws-something")
    submit = casefile.SubmitData(**CASE, values=(stated("quality", "80"), plan("a", "9")))
    (submitted,) = story.then(submit, story.officer, "DataSubmitted")
    story.refused(withdraw, silent(story.officer), "reason-required")
    (withdrawn,) = story.then(withdraw, story.officer, "SubmissionWithdrawn")
    assert (withdrawn.subjects, withdrawn.withdraws) == (("quality",), (submitted.id,))
    story.refused(withdraw, story.officer, "withdraws-something")
    story.then(casefile.SubmitData(**CASE, values=(stated("quality", "85"),)), story.officer, "DataSubmitted")
    story.open(Stage.REVERIFICATION)
    verify = casefile.ReverifyData(**CASE, values=(stated("quality", "70"),))
    story.then(verify, story.evaluator, "DataReverified")
    refusal = story.refused(casefile.WithdrawSubmission(**CASE), story.officer, "withdraws-something")
    assert isinstance(refusal, InvalidInput)
    assert [problem.place for problem in refusal.problems] == ["quality"]


def test_a_refused_attempt_is_recorded_for_oversight(story: Story) -> None:
    submit = casefile.SubmitData(**CASE, values=(stated("quality", "80"),))
    story.refused(submit, story.officer, "wrong-stage")
    attempt = story.events()[-1]
    assert isinstance(attempt, people.Person.AttemptRefused)
    assert (attempt.action, attempt.rule, attempt.cycle, attempt.bodies) == ("SubmitData", "wrong-stage", YEAR, (BODY,))
    assert attempt.envelope.authority.decision == "deny"


def test_what_is_refused_for_another_reason_than_a_missing_right_leaves_no_event() -> None:
    story = Story().with_cycle().open(Stage.SUBMISSION).submitted()
    before = len(story.events())
    submit = casefile.SubmitData(**CASE, values=(stated("quality", "80"),))
    correct = casefile.CorrectData(**CASE, values=(stated("quality", "101"),))
    tried: list[tuple[Command, Statement, type[DomainError]]] = [
        (submit, story.officer, InvalidInput),
        (correct, story.officer, InvalidInput),
        (casefile.WithdrawSubmission(**CASE), silent(story.officer), DomainError),
        (submit, replace(story.officer, reason="\x00"), InvalidInput),
        (submit, replace(story.officer, effective_at=story.now + timedelta(days=1)), DomainError),
        (submit, Statement("nobody", "body-officer"), NotAuthorised),
        (cycle.OpenStage(cycle=YEAR, stage=Stage.SUBMISSION), story.admin, WrongState),
        (cycle.CloseStage(cycle=2030, stage=Stage.SUBMISSION), story.admin, WrongState),
        (cycle.WithdrawBody(cycle=YEAR, body="nobody"), story.admin, NotFound),
    ]
    for command, by, refusal in tried:
        with pytest.raises(refusal):
            story.record.execute(command, by)
    with pytest.raises(VersionConflict):
        story.record.execute(casefile.WithdrawSubmission(**CASE), story.officer, expected_version=9)
    assert len(story.events()) == before


def test_in_a_retrospective_cycle_the_stated_time_counts() -> None:
    story = Story().with_cycle(retrospective=True).open(Stage.SUBMISSION, days=1)
    in_time = story.now
    story.now += timedelta(days=400)
    submit = casefile.SubmitData(**CASE, values=(stated("quality", "80"),))
    story.refused(submit, story.officer, "deadline-passed")
    story.then(submit, Statement("officer", "body-officer", effective_at=in_time), "DataSubmitted")


def test_nobody_submits_for_another_body_or_without_the_role(story: Story) -> None:
    story.open(Stage.SUBMISSION)
    submit = casefile.SubmitData(**CASE, values=(stated("quality", "80"),))
    story.refused(submit, story.other_officer, "another-body")
    story.refused(submit, story.evaluator, "no-right")
    story.refused(submit, Statement("officer", "evaluator"), "no-appointment")
    story.refused(submit, Statement("nobody", "body-officer"), "person-known")
    not_enrolled = casefile.SubmitData(cycle=YEAR, body="akimat-abai", values=(stated("quality", "80"),))
    story.refused(not_enrolled, story.officer, "body-enrolled")
    no_cycle = casefile.SubmitData(cycle=2030, body=BODY, values=(stated("quality", "80"),))
    story.refused(no_cycle, story.officer, "cycle-known")


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (stated("quality", "101"), "above the most allowed"),
        (stated("quality", "-1"), "below the least allowed"),
        (stated("quality", "NaN"), "is not a figure"),
        (stated("quality", "1e3"), "is not a figure"),
        (stated("quality", 80), "expected a figure written as text"),
        (stated("quality", "1234567890123456"), "is not a figure"),
        (stated("remark", 5), "expected text"),
        (stated("remark", [1]), "expected text"),
        (stated("speed", "1"), "is not an input"),
        (stated("quality/a", "1"), "one value, not a table"),
        (stated("plans", "1"), "name the row"),
        (stated("plans/a", "1"), "a value for each column"),
        (stated("plans/a", {"unit": "units", "plan": "1", "speed": "2"}), "not a column"),
        (stated("plans/a", {"unit": "units"}), "is missing"),
        (plan("a", "1", unit="tonnes"), "expected one of percent, units"),
        (plan("a", "1001"), "above the most allowed"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_place(story: Story, value: object, complaint: str) -> None:
    story.open(Stage.SUBMISSION)
    command = casefile.SubmitData(**CASE, values=(stated("open", None), value))
    refusal = story.refused(command, story.officer, "inputs-of-revision")
    assert isinstance(refusal, InvalidInput)
    assert [problem.place.startswith("values[1]") for problem in refusal.problems] == [True]
    assert complaint in str(refusal)


def test_a_boolean_is_true_or_false(story: Story) -> None:
    story.open(Stage.SUBMISSION)
    command = casefile.SubmitData(**CASE, values=(stated("open", "yes"),))
    assert "expected true or false" in str(story.refused(command, story.officer, "inputs-of-revision"))


def test_values_that_fit_are_taken(story: Story) -> None:
    story.open(Stage.SUBMISSION)
    values = (stated("open", True), stated("remark", None), stated("plans/a", None))
    story.then(casefile.SubmitData(**CASE, values=values), story.officer, "DataSubmitted")


def test_the_same_subject_twice_in_one_submission_is_refused(story: Story) -> None:
    story.open(Stage.SUBMISSION)
    command = casefile.SubmitData(**CASE, values=(stated("quality", "1"), stated("quality", "2")))
    assert "stated twice" in str(story.refused(command, story.officer, "inputs-of-revision"))


def test_unknown_fields_and_not_a_number_are_refused_when_read() -> None:
    with pytest.raises(InvalidInput) as refusal:
        casefile.SubmitData.read({**CASE, "values": [{"subject": "quality", "value": float("nan")}], "speed": 1})
    places = {problem.place for problem in refusal.value.problems}
    assert "speed" in places
    assert any(place.startswith("values[0]") for place in places)
    with pytest.raises(InvalidInput, match="values"):
        casefile.SubmitData.read({**CASE, "values": []})


def test_evidence_is_attached_to_what_was_submitted(story: Story) -> None:
    story.open(Stage.SUBMISSION).submitted()
    fields = {"sha256": "0" * 64, "name": "scan.pdf", "media_type": "application/pdf"}
    story.then(casefile.AttachEvidence(**CASE, subjects=("quality",), **fields), story.officer, "EvidenceAttached")
    story.refused(casefile.AttachEvidence(**CASE, subjects=("remark",), **fields), story.officer, "judges-something")


def test_evaluators_reverify_conclude_and_revise(story: Story) -> None:
    story.open(Stage.SUBMISSION).submitted().close(Stage.SUBMISSION).open(Stage.REVERIFICATION)
    verify = casefile.ReverifyData(**CASE, values=(plan("a", "8"),))
    story.refused(verify, silent(story.evaluator), "reason-required")
    story.then(verify, story.evaluator, "DataReverified")
    story.close(Stage.REVERIFICATION).open(Stage.CONCLUSION)
    revise = casefile.ReviseConclusion(**CASE, values=(stated("quality", "70"),))
    story.refused(revise, story.evaluator, "revises-something")
    conclude = casefile.IssueConclusion(**CASE, text="judged", values=())
    (concluded,) = story.then(conclude, story.evaluator, "ConclusionIssued")
    story.refused(conclude, story.evaluator, "concluded-once")
    (revised,) = story.then(revise, story.evaluator, "ConclusionRevised")
    assert revised.corrects == (concluded.id,)
    unknown = casefile.ReviseConclusion(**CASE, values=(plan("zzz", "1"),))
    story.refused(unknown, story.evaluator, "judges-something")


def test_nobody_evaluates_their_own_body_or_without_the_task(story: Story) -> None:
    own = story.someone("insider", "evaluator", BODY)
    stranger = story.someone("stranger", "evaluator", "min-finance")
    story.open(Stage.SUBMISSION).submitted().close(Stage.SUBMISSION).open(Stage.CONCLUSION)
    conclude = casefile.IssueConclusion(**CASE, text="judged")
    refusal = story.refused(conclude, own, "not-the-evaluator")
    assert "nobody evaluates the body they work for" in refusal.message
    story.refused(conclude, stranger, "not-the-evaluator")


def test_a_declared_interest_bars_from_judging(story: Story) -> None:
    story.open(Stage.SUBMISSION).submitted().close(Stage.SUBMISSION).open(Stage.CONCLUSION)
    story.when(
        people.DeclareConflict(person="evaluator", body=BODY, interest="a relative works there"), story.evaluator
    )
    story.refused(casefile.IssueConclusion(**CASE, text="judged"), story.evaluator, "conflict-of-interest")


def test_nothing_submitted_cannot_be_concluded_on(story: Story) -> None:
    story.open(Stage.CONCLUSION)
    story.refused(casefile.IssueConclusion(**CASE, text="judged"), story.evaluator, "concludes-on-something")


def test_an_objection_reopens_only_its_subjects(story: Story) -> None:
    story.concluded(stated("quality", "60")).open(Stage.OBJECTION)
    raised = casefile.RaiseObjection(**CASE, subjects=("quality",), argument="preliminary figure")
    story.then(raised, story.officer, "ObjectionRaised")
    decide = casefile.DecideObjection(**CASE, objection=1, outcome="upheld", values=(stated("quality", "80"),))
    story.refused(decide, story.appeals, "answered-first")
    story.then(casefile.AnswerObjection(**CASE, objection=1, answer="no"), story.evaluator, "ObjectionAnswered")
    other = casefile.DecideObjection(**CASE, objection=1, outcome="upheld", values=(plan("a", "10"),))
    story.refused(other, story.appeals, "only-its-subjects")
    without = casefile.DecideObjection(**CASE, objection=1, outcome="upheld")
    story.refused(without, story.appeals, "outcome-fits")
    story.refused(decide, silent(story.appeals), "reason-required")
    story.then(decide, story.appeals, "ObjectionUpheld")
    story.refused(decide, story.appeals, "decided-once")
    missing = casefile.AnswerObjection(**CASE, objection=7, answer="what")
    story.refused(missing, story.evaluator, "objection-known")


@pytest.mark.parametrize(
    ("outcome", "event"), [("partly_upheld", "ObjectionPartlyUpheld"), ("dismissed", "ObjectionDismissed")]
)
def test_an_objection_is_decided_in_part_or_dismissed(story: Story, outcome: str, event: str) -> None:
    story.concluded(stated("quality", "60")).open(Stage.OBJECTION)
    story.when(casefile.RaiseObjection(**CASE, subjects=("quality",), argument="x"), story.officer)
    story.when(casefile.AnswerObjection(**CASE, objection=1, answer="no"), story.evaluator)
    values = () if outcome == "dismissed" else (stated("quality", "70"),)
    decide = casefile.DecideObjection(**CASE, objection=1, outcome=outcome, values=values)
    story.then(decide, story.appeals, event)


def test_who_concluded_does_not_decide_the_objection(story: Story) -> None:
    story.concluded()
    promoted = people.Appointment(
        appointment="evaluator-2", role="administration", body="administration", since=story.now - timedelta(days=1)
    )
    story.when(people.MakeAppointment(person="evaluator", appointment=promoted), story.registrar)
    story.open(Stage.OBJECTION)
    story.when(casefile.RaiseObjection(**CASE, subjects=("quality",), argument="x"), story.officer)
    story.when(casefile.AnswerObjection(**CASE, objection=1, answer="no"), story.evaluator)
    decide = casefile.DecideObjection(**CASE, objection=1, outcome="dismissed")
    story.refused(decide, Statement("evaluator", "administration", reason="mine"), "own-conclusion")


def test_an_objection_needs_a_conclusion(story: Story) -> None:
    story.open(Stage.SUBMISSION).submitted().close(Stage.SUBMISSION).open(Stage.OBJECTION)
    early = casefile.RaiseObjection(**CASE, subjects=("quality",), argument="x")
    story.refused(early, story.officer, "objects-to-something")
    decide = casefile.DecideObjection(**CASE, objection=1, outcome="dismissed")
    story.refused(decide, story.appeals, "objection-known")


def test_penalties_are_imposed_and_lifted_with_a_reason(story: Story) -> None:
    story.concluded().open(Stage.CONCLUSION)
    impose = casefile.ImposePenalty(**CASE, penalty="late", case="report-1")
    story.refused(impose, silent(story.evaluator), "reason-required")
    story.then(impose, story.evaluator, "PenaltyImposed")
    story.refused(impose, story.evaluator, "penalty-once")
    unknown = casefile.ImposePenalty(**CASE, penalty="rude", case="x")
    story.refused(unknown, story.evaluator, "penalty-of-revision")
    lift = casefile.LiftPenalty(**CASE, penalty="late", case="report-1")
    story.refused(lift, story.evaluator, "no-right")
    story.refused(lift, silent(story.appeals), "reason-required")
    story.then(lift, story.appeals, "PenaltyLifted")
    story.refused(lift, story.appeals, "penalty-known")


def test_the_expert_sets_points_only_on_nodes_there_are(story: Story) -> None:
    story.concluded().open(Stage.EXPERT_OPINION)
    adjust = {"node": "services", "points": "75"}
    opinion = casefile.IssueExpertOpinion.read({**CASE, "text": "seen", "adjustments": [adjust]})
    story.refused(opinion, silent(story.expert), "reason-required")
    story.then(opinion, story.expert, "ExpertOpinionIssued")
    nowhere = casefile.IssueExpertOpinion.read({**CASE, "text": "x", "adjustments": [{"node": "no", "points": "1"}]})
    story.refused(nowhere, story.expert, "invalid")
    with pytest.raises(InvalidInput, match="points"):
        casefile.IssueExpertOpinion.read({**CASE, "text": "x", "adjustments": [{"node": "services", "points": "101"}]})
    story.then(casefile.IssueExpertOpinion(cycle=YEAR, body=OTHER, text="seen"), story.expert, "ExpertOpinionIssued")


def test_an_act_cannot_count_from_the_future(story: Story) -> None:
    story.open(Stage.SUBMISSION)
    later = Statement("officer", "body-officer", effective_at=story.now + timedelta(seconds=1))
    submit = casefile.SubmitData(**CASE, values=(stated("quality", "80"),))
    story.refused(submit, later, "not-in-the-future")
