"""Who may do what: every role against every act, cell by cell, where nothing but the right decides."""

import pytest

from domain.authority import PolicySet, Request, policies_in_force
from domain.errors import NotAuthorised
from domain.events import Actor
from domain.registry import COMMANDS

MAY = {
    "registrar": {
        "EstablishBody",
        "RenameBody",
        "ReorganiseBody",
        "AbolishBody",
        "RegisterPerson",
        "MakeAppointment",
        "RevokeAppointment",
        "DeclareConflict",
    },
    "assessment-centre": {"DraftRevision", "RecordMethodologicalAudit"},
    "external-expert": {"RecordMethodologicalAudit"},
    "administration": {
        "ApproveRevision",
        "RepealRevision",
        "OpenCycle",
        "EnrolBody",
        "WithdrawBody",
        "AssignEvaluator",
        "ReassignEvaluator",
        "OpenStage",
        "CloseStage",
        "ExtendDeadline",
        "PublishResults",
        "DecideObjection",
        "ImposePenalty",
        "LiftPenalty",
    },
    "body-officer": {"SubmitData", "CorrectData", "AttachEvidence", "RaiseObjection"},
    "evaluator": {"ReverifyData", "IssueConclusion", "ReviseConclusion", "AnswerObjection", "ImposePenalty"},
    "expert": {"IssueExpertOpinion"},
    "commission-secretary": {"ConveneSession", "RecordAttendance", "OpenItem", "TakeDecision", "CloseSession"},
    "commission-member": {"CastVote", "Recuse", "RecordDissent"},
    "commission-chair": {"CastVote", "Recuse", "RecordDissent"},
    "head-of-state": {"RecordReview"},
    "oversight": set(),
    "analyst": set(),
}

ALL_STAGES = [
    "submission",
    "reverification",
    "conclusion",
    "objection",
    "expert_opinion",
    "commission",
    "head_of_state",
]
REPORTING = MAY["body-officer"]


def request(role: str, action: str, **changes: object) -> Request:
    """An act in which nothing but the role can be wrong."""
    body = "min-health"
    actor = Actor(person="p", role=role, body=body if action in REPORTING else "elsewhere", appointment="p-1")
    resource = {
        "body": body,
        "stages": ALL_STAGES,
        "evaluators": ["elsewhere"],
        "judged_by": [],
        "drafted_by": "somebody",
        "person": "other",
        "members": ["p"],
        "member": "p",
        "bodies": [body],
        "recused": [],
        **changes,
    }
    return Request(actor, action, "Thing", "t", resource, {"stage": "submission", "late": False})


@pytest.mark.parametrize("action", sorted(COMMANDS))
@pytest.mark.parametrize("role", sorted(MAY))
def test_every_role_against_every_act(role: str, action: str) -> None:
    policies = policies_in_force()
    if action in MAY[role]:
        authority = policies.authorise(request(role, action))
        assert authority.decision == "allow"
        assert authority.policies == policies.sha256
        assert authority.determined_by
    else:
        with pytest.raises(NotAuthorised) as refusal:
            policies.authorise(request(role, action))
        assert refusal.value.rule == "no-right"


def test_every_act_is_somebodys() -> None:
    assert set(COMMANDS) == set().union(*MAY.values())


@pytest.mark.parametrize(
    ("role", "action", "changes", "rule"),
    [
        ("body-officer", "SubmitData", {"stages": []}, "wrong-stage"),
        ("evaluator", "IssueConclusion", {"body": "elsewhere"}, "own-body"),
        ("evaluator", "IssueConclusion", {"evaluators": []}, "not-the-evaluator"),
        ("administration", "DecideObjection", {"judged_by": ["p"]}, "own-conclusion"),
        ("administration", "ApproveRevision", {"drafted_by": "p"}, "drafter-does-not-approve"),
        ("commission-member", "CastVote", {"recused": ["p"]}, "recused"),
        ("commission-member", "CastVote", {"members": []}, "not-convened"),
        ("commission-member", "CastVote", {"bodies": ["elsewhere"]}, "votes-on-own-interest"),
        ("commission-secretary", "TakeDecision", {"stages": []}, "commission-stage"),
        ("head-of-state", "RecordReview", {"stages": []}, "head-of-state-stage"),
        ("registrar", "MakeAppointment", {"person": "p"}, "nobody-appoints-themselves"),
    ],
)
def test_a_prohibition_outweighs_the_right(role: str, action: str, changes: dict[str, object], rule: str) -> None:
    with pytest.raises(NotAuthorised) as refusal:
        policies_in_force().authorise(request(role, action, **changes))
    assert refusal.value.rule == rule


def test_a_request_that_lacks_what_a_policy_looks_at_is_refused() -> None:
    actor = Actor(person="p", role="evaluator", body="b", appointment="p-1")
    with pytest.raises(NotAuthorised) as refusal:
        policies_in_force().authorise(Request(actor, "IssueConclusion", "Thing", "t", {}, {}))
    assert refusal.value.rule == "policy-error"


def test_every_policy_has_a_name() -> None:
    with pytest.raises(ValueError, match="@id"):
        PolicySet.of("permit (principal, action, resource);")
