"""Reading a document of rules from a file: YAML or JSON, refused where a reader would have to guess.

A key given twice, an alias, a file that is too large: what a person checks by eye must be what the program reads.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from domain.errors import InvalidInput, Problem

MAX_BYTES = 5_000_000
"""Largest file, in bytes."""


def read_document(file: Path) -> dict[str, Any]:
    """The fields that a `.yaml`, `.yml` or `.json` file holds. Raises InvalidInput, which names the line."""
    read = {".yaml": _yaml, ".yml": _yaml, ".json": _json}.get(file.suffix.lower())
    if read is None:
        raise _refused(file, f"expected .yaml or .json, found {file.suffix or 'no ending'}")
    try:
        if file.stat().st_size > MAX_BYTES:
            raise _refused(file, f"is larger than {MAX_BYTES} bytes")
        found = read(file.read_text("utf-8"))
    except OSError as error:
        raise _refused(file, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _refused(file, f"is not UTF-8 at byte {error.start}") from error
    except (yaml.YAMLError, json.JSONDecodeError, _Unclear) as error:
        raise _refused(file, " ".join(str(error).split())) from error
    except RecursionError as error:
        raise _refused(file, "is nested too deeply") from error
    if not isinstance(found, dict):
        raise _refused(file, "does not hold fields")
    return found


class _Unclear(ValueError):
    """A document that can be read in more than one way."""


class _Loader(yaml.SafeLoader):
    """YAML without aliases and without keys given twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
            raise _Unclear(f"{_line(event.start_mark)}: aliases are not allowed; write it out")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in keys:
                raise _Unclear(f"{_line(key_node.start_mark)}: `{key}` is given twice")
            keys.add(key)
        return super().construct_mapping(node, deep)


def _line(mark: Any) -> str:
    return f"line {mark.line + 1}"


def _yaml(text: str) -> Any:
    return yaml.load(text, _Loader)


def _json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Unclear(f"`{name}` is given twice")
        found[name] = value
    return found


def _refused(file: Path, message: str) -> InvalidInput:
    return InvalidInput("this file cannot be read", [Problem(file.name, message)])
