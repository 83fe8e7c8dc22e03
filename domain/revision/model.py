"""The shape of a methodology revision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from domain.feel import Expression
from domain.rounding import Rounding

LEVELS = ("block", "direction", "criterion", "indicator")
"""Levels of the tree below its root, outermost first; a revision may leave some out, but never turns them round."""

KINDS = ("number", "text", "boolean", "table")
"""Kinds of inputs; a table's columns are of the first three."""


@dataclass(frozen=True, slots=True)
class Title:
    """A title in Kazakh, Russian and English."""

    kk: str
    ru: str
    en: str

    def in_language(self, language: str) -> str:
        """The title in `kk`, `ru` or `en`; raises KeyError for any other language."""
        return {"kk": self.kk, "ru": self.ru, "en": self.en}[language]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a figure comes from: a citation, or the plain statement that none is known (`illustrative`)."""

    source: str | None
    illustrative: bool


class MissingRule(StrEnum):
    """What a missing value does to its parent."""

    REDISTRIBUTE = "redistribute"
    """Its weight is shared among the siblings that have data, in proportion to theirs."""
    ZERO = "zero"
    """It counts as zero points."""
    PROPAGATE = "propagate"
    """The parent is missing too."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table input. `kind` is number, text or boolean; `values` limits a text column."""

    id: str
    kind: str
    unit: str | None
    required: bool
    values: tuple[str, ...]
    minimum: Decimal | None
    maximum: Decimal | None


@dataclass(frozen=True, slots=True)
class Input:
    """What a body states: one value, or (`kind` table) one row for each item, addressed `input/item`."""

    id: str
    kind: str
    title: Title
    unit: str | None
    minimum: Decimal | None
    maximum: Decimal | None
    columns: tuple[Column, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Indicator:
    """The executable part of a leaf: FEEL over the inputs, giving points from 0 to 100.

    `coverage` gives the share (0 to 1) of the indicator's data that was there; without one, a value is full coverage.
    `inputs` are the ids of the inputs that either expression reads.
    """

    formula: Expression
    formula_text: str
    coverage: Expression | None
    coverage_text: str | None
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the tree. `weight` counts among its siblings; `continues` names older ids that it carries on."""

    id: str
    level: str
    title: Title
    weight: Decimal
    provenance: Provenance
    continues: tuple[str, ...]
    missing: MissingRule
    children: tuple[Node, ...] = ()
    indicator: Indicator | None = None

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Penalty:
    """Points taken off (positive) the total when imposed; `maximum` bounds their sum for one body and year."""

    id: str
    title: Title
    points: Decimal
    maximum: Decimal
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Grade:
    """A degree of efficiency: reached from `at_least` points upwards."""

    id: str
    title: Title
    at_least: Decimal
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class TieRule:
    """Equal scores: compare the nodes `break_by` in turn; still equal share a rank.

    `numbering` is `standard` (1, 2, 2, 4) or `dense` (1, 2, 2, 3).
    """

    numbering: str
    break_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Discontinued:
    """A node of an older revision, with all below it, that this one leaves out on purpose, and why."""

    id: str
    reason: Title
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Revision:
    """All rules of one revision. `trees` holds a root node for each body group (central, local)."""

    id: str
    methodology: str
    title: Title
    legal_acts: tuple[str, ...]
    inputs: Mapping[str, Input]
    trees: Mapping[str, Node]
    rounding: Mapping[str, Rounding]
    penalties: Mapping[str, Penalty]
    grades: tuple[Grade, ...]
    ties: TieRule
    sha256: str
    notes: str = field(default="")
    discontinues: tuple[Discontinued, ...] = ()

    def tree(self, group: str) -> Node:
        """The tree for a body group; raises KeyError if this revision does not evaluate that group."""
        return self.trees[group]

    def node(self, group: str, node_id: str) -> Node | None:
        """The node of that id in the group's tree, or None."""
        return next((node for node in self.trees[group].walk() if node.id == node_id), None)

    def grade_of(self, value: Decimal) -> Grade | None:
        """The highest grade whose threshold the value reaches, or None."""
        return next((grade for grade in self.grades if value >= grade.at_least), None)
