"""Made-up figures for the inputs of any revision, the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from domain.revision import Column, Input, Revision

ABSENT = 0.1
"""The share of inputs for which a body has no data."""

ROWS = 12
"""Rows of a table of indicators."""


class Figures:
    """What one body states in one year. A body that does well in one input tends to do well in others."""

    def __init__(self, revision: Revision, seed: str) -> None:
        self._revision = revision
        self._chance = random.Random(seed)
        self._level = self._chance.betavariate(6, 3)

    def stated(self) -> Iterator[tuple[str, Any]]:
        """Subjects with their values, for the inputs that the body has data for."""
        for declared in self._revision.inputs.values():
            if declared.kind == "table":
                for row in range(1, ROWS + 1):
                    yield f"{declared.id}/t-{row:02}", self._row(declared, row)
            elif self._chance.random() >= ABSENT:
                yield declared.id, self._value(declared)

    def another(self, subject: str) -> Any:
        """Another value for a subject."""
        name, _, item = subject.partition("/")
        declared = self._revision.inputs[name]
        return self._row(declared, int(item.removeprefix("t-"))) if item else self._value(declared)

    def _row(self, declared: Input, row: int) -> dict[str, Any]:
        values: dict[str, Any] = {column.id: self._value(column) for column in declared.columns}
        # The tables of indicators are all of one shape: plan and fact must be near each other to mean anything.
        plan = Decimal(self._chance.randint(200, 4000)) / 10
        fact = plan * Decimal(self._chance.randint(700, 1150)) / 1000
        missing = self._chance.random() < ABSENT
        values.update(
            goal=f"goal-{row % 4 + 1}",
            kind="target" if row % 3 else "macro",
            name=f"Indicator t-{row:02} (made up)",
            better="more",
            plan=f"{plan:f}",
            fact=None if missing else f"{fact.quantize(Decimal('0.01')):f}",
        )
        return {column.id: values[column.id] for column in declared.columns}

    def _value(self, declared: Input | Column) -> Any:
        if declared.kind == "boolean":
            return self._chance.random() < self._level
        if declared.kind == "text":
            return self._chance.choice(declared.values) if isinstance(declared, Column) and declared.values else "text"
        low = declared.minimum if declared.minimum is not None else Decimal(0)
        high = declared.maximum if declared.maximum is not None else low + 100
        place = min(1.0, max(0.0, self._chance.gauss(self._level, 0.15)))
        figure = low + (high - low) * Decimal(repr(round(place, 4)))
        whole = low == low.to_integral_value() and declared.unit != "percent"
        return f"{figure.quantize(Decimal(1) if whole else Decimal('0.1')):f}"
