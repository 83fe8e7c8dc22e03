"""The case file: everything stated about one body in one cycle, in the order in which a year brings it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.errors import InvalidInput, NotFound, Problem, WrongState
from domain.events import Act, Aggregate, Code, Text
from domain.events import Event as BaseEvent
from domain.statements import Adjustment, Stated

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

    class SubmissionWithdrawn(Event):
        """The body takes back what it had stated on some subjects; the events taken back are named."""

        subjects: tuple[str, ...]
        withdraws: tuple[UUID, ...]

        def apply(self, aggregate: CaseFile) -> None:
            for subject in self.subjects:
                del aggregate.stated_by[subject]

    def withdraw(self, act: Act, subjects: tuple[str, ...]) -> None:
        """Takes stated values back, with the reason, unless they were judged already."""
        act.require_reason("withdrawing a submission")
        chosen = subjects or tuple(self.stated_by)
        if not chosen:
            raise WrongState(f"{self.body} has submitted nothing", rule="withdraws-something")
        problems = [Problem(one, "was never submitted") for one in chosen if one not in self.stated_by]
        problems += [Problem(one, "is judged already: object instead") for one in chosen if one in self.concluded_by]
        if problems:
            raise InvalidInput("this cannot be withdrawn", problems, rule="withdraws-something")
        withdraws = tuple(dict.fromkeys(self.stated_by[one] for one in chosen))
        self.record(self.SubmissionWithdrawn, act, subjects=tuple(dict.fromkeys(chosen)), withdraws=withdraws)

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
