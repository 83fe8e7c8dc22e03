"""Migrations: numbered plain SQL, forward only, run by alembic under a lock."""

from __future__ import annotations

from pathlib import Path

import psycopg

from adapters.postgres.roles import Role, as_role

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
ROLES = Path(__file__).with_name("roles.sql").read_text("utf-8")
LOCK = 0x5368_657A_6D69
"""Advisory lock that lets one process migrate at a time."""


def migrate(url: str) -> list[str]:
    """Brings the database up to date; gives the revisions applied, oldest first. Raises psycopg.Error."""
    with psycopg.connect(url, autocommit=True) as guard:
        guard.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        guard.execute(ROLES)
        guard.execute("SET ROLE shezhire_owner")
        if guard.execute("SELECT to_regclass('shezhire.alembic_version')").fetchone() != (None,):
            row = guard.execute("SELECT version_num FROM shezhire.alembic_version").fetchone()
            if row == (NEWEST,):
                return []
        guard.execute("RESET ROLE")
        if guard.execute("SELECT FROM pg_namespace WHERE nspname = 'shezhire'").fetchone() is None:
            guard.execute("CREATE SCHEMA shezhire AUTHORIZATION shezhire_owner")
        return _upgrade(as_role(url, Role.OWNER))


def _upgrade(url: str) -> list[str]:
    # Imported only where something is to be done: it takes as long as many a whole command.
    import sqlalchemy
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    pool = sqlalchemy.NullPool
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=pool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table_schema": "shezhire"})
        before = context.get_current_revision()
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        scripts = ScriptDirectory(str(MIGRATIONS))
        applied = [script.revision for script in scripts.iterate_revisions("head", before or "base")]
    engine.dispose()
    return applied[::-1]
