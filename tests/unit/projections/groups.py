"""Random groups of bodies for the laws of rankings under other rules: a revision's document, and the bodies' facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from domain.revision import Revision, revision_of
from domain.scoring import NODE_PREFIX, PENALTY_PREFIX, Fact, Facts, ScoreTree, score

LAW = settings(max_examples=40, deadline=None)
"""How a law is tried."""

TITLE = {"kk": "т", "ru": "т", "en": "t"}
SAID = {"title": TITLE, "illustrative": True}
LEAVES = ("a", "b", "c", "d", "e")
BODIES = tuple(f"body-{letter}" for letter in "pqrst")

points = st.sampled_from(["0", "33.333", "50", "66.665", "70", "89.95", "90", "100"])
weights = st.sampled_from(["1", "1.5", "2", "7", "33.3"])
rounding = st.fixed_dictionaries(
    {"places": st.integers(0, 3), "mode": st.sampled_from(["half_even", "half_up", "down"])}
)
rules = st.sampled_from(["redistribute", "zero", "propagate"])


@dataclass(frozen=True)
class Group:
    """A revision's document and what stands for each body."""

    document: dict[str, Any]
    facts: Mapping[str, Mapping[str, Fact]]

    @property
    def revision(self) -> Revision:
        return revision_of(self.document)

    def trees(self, document: Mapping[str, Any] | None = None) -> dict[str, ScoreTree]:
        """The bodies' score trees under the document, or another."""
        revision = revision_of(document or self.document)
        return {body: score(revision, Facts("central", entries)) for body, entries in self.facts.items()}


def leaf(name: str, weight: str) -> dict[str, Any]:
    """An indicator whose points are its input."""
    return {"id": f"leaf-{name}", "level": "indicator", "weight": weight, "formula": name, **SAID}


def document_of(children: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """A revision with these nodes at the top."""
    return {
        "id": "random-1",
        "methodology": "random",
        "title": TITLE,
        "legal_acts": ["none"],
        "inputs": [{"id": name, "kind": "number", **SAID} for name in LEAVES],
        "trees": {"central": {"id": "total", "title": TITLE, "children": children}},
        "rounding": {"total": {"places": 1, "mode": "half_up"}},
        "penalties": [{"id": "late", "points": "1.5", "maximum": "4", **SAID}],
        "grades": [{"id": "any", "at_least": "0", **SAID}],
        **changes,
    }


def group_of(children: list[dict[str, Any]], stated: Mapping[str, Mapping[str, str]], **changes: Any) -> Group:
    """A group whose bodies stated these values."""
    facts = {
        body: {name: Fact(name, value, f"{body}/{name}") for name, value in values.items()}
        for body, values in stated.items()
    }
    return Group(document_of(children, **changes), facts)


@st.composite
def groups(draw: st.DrawFn) -> Group:
    """Two blocks over five indicators, maybe a single one in a block; facts with gaps, adjustments and penalties."""
    cut = draw(st.integers(1, 4))
    blocks = [
        {
            "id": name,
            "level": "block",
            "weight": draw(weights),
            "missing": draw(rules),
            "children": [leaf(one, draw(weights)) for one in leaves],
            **SAID,
        }
        for name, leaves in (("first", LEAVES[:cut]), ("second", LEAVES[cut:]))
    ]
    ties = draw(st.lists(st.sampled_from(["first", "leaf-a", "leaf-e"]), max_size=2, unique=True))
    document = document_of(
        blocks,
        missing=draw(rules),
        rounding={"indicator": draw(rounding), "block": draw(rounding), "total": draw(rounding)},
        ties={"numbering": draw(st.sampled_from(["standard", "dense"])), "break_by": ties},
    )
    subjects = {
        **dict.fromkeys(LEAVES, points),
        f"{NODE_PREFIX}first": points,
        f"{NODE_PREFIX}leaf-b": points,
        f"{PENALTY_PREFIX}late/1": st.just("2"),
    }
    facts = {}
    for body in BODIES:
        there = draw(st.sets(st.sampled_from(sorted(subjects)), min_size=1))
        facts[body] = {name: Fact(name, draw(subjects[name]), f"{body}/{name}") for name in sorted(there)}
    return Group(document, facts)
