"""Reading the trees of a revision document: levels, weights, and the formulas of indicators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from domain.feel import Expression, FeelError, parse
from domain.revision.model import LEVELS, Indicator, Input, MissingRule, Node, Provenance
from domain.revision.values import Values


@dataclass
class Trees(Values):
    """Reads nodes; formulas may read only what `inputs` names."""

    inputs: dict[str, Input] = field(default_factory=dict)

    def root(self, value: Any, place: str, missing: MissingRule) -> Node | None:
        """A group's whole tree. `missing` is the rule where no node states another."""
        item = self.fields(value, place, required=("id", "title", "children"), optional=("missing",))
        return None if item is None else self._node(item, place, "total", missing)

    def node(self, value: Any, place: str, above: str, missing: MissingRule) -> Node | None:
        """A node below one of level `above`, with everything below it."""
        item = self.fields(
            value,
            place,
            required=("id", "level", "title", "weight"),
            optional=("missing", "continues", "children", "formula", "coverage", "source", "illustrative"),
        )
        if item is None:
            return None
        level = self.choice(item.get("level"), f"{place}.level", _below(above))
        return self._node(item, place, level, missing) if level else None

    def _node(self, item: Mapping[str, Any], place: str, level: str, missing: MissingRule) -> Node | None:
        if "missing" in item:
            stated = self.choice(item["missing"], f"{place}.missing", tuple(MissingRule))
            missing = MissingRule(stated or missing)
        indicator = self.indicator(item, place) if level == "indicator" else None
        children = [] if level == "indicator" else self.children(item, place, level, missing)
        weight, provenance = Decimal(1), Provenance(None, False)
        if level != "total":
            weight, provenance = self.figure(item.get("weight"), f"{place}.weight"), self.provenance(item, place)
        if weight < 0:
            self.refuse(f"{place}.weight", f"a weight cannot be negative: {weight}")
        identifier = self.identifier(item.get("id"), f"{place}.id")
        title = self.title(item.get("title"), f"{place}.title")
        continues = self.texts(item.get("continues", []), f"{place}.continues")
        if title is None:
            return None
        return Node(identifier, level, title, weight, provenance, continues, missing, tuple(children), indicator)

    def children(self, item: Mapping[str, Any], place: str, level: str, missing: MissingRule) -> list[Node]:
        """What stands below a node that is not an indicator: at least one child, and some weight."""
        for name in ("formula", "coverage"):
            if name in item:
                self.refuse(f"{place}.{name}", "only an indicator has one")

        def read(child: Any, at: str) -> Node | None:
            return self.node(child, at, level, missing)

        children = self.each(item.get("children"), f"{place}.children", read)
        if not children:
            self.refuse(f"{place}.children", f"a {level} needs at least one child")
        elif not sum(child.weight for child in children):
            self.refuse(f"{place}.children", "the weights sum to zero")
        return children

    def indicator(self, item: Mapping[str, Any], place: str) -> Indicator | None:
        """The executable part of a leaf."""
        if "children" in item:
            self.refuse(f"{place}.children", "an indicator has no children")
        formula = self.formula(item.get("formula"), f"{place}.formula")
        coverage = self.formula(item["coverage"], f"{place}.coverage") if "coverage" in item else None
        if formula is None:
            return None
        used: set[str] = set()
        columns = {column.id for table in self.inputs.values() for column in table.columns}
        for name, expression in (("formula", formula), ("coverage", coverage)):
            if expression is None:
                continue
            used |= (expression.names | expression.row_names) & self.inputs.keys()
            unknown = (expression.names - self.inputs.keys()) | (expression.row_names - self.inputs.keys() - columns)
            for missing in sorted(unknown):
                self.refuse(f"{place}.{name}", f"`{missing}` is not an input of this revision")
        return Indicator(
            formula=formula,
            formula_text=item["formula"],
            coverage=coverage,
            coverage_text=item.get("coverage"),
            inputs=tuple(sorted(used)),
        )

    def formula(self, value: Any, place: str) -> Expression | None:
        """A FEEL expression; one that cannot be read is refused with its line and column."""
        if not isinstance(value, str) or not value.strip():
            self.refuse(place, "expected a FEEL expression")
            return None
        try:
            return parse(value)
        except FeelError as error:
            self.refuse(place, f"line {error.line}, column {error.column}: {error.message}")
            return None


def _below(above: str) -> tuple[str, ...]:
    return LEVELS if above == "total" else LEVELS[LEVELS.index(above) + 1 :]
