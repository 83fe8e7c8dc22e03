"""Where it was measured: the machine and the servers, as a reader needs to judge the figures."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil
import psycopg


def facts(url: str, directory: Path) -> dict[str, str]:
    """Facts by name. `directory` holds the database."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    with psycopg.connect(url, autocommit=True) as connection:

        def setting(name: str) -> str:
            row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
            assert row is not None
            return str(row[0])

        postgres = (
            f"{setting('server_version')} (embedded, Unix socket), fsync {setting('fsync')}, synchronous_commit "
            f"{setting('synchronous_commit')}, wal_sync_method {setting('wal_sync_method')}, shared_buffers "
            f"{setting('shared_buffers')}"
        )
    return {
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
        "Memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "Kernel": f"{platform.system()} {platform.release()}",
        "File system": _file_system(directory),
        "Load when it began (1, 5, 15 min)": load,
        "PostgreSQL": postgres,
        "Python": platform.python_version(),
        "Packages": ", ".join(f"{name} {version(name)}" for name in ("eventsourcing", "psycopg", "pydantic")),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except FileNotFoundError:  # not Linux
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _file_system(directory: Path) -> str:
    """The type of the file system on which a directory lies: the longest mount point above it."""
    above = [
        disk for disk in psutil.disk_partitions(all=True) if directory.resolve().is_relative_to(Path(disk.mountpoint))
    ]
    return max(above, key=lambda disk: len(disk.mountpoint)).fstype if above else "not known"
