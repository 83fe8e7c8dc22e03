"""A table of answers: a polars frame, and what must be known about it, so that neither travels without the other.

Figures are exact. Those that a revision rounds (scores, weights, stated values) are `polars.Decimal(38, 12)`: no rule
of a revision writes more than 12 places. Those that nobody rounds (raw points, shares, coverage, means) are text with
all their digits, and so is a column of the first kind in the rare case that one of its figures has more places. The
scale is the same everywhere on purpose: polars silently rounds where frames of different scales are put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars

from api.analysis.export import WRITERS, kind_of

PLACES = 12
FIGURE = polars.Decimal(38, PLACES)
"""A figure with at most 12 places."""
DIGITS = polars.String
"""A figure with all its digits, as text."""
LARGEST = Decimal(10) ** (38 - PLACES)

Columns = Mapping[str, Any]
"""Names of columns and their polars types; `Figures.ROUNDED` and `Figures.EXACT` stand for figures."""


class Figures:
    """The two kinds of columns of figures, to be named in place of a polars type."""

    ROUNDED = "rounded"
    EXACT = "exact"


@dataclass(frozen=True)
class Table:
    """Rows in a polars frame; `figures` names its columns of exact figures, `about` says what they are.

    `about` always says `official: false`, and for what position, layer and revision the rows were computed.
    """

    frame: polars.DataFrame
    about: Mapping[str, Any]
    figures: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, columns: Columns, rows: Iterable[Mapping[str, Any]], about: Mapping[str, Any]) -> Table:
        """The table of these rows, in the order of `columns`; a column that a row does not have is null there."""
        listed = list(rows)
        series = [_series(name, kind, [row.get(name) for row in listed]) for name, kind in columns.items()]
        figures = tuple(name for name, kind in columns.items() if kind in (Figures.ROUNDED, Figures.EXACT))
        return cls(polars.DataFrame(series), about, figures)

    def floats(self) -> polars.DataFrame:
        """The frame with its figures as binary floating point: for pictures and statistics, no longer exact."""
        return self.frame.with_columns(polars.col(name).cast(polars.Float64) for name in self.figures)

    def write(self, path: str | Path) -> Path:
        """Writes `.parquet`, `.arrow` (or `.feather`) or `.csv`, with `about` inside the file; gives the path.

        Raises InvalidInput for any other ending. A file that is there is replaced.
        """
        target = Path(path)
        kind = kind_of(target)
        target.write_bytes(WRITERS[kind](self.frame, self.about))
        return target

    def _repr_html_(self) -> str:
        """As notebooks show it: the frame, and the sentence that must stand with it."""
        with polars.Config(trim_decimal_zeros=True):
            return f"{self.frame._repr_html_()}<p>{self.about['note']}</p>"

    def __str__(self) -> str:
        with polars.Config(trim_decimal_zeros=True):
            return f"{self.frame}\n{self.about['note']}"


def inferred(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Columns of rows of any kind, by what their values are."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: _kind_of(value for row in rows if (value := row.get(name)) is not None) for name in names}


def _kind_of(values: Iterable[Any]) -> Any:
    kinds = {type(value) for value in values}
    if kinds == {bool}:
        return polars.Boolean
    if kinds == {int}:
        return polars.Int64
    if kinds and kinds <= {Decimal, int}:
        return Figures.ROUNDED
    if kinds == {datetime}:
        return polars.Datetime("us", "UTC")
    if kinds and kinds <= {list, tuple}:
        return polars.List(polars.String)
    return polars.String


def _series(name: str, kind: Any, values: Sequence[Any]) -> polars.Series:
    if kind == Figures.ROUNDED:
        figures = [None if value is None else Decimal(value) for value in values]
        if all(figure is None or _fits(figure) for figure in figures):
            return polars.Series(name, figures, dtype=FIGURE)
        kind = Figures.EXACT
    if kind == Figures.EXACT:
        return polars.Series(name, [None if value is None else f"{value:f}" for value in values], dtype=DIGITS)
    if kind == polars.Datetime:
        return polars.Series(name, [value and value.astimezone(UTC) for value in values], dtype=kind)
    if kind == polars.List:
        return polars.Series(name, [None if value is None else list(map(str, value)) for value in values], dtype=kind)
    if kind == polars.String:
        return polars.Series(name, [None if value is None else str(value) for value in values], dtype=kind)
    return polars.Series(name, values, dtype=kind)


def _fits(figure: Decimal) -> bool:
    _, digits, exponent = figure.as_tuple()
    if not isinstance(exponent, int):
        return False
    zeros = len(digits) - len(bytes(digits).rstrip(b"\0"))
    return (not figure or exponent + zeros >= -PLACES) and figure.copy_abs() < LARGEST
