"""Inputs of very many bodies as columns of a frame: do they fit a revision, and what are they as rows to compute with.

`body` names the body, every other column an input of the revision; null is no data. Figures are text, whole numbers or
decimals (whose padding zeros are not part of the figure). Binary floats are not what anybody wrote, and are refused
unless it is said that the shortest decimal of each is meant. Booleans are booleans or the text true or false. Tables
are lists of structs, or such a list as JSON text; each row has its `item`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

import polars

from domain.bulk import Program, Row
from domain.errors import InvalidInput, Problem
from domain.revision import Column, Input
from domain.revision.document import FIGURE
from domain.statements import row_problems, value_problems

BODY, ITEM = "body", "item"

_EXACT = polars.Decimal(38, 12)
"""Holds every figure that `FIGURE` allows."""
_WHOLE_FIGURE = f"^(?:{FIGURE.pattern})$"
_REMEMBERED = 65_536
"""How many decimals a reader keeps to use again: figures repeat, and making one costs more than finding it."""
_EXPECTED = {
    "number": "figures as text, whole numbers or decimals",
    "boolean": "booleans, or the text true or false",
    "text": "text",
    "table": "a list of structs, or such a list as JSON text",
}
_FLOATS = "binary floats are not the figures that were written: give text or decimals, or ask for `floats`"

Fault = tuple[int, Problem]
"""A row's place in its frame, from 0, and what is wrong there."""


@dataclass(frozen=True)
class Read:
    """A frame as rows in the order of `Program.inputs`, or the first of its faults, in the order of the rows."""

    bodies: polars.Series
    rows: Iterator[Row]
    faults: Sequence[Fault]


class Reader:
    """Reads frames of one schema for a program. Raises InvalidInput that names every column which cannot be read.

    `absent` are the program's inputs without a column (no body has data for them), `unread` the columns of inputs that
    the group's tree does not read.
    """

    def __init__(self, program: Program, schema: Mapping[str, Any], *, floats: bool = False) -> None:
        declared = program.revision.inputs
        self._inputs = [declared[name] for name in program.inputs]
        self._schema = schema
        self._decimals = _Decimals()
        self.absent = tuple(name for name in program.inputs if name not in schema)
        self.unread = tuple(name for name in schema if name in declared and name not in program.inputs)
        problems = [] if BODY in schema else [Problem(BODY, "there is no such column: it names the body of each row")]
        for name, kind in schema.items():
            if name == BODY:
                problems.extend(() if _is_text(kind) else [Problem(BODY, f"expected text, found {kind}")])
            elif name not in declared:
                problems.append(Problem(name, f"is not an input of revision {program.revision.id}"))
            elif name in program.inputs and (message := _refused(declared[name], kind, floats)):
                problems.append(Problem(name, message))
        if problems:
            raise InvalidInput(f"these columns do not fit revision {program.revision.id}", problems)

    def read(self, frame: polars.DataFrame, limit: int) -> Read:
        """The rows of a frame, with at most `limit` of the faults in them."""
        bodies = frame[BODY].cast(polars.String)
        nameless = (bodies.is_null() | (bodies.str.strip_chars() == "")).arg_true()
        faults: list[Fault] = [(row, Problem(BODY, "is missing")) for row in nameless.head(limit)]
        columns: list[Sequence[Any]] = []
        for declared in self._inputs:
            if declared.id not in self._schema:
                columns.append([None] * frame.height)
                continue
            column, bad = _READERS[declared.kind](declared, frame[declared.id], limit, self._decimals)
            columns.append(column)
            faults.extend(bad)
        faults.sort(key=lambda fault: fault[0])
        if faults:
            return Read(bodies, iter(()), faults[:limit])
        return Read(bodies, zip(*columns, strict=True) if columns else iter([()] * frame.height), ())


class _Decimals(dict[str | None, Decimal | None]):
    """Decimals by the text of their figures, made when first asked for; at most `_REMEMBERED` are kept."""

    def __init__(self) -> None:
        super().__init__({None: None})

    def __missing__(self, text: str) -> Decimal:
        figure = Decimal(text)
        if len(self) < _REMEMBERED:
            self[text] = figure
        return figure


def _is_text(kind: Any) -> bool:
    return kind in (polars.String, polars.Categorical, polars.Enum, polars.Null)


def _refused(declared: Input, kind: Any, floats: bool) -> str | None:
    """Why a column of this type cannot be read as that input, or None."""
    if declared.kind == "table":
        if isinstance(kind, polars.List) and isinstance(kind.inner, polars.Struct):
            inexact = [field.name for field in kind.inner.fields if field.dtype.is_float()]
            return f"{', '.join(inexact)}: {_FLOATS}" if inexact and not floats else None
        fits = kind in (polars.String, polars.Null)
    elif declared.kind == "number":
        if kind.is_float() and not floats:
            return _FLOATS
        fits = _is_text(kind) or kind.is_numeric()
    else:
        fits = _is_text(kind) or (declared.kind == "boolean" and kind == polars.Boolean)
    return None if fits else f"expected {_EXPECTED[declared.kind]}; found {kind}"


