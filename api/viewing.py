"""From where a question is asked: what the record knew, what counted, and the events behind an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from adapters.eventstore.mapper import recorded_of
from api.moments import moment_of
from api.services import Services
from domain.bodies import StateBody
from domain.commission import CommissionSession
from domain.errors import NotFound
from domain.events import Recorded
from projections.lives import Life, lives_of
from projections.sessions import (
    SessionLine,
    SessionReplay,
    session_replay,
    sessions_of,
    streams_behind,
)
from projections.tables import BODIES
from projections.viewpoints import Viewpoint, viewed


@contextmanager
def viewing(services: Services, as_of: str | None, effective: str | None, replay: bool = False) -> Iterator[Viewpoint]:
    """The viewpoint that these options name. Raises InvalidInput; what is not found there says from where it was
    looked for.

    Without `effective` the stored read models answer, by look-up; with it, or where `replay` is asked for, the events
    are replayed.
    """
    moment = moment_of(effective, "effective") if effective is not None else None
    position = services.position_of(as_of)
    if moment is None:
        yield Viewpoint(services.replayed(position) if replay else services.source, position)
        return
    seen = viewed((recorded_of(*row) for row in services.reader.all(position)), position, moment)
    try:
        yield seen
    except NotFound as error:
        raise NotFound(f"{error}\n{' '.join(seen.sentences())}", rule=error.rule) from error


def events_of(services: Services, seen: Viewpoint, streams: Iterable[UUID]) -> list[Recorded]:
    """The events of these streams that belong to a viewpoint, in order."""
    rows = services.reader.streams(tuple(streams), seen.position)
    return [recorded for row in rows if seen.sees(recorded := recorded_of(*row))]


def lives(services: Services, seen: Viewpoint) -> Mapping[str, Life]:
    """The lives of all bodies in the register."""
    codes = (key[0] for key in seen.source.rows(BODIES, {}, seen.position))
    return lives_of(events_of(services, seen, (StateBody.stream_id(code) for code in codes)))


def sessions(services: Services, seen: Viewpoint) -> tuple[SessionLine, ...]:
    """All sessions of the Commission."""
    return sessions_of(_session_events(services, seen))


def replayed_session(services: Services, session: str, seen: Viewpoint) -> SessionReplay:
    """The replay of a session. Raises NotFound, which names the sessions there are."""
    own = events_of(services, seen, (CommissionSession.stream_id(session),))
    events = [*own, *events_of(services, seen, streams_behind(own))] if own else _session_events(services, seen)
    events.sort(key=lambda recorded: recorded.position)
    return session_replay(session, events, seen.source, seen.position)


def _session_events(services: Services, seen: Viewpoint) -> list[Recorded]:
    convened = CommissionSession.SessionConvened.type_name()
    return events_of(services, seen, services.reader.streams_begun(convened, seen.position))
