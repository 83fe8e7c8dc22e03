"""Functions on contexts (DMN 1.5, 10.3.4.10)."""

from __future__ import annotations

from typing import Any

from domain.feel.builtins.function import builtin, by_name, context, items, text
from domain.feel.calling import Failure


def _get_value(given: Any, key: Any) -> Any:
    if isinstance(key, list):
        for one in key[:-1]:
            given = context(given).get(text(one))
        key = key[-1] if key else None
    return context(given).get(text(key))


def _get_entries(given: Any) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in context(given).items()]


def _context(entries: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in items(entries):
        one = context(entry)
        if "key" not in one or "value" not in one:
            raise Failure("an entry has a key and a value")
        key = text(one["key"])
        if key in found:
            raise Failure(f"the key {key} is there twice")
        found[key] = one["value"]
    return found


def _put(given: Any, key: Any, value: Any) -> dict[str, Any]:
    """A copy with another entry; a list of keys says the way to a context inside."""
    if not isinstance(key, list):
        return {**context(given), text(key): value}
    if not key:
        raise Failure("the list of keys is empty")
    path = [context(given)]
    for one in key[:-1]:
        path.append(context(path[-1].get(text(one))))
    for outer, one in zip(reversed(path), reversed(key), strict=True):
        value = {**outer, text(one): value}
    merged: dict[str, Any] = value
    return merged


def _merge(contexts: Any) -> dict[str, Any]:
    return {key: value for one in items(contexts) for key, value in context(one).items()}


CONTEXTS = by_name(
    builtin("get value", _get_value, "m, key", "context, keys"),
    builtin("get entries", _get_entries, "m"),
    builtin("context", _context, "entries"),
    builtin("context put", _put, "context, key, value", "context, keys, value"),
    builtin("context merge", _merge, "contexts"),
)
