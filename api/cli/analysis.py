"""The commands of analysts: matrix and robustness."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.cli.explaining import percent, shown
from api.cli.output import Format, print_json, print_rows
from api.services import Services
from domain.layers import Layer
from projections.answers import revision_in_force, revision_named
from projections.groups import group_facts
from projections.matrix import Cell, matrix
from projections.robustness import HANDBOOK, Factor, Robustness, robustness

if TYPE_CHECKING:
    from api.analysis.tables import Columns

Rows = Sequence[Mapping[str, Any]]
NOT_OFFICIAL = "An analysis, not an official result. Weights without a citation are illustrative."
_CHOICES = {Factor.INDICATORS: "{}", Factor.WEIGHTS: "weight {}", Factor.MISSING: "missing data: {}"}

Group = Annotated[str, typer.Option(help="central or local")]
LayerOption = Annotated[Layer, typer.Option(help="The stage at which scores are taken.")]
AsOf = Annotated[str | None, typer.Option(help="A position (120), a date (2023-06-20) or a time with its offset.")]
Output = Annotated[Format, typer.Option("--format", help="How the answer comes out.")]


def register_analysis(app: typer.Typer, open_services: Callable[[], AbstractContextManager[Services]]) -> None:
    """Adds the commands to an app; `open_services` is the composition root's."""

    @app.command("matrix")
    def matrix_command(
        cycle: Annotated[list[int] | None, typer.Option(help="Only this cycle; may be repeated.")] = None,
        methodology: Annotated[
            list[str] | None, typer.Option(help="Only under this revision (id or SHA-256); may be repeated.")
        ] = None,
        group: Group = "central",
        layer: LayerOption = Layer.FINAL,
        bodies: Annotated[bool, typer.Option("--bodies", help="A row for each body, not for each cell.")] = False,
        as_of: AsOf = None,
        output: Output = Format.TABLE,
    ) -> None:
        """Every cycle recomputed under every revision, with coverage. Example: shezhire matrix --cycle 2022"""
        with open_services() as services:
            position = services.position_of(as_of)
            with progress_of("recomputing") as progress:
                cells = matrix(services.source, position, group, layer, cycle or (), methodology or (), progress)
        print_matrix(cells, {"group": group, "layer": layer.value, "position": position}, bodies, output)

    @app.command("robustness")
    def robustness_command(
        cycle: Annotated[int, typer.Option(help="The reporting year, such as 2022.")],
        group: Group = "central",
        layer: LayerOption = Layer.FINAL,
        methodology: Annotated[str | None, typer.Option(help="A revision; else the one in force.")] = None,
        draws: Annotated[int, typer.Option(help="How often the rules are drawn otherwise.")] = 1_000,
        seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 1,
        bound: Annotated[str, typer.Option(help="How far a weight moves: 0.25 is a quarter up or down.")] = "0.25",
        top: Annotated[int, typer.Option(help="How many places count as the top.")] = 3,
        vary: Annotated[list[Factor] | None, typer.Option(help="Draw only this; may be repeated. Else all.")] = None,
        effects: Annotated[bool, typer.Option("--effects", help="CSV, Parquet, Arrow: effects, not bodies.")] = False,
        as_of: AsOf = None,
        output: Output = Format.TABLE,
    ) -> None:
        """How much the ranking depends on weights, indicators and missing data (an analysis, not a result).

        Example: shezhire robustness --cycle 2022 --vary weights --bound 0.1
        """
        from api.analysis.record import assumed

        assumptions = assumed(draws, seed, bound, top, vary or tuple(Factor))
        with open_services() as services:
            position = services.position_of(as_of)
            in_force, _ = revision_in_force(services.source, cycle, position)
            revision = in_force if methodology is None else revision_named(services.source, methodology, position)
            trees = group_facts(services.source, cycle, group, position).trees(revision, layer)
        with progress_of("drawing") as progress:
            found = robustness(revision, group, trees, assumptions, progress)
        about = {
            "cycle": cycle,
            "group": group,
            "layer": layer.value,
            "position": position,
            "revision": revision.id,
            "revision_sha256": revision.sha256,
            "in_force": revision.sha256 == in_force.sha256,
        }
        print_robustness(found, about, effects, output)


