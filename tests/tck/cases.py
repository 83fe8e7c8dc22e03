"""The kit's test cases: inputs, and what a decision must give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from domain.feel.values import Value
from domain.feel.written import read_date, read_date_time, read_duration, read_time

Element = ElementTree.Element
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_READ = {
    "boolean": lambda text: text.strip() == "true",
    "decimal": Decimal,
    "double": Decimal,
    "integer": Decimal,
    "date": read_date,
    "time": read_time,
    "dateTime": read_date_time,
    "duration": read_duration,
}


@dataclass(frozen=True)
class Case:
    """One result that is expected of one decision. `error` where the decision is expected to fail."""

    group: str
    level: int
    name: str
    model: Path
    inputs: dict[str, Value]
    result: str
    kind: str
    expected: Value

    @property
    def key(self) -> str:
        return f"{self.group}/{self.name}"


def read_cases(folder: Path, level: int) -> Iterator[Case]:
    for path in sorted(folder.glob("*.xml")):
        root = ElementTree.parse(path).getroot()
        if _tag(root) != "testCases":
            continue
        model = next(child for child in root if _tag(child) == "modelName")
        for number, case in enumerate((child for child in root if _tag(child) == "testCase"), 1):
            inputs = {child.get("name", ""): _value(child) for child in case if _tag(child) == "inputNode"}
            for result in (child for child in case if _tag(child) == "resultNode"):
                expected = [child for child in result if _tag(child) == "expected"]
                yield Case(
                    folder.name,
                    level,
                    f"{path.stem.rpartition('-')[2]}-{case.get('id') or number}-{result.get('name')}",
                    folder / (model.text or "").strip(),
                    inputs,
                    result.get("name", ""),
                    case.get("type") or result.get("type") or "decision",
                    _value(expected[0]) if expected else None,
                )


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _value(node: Element) -> Value:
    components: dict[str, Any] = {}
    for child in node:
        if _tag(child) == "component":
            components[child.get("name", "")] = _value(child)
        elif _tag(child) == "list":
            return None if _is_nil(child) else [_value(item) for item in child if _tag(item) == "item"]
        elif _tag(child) == "value":
            return _scalar(child)
    return None if _is_nil(node) or (not components and len(node) == 0) else components


def _is_nil(element: Element) -> bool:
    return element.get(f"{_XSI}nil") == "true"


def _scalar(element: Element) -> Value:
    if _is_nil(element):
        return None
    kind = (element.get(f"{_XSI}type") or "string").rpartition(":")[2]
    text = element.text or ""
    return _READ[kind](text) if kind in _READ else text
