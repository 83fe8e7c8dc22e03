"""Reading a revision document: every mistake is named with its place, and nothing is guessed.

A document is JSON (or the same as YAML). Figures are strings ("12.5"), never binary floating point; every figure says
where it comes from: `source: <citation>` or `illustrative: true`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import rfc8785

from domain.errors import InvalidInput
from domain.revision.model import (
    KINDS,
    LEVELS,
    Column,
    Discontinued,
    Grade,
    Input,
    MissingRule,
    Node,
    Penalty,
    Revision,
    TieRule,
)
from domain.revision.trees import Trees
from domain.rounding import MODES, Rounding

Document = Mapping[str, Any]
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
CODE_LENGTH = 64
MAX_PLACES = 12


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
    if reader.problems or revision is None:
        raise RevisionError("this is not a methodology revision", reader.problems)
    return revision


class _Reader(Trees):
    def revision(self, value: Any) -> Revision | None:
        document = self.fields(
            value,
            "",
            required=("id", "methodology", "title", "legal_acts", "inputs", "trees", "rounding", "grades"),
            optional=("penalties", "ties", "missing", "notes", "discontinues"),
        )
        if document is None:
            return None
        self.inputs = {item.id: item for item in self.each(document.get("inputs"), "inputs", self.input)}
        missing = self.choice(document.get("missing", "redistribute"), "missing", tuple(MissingRule))
        rounding = self.rounding(document.get("rounding"), "rounding")
        trees = self.trees(document.get("trees"), MissingRule(missing or "redistribute"))
        grades = sorted(self.each(document.get("grades"), "grades", self.grade), key=lambda g: -g.at_least)
        penalties = self.each(document.get("penalties", []), "penalties", self.penalty)
        self.unique([grade.id for grade in grades], "grades", "grade")
        self.unique([penalty.id for penalty in penalties], "penalties", "penalty")
        ties = self.ties(document.get("ties", {}), "ties", trees)
        title = self.title(document.get("title"), "title")
        acts = self.texts(document.get("legal_acts"), "legal_acts")
        ended = self.each(document.get("discontinues", []), "discontinues", self.discontinued)
        identifier, methodology = (self.code(document.get(name), name) for name in ("id", "methodology"))
        notes = self.text(document["notes"], "notes") if "notes" in document else ""
        sha256 = self.address(document)
        if self.problems or title is None:
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
            sha256=sha256,
            notes=notes,
            discontinues=tuple(ended),
        )

    def address(self, document: Document) -> str:
        """The content address; text that UTF-8 cannot hold has none."""
        if self.problems:
            return ""
        try:
            return content_address(document)
        except rfc8785.CanonicalizationError as error:
            self.refuse("", f"has no canonical JSON: {error}")
            return ""

    def code(self, value: Any, place: str) -> str:
        """A code by which commands and events name the revision."""
        code = self.identifier(value, place, CODE)
        if len(code) > CODE_LENGTH:
            self.refuse(place, f"is longer than {CODE_LENGTH} characters")
        return code

    def trees(self, value: Any, missing: MissingRule) -> dict[str, Node]:
        trees: dict[str, Node] = {}
        if not isinstance(value, Mapping) or not value:
            self.refuse("trees", "expected one tree for each body group")
            return trees
        for group, tree in value.items():
            name = self.code(group, f"trees.{group}")
            node = self.root(tree, f"trees.{group}", missing)
            if node is not None:
                trees[name] = node
                self.unique([n.id for n in node.walk()], f"trees.{group}", "node")
        return trees

    def discontinued(self, value: Any, place: str) -> Discontinued | None:
        item = self.fields(value, place, required=("id", "reason"), optional=("source", "illustrative"))
        if item is None:
            return None
        reason = self.title(item.get("reason"), f"{place}.reason")
        identifier = self.identifier(item.get("id"), f"{place}.id")
        provenance = self.provenance(item, place)
        return None if reason is None else Discontinued(identifier, reason, provenance)

    def input(self, value: Any, place: str) -> Input | None:
        item = self.fields(
            value,
            place,
            required=("id", "kind", "title"),
            optional=("unit", "minimum", "maximum", "columns", "source", "illustrative"),
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
        title = self.title(item.get("title"), f"{place}.title")
        return (
            None
            if title is None
            else Input(
                id=identifier,
                kind=kind,
                title=title,
                unit=self.optional_text(item.get("unit"), f"{place}.unit"),
                minimum=self.optional_figure(item.get("minimum"), f"{place}.minimum"),
                maximum=self.optional_figure(item.get("maximum"), f"{place}.maximum"),
                columns=tuple(columns),
                provenance=self.provenance(item, place),
            )
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

    def penalty(self, value: Any, place: str) -> Penalty | None:
        names = ("id", "title", "points", "maximum")
        item = self.fields(value, place, required=names, optional=("source", "illustrative"))
        if item is None:
            return None
        title = self.title(item.get("title"), f"{place}.title")
        return (
            None
            if title is None
            else Penalty(
                id=self.identifier(item.get("id"), f"{place}.id"),
                title=title,
                points=self.figure(item.get("points"), f"{place}.points"),
                maximum=self.figure(item.get("maximum"), f"{place}.maximum"),
                provenance=self.provenance(item, place),
            )
        )

    def grade(self, value: Any, place: str) -> Grade | None:
        names = ("id", "title", "at_least")
        item = self.fields(value, place, required=names, optional=("source", "illustrative"))
        if item is None:
            return None
        title = self.title(item.get("title"), f"{place}.title")
        return (
            None
            if title is None
            else Grade(
                id=self.identifier(item.get("id"), f"{place}.id"),
                title=title,
                at_least=self.figure(item.get("at_least"), f"{place}.at_least"),
                provenance=self.provenance(item, place),
            )
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
            if not isinstance(places, int) or isinstance(places, bool) or not 0 <= places <= MAX_PLACES:
                self.refuse(f"{place}.{level}.places", "expected a whole number from 0 to 12")
                places = 0
            found[level] = Rounding(places, self.choice(rule.get("mode"), f"{place}.{level}.mode", tuple(MODES)))
        return found
