"""Decimal arithmetic of scores: IEEE 754 decimal128, and rounding only where a revision says so.

The context is ours and passed explicitly: a caller's thread-wide decimal context can never change a published score.
"""

from __future__ import annotations

import decimal
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

DECIMAL128 = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
"""Decimal128 of IEEE 754-2008, 3.6: 34 digits, half-even."""

MODES = {
    "half_even": decimal.ROUND_HALF_EVEN,
    "half_up": decimal.ROUND_HALF_UP,
    "half_down": decimal.ROUND_HALF_DOWN,
    "up": decimal.ROUND_UP,
    "down": decimal.ROUND_DOWN,
    "floor": decimal.ROUND_FLOOR,
    "ceiling": decimal.ROUND_CEILING,
}
"""Names of rounding modes in a revision, and what they mean to `decimal`."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """How one level of the tree rounds: `places` after the point, `mode` one of `MODES`."""

    places: int
    mode: str

    def apply(self, value: Decimal) -> Decimal:
        """The value with exactly `places` digits after the point."""
        return value.quantize(_unit(self.places), MODES[self.mode], DECIMAL128)


@cache
def _unit(places: int) -> Decimal:
    return Decimal((0, (1,), -places))


def weighted_mean(pairs: list[tuple[Decimal, Decimal]]) -> Decimal | None:
    """Mean of (weight, value) pairs in decimal128; None where the weights are missing or sum to zero."""
    total = Decimal(0)
    weights = Decimal(0)
    for weight, value in pairs:
        total = DECIMAL128.add(total, DECIMAL128.multiply(weight, value))
        weights = DECIMAL128.add(weights, weight)
    return DECIMAL128.divide(total, weights) if weights else None
