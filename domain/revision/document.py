"""Reading a revision document: every mistake is named with its place, and nothing is guessed.

A document is JSON (or the same as YAML). Figures are strings ("12.5"), never binary floating point; every figure says
where it comes from: `source: <citation>` or `illustrative: true`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

import rfc8785

from domain.errors import InvalidInput, Problem
from domain.feel import Expression, FeelError, parse
from domain.revision.model import (
    LEVELS,
    Column,
    Grade,
    Indicator,
    Input,
    MissingRule,
    Node,
    Penalty,
    Provenance,
    Revision,
    TieRule,
    Title,
)
from domain.rounding import MODES, Rounding

Document = Mapping[str, Any]
Item = TypeVar("Item")
IDENTIFIER = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
FEEL_NAME = re.compile(r"[a-z][a-z0-9_]*")
FIGURE = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")
KINDS = ("number", "text", "boolean", "table")


class RevisionError(InvalidInput):
    """The document is not a revision; `problems` names every place."""

    code = "invalid-revision"


def canonical(document: Document) -> bytes:
    """The document's RFC 8785 canonical JSON, which is what is hashed, stored and signed."""
    return rfc8785.dumps(dict(document))


def content_address(document: Document) -> str:
    """SHA-256 (hex) of the canonical JSON: the name under which this exact revision is known for ever."""
    return hashlib.sha256(canonical(document)).hexdigest()


def revision_of(document: Document) -> Revision:
    """The revision that a document states. Raises RevisionError, which lists every problem."""
    reader = _Reader()
    revision = reader.revision(document)
    if revision is None:
        raise RevisionError("this is not a methodology revision", reader.problems)
    return revision


