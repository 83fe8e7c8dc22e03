"""The one family of errors that the domain raises.

Each names what was wrong, where, and the rule it broke, so that every door (command line, HTTP, spreadsheet) can say it
to a person in the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class DomainError(Exception):
    """A request that the record refuses.

    `code` is stable and machine-readable (`wrong-stage`), `message` is a sentence for people, `rule` names the rule
    that was broken: a policy id, a paragraph of an act, or a rule of the record.
    """

    code = "refused"

    def __init__(self, message: str, *, rule: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.rule = rule or (code or self.code)
        if code is not None:
            self.code = code


class NotAuthorised(DomainError):
    """The actor has no right to this act, here and now. `rule` names the policy that decided."""

    code = "not-authorised"


class WrongState(DomainError):
    """The act does not fit the state of what it acts on (a stage that is closed, an objection already answered)."""

    code = "wrong-state"


class NotFound(DomainError):
    """What the request names is not in the record."""

    code = "not-found"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document or a request: `place` is a path (`groups.central.children[0].weight`)."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class InvalidInput(DomainError):
    """What was sent cannot be understood or is out of range; `problems` lists every place, not only the first."""

    code = "invalid"

    def __init__(self, message: str, problems: Sequence[Problem], *, rule: str = "") -> None:
        listing = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"{message}\n{listing}" if listing else message, rule=rule)
        self.summary = message
        self.problems = tuple(problems)
