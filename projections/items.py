"""An item of the agenda replayed: what was known, how it was decided, what that did, and what came since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.casefile import CaseFile
from domain.commission import CommissionSession, Proposal
from domain.cycle import Cycle
from domain.errors import NotFound
from domain.events import Event, Recorded
from domain.layers import LAYERS, Layer
from projections.answers import RankingRow, Source, ranking
from projections.steps import Step, step_of
from projections.tables import ENROLMENTS, FACTS
from projections.trail import bodies_of


@dataclass(frozen=True, slots=True)
class Place:
    """How a body stands in its group's ranking."""

    score: Decimal | None
    rank: int | None
    grade: str | None
    coverage: Decimal


@dataclass(frozen=True, slots=True)
class Known:
    """What members could see of a body when its item was opened: how many facts each layer had stated, and the acts on
    its case (conclusions, objections and their decisions, opinions, penalties), with their positions."""

    body: str
    facts: dict[str, int]
    acts: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """A body through an item: at the layer before the Commission when the item was opened; as it stood just before
    the decision, just after it, and now. `after` is None while there is no decision.

    A body that the item is not about, but that the decision moved in the ranking, is not `concerned`.
    """

    body: str
    concerned: bool
    group: str
    opened: Place
    before: Place
    after: Place | None
    now: Place

    @property
    def moved(self) -> bool:
        """Whether the decision changed score, rank or grade."""
        return self.after is not None and self.after != self.before

    @property
    def moved_since(self) -> bool:
        """Whether score, rank or grade changed after the decision."""
        return self.after is not None and self.now != self.after


@dataclass(frozen=True, slots=True)
class Count:
    """The votes: who could decide (present and not recused), how many had to, and what each chose.

    `waiting` are those who could vote and did not.
    """

    able: tuple[str, ...]
    quorum: int
    votes: dict[str, str]
    waiting: tuple[str, ...]

    @property
    def has_quorum(self) -> bool:
        """Whether enough members could decide."""
        return len(self.able) >= self.quorum

    def of(self, choice: str) -> int:
        """How many chose this: for, against or abstain."""
        return sum(1 for one in self.votes.values() if one == choice)


@dataclass(frozen=True, slots=True)
class ItemReplay:
    """One item: the proposal, what was known, the steps, the count, the decision, its effect, and what came since."""

    item: int
    proposal: Proposal
    opened: Step
    known: tuple[Known, ...]
    steps: tuple[Step, ...]
    count: Count
    decision: Step | None
    annulment: Step | None
    effects: tuple[Effect, ...]
    since: tuple[Step, ...]


def item_replay(
    opened: Recorded,
    own: Sequence[Recorded],
    events: Sequence[Recorded],
    source: Source,
    position: int,
    quorum: int,
) -> ItemReplay:
    """An item from its opening to a position. `own` are the session's events, `events` those that stand behind it."""
    event = opened.event
    assert isinstance(event, CommissionSession.ItemOpened)
    proposal = event.proposal
    about = [one for one in own if getattr(one.event, "item", None) == event.item]
    decision = next((one for one in about if isinstance(one.event, CommissionSession.DecisionTaken)), None)
    annulment = next((one for one in about if isinstance(one.event, CommissionSession.DecisionAnnulled)), None)
    decided_at = decision.position if decision is not None else None
    cases = [
        one
        for one in events
        if isinstance(one.event, CaseFile.Event)
        and one.event.cycle == proposal.cycle
        and one.event.body in proposal.bodies
    ]
    return ItemReplay(
        item=event.item,
        proposal=proposal,
        opened=step_of(opened),
        known=_known(proposal, cases, source, opened.position),
        steps=tuple(step_of(one) for one in about if one is not opened),
        count=_count(own, about, decided_at, quorum),
        decision=step_of(decision) if decision is not None else None,
        annulment=step_of(annulment) if annulment is not None else None,
        effects=_effects(proposal, source, opened.position, decided_at, position),
        since=_since(proposal, event, cases, events, decided_at),
    )


def _count(own: Sequence[Recorded], about: Sequence[Recorded], decided_at: int | None, quorum: int) -> Count:
    """The votes up to the decision; who came later could not take part in it."""
    present = {
        one.event.member
        for one in own
        if isinstance(one.event, CommissionSession.MemberAttended) and (decided_at is None or one.position < decided_at)
    }
    recused = {one.event.member for one in about if isinstance(one.event, CommissionSession.MemberRecused)}
    votes: dict[str, str] = {
        one.event.member: one.event.choice for one in about if isinstance(one.event, CommissionSession.VoteCast)
    }
    able = present - recused
    return Count(tuple(sorted(able)), quorum, votes, tuple(sorted(able - votes.keys())))


