"""Running the plain SQL file that lies beside a migration."""

from __future__ import annotations

from pathlib import Path

from alembic import op


def run_beside(migration: str) -> None:
    """Executes `NAME.sql` beside the migration `NAME.py`, as it stands (no placeholders)."""
    statements = Path(migration).with_suffix(".sql").read_text("utf-8")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(statements)
