"""The Commission: its sessions, votes and decisions. No quorum, no decision; a recused member does not vote."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from pydantic import Field

from domain.commands import Command, Concern, Moment
from domain.errors import InvalidInput, NotFound, Problem, WrongState
from domain.events import Act, Aggregate, Code, Data, Text
from domain.events import Event as BaseEvent
from domain.records import Records
from domain.statements import Adjustment, require_nodes

Outcome = Literal["approve", "return", "adjust"]
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

    def approved_bodies(self, cycle: int) -> set[str]:
        """Bodies whose results in a cycle this session approved or adjusted."""
        decided = (item for item in self.items.values() if item.decided in ("approve", "adjust"))
        return {body for item in decided if item.proposal.cycle == cycle for body in item.proposal.bodies}

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

    class MemberRecused(Event):
        """A member steps aside on an item."""

        item: int
        member: Code

        def apply(self, aggregate: CommissionSession) -> None:
            aggregate.items[self.item].recused.add(self.member)

    class VoteCast(Event):
        """A member votes."""

        item: int
        member: Code
        choice: Choice

        def apply(self, aggregate: CommissionSession) -> None:
            aggregate.items[self.item].votes[self.member] = self.choice

    class DissentRecorded(Event):
        """A member's differing opinion is put on record."""

        item: int
        member: Code
        text: Text

        def apply(self, aggregate: CommissionSession) -> None:
            """A dissent changes no result."""

    class DecisionTaken(Event):
        """The item's proposal is carried by the votes."""

        item: int
        outcome: Outcome
        cycle: int
        bodies: tuple[Code, ...]
        adjustments: tuple[BodyAdjustment, ...]
        votes_for: int
        votes_against: int
        abstained: int

        def apply(self, aggregate: CommissionSession) -> None:
            aggregate.items[self.item].decided = self.outcome

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

    def decide(self, act: Act, number: int) -> None:
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
        )


class SessionCommand(Command):
    """A command on a session."""

    session: Code

    def concern(self, records: Records, moment: Moment) -> Concern:
        session = records.session(self.session)
        return Concern(
            "CommissionSession", self.session, {"members": list(session.members), "stages": self.stages(records)}
        )

    def stages(self, records: Records) -> list[str]:
        """The open stages of the cycle that this act decides on, where it decides on one."""
        return []


class ConveneSession(SessionCommand):
    """Call the Commission together."""

    date: date
    number: int = Field(ge=1)
    chair: Code
    members: tuple[Code, ...] = Field(min_length=3)

    def carry_out(self, act: Act, records: Records) -> CommissionSession:
        session = records.session(self.session)
        if session.exists:
            raise WrongState(f"session {self.session} is convened already", rule="session-once")
        if self.session != f"{self.date}-{self.number}":
            raise InvalidInput("the session is misnamed", [Problem("session", f"expected `{self.date}-{self.number}`")])
        problems = [
            Problem(f"members[{index}]", f"{member} is not registered")
            for index, member in enumerate(self.members)
            if not records.person(member).registered
        ]
        if len(set(self.members)) != len(self.members):
            problems.append(Problem("members", "a member is named twice"))
        if self.chair not in self.members:
            problems.append(Problem("chair", f"{self.chair} is not among the members"))
        if problems:
            raise InvalidInput("this session cannot be convened", problems)
        session.record(CommissionSession.SessionConvened, act, **self.model_dump(exclude={"session"}))
        return session


class RecordAttendance(SessionCommand):
    """Record that a member is present."""

    member: Code

    def carry_out(self, act: Act, records: Records) -> CommissionSession:
        session = records.session(self.session)
        session.require_sitting()
        if self.member not in session.members:
            raise NotFound(f"{self.member} was not convened to session {self.session}", rule="member-known")
        if self.member in session.present:
            raise WrongState(f"{self.member} is present already", rule="present-once")
        session.record(CommissionSession.MemberAttended, act, member=self.member)
        return session


