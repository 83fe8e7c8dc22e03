"""The read models: which tables there are, and the set of them that a fold works on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from projections.history import HistoryTable, Load, TableSpec, nothing_stored

BODIES = TableSpec("bodies", ("body",), ("grp", "kk", "ru", "en", "since", "abolished", "illustrative"), 1)
LINEAGE = TableSpec("lineage", ("body", "successor"), ("kind", "since", "illustrative"), 1)
REVISIONS = TableSpec(
    "revisions", ("methodology", "revision"), ("sha256", "document", "approved", "legal_act", "repealed"), 2
)
CYCLES = TableSpec("cycles", ("cycle",), ("methodology", "revision", "revision_sha256", "retrospective"), 1)
ENROLMENTS = TableSpec("enrolments", ("cycle", "body"), ("grp", "evaluators"), 1)
DECISIONS = TableSpec("decisions", ("cycle", "body"), ("session", "item", "outcome"), 1)
PUBLICATIONS = TableSpec("publications", ("cycle", "grp"), ("session",), 1)
FACTS = TableSpec("facts", ("cycle", "body", "layer", "subject"), ("value", "event_id"), 2)
SCORES = TableSpec(
    "scores", ("cycle", "body", "layer"), ("value", "coverage", "grade", "tie_values", "revision_sha256"), 2
)
RANKINGS = TableSpec("rankings", ("cycle", "grp", "body"), ("rank",), 2)

SPECS = (BODIES, LINEAGE, REVISIONS, CYCLES, ENROLMENTS, DECISIONS, PUBLICATIONS, FACTS, SCORES, RANKINGS)

TRAIL_COLUMNS = (
    "position",
    "event_id",
    "type",
    "originator_id",
    "originator_version",
    "recorded_at",
    "decided_at",
    "effective_at",
    "person",
    "role",
    "actor_body",
    "reason",
    "legal_basis",
    "correlation_id",
    "authority",
    "cycle",
    "bodies",
    "subjects",
)


@dataclass
class ReadModels:
    """All tables of one fold, and the trail's new rows."""

    tables: dict[str, HistoryTable]
    trail: list[tuple[Any, ...]] = field(default_factory=list)

    @classmethod
    def over(cls, load: Callable[[TableSpec], Load] = lambda _: nothing_stored) -> ReadModels:
        """Read models that begin with what `load` finds stored; empty without it."""
        return cls({spec.name: HistoryTable(spec, load(spec)) for spec in SPECS})

    def __getitem__(self, spec: TableSpec) -> HistoryTable:
        return self.tables[spec.name]
