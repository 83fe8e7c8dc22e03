"""The Commission: attendance, votes, recusal, quorum, majority."""

from dataclasses import replace

import pytest

from domain import casefile, commission, people
from domain.cycle import Cycle, EnrolBody, PublishResults, ReopenCycle, Stage, WithdrawBody
from domain.errors import InvalidInput
from domain.events import Event, Recorded
from projections.fold import replay
from projections.tables import FACTS
from tests.story import BODY, EVALUATOR, OTHER, SESSION, YEAR, Sitting, silent, stated

NAMED = {"session": SESSION}
DECIDE = commission.TakeDecision(**NAMED, item=1)


def test_a_majority_of_a_quorum_decides() -> None:
    story = Sitting().sit().vote("for", "for", "against", "abstain", "for")
    decided, ruled = story.then(DECIDE, story.secretary, "DecisionTaken", "ResultsDecided")
    assert (ruled.originator_id, ruled.bodies) == (Cycle.stream_id(YEAR), decided.bodies)
    assert (decided.votes_for, decided.votes_against, decided.abstained) == (3, 1, 1)
    assert decided.bodies == (BODY, OTHER)
    story.refused(DECIDE, story.secretary, "item-open")


def test_no_quorum_no_decision() -> None:
    story = Sitting().sit(present=2).vote("for", "for")
    story.refused(DECIDE, story.secretary, "quorum")


def test_a_recusal_can_cost_the_quorum() -> None:
    story = Sitting().sit(present=3)
    last = story.seats[2]
    recuse = commission.Recuse(**NAMED, item=1, member=last.person)
    story.refused(recuse, silent(last), "reason-required")
    (recused,) = story.then(recuse, last, "MemberRecused")
    assert (recused.cycle, recused.bodies) == (YEAR, (BODY, OTHER))
    story.refused(recuse, last, "recused-once")
    vote = commission.CastVote(**NAMED, item=1, member=last.person, choice="for")
    story.refused(vote, last, "recused")
    story.vote("for", "for")
    story.refused(DECIDE, story.secretary, "quorum")


def test_everyone_present_votes_before_the_decision() -> None:
    story = Sitting().sit().vote("for", "for", "for")
    assert "member-3, member-4" in story.refused(DECIDE, story.secretary, "all-vote").message


def test_a_tie_is_no_majority() -> None:
    story = Sitting().sit(present=4).vote("for", "for", "against", "against")
    story.refused(DECIDE, story.secretary, "majority")


def test_no_decision_is_taken_on_a_body_that_was_withdrawn_since() -> None:
    story = Sitting().sit().vote(*["for"] * 5)
    story.when(WithdrawBody(cycle=YEAR, body=OTHER), story.admin)
    refusal = story.refused(DECIDE, story.secretary, "body-enrolled")
    assert f"{OTHER} was withdrawn" in refusal.message
    story.item(2, bodies=(BODY,)).decided(2)
    assert set(story.record.aggregate(Cycle, YEAR).rulings) == {BODY}


def test_a_decision_can_be_annulled_when_one_of_its_bodies_was_withdrawn_since() -> None:
    story = Sitting().sit().decided()
    story.when(WithdrawBody(cycle=YEAR, body=OTHER), story.admin)
    annul = commission.AnnulDecision(**NAMED, item=1)
    story.then(annul, replace(story.chair, legal_basis="Order 5"), "DecisionAnnulled", "RulingWithdrawn")


def test_nobody_joins_or_leaves_a_group_whose_results_are_published() -> None:
    story = Sitting().sit().decided().considered().published()
    withdraw, enrol = WithdrawBody(cycle=YEAR, body=OTHER), EnrolBody(cycle=YEAR, body=EVALUATOR)
    story.refused(withdraw, story.admin, "published-is-final")
    story.refused(enrol, story.admin, "published-is-final")
    story.when(ReopenCycle(cycle=YEAR, group="central"), replace(story.admin, legal_basis="Order 9"))
    story.then(withdraw, story.admin, "BodyWithdrawn")
    story.then(enrol, story.admin, "BodyEnrolled")


