"""Read models: rows valid from one position up to another, and the trail."""

from adapters.postgres.plain_sql import run_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Runs the SQL file of this name."""
    run_beside(__file__)
