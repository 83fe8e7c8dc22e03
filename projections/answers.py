"""Answers from read models at a position: rankings and score trees, under any methodology.

The same functions answer from the database and from a replay; that they agree is what makes a published score
something anyone can recompute.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from domain.carried import carried_over
from domain.errors import NotFound
from domain.layers import LAYERS, ORDINAL, Layer, up_to
from domain.ranking import Standing, rank
from domain.revision import Revision, revision_of
from domain.rounding import weighted_mean
from domain.scoring import Fact, Facts, ScoreTree, score
from domain.tally import Plan, Tally
from projections.cases import from_tie_values
from projections.history import Key, TableSpec, Values
from projections.tables import (
    BODIES,
    CYCLES,
    DECISIONS,
    ENROLMENTS,
    FACTS,
    PUBLICATIONS,
    RANKINGS,
    REVISIONS,
    SCORES,
    ReadModels,
)


class Source(Protocol):
    """Where rows come from."""

    def rows(self, spec: TableSpec, match: Mapping[str, Any], position: int) -> dict[Key, Values]:
        """Rows valid at a position whose columns have the given values, by key."""


@dataclass(frozen=True)
class ReplayedSource:
    """Read models that a replay built in memory."""

    models: ReadModels

    def rows(self, spec: TableSpec, match: Mapping[str, Any], position: int) -> dict[Key, Values]:
        """See `Source`."""
        columns = (*spec.key, *spec.values)
        wanted = {columns.index(name): value for name, value in match.items()}
        return {
            key: values
            for key, values in self.models[spec].as_of(position).items()
            if all((*key, *values)[index] == value for index, value in wanted.items())
        }


@dataclass(frozen=True, slots=True)
class RankingRow:
    """A body's place. `layer` is the latest layer that its score rests on."""

    rank: int | None
    body: str
    names: tuple[str, str, str]
    score: Decimal | None
    grade: str | None
    coverage: Decimal
    layer: str | None


@dataclass(frozen=True, slots=True)
class RankingAnswer:
    """A group's ranking. `status` says how final it is: in progress, decided, or published."""

    cycle: int
    group: str
    layer: Layer
    position: int
    revision: str
    revision_sha256: str
    in_force: bool
    status: str
    rows: tuple[RankingRow, ...]

    @property
    def mean(self) -> Decimal | None:
        """Mean of the scores there are, in decimal128, not rounded further; None if there are none."""
        scores = [row.score for row in self.rows if row.score is not None]
        return weighted_mean([(Decimal(1), one) for one in scores])


def revision_in_force(source: Source, cycle: int, position: int) -> tuple[Revision, str]:
    """The revision under which a cycle is evaluated, and its methodology's code. Raises NotFound."""
    opened = source.rows(CYCLES, {"cycle": cycle}, position)
    if not opened:
        known = sorted(key[0] for key in source.rows(CYCLES, {}, position))
        listed = ", ".join(map(str, known)) or "none"
        raise NotFound(f"there is no cycle {cycle} at position {position} (cycles: {listed})", rule="cycle-known")
    methodology, revision, *_ = opened[(cycle,)]
    key = (methodology, revision)
    _, document, *_ = source.rows(REVISIONS, {"methodology": methodology, "revision": revision}, position)[key]
    return _read(document), methodology


def _read(document: Mapping[str, Any]) -> Revision:
    """The revision that a stored document states, which is read once.

    What is remembered is known by its whole text, never by an address that stands beside it: a changed document is
    another one.
    """
    return _of_text(json.dumps(document, sort_keys=True, separators=(",", ":")))


@lru_cache(maxsize=64)
def _of_text(text: str) -> Revision:
    return revision_of(json.loads(text))


@dataclass(frozen=True, slots=True)
class _Addressed:
    """A revision known by the address of its content, which was computed when it was read."""

    sha256: str
    revision: Revision = field(compare=False)


