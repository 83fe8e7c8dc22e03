"""A large made-up history: cycles of bodies, each with many small acts, in the order in which a year brings them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from domain.bodies import Names, StateBody
from domain.casefile import CaseFile
from domain.cycle import Cycle
from domain.events import Actor, Aggregate, Authority, Envelope, Event
from domain.methodology import Methodology
from domain.revision import content_address
from domain.statements import Stated

MOMENT = datetime(2023, 1, 1, tzinfo=UTC)
ACTOR = Actor(person="officer-1", role="body-officer", body="min-health", appointment="officer-1-1")
AUTHORITY = Authority(policies="0" * 64, decision="allow", determined_by=("body-reports",))
METHODOLOGY, REVISION, OTHER_REVISION = "bench", "bench-1", "bench-2"


def document(indicators: int = 50, revision: str = REVISION, weights: tuple[str, str, str] = ("1", "1", "1")) -> Any:
    """A revision with three blocks and this many indicators over one number each, for both groups."""
    title = {"kk": "т", "ru": "т", "en": "t"}
    illustrative = {"title": title, "illustrative": True}
    blocks = []
    names = [f"input_{number}" for number in range(indicators)]
    for block, weight in enumerate(weights):
        leaves = [
            {
                "id": f"indicator-{number}",
                "level": "indicator",
                "weight": "1",
                **illustrative,
                "formula": f"if {names[number]} > 100 then 100 else max(0, {names[number]})",
            }
            for number in range(block, indicators, 3)
        ]
        blocks.append({"id": f"block-{block}", "level": "block", "weight": weight, **illustrative, "children": leaves})
    tree = {"id": "total", "title": title, "children": blocks}
    return {
        "id": revision,
        "methodology": METHODOLOGY,
        "title": title,
        "legal_acts": ["none"],
        "inputs": [{"id": name, "kind": "number", "title": title, "illustrative": True} for name in names],
        "trees": {"central": tree, "local": tree},
        "rounding": {"indicator": {"places": 2, "mode": "half_up"}, "total": {"places": 2, "mode": "half_up"}},
        "grades": [{"id": "any", "at_least": "0", **illustrative}],
    }


class Versions:
    """Makes events with the next version of their stream."""

    def __init__(self) -> None:
        self._next: dict[UUID, int] = {}

    def event(self, aggregate: type[Aggregate], event: type[Event], key: tuple[Any, ...], **data: Any) -> Event:
        """The next event of the stream of this business key."""
        stream = aggregate.stream_id(*key)
        version = self._next[stream] = self._next.get(stream, 0) + 1
        envelope = Envelope(
            event_id=uuid4(),
            effective_at=MOMENT,
            decided_at=MOMENT,
            actor=ACTOR,
            reason="bench",
            legal_basis=None,
            correlation_id=uuid4(),
            causation_id=None,
            authority=AUTHORITY,
        )
        return event(originator_id=stream, originator_version=version, envelope=envelope, **data)


def history(
    acts: int,
    cycles: int = 13,
    bodies: int = 40,
    indicators: int = 50,
    seed: int = 1,
    groups: tuple[str, ...] = ("local", "central"),
) -> Iterator[Event]:
    """Registers, then about `acts` acts on case files: one value each, spread over all cases of each cycle.

    A second revision with other weights is drafted and never in force.
    """
    chance = random.Random(seed)
    versions = Versions()
    codes = [f"body-{number}" for number in range(bodies)]
    group_of = {code: groups[number % len(groups)] for number, code in enumerate(codes)}
    rules = document(indicators)
    address = content_address(rules)
    for code in codes:
        yield versions.event(
            StateBody,
            StateBody.BodyEstablished,
            (code,),
            body=code,
            group=group_of[code],
            names=Names(kk=code, ru=code, en=code),
            since=None,
            predecessors=(),
            illustrative=True,
        )
    key = (METHODOLOGY,)
    common = {"methodology": METHODOLOGY, "revision": REVISION, "sha256": address}
    yield versions.event(Methodology, Methodology.RevisionDrafted, key, **common, document=rules)
    approved = {"legal_act": "none", "in_force_from": date(2010, 1, 1)}
    yield versions.event(Methodology, Methodology.RevisionApproved, key, **common, **approved)
    other = document(indicators, OTHER_REVISION, ("3", "2", "1"))
    drafted = {"methodology": METHODOLOGY, "revision": OTHER_REVISION, "sha256": content_address(other)}
    yield versions.event(Methodology, Methodology.RevisionDrafted, key, **drafted, document=other)
    for year in range(2010, 2010 + cycles):
        opened = {"methodology": METHODOLOGY, "revision": REVISION, "revision_sha256": address}
        yield versions.event(Cycle, Cycle.CycleOpened, (year,), cycle=year, **opened, retrospective=True, calendar=())
        for code in codes:
            yield versions.event(Cycle, Cycle.BodyEnrolled, (year,), cycle=year, body=code, group=group_of[code])
        # Every value is reported first; corrections, re-verifications, conclusions and objections follow, mixed.
        reported = [(code, number) for code in codes for number in range(indicators)]
        chance.shuffle(reported)
        for code, number in reported:
            yield _act(versions, CaseFile.DataSubmitted, year, code, number, chance, source=None)
        for _ in range(acts // cycles - len(reported)):
            code, number = chance.choice(reported)
            kind = chance.choice((CaseFile.DataReverified, CaseFile.DataReverified, CaseFile.ConclusionRevised))
            extra = {"corrects": ()} if kind is CaseFile.ConclusionRevised else {}
            yield _act(versions, kind, year, code, number, chance, **extra)


def _act(
    versions: Versions, kind: type[Event], year: int, code: str, number: int, chance: random.Random, **extra: Any
) -> Event:
    value = Stated(subject=f"input_{number}", value=f"{chance.randint(0, 11000) / 100}")
    return versions.event(CaseFile, kind, (year, code), cycle=year, body=code, values=(value,), **extra)
