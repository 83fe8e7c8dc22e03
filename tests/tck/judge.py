"""Evaluating a case's decision with all that it needs, and judging the result."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from domain.feel import FeelError, Reason, evaluate_traced, parse
from domain.feel.conformance import coerced
from domain.feel.types import read_type
from domain.feel.values import Value, equal, kind, uncounted
from tests.tck.cases import Case
from tests.tck.model import Model, OutOfScope, read_model

MOMENT = datetime.datetime(2022, 12, 31, 12, tzinfo=datetime.UTC)
PRECISION = Decimal("1e-8")


@dataclass(frozen=True)
class Verdict:
    """How a case ended: `passed`, `failed` or `excluded`, and why."""

    case: Case
    outcome: str
    why: str = ""


def judge(case: Case) -> Verdict:
    if case.kind != "decision":
        return Verdict(case, "excluded", "a decision service")
    try:
        found, why = _Evaluation(_model(case.model), case.inputs).decision_named(case.result)
    except OutOfScope as reason:
        return Verdict(case, "excluded", str(reason))
    if _same(found, case.expected):
        return Verdict(case, "passed")
    return Verdict(case, "failed", f"expected {case.expected!r}, found {found!r} {why}")


@lru_cache(maxsize=4)
def _model(path: Path) -> Model:
    return read_model(path)


class _Evaluation:
    def __init__(self, model: Model, inputs: dict[str, Value]) -> None:
        self.model = model
        self.given = inputs
        self.done: dict[str, Value] = {}
        self.why: list[str] = []

    def decision_named(self, name: str) -> tuple[Value, str]:
        return self.node(self.model.ids[name]), "; ".join(self.why[-3:])

    def node(self, key: str) -> Value:
        if key not in self.done:
            self.done[key] = self.computed(key)
        return self.done[key]

    def computed(self, key: str) -> Value:
        if key in self.model.inputs:
            name, type_text = self.model.inputs[key]
            return self.fitted(self.given.get(name), type_text)
        if key in self.model.excluded:
            raise OutOfScope(self.model.excluded[key])
        if key not in self.model.decisions:
            raise OutOfScope("something of another model")
        decision = self.model.decisions[key]
        context = {self.name_of(needed): self.node(needed) for needed in decision.needs}
        try:
            expression = parse(decision.text, [*self.model.names, "result of it"])
        except FeelError as error:
            self.why.append(f"{error}")
            return None
        evaluation = evaluate_traced(expression, context, moment=MOMENT)
        self.why += [_said(reason) for reason in evaluation.reasons]
        return self.fitted(evaluation.value, decision.type)

    def name_of(self, key: str) -> str:
        if key in self.model.inputs:
            return self.model.inputs[key][0]
        if key in self.model.decisions:
            return self.model.decisions[key].name
        raise OutOfScope(self.model.excluded.get(key, "something of another model"))

    def fitted(self, value: Value, type_text: str) -> Value:
        found, fits = coerced(value, read_type(type_text), uncounted)
        if not fits:
            self.why.append(f"{kind(value)} is not a {type_text}")
        return found


def _said(reason: Reason) -> str:
    return f"{reason.line}:{reason.column} {reason.message}"


def _same(found: Any, expected: Any) -> bool:
    if isinstance(found, Decimal) and isinstance(expected, Decimal):
        return abs(found - expected) <= PRECISION * max(1, abs(expected))
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(_same(a, b) for a, b in zip(found, expected, strict=True))
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(_same(found[name], expected[name]) for name in found)
    return equal(found, expected) is True
