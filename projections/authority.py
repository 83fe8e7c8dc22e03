"""Authority replayed: the decision behind each event, asked again of the policies that were in force, on the record as
it stood just before the event.

The record is the only source: the request is rebuilt from the event's own fields and from the aggregates, so that
anybody who holds the events can ask again, years later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from domain import bodies, casefile, commission, cycle, methodology, people
from domain.authority import PolicySet, Request, policy_set
from domain.bodies import StateBody
from domain.casefile import CaseFile
from domain.commands import Command, Moment
from domain.commission import CommissionSession
from domain.cycle import Cycle
from domain.errors import NotAuthorised, NotFound
from domain.events import Aggregate, Authority, Event, Recorded
from domain.methodology import Methodology
from domain.people import Person
from domain.revision import Revision, revision_of

AnyAggregate = TypeVar("AnyAggregate", bound=Aggregate)

COMMAND_OF: Mapping[type[Event], type[Command]] = {
    Methodology.RevisionDrafted: methodology.DraftRevision,
    Methodology.ChangeProposed: methodology.ProposeChange,
    Methodology.ProposalAccepted: methodology.AnswerProposal,
    Methodology.ProposalRejected: methodology.AnswerProposal,
    Methodology.MethodologicalAuditRecorded: methodology.RecordMethodologicalAudit,
    Methodology.RevisionApproved: methodology.ApproveRevision,
    Methodology.RevisionRepealed: methodology.RepealRevision,
    StateBody.BodyEstablished: bodies.EstablishBody,
    StateBody.BodyRenamed: bodies.RenameBody,
    StateBody.BodyReorganised: bodies.ReorganiseBody,
    StateBody.BodyAbolished: bodies.AbolishBody,
    Person.PersonRegistered: people.RegisterPerson,
    Person.AppointmentMade: people.MakeAppointment,
    Person.AppointmentRevoked: people.RevokeAppointment,
    Person.SigningKeyRegistered: people.RegisterSigningKey,
    Person.SigningKeyRevoked: people.RevokeSigningKey,
    Person.ConflictDeclared: people.DeclareConflict,
    Cycle.CycleOpened: cycle.OpenCycle,
    Cycle.BodyEnrolled: cycle.EnrolBody,
    Cycle.BodyWithdrawn: cycle.WithdrawBody,
    Cycle.EvaluatorAssigned: cycle.AssignEvaluator,
    Cycle.EvaluatorReassigned: cycle.ReassignEvaluator,
    Cycle.StageOpened: cycle.OpenStage,
    Cycle.StageClosed: cycle.CloseStage,
    Cycle.DeadlineExtended: cycle.ExtendDeadline,
    Cycle.ResultsDecided: commission.TakeDecision,
    Cycle.RulingWithdrawn: commission.AnnulDecision,
    Cycle.ResultsPublished: cycle.PublishResults,
    Cycle.CycleReopened: cycle.ReopenCycle,
    CaseFile.DataSubmitted: casefile.SubmitData,
    CaseFile.DataCorrected: casefile.CorrectData,
    CaseFile.SubmissionWithdrawn: casefile.WithdrawSubmission,
    CaseFile.EvidenceAttached: casefile.AttachEvidence,
    CaseFile.DataReverified: casefile.ReverifyData,
    CaseFile.ConclusionIssued: casefile.IssueConclusion,
    CaseFile.ConclusionRevised: casefile.ReviseConclusion,
    CaseFile.ObjectionRaised: casefile.RaiseObjection,
    CaseFile.ObjectionAnswered: casefile.AnswerObjection,
    CaseFile.ObjectionUpheld: casefile.DecideObjection,
    CaseFile.ObjectionPartlyUpheld: casefile.DecideObjection,
    CaseFile.ObjectionDismissed: casefile.DecideObjection,
    CaseFile.PenaltyImposed: casefile.ImposePenalty,
    CaseFile.PenaltyLifted: casefile.LiftPenalty,
    CaseFile.ExpertOpinionIssued: casefile.IssueExpertOpinion,
    CommissionSession.SessionConvened: commission.ConveneSession,
    CommissionSession.MemberAttended: commission.RecordAttendance,
    CommissionSession.ItemOpened: commission.OpenItem,
    CommissionSession.MemberRecused: commission.Recuse,
    CommissionSession.VoteCast: commission.CastVote,
    CommissionSession.DissentRecorded: commission.RecordDissent,
    CommissionSession.DecisionTaken: commission.TakeDecision,
    CommissionSession.DecisionAnnulled: commission.AnnulDecision,
    CommissionSession.SessionClosed: commission.CloseSession,
    CommissionSession.HeadOfStateReviewed: commission.RecordReview,
}
"""Which command each event comes from. A refused attempt keeps what was tried in words only, and is not asked again."""

KEY_OF: Mapping[str, tuple[type[Aggregate], tuple[str, ...]]] = {
    "Methodology": (Methodology, ("methodology",)),
    "StateBody": (StateBody, ("body",)),
    "Person": (Person, ("person",)),
    "Cycle": (Cycle, ("cycle",)),
    "CaseFile": (CaseFile, ("cycle", "body")),
    "CommissionSession": (CommissionSession, ("session",)),
}
"""The aggregate that an event's type names first, and the event's fields that are its business key."""


@dataclass(frozen=True, slots=True)
class Redecision:
    """The decision recorded with an event beside the one that the policies give now; `again` is None where it cannot be
    asked, and `reason` says why."""

    position: int
    event_id: UUID
    type: str
    recorded: Authority
    again: Authority | None
    reason: str | None

    @property
    def agrees(self) -> bool:
        """Whether the same policies decide the same, by the same sentences."""
        return self.again == self.recorded


def redecided(events: Iterable[Recorded], policies: Callable[[str], PolicySet] = policy_set) -> Iterator[Redecision]:
    """Every event's decision asked again; `events` are the whole record from its first event on, in order.

    Events of several streams that were written at the very same time may have been decided in another order than that
    of their positions; each is asked about the record before its own position. Raises what the aggregates raise if an
    event is not the next of its stream.
    """
    records = _Records()
    for recorded in events:
        event = recorded.event
        held = event.envelope.authority
        again, reason = _asked_again(event, records, policies)
        yield Redecision(recorded.position, event.id, event.type_name(), held, again, reason)
        records.take_in(event)


def _asked_again(
    event: Event, records: _Records, policies: Callable[[str], PolicySet]
) -> tuple[Authority | None, str | None]:
    envelope = event.envelope
    command = COMMAND_OF.get(type(event))
    if command is None:
        return None, "what was tried is kept in words only"
    if envelope.actor.role == "genesis":
        return None, "the first entry of the record: nobody had a right yet"
    try:
        in_force = policies(envelope.authority.policies)
    except NotFound as unknown:
        return None, unknown.message
    moment = Moment(envelope.decided_at, envelope.effective_at)
    person = records.person(envelope.actor.person)
    try:
        actor = person.acting_as(envelope.actor.role, moment, envelope.actor.body)
        # What the policies ask about an act are its keys, and every event repeats those.
        said = {name: value for name, value in vars(event).items() if name in command.model_fields}
        concern = command.model_construct(**said).concern(records, moment)
        request = Request(
            actor=actor,
            action=command.act_name(),
            resource_type=concern.resource_type,
            resource_id=concern.resource_id,
            resource=concern.attributes,
            context=concern.context,
            conflicts=tuple(sorted(person.conflicts)),
        )
        return in_force.authorise(request), None
    except NotAuthorised as refusal:
        return Authority(policies=in_force.sha256, decision="deny", determined_by=(refusal.rule,)), None


class _Records:
    """The aggregates as the events taken in so far add up to: see `domain.records.Records`."""

    def __init__(self) -> None:
        self._held: dict[UUID, Aggregate] = {}

    def take_in(self, event: Event) -> None:
        aggregate, names = KEY_OF[event.type_name().partition(".")[0]]
        event.mutate(self._get(aggregate, *(vars(event)[name] for name in names)))

    def _get(self, aggregate: type[AnyAggregate], *key: Any) -> AnyAggregate:
        stream = aggregate.stream_id(*key)
        found = self._held.get(stream)
        if found is None:
            found = self._held[stream] = aggregate.blank(*key)
        assert isinstance(found, aggregate)
        return found

    def body(self, code: str) -> StateBody:
        return self._get(StateBody, code)

    def person(self, person: str) -> Person:
        return self._get(Person, person)

    def methodology(self, code: str) -> Methodology:
        return self._get(Methodology, code)

    def cycle(self, year: int) -> Cycle:
        return self._get(Cycle, year)

    def case(self, year: int, body: str) -> CaseFile:
        return self._get(CaseFile, year, body)

    def session(self, session: str) -> CommissionSession:
        return self._get(CommissionSession, session)

    def revision_of(self, cycle: Cycle) -> Revision:
        return revision_of(self.methodology(cycle.methodology).documents[cycle.revision])
