"""Thirteen cycles, 2010 to 2022: the true chain of acts and reorganisations, with made-up years before 2022.

Figures, people and the days of the process are made up and seeded; registers and acts are those of the catalogue. The
last cycle is the reconstruction of 2022. About `acts` acts are played on each case file.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from domain import cycle, methodology
from domain.catalogue import Step as ActStep
from domain.catalogue import chain, document
from domain.cycle import PlannedStage, Stage
from domain.revision import Revision, revision_of
from ops.demo import history
from ops.demo.case import MadeUpCase
from ops.demo.people import (
    ADMINISTRATION,
    AUDITOR,
    CENTRE,
    EVERYONE,
    Role,
)
from ops.demo.register import established, people_of, reorganised
from ops.demo.session import Decisions
from ops.demo.step import Step, by, numbered, table

REVISION_OF = {
    2010: "pilot-2010",
    2011: "annual-2011",
    2012: "annual-2012",
    2013: "annual-2012",
    2014: "annual-2014",
    2015: "annual-2015",
    2016: "annual-2015",
    2017: "annual-2017",
    2018: "annual-2017",
    2019: "annual-2019",
    2020: "goals-2020",
    2021: "goals-2020",
}
"""Under which revision each made-up cycle is evaluated; 2022 is the reconstruction's own."""

PILOT = ("akimat-akmola", "agency-monopolies", "min-labour")
"""The three bodies of the pilot of 2010."""

PLAYED_BY_2022 = "goals-2022"
EVALUATING = ("min-finance", "agency-civil-service", "min-justice")
FIRST_DAY = date(2010, 1, 4)


@dataclass(frozen=True)
class Years:
    """How much is made up: acts on each case file, and the seed."""

    acts: int = 650
    seed: str = "1"


def steps(years: Years) -> Iterator[Step]:
    """All commands of thirteen cycles in the order of their moments; the same ones at every call."""
    registers = _in_order(established(), reorganised())
    streams = (registers, _acts(), *(_cycle(year, years) for year in REVISION_OF), history.evaluation())
    everything = heapq.merge(*streams, key=lambda step: step.moment)
    people_first = people_of((*EVERYONE, *_more_people()), FIRST_DAY)
    return numbered((step for part in (people_first, everything) for step in part), f"decade/{years.acts}/{years.seed}")


def expected(years: Years) -> int:
    """How many steps there are, more or less."""
    cases = sum(len(_evaluated(year)) for year in REVISION_OF)
    return cases * max(years.acts, 80) + 1_000


@cache
def _revision(name: str) -> Revision:
    return revision_of(document(name))


def _in_order(*parts: Iterator[Step]) -> Iterator[Step]:
    return iter(sorted((step for part in parts for step in part), key=lambda step: step.moment))


# -- the chain of acts -----------------------------------------------------------------------------------------------


def _acts() -> Iterator[Step]:
    """Drafts, audits, approves and repeals the revisions, as the catalogue's chain says."""
    day = date.min
    for step in chain().steps:
        if step.revision == PLAYED_BY_2022:
            yield from _ended(step, date(2022, 3, 1))
            continue
        # Where an act's day is not known, the last day that it can have been stands for it, and the reason says so.
        day = max(day, step.when.first if step.when.between else step.when.last)
        yield from _begun(step, day)
        yield from _ended(step, day)


def _begun(step: ActStep, day: date) -> Iterator[Step]:
    if step.begins is None:
        return
    revision = _revision(step.begins)
    chapter = f"act: {step.begins}"
    key = {"methodology": revision.methodology, "revision": revision.id}
    draft = methodology.DraftRevision(document=document(step.begins))
    yield Step(chapter, draft, by(CENTRE, day, 9, _known(step)))
    audit = methodology.RecordMethodologicalAudit(**key, finding="The formulas compute on sample inputs.")
    yield Step(chapter, audit, by(AUDITOR, day, 10, "methodological audit"))
    approve = methodology.ApproveRevision(**key, legal_act=_citation(step), in_force_from=day)
    yield Step(chapter, approve, by(ADMINISTRATION, day, 11, _known(step)))


def _ended(step: ActStep, day: date) -> Iterator[Step]:
    if step.ends is None:
        return
    code = _revision(step.ends).methodology
    repeal = methodology.RepealRevision(
        methodology=code, revision=step.ends, legal_act=_citation(step), repealed_from=day
    )
    yield Step(f"act: {step.ends}", repeal, by(ADMINISTRATION, day, 12, _known(step)))


def _citation(step: ActStep) -> str:
    return chain().acts[step.act].citation if step.act is not None else "not known"


def _known(step: ActStep) -> str:
    known = f"{step.kind}, {step.when}" + (
        f" (known to the {step.when.precision} only)" if step.when.precision != "day" else ""
    )
    return f"{known}. {step.note}" if step.note else known


# -- the made-up cycles ----------------------------------------------------------------------------------------------


def _calendar(year: int) -> tuple[PlannedStage, ...]:
    spans = (
        (Stage.SUBMISSION, (1, 11), (2, 20)),
        (Stage.REVERIFICATION, (2, 24), (3, 31)),
        (Stage.CONCLUSION, (4, 1), (4, 30)),
        (Stage.OBJECTION, (5, 2), (5, 19)),
        (Stage.EXPERT_OPINION, (5, 22), (6, 9)),
        (Stage.COMMISSION, (6, 10), (6, 28)),
        (Stage.HEAD_OF_STATE, (6, 29), (7, 14)),
    )
    return tuple(
        PlannedStage(stage=stage, opens=date(year + 1, *opens), due=date(year + 1, *due)) for stage, opens, due in spans
    )


