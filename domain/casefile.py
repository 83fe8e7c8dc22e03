"""The case file: everything stated about one body in one cycle, in the order in which a year brings it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from domain.commands import Command, Concern, Moment
from domain.cycle import Stage
from domain.errors import InvalidInput, NotFound, Problem, WrongState
from domain.events import Act, Aggregate, Code, Text
from domain.events import Event as BaseEvent
from domain.records import Records
from domain.statements import Adjustment, Stated, require_fitting, require_nodes

Values = tuple[Stated, ...]


@dataclass
class Objection:
    """A body's objection against a conclusion, as it stands."""

    subjects: tuple[str, ...]
    concluded_by: tuple[str, ...]
    answered: bool = False
    decided: str = ""


class CaseFile(Aggregate):
    """One body in one cycle."""

    class Event(BaseEvent):
        """Every event of a case file names its cycle and body."""

        cycle: int
        body: Code

    def __init__(self, year: int, body: str) -> None:
        self.year = year
        self.body = body
        self.stated_by: dict[str, UUID] = {}
        """Which event last stated each subject, as the body reports it."""
        self.concluded_by: dict[str, tuple[UUID, str]] = {}
        """Which event last concluded on each subject, and the person who did."""
        self.objections: dict[int, Objection] = {}
        self.penalties: dict[str, str] = {}

    def key(self) -> dict[str, Any]:
        return {"cycle": self.year, "body": self.body}

    # -- the body reports ------------------------------------------------------------------------------------------

    class DataSubmitted(Event):
        """The body states its results."""

        values: Values
        source: str | None

        def apply(self, aggregate: CaseFile) -> None:
            aggregate.stated_by.update({one.subject: self.id for one in self.values})

    def submit(self, act: Act, values: Values, source: str | None) -> None:
        """Takes what is stated for the first time; what is there already wants a correction."""
        known = [one.subject for one in values if one.subject in self.stated_by]
        if known:
            problems = [Problem(subject, "is submitted already: correct it instead") for subject in known]
            raise InvalidInput("this was submitted before", problems, rule="submitted-once")
        self.record(self.DataSubmitted, act, values=values, source=source)

    class DataCorrected(Event):
        """The body corrects what it had stated; the events corrected are named."""

        values: Values
        corrects: tuple[UUID, ...]

        def apply(self, aggregate: CaseFile) -> None:
            aggregate.stated_by.update({one.subject: self.id for one in self.values})

    def correct(self, act: Act, values: Values) -> None:
        """Replaces stated values by others, with the reason."""
        act.require_reason("a correction")
        unknown = [Problem(one.subject, "was never submitted") for one in values if one.subject not in self.stated_by]
        if unknown:
            raise InvalidInput("this cannot be corrected", unknown, rule="corrects-something")
        corrects = tuple(dict.fromkeys(self.stated_by[one.subject] for one in values))
        self.record(self.DataCorrected, act, values=values, corrects=corrects)

    class EvidenceAttached(Event):
        """A document that supports what was stated, by its SHA-256; the file itself lies outside the record."""

        subjects: tuple[str, ...]
        sha256: str
        name: str
        media_type: str

        def apply(self, aggregate: CaseFile) -> None:
            """Evidence changes no value."""

    # -- evaluating bodies verify and conclude ---------------------------------------------------------------------

    class DataReverified(Event):
        """The evaluating body checked values against their sources and states what it found."""

        values: Values

        def apply(self, aggregate: CaseFile) -> None:
            who = self.envelope.actor.person
            aggregate.concluded_by.update({one.subject: (self.id, who) for one in self.values})

    class ConclusionIssued(Event):
        """The evaluating body's conclusion; `values` holds what it judges otherwise than was reported."""

        text: Text
        values: Values

        def apply(self, aggregate: CaseFile) -> None:
            who = self.envelope.actor.person
            aggregate.concluded_by[""] = (self.id, who)
            aggregate.concluded_by.update({one.subject: (self.id, who) for one in self.values})

    class ConclusionRevised(Event):
        """The evaluating body changes its conclusion; the events changed are named."""

        values: Values
        corrects: tuple[UUID, ...]

        def apply(self, aggregate: CaseFile) -> None:
            who = self.envelope.actor.person
            aggregate.concluded_by.update({one.subject: (self.id, who) for one in self.values})

    def reverify(self, act: Act, values: Values) -> None:
        """States what re-verification found."""
        act.require_reason("re-verification")
        self.require_stated([one.subject for one in values])
        self.record(self.DataReverified, act, values=values)

    def conclude(self, act: Act, text: str, values: Values) -> None:
        """Issues the conclusion, once; later changes revise it."""
        if "" in self.concluded_by:
            raise WrongState("a conclusion is issued already: revise it instead", rule="concluded-once")
        if not self.stated_by:
            raise WrongState(f"{self.body} has submitted nothing", rule="concludes-on-something")
        self.require_stated([one.subject for one in values])
        self.record(self.ConclusionIssued, act, text=text, values=values)

    def revise_conclusion(self, act: Act, values: Values) -> None:
        """Changes the conclusion on some subjects, with the reason."""
        act.require_reason("revising a conclusion")
        if "" not in self.concluded_by:
            raise WrongState("no conclusion is issued yet", rule="revises-something")
        self.require_stated([one.subject for one in values])
        issued = self.concluded_by[""][0]
        corrects = tuple(dict.fromkeys(self.concluded_by.get(one.subject, (issued, ""))[0] for one in values))
        self.record(self.ConclusionRevised, act, values=values, corrects=corrects)

    def require_stated(self, subjects: list[str]) -> None:
        """Refuses a judgement on what the body never stated."""
        unknown = [Problem(subject, "was never submitted") for subject in subjects if subject not in self.stated_by]
        if unknown:
            raise InvalidInput("this cannot be judged", unknown, rule="judges-something")

    # -- the body objects ------------------------------------------------------------------------------------------

    class ObjectionRaised(Event):
        """The body disagrees with the conclusion on some subjects."""

        objection: int
        subjects: tuple[str, ...]
        argument: Text

        def apply(self, aggregate: CaseFile) -> None:
            concluded = {aggregate.concluded_by[s][1] for s in self.subjects if s in aggregate.concluded_by}
            concluded.add(aggregate.concluded_by[""][1])
            aggregate.objections[self.objection] = Objection(self.subjects, tuple(sorted(concluded)))

    class ObjectionAnswered(Event):
        """The evaluating body answers."""

        objection: int
        answer: Text

        def apply(self, aggregate: CaseFile) -> None:
            aggregate.objections[self.objection].answered = True

    class ObjectionDecided(Event):
        """Somebody who did not conclude decides; `values` holds what stands from now on."""

        objection: int
        values: Values

        def apply(self, aggregate: CaseFile) -> None:
            aggregate.objections[self.objection].decided = self.type_name().rpartition(".Objection")[2].lower()

    class ObjectionUpheld(ObjectionDecided):
        """The body is right."""

    class ObjectionPartlyUpheld(ObjectionDecided):
        """The body is right in part."""

    class ObjectionDismissed(ObjectionDecided):
        """The conclusion stands."""

    def object_to(self, act: Act, subjects: tuple[str, ...], argument: str) -> None:
        """Raises an objection against the conclusion on these subjects."""
        if "" not in self.concluded_by:
            raise WrongState("no conclusion is issued yet", rule="objects-to-something")
        self.require_stated(list(subjects))
        number = len(self.objections) + 1
        self.record(self.ObjectionRaised, act, objection=number, subjects=subjects, argument=argument)

    def answer(self, act: Act, number: int, answer: str) -> None:
        """Answers an objection that is not decided yet."""
        self.undecided(number)
        self.record(self.ObjectionAnswered, act, objection=number, answer=answer)

    def decide(self, act: Act, number: int, outcome: str, values: Values) -> None:
        """Decides an answered objection: `upheld`, `partly_upheld` or `dismissed`, with the reason."""
        act.require_reason("deciding an objection")
        objection = self.undecided(number)
        if not objection.answered:
            raise WrongState("the evaluating body has not answered yet", rule="answered-first")
        outside = [Problem(v.subject, "is not objected to") for v in values if v.subject not in objection.subjects]
        if outside:
            raise InvalidInput("an objection reopens only its own subjects", outside, rule="only-its-subjects")
        if (outcome == "dismissed") == bool(values):
            raise WrongState("an upheld objection states new values; a dismissed one states none", rule="outcome-fits")
        outcomes = {
            "upheld": self.ObjectionUpheld,
            "partly_upheld": self.ObjectionPartlyUpheld,
            "dismissed": self.ObjectionDismissed,
        }
        self.record(outcomes[outcome], act, objection=number, values=values)

    def undecided(self, number: int) -> Objection:
        """The objection of this number. Raises NotFound, or WrongState if it is decided."""
        objection = self.objections.get(number)
        if objection is None:
            raise NotFound(f"{self.body} raised no objection {number}", rule="objection-known")
        if objection.decided:
            raise WrongState(f"objection {number} was decided: {objection.decided}", rule="decided-once")
        return objection

    # -- penalties and the expert opinion --------------------------------------------------------------------------

    class PenaltyImposed(Event):
        """Points are taken off the total under a rule of the revision; `case` tells one penalty from another."""

        penalty: Code
        case: Code
        count: int

        def apply(self, aggregate: CaseFile) -> None:
            aggregate.penalties[f"{self.penalty}/{self.case}"] = "imposed"

    class PenaltyLifted(Event):
        """An imposed penalty is taken back."""

        penalty: Code
        case: Code

        def apply(self, aggregate: CaseFile) -> None:
            aggregate.penalties[f"{self.penalty}/{self.case}"] = "lifted"

    class ExpertOpinionIssued(Event):
        """The Presidential Administration's opinion; `adjustments` set points on nodes of the tree."""

        text: Text
        adjustments: tuple[Adjustment, ...]

        def apply(self, aggregate: CaseFile) -> None:
            """The opinion changes no stated value."""


