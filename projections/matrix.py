"""The matrix: every cycle recomputed under every revision, with what data there was for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import NotFound
from domain.layers import Layer
from domain.ranking import Standing, rank
from domain.revision import Revision, revision_of
from domain.rounding import weighted_mean
from domain.scoring import ONE, ZERO
from projections.answers import Source, revision_in_force, revision_named
from projections.groups import GroupFacts, group_facts
from projections.robustness import shift_of
from projections.tables import ENROLMENTS, REVISIONS


@dataclass(frozen=True, slots=True)
class CellRow:
    """A body in a cell: its place and score there, and the share (0 to 1) of weight that had data."""

    body: str
    names: tuple[str, str, str]
    rank: int | None
    score: Decimal | None
    grade: str | None
    coverage: Decimal


@dataclass(frozen=True, slots=True)
class Cell:
    """A cycle's group under a revision. `reason` says why there are no scores, where there are none at all.

    `mean` is that of the scores there are, `coverage` that of all bodies; `shift` the mean absolute difference of ranks
    from the revision in force, over the bodies ranked under both (None if no body is).
    """

    cycle: int
    group: str
    methodology: str
    revision: str
    revision_sha256: str
    in_force: bool
    rows: tuple[CellRow, ...]
    mean: Decimal | None
    coverage: Decimal
    shift: Decimal | None
    reason: str | None

    @property
    def scored(self) -> int:
        """How many bodies have a score."""
        return sum(row.score is not None for row in self.rows)


def matrix(
    source: Source,
    position: int,
    group: str = "central",
    layer: Layer = Layer.FINAL,
    cycles: Sequence[int] = (),
    methodologies: Sequence[str] = (),
    progress: Callable[[int, int], None] = lambda *_: None,
) -> tuple[Cell, ...]:
    """The cells, cycles in order and under each the revisions in order of approval.

    `cycles` are reporting years; without any, all that evaluate the group. `methodologies` name revisions (by id or the
    beginning of the SHA-256) and may name a draft; without any, all that were ever approved. `progress` is called with
    (cells done, cells to do). Raises NotFound.
    """
    years = cycles or sorted({key[0] for key in source.rows(ENROLMENTS, {"grp": group}, position)})
    if not years:
        raise NotFound(f"no cycle evaluates {group} bodies at position {position}", rule="group-evaluated")
    revisions = [revision_named(source, name, position) for name in methodologies] or _approved(source, position)
    cells: list[Cell] = []
    for year in years:
        facts = group_facts(source, year, group, position)
        in_force, _ = revision_in_force(source, year, position)
        reference = _rows(facts, in_force, layer)
        for revision in revisions:
            rows = reference if revision.sha256 == in_force.sha256 else _rows(facts, revision, layer)
            cells.append(_cell(facts, revision, rows, in_force, reference))
            progress(len(cells), len(years) * len(revisions))
    return tuple(cells)


def _approved(source: Source, position: int) -> list[Revision]:
    rows = [(row[2], key, row[1]) for key, row in source.rows(REVISIONS, {}, position).items() if row[2] is not None]
    return [revision_of(document) for _, _, document in sorted(rows, key=lambda row: row[:2])]


def _rows(facts: GroupFacts, revision: Revision, layer: Layer) -> tuple[CellRow, ...]:
    if facts.group not in revision.trees:
        return ()
    tallies = facts.tallies(revision, layer)
    standings = [Standing(body, tallied.value, tallied.tie_values) for body, tallied in tallies.items()]
    return tuple(
        CellRow(
            body=placed.body,
            names=facts.names[placed.body],
            rank=placed.rank,
            score=placed.value,
            grade=tallies[placed.body].grade,
            coverage=tallies[placed.body].coverage,
        )
        for placed in rank(standings, revision.ties)
    )


def _cell(
    facts: GroupFacts,
    revision: Revision,
    rows: tuple[CellRow, ...],
    in_force: Revision,
    reference: tuple[CellRow, ...],
) -> Cell:
    ranks, there = ({row.body: row.rank for row in some} for some in (rows, reference))
    common = [body for body, place in ranks.items() if place is not None and there.get(body) is not None]
    mean = weighted_mean([(ONE, row.score) for row in rows if row.score is not None])
    return Cell(
        cycle=facts.cycle,
        group=facts.group,
        methodology=revision.methodology,
        revision=revision.id,
        revision_sha256=revision.sha256,
        in_force=revision.sha256 == in_force.sha256,
        rows=rows,
        mean=mean,
        coverage=weighted_mean([(ONE, row.coverage) for row in rows]) or ZERO,
        shift=shift_of({body: there[body] for body in common}, ranks) if common else None,
        reason=_reason(facts, revision) if mean is None else None,
    )


def _reason(facts: GroupFacts, revision: Revision) -> str:
    if facts.group not in revision.trees:
        return f"the revision has no indicators for {facts.group} bodies"
    return "the cycle has no data that this revision can use"
