"""Files of rows that several processes read slice by slice, each for itself, so that no row travels between them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import polars
from polars.exceptions import PolarsError

from api.analysis.export import kind_of

ROWS_OF_COPY = 10_000
"""Rows of a group in a copy: what is decoded to read any slice of it."""


class UnreadableError(Exception):
    """A file that polars cannot read, and why."""


@dataclass(frozen=True)
class Slices:
    """A Parquet file that is read slice by slice."""

    path: Path

    def schema(self) -> Mapping[str, Any]:
        """The types of its columns."""
        with _reading():
            return self._scanned().collect_schema()

    def height(self) -> int:
        """How many rows it has."""
        with _reading():
            return int(self._scanned().select(polars.len()).collect().item())

    def slice(self, first: int, length: int) -> polars.DataFrame:
        """Some of its rows."""
        with _reading():
            return self._scanned().slice(first, length).collect()

    def _scanned(self) -> polars.LazyFrame:
        return polars.scan_parquet(self.path, glob=False)


@contextmanager
def slices_of(source: Path) -> Iterator[Slices]:
    """The file as slices: itself if it is Parquet, else a copy as Parquet that lasts as long as this context.

    CSV cannot be read from its middle, and is taken with every value as text; a batch of Arrow may be the whole file.
    """
    kind = kind_of(source, "read")
    if not source.is_file():
        raise UnreadableError("there is no such file")
    if kind == "parquet":
        yield Slices(source)
        return
    with tempfile.TemporaryDirectory(prefix="shezhire-bulk-") as directory:
        copy = Path(directory) / "input.parquet"
        with _reading():
            if kind == "csv":
                rows = polars.scan_csv(source, infer_schema=False, skip_lines=_comments(source), glob=False)
            else:
                rows = polars.scan_ipc(source)
            rows.sink_parquet(copy, row_group_size=ROWS_OF_COPY)
        yield Slices(copy)


def _comments(source: Path) -> int:
    """How many lines of comment stand before the header, as in the CSV that is written here."""
    with source.open(encoding="utf-8", errors="replace") as lines:
        return sum(1 for _ in takewhile(lambda line: line.startswith("# "), lines))


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except PolarsError as error:
        raise UnreadableError(str(error)) from error
