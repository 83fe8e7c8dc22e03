"""The command that scores very many bodies from a file."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli.analysis import progress_of
from api.cli.methodology import Library
from api.cli.options import Group, Open

CHECK_FAILED = 1


def register_bulk(app: typer.Typer, open_services: Open) -> None:
    """Adds `bulk` to an app; `open_services` is the composition root's."""

    @app.command("bulk")
    def bulk_command(
        file: Annotated[Path, typer.Argument(help="Inputs, a row a body: .parquet, .arrow, .feather or .csv.")],
        methodology: Annotated[str, typer.Option(help="A revision's id, SHA-256 (8 digits or more), or a file.")],
        output: Annotated[Path, typer.Option(help="Where scores go: .parquet, .arrow, .feather or .csv.")],
        group: Group = "central",
        floats: Annotated[bool, typer.Option("--floats", help="Take the shortest decimal of binary floats.")] = False,
        workers: Annotated[int | None, typer.Option(help="Processes that compute; else one a processor.")] = None,
    ) -> None:
        """Scores the bodies of a file by the million, exactly, without the record (a what-if, not a result).

        Example: shezhire bulk inputs.parquet --methodology goals-2022 --output scores.parquet
        """
        from api.analysis.bulk import NOTE, WorkerLost, score_file

        with ExitStack() as stack:
            document = Library(open_services, stack).document(methodology)
        try:
            with progress_of("scoring") as progress:
                found = score_file(file, output, document, group, floats=floats, workers=workers, progress=progress)
        except WorkerLost as error:
            sys.stderr.write(f"shezhire: {error}\n")
            raise typer.Exit(CHECK_FAILED) from error
        console = Console(highlight=False, soft_wrap=True)
        console.print(f"{found.bodies:,} bodies, {found.scored:,} of them with a score: {found.target}", markup=False)
        for names, what in ((found.absent, "No column, so no data"), (found.unread, "Not read by this group's tree")):
            if names:
                console.print(f"{what}: {', '.join(names)}", markup=False)
        console.print(NOTE, style="dim")