def _cycle(year: int, years: Years) -> Iterator[Step]:
    """One made-up year, from the opening of its cycle to publication."""
    revision = _revision(REVISION_OF[year])
    calendar = _calendar(year)
    chapter = f"cycle {year}"
    day = date(year + 1, 1, 8)
    opened = cycle.OpenCycle(
        cycle=year,
        methodology=revision.methodology,
        revision=revision.id,
        retrospective=True,
        calendar=calendar,
    )
    yield Step(chapter, opened, by(ADMINISTRATION, day, 9, "a made-up year", "Decree 954 of 19 March 2010"))
    made: list[MadeUpCase] = []
    for body, group in _evaluated(year).items():
        evaluator = _evaluator_of(body, year)
        yield Step(chapter, cycle.EnrolBody(cycle=year, body=body), by(ADMINISTRATION, day, 10))
        assign = cycle.AssignEvaluator(cycle=year, body=body, evaluator=evaluator.body)
        yield Step(chapter, assign, by(ADMINISTRATION, day, 11))
        made.append(MadeUpCase(year, body, revision, group, _officer_of(body), evaluator, years.acts, years.seed))
    yield from _proposals(year, revision, made)
    for planned in calendar[:5]:
        yield _open(year, planned)
        acts = sorted((step for case in made for step in case.steps(planned)), key=lambda step: step.moment)
        yield from acts
        if planned.stage is Stage.SUBMISSION:
            yield made[year % len(made)].late(planned.due + timedelta(days=1))
        yield _close(year, planned, planned.due + timedelta(days=1))
    decisions = Decisions(year, revision, {case.body: case.group for case in made}, years.seed)
    commission, head_of_state = calendar[5:]
    yield _open(year, commission)
    yield from decisions.taken(commission)
    yield _close(year, commission, commission.due)
    yield _open(year, head_of_state)
    yield from decisions.considered(head_of_state)
    yield _close(year, head_of_state, head_of_state.due)
    yield from decisions.published(date(year + 1, 9, 1))


def _open(year: int, planned: PlannedStage) -> Step:
    command = cycle.OpenStage(cycle=year, stage=planned.stage)
    return Step(f"cycle {year}: {planned.stage}", command, by(ADMINISTRATION, planned.opens, 9))


def _close(year: int, planned: PlannedStage, day: date) -> Step:
    command = cycle.CloseStage(cycle=year, stage=planned.stage)
    return Step(f"cycle {year}: {planned.stage}", command, by(ADMINISTRATION, day, 18))


def _proposals(year: int, revision: Revision, made: list[MadeUpCase]) -> Iterator[Step]:
    """Every year bodies, the Assessment Centre and external experts propose changes, and are answered."""
    chance = random.Random(f"{year}/proposals")
    number = _proposals_before(year, revision.methodology)
    chapter = f"cycle {year}: proposals"
    day = date(year + 1, 1, 9)
    key = {"methodology": revision.methodology, "revision": revision.id}
    for role in (chance.choice(made).officer, CENTRE, AUDITOR):
        number += 1
        propose = methodology.ProposeChange(**key, text="Count what people see, not what offices write.")
        yield Step(chapter, propose, by(role, day, 12, "proposed changes of the year"))
        answer = methodology.AnswerProposal(
            methodology=revision.methodology, proposal=number, accepted=chance.random() < 0.5
        )
        yield Step(chapter, answer, by(ADMINISTRATION, day, 13, "answered with the year's other proposals"))


def _proposals_before(year: int, code: str) -> int:
    earlier = (revision for before, revision in REVISION_OF.items() if before < year)
    return 3 * sum(1 for revision in earlier if _revision(revision).methodology == code)


# -- who evaluates whom ----------------------------------------------------------------------------------------------


def _evaluated(year: int) -> dict[str, str]:
    """The bodies evaluated in a year, with their groups: those that were there through it and are there to answer."""
    if year == 2010:
        groups = {row["body"]: row["group"] for row in table("bodies.csv")}
        return {body: groups[body] for body in PILOT}
    began = {row["body"]: row["since"] or "2010-03-19" for row in table("bodies.csv")}
    ended = {row["body"]: row["since"] for row in table("reorganisations.csv") if row["change"] == "abolished"}
    return {
        row["body"]: row["group"]
        for row in table("bodies.csv")
        if began[row["body"]] <= f"{year}-07-01" and ended.get(row["body"], "9999") > f"{year + 1}-01-08"
    }


def _officer_of(body: str) -> Role:
    return Role(f"officer-{body}", f"Officer of {body} (fictional)", "body-officer", body)


def _evaluator_of(body: str, year: int) -> Role:
    able = [one for one in EVALUATING if one != body]
    chosen = able[(len(body) + year) % len(able)]
    return Role(f"judge-{chosen}", f"Evaluator of {chosen} (fictional)", "evaluator", chosen)


def _more_people() -> Iterator[Role]:
    """Officers of the bodies that 2022 did not have, evaluators, and those who only read."""
    known = {role.person for role in EVERYONE}
    for row in table("bodies.csv"):
        officer = _officer_of(row["body"])
        if officer.person not in known:
            yield officer
    for body in EVALUATING:
        yield Role(f"judge-{body}", f"Evaluator of {body} (fictional)", "evaluator", body)
    yield Role("oversight-1", "Auditor of the oversight body (fictional)", "oversight", "oversight")
    yield Role("analyst-1", "Analyst (fictional)", "analyst", "assessment-centre")
    yield Role("operator-1", "Operator (fictional)", "operations", "shezhire")
