"""The installed `shezhire` as a person runs it: a process of its own, with the settings of its environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("shezhire")
Environment = Mapping[str, str]


def environment(**settings: str) -> dict[str, str]:
    """The environment of a command: little more than its settings."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "COLUMNS": "200", **settings}


def shezhire(settings: Environment, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[bytes]:
    """Runs a command to its end and holds its exit code; a traceback is never what a person should see."""
    done = subprocess.run([PROGRAM, *arguments], env=settings, capture_output=True, timeout=120, check=False)
    said = done.stderr.decode()
    assert done.returncode == code, f"exit code {done.returncode}, not {code}:\n{done.stdout.decode()[-2000:]}\n{said}"
    assert "Traceback" not in said, said
    return done


def started(settings: Environment, *arguments: str) -> subprocess.Popen[bytes]:
    """A command that goes on, in a process group of its own."""
    return subprocess.Popen(
        [PROGRAM, *arguments], env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
