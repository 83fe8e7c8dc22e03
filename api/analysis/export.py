"""Files that say themselves what they are: Parquet, Arrow IPC (Feather version 2) and CSV with what is known inside.

Parquet and Arrow keep it as one JSON document under the key `shezhire` of the file's metadata, as other conventions
(`pandas`, `geo`) do; CSV has one line `# name: value` for each fact before the header, the value as JSON. To read it:
`polars.read_csv(file, comment_prefix="#")`, or skip these lines (pandas would cut every line at a `#`).
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars
import pyarrow
import pyarrow.feather
import pyarrow.parquet

from domain.errors import InvalidInput, Problem

KEY = "shezhire"
"""The key of the file's metadata."""

About = Mapping[str, Any]
Writer = Callable[[polars.DataFrame, About], bytes]
Append = Callable[[polars.DataFrame], None]


def as_parquet(frame: polars.DataFrame, about: About) -> bytes:
    """The frame as a Parquet file."""
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(_described(frame, about), buffer, compression="zstd")
    return buffer.getvalue()


def as_arrow(frame: polars.DataFrame, about: About) -> bytes:
    """The frame as an Arrow IPC file, uncompressed, so that programs may map it into memory."""
    buffer = io.BytesIO()
    pyarrow.feather.write_feather(_described(frame, about), buffer, compression="uncompressed")
    return buffer.getvalue()


def _described(frame: polars.DataFrame, about: About) -> Any:
    # Types that every reader of Arrow knows; and metadata of the schema, which pyarrow and polars both give back.
    table = frame.to_arrow(compat_level=polars.CompatLevel.oldest())
    return table.replace_schema_metadata({KEY: _json(about)})


def as_csv(frame: polars.DataFrame, about: About) -> bytes:
    """The frame as CSV (RFC 4180) after lines of comment; figures without padding zeros, lists joined by semicolons."""
    return f"{_comments(about)}{_flat(frame).write_csv()}".encode()


def _comments(about: About) -> str:
    return "".join(f"# {name}: {_json(value)}\n" for name, value in about.items())


def _flat(frame: polars.DataFrame) -> polars.DataFrame:
    return frame.with_columns(
        *(polars.col(name).list.join(";") for name, kind in frame.schema.items() if kind == polars.List),
        *(_digits(name) for name, kind in frame.schema.items() if kind == polars.Decimal),
    )


def _digits(name: str) -> polars.Expr:
    return polars.col(name).cast(polars.String).str.strip_chars_end("0").str.strip_chars_end(".")


WRITERS: Mapping[str, Writer] = {"parquet": as_parquet, "arrow": as_arrow, "csv": as_csv}
_ENDINGS = {".parquet": "parquet", ".arrow": "arrow", ".feather": "arrow", ".csv": "csv"}


def kind_of(path: Path, done: str = "written") -> str:
    """Which of `WRITERS` a path's ending asks for; `done` is what is to be done with it. Raises InvalidInput."""
    kind = _ENDINGS.get(path.suffix.lower())
    if kind is None:
        expected = f"expected a name that ends in {', '.join(_ENDINGS)}; found {path.name}"
        raise InvalidInput(f"this file cannot be {done}", [Problem("path", expected)])
    return kind


@contextmanager
def written_in_parts(path: Path, empty: polars.DataFrame, about: About) -> Iterator[Append]:
    """Writes a file frame by frame, all of the columns of `empty`; gives what takes the next frame.

    The file appears under its name when all is written; until then, and if anything fails, there is none, and one that
    was there stays as it was. Raises InvalidInput if it cannot be written.
    """
    kind = kind_of(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        file = part.open("wb")
    except OSError as error:
        raise InvalidInput("this file cannot be written", [Problem(str(path), str(error.strerror))]) from error
    try:
        with file, _APPENDERS[kind](file, empty, about) as append:
            yield append
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


@contextmanager
def _appending_parquet(file: Any, empty: polars.DataFrame, about: About) -> Iterator[Append]:
    schema = _described(empty, about).schema
    with pyarrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        yield lambda frame: writer.write_table(_described(frame, about))


@contextmanager
def _appending_arrow(file: Any, empty: polars.DataFrame, about: About) -> Iterator[Append]:
    with pyarrow.ipc.new_file(file, _described(empty, about).schema) as writer:
        yield lambda frame: writer.write_table(_described(frame, about))


@contextmanager
def _appending_csv(file: Any, empty: polars.DataFrame, about: About) -> Iterator[Append]:
    file.write(f"{_comments(about)}{_flat(empty).write_csv()}".encode())
    yield lambda frame: _flat(frame).write_csv(file, include_header=False)


_APPENDERS = {"parquet": _appending_parquet, "arrow": _appending_arrow, "csv": _appending_csv}


def about_file(path: str | Path) -> dict[str, Any]:
    """What a file that was written here says about itself. Raises InvalidInput if it says nothing."""
    target = Path(path)
    kind = kind_of(target)
    if kind == "csv":
        with target.open(encoding="utf-8") as lines:
            said = {}
            for line in lines:
                if not line.startswith("# "):
                    break
                name, _, value = line.removeprefix("# ").partition(": ")
                said[name] = json.loads(value)
        document = said or None
    else:
        with pyarrow.OSFile(str(target)) as file:
            schema = pyarrow.parquet.read_schema(file) if kind == "parquet" else pyarrow.ipc.open_file(file).schema
        text = (schema.metadata or {}).get(KEY.encode())
        document = None if text is None else json.loads(text)
    if document is None:
        raise InvalidInput("this file says nothing about itself", [Problem(str(target), f"has no key `{KEY}`")])
    return dict(document)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be written as JSON")
