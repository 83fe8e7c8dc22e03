"""`shezhire body`: a body's life, from its names and lineage to its scores."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.explaining import shown
from api.cli.grids import print_grid, print_indented, whole
from api.cli.options import AsOf, Effective, Open, Output
from api.cli.output import Format, print_json, print_rows
from api.viewing import lives, viewing
from domain.errors import NotFound
from projections.lives import Life
from projections.results import Result, results_of


def register_bodies(app: typer.Typer, open_services: Open) -> None:
    """Adds the command to an app."""

    @app.command("body")
    def body_command(
        code: Annotated[str, typer.Argument(help="Code of a body, such as akimat-turkistan.")],
        as_of: AsOf = None,
        effective: Effective = None,
        output: Output = Format.TABLE,
    ) -> None:
        """A body's life: names, lineage, cycles and scores. Example: shezhire body akimat-turkistan"""
        with open_services() as services, viewing(services, as_of, effective) as seen:
            known = lives(services, seen)
            if code not in known:
                codes = ", ".join(sorted(known)) or "none"
                raise NotFound(f"no body {code} is in the register (bodies: {codes})", rule="body-known")
            results = results_of(seen.source, code, seen.position)
            if output is Format.TABLE:
                _print_life(Console(), known[code], results, seen.sentences())
            elif output is Format.JSON:
                print_json({**seen.as_data(), **asdict(known[code]), "results": [asdict(one) for one in results]})
            else:
                print_rows([_row(one) for one in results], output, about=seen.as_data(), notes=seen.sentences())


def _row(result: Result) -> dict[str, Any]:
    return {
        "cycle": result.cycle,
        "revision": result.revision,
        "group": result.group,
        "status": result.status,
        "score": result.score,
        "rank": result.rank,
        "of": result.of,
        "grade": result.grade,
        "coverage": result.coverage,
        "evaluators": list(result.evaluators),
    }


def _print_life(console: Console, life: Life, results: tuple[Result, ...], notes: tuple[str, ...]) -> None:
    console.print(f"[bold]{life.body}[/bold], {life.group}: {life.name.en}", highlight=False)
    since = _day(life.since, life.illustrative)
    print_indented(console, f"since {since}" if life.since else "in the register; since when is not stated", 2)
    if life.ending is not None:
        day = _day(life.ending.since, life.ending.illustrative)
        print_indented(console, f"abolished on {day} ({life.ending.reason})", 2)
    print_grid(
        console,
        "Names",
        ("|since", "kk", "ru", "en"),
        [(_day(one.since, one.illustrative), one.kk, one.ru, one.en) for one in life.names],
    )
    ties = (*life.before, *life.after)
    console.print("Lineage", style="bold")
    for tie in ties:
        print_indented(console, f"{tie.words()}{' *' if tie.illustrative and tie.since else ''} ({tie.reason})", 2)
    if not ties:
        print_indented(console, "no body was split from it or merged with it", 2)
    if results:
        print_grid(
            console,
            "Evaluated in",
            (">cycle", "|revision", "status", ">score", ">rank", "grade", ">coverage", "by"),
            [
                (
                    str(one.cycle),
                    one.revision,
                    one.status,
                    shown(one.score),
                    f"{one.rank} of {one.of}" if one.rank else "–",
                    one.grade or "–",
                    whole(one.coverage),
                    ", ".join(one.evaluators),
                )
                for one in results
            ],
        )
    else:
        console.print("Evaluated in no cycle.", highlight=False)
    days = [(life.since, life.illustrative), *((one.since, one.illustrative) for one in life.names)]
    days += [(tie.since, tie.illustrative) for tie in ties]
    days += [(life.ending.since, life.ending.illustrative)] if life.ending is not None else []
    if any(illustrative and day is not None for day, illustrative in days):
        console.print("* this day is illustrative: it was not checked against an act", style="dim", highlight=False)
    for words in notes:
        console.print(words, style="dim", highlight=False)


def _day(day: date | None, illustrative: bool) -> str:
    if day is None:
        return "–"
    return f"{day} *" if illustrative else str(day)