class CaseCommand(Command):
    """A command on a case file. `stage` is the stage it belongs to."""

    cycle: int = Field(ge=2000, le=2100)
    body: Code

    def stage(self) -> Stage:
        """The stage in which this act belongs."""
        raise NotImplementedError

    def concern(self, records: Records, moment: Moment) -> Concern:
        cycle = records.cycle(self.cycle)
        cycle.require_open()
        enrolment = cycle.enrolment(self.body)
        case = records.case(self.cycle, self.body)
        return Concern(
            "CaseFile",
            f"{self.cycle}/{self.body}",
            {
                "body": self.body,
                "stages": [stage.value for stage in cycle.open_stages],
                "evaluators": list(enrolment.evaluators),
                "judged_by": self.judges(case),
            },
            {"stage": self.stage().value, "late": cycle.is_late(self.stage(), moment)},
        )

    def judges(self, case: CaseFile) -> list[str]:
        """Who judged what this act decides on, and so may not decide it."""
        return []


class ValuesCommand(CaseCommand):
    """A command that states values, which must fit the inputs of the cycle's revision."""

    values: Values = ()

    def require_fit(self, records: Records) -> CaseFile:
        """The case file, if the values fit; raises InvalidInput that names each that does not."""
        if self.values:
            require_fitting(records.revision_of(records.cycle(self.cycle)), self.values)
        return records.case(self.cycle, self.body)


