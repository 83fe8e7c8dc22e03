"""`shezhire demo`: plays a history into the store, and shows what comes out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from adapters.readmodels.trail import TrailFilter, read_trail
from api.cli.commands import explain_score, print_ranking
from api.cli.histories import print_history
from api.cli.options import Open
from api.cli.output import Format, print_json, print_rows
from api.services import Services
from domain.layers import Layer
from ops.demo import decade, history
from ops.demo.decade import Years
from ops.demo.play import play
from ops.demo.step import Step
from ops.demo.totals import published_totals
from projections.answers import ranking
from projections.trail_lines import only_moving
from projections.viewpoints import Viewpoint

NEXT = """\
Next: shezhire score --cycle 2022 --body min-health --format json
      shezhire history --cycle 2022 --type AttemptRefused
      shezhire ranking --cycle 2022 --layer reported --replay"""
NEXT_YEARS = """\
      shezhire matrix --group local
      shezhire compare --cycle 2017 --methodology annual-2017 --methodology annual-2011
      shezhire replay"""


def register_demo(app: typer.Typer, open_services: Open) -> None:
    """Adds the command to an app."""

    @app.command("demo")
    def demo(
        years: Annotated[bool, typer.Option("--years", help="All cycles from 2010, made up before 2022.")] = False,
        acts: Annotated[int, typer.Option(min=1, help="With --years: acts on each made-up case file.")] = 30,
        seed: Annotated[str, typer.Option(help="With --years: another seed, other figures.")] = "1",
        output: Annotated[Format, typer.Option("--format", help="How it comes out.")] = Format.TABLE,
    ) -> None:
        """Plays cycle 2022 into the store, shows the ranking, one score explained, and one that changed."""
        with open_services() as services:
            if years:
                chosen = Years(acts, seed)
                played = _played(services, decade.steps(chosen), decade.expected(chosen), "playing 2010 to 2022")
            else:
                steps = list(history.steps())
                played = _played(services, steps, len(steps), "playing cycle 2022")
            _show(services, played, output)
            if output is Format.TABLE:
                Console().print(f"{NEXT}\n{NEXT_YEARS}" if years else NEXT, highlight=False)


def _played(services: Services, steps: Iterable[Step], expected: int, title: str) -> int:
    """Plays what is not there yet; `expected` is how many steps there are, more or less."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=expected)

        def advance(done: int, chapter: str) -> None:
            total = max(expected, done + 1)
            progress.update(task, completed=done, total=total, description=f"{title}: {chapter}")

        played = play(services.record, services.reader, steps, advance)
        progress.update(task, completed=expected, total=expected, description=f"{title}: done")
    return played


def _show(services: Services, played: int, output: Format) -> None:
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
    already = "; the record goes on from what was there" if played == 0 else ""
    Console(stderr=True).print(f"{played} steps were played{already}.")
    print_ranking(answer, output, seen)
    rows = [{"published": name, "here": value} for name, value in totals.items()]
    print_rows(rows, output, title="Totals of cycle 2022, computed from the events")
    explain_score(services, 2022, "min-labour", Layer.FINAL, None, seen, output)
    lines = only_moving(read_trail(services.source.connection, TrailFilter(cycle=2022, body="min-labour")))
    Console().print("\n[bold]How the score of min-labour changed[/bold]", highlight=False)
    print_history(lines, output)
