"""Database roles: what each part of the program may do, and how it connects as one."""

from __future__ import annotations

from enum import StrEnum

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class Role(StrEnum):
    """Roles of the database, made by the first migration. None of them owns a table but the owner."""

    OWNER = "shezhire_owner"
    """Owns everything; migrations run as it."""
    WRITER = "shezhire_writer"
    """Appends events and reads them; cannot change or delete one."""
    READER = "shezhire_reader"
    """Reads everything."""
    PROJECTOR = "shezhire_projector"
    """Reads events, writes read models."""
    INTEGRATOR = "shezhire_integrator"
    """Reads events, writes the ledger."""


PATIENCE = {"connect_timeout": 10, "tcp_user_timeout": 30_000}
"""Bounds on waiting for a server that does not answer: for a connection (s), for what was sent on one (ms)."""


def patiently(url: str) -> str:
    """The connection string with bounds on waiting for the server, where it states none itself."""
    stated = conninfo_to_dict(url)
    return make_conninfo(url, **{name: bound for name, bound in PATIENCE.items() if name not in stated})


def as_role(url: str, role: Role) -> str:
    """Connection string that logs in as the URL says, with every parameter of it, and takes the role at once.

    Appending relies on each statement seeing what was committed before it, so the isolation level is not left to the
    server's default.
    """
    ours = f"-c role={role.value} -c lock_timeout=30s -c default_transaction_isolation=read\\ committed"
    theirs = conninfo_to_dict(url).get("options") or ""
    return make_conninfo(patiently(url), options=f"{theirs} {ours}".strip(), application_name=role.value)