def test_members_vote_once_for_themselves_and_only_where_they_sit() -> None:
    story = Sitting().sit(present=4)
    first, second, absent = story.seats[0], story.seats[1], story.seats[4]
    vote = commission.CastVote(**NAMED, item=1, member="member-0", choice="for")
    story.refused(vote, second, "for-oneself-only")
    (cast,) = story.then(vote, first, "VoteCast")
    assert (cast.cycle, cast.bodies) == (YEAR, (BODY, OTHER))
    story.refused(vote, first, "vote-once")
    away = commission.CastVote(**NAMED, item=1, member="member-4", choice="for")
    story.refused(away, absent, "member-present")
    stranger = story.someone("stranger", "commission-member", "commission")
    outside = commission.CastVote(**NAMED, item=1, member="stranger", choice="for")
    story.refused(outside, stranger, "not-convened")
    missing = commission.CastVote(**NAMED, item=9, member="member-1", choice="for")
    story.refused(missing, second, "item-known")


def test_a_member_with_an_interest_does_not_vote() -> None:
    story = Sitting().sit()
    member = story.seats[0]
    story.when(people.DeclareConflict(person=member.person, body=BODY, interest="advised it"), member)
    vote = commission.CastVote(**NAMED, item=1, member=member.person, choice="for")
    story.refused(vote, member, "votes-on-own-interest")


def test_a_dissent_is_put_on_record() -> None:
    story = Sitting().sit()
    dissent = commission.RecordDissent(**NAMED, item=1, member="member-1", text="I disagree")
    (recorded,) = story.then(dissent, story.seats[1], "DissentRecorded")
    assert (recorded.cycle, recorded.bodies) == (YEAR, (BODY, OTHER))
    nowhere = commission.RecordDissent(**NAMED, item=4, member="member-1", text="I disagree")
    story.refused(nowhere, story.seats[1], "item-known")


def test_adjustments_need_a_reason_and_fit_the_tree() -> None:
    adjust = {"outcome": "adjust", "adjustments": [{"body": BODY, "node": "services", "points": "75"}]}
    story = Sitting().sit(**adjust).vote("for", "for", "for", "for", "for")
    decided, _ = story.then(DECIDE, story.secretary, "DecisionTaken", "ResultsDecided")
    assert decided.adjustments[0].node == "services"
    put = {"cycle": YEAR, "bodies": [BODY], **adjust}
    again = commission.OpenItem.read({**NAMED, "item": 2, "proposal": put})
    story.refused(again, silent(story.secretary), "reason-required")
    for wrong in (
        {**put, "adjustments": []},
        {**put, "outcome": "approve"},
        {**put, "adjustments": [{"body": OTHER, "node": "services", "points": "1"}]},
        {**put, "adjustments": [{"body": BODY, "node": "nowhere", "points": "1"}]},
    ):
        story.refused(commission.OpenItem.read({**NAMED, "item": 2, "proposal": wrong}), story.secretary, "invalid")
    story.refused(commission.OpenItem.read({**NAMED, "item": 1, "proposal": put}), story.secretary, "item-once")


def test_sessions_are_convened_once_of_registered_members_under_their_own_name() -> None:
    story = Sitting().sit()
    fields = {"date": "2023-06-21", "number": 1, "chair": "member-0", "members": ["member-0", "member-1", "member-2"]}
    command = commission.ConveneSession.read({**fields, "session": "2023-06-21-1"})
    story.refused(commission.ConveneSession.read({**fields, "session": "other"}), story.secretary, "invalid")
    for wrong in (
        {"members": ["member-0", "member-1", "ghost"]},
        {"members": ["member-0", "member-1", "member-1"]},
        {"chair": "member-4"},
    ):
        bad = commission.ConveneSession.read({**fields, **wrong, "session": "2023-06-21-1"})
        assert isinstance(story.refused(bad, story.secretary, "invalid"), InvalidInput)
    story.then(command, story.secretary, "SessionConvened")
    story.refused(command, story.secretary, "session-once")


