"""A revision document without a fault, small enough to read, and ways to spoil it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

Document = dict[str, Any]


def title(kk: str = "Атауы", ru: str = "Название", en: str = "Title") -> dict[str, str]:
    return {"kk": kk, "ru": ru, "en": en}


def number(name: str, unit: str | None, low: str | None = "0", high: str | None = "100") -> Document:
    bounds = {"unit": unit, "minimum": low, "maximum": high}
    return {"id": name, "kind": "number", **bounds, "title": title(), "illustrative": True}


def indicator(name: str, formula: str, weight: str = "100", **more: Any) -> Document:
    fields = {"title": title(), "illustrative": True, "formula": formula, **more}
    return {"id": name, "level": "indicator", "weight": weight, **fields}


def branch(name: str, level: str, weight: str, *children: Document, **more: Any) -> Document:
    fields = {"title": title(), "illustrative": True, **more}
    return {"id": name, "level": level, "weight": weight, **fields, "children": list(children)}


def grade(name: str, at_least: str) -> Document:
    return {"id": name, "title": title(), "at_least": at_least, "illustrative": True}


def penalty(points: str = "1", maximum: str = "3") -> Document:
    return {"id": "late", "title": title(), "points": points, "maximum": maximum, "illustrative": True}


def clean(**changes: Any) -> Document:
    """Services and staff, one indicator each, for central bodies."""
    document = {
        "id": "rules-2",
        "methodology": "rules",
        "title": title(),
        "legal_acts": ["Order 2"],
        "notes": "All figures are invented for tests.",
        "inputs": [number("given", "cases", "1"), number("on_time", "cases"), number("turnover", "percent")],
        "missing": "redistribute",
        "trees": {
            "central": {
                "id": "total",
                "title": title(),
                "children": [
                    branch("services", "block", "60", indicator("timely", "min(100, on_time / given * 100)")),
                    branch("staff", "block", "40", indicator("stable", "100 - turnover")),
                ],
            }
        },
        "rounding": {"indicator": {"places": 2, "mode": "half_up"}, "total": {"places": 1, "mode": "half_up"}},
        "penalties": [penalty()],
        "grades": [grade("high", "90"), grade("low", "0")],
        "ties": {"numbering": "standard", "break_by": ["timely"]},
    }
    return deepcopy({**document, **changes})


def with_formula(formula: str, *inputs: Document, **more: Any) -> Document:
    """The same with one indicator only, of this formula over these inputs."""
    tree = {"id": "total", "title": title(), "children": [indicator("one", formula, **more)]}
    return clean(inputs=list(inputs), trees={"central": tree}, ties={})


def tree(*children: Document, **more: Any) -> Document:
    """The same with these children of the root."""
    root = {"id": "total", "title": title(), "children": list(children), **more}
    return clean(inputs=[], trees={"central": root}, ties={})
