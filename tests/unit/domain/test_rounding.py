"""Rounding and means in decimal128, whatever the caller's decimal context is."""

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rounding import MODES, Rounding, weighted_mean
from tests.strategies import LAW


@pytest.mark.parametrize(
    ("mode", "rounded"),
    [
        ("half_even", "0.12 0.14 -0.12"),
        ("half_up", "0.13 0.14 -0.13"),
        ("half_down", "0.12 0.13 -0.12"),
        ("up", "0.13 0.14 -0.13"),
        ("down", "0.12 0.13 -0.12"),
        ("floor", "0.12 0.13 -0.13"),
        ("ceiling", "0.13 0.14 -0.12"),
    ],
)
def test_each_mode_rounds_halves_its_own_way(mode: str, rounded: str) -> None:
    found = [Rounding(2, mode).apply(Decimal(value)) for value in ("0.125", "0.135", "-0.125")]
    assert " ".join(map(str, found)) == rounded


points = st.decimals(0, 100, places=20)


@LAW
@given(points, st.integers(0, 12), st.sampled_from(sorted(MODES)))
def test_rounding_has_exactly_its_places_moves_less_than_one_of_them_and_rounds_once(
    value: Decimal, places: int, mode: str
) -> None:
    rule = Rounding(places, mode)
    with decimal.localcontext(decimal.Context(prec=1, rounding=decimal.ROUND_UP, Emin=-1, Emax=1)):
        rounded = rule.apply(value)
        assert str(rule.apply(rounded)) == str(rounded)
    assert rounded.as_tuple().exponent == -places
    assert abs(Fraction(rounded) - Fraction(value)) < Fraction(1, 10**places)


@LAW
@given(st.lists(st.tuples(st.decimals(0, 100, places=2), points), max_size=6))
def test_a_weighted_mean_is_the_exact_one_to_34_digits(pairs: list[tuple[Decimal, Decimal]]) -> None:
    with decimal.localcontext(decimal.Context(prec=1, rounding=decimal.ROUND_UP)):
        mean = weighted_mean(pairs)
    weights = sum(Fraction(weight) for weight, _ in pairs)
    if not weights:
        assert mean is None
        return
    assert mean is not None
    exact = sum(Fraction(weight) * Fraction(value) for weight, value in pairs) / weights
    assert abs(Fraction(mean) - exact) < Fraction(1, 10**30)
