"""Group commit: writers that come while one transaction is being committed share the next one.

Leader and followers: the first writer to find nobody writing writes what is waiting, its own batch and the others'.
A single writer therefore never waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Condition

from eventsourcing.persistence import StoredEvent

Batch = Sequence[StoredEvent]
Write = Callable[[Sequence[Batch]], list[Sequence[int] | Exception]]

LARGEST_GROUP = 500
"""Most batches that one transaction takes."""


class GroupCommit:
    """Gathers batches of events and writes them by `write`, one transaction at a time.

    Invariant, under the lock: at most one thread is the leader, and a batch is in `_waiting` until a leader takes it.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._state = Condition()
        self._waiting: list[tuple[Batch, Future[Sequence[int]]]] = []
        self._leading = False

    def submit(self, batch: Batch) -> Sequence[int]:
        """Writes a batch, perhaps with others; gives its positions or raises what went wrong with it."""
        mine: Future[Sequence[int]] = Future()
        with self._state:
            self._waiting.append((batch, mine))
            while self._leading and not mine.done():
                self._state.wait()
            if mine.done():
                return mine.result()
            self._leading = True
        try:
            while not mine.done():
                self._write_group()
        finally:
            with self._state:
                self._leading = False
                self._state.notify_all()
        return mine.result()

    def _write_group(self) -> None:
        with self._state:
            group = self._take()
        try:
            results = self._write([batch for batch, _ in group])
        except BaseException as error:
            # Whatever it is, it belongs to every writer of the group: each raises it in its own thread. Even where the
            # leader is interrupted, since nobody else knows of the batches it took.
            for _, future in group:
                future.set_exception(error)
            if not isinstance(error, Exception):
                raise
        else:
            for (_, future), result in zip(group, results, strict=True):
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)
        with self._state:
            self._state.notify_all()

    def _take(self) -> list[tuple[Batch, Future[Sequence[int]]]]:
        """The next group: in order of arrival, no stream twice (the second would always be in conflict)."""
        group: list[tuple[Batch, Future[Sequence[int]]]] = []
        streams: set[object] = set()
        left: list[tuple[Batch, Future[Sequence[int]]]] = []
        for entry in self._waiting:
            touched = {event.originator_id for event in entry[0]}
            if len(group) < LARGEST_GROUP and not touched & streams:
                group.append(entry)
            else:
                left.append(entry)
            streams |= touched
        self._waiting = left
        return group
