"""The Commission: its sessions, votes and decisions."""

from domain.commission.aggregate import BodyAdjustment, Choice, CommissionSession, Item, Proposal
from domain.commission.commands import (
    AnnulDecision,
    CastVote,
    CloseSession,
    ConveneSession,
    MemberCommand,
    OpenItem,
    RecordAttendance,
    RecordDissent,
    RecordReview,
    Recuse,
    SessionCommand,
    TakeDecision,
)

__all__ = [
    "AnnulDecision",
    "BodyAdjustment",
    "CastVote",
    "Choice",
    "CloseSession",
    "CommissionSession",
    "ConveneSession",
    "Item",
    "MemberCommand",
    "OpenItem",
    "Proposal",
    "RecordAttendance",
    "RecordDissent",
    "RecordReview",
    "Recuse",
    "SessionCommand",
    "TakeDecision",
]
