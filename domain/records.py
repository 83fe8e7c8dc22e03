"""How a command reaches the aggregates it concerns: a protocol, so that the domain does no input or output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.bodies import StateBody
    from domain.casefile import CaseFile
    from domain.commission import CommissionSession
    from domain.cycle import Cycle
    from domain.methodology import Methodology
    from domain.people import Person
    from domain.revision import Revision


class Records(Protocol):
    """The aggregates as they stand now. One that nothing has happened to yet comes blank (`exists` is False)."""

    def body(self, code: str) -> StateBody:
        """The state body of this code."""

    def person(self, person: str) -> Person:
        """The person of this id."""

    def methodology(self, code: str) -> Methodology:
        """The methodology of this code."""

    def cycle(self, year: int) -> Cycle:
        """The cycle that evaluates this year."""

    def case(self, year: int, body: str) -> CaseFile:
        """The case file of a body in a cycle."""

    def session(self, session: str) -> CommissionSession:
        """The Commission's session of this id."""

    def revision_of(self, cycle: Cycle) -> Revision:
        """The approved revision under which a cycle is evaluated."""
