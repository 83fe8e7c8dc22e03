"""Database roles: what each part of the program may do, and how it connects as one."""

from __future__ import annotations

from enum import StrEnum

from psycopg.conninfo import make_conninfo


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


def as_role(url: str, role: Role) -> str:
    """Connection string that logs in as the URL says and takes the role at once."""
    return make_conninfo(url, options=f"-c role={role.value} -c lock_timeout=30s", application_name=role.value)
