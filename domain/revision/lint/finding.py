"""What a linter finds: how bad, which rule, where, and a sentence for the author."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """Scores would be wrong or the document cannot be read: mend it before it is approved."""
    WARNING = "warning"
    """Probably a mistake; if it is meant, a note should say so."""
    NOTE = "note"
    """Good to know."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `code` is stable (`weights-sum`); `place` is a path of ids (`trees.central.goals.weight`)."""

    severity: Severity
    code: str
    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.severity} {self.code} at {self.place or 'the document'}: {self.sentence}"


def error(code: str, place: str, sentence: str) -> Finding:
    """A finding of severity error."""
    return Finding(Severity.ERROR, code, place, sentence)


def warning(code: str, place: str, sentence: str) -> Finding:
    """A finding of severity warning."""
    return Finding(Severity.WARNING, code, place, sentence)


def note(code: str, place: str, sentence: str) -> Finding:
    """A finding of severity note."""
    return Finding(Severity.NOTE, code, place, sentence)