def test_attendance_is_of_convened_members_once() -> None:
    story = Sitting().sit(present=1)
    again = commission.RecordAttendance(**NAMED, member="member-0")
    story.refused(again, story.secretary, "present-once")
    story.refused(commission.RecordAttendance(**NAMED, member="ghost"), story.secretary, "member-known")


def test_a_closed_or_unknown_session_takes_nothing_more() -> None:
    story = Sitting().sit()
    story.refused(commission.CloseSession(session="2023-01-01-1"), story.secretary, "session-known")
    story.when(commission.CloseSession(**NAMED), story.secretary)
    story.refused(commission.CloseSession(**NAMED), story.secretary, "session-open")
    story.refused(DECIDE, story.secretary, "session-open")
    unknown = commission.TakeDecision(session="2023-01-01-1", item=1)
    with pytest.raises(Exception, match=r"no right|not open"):
        story.when(unknown, story.secretary)


@pytest.mark.parametrize("choice", ["maybe", ""])
def test_a_vote_is_for_against_or_abstaining(choice: str) -> None:
    with pytest.raises(InvalidInput, match="choice"):
        commission.CastVote.read({**NAMED, "item": 1, "member": "m", "choice": choice})


LATER = "2023-06-27-1"
ADJUST = {"outcome": "adjust", "adjustments": [{"body": BODY, "node": "services", "points": "75"}]}


def adjusted_points(story: Sitting) -> list[tuple[str, str | None]]:
    """What stands of the Commission's adjustments, by replaying everything."""
    models = replay(Recorded(n, story.now, event) for n, event in enumerate(story.events(), 1))
    facts = models[FACTS].as_of(10**6)
    return sorted((key[3], values[0]) for key, values in facts.items() if key[3].startswith("node:"))


def test_a_later_decision_lifts_what_the_earlier_one_had_set_and_it_does_not_set_again() -> None:
    story = Sitting().sit(**ADJUST).decided()
    assert adjusted_points(story) == [("node:services", "75")]
    other = {"outcome": "adjust", "adjustments": [{"body": BODY, "node": "plans", "points": "60"}]}
    story.convened(LATER).item(session=LATER, **other).vote(*["for"] * 5, session=LATER)
    later = commission.TakeDecision(session=LATER, item=1)
    decided, _ = story.then(later, story.secretary, "DecisionTaken", "ResultsDecided")
    assert [(one.body, one.node) for one in decided.lifts] == [(BODY, "services")]
    assert adjusted_points(story) == [("node:plans", "60"), ("node:services", None)]


def test_returned_results_are_judged_and_decided_again() -> None:
    story = Sitting().sit(outcome="return").decided().considered()
    publish = publishing(SESSION)
    story.refused(publish, story.admin, "commission-approves")
    story.open(Stage.CONCLUSION)
    revise = casefile.ReviseConclusion(cycle=YEAR, body=BODY, values=(stated("quality", "72"),))
    story.then(revise, story.evaluator, "ConclusionRevised")
    story.convened(LATER).item(session=LATER).decided(session=LATER)
    story.refused(publishing(LATER), story.admin, "head-of-state-considers")
    story.considered(LATER)
    story.refused(publish, story.admin, "commission-approves")
    story.then(publishing(LATER), story.admin, "ResultsPublished")


def publishing(session: str) -> PublishResults:
    return PublishResults(cycle=YEAR, group="central", session=session)


