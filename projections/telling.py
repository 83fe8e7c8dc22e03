"""What an event says beyond the values it states, in words: texts, proposals, votes, decisions and what they lift."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from domain.bodies import StateBody
from domain.casefile import CaseFile
from domain.commission import CommissionSession
from domain.cycle import Cycle
from domain.events import Event
from domain.methodology import Methodology
from domain.people import Person

FEW = 6
"""How many bodies are named before the rest is counted."""


def told(event: Event) -> tuple[str, ...]:
    """The event's own story, one sentence a line; nothing where its values say all."""
    tell = _TELLS.get(type(event))
    return tuple(tell(event)) if tell is not None else ()


def listed(names: Sequence[str]) -> str:
    """Names, the first few of many."""
    if len(names) <= FEW:
        return ", ".join(names)
    return f"{', '.join(names[:FEW])} and {len(names) - FEW} more"


def counted(names: Sequence[str]) -> str:
    """How many bodies, and which: the first few of many."""
    return f"{len(names)} bod{'y' if len(names) == 1 else 'ies'} ({listed(names)})"


def _points(adjustments: Sequence[Any]) -> list[str]:
    return [f"sets {one.node} of {one.body} to {one.points} points" for one in adjustments]


def _lifts(nodes: Sequence[Any]) -> list[str]:
    return [f"lifts what was set on {one.node} of {one.body}" for one in nodes]


def _opened(event: CommissionSession.ItemOpened) -> list[str]:
    put = event.proposal
    words = f"item {event.item}: to {put.outcome} the results of {put.cycle} of {counted(put.bodies)}"
    return [words, *_points(put.adjustments)]


def _decided(event: CommissionSession.DecisionTaken) -> list[str]:
    votes = f"{event.votes_for} for, {event.votes_against} against, {event.abstained} abstained"
    words = f"item {event.item}: {event.outcome}, by {votes}; {counted(event.bodies)}"
    return [words, *_points(event.adjustments), *_lifts(event.lifts)]


def _annulled(event: CommissionSession.DecisionAnnulled) -> list[str]:
    return [f"item {event.item}: the decision on {listed(event.bodies)} is annulled", *_lifts(event.lifts)]


def _ruled(event: Cycle.ResultsDecided) -> list[str]:
    return [f"session {event.session}, item {event.item}: {event.outcome}"]


def _convened(event: CommissionSession.SessionConvened) -> list[str]:
    return [f"session {event.number} of {event.date}, chaired by {event.chair}: {', '.join(event.members)}"]


def _audited(event: Methodology.MethodologicalAuditRecorded) -> list[str]:
    return [f"on revision {event.revision}: {event.finding}"]


def _approved(event: Methodology.RevisionApproved) -> list[str]:
    return [f"revision {event.revision} in force from {event.in_force_from} by {event.legal_act}"]


def _repealed(event: Methodology.RevisionRepealed) -> list[str]:
    return [f"revision {event.revision} repealed from {event.repealed_from} by {event.legal_act}"]


def _reorganised(event: StateBody.BodyReorganised) -> list[str]:
    verb = "merged into" if event.kind == "merged" else "split into, or gave part of its work to,"
    return [f"{event.body} {verb} {', '.join(event.successors)} on {event.since}"]


def _extended(event: Cycle.DeadlineExtended) -> list[str]:
    whom = f" for {listed(event.bodies)}" if event.bodies else ""
    return [f"stage {event.stage.value}: due {event.stated}{whom}"]


_TELLS: dict[type[Event], Callable[[Any], list[str]]] = {
    Methodology.RevisionDrafted: lambda event: [f"revision {event.revision}, SHA-256 {event.sha256[:16]}…"],
    Methodology.MethodologicalAuditRecorded: _audited,
    Methodology.RevisionApproved: _approved,
    Methodology.RevisionRepealed: _repealed,
    StateBody.BodyRenamed: lambda event: [f"{event.body} is named {event.names.en} since {event.since}"],
    StateBody.BodyReorganised: _reorganised,
    StateBody.BodyAbolished: lambda event: [f"{event.body} abolished on {event.since}"],
    Person.ConflictDeclared: lambda event: [f"interest in {event.body}: {event.interest}"],
    Person.AttemptRefused: lambda event: [
        f"tried {event.action} ({event.resource}); refused by {event.rule}: {event.message}"
    ],
    Cycle.CycleOpened: lambda event: [f"cycle {event.cycle} under revision {event.revision}"],
    Cycle.EvaluatorAssigned: lambda event: [f"{event.evaluator} evaluates {event.body}"],
    Cycle.EvaluatorReassigned: lambda event: [f"{event.evaluator} evaluates {event.body} instead of {event.replaces}"],
    Cycle.StageOpened: lambda event: [f"stage {event.stage.value}, due {event.stated}"],
    Cycle.StageClosed: lambda event: [f"stage {event.stage.value}"],
    Cycle.DeadlineExtended: _extended,
    Cycle.ResultsDecided: _ruled,
    Cycle.RulingWithdrawn: lambda event: [f"the decision of session {event.session}, item {event.item}, is withdrawn"],
    Cycle.ResultsPublished: lambda event: [f"results of the {event.group} bodies, as session {event.session} decided"],
    Cycle.CycleReopened: lambda event: [f"results of the {event.group} bodies are open again"],
    CaseFile.SubmissionWithdrawn: lambda event: [f"{len(event.subjects)} subject(s) withdrawn"],
    CaseFile.EvidenceAttached: lambda event: [f"{event.name} ({event.media_type}), SHA-256 {event.sha256[:16]}…"],
    CaseFile.ConclusionIssued: lambda event: [f"“{event.text}”"],
    CaseFile.ObjectionRaised: lambda event: [
        f"objection {event.objection} on {listed(event.subjects)}: “{event.argument}”"
    ],
    CaseFile.ObjectionAnswered: lambda event: [f"objection {event.objection}: “{event.answer}”"],
    CaseFile.ObjectionUpheld: lambda event: [f"objection {event.objection} upheld"],
    CaseFile.ObjectionPartlyUpheld: lambda event: [f"objection {event.objection} upheld in part"],
    CaseFile.ObjectionDismissed: lambda event: [f"objection {event.objection} dismissed"],
    CaseFile.PenaltyImposed: lambda event: [f"penalty {event.penalty} ({event.case}), {event.count} time(s)"],
    CaseFile.PenaltyLifted: lambda event: [f"penalty {event.penalty} ({event.case}) lifted"],
    CaseFile.ExpertOpinionIssued: lambda event: [
        f"“{event.text}”",
        *(f"sets {one.node} to {one.points} points" for one in event.adjustments),
    ],
    CommissionSession.SessionConvened: _convened,
    CommissionSession.MemberAttended: lambda event: [f"{event.member} is present"],
    CommissionSession.ItemOpened: _opened,
    CommissionSession.MemberRecused: lambda event: [f"item {event.item}: {event.member} steps aside"],
    CommissionSession.VoteCast: lambda event: [f"item {event.item}: {event.member} votes {event.choice}"],
    CommissionSession.DissentRecorded: lambda event: [f"item {event.item}: {event.member} dissents: “{event.text}”"],
    CommissionSession.DecisionTaken: _decided,
    CommissionSession.DecisionAnnulled: _annulled,
    CommissionSession.HeadOfStateReviewed: lambda event: [f"on cycle {event.cycle}: “{event.remark}”"],
}

TELLING: frozenset[str] = frozenset(event.type_name() for event in _TELLS)
"""Names of the event types that have a story of their own."""
