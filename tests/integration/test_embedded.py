"""The embedded server: durable, shared by processes, gone with the last of them, and hard to kill."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import psutil
import psycopg
import pytest

from adapters.postgres.embedded import EmbeddedPostgres, EmbeddedServerError
from tests.servers import short_directory
from tests.waiting import until

ROOT = Path(__file__).parents[2]
USER = """
import sys
from pathlib import Path
from adapters.postgres.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as server:
    print(server.pid, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def once_started() -> Iterator[Path]:
    """A data directory as the first start leaves it: copied, since making one takes long."""
    with short_directory() as path:
        with EmbeddedPostgres(path):
            pass
        yield path


@pytest.fixture
def fresh() -> Iterator[Path]:
    """A directory in which there was no server yet."""
    with short_directory() as path:
        yield path
        end(server_pid(path))


@pytest.fixture
def directory(fresh: Path, once_started: Path) -> Path:
    """A directory in which there was a server before."""
    subprocess.run(["cp", "-a", f"{once_started}/.", fresh], check=True)
    return fresh


def server_pid(directory: Path) -> int | None:
    """Process id that stands in the server's pid file, if it is alive."""
    file = directory / "postgres-18" / "postmaster.pid"
    pid = int(file.read_text().split()[0]) if file.exists() else None
    return pid if pid is not None and psutil.pid_exists(pid) else None


def end(pid: int | None) -> None:
    """Kills a server and waits until it and its sessions are gone."""
    if pid is not None:
        server = psutil.Process(pid)
        family = [server, *server.children(recursive=True)]
        server.kill()
        psutil.wait_procs(family, timeout=30)


@contextmanager
def another_user(directory: Path, *prefix: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Another process that uses the server of a directory; gives it and the server's process id."""
    command = [*prefix, sys.executable, "-W", "ignore", "-c", USER, str(directory)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PATH": os.environ["PATH"]}
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "the other process did not start"
        try:
            yield process, int(line)
        finally:
            if process.poll() is None:
                process.communicate("\n", timeout=60)


def remember(url: str, word: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        connection.execute("INSERT INTO words VALUES (%s)", (word,))


def remembered(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM words ORDER BY word")]


def test_commits_are_durable_and_kept_over_restarts_and_nothing_listens_on_a_network(directory: Path) -> None:
    with EmbeddedPostgres(directory) as server:
        with psycopg.connect(server.url) as connection:
            settings = {
                name: connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
                for name in ("fsync", "synchronous_commit", "full_page_writes", "listen_addresses")
            }
        assert settings == {
            "fsync": ("on",),
            "synchronous_commit": ("on",),
            "full_page_writes": ("on",),
            "listen_addresses": ("",),
        }
        assert psutil.Process(server.pid).net_connections("inet") == []
        socket_directory = directory / "postgres-18"
        assert socket_directory.stat().st_mode & 0o077 == 0
        remember(server.url, "first")
        before = server.pid
    assert server_pid(directory) is None
    with EmbeddedPostgres(directory) as server:
        assert server.pid != before
        assert remembered(server.url) == ["first"]


def test_processes_share_one_server_and_the_last_one_stops_it(directory: Path) -> None:
    with another_user(directory) as (_, shared):
        with EmbeddedPostgres(directory) as server:
            assert server.pid == shared
        assert server_pid(directory) == shared
        with EmbeddedPostgres(directory) as server:
            assert server.pid == shared
            remember(server.url, "shared")
    assert server_pid(directory) is None


def test_two_users_in_one_process_leave_one_after_the_other(directory: Path) -> None:
    first, second = EmbeddedPostgres(directory), EmbeddedPostgres(directory)
    url = first.start()
    assert second.start() == url
    first.stop()
    remember(url, "still there")
    second.stop()
    second.stop()
    assert server_pid(directory) is None


def test_processes_that_start_at_once_get_one_server(fresh: Path) -> None:
    found: list[int] = []

    def use() -> None:
        with another_user(fresh) as (_, pid):
            found.append(pid)
            until(lambda: len(found) == 4, "all four to have the server")

    threads = [Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(found) == 4
    assert len(set(found)) == 1
    assert server_pid(fresh) is None


def test_a_killed_user_does_not_keep_the_server_running(directory: Path) -> None:
    with another_user(directory) as (process, shared):
        process.send_signal(signal.SIGKILL)
        process.wait(60)
    assert server_pid(directory) == shared
    with EmbeddedPostgres(directory) as server:
        assert server.pid == shared
    assert server_pid(directory) is None


def test_a_killed_server_is_started_again_with_all_that_was_committed(directory: Path) -> None:
    with EmbeddedPostgres(directory) as server:
        killed = server.pid
        remember(server.url, "committed")
        # A session that is computing does not notice by itself that its server died.
        busy = psycopg.connect(server.url)
        session = busy.info.backend_pid
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 100000000000)")
        os.kill(killed, signal.SIGKILL)
        until(lambda: server_pid(directory) is None, "the server to be gone")
        with EmbeddedPostgres(directory) as again:
            assert again.pid != killed
            assert not psutil.pid_exists(session)
            assert remembered(again.url) == ["committed"]
            busy.close()
        assert remembered(server.url) == ["committed"], "the first user's server is the one that runs now"
    assert server_pid(directory) is None


def test_a_pid_file_that_names_another_process_is_not_believed(directory: Path) -> None:
    with EmbeddedPostgres(directory) as server:
        remember(server.url, "kept")
        lines = (directory / "postgres-18" / "postmaster.pid").read_text().splitlines()
        end(server.pid)
        (directory / "postgres-18" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
        with EmbeddedPostgres(directory) as again:
            assert again.pid != os.getpid()
            assert remembered(again.url) == ["kept"]


@pytest.mark.parametrize("list_of_users", ["", "[", "[12"])
def test_a_list_of_users_cut_short_by_a_kill_is_made_anew(directory: Path, list_of_users: str) -> None:
    with EmbeddedPostgres(directory):
        pass
    (directory / "postgres-18" / ".handle_pids.json").write_text(list_of_users)
    with EmbeddedPostgres(directory) as server:
        assert psutil.pid_exists(server.pid)
    assert server_pid(directory) is None


def test_the_server_never_runs_as_root(directory: Path) -> None:
    with EmbeddedPostgres(directory) as server:
        assert psutil.Process(server.pid).uids().effective != 0


def test_another_user_of_the_machine_has_a_server_too(fresh: Path) -> None:
    """Under root the test becomes somebody else; otherwise it is somebody else already."""
    prefix: list[str] = []
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(fresh, nobody.pw_uid, nobody.pw_gid)
        prefix = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    with short_directory() as own, EmbeddedPostgres(own), another_user(fresh, *prefix) as (process, pid):
        expected = psutil.Process(process.pid).uids().effective
        assert psutil.Process(pid).uids().effective == expected


def test_a_directory_that_cannot_be_used_is_named(directory: Path) -> None:
    (directory / "file").write_text("")
    with pytest.raises(EmbeddedServerError, match=r"SHEZHIRE_DATABASE_URL|SHEZHIRE_DATA"):
        EmbeddedPostgres(directory / "file").start()
    deep = directory / ("long" * 30)
    with pytest.raises(EmbeddedServerError, match="too long a path"):
        EmbeddedPostgres(deep).start()


def test_a_server_that_does_not_start_is_reported_with_its_log(directory: Path) -> None:
    with EmbeddedPostgres(directory):
        pass
    with (directory / "postgres-18" / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(EmbeddedServerError, match=r"did not start.*log"):
        EmbeddedPostgres(directory).start()
