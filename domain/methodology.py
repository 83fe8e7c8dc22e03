"""Methodologies: changes proposed, revisions drafted, audited, approved by a legal act, repealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import JsonValue

from domain.commands import Command, Concern, Moment
from domain.errors import InvalidInput, NotFound, Problem, WrongState
from domain.events import Act, Aggregate, Code, Text
from domain.events import Event as BaseEvent
from domain.records import Records
from domain.revision import content_address, revision_of

Document = dict[str, JsonValue]


@dataclass
class Proposal:
    """A proposed change of the rules, as it stands."""

    proposed_by: str
    answer: str = ""


class Methodology(Aggregate):
    """The rules of evaluation under one code, through all their revisions."""

    class Event(BaseEvent):
        """Every event of a methodology names it."""

        methodology: Code

    def __init__(self, code: str) -> None:
        self.code = code
        self.drafted_by: dict[str, str] = {}
        self.documents: dict[str, Document] = {}
        self.addresses: dict[str, str] = {}
        self.approved: dict[str, date] = {}
        self.repealed: dict[str, date] = {}
        self.proposals: dict[int, Proposal] = {}

    def key(self) -> dict[str, Any]:
        return {"methodology": self.code}

    class RevisionDrafted(Event):
        """A revision is written down, whole; `sha256` is the address of its canonical JSON."""

        revision: Code
        sha256: str
        document: Document

        def apply(self, aggregate: Methodology) -> None:
            aggregate.documents[self.revision] = self.document
            aggregate.addresses[self.revision] = self.sha256
            aggregate.drafted_by[self.revision] = self.envelope.actor.person

    def draft(self, act: Act, document: Document) -> None:
        """Writes a revision down. Raises RevisionError if the document is not one."""
        revision = revision_of(document)
        if revision.id in self.approved:
            raise WrongState(f"revision {revision.id} is approved: draft a new one", rule="approved-is-final")
        self.record(
            self.RevisionDrafted,
            act,
            revision=revision.id,
            sha256=content_address(document),
            document=document,
        )

    class ChangeProposed(Event):
        """A state body, the Assessment Centre or an external expert proposes to change the rules.

        `nodes` are the parts of the revision that the change concerns; empty, it concerns the whole.
        """

        proposal: int
        revision: Code
        nodes: tuple[str, ...]
        text: Text

        def apply(self, aggregate: Methodology) -> None:
            aggregate.proposals[self.proposal] = Proposal(self.envelope.actor.person)

    class ProposalAccepted(Event):
        """The proposal will be taken up in a later revision."""

        proposal: int

        def apply(self, aggregate: Methodology) -> None:
            aggregate.proposals[self.proposal].answer = "accepted"

    class ProposalRejected(Event):
        """The proposal is not taken up."""

        proposal: int

        def apply(self, aggregate: Methodology) -> None:
            aggregate.proposals[self.proposal].answer = "rejected"

    def answer_proposal(self, act: Act, number: int, *, accepted: bool) -> None:
        """Accepts or rejects a proposal, once, with the reason."""
        act.require_reason("answering a proposal")
        proposal = self.proposals.get(number)
        if proposal is None:
            raise NotFound(f"methodology {self.code} has no proposal {number}", rule="proposal-known")
        if proposal.answer:
            raise WrongState(f"proposal {number} is {proposal.answer} already", rule="answered-once")
        self.record(self.ProposalAccepted if accepted else self.ProposalRejected, act, proposal=number)

    class MethodologicalAuditRecorded(Event):
        """The Assessment Centre or an external expert examined a revision."""

        revision: Code
        finding: Text

        def apply(self, aggregate: Methodology) -> None:
            """An audit is an opinion: it changes no rule."""

    class RevisionApproved(Event):
        """A legal act puts exactly this document in force."""

        revision: Code
        sha256: str
        legal_act: Text
        in_force_from: date

        def apply(self, aggregate: Methodology) -> None:
            aggregate.approved[self.revision] = self.in_force_from

    class RevisionRepealed(Event):
        """A legal act ends the revision."""

        revision: Code
        legal_act: Text
        repealed_from: date

        def apply(self, aggregate: Methodology) -> None:
            aggregate.repealed[self.revision] = self.repealed_from

    def require_draft(self, revision: str) -> None:
        """Refuses an act on a revision that was never drafted."""
        if revision not in self.documents:
            raise NotFound(f"methodology {self.code} has no revision {revision}", rule="revision-known")


class DraftRevision(Command):
    """Write a revision down: the whole document."""

    document: Document

    def concern(self, records: Records, moment: Moment) -> Concern:
        return Concern("Methodology", str(self.document.get("methodology")))

    def carry_out(self, act: Act, records: Records) -> Methodology:
        revision = revision_of(self.document)
        methodology = records.methodology(revision.methodology)
        methodology.draft(act, self.document)
        return methodology


class RevisionCommand(Command):
    """A command on one revision."""

    methodology: Code
    revision: Code

    def concern(self, records: Records, moment: Moment) -> Concern:
        methodology = records.methodology(self.methodology)
        return Concern("Methodology", self.methodology, {"drafted_by": methodology.drafted_by.get(self.revision, "")})


class ProposeChange(RevisionCommand):
    """Propose to change a revision's rules, as a whole or at some nodes."""

    nodes: tuple[str, ...] = ()
    text: Text

    def carry_out(self, act: Act, records: Records) -> Methodology:
        methodology = records.methodology(self.methodology)
        methodology.require_draft(self.revision)
        trees = revision_of(methodology.documents[self.revision]).trees.values()
        known = {node.id for tree in trees for node in tree.walk()}
        unknown = [
            Problem(f"nodes[{index}]", f"`{node}` is not in revision {self.revision}")
            for index, node in enumerate(self.nodes)
            if node not in known
        ]
        if unknown:
            raise InvalidInput("this proposal cannot be understood", unknown, rule="nodes-of-revision")
        number = len(methodology.proposals) + 1
        data = {"proposal": number, "revision": self.revision, "nodes": self.nodes, "text": self.text}
        methodology.record(Methodology.ChangeProposed, act, **data)
        return methodology