class OpenItem(SessionCommand):
    """Put a proposal to the vote."""

    item: int = Field(ge=1)
    proposal: Proposal

    def stages(self, records: Records) -> list[str]:
        return [stage.value for stage in records.cycle(self.proposal.cycle).open_stages]

    def carry_out(self, act: Act, records: Records) -> CommissionSession:
        session = records.session(self.session)
        session.require_sitting()
        if self.item in session.items:
            raise WrongState(f"item {self.item} is on the agenda already", rule="item-once")
        cycle = records.cycle(self.proposal.cycle)
        cycle.require_open()
        revision = records.revision_of(cycle)
        for body in self.proposal.bodies:
            group = cycle.enrolment(body).group
            require_nodes(revision, group, [one for one in self.proposal.adjustments if one.body == body])
        outside = [
            Problem(f"proposal.adjustments[{index}].body", f"{one.body} is not among the bodies of the item")
            for index, one in enumerate(self.proposal.adjustments)
            if one.body not in self.proposal.bodies
        ]
        if outside or (self.proposal.outcome == "adjust") != bool(self.proposal.adjustments):
            outside = outside or [Problem("proposal.adjustments", "an `adjust` has some, any other outcome has none")]
            raise InvalidInput("this proposal cannot be put to the vote", outside)
        if self.proposal.outcome == "adjust":
            act.require_reason("an adjustment")
        session.record(CommissionSession.ItemOpened, act, item=self.item, proposal=self.proposal)
        return session


class MemberCommand(SessionCommand):
    """A command of a member on an item."""

    item: int
    member: Code

    def concern(self, records: Records, moment: Moment) -> Concern:
        session = records.session(self.session)
        item = session.items.get(self.item)
        return Concern(
            "CommissionSession",
            self.session,
            {
                "members": list(session.members),
                "stages": [],
                "member": self.member,
                "bodies": list(item.proposal.bodies) if item else [],
                "recused": sorted(item.recused) if item else [],
            },
        )


class Recuse(MemberCommand):
    """Step aside on an item."""

    def carry_out(self, act: Act, records: Records) -> CommissionSession:
        session = records.session(self.session)
        item = session.open_item(self.item)
        session.require_present(self.member)
        act.require_reason("recusal")
        if self.member in item.recused or self.member in item.votes:
            raise WrongState(f"{self.member} has voted or is recused already", rule="recused-once")
        session.record(CommissionSession.MemberRecused, act, item=self.item, member=self.member)
        return session


class CastVote(MemberCommand):
    """Vote on an item."""

    choice: Choice

    def carry_out(self, act: Act, records: Records) -> CommissionSession:
        session = records.session(self.session)
        item = session.open_item(self.item)
        session.require_present(self.member)
        if self.member in item.votes:
            raise WrongState(f"{self.member} has voted on item {self.item}", rule="vote-once")
        session.record(CommissionSession.VoteCast, act, item=self.item, member=self.member, choice=self.choice)
        return session


class RecordDissent(MemberCommand):
    """Put a differing opinion on record."""

    text: Text

    def carry_out(self, act: Act, records: Records) -> CommissionSession:
        session = records.session(self.session)
        session.require_sitting()
        if self.item not in session.items:
            raise NotFound(f"session {self.session} has no item {self.item}", rule="item-known")
        session.require_present(self.member)
        session.record(CommissionSession.DissentRecorded, act, item=self.item, member=self.member, text=self.text)
        return session


class TakeDecision(SessionCommand):
    """Record the decision that the votes carry."""

    item: int

    def stages(self, records: Records) -> list[str]:
        item = records.session(self.session).items.get(self.item)
        return [stage.value for stage in records.cycle(item.proposal.cycle).open_stages] if item else []

    def carry_out(self, act: Act, records: Records) -> CommissionSession:
        session = records.session(self.session)
        session.decide(act, self.item)
        return session


class CloseSession(SessionCommand):
    """End the session."""

    def carry_out(self, act: Act, records: Records) -> CommissionSession:
        session = records.session(self.session)
        session.require_sitting()
        session.record(CommissionSession.SessionClosed, act)
        return session


class RecordReview(SessionCommand):
    """Record that the Head of State considered the results."""

    cycle: int
    remark: Text

    def stages(self, records: Records) -> list[str]:
        return [stage.value for stage in records.cycle(self.cycle).open_stages]

    def carry_out(self, act: Act, records: Records) -> CommissionSession:
        session = records.session(self.session)
        if not session.closed:
            raise WrongState("the session is not closed yet", rule="session-closed")
        if self.cycle in session.reviewed:
            raise WrongState(f"the results of {self.cycle} are considered already", rule="reviewed-once")
        session.record(CommissionSession.HeadOfStateReviewed, act, cycle=self.cycle, remark=self.remark)
        return session
