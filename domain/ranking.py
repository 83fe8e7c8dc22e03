"""Ranking: scores put in order under the tie rule of a revision. A pure function."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from domain.revision import TieRule


@dataclass(frozen=True, slots=True)
class Standing:
    """What ranks a body: its score in points and the values of the tie rule's nodes, in the rule's order."""

    body: str
    value: Decimal | None
    tie_values: tuple[Decimal | None, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Ranked:
    """A body's place. `rank` is None where the body has no score."""

    body: str
    value: Decimal | None
    rank: int | None


Key = tuple[bool, Decimal, tuple[tuple[bool, Decimal], ...]]


def order_of(standing: Standing) -> Key:
    """Sorts the highest score first; what is missing comes after what is known."""
    return (*_descending(standing.value), tuple(_descending(value) for value in standing.tie_values))


def rank(standings: Iterable[Standing], rule: TieRule) -> tuple[Ranked, ...]:
    """All bodies in order. Equal standings share a rank and are listed by body code, so the result never depends
    on the order in which the standings came."""
    ranked: list[Ranked] = []
    previous: Key | None = None
    place = 0
    for index, (key, body, standing) in enumerate(
        sorted((order_of(standing), standing.body, standing) for standing in standings), start=1
    ):
        if key != previous:
            place = index if rule.numbering == "standard" else place + 1
            previous = key
        ranked.append(Ranked(body, standing.value, None if standing.value is None else place))
    return tuple(ranked)


def _descending(value: Decimal | None) -> tuple[bool, Decimal]:
    return (True, Decimal(0)) if value is None else (False, value.copy_negate())
