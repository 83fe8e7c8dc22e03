"""Trying formulas at values of their inputs' declared ranges: the same values at every run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any

from domain.feel import Expression, evaluate_traced
from domain.revision.model import Column, Input

MAX_SAMPLES = 243
"""Most combinations of values that one formula is tried with (three values each for five inputs)."""

MAX_ROWS = 32
"""Most rows of a sample table."""

OPEN_RANGE = Decimal(1_000_000)
"""How far a range without an end is tried."""

Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Probe:
    """What a formula gave for one combination of values: a number, or nothing with the reason."""

    context: Context
    value: Decimal | None
    reason: str

    def given(self) -> str:
        """The values, for people."""
        shown = [f"{name} = {_shown(value)}" for name, value in self.context.items()]
        return ", ".join(shown) or "no inputs"


def probes(formula: Expression, inputs: Sequence[Input]) -> Iterator[Probe]:
    """The formula tried with complete values of its inputs."""
    for context in samples(inputs):
        evaluation = evaluate_traced(formula, context)
        value = evaluation.value
        if isinstance(value, Decimal):
            yield Probe(context, value, "")
        else:
            nothing = "it gives nothing" if value is None else "it gives something that is not a number"
            said = evaluation.reasons[0].message if evaluation.reasons else nothing
            yield Probe(context, None, said)


def samples(inputs: Sequence[Input]) -> Iterator[Context]:
    """Combinations of values of the inputs: all there are, or `MAX_SAMPLES` spread evenly over them."""
    choices = [_values(stated) for stated in inputs]
    total = prod(len(values) for values in choices)
    taken = min(total, MAX_SAMPLES)
    for number in range(taken):
        index = number * total // taken
        context = {}
        for stated, values in zip(inputs, choices, strict=True):
            index, chosen = divmod(index, len(values))
            context[stated.id] = values[chosen]
        yield context


def _values(stated: Input) -> list[Any]:
    if stated.kind == "boolean":
        return [True, False]
    if stated.kind == "text":
        return ["text"]
    if stated.kind == "table":
        return [_rows(stated.columns, pick) for pick in ((0, 0), (2, 2), (1, 1), (0, 2), (2, 0))]
    return _figures(stated)


def _figures(stated: Input | Column) -> list[Decimal]:
    """The least value, one between, and the greatest."""
    low, high = stated.minimum, stated.maximum
    if low is None:
        low = Decimal(0) if high is None or high >= 0 else high - OPEN_RANGE
    if high is None:
        high = low + OPEN_RANGE
    return [low, (low + high) / 2, high]


def _rows(columns: Sequence[Column], pick: tuple[int, int]) -> list[dict[str, Any]]:
    """A row for each combination of the words and truth values that columns allow; figures as `pick` says in turn."""
    worded = [column for column in columns if column.kind != "number"]
    choices = [_words(column) for column in worded]
    rows: list[dict[str, Any]] = []
    for words in list(product(*choices))[:MAX_ROWS]:
        row: dict[str, Any] = {column.id: word for column, word in zip(worded, words, strict=True)}
        numbers = [column for column in columns if column.kind == "number"]
        row.update({column.id: _figures(column)[pick[index % 2]] for index, column in enumerate(numbers)})
        rows.append({**row, "item": f"item-{len(rows) + 1}"})
    return rows


def _words(column: Column) -> list[Any]:
    return [True, False] if column.kind == "boolean" else list(column.values) or ["text"]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)} rows"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
