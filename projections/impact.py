"""What a change of rules would move: the scores and ranks of a cycle under one revision and under another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.errors import NotFound
from domain.layers import Layer
from domain.revision import Revision, content_address, revision_of
from domain.revision.document import Document
from domain.rounding import DECIMAL128
from projections.answers import RankingRow, Source, ranking
from projections.history import Key, TableSpec, Values
from projections.tables import REVISIONS


@dataclass(frozen=True, slots=True)
class Moved:
    """A body's score (points), rank and coverage (0 to 1) under both revisions; None where it has no score."""

    body: str
    names: tuple[str, str, str]
    score_before: Decimal | None
    score_after: Decimal | None
    rank_before: int | None
    rank_after: int | None
    coverage_before: Decimal
    coverage_after: Decimal

    @property
    def points(self) -> Decimal | None:
        """Points gained (positive) or lost; None where one of the scores is missing."""
        if self.score_before is None or self.score_after is None:
            return None
        return DECIMAL128.subtract(self.score_after, self.score_before)

    @property
    def places(self) -> int | None:
        """Places gained (positive) or lost; None where one of the ranks is missing."""
        if self.rank_before is None or self.rank_after is None:
            return None
        return self.rank_before - self.rank_after

    @property
    def moves(self) -> bool:
        """Whether score or rank is another."""
        return (self.score_before, self.rank_before) != (self.score_after, self.rank_after)


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change moves in one cycle and group, at a layer and position: bodies in their new order."""

    cycle: int
    group: str
    layer: Layer
    position: int
    before: Revision
    after: Revision
    rows: tuple[Moved, ...]

    @property
    def moved(self) -> tuple[Moved, ...]:
        """Only the bodies that move."""
        return tuple(row for row in self.rows if row.moves)


@dataclass(frozen=True)
class _Offered:
    """A source that also offers revisions that the record does not have, each under its SHA-256."""

    source: Source
    documents: Mapping[str, Document]

    def rows(self, spec: TableSpec, match: Mapping[str, Any], position: int) -> dict[Key, Values]:
        found = self.source.rows(spec, match, position)
        if spec != REVISIONS:
            return found
        for sha256, document in self.documents.items():
            row = {"methodology": "", "revision": sha256, "sha256": sha256, "document": document}
            found[tuple(row[name] for name in spec.key)] = tuple(row.get(name) for name in spec.values)
        return found


def impact(
    source: Source,
    cycle: int,
    position: int,
    before: Document,
    after: Document,
    layer: Layer = Layer.FINAL,
    groups: Sequence[str] = ("central", "local"),
) -> tuple[Impact, ...]:
    """What the change from one revision document to another moves in a cycle, for each group that both evaluate.

    Neither document need be in the record. Raises NotFound if the cycle is not known, or no group can be compared.
    """
    addresses = [content_address(document) for document in (before, after)]
    offered = _Offered(source, dict(zip(addresses, (before, after), strict=True)))
    revisions = [revision_of(document) for document in (before, after)]
    found: list[Impact] = []
    refused: list[str] = []
    for group in groups:
        try:
            answers = [ranking(offered, cycle, group, position, layer, address) for address in addresses]
        except NotFound as error:
            if error.rule != "group-evaluated":
                raise
            refused.append(error.message)
            continue
        old = {row.body: row for row in answers[0].rows}
        rows = tuple(_moved(old[row.body], row) for row in answers[1].rows)
        found.append(Impact(cycle, group, layer, position, revisions[0], revisions[1], rows))
    if not found:
        raise NotFound(f"nothing to compare: {'; '.join(refused)}", rule="group-evaluated")
    return tuple(found)


def recorded_document(source: Source, name: str, position: int) -> Document | None:
    """The document of a revision in the record, by its id or the beginning (8 digits or more) of its SHA-256.

    None if there is none. Raises NotFound if the name stands for several: then only a longer SHA-256 names one.
    """
    rows = source.rows(REVISIONS, {}, position)
    found = {row[0]: row[1] for key, row in rows.items() if key[1] == name}
    found = found or {row[0]: row[1] for row in rows.values() if len(name) >= 8 and row[0].startswith(name)}
    if len(found) > 1:
        raise NotFound(f"{name} names several revisions: {', '.join(sorted(found))}", rule="revision-known")
    return next(iter(found.values()), None)


def _moved(before: RankingRow, after: RankingRow) -> Moved:
    return Moved(
        body=after.body,
        names=after.names,
        score_before=before.score,
        score_after=after.score,
        rank_before=before.rank,
        rank_after=after.rank,
        coverage_before=before.coverage,
        coverage_after=after.coverage,
    )
