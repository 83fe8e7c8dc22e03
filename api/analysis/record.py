"""The record as analysts ask it: any ranking, score, fact or act, of any moment and under any revision, as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from decimal import Decimal
from importlib.metadata import version
from types import TracebackType
from typing import Any, NamedTuple, Self

from adapters.eventstore.reader import EventReader
from adapters.readmodels.source import StoredSource
from adapters.readmodels.trail import TrailFilter, read_trail
from api.analysis import rows
from api.analysis.tables import Columns, Figures, Table
from api.services import position_named
from domain.errors import InvalidInput, NotFound, Problem
from domain.layers import LAYERS, Layer
from domain.revision import Revision
from domain.scoring import Facts
from projections.answers import RankingAnswer, ranking, revision_in_force, revision_named
from projections.groups import group_facts
from projections.history import TableSpec
from projections.matrix import matrix
from projections.robustness import Assumptions, Factor, robustness
from projections.tables import BODIES, CYCLES, FACTS, LINEAGE, REVISIONS
from projections.trail_lines import EventLine

NOTE = (
    "Not an official result: computed from the record for analysis. What is marked illustrative has no citation; "
    "figures may be reconstructed."
)

AsOf = int | str | None
"""A position (120), a date ("2023-06-20", its end in Almaty), a time with its offset, or None for now."""


class RobustRanking(NamedTuple):
    """How robust a ranking is: each body's places over all draws, and what each choice made otherwise does alone."""

    bodies: Table
    effects: Table


