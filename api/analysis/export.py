"""Files that say themselves what they are: Parquet, Arrow IPC (Feather version 2) and CSV with what is known inside.

Parquet and Arrow keep it as one JSON document under the key `shezhire` of the file's metadata, as other conventions
(`pandas`, `geo`) do; CSV has one line `# name: value` for each fact before the header, the value as JSON. Readers skip
such lines when told: `polars.read_csv(file, comment_prefix="#")`, `pandas.read_csv(file, comment="#")`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars
import pyarrow
import pyarrow.feather

from domain.errors import InvalidInput, Problem

KEY = "shezhire"
"""The key of the file's metadata."""

About = Mapping[str, Any]
Writer = Callable[[polars.DataFrame, About], bytes]


def as_parquet(frame: polars.DataFrame, about: About) -> bytes:
    """The frame as a Parquet file."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, metadata={KEY: _json(about)})
    return buffer.getvalue()


def as_arrow(frame: polars.DataFrame, about: About) -> bytes:
    """The frame as an Arrow IPC file, uncompressed, so that programs may map it into memory."""
    table = frame.to_arrow(compat_level=polars.CompatLevel.oldest())
    buffer = io.BytesIO()
    described = table.replace_schema_metadata({KEY: _json(about)})
    pyarrow.feather.write_feather(described, buffer, compression="uncompressed")
    return buffer.getvalue()


def as_csv(frame: polars.DataFrame, about: About) -> bytes:
    """The frame as CSV (RFC 4180) after lines of comment; lists are joined by semicolons."""
    lists = [name for name, kind in frame.schema.items() if kind == polars.List]
    flat = frame.with_columns(polars.col(name).list.join(";") for name in lists)
    head = "".join(f"# {name}: {_json(value)}\n" for name, value in about.items())
    return (head + flat.write_csv()).encode()


WRITERS: Mapping[str, Writer] = {"parquet": as_parquet, "arrow": as_arrow, "csv": as_csv}
_ENDINGS = {".parquet": "parquet", ".arrow": "arrow", ".feather": "arrow", ".csv": "csv"}


def kind_of(path: Path) -> str:
    """Which of `WRITERS` a path's ending asks for. Raises InvalidInput."""
    kind = _ENDINGS.get(path.suffix.lower())
    if kind is None:
        expected = f"expected a name that ends in {', '.join(_ENDINGS)}; found {path.name}"
        raise InvalidInput("this file cannot be written", [Problem("path", expected)])
    return kind


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
    elif kind == "parquet":
        text = polars.read_parquet_metadata(target).get(KEY)
        document = None if text is None else json.loads(text)
    else:
        with pyarrow.OSFile(str(target)) as file:
            text = (pyarrow.ipc.open_file(file).schema.metadata or {}).get(KEY.encode())
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
