"""A year with everything in it, as the record holds it: for tests of what is read from events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

from domain import bodies, casefile, commission, cycle, methodology, people
from domain.cycle import Stage
from domain.events import Recorded
from projections.answers import ReplayedSource
from projections.fold import replay
from tests.story import BODY, NAMES, OTHER, SESSION, START, YEAR, Sitting, Story, plan, rules, stated

LATER = "2023-06-27-1"
CASE = {"cycle": YEAR, "body": BODY}
HEAD = 10**9
"""A position after every other."""


def recorded(story: Story) -> tuple[Recorded, ...]:
    """Everything that a story recorded, each event a second after the one before."""
    return tuple(Recorded(n, START + timedelta(seconds=n), event) for n, event in enumerate(story.events(), 1))


def source_of(events: tuple[Recorded, ...]) -> ReplayedSource:
    """The read models of a history."""
    return ReplayedSource(replay(events))


def judged(**changes: object) -> Sitting:
    """A year up to the Commission: a conclusion, a penalty, an objection upheld, an opinion that sets points."""
    story = Sitting()
    story.with_cycle(**changes).open(Stage.SUBMISSION).submitted()
    story.submitted(stated("quality", "90"), plan("a", "10"), body=OTHER)
    story.close(Stage.SUBMISSION).open(Stage.CONCLUSION)
    for body, quality in ((BODY, "70"), (OTHER, "85")):
        values = (stated("quality", quality),)
        conclude = casefile.IssueConclusion(cycle=YEAR, body=body, text=f"judged {body}", values=values)
        story.when(conclude, story.evaluator)
    story.when(casefile.ImposePenalty(cycle=YEAR, body=OTHER, penalty="late", case="report-1"), story.evaluator)
    story.close(Stage.CONCLUSION).open(Stage.OBJECTION)
    story.when(casefile.RaiseObjection(**CASE, subjects=("quality",), argument="preliminary figure"), story.officer)
    story.when(casefile.AnswerObjection(**CASE, objection=1, answer="it was the only one"), story.evaluator)
    decide = casefile.DecideObjection(**CASE, objection=1, outcome="upheld", values=(stated("quality", "75"),))
    story.when(decide, story.appeals)
    story.close(Stage.OBJECTION).open(Stage.EXPERT_OPINION)
    adjust = {"node": "plans", "points": "91"}
    opinion = casefile.IssueExpertOpinion.read({**CASE, "text": "seen", "adjustments": [adjust]})
    story.when(opinion, story.expert)
    story.close(Stage.EXPERT_OPINION).open(Stage.COMMISSION)
    story.secretary = story.someone("secretary", "commission-secretary", "commission")
    story.seats = [story.someone(f"member-{n}", "commission-member", "commission") for n in range(5)]
    story.chair = story.someone("chair", "commission-chair", "commission")
    story.head = story.someone("head", "head-of-state", "head-of-state")
    return story


def raised(points: str = "99") -> dict[str, object]:
    """A proposal to set the points of one node of `BODY`."""
    return {"outcome": "adjust", "adjustments": [{"body": BODY, "node": "services", "points": points}]}


@cache
def eventful() -> tuple[Recorded, ...]:
    """A year that is adjusted, annulled, decided again, published and reopened, while the registers change too."""
    story = judged()
    draft = methodology.DraftRevision(document=rules(id="small-2"))
    story.when(draft, story.centre)
    rename = {"body": OTHER, "names": {**NAMES, "en": "Trade and Integration"}, "since": "2022-05-01"}
    story.when(bodies.RenameBody.read(rename), story.registrar)
    story.convened().item(**raised())
    last = story.seats[4]
    interest = people.DeclareConflict(person=last.person, body=BODY, interest="advised it")
    story.when(interest, last)
    vote = commission.CastVote(session=SESSION, item=1, member=last.person, choice="for")
    story.refused(vote, last, "votes-on-own-interest")
    story.when(commission.Recuse(session=SESSION, item=1, member=last.person), last)
    story.vote("for", "for", "against", "abstain")
    dissent = commission.RecordDissent(session=SESSION, item=1, member="member-2", text="the figure is not proved")
    story.when(dissent, story.seats[2])
    story.when(commission.TakeDecision(session=SESSION, item=1), story.secretary)
    story.when(
        commission.AnnulDecision(session=SESSION, item=1), replace(story.chair, legal_basis="ruling 7 of 1 August")
    )
    story.convened(LATER, present=4).item(session=LATER).vote(*["for"] * 4, session=LATER)
    story.when(commission.TakeDecision(session=LATER, item=1), story.secretary)
    story.considered().considered(LATER).published(LATER)
    reopen = cycle.ReopenCycle(cycle=YEAR, group="central")
    story.when(reopen, replace(story.admin, legal_basis="ruling 8"))
    return recorded(story)
