"""The table of events with its guards."""

from adapters.postgres.plain_sql import run_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Runs the SQL file of this name."""
    run_beside(__file__)
