"""The peer from npm: emmett's PostgreSQL event store, in a Node process that takes one workload after the other."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.measure import Sample, Workload

HERE = Path(__file__).parent


class EmmettMissing(RuntimeError):
    """Emmett cannot be measured here; the message says why."""


def version() -> str:
    """The version of emmett that the lock file names."""
    lock = json.loads((HERE / "package-lock.json").read_text("utf-8"))
    return str(lock["packages"]["node_modules/@event-driven-io/emmett-postgresql"]["version"])


def install() -> None:
    """Installs what the lock file names. Raises EmmettMissing."""
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise EmmettMissing("npm is not installed") from None
    if done.returncode != 0:
        raise EmmettMissing(f"`{' '.join(command)}` failed: {done.stderr.strip().splitlines()[-1:]}")


class Emmett:
    """A running store; the events' state is given as the JSON that the other contenders store as bytes."""

    name = f"emmett-postgresql {version()}"

    def __init__(self, process: subprocess.Popen[str], state: bytes) -> None:
        self._process = process
        self._state = json.loads(state)

    def append(self, workload: Workload) -> Sample:
        """Appends: one stream a writer, each commit expecting the version that the one before left."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"writers": workload.writers, "commits": workload.commits, "perCommit": workload.per_commit}
        self._process.stdin.write(json.dumps({**asked, "state": self._state}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"emmett ended with exit code {self._process.wait()}; see its output above")
        took = json.loads(answer)
        return Sample(workload.events, took["seconds"], took["cpu_seconds"])


@contextmanager
def emmett(url: str, state: bytes) -> Iterator[Emmett]:
    """Emmett over a database, its tables in schema `public`. `url` may leave the host to its `host` parameter."""
    command = ["node", "append.mjs", url.replace("@/", "@localhost/")]
    with subprocess.Popen(command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Emmett(process, state)
        assert process.stdin is not None
        process.stdin.close()