class Record:
    """A record opened for reading; a context manager, or to be closed by `close`.

    Every method answers for one position: that of `as_of`, or the one that the read models have reached (`position`).
    `methodology` names a revision by its id or the beginning of its SHA-256; without it the one in force counts. All
    raise NotFound for what is not in the record, and InvalidInput for what cannot be understood.
    """

    def __init__(self, reader: EventReader, source: StoredSource, resources: ExitStack) -> None:
        self._reader = reader
        self._source = source
        self._resources = resources

    def close(self) -> None:
        """Gives back the connections, and the embedded server if nobody else uses it."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def position(self) -> int:
        """The position that the read models have reached: what answers are as of, unless told otherwise."""
        return self._source.position()

    @property
    def head(self) -> int:
        """The last position of the record; greater than `position` while something is not projected yet."""
        return self._reader.head()

    # -- scores ----------------------------------------------------------------------------------------------------

    def ranking(
        self,
        cycle: int,
        group: str = "central",
        layer: Layer | str = Layer.FINAL,
        methodology: str | None = None,
        as_of: AsOf = None,
    ) -> Table:
        """The ranking of a group: one row a body, by rank. `reached` is the latest layer that its score rests on."""
        position = self._position(as_of)
        answer = ranking(self._source, cycle, group, position, _layer(layer), methodology)
        return self._table(rows.RANKING, rows.ranking_rows(answer), position, **_about(answer))

    def scores(self, cycle: int, group: str = "central", methodology: str | None = None, as_of: AsOf = None) -> Table:
        """Scores and ranks at every layer, from reported to final: one row a layer and body."""
        position = self._position(as_of)
        answers = [ranking(self._source, cycle, group, position, layer, methodology) for layer in LAYERS]
        found = [row for answer in answers for row in rows.ranking_rows(answer)]
        return self._table(rows.SCORES, found, position, **{**_about(answers[-1]), "layer": "all", "mean": None})

    def trees(
        self,
        cycle: int,
        group: str = "central",
        bodies: Sequence[str] = (),
        layer: Layer | str = Layer.FINAL,
        methodology: str | None = None,
        as_of: AsOf = None,
    ) -> Table:
        """Score trees as one long table: a row a body and node, parents first. `bodies` are all without any named.

        `share` is the weight actually used, `raw` the points before rounding, `set_by` the event by which an expert or
        the Commission set the points in place of those `computed`, `facts` how many facts the formula read.
        """
        position = self._position(as_of)
        revision, about = self._under(cycle, methodology, position)
        facts = group_facts(self._source, cycle, group, position)
        for body in bodies:
            if body not in facts.stated:
                known = ", ".join(facts.stated)
                raise NotFound(f"{body} is not evaluated in cycle {cycle} (bodies: {known})", rule="body-enrolled")
        trees = facts.trees(revision, _layer(layer))
        found = (row for body in bodies or trees for row in rows.tree_rows(body, trees[body], revision))
        return self._table(rows.TREES, found, position, **about, group=group, layer=_layer(layer).value)

    def matrix(
        self,
        cycles: Sequence[int] = (),
        methodologies: Sequence[str] = (),
        group: str = "central",
        layer: Layer | str = Layer.FINAL,
        as_of: AsOf = None,
        *,
        bodies: bool = False,
        progress: Callable[[int, int], None] = lambda *_: None,
    ) -> Table:
        """Every cycle recomputed under every revision, with coverage; `bodies` gives each body's place and score.

        `shift` is the mean absolute difference of ranks from those under the revision in force.
        """
        position = self._position(as_of)
        cells = matrix(self._source, position, group, _layer(layer), cycles, methodologies, progress)
        columns = rows.MATRIX_BODIES if bodies else rows.MATRIX
        found = rows.matrix_body_rows(cells) if bodies else rows.matrix_rows(cells)
        return self._table(columns, found, position, group=group, layer=_layer(layer).value)

    def robustness(
        self,
        cycle: int,
        group: str = "central",
        layer: Layer | str = Layer.FINAL,
        methodology: str | None = None,
        as_of: AsOf = None,
        *,
        draws: int = 1_000,
        seed: int = 1,
        bound: Decimal | str = "0.25",
        top: int = 3,
        vary: Iterable[Factor | str] = tuple(Factor),
        progress: Callable[[int, int], None] = lambda *_: None,
    ) -> RobustRanking:
        """How much a ranking depends on weights, indicators and the missing-data rule; see `projections.robustness`."""
        position = self._position(as_of)
        assumptions = assumed(draws, seed, bound, top, vary)
        revision, about = self._under(cycle, methodology, position)
        trees = group_facts(self._source, cycle, group, position).trees(revision, _layer(layer))
        found = robustness(revision, group, trees, assumptions, progress)
        about |= {"group": group, "layer": _layer(layer).value, **rows.robustness_about(found)}
        return RobustRanking(
            self._table(rows.SPREADS, rows.spread_rows(found), position, **about),
            self._table(rows.EFFECTS, rows.effect_rows(found), position, **about),
        )

    # -- what was stated, and by whom ------------------------------------------------------------------------------

    def facts(self, cycle: int, body: str | None = None, as_of: AsOf = None) -> Table:
        """Everything that stands, at the layer that stated it, with the event that did.

        `value` is text as it was stated; a row of a table is JSON (`items` gives its columns).
        """
        position = self._position(as_of)
        match = {"cycle": cycle} if body is None else {"cycle": cycle, "body": body}
        revision_in_force(self._source, cycle, position)
        found = self._source.rows(FACTS, match, position)
        events = self._events(tuple(sorted({values[1] for values in found.values()})))
        return self._table(rows.FACTS, rows.fact_rows(found, events), position, cycle=cycle, layer="all")

    def items(
        self,
        cycle: int,
        table: str,
        group: str = "central",
        layer: Layer | str = Layer.FINAL,
        as_of: AsOf = None,
    ) -> Table:
        """The rows of a table that bodies fill in (such as `indicators`), as they stand at a layer.

        The columns are those that the revision in force declares, numbers as exact figures.
        """
        position = self._position(as_of)
        revision, about = self._under(cycle, None, position)
        declared = revision.inputs.get(table)
        if declared is None or declared.kind != "table":
            known = ", ".join(name for name, one in revision.inputs.items() if one.kind == "table") or "none"
            raise NotFound(f"revision {revision.id} has no table {table} (tables: {known})", rule="input-known")
        kinds = {"number": Figures.ROUNDED, "text": rows.TEXT, "boolean": rows.FLAG}
        columns = {
            "body": rows.TEXT,
            "item": rows.TEXT,
            **{column.id: kinds[column.kind] for column in declared.columns},
            "event_id": rows.TEXT,
        }
        found = []
        for body, stated in group_facts(self._source, cycle, group, position).stated.items():
            for subject, fact in sorted(Facts.at_layer(group, stated, _layer(layer)).entries.items()):
                name, _, item = subject.partition("/")
                if name == table and isinstance(fact.value, Mapping):
                    found.append({**fact.value, "body": body, "item": item, "event_id": fact.event_id})
        return self._table(columns, found, position, **about, group=group, layer=_layer(layer).value, table=table)

    def history(
        self,
        cycle: int | None = None,
        body: str | None = None,
        actor: str | None = None,
        event: str | None = None,
        as_of: AsOf = None,
    ) -> Table:
        """Who did what, when, by what authority and why: one row an event. `event` is a type, such as DataCorrected."""
        position = self._position(as_of)
        lines = self._lines(TrailFilter(cycle=cycle, body=body, actor=actor, type=event, up_to=position))
        return self._table(rows.HISTORY, rows.history_rows(lines), position)

    def changes(self, cycle: int, body: str | None = None, subject: str | None = None, as_of: AsOf = None) -> Table:
        """Every value that was stated, with what stood before. `subject` is one, or the beginning of several."""
        position = self._position(as_of)
        lines = self._lines(TrailFilter(cycle=cycle, body=body, indicator=subject, up_to=position))
        found = (row for row in rows.change_rows(lines) if body in (None, row["body"]))
        return self._table(rows.CHANGES, found, position, cycle=cycle)

    def moves(self, cycle: int, body: str | None = None, as_of: AsOf = None) -> Table:
        """Every move of a score, with the event that moved it."""
        position = self._position(as_of)
        lines = self._lines(TrailFilter(cycle=cycle, body=body, up_to=position))
        found = (row for row in rows.move_rows(lines) if body in (None, row["body"]))
        return self._table(rows.MOVES, found, position, cycle=cycle)

    # -- registers -------------------------------------------------------------------------------------------------

    def bodies(self, as_of: AsOf = None) -> Table:
        """The register of state bodies."""
        position = self._position(as_of)
        return self._table(rows.BODIES, rows.body_rows(self._source.rows(BODIES, {}, position)), position)

    def lineage(self, as_of: AsOf = None) -> Table:
        """Where bodies' work went: one row a body and successor, `merged` into it or `split` from it."""
        return self._register(LINEAGE, rows.LINEAGE, as_of)

    def revisions(self, as_of: AsOf = None) -> Table:
        """The revisions of methodologies: drafted, approved (from when, by which act), repealed."""
        return self._register(REVISIONS, rows.REVISIONS, as_of)

    def cycles(self, as_of: AsOf = None) -> Table:
        """The cycles, and the revision under which each is evaluated."""
        return self._register(CYCLES, rows.CYCLES, as_of)

    # -- how -------------------------------------------------------------------------------------------------------

    def _register(self, spec: TableSpec, columns: Columns, as_of: AsOf) -> Table:
        position = self._position(as_of)
        names = (*spec.key, *spec.values)
        found = sorted(self._source.rows(spec, {}, position).items(), key=lambda row: row[0])
        return self._table(columns, (dict(zip(names, (*k, *v), strict=True)) for k, v in found), position)

    def _position(self, as_of: AsOf) -> int:
        reached = self.position
        if as_of is None:
            return reached
        position = position_named(self._reader, str(as_of), self.head)
        if position > reached:
            problem = f"{as_of} is position {position}; the read models have come to {reached} of {self.head}"
            raise InvalidInput("this moment is not projected yet", [Problem("as_of", problem)])
        return position

    def _under(self, cycle: int, methodology: str | None, position: int) -> tuple[Revision, dict[str, Any]]:
        in_force, _ = revision_in_force(self._source, cycle, position)
        revision = in_force if methodology is None else revision_named(self._source, methodology, position)
        same = revision.sha256 == in_force.sha256
        return revision, {
            "cycle": cycle,
            "revision": revision.id,
            "revision_sha256": revision.sha256,
            "in_force": same,
        }

    def _lines(self, wanted: TrailFilter) -> list[EventLine]:
        return read_trail(self._source.connection, wanted)

    def _events(self, event_ids: tuple[str, ...]) -> dict[str, EventLine]:
        return {line.event_id: line for line in self._lines(TrailFilter(event_ids=event_ids))}

    def _table(self, columns: Columns, found: Iterable[dict[str, Any]], position: int, **about: Any) -> Table:
        return Table.of(columns, found, described(position, **about))


