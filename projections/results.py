"""The results of one body over the cycles in which it is evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from projections.answers import Source, ranking
from projections.tables import ENROLMENTS


@dataclass(frozen=True, slots=True)
class Result:
    """A body's result in one cycle, at the last layer, under the revision in force: `rank` among `of` bodies."""

    cycle: int
    revision: str
    group: str
    status: str
    score: Decimal | None
    rank: int | None
    of: int
    grade: str | None
    coverage: Decimal
    evaluators: tuple[str, ...]


def results_of(source: Source, body: str, position: int) -> tuple[Result, ...]:
    """The body's results, the earliest cycle first."""
    found = []
    for (cycle, _), (group, evaluators) in sorted(source.rows(ENROLMENTS, {"body": body}, position).items()):
        answer = ranking(source, cycle, group, position)
        row = next(row for row in answer.rows if row.body == body)
        found.append(
            Result(
                cycle=cycle,
                revision=answer.revision,
                group=group,
                status=answer.status,
                score=row.score,
                rank=row.rank,
                of=len(answer.rows),
                grade=row.grade,
                coverage=row.coverage,
                evaluators=tuple(evaluators),
            )
        )
    return tuple(found)
