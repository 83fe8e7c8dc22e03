"""Evaluating a parsed expression over a context."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.feel.parser import Expression, parse
from domain.feel.run import MAX_DEPTH, MAX_NESTING, MAX_STEPS, Exhausted, Reason, Run
from domain.feel.values import Value, of_python


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A value with the reasons why parts of the expression gave null, in the order in which they came up."""

    value: Value
    reasons: tuple[Reason, ...]


def evaluate(
    expression: str | Expression, context: Mapping[str, Any] | None = None, *, moment: datetime.datetime | None = None
) -> Value:
    """The value of an expression over a context of named values; `moment` is what `now()` gives.

    Raises FeelError if the text is not FEEL, TypeError if the context holds a binary float or a foreign type.
    """
    return evaluate_traced(expression, context, moment=moment).value


def evaluate_traced(
    expression: str | Expression,
    context: Mapping[str, Any] | None = None,
    *,
    max_steps: int = MAX_STEPS,
    moment: datetime.datetime | None = None,
) -> Evaluation:
    """The same with the reasons for null. More than `max_steps` steps of work give null, with that reason."""
    given = context or {}
    parsed = parse(expression, _names(given)) if isinstance(expression, str) else expression
    names = {name: of_python(value) for name, value in given.items()}
    run = Run(names, max_steps, MAX_DEPTH - parsed.depth, None if moment is None else of_python(moment))
    try:
        value = parsed.compiled(run)
        if isinstance(value, list | dict):
            _measure(run, value)
    except Exhausted as exhausted:
        return Evaluation(None, (*run.reasons, Reason(1, 1, str(exhausted))))
    return Evaluation(value, tuple(run.reasons))


def _names(context: Any) -> Iterator[str]:
    """All names in a context, at any depth."""
    waiting = [context]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            yield from (str(name) for name in value)
            waiting.extend(value.values())
        elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
            waiting.extend(value)


def _measure(run: Run, value: Value) -> None:
    """Counts what whoever reads the value goes through, and how deep: parts that are shared count each time."""
    level = [value]
    for _ in range(MAX_NESTING):
        run.spend(len(level))
        level = [
            item
            for container in level
            for item in (container.values() if isinstance(container, dict) else container)
            if isinstance(item, list | dict)
        ]
        if not level:
            return
    raise Exhausted(f"a value is nested at most {MAX_NESTING} deep")
