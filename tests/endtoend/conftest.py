"""Stores as a person has them: an embedded one in a directory, or a database of an ordinary server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

import pytest

from adapters.postgres.embedded import EmbeddedPostgres
from tests import servers
from tests.endtoend.commands import environment, shezhire
from tests.servers import Server, short_directory


@dataclass(frozen=True)
class Store:
    """A store: the settings that name it, and the URL of its database for tests that look inside."""

    settings: dict[str, str]
    url: str


@contextmanager
def new_store(server: Server) -> Iterator[Store]:
    """A new, empty store. An embedded one is held open, so that commands need not start its server each time."""
    if server.name == "embedded":
        with short_directory() as directory, EmbeddedPostgres(directory) as running:
            yield Store(environment(SHEZHIRE_DATA=str(directory)), running.url)
    else:
        url = server.create()
        with short_directory() as directory:
            yield Store(environment(SHEZHIRE_DATABASE_URL=url, SHEZHIRE_DATA=str(directory)), url)
        server.drop(url)


@contextmanager
def demonstration(server: Server) -> Iterator[Store]:
    """A store in which `shezhire demo` was run."""
    with new_store(server) as store:
        begun = monotonic()
        said = shezhire(store.settings, "demo").stdout.decode()
        assert monotonic() - begun < 60
        for published in ("76", "59", "430", "302 (70.2 %)", "35 (8.1 %)", "5 (1.2 %)", "88 (20.5 %)", "93.9"):
            assert published in said
        yield store


@pytest.fixture(scope="module")
def demonstrated(server: Server) -> Iterator[Store]:
    """A demonstration on each kind of server; tests only read it."""
    with demonstration(server) as store:
        yield store


@pytest.fixture(scope="module")
def shown() -> Iterator[Store]:
    """A demonstration on one kind of server, for what does not depend on it; tests only read it."""
    with servers.KINDS[servers.AVAILABLE[0]]() as server, demonstration(server) as store:
        yield store


@pytest.fixture
def store(server: Server) -> Iterator[Store]:
    """A new, empty store."""
    with new_store(server) as made:
        yield made
