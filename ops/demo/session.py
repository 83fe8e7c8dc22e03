"""Made-up sessions of the Commission: most years one, some with what is rarer, to be seen by those who look.

In some years a decision adjusts points, returns a body's results to be judged again, or is annulled; in one year the
cycle is reopened after publication.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from domain import commission, cycle
from domain.calendar import Deadline
from domain.cycle import PlannedStage, Stage
from domain.revision import Revision
from ops.demo.people import ADMINISTRATION, CHAIR, HEAD_OF_STATE, MEMBERS, SECRETARY, Role
from ops.demo.step import Step, by

ADJUSTS = (2012, 2015, 2018)
RETURNS = (2013, 2019)
ANNULS = (2014,)
REOPENS = (2016,)
SEATS = (CHAIR, *MEMBERS)


class Decisions:
    """What the Commission decided in one made-up year."""

    def __init__(self, year: int, revision: Revision, groups: dict[str, str], seed: str) -> None:
        self._year = year
        self._revision = revision
        self._groups = groups
        self._chance = random.Random(f"{seed}/{year}/commission")
        self._chapter = f"cycle {year}: commission"
        self._sessions: list[str] = []
        self._ruled: dict[str, str] = {}
        """Which session's decision stands on a body."""

    def taken(self, planned: PlannedStage) -> Iterator[Step]:
        """Sessions held while the stage is open."""
        day = planned.opens + timedelta(days=3)
        session = f"{day}-1"
        yield from self._convened(session, day)
        chosen = sorted(self._groups)[self._chance.randrange(len(self._groups))]
        if self._year in ADJUSTS:
            yield from self._item(session, day, 1, **self._adjustment(chosen))
        elif self._year in RETURNS:
            yield from self._item(session, day, 1, outcome="return", bodies=[chosen])
        else:
            yield from self._item(session, day, 1, outcome="approve", bodies=[chosen])
        yield from self._item(session, day, 2, outcome="approve", bodies=sorted(self._groups.keys() - {chosen}))
        yield from self._closed(session, day)
        if self._year in RETURNS or self._year in ANNULS:
            later = day + timedelta(days=7)
            if self._year in ANNULS:
                annul = commission.AnnulDecision(session=session, item=1)
                why = "a member had not declared an interest"
                yield self._step(annul, CHAIR, later, why, legal_basis="Ruling of the Commission of the same day")
            second = f"{later}-1"
            yield from self._convened(second, later)
            yield from self._item(second, later, 1, outcome="approve", bodies=[chosen])
            yield from self._closed(second, later)

    def considered(self, planned: PlannedStage) -> Iterator[Step]:
        """The Head of State considers what each session decided."""
        for session in self._sessions:
            yield self._considered(session, planned.opens + timedelta(days=4))

    def published(self, day: date) -> Iterator[Step]:
        """Publication of each group; in some years reopened, decided again and published anew."""
        for group in sorted(set(self._groups.values())):
            yield self._published(group, day, "made public")
        if self._year not in REOPENS:
            return
        ruling = "Ruling of the court of 1 October (made up)"
        body = next(iter(self._groups))
        again = day + timedelta(days=40)
        reopen = cycle.ReopenCycle(cycle=self._year, group=self._groups[body])
        yield self._step(reopen, ADMINISTRATION, again, "a ruling on the results of one body", legal_basis=ruling)
        yield from self._reopened_stage(Stage.COMMISSION, again, self._decided_again(body, again))
        yield from self._reopened_stage(Stage.HEAD_OF_STATE, again, iter([self._considered(self._sessions[-1], again)]))
        yield self._published(self._groups[body], again, "published again")

    def _decided_again(self, body: str, day: date) -> Iterator[Step]:
        session = f"{day}-1"
        yield from self._convened(session, day)
        yield from self._item(session, day, 1, **self._adjustment(body))
        yield from self._closed(session, day)

    def _reopened_stage(self, stage: Stage, day: date, during: Iterator[Step]) -> Iterator[Step]:
        deadline = Deadline(working_days=10)
        yield self._step(cycle.OpenStage(cycle=self._year, stage=stage, deadline=deadline), ADMINISTRATION, day, "")
        yield from during
        yield self._step(cycle.CloseStage(cycle=self._year, stage=stage), ADMINISTRATION, day, "")

    def _published(self, group: str, day: date, why: str) -> Step:
        """Names the last session whose decision on a body of the group stands."""
        session = max(self._ruled[body] for body, its in self._groups.items() if its == group)
        fields = {"cycle": self._year, "group": group, "session": session}
        return self._step(cycle.PublishResults.read(fields), ADMINISTRATION, day, why)

    def _adjustment(self, body: str) -> dict[str, Any]:
        tree = self._revision.tree(self._groups[body])
        points = f"{self._chance.randint(700, 950) / 10}"
        adjustment = {"body": body, "node": tree.children[0].id, "points": points}
        return {"outcome": "adjust", "bodies": [body], "adjustments": [adjustment]}

    def _convened(self, session: str, day: date) -> Iterator[Step]:
        self._sessions.append(session)
        members = tuple(seat.person for seat in SEATS)
        convene = commission.ConveneSession(session=session, date=day, number=1, chair=CHAIR.person, members=members)
        yield self._step(convene, SECRETARY, day, "")
        for seat in SEATS:
            yield self._step(commission.RecordAttendance(session=session, member=seat.person), SECRETARY, day, "")

    def _item(self, session: str, day: date, item: int, **proposal: Any) -> Iterator[Step]:
        if not proposal["bodies"]:
            return
        put = {"session": session, "item": item, "proposal": {"cycle": self._year, **proposal}}
        yield self._step(commission.OpenItem.read(put), SECRETARY, day, f"to {proposal['outcome']} results")
        for seat in SEATS:
            choice = "against" if seat is SEATS[-1] and self._chance.random() < 0.3 else "for"
            vote = {"session": session, "item": item, "member": seat.person, "choice": choice}
            yield self._step(commission.CastVote.read(vote), seat, day, "")
            if choice == "against":
                dissent = commission.RecordDissent(
                    session=session, item=item, member=seat.person, text="The data came too late to be judged."
                )
                yield self._step(dissent, seat, day, "")
        yield self._step(commission.TakeDecision(session=session, item=item), SECRETARY, day, "")
        self._ruled.update(dict.fromkeys(proposal["bodies"], session))

    def _closed(self, session: str, day: date) -> Iterator[Step]:
        yield self._step(commission.CloseSession(session=session), SECRETARY, day, "")

    def _considered(self, session: str, day: date) -> Step:
        review = commission.RecordReview(session=session, cycle=self._year, remark="Considered.")
        return self._step(review, HEAD_OF_STATE, day, "")

    def _step(self, command: Any, role: Role, day: date, why: str, legal_basis: str | None = None) -> Step:
        return Step(self._chapter, command, by(role, day, 12, why, legal_basis))