class SubmitData(ValuesCommand):
    """State results for the first time. `source` names where they were read (a workbook)."""

    values: Values = Field(min_length=1)
    source: str | None = None

    def stage(self) -> Stage:
        return Stage.SUBMISSION

    def carry_out(self, act: Act, records: Records) -> CaseFile:
        case = self.require_fit(records)
        case.submit(act, self.values, self.source)
        return case


class CorrectData(ValuesCommand):
    """Correct stated results, with the reason."""

    values: Values = Field(min_length=1)

    def stage(self) -> Stage:
        return Stage.SUBMISSION

    def carry_out(self, act: Act, records: Records) -> CaseFile:
        case = self.require_fit(records)
        case.correct(act, self.values)
        return case


class AttachEvidence(CaseCommand):
    """Attach a document to stated results, by its SHA-256."""

    subjects: tuple[str, ...] = Field(min_length=1)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    name: Text
    media_type: Text

    def stage(self) -> Stage:
        return Stage.SUBMISSION

    def carry_out(self, act: Act, records: Records) -> CaseFile:
        case = records.case(self.cycle, self.body)
        case.require_stated(list(self.subjects))
        data = self.model_dump(exclude={"cycle", "body"})
        case.record(CaseFile.EvidenceAttached, act, **data)
        return case


class ReverifyData(ValuesCommand):
    """State what re-verification found."""

    values: Values = Field(min_length=1)

    def stage(self) -> Stage:
        return Stage.REVERIFICATION

    def carry_out(self, act: Act, records: Records) -> CaseFile:
        case = self.require_fit(records)
        case.reverify(act, self.values)
        return case


