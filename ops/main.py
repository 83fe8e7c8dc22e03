"""The `shezhire` command: builds the objects, hands them to the doors, and turns errors into sentences and exit codes.

Exit codes: 0 done, 1 a check failed, 2 wrong use, 3 a server cannot be reached.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from contextlib import AbstractContextManager
from typing import Annotated, Any

import psycopg
import typer
from pydantic import ValidationError
from rich.console import Console

from adapters.eventstore.mapper import UnknownEvent
from adapters.eventstore.recorder import StoreUnavailable
from adapters.postgres.embedded import EmbeddedServerError
from adapters.postgres.roles import Role
from api.cli.analysis import register_analysis
from api.cli.bodies import register_bodies
from api.cli.bulk import register_bulk
from api.cli.commands import register_commands
from api.cli.comparing import register_comparing
from api.cli.histories import register_history
from api.cli.methodology import register_methodology
from api.cli.output import Format, print_rows
from api.cli.replaying import register_replaying
from api.services import Services, StandsStill
from domain.errors import DomainError
from ops.demo.command import register_demo
from ops.doctor import examined
from ops.settings import Settings
from ops.wiring import opened

DONE, CHECK_FAILED, WRONG_USE, UNREACHABLE = 0, 1, 2, 3
NEEDED_RIGHTS = (
    "It must own the database and have CREATEROLE, or an administrator makes the roles and grants them to it: "
    + ", ".join(Role)
    + "."
)

app = typer.Typer(
    help="Shezhire: the accountable record of the annual evaluation of state bodies.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _open() -> AbstractContextManager[Services]:
    return opened(Settings())


for register in (
    register_commands,
    register_comparing,
    register_bodies,
    register_history,
    register_replaying,
    register_methodology,
    register_analysis,
    register_demo,
    register_bulk,
):
    register(app, _open)


@app.command()
def up() -> None:
    """Runs the database and the projector until Ctrl-C."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    settings = Settings()
    console = Console(stderr=True)
    with opened(settings) as services:
        console.print("up: the database is open; Ctrl-C stops", highlight=False)
        services.projector.follow(
            stop,
            settings.poll_seconds,
            lambda position: console.print(f"up: read models stand at position {position}", highlight=False),
        )
        console.print(f"stopped: read models stand at position {services.source.position()}", highlight=False)


@app.command()
def config(output: Annotated[Format, typer.Option("--format", help="How it comes out.")] = Format.TABLE) -> None:
    """Shows the settings in force, secrets masked."""
    shown = Settings().shown()
    rows = [
        {"setting": name, "variable": f"SHEZHIRE_{name.upper()}", "value": shown[name], "meaning": field.description}
        for name, field in Settings.model_fields.items()
    ]
    print_rows(rows, output, title="Settings")


@app.command()
def doctor(output: Annotated[Format, typer.Option("--format", help="How it comes out.")] = Format.TABLE) -> None:
    """Says what is missing on this machine, and the command that mends it."""
    findings = examined(Settings())
    rows = [
        {"check": finding.check, "ok": "yes" if finding.ok else "NO", "found": finding.found, "mend": finding.mend}
        for finding in findings
    ]
    print_rows(rows, output, title="Doctor")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(CHECK_FAILED)


def run() -> None:
    """Runs the command; every expected error becomes a sentence on standard error and an exit code."""
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(_UntilReaderLeaves(1, "w", closefd=False)), sys.stdout.encoding)
    try:
        app()
    except (DomainError, UnknownEvent) as error:
        _fail(str(error), WRONG_USE)
    except ValidationError as error:
        problems = "\n".join(f"  SHEZHIRE_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        _fail(f"these settings cannot be used:\n{problems}", WRONG_USE)
    except (StoreUnavailable, StandsStill, EmbeddedServerError, psycopg.OperationalError) as error:
        _fail(f"{error}\nRun `shezhire doctor` to see what is missing.", UNREACHABLE)
    except psycopg.errors.InsufficientPrivilege as error:
        _fail(f"the login of SHEZHIRE_DATABASE_URL may not do what is needed: {error}\n{NEEDED_RIGHTS}", UNREACHABLE)


class _UntilReaderLeaves(io.FileIO):
    """Standard output whose reader (such as `head`) may leave: what is said after that goes nowhere."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            return len(data)


def _fail(message: str, code: int) -> None:
    sys.stderr.write(f"shezhire: {message}\n")
    sys.exit(code)