def test_returning_needs_a_reason() -> None:
    story = Sitting().to_the_commission().convened()
    put = {"outcome": "return", "cycle": YEAR, "bodies": [BODY]}
    command = commission.OpenItem.read({**NAMED, "item": 1, "proposal": put})
    story.refused(command, silent(story.secretary), "reason-required")


def annulled(story: Sitting, session: str = SESSION) -> tuple[Event, ...]:
    by = replace(story.chair, legal_basis="ruling 7 of 1 August 2023")
    command = commission.AnnulDecision(session=session, item=1)
    return story.then(command, by, "DecisionAnnulled", "RulingWithdrawn")


def test_an_annulled_decision_takes_back_what_it_had_set_and_must_be_taken_anew() -> None:
    story = Sitting().sit(**ADJUST).decided()
    annul = commission.AnnulDecision(**NAMED, item=1)
    story.refused(annul, silent(story.chair), "reason-required")
    story.refused(annul, story.chair, "legal-basis-required")
    story.refused(annul, story.secretary, "no-right")
    by = replace(story.chair, legal_basis="ruling 7")
    story.refused(commission.AnnulDecision(**NAMED, item=2), by, "item-decided")
    annulled(story)
    story.refused(annul, by, "annulled-once")
    assert adjusted_points(story) == [("node:services", None)]
    story.considered()
    story.refused(publishing(SESSION), story.admin, "commission-approves")
    story.convened(LATER).item(session=LATER).decided(session=LATER).considered(LATER).published(LATER)


def test_only_the_latest_decision_on_a_body_is_annulled() -> None:
    story = Sitting().sit(**ADJUST).decided()
    story.convened(LATER).item(session=LATER, bodies=[BODY]).decided(session=LATER)
    by = replace(story.chair, legal_basis="ruling 7")
    refusal = story.refused(commission.AnnulDecision(**NAMED, item=1), by, "latest-decision")
    assert BODY in refusal.message
    assert OTHER not in refusal.message
    annulled(story, LATER)


def test_an_undecided_item_is_not_annulled() -> None:
    story = Sitting().sit()
    by = replace(story.chair, legal_basis="ruling 7")
    story.refused(commission.AnnulDecision(**NAMED, item=1), by, "item-decided")


def test_what_is_published_is_decided_on_again_only_after_the_cycle_is_reopened() -> None:
    story = Sitting().sit().decided().considered().published()
    by = replace(story.chair, legal_basis="ruling 7")
    story.refused(commission.AnnulDecision(**NAMED, item=1), by, "published-is-final")
    story.convened(LATER)
    put = {"outcome": "approve", "cycle": YEAR, "bodies": [BODY]}
    again = commission.OpenItem.read({"session": LATER, "item": 1, "proposal": put})
    story.refused(again, story.secretary, "published-is-final")
    revise = casefile.ReviseConclusion(cycle=YEAR, body=BODY, values=(stated("quality", "72"),))
    story.refused(revise, story.evaluator, "results-published")
    reopen = ReopenCycle(cycle=YEAR, group="central")
    lawful = replace(story.admin, legal_basis="ruling 7")
    story.refused(reopen, silent(story.admin), "reason-required")
    story.refused(reopen, story.admin, "legal-basis-required")
    story.then(reopen, lawful, "CycleReopened")
    story.refused(reopen, lawful, "reopens-something")
    annulled(story)
    story.open(Stage.CONCLUSION)
    story.then(revise, story.evaluator, "ConclusionRevised")
    story.item(session=LATER).decided(session=LATER).considered(LATER).published(LATER)


def test_results_decided_by_two_sessions_are_published_when_both_are_considered() -> None:
    story = Sitting().to_the_commission()
    story.convened().item(bodies=[BODY]).decided().considered()
    story.convened(LATER).item(session=LATER, bodies=[OTHER]).decided(session=LATER)
    refusal = story.refused(publishing(SESSION), story.admin, "head-of-state-considers")
    assert LATER in refusal.message
    story.considered(LATER).published(LATER)
