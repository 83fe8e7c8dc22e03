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
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from adapters.eventstore.mapper import UnknownEvent
from adapters.eventstore.recorder import StoreUnavailable
from adapters.postgres.embedded import EmbeddedServerError
from adapters.postgres.roles import Role
from api.cli.analysis import register_analysis
from api.cli.bodies import register_bodies
from api.cli.bulk import register_bulk
from api.cli.commands import explain_score, print_ranking, register_commands
from api.cli.comparing import register_comparing
from api.cli.histories import print_history, register_history
from api.cli.methodology import register_methodology
from api.cli.output import Format, print_json, print_rows
from api.cli.replaying import register_replaying
from api.services import Services, StandsStill
from domain.errors import DomainError
from domain.layers import Layer
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
    register_bulk,
):
    register(app, _open)


@app.command()
def demo(output: Annotated[Format, typer.Option("--format", help="How it comes out.")] = Format.TABLE) -> None:
    """Plays cycle 2022 into the store, shows the ranking, one score explained, and one that changed."""
    from adapters.readmodels.trail import TrailFilter, read_trail
    from ops.demo.history import steps
    from ops.demo.play import play
    from ops.demo.totals import published_totals
    from projections.answers import ranking
    from projections.trail_lines import only_moving
    from projections.viewpoints import Viewpoint

    console = Console(stderr=True)
    with opened(Settings()) as services:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
        with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
            task = progress.add_task("playing cycle 2022")
            played = play(
                services.record,
                services.reader,
                lambda done, total, chapter: progress.update(
                    task, completed=done, total=total, description=f"playing cycle 2022: {chapter}"
                ),
            )
        position = services.caught_up()
        seen = Viewpoint(services.source, position)
        answer = ranking(services.source, 2022, "central", position)
        totals = published_totals(services.source, position)
        if output is Format.JSON:
            print_json({"steps_played": played, "position": position, "totals": totals})
            return
        if output is not Format.TABLE:
            print_ranking(answer, output, seen)
            return
        console.print(f"{played} steps were played; {len(list(steps())) - played} were there already.")
        print_ranking(answer, output, seen)
        print_rows(
            [{"published": name, "here": value} for name, value in totals.items()],
            output,
            title="Totals of cycle 2022, computed from the events",
        )
        explain_score(services, 2022, "min-labour", Layer.FINAL, None, seen, output)
        lines = only_moving(read_trail(services.source.connection, TrailFilter(cycle=2022, body="min-labour")))
        Console().print("\n[bold]How the score of min-labour changed[/bold]", highlight=False)
        print_history(lines, output)
        Console().print(
            "Next: shezhire score --cycle 2022 --body min-health --format json\n"
            "      shezhire history --cycle 2022 --type AttemptRefused\n"
            "      shezhire ranking --cycle 2022 --layer reported --replay",
            highlight=False,
        )


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
