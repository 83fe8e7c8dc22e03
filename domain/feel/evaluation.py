"""Evaluating a parsed expression over a context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.feel.parser import Expression, parse
from domain.feel.run import MAX_STEPS, Exhausted, Reason, Run
from domain.feel.values import Value, of_python


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A value with the reasons why parts of the expression gave null, in the order in which they came up."""

    value: Value
    reasons: tuple[Reason, ...]


def evaluate(expression: str | Expression, context: Mapping[str, Any] | None = None) -> Value:
    """The value of an expression over a context of named values.

    Raises FeelError if the text is not FEEL, TypeError if the context holds a binary float or a foreign type.
    """
    return evaluate_traced(expression, context).value


def evaluate_traced(
    expression: str | Expression, context: Mapping[str, Any] | None = None, *, max_steps: int = MAX_STEPS
) -> Evaluation:
    """The same with the reasons for null. More than `max_steps` iterations and calls give null, with that reason."""
    parsed = parse(expression) if isinstance(expression, str) else expression
    names = {name: of_python(value) for name, value in (context or {}).items()}
    run = Run(names, max_steps)
    try:
        value = parsed.compiled(run)
    except Exhausted:
        return Evaluation(None, (*run.reasons, Reason(1, 1, f"gave up after {max_steps} steps")))
    return Evaluation(value, tuple(run.reasons))
