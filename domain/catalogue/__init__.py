"""The historical methodology revisions that ship with the program, one YAML document each."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

_HERE = files("domain.catalogue")


def catalogue() -> tuple[str, ...]:
    """Ids of the revisions that ship, in alphabetical order."""
    names = (entry.name for entry in _HERE.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def document(revision: str) -> dict[str, Any]:
    """The document of a revision. Raises KeyError, which names those there are."""
    if revision not in catalogue():
        raise KeyError(f"no revision {revision!r} ships (there are: {', '.join(catalogue())})")
    loaded: dict[str, Any] = yaml.safe_load(_HERE.joinpath(f"{revision}.yaml").read_text("utf-8"))
    return loaded
