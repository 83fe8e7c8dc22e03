"""An indicator as Python source over its inputs, for as long as each of them has a value.

It gives what `domain.scoring.leaf` gives and `rounded` makes of it, to the last digit written; where it raises one of
`FAILURES`, those two are what counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException
from typing import Any

from domain.bulk.translation import BOOLEAN, NUMBER, Constants, Source, Untranslatable, translated
from domain.feel.calling import Failure
from domain.revision import Indicator, Revision
from domain.rounding import MODES
from domain.scoring import HUNDRED, ONE, ZERO

FAILURES = (DecimalException, Failure)

Leaf = Callable[..., tuple[Decimal | None, Decimal]]
"""Takes the values of an indicator's inputs in their order; gives its rounded points (or None) and its coverage."""


def compiled_leaf(revision: Revision, level: str, indicator: Indicator) -> Leaf | None:
    """The indicator as a function, to be called within decimal128; None where it cannot be translated."""
    constants = Constants()
    names = {name: f"v{place}" for place, name in enumerate(indicator.inputs)}
    try:
        points, coverage = translated_indicator(revision, indicator, names, constants)
    except Untranslatable:
        return None
    low, high = constants.name_of(ZERO), constants.name_of(HUNDRED)
    source = (
        f"def leaf({', '.join(names.values())}):\n"
        f"    x = {points}\n"
        f"    if {low} <= x <= {high}:\n"
        f"        return {rounded_source(revision, level, 'x.copy_abs()', constants)}, {coverage}\n"
        f"    return None, {low}\n"
    )
    defined: dict[str, Any] = dict(constants.named)
    exec(compile(source, f"<{revision.id}: {', '.join(indicator.inputs)}>", "exec"), defined)
    leaf: Leaf = defined["leaf"]
    return leaf


def translated_indicator(
    revision: Revision, indicator: Indicator, names: Mapping[str, str], constants: Constants
) -> tuple[str, str]:
    """Source of an indicator's points and coverage, its inputs under these Python names. Raises Untranslatable."""
    variables = {}
    for name in indicator.inputs:
        kind = revision.inputs[name].kind
        if kind not in (NUMBER, BOOLEAN):
            raise Untranslatable(f"the {kind} {name}")
        variables[name] = Source(names[name], kind)
    points = translated(indicator.formula, variables, constants)
    one, zero = constants.name_of(ONE), constants.name_of(ZERO)
    if points.kind != NUMBER:
        raise Untranslatable("points that are no number")
    if indicator.coverage is None:
        return points.text, one
    coverage = translated(indicator.coverage, variables, constants)
    if coverage.kind != NUMBER:
        raise Untranslatable("a coverage that is no number")
    return points.text, f"min({one}, max({zero}, {coverage.text}))"


def rounded_source(revision: Revision, level: str, source: str, constants: Constants) -> str:
    """Source of what a level's rounding makes of a number."""
    rule = revision.rounding.get(level)
    if rule is None:
        return source
    unit = constants.name_of(Decimal((0, (1,), -rule.places)))
    return f"({source}).quantize({unit}, {MODES[rule.mode]!r})"
