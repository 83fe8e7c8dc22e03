"""Tables that remember: each row is valid from one position up to another, and one row of a key is open.

A fold writes to these tables and never to a database. A sink writes what has changed since its last flush; a replay
simply keeps everything. Both therefore hold the same rows.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Key = tuple[Any, ...]
Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table's name and columns. The first `partition` columns of the key name the part that is loaded at once."""

    name: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    partition: int


class OpenRow(NamedTuple):
    """A row that is valid now."""

    values: Values
    valid_from: int
    stored: bool


class Row(NamedTuple):
    """A row to be written; `valid_to` is None while it is open."""

    key: Key
    values: Values
    valid_from: int
    valid_to: int | None


Load = Callable[[Key], Iterable[tuple[Key, Values, int]]]
"""Gives the stored open rows of a partition: key, values, valid_from."""


def nothing_stored(_: Key) -> Iterable[tuple[Key, Values, int]]:
    """The loader of a table that starts empty."""
    return ()


@dataclass
class Changes:
    """What a sink must write: stored rows that end (key, valid_to), then rows to insert."""

    ended: list[tuple[Key, int]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


class HistoryTable:
    """The rows of one table that are valid now, by partition, with the changes since the last flush.

    Owned by one fold in one thread. Invariant: for each key at most one open row, whose `valid_from` is the position
    of the event that stated it.
    """

    def __init__(self, spec: TableSpec, load: Load = nothing_stored) -> None:
        self.spec = spec
        self._load = load
        self._partitions: OrderedDict[Key, dict[Key, OpenRow]] = OrderedDict()
        self._ended: list[tuple[Key, int]] = []
        self._finished: list[Row] = []
        self._unsaved: set[Key] = set()

    def partition(self, part: Key) -> dict[Key, OpenRow]:
        """The open rows of a partition by key; loaded on first use."""
        found = self._partitions.get(part)
        if found is None:
            found = {key: OpenRow(values, start, True) for key, values, start in self._load(part)}
            self._partitions[part] = found
        else:
            self._partitions.move_to_end(part)
        return found

    def get(self, key: Key) -> Values | None:
        """The values now valid for a key, or None."""
        row = self.partition(key[: self.spec.partition]).get(key)
        return row.values if row is not None else None

    def row(self, key: Key) -> Values:
        """The values now valid for a key, which must be there. Raises LookupError."""
        values = self.get(key)
        if values is None:
            raise LookupError(f"{self.spec.name} has no row {key}: its stream's earlier events were not folded")
        return values

    def put(self, key: Key, values: Values, position: int) -> bool:
        """States values for a key from a position on; False if they were valid already."""
        rows = self.partition(key[: self.spec.partition])
        row = rows.get(key)
        if row is not None:
            if row.values == values:
                return False
            self._end(key, row, position)
        rows[key] = OpenRow(values, position, False)
        self._unsaved.add(key)
        return True

    def remove(self, key: Key, position: int) -> bool:
        """Ends a key's row at a position; False if there was none."""
        rows = self.partition(key[: self.spec.partition])
        row = rows.pop(key, None)
        if row is None:
            return False
        self._end(key, row, position)
        self._unsaved.discard(key)
        return True

    def _end(self, key: Key, row: OpenRow, position: int) -> None:
        if row.stored:
            self._ended.append((key, position))
        elif row.valid_from < position:
            self._finished.append(Row(key, row.values, row.valid_from, position))
        # A row that one event states and replaces was never valid at any position.

    def changes(self) -> Changes:
        """What changed since the last call; afterwards everything counts as stored."""
        changes = Changes(self._ended, self._finished)
        size = self.spec.partition
        for key in self._unsaved:
            rows = self._partitions[key[:size]]
            row = rows[key]
            changes.rows.append(Row(key, row.values, row.valid_from, None))
            rows[key] = OpenRow(row.values, row.valid_from, True)
        self._ended, self._finished, self._unsaved = [], [], set()
        return changes

    def forget(self, keep: int) -> None:
        """Drops the partitions least recently used until `keep` remain, or one is met with changes not yet given away;
        only when the changes that were given away are stored."""
        size = self.spec.partition
        changed = {key[:size] for key in self._unsaved}
        changed.update(key[:size] for key, _ in self._ended)
        while len(self._partitions) > keep and next(iter(self._partitions)) not in changed:
            self._partitions.popitem(last=False)

    def rows(self) -> Iterator[Row]:
        """All rows of a table that was never flushed or forgotten: the finished ones and the open ones."""
        yield from self._finished
        for rows in self._partitions.values():
            for key, row in rows.items():
                yield Row(key, row.values, row.valid_from, None)

    def as_of(self, position: int) -> dict[Key, Values]:
        """The values valid at a position, of a table that was never flushed or forgotten."""
        return {
            row.key: row.values
            for row in self.rows()
            if row.valid_from <= position and (row.valid_to is None or position < row.valid_to)
        }