def print_matrix(cells: Sequence[Cell], about: Mapping[str, Any], bodies: bool, output: Format) -> None:
    """Writes a matrix: a row for each cell, or for each body in each cell."""
    from api.analysis import rows

    notes = [
        f"Layer {about['layer']}, position {about['position']}. Under a revision that is not in force: a what-if.",
        "coverage: share of weight that had data. shift: mean absolute difference of ranks from the revision in force.",
        NOT_OFFICIAL,
    ]
    title = f"{str(about['group']).capitalize()} bodies: every cycle under every revision"
    if bodies:
        found = list(rows.matrix_body_rows(cells))
        short = [
            {
                "cycle": row["cycle"],
                "revision": row["revision"],
                "in force": "yes" if row["in_force"] else "",
                "rank": row["rank"],
                "body": row["body"],
                "score": row["score"],
                "grade": row["grade"],
                "coverage %": _percent(row["coverage"]),
            }
            for row in found
        ]
        _print(found, rows.MATRIX_BODIES, short, about, notes, title, output)
    else:
        found = list(rows.matrix_rows(cells))
        short = [
            {
                "cycle": row["cycle"],
                "revision": row["revision"],
                "in force": "yes" if row["in_force"] else "",
                "scored": f"{row['scored']} of {row['bodies']}",
                "mean": _short(row["mean"]),
                "coverage %": _percent(row["coverage"]),
                "shift": _short(row["shift"]),
                "reason": row["reason"],
            }
            for row in found
        ]
        _print(found, rows.MATRIX, short, about, notes, title, output)


def print_robustness(found: Robustness, about: Mapping[str, Any], effects: bool, output: Format) -> None:
    """Writes how robust a ranking is: for people and as JSON both tables, else one of them."""
    from api.analysis import rows

    taken = found.assumptions
    about = {**about, "official": False, **rows.robustness_about(found)}
    varied = [
        f"weights by up to {percent(taken.bound)}" if one is Factor.WEIGHTS else one for one in sorted(taken.vary)
    ]
    notes = [
        f"{taken.draws} draws from seed {taken.seed}, of {', '.join(varied)}. Mean shift in ranking: "
        f"{_short(found.shift)} places.",
        "low–high: the middle 90 % of ranks. kept: share of draws with the same rank. "
        f"top: share with a rank up to {taken.top}.",
        f"{NOT_OFFICIAL} Method: {HANDBOOK}.",
    ]
    spreads, moved = list(rows.spread_rows(found)), list(rows.effect_rows(found))
    if output is Format.JSON:
        print_json({**about, "notes": notes, "bodies": spreads, "effects": moved})
        return
    if output is not Format.TABLE:
        columns = rows.EFFECTS if effects else rows.SPREADS
        _print(moved if effects else spreads, columns, [], about, notes, "", output)
        return
    places = f"Places of {about['group']} bodies in cycle {about['cycle']}, had the rules been otherwise"
    short = [
        {
            "rank": row["rank"],
            "body": row["body"],
            "score": row["score"],
            "median": row["median"],
            "low–high": _range(row["low"], row["high"]),
            "best–worst": _range(row["best"], row["worst"]),
            "kept %": _percent(row["kept"]),
            "top %": _percent(row["in_top"]),
        }
        for row in spreads
    ]
    print_rows(short, output, title=places)
    changed = [
        {
            "choice": _CHOICES[row["factor"]].format(row["change"]),
            "node": row["node"],
            **{name: row[name] for name in ("largest", "moved", "unranked")},
            "shift": _short(row["shift"]),
        }
        for row in moved
    ]
    print_rows(changed, output, title="What one choice made otherwise does alone (mean shift in ranking)", notes=notes)


def _print(
    found: Rows,
    columns: Columns,
    short: Rows,
    about: Mapping[str, Any],
    notes: Sequence[str],
    title: str,
    output: Format,
) -> None:
    """For people the short rows; for programs all of them, with every digit and the same columns every time."""
    if output is Format.TABLE:
        print_rows(short, output, title=title, notes=notes)
    elif output in (Format.PARQUET, Format.ARROW):
        from api.analysis.export import WRITERS
        from api.analysis.tables import Table

        table = Table.of(columns, found, {**about, "official": False, "notes": list(notes)})
        sys.stdout.buffer.write(WRITERS[output.value](table.frame, table.about))
    else:
        ordered = [{name: row[name] for name in columns} for row in found]
        print_rows(ordered, output, about={**about, "official": False}, notes=notes)


@contextmanager
def progress_of(description: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, if that is a terminal; it leaves nothing behind."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(description, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _short(figure: Decimal | None) -> str | None:
    return None if figure is None else shown(figure.quantize(Decimal("0.01")))


def _range(low: int | None, high: int | None) -> str | None:
    return None if low is None else str(low) if low == high else f"{low}–{high}"


def _percent(share: Decimal) -> Decimal:
    return (share * 100).quantize(Decimal("0.1"))
