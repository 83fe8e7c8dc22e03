"""Databases for tests: fresh ones on a real server, the embedded and an ordinary one (or the one that is set)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests import servers
from tests.servers import Server


@pytest.fixture(scope="session", params=servers.AVAILABLE)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A running server."""
    with servers.KINDS[request.param]() as running:
        yield running


@pytest.fixture
def empty_database(server: Server) -> Iterator[str]:
    """The URL of a new database without anything in it."""
    url = server.create()
    yield url
    server.drop(url)


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """The URL of a new database with all migrations done."""
    url = server.migrated()
    yield url
    server.drop(url)


@pytest.fixture
def played(server: Server) -> Iterator[str]:
    """The URL of a new database with the events of the demonstration, not projected."""
    url = server.played()
    yield url
    server.drop(url)


@pytest.fixture(scope="session", autouse=True)
def _only_what_tests_set() -> Iterator[None]:
    """Settings of this shell do not reach the commands under test."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(("SHEZHIRE_", "PG"))}
    yield
    os.environ.update(kept)
