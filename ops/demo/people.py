"""The people of the demonstration. All of them are fictional, and registered as such."""

from __future__ import annotations

from dataclasses import dataclass

from ops.demo.reconstruction import SHAPES


@dataclass(frozen=True)
class Role:
    """A fictional person with the one role that they play."""

    person: str
    name: str
    role: str
    body: str


REGISTRAR = Role("registrar-1", "Registrar (fictional)", "registrar", "shezhire")
CENTRE = Role("centre-1", "Analyst of the Assessment Centre (fictional)", "assessment-centre", "assessment-centre")
AUDITOR = Role("auditor-1", "External expert (fictional)", "external-expert", "university")
ADMINISTRATION = Role("admin-1", "Officer of the Administration (fictional)", "administration", "administration")
APPEALS = Role("admin-2", "Second officer of the Administration (fictional)", "administration", "administration")
EXPERT = Role("expert-1", "Expert of the Administration (fictional)", "expert", "administration")
SECRETARY = Role("secretary-1", "Secretary of the Commission (fictional)", "commission-secretary", "commission")
CHAIR = Role("chair-1", "Chair of the Commission (fictional)", "commission-chair", "commission")
MEMBERS = tuple(
    Role(f"member-{number}", f"Member {number} of the Commission (fictional)", "commission-member", "commission")
    for number in range(1, 6)
)
HEAD_OF_STATE = Role("head-of-state", "Head of State (role only)", "head-of-state", "head-of-state")
EVALUATORS = {
    "min-economy": Role("evaluator-economy", "Evaluator, National Economy (fictional)", "evaluator", "min-economy"),
    "min-finance": Role("evaluator-finance", "Evaluator, Finance (fictional)", "evaluator", "min-finance"),
}
OFFICERS = {
    shape.body: Role(f"officer-{shape.body}", f"Officer of {shape.body} (fictional)", "body-officer", shape.body)
    for shape in SHAPES
}

EVERYONE = (
    CENTRE,
    AUDITOR,
    ADMINISTRATION,
    APPEALS,
    EXPERT,
    SECRETARY,
    CHAIR,
    *MEMBERS,
    HEAD_OF_STATE,
    *EVALUATORS.values(),
    *OFFICERS.values(),
)


def evaluator_of(body: str) -> Role:
    """Who evaluates a body in the goals block: National Economy, whose own results Finance evaluates (illustrative)."""
    return EVALUATORS["min-finance" if body == "min-economy" else "min-economy"]