_ACTS = (
    CaseFile.ConclusionIssued,
    CaseFile.ConclusionRevised,
    CaseFile.ObjectionRaised,
    CaseFile.ObjectionAnswered,
    CaseFile.ObjectionDecided,
    CaseFile.ExpertOpinionIssued,
    CaseFile.PenaltyImposed,
    CaseFile.PenaltyLifted,
    CaseFile.EvidenceAttached,
)


def _known(proposal: Proposal, cases: Sequence[Recorded], source: Source, opened: int) -> tuple[Known, ...]:
    found = []
    for body in proposal.bodies:
        rows = source.rows(FACTS, {"cycle": proposal.cycle, "body": body}, opened)
        facts: dict[str, int] = {}
        for _, _, ordinal, _ in rows:
            layer = LAYERS[ordinal].value
            facts[layer] = facts.get(layer, 0) + 1
        acts = tuple(
            step_of(one)
            for one in cases
            if one.position <= opened and isinstance(one.event, _ACTS) and bodies_of(one.event) == (body,)
        )
        in_order: dict[str, int] = {layer.value: facts[layer.value] for layer in LAYERS if layer.value in facts}
        found.append(Known(body, in_order, acts))
    return tuple(found)


def _effects(
    proposal: Proposal, source: Source, opened: int, decided_at: int | None, position: int
) -> tuple[Effect, ...]:
    enrolled = source.rows(ENROLMENTS, {"cycle": proposal.cycle}, opened)
    group_of = {key[1]: row[0] for key, row in enrolled.items()}
    found = []
    for group in sorted({group_of[body] for body in proposal.bodies}):
        before_commission = _places(source, proposal.cycle, group, opened, Layer.EXPERT)
        before = _places(source, proposal.cycle, group, (decided_at or opened + 1) - 1, Layer.FINAL)
        after = _places(source, proposal.cycle, group, decided_at, Layer.FINAL) if decided_at is not None else None
        now = _places(source, proposal.cycle, group, position, Layer.FINAL)
        nowhere = Place(None, None, None, Decimal(0))
        for body, opened_at in before_commission.items():
            concerned = body in proposal.bodies
            stood = before.get(body, nowhere)
            stands = after.get(body, nowhere) if after is not None else None
            if concerned or stands not in (None, stood):
                found.append(Effect(body, concerned, group, opened_at, stood, stands, now.get(body, nowhere)))
    return tuple(found)


def _places(source: Source, cycle: int, group: str, position: int, layer: Layer) -> dict[str, Place]:
    try:
        answer = ranking(source, cycle, group, position, layer)
    except NotFound:
        # The whole group was withdrawn since.
        return {}
    return {row.body: _place(row) for row in answer.rows}


def _place(row: RankingRow) -> Place:
    return Place(row.score, row.rank, row.grade, row.coverage)


_CONCERNS = (
    Cycle.ResultsDecided,
    Cycle.RulingWithdrawn,
    Cycle.ResultsPublished,
    Cycle.CycleReopened,
    Cycle.BodyWithdrawn,
    Cycle.EvaluatorReassigned,
    Cycle.DeadlineExtended,
)


def _since(
    proposal: Proposal,
    item: CommissionSession.ItemOpened,
    cases: Sequence[Recorded],
    events: Sequence[Recorded],
    decided_at: int | None,
) -> tuple[Step, ...]:
    """What happened to the bodies after the decision; this decision's own traces on the cycle are not news."""
    if decided_at is None:
        return ()
    bodies = set(proposal.bodies)

    def concerns(event: Event) -> bool:
        if not isinstance(event, _CONCERNS) or event.cycle != proposal.cycle:
            return False
        if isinstance(event, Cycle.ResultsDecided | Cycle.RulingWithdrawn):
            own = (event.session, event.item) == (item.session, item.item)
            return not own and not bodies.isdisjoint(event.bodies)
        about = bodies_of(event)
        return not about or not bodies.isdisjoint(about)

    later = [one for one in cases if one.position > decided_at]
    later += [one for one in events if one.position > decided_at and concerns(one.event)]
    return tuple(step_of(one) for one in sorted(later, key=lambda one: one.position))
