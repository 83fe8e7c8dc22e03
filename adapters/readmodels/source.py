"""Reading the read models as they stood at a position."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg

from adapters.postgres.roles import Role, as_role
from adapters.readmodels.columns import selected
from projections.history import Key, TableSpec, Values


class StoredSource:
    """The read models in the database, as `projections.answers` asks them."""

    def __init__(self, url: str) -> None:
        self.connection: psycopg.Connection[tuple[Any, ...]] = psycopg.connect(
            as_role(url, Role.READER), autocommit=True
        )

    def rows(self, spec: TableSpec, match: Mapping[str, Any], position: int) -> dict[Key, Values]:
        """Rows valid at a position whose columns have the given values, by key."""
        conditions = "".join(f" AND {column} = %s" for column in match)
        size = len(spec.key)
        found = self.connection.execute(
            f"SELECT {selected(spec)} FROM shezhire.{spec.name} "
            f"WHERE valid_from <= %s AND (valid_to IS NULL OR valid_to > %s){conditions}",
            (position, position, *match.values()),
        )
        return {row[:size]: row[size:] for row in found}

    def position(self) -> int:
        """The position up to which the read models have come."""
        row = self.connection.execute('SELECT max("position") FROM shezhire.projector_position').fetchone()
        return int(row[0]) if row is not None and row[0] is not None else 0

    def close(self) -> None:
        """Closes the connection."""
        self.connection.close()
