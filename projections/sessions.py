"""A session of the Commission replayed step by step, and the list of all sessions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.casefile import CaseFile
from domain.commission import CommissionSession
from domain.cycle import Cycle
from domain.errors import NotFound
from domain.events import Event, Recorded
from domain.people import Person
from projections.answers import Source
from projections.items import ItemReplay, item_replay
from projections.steps import Step, step_of


@dataclass(frozen=True, slots=True)
class SessionReplay:
    """A whole session. `present` gives the position at which each member's attendance was recorded; `aside` are acts of
    members beside the session: interests declared in bodies of its items, and attempts that the rules refused."""

    session: str
    date: date
    number: int
    position: int
    chair: str
    members: tuple[str, ...]
    names: dict[str, str]
    present: dict[str, int]
    quorum: int
    convened: Step
    steps: tuple[Step, ...]
    aside: tuple[Step, ...]
    items: tuple[ItemReplay, ...]
    closed: Step | None
    reviews: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session in a list; `decided` says outcome, cycle and how many bodies."""

    session: str
    date: date
    chair: str
    members: int
    present: int
    items: int
    decided: tuple[str, ...]
    annulled: tuple[int, ...]
    closed: bool
    position: int


def sessions_of(events: Iterable[Recorded]) -> tuple[SessionLine, ...]:
    """The sessions that these events tell of, by date and number. Other events are passed over."""
    found: dict[str, list[Recorded]] = {}
    for recorded in events:
        if isinstance(recorded.event, CommissionSession.Event):
            found.setdefault(recorded.event.session, []).append(recorded)
    lines = [line for name, own in found.items() if (line := _line(name, own)) is not None]
    return tuple(sorted(lines, key=lambda line: (line.date, line.session)))


def _line(session: str, own: Sequence[Recorded]) -> SessionLine | None:
    events = [recorded.event for recorded in own]
    convened = next((one for one in events if isinstance(one, CommissionSession.SessionConvened)), None)
    if convened is None:
        return None
    decided = [one for one in events if isinstance(one, CommissionSession.DecisionTaken)]
    return SessionLine(
        session=session,
        date=convened.date,
        chair=convened.chair,
        members=len(convened.members),
        present=sum(isinstance(one, CommissionSession.MemberAttended) for one in events),
        items=sum(isinstance(one, CommissionSession.ItemOpened) for one in events),
        decided=tuple(f"{one.outcome} {one.cycle}: {len(one.bodies)}" for one in decided),
        annulled=tuple(one.item for one in events if isinstance(one, CommissionSession.DecisionAnnulled)),
        closed=any(isinstance(one, CommissionSession.SessionClosed) for one in events),
        position=own[0].position,
    )


def streams_behind(events: Iterable[Recorded]) -> tuple[UUID, ...]:
    """The streams that a session's replay needs beside its own: its members, cycles, and the cases it decides on."""
    found: dict[UUID, None] = {}
    for recorded in events:
        event = recorded.event
        if isinstance(event, CommissionSession.SessionConvened):
            found.update((Person.stream_id(member), None) for member in event.members)
        elif isinstance(event, CommissionSession.ItemOpened):
            cycle = event.proposal.cycle
            found[Cycle.stream_id(cycle)] = None
            found.update((CaseFile.stream_id(cycle, body), None) for body in event.proposal.bodies)
    return tuple(found)


def session_replay(session: str, events: Sequence[Recorded], source: Source, position: int) -> SessionReplay:
    """The replay of a session as of a position. Raises NotFound.

    `events` are those of the session and of `streams_behind` it, in the order of positions; `source` the read models.
    """
    own = [one for one in events if isinstance(one.event, CommissionSession.Event) and one.event.session == session]
    convened = next((one for one in own if isinstance(one.event, CommissionSession.SessionConvened)), None)
    if convened is None:
        known = ", ".join(line.session for line in sessions_of(events)) or "none"
        raise NotFound(
            f"no session {session} was convened by position {position} (sessions: {known})", rule="session-known"
        )
    opening = convened.event
    assert isinstance(opening, CommissionSession.SessionConvened)
    blank = CommissionSession.blank(session)
    blank.members = opening.members
    steps = tuple(step_of(one) for one in own)
    concerned = {
        body for one in own if isinstance(one.event, CommissionSession.ItemOpened) for body in one.event.proposal.bodies
    }
    people = [one for one in events if isinstance(one.event, Person.Event) and one.event.person in opening.members]
    return SessionReplay(
        session=session,
        date=opening.date,
        number=opening.number,
        position=position,
        chair=opening.chair,
        members=opening.members,
        names={one.event.person: one.event.name for one in people if isinstance(one.event, Person.PersonRegistered)},
        present={
            one.event.member: one.position for one in own if isinstance(one.event, CommissionSession.MemberAttended)
        },
        quorum=blank.quorum,
        convened=step_of(convened),
        steps=steps,
        aside=tuple(step_of(one) for one in people if _is_aside(session, concerned, one.event)),
        items=tuple(
            item_replay(one, own, events, source, position, blank.quorum)
            for one in own
            if isinstance(one.event, CommissionSession.ItemOpened)
        ),
        closed=next((step for step in steps if step.type == "CommissionSession.SessionClosed"), None),
        reviews=tuple(step for step in steps if step.type == "CommissionSession.HeadOfStateReviewed"),
    )


def _is_aside(session: str, concerned: set[str], event: Event) -> bool:
    if isinstance(event, Person.ConflictDeclared):
        return event.body in concerned
    return isinstance(event, Person.AttemptRefused) and f"session={session}" in event.resource.split()