# -- a column at once --------------------------------------------------------------------------------------------------

_Cells = tuple[Sequence[Any], Sequence[Fault]]
"""A column's values in the order of its rows, or the first of its faults."""


def _numbers(declared: Input, column: polars.Series, limit: int, decimals: _Decimals) -> _Cells:
    figures = _figures(column)
    written = figures.str.contains(_WHOLE_FIGURE)
    fits = [written]
    if declared.minimum is not None or declared.maximum is not None:
        exact = figures.cast(_EXACT, strict=False)
        fits += [] if declared.minimum is None else [exact >= polars.Series([declared.minimum], dtype=_EXACT)]
        fits += [] if declared.maximum is None else [exact <= polars.Series([declared.maximum], dtype=_EXACT)]
    if faults := _unfitting(declared, figures, fits, limit):
        return (), faults
    return list(map(decimals.__getitem__, figures.to_list())), ()


def _booleans(declared: Input, column: polars.Series, limit: int, decimals: _Decimals) -> _Cells:
    if column.dtype == polars.Boolean:
        return column.to_list(), ()
    texts = column.cast(polars.String)
    return (texts == "true").to_list(), _unfitting(declared, texts, [texts.is_in(["true", "false"])], limit)


def _texts(declared: Input, column: polars.Series, limit: int, decimals: _Decimals) -> _Cells:
    return column.cast(polars.String).to_list(), ()


def _tables(declared: Input, column: polars.Series, limit: int, decimals: _Decimals) -> _Cells:
    read = [_table(declared, cell) for cell in column.to_list()]
    faults = ((row, problem) for row, (_, problems) in enumerate(read) for problem in problems)
    return [table for table, _ in read], list(islice(faults, limit))


_READERS: Mapping[str, Callable[[Input, polars.Series, int, _Decimals], _Cells]] = {
    "number": _numbers,
    "boolean": _booleans,
    "text": _texts,
    "table": _tables,
}


def _figures(column: polars.Series) -> polars.Series:
    """A column of figures as the text of each."""
    texts = column.cast(polars.String)
    if isinstance(column.dtype, polars.Decimal) and column.dtype.scale:
        return texts.str.replace(r"\.?0+$", "")
    if column.dtype.is_float():
        return polars.Series(column.name, [text and _shortest(text) for text in texts.to_list()], dtype=polars.String)
    return texts


def _shortest(text: str) -> str:
    """A float's shortest decimal without an exponent and padding zeros; what is not a number stays as it is."""
    figure = Decimal(text)
    return _unpadded(f"{figure:f}") if figure.is_finite() else text


def _unpadded(figure: str) -> str:
    return figure.rstrip("0").rstrip(".") if "." in figure else figure


def _unfitting(declared: Input, texts: polars.Series, fits: Sequence[polars.Series], limit: int) -> list[Fault]:
    """Faults of the rows where not all of `fits` is true, in the words in which every door refuses such a value."""
    if all(one.all() for one in fits):
        return []
    rows = polars.select(polars.any_horizontal(~one for one in fits)).to_series().arg_true().head(limit)
    return [(row, problem) for row in rows for problem in value_problems(declared, texts[row], declared.id)]


# -- tables, cell by cell ----------------------------------------------------------------------------------------------


def _table(declared: Input, cell: Any) -> tuple[list[dict[str, Any]] | None, list[Problem]]:
    """A body's table as rows of JSON values, each with its item; and what is wrong with it."""
    place = declared.id
    if isinstance(cell, str):
        try:
            cell = json.loads(cell, parse_float=Decimal, parse_int=Decimal)
        except ValueError as error:
            return None, [Problem(place, f"this is no JSON: {error}")]
    if cell is None:
        return None, []
    if not isinstance(cell, list):
        return None, [Problem(place, "expected a list of rows")]
    table: list[dict[str, Any]] = []
    problems: list[Problem] = []
    kinds = {column.id: column for column in declared.columns}
    for number, row in enumerate(cell, start=1):
        if not isinstance(row, dict) or not isinstance(row.get(ITEM), str) or not row[ITEM].strip():
            problems.append(Problem(f"{place}, its row {number}", f"expected a row with its `{ITEM}`, a text"))
            continue
        values = {name: _cell(kinds.get(name), value) for name, value in row.items() if name != ITEM}
        problems.extend(row_problems(declared, values, f"{place}/{row[ITEM]}"))
        table.append({ITEM: row[ITEM], **values})
    items = [row[ITEM] for row in table]
    twice = sorted({item for item in items if items.count(item) > 1})
    problems.extend(Problem(f"{place}/{item}", "is stated twice") for item in twice)
    return table, problems


def _cell(column: Column | None, value: Any) -> Any:
    """A cell as JSON states it: a figure of a column of numbers as text."""
    if column is None or column.kind != "number" or isinstance(value, str | bool | None):
        return value
    if isinstance(value, float):
        return _shortest(repr(value))
    return _unpadded(f"{value:f}") if isinstance(value, Decimal) else str(value)