@lru_cache(maxsize=64)
def _plan(addressed: _Addressed, group: str) -> Plan:
    """The plan of a revision's tree, compiled once for all questions."""
    return Plan(addressed.revision, group, compiled=True)


def revision_named(source: Source, name: str, position: int) -> Revision:
    """A revision by its id or by the beginning (8 digits or more) of its SHA-256. Raises NotFound.

    Two methodologies may each have a revision of that id; then only the SHA-256 names one.
    """
    rows = source.rows(REVISIONS, {}, position)
    found = {row[0]: row[1] for key, row in rows.items() if key[1] == name}
    found = found or {row[0]: row[1] for row in rows.values() if len(name) >= 8 and row[0].startswith(name)}
    if len(found) == 1:
        return _read(*found.values())
    if found:
        raise NotFound(f"{name} names several revisions: {', '.join(sorted(found))}", rule="revision-known")
    known = ", ".join(sorted(key[1] for key in rows)) or "none"
    raise NotFound(f"there is no revision {name} at position {position} (revisions: {known})", rule="revision-known")


def score_tree(
    source: Source,
    cycle: int,
    body: str,
    position: int,
    layer: Layer = Layer.FINAL,
    methodology: str | None = None,
) -> tuple[ScoreTree, Revision]:
    """The score tree of a body at a layer, and the revision it was computed under. Raises NotFound."""
    in_force, _ = revision_in_force(source, cycle, position)
    revision = in_force if methodology is None else revision_named(source, methodology, position)
    enrolled = source.rows(ENROLMENTS, {"cycle": cycle, "body": body}, position)
    if not enrolled:
        bodies = ", ".join(sorted(key[1] for key in source.rows(ENROLMENTS, {"cycle": cycle}, position)))
        raise NotFound(f"{body} is not evaluated in cycle {cycle} (bodies: {bodies})", rule="body-enrolled")
    group = enrolled[(cycle, body)][0]
    require_group(revision, group)
    stated = stated_by_body(source, cycle, position, body)
    return score(revision, facts_under(revision, in_force, group, stated.get(body, {}), layer)), revision


def require_group(revision: Revision, group: str) -> None:
    """Refuses a group that a revision does not evaluate."""
    if group not in revision.trees:
        groups = ", ".join(sorted(revision.trees))
        raise NotFound(
            f"revision {revision.id} has no indicators for {group} bodies (groups: {groups})", rule="group-evaluated"
        )


def ranking(
    source: Source,
    cycle: int,
    group: str,
    position: int,
    layer: Layer = Layer.FINAL,
    methodology: str | None = None,
) -> RankingAnswer:
    """The ranking of a group at a layer. Raises NotFound.

    Under the revision in force the stored scores answer; under any other every score is computed from the facts.
    """
    in_force, _ = revision_in_force(source, cycle, position)
    revision = in_force if methodology is None else revision_named(source, methodology, position)
    enrolled = sorted(key[1] for key in source.rows(ENROLMENTS, {"cycle": cycle, "grp": group}, position))
    if not enrolled:
        groups = ", ".join(sorted({row[0] for row in source.rows(ENROLMENTS, {"cycle": cycle}, position).values()}))
        raise NotFound(
            f"cycle {cycle} evaluates no {group} bodies (groups: {groups or 'none'})", rule="group-evaluated"
        )
    require_group(revision, group)
    scored = (
        _stored_scores(source, cycle, position, layer)
        if revision.sha256 == in_force.sha256
        else _computed_scores(source, cycle, group, enrolled, position, layer, revision, in_force)
    )
    nothing = _plan(_Addressed(revision.sha256, revision), group).blank.result()
    for body in enrolled:
        standing = Standing(body, nothing.value, nothing.tie_values)
        scored.setdefault(body, (standing, nothing.coverage, None, None))
    standings = [scored[body][0] for body in enrolled]
    if revision.sha256 == in_force.sha256 and layer is Layer.FINAL:
        ranks = {key[2]: row[0] for key, row in source.rows(RANKINGS, {"cycle": cycle, "grp": group}, position).items()}
    else:
        ranks = {placed.body: placed.rank for placed in rank(standings, revision.ties)}
    names = {key[0]: (row[1], row[2], row[3]) for key, row in source.rows(BODIES, {}, position).items()}
    rows = []
    for standing in standings:
        body = standing.body
        _, coverage, grade, reached = scored[body]
        rows.append(RankingRow(ranks[body], body, names[body], standing.value, grade, coverage, reached))
    rows.sort(key=lambda row: (row.rank is None, row.rank or 0, row.body))
    return RankingAnswer(
        cycle=cycle,
        group=group,
        layer=layer,
        position=position,
        revision=revision.id,
        revision_sha256=revision.sha256,
        in_force=revision.sha256 == in_force.sha256,
        status=_status(source, cycle, group, enrolled, position),
        rows=tuple(rows),
    )