class IssueConclusion(ValuesCommand):
    """Conclude on a body's results."""

    text: Text

    def stage(self) -> Stage:
        return Stage.CONCLUSION

    def carry_out(self, act: Act, records: Records) -> CaseFile:
        case = self.require_fit(records)
        case.conclude(act, self.text, self.values)
        return case


class ReviseConclusion(ValuesCommand):
    """Change a conclusion, with the reason."""

    values: Values = Field(min_length=1)

    def stage(self) -> Stage:
        return Stage.CONCLUSION

    def carry_out(self, act: Act, records: Records) -> CaseFile:
        case = self.require_fit(records)
        case.revise_conclusion(act, self.values)
        return case


class RaiseObjection(CaseCommand):
    """Object to the conclusion on some subjects."""

    subjects: tuple[str, ...] = Field(min_length=1)
    argument: Text

    def stage(self) -> Stage:
        return Stage.OBJECTION

    def carry_out(self, act: Act, records: Records) -> CaseFile:
        case = records.case(self.cycle, self.body)
        case.object_to(act, self.subjects, self.argument)
        return case


class AnswerObjection(CaseCommand):
    """Answer an objection as the evaluating body."""

    objection: int
    answer: Text

    def stage(self) -> Stage:
        return Stage.OBJECTION

    def carry_out(self, act: Act, records: Records) -> CaseFile:
        case = records.case(self.cycle, self.body)
        case.answer(act, self.objection, self.answer)
        return case


class DecideObjection(ValuesCommand):
    """Decide an objection, as somebody who did not conclude."""

    objection: int
    outcome: Literal["upheld", "partly_upheld", "dismissed"]

    def stage(self) -> Stage:
        return Stage.OBJECTION

    def judges(self, case: CaseFile) -> list[str]:
        objection = case.objections.get(self.objection)
        return list(objection.concluded_by) if objection else []

    def carry_out(self, act: Act, records: Records) -> CaseFile:
        case = self.require_fit(records)
        case.decide(act, self.objection, self.outcome, self.values)
        return case


class PenaltyCommand(CaseCommand):
    """A command on a penalty of the revision; `case` tells one from another."""

    penalty: Code
    case: Code

    def stage(self) -> Stage:
        return Stage.CONCLUSION


class ImposePenalty(PenaltyCommand):
    """Take points off the total, `count` times the rule's points."""

    count: int = Field(default=1, ge=1, le=1000)

    def carry_out(self, act: Act, records: Records) -> CaseFile:
        case = records.case(self.cycle, self.body)
        act.require_reason("a penalty")
        if self.penalty not in records.revision_of(records.cycle(self.cycle)).penalties:
            raise NotFound(f"the revision knows no penalty {self.penalty}", rule="penalty-of-revision")
        if case.penalties.get(f"{self.penalty}/{self.case}") == "imposed":
            raise WrongState(f"penalty {self.penalty}/{self.case} stands already", rule="penalty-once")
        case.record(CaseFile.PenaltyImposed, act, penalty=self.penalty, case=self.case, count=self.count)
        return case


class LiftPenalty(PenaltyCommand):
    """Take an imposed penalty back, with the reason."""

    def carry_out(self, act: Act, records: Records) -> CaseFile:
        case = records.case(self.cycle, self.body)
        act.require_reason("lifting a penalty")
        if case.penalties.get(f"{self.penalty}/{self.case}") != "imposed":
            raise NotFound(f"no penalty {self.penalty}/{self.case} stands", rule="penalty-known")
        case.record(CaseFile.PenaltyLifted, act, penalty=self.penalty, case=self.case)
        return case


class IssueExpertOpinion(CaseCommand):
    """Give the expert opinion on a body, with adjustments of nodes if there are any."""

    text: Text
    adjustments: tuple[Adjustment, ...] = ()

    def stage(self) -> Stage:
        return Stage.EXPERT_OPINION

    def carry_out(self, act: Act, records: Records) -> CaseFile:
        cycle = records.cycle(self.cycle)
        if self.adjustments:
            act.require_reason("an adjustment")
        require_nodes(records.revision_of(cycle), cycle.enrolment(self.body).group, self.adjustments)
        case = records.case(self.cycle, self.body)
        case.record(CaseFile.ExpertOpinionIssued, act, text=self.text, adjustments=self.adjustments)
        return case
