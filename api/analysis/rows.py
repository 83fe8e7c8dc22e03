"""What each table of an analyst holds: its columns, and the rows that answers give."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars

from api.analysis.tables import Columns, Figures
from domain.layers import LAYERS
from domain.revision import Node, Revision
from domain.scoring import NODE_PREFIX, ScoreNode, ScoreTree
from projections.answers import RankingAnswer
from projections.history import Key, Values
from projections.matrix import Cell
from projections.robustness import HANDBOOK, Robustness
from projections.trail_lines import EventLine

Row = dict[str, Any]

TEXT, WHOLE, FLAG, DAY = polars.String, polars.Int64, polars.Boolean, polars.Date
MOMENT = polars.Datetime("us", "UTC")
LIST = polars.List(polars.String)
ROUNDED, EXACT = Figures.ROUNDED, Figures.EXACT

RANKING: Columns = {
    "rank": WHOLE,
    "body": TEXT,
    "score": ROUNDED,
    "grade": TEXT,
    "coverage": EXACT,
    "reached": TEXT,
    "name_kk": TEXT,
    "name_ru": TEXT,
    "name_en": TEXT,
}
SCORES: Columns = {
    "body": TEXT,
    "layer": TEXT,
    "rank": WHOLE,
    "score": ROUNDED,
    "grade": TEXT,
    "coverage": EXACT,
    "reached": TEXT,
}
TREES: Columns = {
    "body": TEXT,
    "node": TEXT,
    "level": TEXT,
    "parent": TEXT,
    "title_kk": TEXT,
    "title_ru": TEXT,
    "title_en": TEXT,
    "weight": ROUNDED,
    "share": EXACT,
    "raw": EXACT,
    "value": ROUNDED,
    "coverage": EXACT,
    "missing": TEXT,
    "formula": TEXT,
    "set_by": TEXT,
    "computed": ROUNDED,
    "facts": WHOLE,
    "source": TEXT,
    "illustrative": FLAG,
}
FACTS: Columns = {
    "body": TEXT,
    "layer": TEXT,
    "subject": TEXT,
    "input": TEXT,
    "item": TEXT,
    "value": TEXT,
    "event_id": TEXT,
    "position": WHOLE,
    "event": TEXT,
    "recorded_at": MOMENT,
    "effective_at": MOMENT,
    "person": TEXT,
    "role": TEXT,
    "actor_body": TEXT,
    "reason": TEXT,
}
HISTORY: Columns = {
    "position": WHOLE,
    "event_id": TEXT,
    "event": TEXT,
    "recorded_at": MOMENT,
    "effective_at": MOMENT,
    "person": TEXT,
    "role": TEXT,
    "actor_body": TEXT,
    "cycle": WHOLE,
    "bodies": LIST,
    "reason": TEXT,
    "legal_basis": TEXT,
    "authority": LIST,
}
CHANGES: Columns = {
    "position": WHOLE,
    "event_id": TEXT,
    "event": TEXT,
    "recorded_at": MOMENT,
    "person": TEXT,
    "body": TEXT,
    "layer": TEXT,
    "subject": TEXT,
    "before": TEXT,
    "after": TEXT,
    "reason": TEXT,
}
MOVES: Columns = {
    "position": WHOLE,
    "event_id": TEXT,
    "event": TEXT,
    "recorded_at": MOMENT,
    "person": TEXT,
    "body": TEXT,
    "layer": TEXT,
    "before": ROUNDED,
    "after": ROUNDED,
    "reason": TEXT,
}
BODIES: Columns = {
    "body": TEXT,
    "group": TEXT,
    "name_kk": TEXT,
    "name_ru": TEXT,
    "name_en": TEXT,
    "since": DAY,
    "abolished": DAY,
    "illustrative": FLAG,
}
LINEAGE: Columns = {"body": TEXT, "successor": TEXT, "kind": TEXT, "since": DAY, "illustrative": FLAG}
REVISIONS: Columns = {
    "methodology": TEXT,
    "revision": TEXT,
    "sha256": TEXT,
    "approved": DAY,
    "legal_act": TEXT,
    "repealed": DAY,
}
CYCLES: Columns = {
    "cycle": WHOLE,
    "methodology": TEXT,
    "revision": TEXT,
    "revision_sha256": TEXT,
    "retrospective": FLAG,
}
MATRIX: Columns = {
    "cycle": WHOLE,
    "methodology": TEXT,
    "revision": TEXT,
    "in_force": FLAG,
    "bodies": WHOLE,
    "scored": WHOLE,
    "mean": EXACT,
    "coverage": EXACT,
    "shift": EXACT,
    "reason": TEXT,
    "revision_sha256": TEXT,
}
MATRIX_BODIES: Columns = {
    "cycle": WHOLE,
    "methodology": TEXT,
    "revision": TEXT,
    "in_force": FLAG,
    "rank": WHOLE,
    "body": TEXT,
    "name_en": TEXT,
    "score": ROUNDED,
    "grade": TEXT,
    "coverage": EXACT,
    "revision_sha256": TEXT,
}
SPREADS: Columns = {
    "rank": WHOLE,
    "body": TEXT,
    "score": ROUNDED,
    "low": WHOLE,
    "median": WHOLE,
    "high": WHOLE,
    "best": WHOLE,
    "worst": WHOLE,
    "kept": EXACT,
    "in_top": EXACT,
    "ranked": EXACT,
}
EFFECTS: Columns = {
    "factor": TEXT,
    "node": TEXT,
    "change": TEXT,
    "shift": EXACT,
    "largest": WHOLE,
    "moved": WHOLE,
    "unranked": WHOLE,
}


def ranking_rows(answer: RankingAnswer) -> Iterator[Row]:
    """The rows of `RANKING` (and of `SCORES`)."""
    for row in answer.rows:
        yield {
            "rank": row.rank,
            "body": row.body,
            **_names(row.names),
            "score": row.score,
            "grade": row.grade,
            "coverage": row.coverage,
            "reached": row.layer,
            "layer": answer.layer.value,
        }


def tree_rows(body: str, tree: ScoreTree, revision: Revision) -> Iterator[Row]:
    """The rows of `TREES`: parents first."""
    stated = {node.id: node for node in revision.tree(tree.group).walk()}

    def below(node: ScoreNode, parent: str | None) -> Iterator[Row]:
        yield _tree_row(body, node, stated[node.id], parent)
        for child in node.children:
            yield from below(child, node.id)

    yield from below(tree.root, None)


def fact_rows(rows: Mapping[Key, Values], events: Mapping[str, EventLine]) -> Iterator[Row]:
    """The rows of `FACTS`, from those of the read model and the events that stated them."""
    for (_, body, ordinal, subject), (value, event_id) in sorted(rows.items()):
        name, _, item = ("", "", "") if subject.startswith(NODE_PREFIX) else subject.partition("/")
        yield {
            **(_event(events[event_id]) if event_id in events else {}),
            "body": body,
            "layer": LAYERS[ordinal].value,
            "subject": subject,
            "input": name or None,
            "item": item or None,
            "value": as_text(value),
            "event_id": event_id,
        }


def history_rows(lines: Iterable[EventLine]) -> Iterator[Row]:
    """The rows of `HISTORY`."""
    for line in lines:
        yield {
            **_event(line),
            "cycle": line.cycle,
            "bodies": line.bodies,
            "legal_basis": line.legal_basis,
            "authority": line.authority,
        }


def change_rows(lines: Iterable[EventLine]) -> Iterator[Row]:
    """The rows of `CHANGES`: one for each value that an event stated."""
    for line in lines:
        for change in line.changes:
            yield {
                **_event(line),
                "body": change.body,
                "layer": change.layer,
                "subject": change.subject,
                "before": as_text(change.before),
                "after": as_text(change.after),
            }


def move_rows(lines: Iterable[EventLine]) -> Iterator[Row]:
    """The rows of `MOVES`: one for each score that an event moved."""
    for line in lines:
        for move in line.scores:
            moved = {"body": move.body, "layer": move.layer, "before": move.before, "after": move.after}
            yield {**_event(line), **moved}


def body_rows(rows: Mapping[Key, Values]) -> Iterator[Row]:
    """The rows of `BODIES`, from those of the read model."""
    for (body,), (group, kk, ru, en, since, abolished, illustrative) in sorted(rows.items()):
        dates = {"since": since, "abolished": abolished}
        yield {"body": body, "group": group, **_names((kk, ru, en)), **dates, "illustrative": illustrative}


def matrix_rows(cells: Iterable[Cell]) -> Iterator[Row]:
    """The rows of `MATRIX`: one for each cycle and revision."""
    for cell in cells:
        yield {
            **_cell(cell),
            "bodies": len(cell.rows),
            "scored": cell.scored,
            "mean": cell.mean,
            "coverage": cell.coverage,
            "shift": cell.shift,
            "reason": cell.reason,
        }


def matrix_body_rows(cells: Iterable[Cell]) -> Iterator[Row]:
    """The rows of `MATRIX_BODIES`: one for each body in each cell."""
    for cell in cells:
        for row in cell.rows:
            yield {
                **_cell(cell),
                "rank": row.rank,
                "body": row.body,
                "name_en": row.names[2],
                "score": row.score,
                "grade": row.grade,
                "coverage": row.coverage,
            }


def spread_rows(found: Robustness) -> Iterator[Row]:
    """The rows of `SPREADS`."""
    for one in found.bodies:
        yield {name: getattr(one, name) for name in SPREADS}


def effect_rows(found: Robustness) -> Iterator[Row]:
    """The rows of `EFFECTS`."""
    for one in found.effects:
        yield {name: getattr(one, name) for name in EFFECTS}


def robustness_about(found: Robustness) -> dict[str, Any]:
    """What must be known of both tables of a robustness: what was assumed, and after which source."""
    taken = found.assumptions
    return {
        "draws": taken.draws,
        "seed": taken.seed,
        "bound": taken.bound,
        "top": taken.top,
        "vary": sorted(taken.vary),
        "shift": found.shift,
        "source": HANDBOOK,
    }


def as_text(value: Any) -> str | None:
    """A stated value as text: figures and words as they are, rows of tables as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _names(names: tuple[str, str, str]) -> Row:
    return dict(zip(("name_kk", "name_ru", "name_en"), names, strict=True))


