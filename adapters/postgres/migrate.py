"""Migrations: numbered plain SQL, forward only, run by alembic under a lock."""

from __future__ import annotations

from pathlib import Path

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.pool import NullPool

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x5368_657A_6D69
"""Advisory lock that lets one process migrate at a time."""


def migrate(url: str) -> list[str]:
    """Brings the database up to date; gives the revisions applied, oldest first. Raises psycopg.Error."""
    with psycopg.connect(url, autocommit=True) as guard:
        guard.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        guard.execute("CREATE SCHEMA IF NOT EXISTS shezhire")
        engine = sqlalchemy.create_engine(
            "postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool
        )
        with engine.connect() as connection:
            before = _current(connection)
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            scripts = ScriptDirectory(str(MIGRATIONS))
            applied = [script.revision for script in scripts.iterate_revisions("head", before or "base")]
        engine.dispose()
    return applied[::-1]


def _current(connection: sqlalchemy.Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table_schema": "shezhire"})
    return context.get_current_revision()