def described(position: int, **about: Any) -> dict[str, Any]:
    """What is said about every table: its program and position, that it is not official, and what else is known."""
    return {
        "program": f"shezhire {version('shezhire')}",
        "official": False,
        "note": NOTE,
        "position": position,
        **about,
    }


def assumed(draws: int, seed: int, bound: Decimal | str, top: int, vary: Iterable[Factor | str]) -> Assumptions:
    """Assumptions as people write them. Raises InvalidInput."""
    problems = []
    share, factors = Decimal(0), frozenset[Factor]()
    try:
        share = Decimal(bound)
    except ArithmeticError:
        problems.append(Problem("bound", f"expected a share such as 0.25; found {bound!r}"))
    try:
        factors = frozenset(Factor(one) for one in vary)
    except ValueError as error:
        problems.append(Problem("vary", f"expected some of {', '.join(Factor)}: {error}"))
    if problems:
        raise InvalidInput("these assumptions cannot be used", problems)
    return Assumptions(draws, seed, share, top, factors)


def _layer(layer: Layer | str) -> Layer:
    try:
        return Layer(layer)
    except ValueError as error:
        raise InvalidInput(
            "there is no such layer", [Problem("layer", f"expected one of {', '.join(Layer)}")]
        ) from error


def _about(answer: RankingAnswer) -> dict[str, Any]:
    return {
        "cycle": answer.cycle,
        "group": answer.group,
        "layer": answer.layer.value,
        "revision": answer.revision,
        "revision_sha256": answer.revision_sha256,
        "in_force": answer.in_force,
        "status": answer.status,
        "mean": None if answer.mean is None else f"{answer.mean:f}",
    }
