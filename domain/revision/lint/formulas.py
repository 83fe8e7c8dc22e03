"""Checks of inputs and formulas: units, ranges, branches, and what the formulas give."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from domain.feel import Expression
from domain.revision.lint.branches import unreachable
from domain.revision.lint.finding import Finding, error, warning
from domain.revision.lint.probing import Probe, probes
from domain.revision.lint.units import unit_clashes
from domain.revision.model import Column, Indicator, Input, Node, Revision


def inputs(revision: Revision) -> Iterator[Finding]:
    """Inputs that no formula reads, without a unit or a range, or with a range that holds nothing."""
    read = {
        name
        for tree in revision.trees.values()
        for node in tree.walk()
        if node.indicator is not None
        for name in node.indicator.inputs
    }
    for stated in revision.inputs.values():
        place = f"inputs.{stated.id}"
        if stated.id not in read:
            yield warning("input-unused", place, "No formula reads this input.")
        by_row = any(column.id == "unit" for column in stated.columns)
        for one in _measures(stated):
            where = place if one is stated else f"{place}.{one.id}"
            yield from _measured(one, where, by_row=by_row)


def _measured(one: Input | Column, place: str, *, by_row: bool) -> Iterator[Finding]:
    if one.kind != "number":
        return
    if one.unit is None and not by_row:
        yield warning("unit-missing", place, "A number without a unit cannot be checked, nor read by people.")
    if one.minimum is not None and one.maximum is not None and one.minimum > one.maximum:
        yield error("range-empty", place, f"No number is at least {one.minimum} and at most {one.maximum}.")
    elif (one.minimum is None or one.maximum is None) and not by_row:
        yield warning("range-missing", place, "State the least and the greatest value, so that slips are refused.")


def formulas(revision: Revision, node: Node, indicator: Indicator, place: str) -> Iterator[Finding]:
    """What is wrong with an indicator's formula and with that of its coverage."""
    sources = [revision.inputs[name] for name in indicator.inputs]
    if any(_empty(stated) for stated in sources):
        return
    yield from _written(indicator.formula, revision, f"{place}.formula")
    found = list(probes(indicator.formula, sources))
    yield from _valued(found, f"{place}.formula")
    yield from _within(found, Decimal(100), "points", f"{place}.formula")
    if indicator.coverage is not None:
        yield from _written(indicator.coverage, revision, f"{place}.coverage")
        found = list(probes(indicator.coverage, sources))
        yield from _valued(found, f"{place}.coverage")
        yield from _within(found, Decimal(1), "as a share", f"{place}.coverage")


def _empty(stated: Input) -> bool:
    return any(
        one.minimum is not None and one.maximum is not None and one.minimum > one.maximum for one in _measures(stated)
    )


def _measures(stated: Input) -> tuple[Input | Column, ...]:
    return stated, *stated.columns


def _written(formula: Expression, revision: Revision, place: str) -> Iterator[Finding]:
    for clash in unit_clashes(formula.text, revision.inputs):
        yield error("unit-clash", place, f"{clash}.")
    for branch in unreachable(formula.text, revision.inputs):
        yield warning("branch-unreachable", place, f"{branch}.")


def _valued(found: list[Probe], place: str) -> Iterator[Finding]:
    without = [probe for probe in found if probe.value is None]
    if len(without) == len(found):
        yield error("formula-without-value", place, f"It never gives a number: {without[0].reason}.")
    elif without:
        sentence = f"It gives no number for {without[0].given()}: {without[0].reason}."
        yield warning("formula-may-fail", place, sentence)


def _within(found: list[Probe], high: Decimal, what: str, place: str) -> Iterator[Finding]:
    outside = next((probe for probe in found if probe.value is not None and not 0 <= probe.value <= high), None)
    if outside is not None and outside.value is not None:
        value = f"{outside.value.normalize():f}"
        yield warning("formula-out-of-range", place, f"It gives {value} for {outside.given()}: not 0 to {high} {what}.")