Scored = tuple[Standing, Decimal, str | None, str | None]
"""A body's standing, coverage, grade and the layer reached."""


def _stored_scores(source: Source, cycle: int, position: int, layer: Layer) -> dict[str, Scored]:
    found: dict[str, Scored] = {}
    for (_, body, ordinal), row in sorted(source.rows(SCORES, {"cycle": cycle}, position).items()):
        if ordinal <= ORDINAL[layer]:
            value, coverage, grade, ties, _ = row
            found[body] = (Standing(body, value, from_tie_values(ties)), coverage, grade, LAYERS[ordinal].value)
    return found


def _computed_scores(
    source: Source,
    cycle: int,
    group: str,
    bodies: list[str],
    position: int,
    layer: Layer,
    revision: Revision,
    in_force: Revision,
) -> dict[str, Scored]:
    stated = stated_by_body(source, cycle, position)
    plan = _plan(_Addressed(revision.sha256, revision), group)
    found: dict[str, Scored] = {}
    for body in bodies:
        facts = stated.get(body, {})
        tally = Tally.of(plan, facts_under(revision, in_force, group, facts, layer).entries).result()
        reached = [one for one in up_to(layer) if one in facts]
        if not reached and tally.value is not None:
            reached = [Layer.REPORTED]
        standing = Standing(body, tally.value, tally.tie_values)
        found[body] = (standing, tally.coverage, tally.grade, reached[-1].value if reached else None)
    return found


def stated_by_body(
    source: Source, cycle: int, position: int, body: str | None = None
) -> dict[str, dict[Layer, dict[str, Fact]]]:
    """What was stated in a cycle up to a position, of all bodies or of one, by the layer that stated it."""
    match = {"cycle": cycle} if body is None else {"cycle": cycle, "body": body}
    stated: dict[str, dict[Layer, dict[str, Fact]]] = {}
    for (_, about, ordinal, subject), (value, event_id) in source.rows(FACTS, match, position).items():
        stated.setdefault(about, {}).setdefault(LAYERS[ordinal], {})[subject] = Fact(subject, value, event_id)
    return stated


def facts_under(
    revision: Revision,
    in_force: Revision,
    group: str,
    stated: Mapping[Layer, Mapping[str, Fact]],
    layer: Layer,
) -> Facts:
    """What stands for a body at a layer, as a revision reads it; it was stated under the one in force."""
    return carried_over(revision, Facts.at_layer(group, stated, layer), in_force)


def facts_of(source: Source, cycle: int, body: str, position: int, group: str, layer: Layer) -> Facts:
    """What stands for a body at a layer, as it was stated."""
    return Facts.at_layer(group, stated_by_body(source, cycle, position, body).get(body, {}), layer)


def _status(source: Source, cycle: int, group: str, bodies: list[str], position: int) -> str:
    if source.rows(PUBLICATIONS, {"cycle": cycle, "grp": group}, position):
        return "published"
    decisions = source.rows(DECISIONS, {"cycle": cycle}, position)
    decided = {key[1] for key, row in decisions.items() if row[2] != "return"}
    return "decided" if set(bodies) <= decided else "in progress"