@dataclass
class _Reader:
    problems: list[Problem] = field(default_factory=list)
    inputs: dict[str, Input] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)

    def refuse(self, place: str, message: str) -> None:
        """Notes a problem; of what is missing, only that it is missing. What is read goes on with a placeholder."""
        if place not in self.absent:
            self.problems.append(Problem(place, message))

    # -- the document ----------------------------------------------------------------------------------------------

    def revision(self, value: Any) -> Revision | None:
        document = self.fields(
            value,
            "",
            required=("id", "methodology", "title", "legal_acts", "inputs", "trees", "rounding", "grades"),
            optional=("penalties", "ties", "missing", "notes"),
        )
        if document is None:
            return None
        inputs = self.each(document.get("inputs"), "inputs", self.input)
        self.unique([item.id for item in inputs], "inputs", "input")
        self.inputs = {item.id: item for item in inputs}
        missing = self.choice(document.get("missing", "redistribute"), "missing", [rule.value for rule in MissingRule])
        rounding = self.rounding(document.get("rounding"), "rounding")
        trees: dict[str, Node] = {}
        groups = document.get("trees")
        if not isinstance(groups, Mapping) or not groups:
            self.refuse("trees", "expected one tree for each body group")
        else:
            for group, tree in groups.items():
                self.identifier(group, f"trees.{group}")
                node = self.node(tree, f"trees.{group}", "root", MissingRule(missing or "redistribute"))
                if node is not None:
                    trees[str(group)] = node
                    self.unique([n.id for n in node.walk()], f"trees.{group}", "node")
        grades = sorted(self.each(document.get("grades"), "grades", self.grade), key=lambda g: -g.at_least)
        penalties = self.each(document.get("penalties", []), "penalties", self.penalty)
        self.unique([grade.id for grade in grades], "grades", "grade")
        self.unique([penalty.id for penalty in penalties], "penalties", "penalty")
        ties = self.ties(document.get("ties", {}), "ties", trees)
        title = self.title(document.get("title"), "title")
        acts = self.texts(document.get("legal_acts"), "legal_acts")
        identifier = self.identifier(document.get("id"), "id")
        methodology = self.identifier(document.get("methodology"), "methodology")
        notes = self.optional_text(document.get("notes"), "notes") or ""
        if self.problems:
            return None
        return Revision(
            id=identifier,
            methodology=methodology,
            title=title,
            legal_acts=acts,
            inputs=self.inputs,
            trees=trees,
            rounding=rounding,
            penalties={penalty.id: penalty for penalty in penalties},
            grades=tuple(grades),
            ties=ties,
            sha256=content_address(document),
            notes=notes,
        )

    def input(self, value: Any, place: str) -> Input | None:
        item = self.fields(
            value,
            place,
            required=("id", "kind", "title"),
            optional=("unit", "minimum", "maximum", "columns", "continues", "source", "illustrative"),
        )
        if item is None:
            return None
        identifier = self.feel_name(item.get("id"), f"{place}.id")
        kind = self.choice(item.get("kind"), f"{place}.kind", KINDS)
        columns = self.each(item.get("columns", []), f"{place}.columns", self.column)
        if kind == "table" and not columns:
            self.refuse(f"{place}.columns", "a table input needs its columns")
        if kind != "table" and columns:
            self.refuse(f"{place}.columns", "only a table input has columns")
        self.unique([column.id for column in columns] + ["item"], f"{place}.columns", "column")
        return Input(
            id=identifier,
            kind=kind,
            title=self.title(item.get("title"), f"{place}.title"),
            unit=self.optional_text(item.get("unit"), f"{place}.unit"),
            minimum=self.optional_figure(item.get("minimum"), f"{place}.minimum"),
            maximum=self.optional_figure(item.get("maximum"), f"{place}.maximum"),
            columns=tuple(columns),
            provenance=self.provenance(item, place),
            continues=self.texts(item.get("continues", []), f"{place}.continues"),
        )

    def column(self, value: Any, place: str) -> Column | None:
        item = self.fields(
            value,
            place,
            required=("id", "kind"),
            optional=("unit", "required", "values", "minimum", "maximum"),
        )
        if item is None:
            return None
        required = item.get("required", True)
        if not isinstance(required, bool):
            self.refuse(f"{place}.required", "expected true or false")
        return Column(
            id=self.feel_name(item.get("id"), f"{place}.id"),
            kind=self.choice(item.get("kind"), f"{place}.kind", KINDS[:3]),
            unit=self.optional_text(item.get("unit"), f"{place}.unit"),
            required=bool(required),
            values=self.texts(item.get("values", []), f"{place}.values"),
            minimum=self.optional_figure(item.get("minimum"), f"{place}.minimum"),
            maximum=self.optional_figure(item.get("maximum"), f"{place}.maximum"),
        )

    def node(self, value: Any, place: str, above: str, missing: MissingRule, depth: int = 0) -> Node | None:
        if depth > len(LEVELS):
            self.refuse(place, f"a tree has at most {len(LEVELS)} levels below its root")
            return None
        item = self.fields(
            value,
            place,
            required=("id", "title") if above == "root" else ("id", "level", "title", "weight"),
            optional=("missing", "continues", "children", "formula", "coverage", "source", "illustrative"),
        )
        if item is None:
            return None
        level = "total" if above == "root" else self.level(item.get("level"), f"{place}.level", above)
        if "missing" in item:
            stated = self.choice(item["missing"], f"{place}.missing", [rule.value for rule in MissingRule])
            missing = MissingRule(stated or missing)
        children: list[Node] = []
        indicator = None
        if level == "indicator":
            indicator = self.indicator(item, place)
        else:
            for name in ("formula", "coverage"):
                if name in item:
                    self.refuse(f"{place}.{name}", "only an indicator has one")
            read: Callable[[Any, str], Node | None] = lambda child, at: self.node(child, at, level, missing, depth + 1)  # noqa: E731
            children = self.each(item.get("children", []), f"{place}.children", read)
            if not children:
                self.refuse(f"{place}.children", f"a {level} needs at least one child")
            elif not any(child.weight for child in children):
                self.refuse(f"{place}.children", "the weights sum to zero")
        weight = Decimal(1) if above == "root" else self.figure(item.get("weight"), f"{place}.weight")
        if weight < 0:
            self.refuse(f"{place}.weight", f"a weight cannot be negative: {weight}")
        return Node(
            id=self.identifier(item.get("id"), f"{place}.id"),
            level=level,
            title=self.title(item.get("title"), f"{place}.title"),
            weight=weight,
            provenance=Provenance(None, False) if above == "root" else self.provenance(item, place),
            continues=self.texts(item.get("continues", []), f"{place}.continues"),
            missing=missing,
            children=tuple(children),
            indicator=indicator,
        )

    def level(self, value: Any, place: str, above: str) -> str:
        allowed = LEVELS if above == "total" else LEVELS[LEVELS.index(above) + 1 :] if above in LEVELS else LEVELS
        return self.choice(value, place, allowed)

    def indicator(self, item: Mapping[str, Any], place: str) -> Indicator | None:
        if "children" in item:
            self.refuse(f"{place}.children", "an indicator has no children")
        formula = self.formula(item.get("formula"), f"{place}.formula")
        coverage = self.formula(item["coverage"], f"{place}.coverage") if "coverage" in item else None
        used: set[str] = set()
        columns = {column.id for table in self.inputs.values() for column in table.columns}
        for name, expression in (("formula", formula), ("coverage", coverage)):
            if expression is None:
                continue
            used |= (expression.names | expression.row_names) & self.inputs.keys()
            unknown = (expression.names - self.inputs.keys()) | (expression.row_names - self.inputs.keys() - columns)
            for missing in sorted(unknown):
                self.refuse(f"{place}.{name}", f"`{missing}` is not an input of this revision")
        if formula is None:
            return None
        return Indicator(
            formula=formula,
            formula_text=item["formula"],
            coverage=coverage,
            coverage_text=item.get("coverage"),
            inputs=tuple(sorted(used)),
        )

    def formula(self, value: Any, place: str) -> Expression | None:
        if not isinstance(value, str) or not value.strip():
            self.refuse(place, "expected a FEEL expression")
            return None
        try:
            return parse(value)
        except FeelError as error:
            self.refuse(place, f"line {error.line}, column {error.column}: {error.message}")
            return None

    def penalty(self, value: Any, place: str) -> Penalty | None:
        names = ("id", "title", "points", "maximum")
        item = self.fields(value, place, required=names, optional=("source", "illustrative"))
        if item is None:
            return None
        points, maximum = (self.figure(item.get(name), f"{place}.{name}") for name in ("points", "maximum"))
        for name, figure in (("points", points), ("maximum", maximum)):
            if figure < 0:
                self.refuse(f"{place}.{name}", f"a penalty takes points off, so it cannot be negative: {figure}")
        return Penalty(
            id=self.identifier(item.get("id"), f"{place}.id"),
            title=self.title(item.get("title"), f"{place}.title"),
            points=points,
            maximum=maximum,
            provenance=self.provenance(item, place),
        )

    def grade(self, value: Any, place: str) -> Grade | None:
        names = ("id", "title", "at_least")
        item = self.fields(value, place, required=names, optional=("source", "illustrative"))
        if item is None:
            return None
        return Grade(
            id=self.identifier(item.get("id"), f"{place}.id"),
            title=self.title(item.get("title"), f"{place}.title"),
            at_least=self.figure(item.get("at_least"), f"{place}.at_least"),
            provenance=self.provenance(item, place),
        )

    def ties(self, value: Any, place: str, trees: Mapping[str, Node]) -> TieRule:
        item = self.fields(value, place, required=(), optional=("numbering", "break_by")) or {}
        break_by = self.texts(item.get("break_by", []), f"{place}.break_by")
        for group, tree in trees.items():
            known = {node.id for node in tree.walk()}
            for node_id in break_by:
                if node_id not in known:
                    self.refuse(f"{place}.break_by", f"`{node_id}` is not in the tree of group {group}")
        numbering = self.choice(item.get("numbering", "standard"), f"{place}.numbering", ("standard", "dense"))
        return TieRule(numbering, break_by)

    def rounding(self, value: Any, place: str) -> dict[str, Rounding]:
        levels = (*LEVELS, "total")
        item = self.fields(value, place, required=("total",), optional=LEVELS) or {}
        found = {}
        for level in levels:
            if level not in item:
                continue
            rule = self.fields(item[level], f"{place}.{level}", required=("places", "mode"), optional=())
            if rule is None:
                continue
            places = rule.get("places")
            if not isinstance(places, int) or isinstance(places, bool) or not 0 <= places <= 12:
                self.refuse(f"{place}.{level}.places", "expected a whole number from 0 to 12")
                places = 0
            found[level] = Rounding(places, self.choice(rule.get("mode"), f"{place}.{level}.mode", tuple(MODES)))
        return found

    # -- single values ---------------------------------------------------------------------------------------------

    def fields(
        self, value: Any, place: str, *, required: Sequence[str], optional: Sequence[str]
    ) -> Mapping[str, Any] | None:
        if not isinstance(value, Mapping):
            self.refuse(place, f"expected fields, found {_kind(value)}")
            return None
        for name in required:
            if name not in value:
                self.refuse(f"{place}.{name}".lstrip("."), "is missing")
                self.absent.add(f"{place}.{name}".lstrip("."))
        for name in value:
            if name not in required and name not in optional:
                self.refuse(f"{place}.{name}".lstrip("."), "is not a known field")
        return value

    def each(self, value: Any, place: str, read: Callable[[Any, str], Item | None]) -> list[Item]:
        if not isinstance(value, Sequence) or isinstance(value, str):
            self.refuse(place, f"expected a list, found {_kind(value)}")
            return []
        items = [read(item, f"{place}[{index}]") for index, item in enumerate(value)]
        return [item for item in items if item is not None]

    def unique(self, identifiers: Sequence[str], place: str, what: str) -> None:
        for identifier in sorted({name for name in identifiers if identifiers.count(name) > 1}):
            self.refuse(place, f"`{identifier}` names more than one {what}")

    def title(self, value: Any, place: str) -> Title:
        item = self.fields(value, place, required=("kk", "ru", "en"), optional=())
        if item is None:
            return Title("", "", "")
        kk, ru, en = (self.text(item.get(language), f"{place}.{language}") for language in ("kk", "ru", "en"))
        return Title(kk, ru, en)

    def provenance(self, item: Mapping[str, Any], place: str) -> Provenance:
        source, illustrative = item.get("source"), item.get("illustrative", False)
        if not isinstance(illustrative, bool):
            self.refuse(f"{place}.illustrative", "expected true or false")
        elif (source is None) is not illustrative:
            self.refuse(place, "state where this comes from: either `source: <citation>` or `illustrative: true`")
        return Provenance(self.optional_text(source, f"{place}.source"), illustrative is True)

    def text(self, value: Any, place: str) -> str:
        if not isinstance(value, str) or not value.strip():
            self.refuse(place, f"expected text, found {_kind(value)}")
            return ""
        return value

    def optional_text(self, value: Any, place: str) -> str | None:
        return None if value is None else self.text(value, place)

    def texts(self, value: Any, place: str) -> tuple[str, ...]:
        return tuple(self.each(value, place, self.text))

    def identifier(self, value: Any, place: str, form: re.Pattern[str] = IDENTIFIER) -> str:
        if not isinstance(value, str) or not form.fullmatch(value):
            self.refuse(place, f"expected an identifier such as `open-data-2022`, found {value!r}")
            return ""
        return value

    def feel_name(self, value: Any, place: str) -> str:
        return self.identifier(value, place, FEEL_NAME)

    def choice(self, value: Any, place: str, allowed: Sequence[str]) -> str:
        if value not in allowed:
            self.refuse(place, f"expected one of {', '.join(allowed)}; found {value!r}")
            return ""
        return str(value)

    def figure(self, value: Any, place: str) -> Decimal:
        """A decimal written as text; binary floats are refused, since they are not what was written."""
        if isinstance(value, str) and FIGURE.fullmatch(value):
            return Decimal(value)
        self.refuse(place, f'expected a figure written as text, such as "12.5"; found {value!r}')
        return Decimal(0)

    def optional_figure(self, value: Any, place: str) -> Decimal | None:
        return None if value is None else self.figure(value, place)


def _kind(value: Any) -> str:
    names = {dict: "fields", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)