class AnswerProposal(Command):
    """Accept or reject a proposed change, with the reason."""

    methodology: Code
    proposal: int
    accepted: bool

    def concern(self, records: Records, moment: Moment) -> Concern:
        proposal = records.methodology(self.methodology).proposals.get(self.proposal)
        proposed_by = proposal.proposed_by if proposal is not None else ""
        return Concern("Methodology", self.methodology, {"proposed_by": proposed_by})

    def carry_out(self, act: Act, records: Records) -> Methodology:
        methodology = records.methodology(self.methodology)
        methodology.answer_proposal(act, self.proposal, accepted=self.accepted)
        return methodology


class RecordMethodologicalAudit(RevisionCommand):
    """Record what an examination of a revision found."""

    finding: Text

    def carry_out(self, act: Act, records: Records) -> Methodology:
        methodology = records.methodology(self.methodology)
        methodology.require_draft(self.revision)
        methodology.record(Methodology.MethodologicalAuditRecorded, act, revision=self.revision, finding=self.finding)
        return methodology


class ApproveRevision(RevisionCommand):
    """Put a drafted revision in force by a legal act."""

    legal_act: Text
    in_force_from: date

    def carry_out(self, act: Act, records: Records) -> Methodology:
        methodology = records.methodology(self.methodology)
        methodology.require_draft(self.revision)
        if self.revision in methodology.approved:
            raise WrongState(f"revision {self.revision} is approved already", rule="approved-once")
        methodology.record(
            Methodology.RevisionApproved,
            act,
            revision=self.revision,
            sha256=methodology.addresses[self.revision],
            legal_act=self.legal_act,
            in_force_from=self.in_force_from,
        )
        return methodology


class RepealRevision(RevisionCommand):
    """End a revision by a legal act."""

    legal_act: Text
    repealed_from: date

    def carry_out(self, act: Act, records: Records) -> Methodology:
        methodology = records.methodology(self.methodology)
        act.require_reason("repealing a revision")
        if self.revision not in methodology.approved:
            raise WrongState(f"revision {self.revision} is not in force", rule="repeal-approved")
        if self.revision in methodology.repealed:
            raise WrongState(f"revision {self.revision} is repealed already", rule="repealed-once")
        methodology.record(
            Methodology.RevisionRepealed,
            act,
            revision=self.revision,
            legal_act=self.legal_act,
            repealed_from=self.repealed_from,
        )
        return methodology
