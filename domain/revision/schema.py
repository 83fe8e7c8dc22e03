"""The JSON Schema (2020-12) of a revision document.

For editors, importers and people who write revisions elsewhere. The reader stays the judge: whatever this schema
refuses the reader refuses too, and it also checks what a schema cannot say (unknown inputs, formulas, ids given twice).
Patterns keep to what ECMA 262 and Python read alike.
"""

from __future__ import annotations

from typing import Any

from domain.revision.document import CODE, CODE_LENGTH, MAX_PLACES
from domain.revision.model import KINDS, LEVELS, MissingRule
from domain.revision.values import FEEL_NAME, FIGURE, IDENTIFIER
from domain.rounding import MODES

SCHEMA_ID = "urn:shezhire:schema:methodology-revision:1"
"""Name of the schema; a new number for every change that refuses more than before."""

Schema = dict[str, Any]


def schema() -> Schema:
    """The schema, a new copy at each call."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Methodology revision",
        "description": "The written rules of one year's evaluation of state bodies, as data that can be executed. "
        'Figures are text ("12.5"); every figure states a source or that it is illustrative.',
        **_fields(
            required=("id", "methodology", "title", "legal_acts", "inputs", "trees", "rounding", "grades"),
            id=_ref("code", "Code of this revision, such as goals-2022."),
            methodology=_ref("code", "Code of the methodology that it is a revision of."),
            title=_ref("title", "Title of the revision."),
            legal_acts=_list(_ref("text"), "Legal acts that the revision rests on, as citations."),
            notes=_ref("text", "What a reader should know, such as where figures come from."),
            inputs=_list(_ref("input"), "What a body states, by name: formulas read these names and nothing else."),
            trees={
                "description": "The tree of each body group (central, local); a group without a tree is not evaluated.",
                "type": "object",
                "minProperties": 1,
                "propertyNames": _ref("code"),
                "additionalProperties": _ref("root"),
            },
            missing=_ref(
                "missing", "The rule for missing values where no node states its own; redistribute if absent."
            ),
            rounding=_rounding(),
            penalties=_list(_ref("penalty"), "Points that may be taken off the total."),
            grades=_list(_ref("grade"), "Degrees of efficiency by the points from which they are reached."),
            ties=_fields(
                description="How equal scores are put in order.",
                numbering=_choice(("standard", "dense"), "Ranks after a tie: 1, 2, 2, 4 or 1, 2, 2, 3."),
                break_by=_list(_ref("text"), "Ids of the nodes compared in turn; each stands in every tree."),
            ),
            discontinues=_list(_ref("discontinued"), "Nodes of older revisions left out on purpose, and why."),
        ),
        "$defs": _definitions(),
    }


def _definitions() -> Schema:
    definitions: Schema = {
        "text": {"description": "Text that is not blank.", "type": "string", "pattern": "\\S"},
        "code": {
            "description": "Lower-case words joined by hyphens.",
            "type": "string",
            "pattern": _whole(CODE.pattern),
            "maxLength": CODE_LENGTH,
        },
        "identifier": _pattern(IDENTIFIER.pattern, "Lower-case words joined by hyphens or underscores."),
        "name": _pattern(FEEL_NAME.pattern, "A name that formulas can read: lower-case, joined by underscores."),
        "figure": _pattern(FIGURE.pattern, "A decimal figure written as text, so that it is never rounded."),
        "formula": {
            "description": "A FEEL expression (OMG DMN 1.5, chapter 10) over the inputs.",
            "type": "string",
            "pattern": "\\S",
        },
        "missing": _choice(
            tuple(MissingRule),
            "What a missing child does: its weight goes to its siblings, it counts 0, or the node is missing too.",
        ),
        "title": _fields(
            required=("kk", "ru", "en"),
            description="A title in Kazakh, Russian and English.",
            kk=_ref("text", "In Kazakh."),
            ru=_ref("text", "In Russian."),
            en=_ref("text", "In English."),
        ),
        "input": _input(),
        "column": _column(),
        "root": _fields(
            required=("id", "title", "children"),
            description="The root of a tree: its points are the body's score.",
            id=_ref("identifier"),
            title=_ref("title"),
            missing=_ref("missing"),
            children=_children(LEVELS),
        ),
        "penalty": _stated(
            required=("id", "title", "points", "maximum"),
            description="A penalty: points for each time it is imposed, and the most for one body and year.",
            id=_ref("identifier"),
            title=_ref("title"),
            points=_ref("figure", "Points taken off for one."),
            maximum=_ref("figure", "Most points taken off in a year."),
        ),
        "grade": _stated(
            required=("id", "title", "at_least"),
            description="A degree of efficiency.",
            id=_ref("identifier"),
            title=_ref("title"),
            at_least=_ref("figure", "Points from which it is reached (0 to 100)."),
        ),
        "discontinued": _stated(
            required=("id", "reason"),
            description="A node of an older revision that this one leaves out, with all below it.",
            id=_ref("identifier", "Id of the older node."),
            reason=_ref("title", "Why, in three languages."),
        ),
    }
    for index, level in enumerate(LEVELS):
        definitions[level] = _node(level, LEVELS[index + 1 :])
    return definitions


def _node(level: str, below: tuple[str, ...]) -> Schema:
    common = {
        "id": _ref("identifier", "Stable from revision to revision while the node means the same."),
        "level": {"const": level},
        "title": _ref("title"),
        "weight": {**_ref("figure", "Weight among its siblings; not negative."), "not": {"pattern": "^-.*[1-9]"}},
        "missing": _ref("missing"),
        "continues": _list(_ref("text"), "Older ids that this node carries on."),
    }
    required = ("id", "level", "title", "weight")
    if not below:
        return _stated(
            required=(*required, "formula"),
            description="An indicator: a leaf whose formula gives 0 to 100 points.",
            **common,
            formula=_ref("formula", "Gives points from 0 to 100."),
            coverage=_ref("formula", "Gives the share (0 to 1) of the indicator's data that was there."),
        )
    return _stated(
        required=(*required, "children"),
        description=f"A {level}: the weighted mean of what stands below it.",
        **common,
        children=_children(below),
    )


def _input() -> Schema:
    stated = _stated(
        required=("id", "kind", "title"),
        description="What a body states: one value, or (kind table) one row for each item.",
        id=_ref("name"),
        kind=_choice(KINDS, "Kind of value."),
        title=_ref("title"),
        unit=_optional(_ref("text"), "Unit, such as percent."),
        minimum=_optional(_ref("figure"), "Least value allowed."),
        maximum=_optional(_ref("figure"), "Greatest value allowed."),
        columns=_list(_ref("column"), "Columns of a table."),
    )
    is_table = {"properties": {"kind": {"const": "table"}}, "required": ["kind"]}
    needs = {"required": ["columns"], "properties": {"columns": {"minItems": 1}}}
    return {**stated, "if": is_table, "then": needs, "else": {"properties": {"columns": {"maxItems": 0}}}}


def _column() -> Schema:
    return _fields(
        required=("id", "kind"),
        description="A column of a table.",
        id=_ref("name"),
        kind=_choice(KINDS[:3], "Kind of value."),
        unit=_optional(_ref("text"), "Unit, such as percent."),
        required_={"description": "Whether every row states it; true if absent.", "type": "boolean"},
        values=_list(_ref("text"), "The words allowed in a text column."),
        minimum=_optional(_ref("figure"), "Least value allowed."),
        maximum=_optional(_ref("figure"), "Greatest value allowed."),
    )


def _rounding() -> Schema:
    rule = _fields(
        required=("places", "mode"),
        description="Digits after the point, and how the rest is rounded.",
        places={"type": "integer", "minimum": 0, "maximum": MAX_PLACES},
        mode=_choice(tuple(MODES), "Rounding mode."),
    )
    levels = dict.fromkeys((*LEVELS, "total"), rule)
    return _fields(required=("total",), description="Rounding of each level; one left out is not rounded.", **levels)


def _fields(*, required: tuple[str, ...] = (), description: str = "", **properties: Schema) -> Schema:
    """Fields and no others. A trailing underscore keeps a property's name apart from the parameters."""
    described = {"description": description} if description else {}
    named = {name.removesuffix("_"): value for name, value in properties.items()}
    return {
        **described,
        "type": "object",
        "required": list(required),
        "properties": named,
        "additionalProperties": False,
    }


