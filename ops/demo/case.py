"""One made-up case file through a year: many small acts, in the stages in which they belong."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from domain import casefile
from domain.casefile import CaseCommand
from domain.cycle import PlannedStage, Stage
from domain.revision import Revision
from domain.statements import Adjustment, Stated
from ops.demo.figures import Figures
from ops.demo.people import ADMINISTRATION, APPEALS, EXPERT, Role
from ops.demo.step import Step, by

REASONS = {
    Stage.SUBMISSION: "the figure was typed wrongly",
    Stage.REVERIFICATION: "the official statistics show another figure",
    Stage.CONCLUSION: "new documents were seen",
}


@dataclass
class MadeUpCase:
    """A case of `acts` acts, more or less; the same ones for the same seed."""

    cycle: int
    body: str
    revision: Revision
    group: str
    officer: Role
    evaluator: Role
    acts: int
    seed: str

    def __post_init__(self) -> None:
        self._chance = random.Random(f"{self.seed}/{self.cycle}/{self.body}")
        self._figures = Figures(self.revision, f"{self.seed}/{self.cycle}/{self.body}/figures")
        self._subjects = dict(self._figures.stated())
        # What is left after each subject was stated with its evidence is shared among the stages that follow.
        self._left = max(0, self.acts - 2 * len(self._subjects) - 12)

    def steps(self, planned: PlannedStage) -> list[Step]:
        """The acts of a stage, in the order of their moments."""
        makers = {
            Stage.SUBMISSION: self._submission,
            Stage.REVERIFICATION: self._reverification,
            Stage.CONCLUSION: self._conclusion,
            Stage.OBJECTION: self._objection,
            Stage.EXPERT_OPINION: self._opinion,
        }
        made = list(makers[planned.stage]())
        days = sorted(self._chance.randint(0, (planned.due - planned.opens).days - 1) for _ in made)
        chapter = f"cycle {self.cycle}: {planned.stage}"
        return [
            Step(chapter, command, by(role, planned.opens + timedelta(days=day), 11, reason), refused)
            for (command, role, reason, refused), day in zip(made, days, strict=True)
        ]

    def late(self, closing: date) -> Step:
        """A correction that comes after the deadline, and is refused."""
        subject = self._chance.choice(list(self._subjects))
        command = casefile.CorrectData(cycle=self.cycle, body=self.body, values=(self._another(subject),))
        chapter = f"cycle {self.cycle}: {Stage.SUBMISSION}"
        return Step(chapter, command, by(self.officer, closing, 12, "found later"), refused="deadline-passed")

    def _submission(self) -> Iterator[_Made]:
        common = {"cycle": self.cycle, "body": self.body}
        for subject, value in self._subjects.items():
            stated = (Stated(subject=subject, value=value),)
            yield casefile.SubmitData(**common, values=stated), self.officer, "annual report", None
            document = f"{self.cycle}/{self.body}/{subject}"
            attach = casefile.AttachEvidence(
                **common,
                subjects=(subject,),
                sha256=sha256(document.encode()).hexdigest(),
                name=f"{subject.replace('/', '-')}.pdf",
                media_type="application/pdf",
            )
            yield attach, self.officer, "evidence", None
        for subject in self._drawn(self._left // 5):
            correct = casefile.CorrectData(**common, values=(self._another(subject),))
            yield correct, self.officer, REASONS[Stage.SUBMISSION], None

    def _reverification(self) -> Iterator[_Made]:
        for subject in self._drawn(self._left * 2 // 5):
            verify = casefile.ReverifyData(cycle=self.cycle, body=self.body, values=(self._another(subject),))
            yield verify, self.evaluator, REASONS[Stage.REVERIFICATION], None

    def _conclusion(self) -> Iterator[_Made]:
        common = {"cycle": self.cycle, "body": self.body}
        judged = tuple(self._another(subject) for subject in sorted(set(self._drawn(3))))
        text = f"{len(judged)} figure(s) are judged otherwise than reported; the others are confirmed."
        yield casefile.IssueConclusion(**common, text=text, values=judged), self.evaluator, "conclusion", None
        for subject in self._drawn(self._left * 2 // 5):
            revise = casefile.ReviseConclusion(**common, values=(self._another(subject),))
            yield revise, self.evaluator, REASONS[Stage.CONCLUSION], None
        if self.revision.penalties and self._chance.random() < 0.2:
            penalty = {"penalty": next(iter(self.revision.penalties)), "case": "case-1"}
            impose = casefile.ImposePenalty(**common, **penalty)
            yield impose, self.evaluator, "data came late", None
            if self._chance.random() < 0.3:
                lift = casefile.LiftPenalty(**common, **penalty)
                yield lift, ADMINISTRATION, "the delay was the portal's", None

    def _objection(self) -> Iterator[_Made]:
        common = {"cycle": self.cycle, "body": self.body}
        for number in range(1, self._chance.choice((0, 0, 1, 2, 3)) + 1):
            (subject,) = self._drawn(1)
            raised = casefile.RaiseObjection(**common, subjects=(subject,), argument="A preliminary figure was used.")
            yield raised, self.officer, "objection", None
            answer = casefile.AnswerObjection(**common, objection=number, answer="It was the latest one published.")
            yield answer, self.evaluator, "answer", None
            outcome = self._chance.choice(("upheld", "partly_upheld", "dismissed"))
            values = () if outcome == "dismissed" else (self._another(subject),)
            decide = casefile.DecideObjection.read(
                {**common, "objection": number, "outcome": outcome, "values": [v.model_dump() for v in values]}
            )
            yield decide, APPEALS, f"the final statistics: {outcome.replace('_', ' ')}", None

    def _opinion(self) -> Iterator[_Made]:
        adjustments: tuple[Adjustment, ...] = ()
        if self._chance.random() < 0.05:
            block = self._chance.choice(self.revision.tree(self.group).children)
            adjustments = (Adjustment.model_validate({"node": block.id, "points": self._chance.randint(60, 95)}),)
        opinion = casefile.IssueExpertOpinion(
            cycle=self.cycle,
            body=self.body,
            text="Supported with a change." if adjustments else "Supported.",
            adjustments=adjustments,
        )
        yield opinion, EXPERT, "expert opinion", None

    def _drawn(self, count: int) -> list[str]:
        return self._chance.choices(list(self._subjects), k=count)

    def _another(self, subject: str) -> Stated:
        return Stated(subject=subject, value=self._figures.another(subject))


_Made = tuple[CaseCommand, Role, str, str | None]
"""A command, who gives it, why, and which rule refuses it if one must."""
