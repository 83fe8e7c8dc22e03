"""A session of the Commission replayed from the events alone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain import casefile, commission
from domain.cycle import Stage, WithdrawBody
from domain.errors import NotFound
from domain.events import Recorded
from projections.items import Effect, ItemReplay, Place
from projections.sessions import SessionReplay, session_replay, sessions_of, streams_behind
from tests.chronicle import LATER, eventful, judged, raised, recorded, source_of
from tests.story import BODY, OTHER, SESSION, YEAR, Sitting, stated


def replayed(events: tuple[Recorded, ...], session: str = SESSION, position: int | None = None) -> SessionReplay:
    """The replay over no more events than it says it needs."""
    seen = tuple(one for one in events if position is None or one.position <= position)
    own = [one for one in seen if getattr(one.event, "session", "") == session]
    needed = {*streams_behind(own), commission.CommissionSession.stream_id(session)}
    given = [one for one in seen if one.event.originator_id in needed]
    return session_replay(session, given, source_of(events), position or len(events))


def item(story: Sitting | None = None) -> ItemReplay:
    return replayed(eventful() if story is None else recorded(story)).items[0]


def effect(found: ItemReplay, body: str = BODY) -> Effect:
    return next(one for one in found.effects if one.body == body)


def names(steps: tuple[object, ...]) -> list[str]:
    return [step.type.partition(".")[2] for step in steps]  # type: ignore[attr-defined]


def test_the_session_tells_who_was_called_who_came_and_what_stood_aside() -> None:
    found = replayed(eventful())
    assert found.members == tuple(f"member-{n}" for n in range(5))
    assert set(found.present) == set(found.members)
    assert (found.chair, found.quorum, found.names["member-0"]) == ("member-0", 3, "member-0")
    assert names(found.aside) == ["ConflictDeclared", "AttemptRefused"]
    assert names(found.reviews) == ["HeadOfStateReviewed"]
    assert found.closed is not None


def test_steps_come_in_the_order_of_the_record() -> None:
    found = replayed(eventful())
    assert [step.position for step in found.steps] == sorted(step.position for step in found.steps)
    assert names(found.items[0].steps) == [
        "MemberRecused",
        *["VoteCast"] * 4,
        "DissentRecorded",
        "DecisionTaken",
        "DecisionAnnulled",
    ]
    recusal = found.items[0].steps[0]
    assert (recusal.person, recusal.reason) == ("member-4", "because")


def test_members_saw_what_was_on_the_cases_when_the_item_was_opened() -> None:
    found = item()
    known = {one.body: one for one in found.known}
    assert known[BODY].facts == {"reported": 3, "concluded": 1, "after_objections": 1, "expert": 1}
    acts = names(known[BODY].acts)
    assert acts == [
        "ConclusionIssued",
        "ObjectionRaised",
        "ObjectionAnswered",
        "ObjectionUpheld",
        "ExpertOpinionIssued",
    ]
    assert known[BODY].acts[1].words == ("objection 1 on quality: “preliminary figure”",)
    assert names(known[OTHER].acts) == ["ConclusionIssued", "PenaltyImposed"]
    assert all(act.position < found.opened.position for one in found.known for act in one.acts)


def test_votes_are_counted_over_those_who_could_decide() -> None:
    count = item().count
    assert count.able == ("member-0", "member-1", "member-2", "member-3")
    assert count.votes == {"member-0": "for", "member-1": "for", "member-2": "against", "member-3": "abstain"}
    assert (count.of("for"), count.of("against"), count.of("abstain")) == (2, 1, 1)
    assert (count.quorum, count.has_quorum, count.waiting) == (3, True, ())


def test_the_effect_shows_the_layer_before_the_commission_before_after_and_now() -> None:
    found = effect(item())
    before = Place(Decimal("81.4"), 2, "low", Decimal("0.8"))
    assert found.opened == found.before == before
    # 60 × 99 and 40 × 91; the other body stays at 89.5.
    assert found.after == Place(Decimal("95.8"), 1, "high", Decimal("0.8"))
    assert found.moved
    assert found.now == before
    assert found.moved_since
    other = effect(item(), OTHER)
    assert other.after is not None
    assert (other.before.rank, other.after.rank, other.now.rank) == (1, 2, 1)
    assert other.before.score == other.after.score


def test_an_annulment_and_what_came_since_is_told() -> None:
    found = item()
    assert found.decision is not None
    assert found.annulment is not None
    assert found.annulment.legal_basis == "ruling 7 of 1 August"
    assert found.annulment.words[1] == f"lifts what was set on services of {BODY}"
    assert names(found.since) == ["ResultsDecided", "ResultsPublished", "CycleReopened"]
    assert found.since[0].words == (f"session {LATER}, item 1: approve",)


def test_seen_from_the_decision_nothing_that_came_later_is_known() -> None:
    events = eventful()
    whole = item()
    assert whole.decision is not None
    then = replayed(events, position=whole.decision.position).items[0]
    assert then.annulment is None
    assert then.since == ()
    assert effect(then).now == effect(then).after == effect(whole).after
    assert then.known == whole.known


def test_before_the_votes_the_item_waits() -> None:
    events = eventful()
    opened = item().opened.position
    found = replayed(events, position=opened).items[0]
    assert found.decision is None
    assert found.count.waiting == found.count.able
    assert len(found.count.able) == 5
    one = effect(found)
    assert (one.after, one.moved, one.moved_since) == (None, False, False)
    assert one.before == one.opened


def test_a_later_decision_is_shown_from_what_the_earlier_had_left() -> None:
    story = judged().convened().item(**raised()).decided()
    story.convened(LATER).item(session=LATER).decided(session=LATER)
    found = replayed(recorded(story), LATER).items[0]
    one = effect(found)
    assert (one.opened.score, one.before.score) == (Decimal("81.4"), Decimal("95.8"))
    assert one.after == one.opened
    assert found.decision is not None
    assert found.decision.words[-1] == f"lifts what was set on services of {BODY}"


def test_a_member_who_comes_after_the_decision_took_no_part_in_it() -> None:
    story = judged().convened(present=3).item().vote("for", "for", "for")
    story.when(commission.TakeDecision(session=SESSION, item=1), story.secretary)
    story.when(commission.RecordAttendance(session=SESSION, member="member-4"), story.secretary)
    assert item(story).count.able == ("member-0", "member-1", "member-2")


def test_results_returned_and_judged_again_are_news_since_the_decision() -> None:
    story = judged().convened().item(outcome="return", bodies=[BODY]).decided()
    story.open(Stage.CONCLUSION)
    revise = casefile.ReviseConclusion(cycle=YEAR, body=BODY, values=(stated("quality", "72"),))
    story.when(revise, story.evaluator)
    found = item(story)
    assert names(found.since) == ["ConclusionRevised"]
    assert [one.body for one in found.effects] == [BODY]


def test_a_body_that_a_decision_on_another_moved_is_shown_too() -> None:
    proposal = raised()
    story = judged().convened().item(**{**proposal, "bodies": [BODY]}).decided()
    other = effect(item(story), OTHER)
    assert not other.concerned
    assert other.after is not None
    assert (other.before.rank, other.after.rank) == (1, 2)
    assert effect(item(story)).concerned


def test_a_body_that_is_withdrawn_since_stands_nowhere_now() -> None:
    story = judged().convened().item().decided()
    for body in (BODY, OTHER):
        story.when(WithdrawBody(cycle=YEAR, body=body), story.admin)
    found = item(story)
    assert names(found.since) == ["BodyWithdrawn", "BodyWithdrawn"]
    assert {one.now for one in found.effects} == {Place(None, None, None, Decimal(0))}
    assert {one.after.rank for one in found.effects if one.after is not None} == {1, 2}


def test_sessions_are_listed_with_what_they_decided() -> None:
    first, second = sessions_of(eventful())
    assert (first.session, first.decided, first.annulled, first.closed) == (
        SESSION,
        (f"adjust {YEAR}: 2",),
        (1,),
        True,
    )
    assert (second.session, second.members, second.present, second.items) == (LATER, 5, 4, 1)
    assert sessions_of(eventful()[:10]) == ()


def test_an_unknown_session_is_refused_and_the_known_ones_are_named() -> None:
    events = eventful()
    with pytest.raises(NotFound, match=rf"sessions: {SESSION}, {LATER}"):
        session_replay("2023-01-01-1", events, source_of(events), len(events))
