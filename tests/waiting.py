"""Waiting on conditions, with a bound; no test sleeps for a guessed time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import TypeVar

Found = TypeVar("Found")


def until(condition: Callable[[], Found], what: str, seconds: float = 60.0, pause: float = 0.005) -> Found:
    """What the condition gives once it is true; fails with `what` was awaited after a while."""
    pausing = Event()
    end = monotonic() + seconds
    while not (found := condition()):
        assert monotonic() < end, f"waited {seconds} s in vain for {what}"
        pausing.wait(pause)
    return found
