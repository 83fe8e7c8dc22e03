"""Values as text, as `string()` gives them (DMN 1.5, 10.3.4.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from domain.feel.calendar import Date, DateTime, DaysTime, Time, YearsMonths
from domain.feel.names import is_plain
from domain.feel.quoting import quoted
from domain.feel.run import MAX_NESTING, Exhausted, Run
from domain.feel.values import Builtin, Range, Value
from domain.feel.written import write


def displayed(run: Run, value: Value) -> str:
    """The value as text: a string as it is, everything else as it would be written in FEEL.

    Raises Exhausted where that would be too long or too deep.
    """
    return value if isinstance(value, str) else _written(run, value, 0)


def _written(run: Run, value: Any, depth: int) -> str:
    if depth > MAX_NESTING:
        raise Exhausted(f"a value is nested at most {MAX_NESTING} deep")
    run.spend(1)
    if isinstance(value, list):
        return _joined(run, "[", [_written(run, item, depth + 1) for item in value], "]")
    if isinstance(value, dict):
        entries = [f"{_key(name)}: {_written(run, item, depth + 1)}" for name, item in value.items()]
        return _joined(run, "{", entries, "}")
    if isinstance(value, Range):
        return _range(run, value, depth + 1)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Date | Time | DateTime | YearsMonths | DaysTime):
        return write(value) if depth == 0 else f'@"{write(value)}"'
    return _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}" if value else f"{value.copy_abs():f}"
    return value.name if isinstance(value, Builtin) else f"function({', '.join(value.parameters)})"


def _joined(run: Run, opening: str, parts: list[str], closing: str) -> str:
    run.text(sum(map(len, parts)) + 2 * len(parts))
    return opening + ", ".join(parts) + closing


def _range(run: Run, value: Range, depth: int) -> str:
    if value.test is not None:
        return f"{value.test}{_written(run, value.high if value.low is None else value.low, depth)}"
    low, high = _written(run, value.low, depth), _written(run, value.high, depth)
    return f"{'[' if value.low_closed else '('}{low}..{high}{']' if value.high_closed else ')'}"


def _key(name: str) -> str:
    return name if is_plain(name) else quoted(name)
