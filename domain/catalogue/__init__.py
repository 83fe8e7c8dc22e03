"""What ships with the program: the historical methodology revisions, one YAML each, and the chain of their acts."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from domain.catalogue.acts import Act, Chain, ChainError, Kind, Step, chain_of, problems_of
from domain.catalogue.dates import PartialDate, When

__all__ = [
    "Act",
    "Chain",
    "ChainError",
    "Kind",
    "PartialDate",
    "Step",
    "When",
    "catalogue",
    "chain",
    "chain_of",
    "document",
    "older_than",
    "problems_of",
]

_HERE = files("domain.catalogue")
_CHAIN = "acts"
# The loader over libyaml reads the same four times as fast; not every build of PyYAML has it.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def catalogue() -> tuple[str, ...]:
    """Ids of the revisions that ship, in alphabetical order."""
    names = {entry.name.removesuffix(".yaml") for entry in _HERE.iterdir() if entry.name.endswith(".yaml")}
    return tuple(sorted(names - {_CHAIN}))


def document(revision: str) -> dict[str, Any]:
    """The document of a revision. Raises KeyError, which names those there are."""
    if revision not in catalogue():
        raise KeyError(f"no revision {revision!r} ships (there are: {', '.join(catalogue())})")
    return _read(revision)


@cache
def chain() -> Chain:
    """The acts that approved, changed, renamed, replaced and repealed the revisions."""
    return chain_of(_read(_CHAIN))


def older_than(revision: str) -> tuple[str, ...]:
    """Ids of the revisions that began before this one, oldest first; all of them if this one does not ship."""
    begun = chain().revisions()
    return begun[: begun.index(revision)] if revision in begun else begun


def _read(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(_HERE.joinpath(f"{name}.yaml").read_text("utf-8"), _LOADER)
    return loaded