def _stated(*, required: tuple[str, ...], description: str, **properties: Schema) -> Schema:
    """Fields that say where their figure comes from."""
    source = _optional(_ref("text"), "The citation that the figure comes from.")
    illustrative = {"description": "True where no citation is known: the figure is not official.", "type": "boolean"}
    fields = _fields(required=required, description=description, **properties, source=source, illustrative=illustrative)
    cited = {
        "required": ["source"],
        "properties": {"source": {"type": "string"}, "illustrative": {"const": False}},
    }
    uncited = {
        "required": ["illustrative"],
        "properties": {"illustrative": {"const": True}, "source": {"type": "null"}},
    }
    return {**fields, "oneOf": [cited, uncited]}


def _children(levels: tuple[str, ...]) -> Schema:
    """Children of any lower level, told apart by `level`, so that a mistake is reported where it is."""
    cases = [
        {
            "if": {"properties": {"level": {"const": level}}, "required": ["level"]},
            "then": _ref(level),
        }
        for level in levels
    ]
    item = {"type": "object", "required": ["level"], "properties": {"level": _choice(levels, "Level.")}, "allOf": cases}
    return {"description": "What stands below.", "type": "array", "minItems": 1, "items": item}


def _ref(name: str, description: str = "") -> Schema:
    described = {"description": description} if description else {}
    return {"$ref": f"#/$defs/{name}", **described}


def _list(item: Schema, description: str) -> Schema:
    return {"description": description, "type": "array", "items": item}


def _choice(words: tuple[str, ...], description: str) -> Schema:
    return {"description": description, "enum": [str(word) for word in words]}


def _optional(value: Schema, description: str) -> Schema:
    return {"description": description, "anyOf": [value, {"type": "null"}]}


def _pattern(pattern: str, description: str) -> Schema:
    return {"description": description, "type": "string", "pattern": _whole(pattern)}


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"
