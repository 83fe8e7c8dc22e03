"""The cycle: one reporting year evaluated, from opening to publication."""

from domain.cycle.aggregate import Cycle, Enrolment, Outcome, PlannedStage, Ruling, Stage
from domain.cycle.commands import (
    AssignEvaluator,
    CloseStage,
    CycleCommand,
    EnrolBody,
    ExtendDeadline,
    OpenCycle,
    OpenStage,
    PublishResults,
    ReassignEvaluator,
    ReopenCycle,
    WithdrawBody,
)

__all__ = [
    "AssignEvaluator",
    "CloseStage",
    "Cycle",
    "CycleCommand",
    "EnrolBody",
    "Enrolment",
    "ExtendDeadline",
    "OpenCycle",
    "OpenStage",
    "Outcome",
    "PlannedStage",
    "PublishResults",
    "ReassignEvaluator",
    "ReopenCycle",
    "Ruling",
    "Stage",
    "WithdrawBody",
]
