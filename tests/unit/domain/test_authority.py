"""Who may do what: every role against every act, cell by cell, where nothing but the right decides."""

from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest

from domain.authority import PolicySet, Request, policies_in_force, policy_set
from domain.casefile import CaseCommand
from domain.cycle import Stage
from domain.errors import NotAuthorised, NotFound
from domain.events import Actor
from domain.people import Role
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
        "RegisterSigningKey",
        "RevokeSigningKey",
    },
    "assessment-centre": {"DraftRevision", "RecordMethodologicalAudit", "ProposeChange"},
    "external-expert": {"RecordMethodologicalAudit", "ProposeChange"},
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
        "ReopenCycle",
        "AnswerProposal",
        "DecideObjection",
        "ImposePenalty",
        "LiftPenalty",
    },
    "body-officer": {
        "SubmitData",
        "CorrectData",
        "WithdrawSubmission",
        "AttachEvidence",
        "RaiseObjection",
        "ProposeChange",
    },
    "evaluator": {"ReverifyData", "IssueConclusion", "ReviseConclusion", "AnswerObjection", "ImposePenalty"},
    "expert": {"IssueExpertOpinion"},
    "commission-secretary": {"ConveneSession", "RecordAttendance", "OpenItem", "TakeDecision", "CloseSession"},
    "commission-member": {"CastVote", "Recuse", "RecordDissent"},
    "commission-chair": {"CastVote", "Recuse", "RecordDissent", "AnnulDecision"},
    "head-of-state": {"RecordReview"},
    "oversight": set(),
    "analyst": set(),
    "operations": set(),
}

ALL_STAGES = [stage.value for stage in Stage]
STAGE_OF = {
    "SubmitData": "submission",
    "CorrectData": "submission",
    "WithdrawSubmission": "submission",
    "AttachEvidence": "submission",
    "ReverifyData": "reverification",
    "IssueConclusion": "conclusion",
    "ReviseConclusion": "conclusion",
    "ImposePenalty": "conclusion",
    "LiftPenalty": "conclusion",
    "RaiseObjection": "objection",
    "AnswerObjection": "objection",
    "DecideObjection": "objection",
    "IssueExpertOpinion": "expert_opinion",
    "OpenItem": "commission",
    "TakeDecision": "commission",
    "RecordReview": "head_of_state",
}
"""The stage that an act belongs to; the others are not bound to one."""

REPORTING = MAY["body-officer"] - {"ProposeChange"}


def request(role: str, action: str, *, late: bool = False, **changes: object) -> Request:
    """An act in which nothing but the role can be wrong."""
    body = "min-health"
    actor = Actor(person="p", role=role, body=body if action in REPORTING else "elsewhere", appointment="p-1")
    resource = {
        "body": body,
        "stages": ALL_STAGES,
        "evaluators": ["elsewhere"],
        "judged_by": [],
        "drafted_by": "somebody",
        "proposed_by": "somebody",
        "published": False,
        "person": "other",
        "members": ["p"],
        "member": "p",
        "bodies": [body],
        "recused": [],
        **changes,
    }
    context = {"stage": STAGE_OF.get(action, "submission"), "late": late}
    return Request(actor, action, "Thing", "t", resource, context)


@pytest.mark.parametrize("stage", [*ALL_STAGES, "none"])
@pytest.mark.parametrize("role", sorted(MAY))
def test_every_role_against_every_act_in_every_stage(role: str, stage: str) -> None:
    policies = policies_in_force()
    opened = [] if stage == "none" else [stage]
    for action in sorted(COMMANDS):
        asked = request(role, action, stages=opened)
        if action not in MAY[role]:
            expected = "no-right"
        elif STAGE_OF.get(action, stage) != stage:
            expected = {"commission": "commission-stage", "head_of_state": "head-of-state-stage"}.get(
                STAGE_OF[action], "wrong-stage"
            )
        else:
            authority = policies.authorise(asked)
            assert authority.decision == "allow"
            assert authority.policies == policies.sha256
            assert authority.determined_by
            continue
        with pytest.raises(NotAuthorised) as refusal:
            policies.authorise(asked)
        assert refusal.value.rule == expected, (role, action, stage)


def test_the_roles_of_the_table_are_all_there_are() -> None:
    assert set(MAY) == set(get_args(Role))


def test_acts_on_a_case_are_refused_once_results_are_published() -> None:
    for command in case_commands():
        role = next(role for role, acts in MAY.items() if command in acts)
        with pytest.raises(NotAuthorised) as refusal:
            policies_in_force().authorise(request(role, command, published=True))
        assert refusal.value.rule == "results-published"


def test_who_reports_judges_or_objects_is_held_to_the_deadline_and_who_answers_or_decides_is_not() -> None:
    free = {"AnswerObjection", "DecideObjection", "ImposePenalty", "LiftPenalty", "IssueExpertOpinion"}
    for command in case_commands():
        role = next(role for role, acts in MAY.items() if command in acts)
        late = request(role, command, late=True)
        if command in free:
            assert policies_in_force().authorise(late).decision == "allow"
        else:
            with pytest.raises(NotAuthorised) as refusal:
                policies_in_force().authorise(late)
            assert refusal.value.rule == "deadline-passed"


def case_commands() -> list[str]:
    return [name for name, command in COMMANDS.items() if issubclass(command, CaseCommand)]


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
        ("registrar", "RegisterSigningKey", {"person": "p"}, "nobody-registers-their-own-key"),
        ("administration", "AnswerProposal", {"proposed_by": "p"}, "own-proposal"),
        ("assessment-centre", "RecordMethodologicalAudit", {"drafted_by": "p"}, "drafter-does-not-audit"),
        ("commission-chair", "AnnulDecision", {"bodies": ["elsewhere"]}, "annuls-on-own-interest"),
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


RELEASED = ("533cb9cc1e994c2398622d26db119ad698a0a0eaf112dde63716b093b71cbc8f",)
"""Every policy set that ever decided something on record; a set may be added, none taken away."""


def test_every_policy_set_that_ever_decided_is_kept_unchanged_and_the_one_in_force_is_among_them() -> None:
    kept = {Path(file.name).stem for file in files("domain").joinpath("policies").iterdir()}
    assert kept == set(RELEASED)
    assert policies_in_force().sha256 in kept
    for sha256 in kept:
        assert policy_set(sha256).sha256 == sha256
    assert policy_set(policies_in_force().sha256).text == policies_in_force().text


def test_a_policy_set_that_is_not_kept_is_not_found() -> None:
    with pytest.raises(NotFound, match=policies_in_force().sha256):
        policy_set("0" * 64)
