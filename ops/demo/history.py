"""The year 2022 as commands, in the order of the process: registers, methodology, cycle, cases, Commission."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from adapters.spreadsheet import read_submission
from domain import casefile, commission, cycle, methodology, people
from domain.catalogue import document
from domain.cycle import Stage
from domain.revision import Revision, revision_of
from domain.statements import Stated
from ops.demo.people import (
    ADMINISTRATION,
    APPEALS,
    AUDITOR,
    CENTRE,
    CHAIR,
    EVALUATORS,
    EVERYONE,
    EXPERT,
    HEAD_OF_STATE,
    MEMBERS,
    OFFICERS,
    SECRETARY,
    evaluator_of,
)
from ops.demo.reconstruction import CORRECTION, CYCLE, DATA, OBJECTIONS, SHAPES
from ops.demo.register import people_of, register
from ops.demo.step import Step, by, numbered, table

REVISION = "goals-2022"
SESSION = "2023-06-20-1"
REGISTRATION = date(2022, 1, 10)
RECONSTRUCTION = "reconstruction of cycle 2022 for demonstration"
CALENDAR = tuple(
    cycle.PlannedStage(stage=stage, opens=date(2023, *opens), due=date(2023, *due))
    for stage, opens, due in (
        (Stage.SUBMISSION, (1, 16), (2, 15)),
        (Stage.REVERIFICATION, (2, 20), (3, 31)),
        (Stage.CONCLUSION, (4, 3), (4, 28)),
        (Stage.OBJECTION, (5, 2), (5, 19)),
        (Stage.EXPERT_OPINION, (5, 22), (6, 9)),
        (Stage.COMMISSION, (6, 12), (6, 30)),
        (Stage.HEAD_OF_STATE, (7, 3), (7, 14)),
    )
)
"""The days of the reconstructed year; illustrative, since the true ones were not published."""


def steps() -> Iterator[Step]:
    """All commands of the history; the same ones at every call."""
    return numbered(_steps(), str(CYCLE))


def _steps() -> Iterator[Step]:
    yield from people_of(EVERYONE, REGISTRATION)
    yield from register()
    yield from evaluation()


def evaluation() -> Iterator[Step]:
    """The methodology and the cycle, without the registers."""
    yield from _methodology()
    yield from _opening()
    yield from _submissions()
    yield from _reverification()
    yield from _conclusions()
    yield from _objections()
    yield from _expert_opinion()
    yield from _commission()


def _methodology() -> Iterator[Step]:
    code = "operational-evaluation"
    day = date(2022, 2, 1)
    draft = methodology.DraftRevision(document=document(REVISION))
    yield Step("methodology", draft, by(CENTRE, day, reason="the rules of 2022, written down as data"))
    finding = (
        "The formulas compute; weights are illustrative and must be replaced by the act's own where it states them."
    )
    yield Step(
        "methodology",
        methodology.RecordMethodologicalAudit(methodology=code, revision=REVISION, finding=finding),
        by(AUDITOR, date(2022, 2, 14)),
    )
    approve = methodology.ApproveRevision(
        methodology=code,
        revision=REVISION,
        legal_act="Joint resolution 1-NK / 201 of 26 February 2020 (register 20072)",
        in_force_from=date(2022, 3, 1),
    )
    yield Step("methodology", approve, by(ADMINISTRATION, date(2022, 3, 1), reason="in force for 2022"))


def _stage(chapter: str, stage: Stage) -> Step:
    """Opens a stage on the day that the calendar plans, until the deadline that it plans."""
    opens = next(planned.opens for planned in CALENDAR if planned.stage is stage)
    return Step(chapter, cycle.OpenStage(cycle=CYCLE, stage=stage), by(ADMINISTRATION, opens, 9))


def _close(chapter: str, stage: Stage, day: date) -> Step:
    return Step(chapter, cycle.CloseStage(cycle=CYCLE, stage=stage), by(ADMINISTRATION, day, 18))


def _opening() -> Iterator[Step]:
    day = date(2023, 1, 9)
    opened = cycle.OpenCycle(
        cycle=CYCLE, methodology="operational-evaluation", revision=REVISION, retrospective=True, calendar=CALENDAR
    )
    yield Step(
        "cycle", opened, by(ADMINISTRATION, day, reason=RECONSTRUCTION, legal_basis="Decree 954 of 19 March 2010")
    )
    for shape in SHAPES:
        yield Step("cycle", cycle.EnrolBody(cycle=CYCLE, body=shape.body), by(ADMINISTRATION, day, 11))
        evaluator = evaluator_of(shape.body).body
        assign = cycle.AssignEvaluator(cycle=CYCLE, body=shape.body, evaluator=evaluator)
        yield Step("cycle", assign, by(ADMINISTRATION, day, 12))


def _indicators() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in table("indicators-2022.csv"):
        found.setdefault(row["body"], []).append(row)
    return found


def _stated(row: dict[str, str], fact: str) -> Stated:
    columns = ("goal", "kind", "name", "unit", "better", "plan")
    value = {**{column: row[column] for column in columns}, "fact": fact or None}
    return Stated(subject=f"indicators/{row['item']}", value=value)


def _submissions() -> Iterator[Step]:
    revision: Revision = revision_of(document(REVISION))
    yield _stage("submission", Stage.SUBMISSION)
    for index, shape in enumerate(SHAPES):
        path = DATA / "submissions-2022" / f"{shape.body}.xlsx"
        cells = read_submission(path, revision, cycle=CYCLE, body=shape.body)
        values = tuple(Stated(subject=cell.subject, value=cell.value) for cell in cells)
        submit = casefile.SubmitData(cycle=CYCLE, body=shape.body, values=values, source=path.name)
        officer = by(OFFICERS[shape.body], date(2023, 2, 1 + index % 14), reason="annual report")
        yield Step("submission", submit, officer)
    body, item = CORRECTION
    row = next(row for row in _indicators()[body] if row["item"] == item)
    correct = casefile.CorrectData(cycle=CYCLE, body=body, values=(_stated(row, row["corrected"]),))
    why = "the figure was typed with the decimal sign one place too far to the left"
    yield Step("submission", correct, by(OFFICERS[body], date(2023, 2, 14), 15, reason=why))
    late = casefile.CorrectData(cycle=CYCLE, body="min-trade", values=(_stated(_indicators()["min-trade"][0], "1"),))
    after = by(OFFICERS["min-trade"], date(2023, 2, 16), reason="found later")
    yield Step("submission", late, after, refused="deadline-passed")
    yield _close("submission", Stage.SUBMISSION, date(2023, 2, 17))


def _reverification() -> Iterator[Step]:
    yield _stage("re-verification", Stage.REVERIFICATION)
    for body, rows in _indicators().items():
        values = tuple(_stated(row, row["reverified"]) for row in rows if row["reverified"])
        if values:
            verify = casefile.ReverifyData(cycle=CYCLE, body=body, values=values)
            why = "the official statistics show another figure"
            yield Step("re-verification", verify, by(evaluator_of(body), date(2023, 3, 15), reason=why))
    own = casefile.ReverifyData(
        cycle=CYCLE, body="min-economy", values=(_stated(_indicators()["min-economy"][0], "999"),)
    )
    attempt = by(EVALUATORS["min-economy"], date(2023, 3, 16), reason="our own figure is higher")
    yield Step("re-verification", own, attempt, refused="not-the-evaluator")
    yield _close("re-verification", Stage.REVERIFICATION, date(2023, 3, 31))


def _conclusions() -> Iterator[Step]:
    yield _stage("conclusion", Stage.CONCLUSION)
    for body, rows in _indicators().items():
        values = tuple(_stated(row, row["concluded"]) for row in rows if row["concluded"])
        text = f"{len(values)} indicator(s) are judged otherwise than reported; the others are confirmed."
        conclude = casefile.IssueConclusion(cycle=CYCLE, body=body, text=text, values=values)
        yield Step("conclusion", conclude, by(evaluator_of(body), date(2023, 4, 20), reason="conclusion of the year"))
    yield _close("conclusion", Stage.CONCLUSION, date(2023, 4, 28))


def _objections() -> Iterator[Step]:
    yield _stage("objection", Stage.OBJECTION)
    indicators = _indicators()
    for body, item in OBJECTIONS.items():
        subject = f"indicators/{item}"
        raised = casefile.RaiseObjection(
            cycle=CYCLE, body=body, subjects=(subject,), argument="The evaluating body used a preliminary figure."
        )
        yield Step("objection", raised, by(OFFICERS[body], date(2023, 5, 8)))
        answer = casefile.AnswerObjection(
            cycle=CYCLE, body=body, objection=1, answer="The figure was taken from the report available in April."
        )
        yield Step("objection", answer, by(evaluator_of(body), date(2023, 5, 12)))
        row = next(row for row in indicators[body] if row["item"] == item)
        upheld = bool(row["after_objection"])
        decide = casefile.DecideObjection(
            cycle=CYCLE,
            body=body,
            objection=1,
            outcome="upheld" if upheld else "dismissed",
            values=(_stated(row, row["after_objection"]),) if upheld else (),
        )
        why = "the final statistics confirm the body" if upheld else "the final statistics confirm the conclusion"
        yield Step("objection", decide, by(APPEALS, date(2023, 5, 18), reason=why))
    yield _close("objection", Stage.OBJECTION, date(2023, 5, 19))


def _expert_opinion() -> Iterator[Step]:
    yield _stage("expert opinion", Stage.EXPERT_OPINION)
    for shape in SHAPES:
        opinion = casefile.IssueExpertOpinion(
            cycle=CYCLE, body=shape.body, text="The conclusion and the decisions on objections are supported."
        )
        yield Step("expert opinion", opinion, by(EXPERT, date(2023, 6, 5)))
    yield _close("expert opinion", Stage.EXPERT_OPINION, date(2023, 6, 9))


def _commission() -> Iterator[Step]:
    day = date(2023, 6, 20)
    yield _stage("Commission", Stage.COMMISSION)
    seats = (CHAIR, *MEMBERS)
    convene = commission.ConveneSession(
        session=SESSION, date=day, number=1, chair=CHAIR.person, members=tuple(seat.person for seat in seats)
    )
    yield Step("Commission", convene, by(SECRETARY, date(2023, 6, 13)))
    for seat in seats:
        yield Step(
            "Commission", commission.RecordAttendance(session=SESSION, member=seat.person), by(SECRETARY, day, 9)
        )
    proposal = commission.Proposal(outcome="approve", cycle=CYCLE, bodies=tuple(shape.body for shape in SHAPES))
    yield Step("Commission", commission.OpenItem(session=SESSION, item=1, proposal=proposal), by(SECRETARY, day, 10))
    last = MEMBERS[-1]
    conflict = people.DeclareConflict(
        person=last.person, body="min-health", interest="advised this ministry during the year evaluated"
    )
    yield Step("Commission", conflict, by(last, day, 10))
    vote = commission.CastVote(session=SESSION, item=1, member=last.person, choice="for")
    yield Step("Commission", vote, by(last, day, 10), refused="votes-on-own-interest")
    recuse = commission.Recuse(session=SESSION, item=1, member=last.person)
    yield Step("Commission", recuse, by(last, day, 11, reason="declared an interest in one of the bodies"))
    for seat in seats[:-1]:
        choice: commission.Choice = "abstain" if seat is MEMBERS[3] else "for"
        vote = commission.CastVote(session=SESSION, item=1, member=seat.person, choice=choice)
        yield Step("Commission", vote, by(seat, day, 11))
    yield Step("Commission", commission.TakeDecision(session=SESSION, item=1), by(SECRETARY, day, 12))
    yield Step("Commission", commission.CloseSession(session=SESSION), by(SECRETARY, day, 13))
    yield _close("Commission", Stage.COMMISSION, date(2023, 6, 21))
    yield _stage("Head of State", Stage.HEAD_OF_STATE)
    review = commission.RecordReview(session=SESSION, cycle=CYCLE, remark="Considered; to be published.")
    yield Step("Head of State", review, by(HEAD_OF_STATE, date(2023, 7, 5)))
    publish = cycle.PublishResults(cycle=CYCLE, group="central", session=SESSION)
    yield Step("publication", publish, by(ADMINISTRATION, date(2023, 9, 1), reason="published in September 2023"))
