"""The case file: everything stated about one body in one cycle."""

from domain.casefile.aggregate import CaseFile, Objection
from domain.casefile.commands import (
    AnswerObjection,
    AttachEvidence,
    CaseCommand,
    CorrectData,
    DecideObjection,
    ImposePenalty,
    IssueConclusion,
    IssueExpertOpinion,
    LiftPenalty,
    PenaltyCommand,
    RaiseObjection,
    ReverifyData,
    ReviseConclusion,
    SubmitData,
    ValuesCommand,
    WithdrawSubmission,
)

__all__ = [
    "AnswerObjection",
    "AttachEvidence",
    "CaseCommand",
    "CaseFile",
    "CorrectData",
    "DecideObjection",
    "ImposePenalty",
    "IssueConclusion",
    "IssueExpertOpinion",
    "LiftPenalty",
    "Objection",
    "PenaltyCommand",
    "RaiseObjection",
    "ReverifyData",
    "ReviseConclusion",
    "SubmitData",
    "ValuesCommand",
    "WithdrawSubmission",
]
