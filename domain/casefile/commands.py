"""What can be asked of a case file, in the order in which a year brings it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from domain.casefile.aggregate import CaseFile, Values
from domain.commands import Command, Concern, Moment
from domain.cycle import Stage
from domain.errors import NotFound, WrongState
from domain.events import Act, Code, Text
from domain.records import Records
from domain.statements import Adjustment, require_fitting, require_nodes


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
                "published": enrolment.group in cycle.published,
            },
            {"stage": self.stage().value, "late": cycle.is_late(self.stage(), self.body, moment)},
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


class WithdrawSubmission(CaseCommand):
    """Take back what was stated on these subjects (all, if none is named), with the reason."""

    subjects: tuple[str, ...] = ()

    def stage(self) -> Stage:
        return Stage.SUBMISSION

    def carry_out(self, act: Act, records: Records) -> CaseFile:
        case = records.case(self.cycle, self.body)
        case.withdraw(act, self.subjects)
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
