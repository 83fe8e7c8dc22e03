"""Values of FEEL and what they mean to each other (DMN 1.5, 10.3.2.2 and 10.3.2.13).

A value is None, bool, Decimal, str, list, dict or Range. Python whole numbers are taken as decimals; binary floats are
refused, since they are not what was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Value = Any


@dataclass(frozen=True, slots=True)
class Range:
    """An interval of comparable values, closed or open at either end."""

    low: Value
    high: Value
    low_closed: bool = True
    high_closed: bool = True


def of_python(value: Any) -> Value:
    """A Python value as FEEL sees it. Raises TypeError for what FEEL has no type for, binary floats above all."""
    if value is None or isinstance(value, bool | str | Range):
        return value
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise TypeError(f"{value} is not a number that FEEL knows")
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, Mapping):
        return {str(name): of_python(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [of_python(item) for item in value]
    raise TypeError(f"FEEL has no value for {type(value).__name__} {value!r}: give figures as Decimal")


def kind(value: Value) -> str:
    """The type's name in the standard's words."""
    if value is None:
        return "null"
    names = {bool: "boolean", Decimal: "number", str: "string", list: "list", dict: "context", Range: "range"}
    return names[type(value)]


def equal(left: Value, right: Value) -> bool | None:
    """Equality (10.3.2.13): null is equal to null only; other types do not compare (None)."""
    if left is None or right is None:
        return left is right
    if type(left) is not type(right):
        return None
    if isinstance(left, list):
        return len(left) == len(right) and all(equal(a, b) is True for a, b in zip(left, right, strict=True))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(equal(left[name], right[name]) is True for name in left)
    return bool(left == right)


def compare(operator: str, left: Value, right: Value) -> bool | None:
    """`=`, `!=`, `<`, `<=`, `>`, `>=`; None where the values cannot be compared."""
    if operator == "=":
        return equal(left, right)
    if operator == "!=":
        same = equal(left, right)
        return None if same is None else not same
    if type(left) is not type(right) or not isinstance(left, Decimal | str):
        return None
    if operator == "<":
        return bool(left < right)
    if operator == "<=":
        return bool(left <= right)
    if operator == ">":
        return bool(left > right)
    return bool(left >= right)


def within(value: Value, container: Range) -> bool | None:
    """Whether a value lies in a range; None where it cannot be compared."""
    above = compare(">=" if container.low_closed else ">", value, container.low)
    below = compare("<=" if container.high_closed else "<", value, container.high)
    return None if above is None or below is None else above and below
