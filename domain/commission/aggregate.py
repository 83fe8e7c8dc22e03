"""The Commission: its sessions, votes and decisions. No quorum, no decision; a recused member does not vote."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Literal

from pydantic import Field

from domain.cycle import Outcome
from domain.errors import NotFound, WrongState
from domain.events import Act, Aggregate, Code, Data, Text
from domain.events import Event as BaseEvent
from domain.statements import Adjustment, BodyNode

Choice = Literal["for", "against", "abstain"]


class BodyAdjustment(Adjustment):
    """Points that the Commission sets on a node of one body's tree."""

    body: Code


class Proposal(Data):
    """What an item puts to the vote: approve results, return them to the evaluating bodies, or adjust points."""

    outcome: Outcome
    cycle: int
    bodies: tuple[Code, ...] = Field(min_length=1)
    adjustments: tuple[BodyAdjustment, ...] = ()


@dataclass
class Item:
    """An item of the agenda as it stands."""

    proposal: Proposal
    votes: dict[str, Choice] = field(default_factory=dict)
    recused: set[str] = field(default_factory=set)
    decided: str = ""
    annulled: bool = False


class CommissionSession(Aggregate):
    """One session, named by date and number (`2023-06-20-1`)."""

    class Event(BaseEvent):
        """Every event of a session names it."""

        session: Code

    def __init__(self, session: str) -> None:
        self.session = session
        self.members: tuple[str, ...] = ()
        self.chair = ""
        self.present: set[str] = set()
        self.items: dict[int, Item] = {}
        self.closed = False
        self.reviewed: set[int] = set()

    def key(self) -> dict[str, Any]:
        return {"session": self.session}

    @property
    def quorum(self) -> int:
        """How many members must be present and not recused: more than half of those convened."""
        return len(self.members) // 2 + 1

    def is_considered(self, cycle: int) -> bool:
        """Whether the session is closed and the Head of State has considered what it decided on a cycle."""
        return self.closed and cycle in self.reviewed

    class SessionConvened(Event):
        """The members are called together."""

        date: date
        number: int
        chair: Code
        members: tuple[Code, ...]

        def apply(self, aggregate: CommissionSession) -> None:
            aggregate.members = self.members
            aggregate.chair = self.chair

    class MemberAttended(Event):
        """A member is present."""

        member: Code

        def apply(self, aggregate: CommissionSession) -> None:
            aggregate.present.add(self.member)

    class ItemOpened(Event):
        """An item of the agenda is put to the vote."""

        item: int
        proposal: Proposal

        def apply(self, aggregate: CommissionSession) -> None:
            aggregate.items[self.item] = Item(self.proposal)

    class ItemEvent(Event):
        """An act of a member on an item, which repeats the cycle and the bodies that the item is about."""

        item: int
        member: Code
        cycle: int | None
        bodies: tuple[Code, ...]

        schema_version: ClassVar[int] = 2

        @staticmethod
        def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
            """Version 1 named the item only: what it is about stands in the session's `ItemOpened`."""
            return {**data, "cycle": None, "bodies": []}

    class MemberRecused(ItemEvent):
        """A member steps aside on an item."""

        def apply(self, aggregate: CommissionSession) -> None:
            aggregate.items[self.item].recused.add(self.member)

    class VoteCast(ItemEvent):
        """A member votes."""

        choice: Choice

        def apply(self, aggregate: CommissionSession) -> None:
            aggregate.items[self.item].votes[self.member] = self.choice

    class DissentRecorded(ItemEvent):
        """A member's differing opinion is put on record."""

        text: Text

        def apply(self, aggregate: CommissionSession) -> None:
            """A dissent changes no result."""

    class DecisionTaken(Event):
        """The item's proposal is carried by the votes.

        What the Commission decides on a body replaces what it had decided on it before: `lifts` names the nodes whose
        points an earlier decision had set and this one does not set again.
        """

        item: int
        outcome: Outcome
        cycle: int
        bodies: tuple[Code, ...]
        adjustments: tuple[BodyAdjustment, ...]
        votes_for: int
        votes_against: int
        abstained: int
        lifts: tuple[BodyNode, ...]

        schema_version: ClassVar[int] = 2

        @staticmethod
        def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
            """Under version 1 a later decision left standing what an earlier one had set, and so lifted nothing."""
            return {**data, "lifts": []}

        def apply(self, aggregate: CommissionSession) -> None:
            aggregate.items[self.item].decided = self.outcome

    class DecisionAnnulled(Event):
        """A decision ends, with all that it had set; the Commission must decide anew."""

        item: int
        cycle: int
        bodies: tuple[Code, ...]
        lifts: tuple[BodyNode, ...]

        def apply(self, aggregate: CommissionSession) -> None:
            aggregate.items[self.item].annulled = True

    class SessionClosed(Event):
        """The session ends."""

        def apply(self, aggregate: CommissionSession) -> None:
            aggregate.closed = True

    class HeadOfStateReviewed(Event):
        """The Head of State considered the results that the session decided."""

        cycle: int
        remark: Text

        def apply(self, aggregate: CommissionSession) -> None:
            aggregate.reviewed.add(self.cycle)

    def require_sitting(self) -> None:
        """Refuses an act on a session that was not convened or is closed."""
        if not self.exists:
            raise NotFound(f"no session {self.session} was convened", rule="session-known")
        if self.closed:
            raise WrongState(f"session {self.session} is closed", rule="session-open")

    def open_item(self, number: int) -> Item:
        """The item of this number. Raises NotFound, or WrongState if it is decided."""
        self.require_sitting()
        item = self.items.get(number)
        if item is None:
            raise NotFound(f"session {self.session} has no item {number}", rule="item-known")
        if item.decided:
            raise WrongState(f"item {number} is decided: {item.decided}", rule="item-open")
        return item

    def require_present(self, member: str) -> None:
        """Refuses an act of somebody who does not sit in this session."""
        if member not in self.present:
            raise WrongState(f"{member} is not present in session {self.session}", rule="member-present")

    def record_on(self, event_class: type[ItemEvent], act: Act, number: int, **data: Any) -> None:
        """Records a member's act on the item of this number, with what the item is about."""
        proposal = self.items[number].proposal
        self.record(event_class, act, item=number, cycle=proposal.cycle, bodies=proposal.bodies, **data)

    def decide(self, act: Act, number: int, lifts: tuple[BodyNode, ...]) -> None:
        """Takes the decision that the votes carry: a quorum, and more votes for than against."""
        item = self.open_item(number)
        able = self.present - item.recused
        if len(able) < self.quorum:
            raise WrongState(
                f"no quorum: {len(able)} members can decide item {number}, {self.quorum} are needed", rule="quorum"
            )
        waiting = sorted(able - item.votes.keys())
        if waiting:
            raise WrongState(f"these members have not voted: {', '.join(waiting)}", rule="all-vote")
        count = {choice: sum(1 for vote in item.votes.values() if vote == choice) for choice in ("for", "against")}
        if count["for"] <= count["against"]:
            raise WrongState(
                f"the proposal is not carried: {count['for']} for, {count['against']} against", rule="majority"
            )
        self.record(
            self.DecisionTaken,
            act,
            item=number,
            outcome=item.proposal.outcome,
            cycle=item.proposal.cycle,
            bodies=item.proposal.bodies,
            adjustments=item.proposal.adjustments,
            votes_for=count["for"],
            votes_against=count["against"],
            abstained=len(item.votes) - count["for"] - count["against"],
            lifts=lifts,
        )

    def annul(self, act: Act, number: int) -> None:
        """Annuls a decision of this session, on a legal basis and with the reason."""
        act.require_reason("annulling a decision")
        act.require_legal_basis("annulling a decision")
        item = self.items.get(number)
        if item is None or not item.decided:
            raise NotFound(f"session {self.session} decided no item {number}", rule="item-decided")
        if item.annulled:
            raise WrongState(f"the decision on item {number} is annulled already", rule="annulled-once")
        proposal = item.proposal
        lifts = tuple(BodyNode(body=one.body, node=one.node) for one in proposal.adjustments)
        self.record(self.DecisionAnnulled, act, item=number, cycle=proposal.cycle, bodies=proposal.bodies, lifts=lifts)
