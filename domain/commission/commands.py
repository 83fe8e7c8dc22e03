"""What can be asked of a session: to convene, vote, decide, annul, close, and the review that follows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pydantic import Field

from domain.commands import Command, Concern, Moment
from domain.commission.aggregate import Choice, CommissionSession, Proposal
from domain.cycle import Cycle
from domain.errors import InvalidInput, NotFound, Problem, WrongState
from domain.events import Act, Code, Text
from domain.records import Records
from domain.statements import BodyNode, require_nodes


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
        groups = {body: cycle.enrolment(body).group for body in self.proposal.bodies}
        require_unpublished(cycle, self.proposal.bodies)
        revision = records.revision_of(cycle)
        for body, group in groups.items():
            require_nodes(revision, group, [one for one in self.proposal.adjustments if one.body == body])
        outside = [
            Problem(f"proposal.adjustments[{index}].body", f"{one.body} is not among the bodies of the item")
            for index, one in enumerate(self.proposal.adjustments)
            if one.body not in self.proposal.bodies
        ]
        if outside or (self.proposal.outcome == "adjust") != bool(self.proposal.adjustments):
            outside = outside or [Problem("proposal.adjustments", "an `adjust` has some, any other outcome has none")]
            raise InvalidInput("this proposal cannot be put to the vote", outside)
        if self.proposal.outcome != "approve":
            act.require_reason("adjusting or returning results")
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
        session.record_on(CommissionSession.MemberRecused, act, self.item, member=self.member)
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
        session.record_on(CommissionSession.VoteCast, act, self.item, member=self.member, choice=self.choice)
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
        session.record_on(CommissionSession.DissentRecorded, act, self.item, member=self.member, text=self.text)
        return session


class TakeDecision(SessionCommand):
    """Record the decision that the votes carry."""

    item: int

    def stages(self, records: Records) -> list[str]:
        item = records.session(self.session).items.get(self.item)
        return [stage.value for stage in records.cycle(item.proposal.cycle).open_stages] if item else []

    def carry_out(self, act: Act, records: Records) -> tuple[CommissionSession, Cycle]:
        session = records.session(self.session)
        proposal = session.open_item(self.item).proposal
        cycle = records.cycle(proposal.cycle)
        withdrawn = [body for body in proposal.bodies if body not in cycle.enrolled]
        if withdrawn:
            raise WrongState(
                f"{', '.join(withdrawn)} was withdrawn from cycle {proposal.cycle} after item {self.item} was opened: "
                "put the rest to the vote as another item",
                rule="body-enrolled",
            )
        require_unpublished(cycle, proposal.bodies)
        again = {(one.body, one.node) for one in proposal.adjustments}
        lifts = tuple(
            BodyNode(body=body, node=node)
            for body in proposal.bodies
            if body in cycle.rulings
            for node in cycle.rulings[body].adjusted
            if (body, node) not in again
        )
        session.decide(act, self.item, lifts)
        adjusted = tuple(BodyNode(body=one.body, node=one.node) for one in proposal.adjustments)
        decided = {"session": self.session, "item": self.item, "bodies": proposal.bodies}
        cycle.record(Cycle.ResultsDecided, act, **decided, outcome=proposal.outcome, adjusted=adjusted)
        return session, cycle


class AnnulDecision(SessionCommand):
    """Annul a decision that still stands and is not published, on a legal basis and with the reason."""

    item: int

    def concern(self, records: Records, moment: Moment) -> Concern:
        item = records.session(self.session).items.get(self.item)
        return Concern(
            "CommissionSession", self.session, {"bodies": list(item.proposal.bodies) if item is not None else []}
        )

    def carry_out(self, act: Act, records: Records) -> tuple[CommissionSession, Cycle]:
        session = records.session(self.session)
        session.annul(act, self.item)
        proposal = session.items[self.item].proposal
        cycle = records.cycle(proposal.cycle)
        require_unpublished(cycle, proposal.bodies)
        replaced = [body for body in proposal.bodies if not cycle.is_ruled_by(body, self.session, self.item)]
        if replaced:
            raise WrongState(
                f"a later decision stands on {', '.join(replaced)}: annul that one", rule="latest-decision"
            )
        cycle.record(Cycle.RulingWithdrawn, act, session=self.session, item=self.item, bodies=proposal.bodies)
        return session, cycle


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


def require_unpublished(cycle: Cycle, bodies: Iterable[str]) -> None:
    """Refuses an act on results that are published, and so final until the cycle is reopened.

    A body that was withdrawn since has no results to publish.
    """
    published = [body for body in bodies if body in cycle.enrolled and cycle.is_published(body)]
    if published:
        raise WrongState(
            f"the results of {', '.join(published)} are published: reopen the cycle first", rule="published-is-final"
        )
