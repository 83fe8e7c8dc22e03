"""What is stated about a subject, and whether it fits the inputs of a revision.

A subject is `input`, or `input/item` for one row of a table. Figures are text ("12.5"), so that they are kept, hashed
and computed exactly as they were written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from pydantic import Field, JsonValue

from domain.errors import InvalidInput, Problem
from domain.events import Code, Data
from domain.revision import Column, Input, Revision
from domain.revision.document import FIGURE


class Stated(Data):
    """A value for a subject: text figure, text, boolean or null, or for a table's row these by column.

    Text is kept as it was written; the row of a table is the one whose item is written with the same code points.
    """

    subject: str = Field(min_length=1, max_length=200)
    value: JsonValue


class BodyNode(Data):
    """A node of one body's tree."""

    body: Code
    node: str


class Adjustment(Data):
    """Points that an expert or the Commission sets on a node of the tree, 0 to 100."""

    node: str
    points: Decimal = Field(ge=0, le=100, max_digits=15)


def require_fitting(revision: Revision, stated: Sequence[Stated]) -> None:
    """Raises InvalidInput that names every value which does not fit the revision's inputs."""
    problems = []
    seen: set[str] = set()
    for index, one in enumerate(stated):
        place = f"values[{index}]({one.subject})"
        if one.subject in seen:
            problems.append(Problem(place, "is stated twice"))
        seen.add(one.subject)
        problems.extend(_problems(revision, one, place))
    if not stated:
        problems.append(Problem("values", "nothing is stated"))
    if problems:
        raise InvalidInput(f"these values do not fit revision {revision.id}", problems, rule="inputs-of-revision")


def require_nodes(revision: Revision, group: str, adjustments: Sequence[Adjustment]) -> None:
    """Raises InvalidInput that names every adjustment of a node which the group's tree does not have."""
    problems = [
        Problem(f"adjustments[{index}].node", f"`{one.node}` is not in the tree of group {group}")
        for index, one in enumerate(adjustments)
        if revision.node(group, one.node) is None
    ]
    if problems:
        raise InvalidInput(f"these adjustments do not fit revision {revision.id}", problems)


def _problems(revision: Revision, one: Stated, place: str) -> Iterator[Problem]:
    name, _, item = one.subject.partition("/")
    declared = revision.inputs.get(name)
    if declared is None:
        yield Problem(place, f"`{name}` is not an input of revision {revision.id}")
    elif declared.kind != "table":
        if item:
            yield Problem(place, f"`{name}` is one value, not a table")
        yield from value_problems(declared, one.value, place)
    elif not item:
        yield Problem(place, f"`{name}` is a table: name the row, as in {name}/CODE")
    elif one.value is not None:
        yield from row_problems(declared, one.value, place)


def row_problems(declared: Input, row: JsonValue, place: str) -> Iterator[Problem]:
    """What is wrong with a row of a table input, its values by column."""
    if not isinstance(row, dict):
        yield Problem(place, "a row of a table has a value for each column")
        return
    columns = {column.id: column for column in declared.columns}
    for unknown in sorted(row.keys() - columns.keys()):
        yield Problem(f"{place}.{unknown}", "is not a column of this table")
    for column in declared.columns:
        value = row.get(column.id)
        if value is None:
            if column.required:
                yield Problem(f"{place}.{column.id}", "is missing")
        else:
            yield from value_problems(column, value, f"{place}.{column.id}")


def value_problems(declared: Input | Column, value: Any, place: str) -> Iterator[Problem]:
    """What is wrong with one value (a figure is text) of an input or of a table's column; nothing stated fits."""
    if value is None:
        return
    if declared.kind == "boolean":
        if not isinstance(value, bool):
            yield Problem(place, f"expected true or false, found {value!r}")
    elif not isinstance(value, str):
        yield Problem(
            place, f"expected {'a figure written as text' if declared.kind == 'number' else 'text'}, found {value!r}"
        )
    elif declared.kind == "number":
        yield from _figure_problems(declared, value, place)
    elif isinstance(declared, Column) and declared.values and value not in declared.values:
        yield Problem(place, f"expected one of {', '.join(declared.values)}; found {value!r}")


def _figure_problems(declared: Input | Column, value: str, place: str) -> Iterator[Problem]:
    if not FIGURE.fullmatch(value):
        yield Problem(place, f"{value!r} is not a figure of at most 15 digits and 12 decimals")
        return
    figure = Decimal(value)
    if declared.minimum is not None and figure < declared.minimum:
        yield Problem(place, f"{value} is below the least allowed, {declared.minimum}")
    if declared.maximum is not None and figure > declared.maximum:
        yield Problem(place, f"{value} is above the most allowed, {declared.maximum}")
