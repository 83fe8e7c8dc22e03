"""What is missing on this machine, and the command that mends it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

from adapters.postgres.embedded import EmbeddedServerError
from ops.settings import Settings
from ops.wiring import opened_database

LEAST_FREE_MIB = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `mend` says what to do where it is not well."""

    check: str
    ok: bool
    found: str
    mend: str


def examined(settings: Settings) -> list[Finding]:
    """Everything looked at."""
    return [_python(), _space(settings), *_database(settings)]


def _python() -> Finding:
    found = sys.version.split()[0]
    ok = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding("Python 3.11 to 3.13", ok, found, "" if ok else "make setup PYTHON=python3.11")


def _space(settings: Settings) -> Finding:
    place = settings.data.expanduser().resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free // 2**20
    writable = os.access(place, os.W_OK)
    ok = free >= LEAST_FREE_MIB and writable
    found = f"{free} MiB free in {place}{'' if writable else ', not writable'}"
    return Finding("room for data", ok, found, "" if ok else "set SHEZHIRE_DATA to a directory with room")


def _database(settings: Settings) -> Iterator[Finding]:
    kind = "embedded PostgreSQL" if settings.database_url is None else "PostgreSQL of SHEZHIRE_DATABASE_URL"
    try:
        with opened_database(settings) as url, psycopg.connect(url) as connection:
            row = connection.execute("SELECT current_setting('server_version'), current_setting('fsync')").fetchone()
            assert row is not None
            version, fsync = row
    except (EmbeddedServerError, psycopg.Error) as error:
        mend = "check the address, the login and that the server runs"
        if settings.database_url is None:
            mend = "see the log it names, or set SHEZHIRE_DATABASE_URL"
        yield Finding(kind, False, str(error).strip(), mend)
        return
    durable = fsync == "on"
    yield Finding(kind, True, f"version {version}, migrated", "")
    yield Finding("durable commits", durable, f"fsync {fsync}", "" if durable else "ALTER SYSTEM SET fsync = on")