def _cell(cell: Cell) -> Row:
    return {
        "cycle": cell.cycle,
        "methodology": cell.methodology,
        "revision": cell.revision,
        "in_force": cell.in_force,
        "revision_sha256": cell.revision_sha256,
    }


def _event(line: EventLine) -> Row:
    return {
        "position": line.position,
        "event_id": line.event_id,
        "event": line.type,
        "recorded_at": line.recorded_at,
        "effective_at": line.effective_at,
        "person": line.person,
        "role": line.role,
        "actor_body": line.actor_body,
        "reason": line.reason,
    }


def _tree_row(body: str, node: ScoreNode, stated: Node, parent: str | None) -> Row:
    title = stated.title
    return {
        "body": body,
        "node": node.id,
        "level": node.level,
        "parent": parent,
        "title_kk": title.kk,
        "title_ru": title.ru,
        "title_en": title.en,
        "weight": node.weight,
        "share": node.share,
        "raw": node.raw,
        "value": node.value,
        "coverage": node.coverage,
        "missing": node.missing,
        "formula": node.formula,
        "set_by": node.adjusted.event_id if node.adjusted is not None else None,
        "computed": node.computed,
        "facts": len(node.facts),
        "source": stated.provenance.source,
        "illustrative": stated.provenance.illustrative,
    }
