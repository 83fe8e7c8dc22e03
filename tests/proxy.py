"""A connection that breaks at a chosen moment: a proxy between a client and PostgreSQL."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo


class Proxy:
    """Passes bytes on. `cut` hangs up on every client while the server goes on; `cut_at_next_reply` does so as soon as
    the server has answered, so that the client never learns the answer.
    """

    def __init__(self, url: str) -> None:
        self._upstream = conninfo_to_dict(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = make_conninfo(url, host="127.0.0.1", port=self._listener.getsockname()[1])
        self._lock = Lock()
        self._clients: list[socket.socket] = []
        self._servers: list[socket.socket] = []
        self._cut_at_reply = Event()
        self.was_cut = Event()

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        for one in (*self._clients, *self._servers):
            _hang_up(one)

    def cut(self) -> None:
        """Hangs up on all clients; the server's sessions are left as they are."""
        with self._lock:
            for client in self._clients:
                _hang_up(client)
            self._clients.clear()
        self.was_cut.set()

    def cut_at_next_reply(self) -> None:
        """Hangs up on all clients when the server next says something."""
        self._cut_at_reply.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = self._connect()
                with self._lock:
                    self._clients.append(client)
                    self._servers.append(server)
                Thread(target=self._pass, args=(client, server, False), daemon=True).start()
                Thread(target=self._pass, args=(server, client, True), daemon=True).start()

    def _connect(self) -> socket.socket:
        host, port = str(self._upstream.get("host") or "localhost"), int(self._upstream.get("port") or 5432)
        if host.startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{host}/.s.PGSQL.{port}")
            return server
        return socket.create_connection((host, port))

    def _pass(self, source: socket.socket, target: socket.socket, replies: bool) -> None:
        with suppress(OSError):
            while said := source.recv(65536):
                if replies and self._cut_at_reply.is_set():
                    self._cut_at_reply.clear()
                    self.cut()
                target.sendall(said)


def _hang_up(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


def waiting_sessions(connection: psycopg.Connection[tuple[object, ...]]) -> list[int]:
    """Process ids of the sessions of this database that wait for the lock of appending."""
    rows = connection.execute(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ).fetchall()
    return [int(str(pid)) for (pid,) in rows]
