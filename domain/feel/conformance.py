"""Which values are of which type, and what is made of one that is nearly so (DMN 1.5, 10.3.2.9)."""

from __future__ import annotations

from domain.feel.calendar import Date, DateTime, Time
from domain.feel.types import ANY, Type
from domain.feel.values import Builtin, Function, Range, Spend, Value, kind


def instance_of(value: Value, wanted: Type, spend: Spend) -> bool:
    """What `instance of` says: null is of no type but its own."""
    return wanted.name == "Null" if value is None else conforms(value, wanted, spend)


def conforms(value: Value, wanted: Type, spend: Spend) -> bool:
    """Whether a value fits a type; null fits every type."""
    if value is None or wanted.name == "Any":
        return True
    if kind(value) != wanted.name:
        return False
    parts = wanted.parts
    if parts is None:
        return True
    if isinstance(value, list):
        spend(len(value))
        return all(conforms(item, parts[0], spend) for item in value)
    if isinstance(value, dict):
        pairs = zip(wanted.entries, parts, strict=True)
        return all(name in value and conforms(value[name], part, spend) for name, part in pairs)
    if isinstance(value, Range):
        return conforms(value.low, parts[0], spend) and conforms(value.high, parts[0], spend)
    return _function_conforms(value, parts)


def _function_conforms(value: Function | Builtin, parts: tuple[Type, ...]) -> bool:
    """A function fits when it takes as many parameters, of the same types where it states them.

    What it gives is not stated.
    """
    parameters = parts[:-1]
    if isinstance(value, Builtin):
        return any(required <= len(parameters) <= len(names) for names, required in value.signatures)
    if len(parameters) != len(value.parameters):
        return False
    return all(declared in (ANY, given) for declared, given in zip(value.types, parameters, strict=True))


def coerced(value: Value, wanted: Type, spend: Spend) -> tuple[Value, bool]:
    """The value as the type has it, and whether that was possible.

    A list of one is its item and an item a list of one where the type says so; a date is its midnight in UTC.
    """
    if conforms(value, wanted, spend):
        return value, True
    if isinstance(value, list) and len(value) == 1 and conforms(value[0], wanted, spend):
        return value[0], True
    if wanted.name == "list" and wanted.parts is not None and conforms(value, wanted.parts[0], spend):
        return [value], True
    if isinstance(value, Date) and wanted.name == "date and time":
        return DateTime(value, Time(0, 0)), True
    return None, False
