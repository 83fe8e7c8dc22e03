"""Reading the trail: filtered lines with what each event changed, before and after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from adapters.eventstore.mapper import event_of
from domain.layers import LAYERS
from projections.telling import TELLING, told
from projections.trail_lines import EventLine, ScoreMove, ValueChange

_SQL = {path.stem: path.read_text("utf-8") for path in Path(__file__).parent.glob("*.sql")}


@dataclass(frozen=True)
class TrailFilter:
    """Which lines: each field that is given must match. `indicator` is a subject or the beginning of one; `effective`
    leaves out what counts only later; `stream` is the stream of one aggregate."""

    cycle: int | None = None
    body: str | None = None
    actor: str | None = None
    type: str | None = None
    indicator: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    effective: datetime | None = None
    stream: UUID | None = None
    event_ids: tuple[str, ...] | None = None
    up_to: int | None = None
    limit: int = 1_000_000


def read_trail(connection: psycopg.Connection[tuple[Any, ...]], wanted: TrailFilter) -> list[EventLine]:
    """The lines of the trail in the order of positions, with their changes of values and scores."""
    parameters = {
        "cycle": wanted.cycle,
        "body": wanted.body,
        "actor": wanted.actor,
        "type": wanted.type,
        "indicator": wanted.indicator,
        "since": wanted.since,
        "until": wanted.until,
        "effective": wanted.effective,
        "stream": wanted.stream,
        "event_ids": list(wanted.event_ids) if wanted.event_ids is not None else None,
        "up_to": wanted.up_to,
        "limit": wanted.limit,
    }
    rows = connection.execute(_SQL["trail"], parameters).fetchall()
    positions = [row[0] for row in rows]
    changes: dict[int, list[ValueChange]] = {}
    for position, body, layer, subject, before, after in connection.execute(_SQL["fact_changes"], (positions,)):
        if wanted.indicator is None or subject.startswith(wanted.indicator):
            change = ValueChange(body, LAYERS[layer].value, subject, before, after)
            changes.setdefault(position, []).append(change)
    moves: dict[int, list[ScoreMove]] = {}
    for position, body, layer, before, after in connection.execute(_SQL["score_changes"], (positions,)):
        moves.setdefault(position, []).append(ScoreMove(body, LAYERS[layer].value, before, after))
    telling = [row[0] for row in rows if row[2] in TELLING]
    words = {position: told(event_of(*stored)) for position, *stored in connection.execute(_SQL["told"], (telling,))}
    return [_line(row, changes.get(row[0], ()), moves.get(row[0], ()), words.get(row[0], ())) for row in rows]


def _line(
    row: tuple[Any, ...], changes: Iterable[ValueChange], moves: Iterable[ScoreMove], words: tuple[str, ...]
) -> EventLine:
    return EventLine(
        position=row[0],
        event_id=row[1],
        type=row[2],
        recorded_at=row[3],
        effective_at=row[4],
        person=row[5],
        role=row[6],
        actor_body=row[7],
        reason=row[8],
        legal_basis=row[9],
        authority=tuple(row[10]),
        cycle=row[11],
        bodies=tuple(row[12]),
        changes=tuple(changes),
        scores=tuple(moves),
        words=words,
    )
