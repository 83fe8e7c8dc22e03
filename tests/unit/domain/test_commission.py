"""The Commission: attendance, votes, recusal, quorum, majority."""

from typing import Any

import pytest

from api.application import Statement
from domain import commission, people
from domain.cycle import Stage
from domain.errors import InvalidInput
from tests.story import BODY, OTHER, YEAR, Story, stated

SESSION = "2023-06-20-1"
NAMED = {"session": SESSION}


def silent(by: Statement) -> Statement:
    return Statement(by.person, by.role)


class Sitting(Story):
    """A session of five, of whom `present` attend, with an item that approves two bodies."""

    def sit(self, present: int = 5, **proposal: Any) -> "Sitting":
        self.with_cycle().concluded(stated("quality", "70")).open(Stage.COMMISSION)
        self.secretary = self.someone("secretary", "commission-secretary", "commission")
        self.seats = [self.someone(f"member-{n}", "commission-member", "commission") for n in range(5)]
        members = [seat.person for seat in self.seats]
        fields = {**NAMED, "date": "2023-06-20", "number": 1, "chair": "member-0", "members": members}
        self.when(commission.ConveneSession.read(fields), self.secretary)
        for seat in self.seats[:present]:
            self.when(commission.RecordAttendance(**NAMED, member=seat.person), self.secretary)
        put = {"outcome": "approve", "cycle": YEAR, "bodies": (BODY, OTHER), **proposal}
        self.when(commission.OpenItem.read({**NAMED, "item": 1, "proposal": put}), self.secretary)
        return self

    def vote(self, *choices: str) -> "Sitting":
        for seat, choice in zip(self.seats, choices, strict=False):
            self.when(commission.CastVote(**NAMED, item=1, member=seat.person, choice=choice), seat)
        return self


DECIDE = commission.TakeDecision(**NAMED, item=1)


def test_a_majority_of_a_quorum_decides() -> None:
    story = Sitting().sit().vote("for", "for", "against", "abstain", "for")
    (decided,) = story.then(DECIDE, story.secretary, "DecisionTaken")
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
    story.then(recuse, last, "MemberRecused")
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


def test_members_vote_once_for_themselves_and_only_where_they_sit() -> None:
    story = Sitting().sit(present=4)
    first, second, absent = story.seats[0], story.seats[1], story.seats[4]
    vote = commission.CastVote(**NAMED, item=1, member="member-0", choice="for")
    story.refused(vote, second, "for-oneself-only")
    story.then(vote, first, "VoteCast")
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
    story.then(dissent, story.seats[1], "DissentRecorded")
    nowhere = commission.RecordDissent(**NAMED, item=4, member="member-1", text="I disagree")
    story.refused(nowhere, story.seats[1], "item-known")


def test_adjustments_need_a_reason_and_fit_the_tree() -> None:
    adjust = {"outcome": "adjust", "adjustments": [{"body": BODY, "node": "services", "points": "75"}]}
    story = Sitting().sit(**adjust).vote("for", "for", "for", "for", "for")
    (decided,) = story.then(DECIDE, story.secretary, "DecisionTaken")
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
