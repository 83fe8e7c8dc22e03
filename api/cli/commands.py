"""The commands that ask for results, and the one that brings them in: ranking, score, import."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from adapters.readmodels.trail import TrailFilter, read_trail
from adapters.spreadsheet import read_submission
from api.application import Statement
from api.cli.explaining import as_data, print_tree, shown
from api.cli.grids import print_indented
from api.cli.missing import missing_words
from api.cli.options import AsOf, Body, Cycle, Effective, Group, LayerOption, Methodology, Open, Output
from api.cli.output import Format, print_json, print_rows
from api.services import Services
from api.viewing import viewing
from domain.casefile import SubmitData
from domain.layers import Layer
from domain.statements import Stated
from projections.answers import RankingAnswer, facts_of, ranking, revision_in_force, score_tree
from projections.gaps import gaps_of, unused_by
from projections.viewpoints import Viewpoint


def register_commands(app: typer.Typer, open_services: Open) -> None:
    """Adds the commands to an app; `open_services` is the composition root's."""

    @app.command("ranking")
    def ranking_command(
        cycle: Cycle,
        group: Group = "central",
        layer: LayerOption = Layer.FINAL,
        methodology: Methodology = None,
        as_of: AsOf = None,
        effective: Effective = None,
        replay: Annotated[bool, typer.Option(help="Compute from the events alone, trusting no table.")] = False,
        output: Output = Format.TABLE,
    ) -> None:
        """The ranking of a group. Example: shezhire ranking --cycle 2022 --layer concluded"""
        with open_services() as services, viewing(services, as_of, effective, replay) as seen:
            answer = ranking(seen.source, cycle, group, seen.position, layer, methodology)
            print_ranking(answer, output, seen)

    @app.command("score")
    def score_command(
        cycle: Cycle,
        body: Body,
        layer: LayerOption = Layer.FINAL,
        methodology: Methodology = None,
        as_of: AsOf = None,
        effective: Effective = None,
        output: Output = Format.TABLE,
    ) -> None:
        """One body's score, explained down to the events. Example: shezhire score --cycle 2022 --body min-health"""
        with open_services() as services, viewing(services, as_of, effective) as seen:
            explain_score(services, cycle, body, layer, methodology, seen, output)

    @app.command("import")
    def import_command(
        file: Annotated[Path, typer.Argument(help="The workbook (.xlsx).")],
        cycle: Cycle,
        body: Body,
        person: Annotated[str, typer.Option("--as", help="Who submits: a registered person.")],
        reason: Annotated[str, typer.Option(help="Why.")] = "",
        output: Output = Format.TABLE,
    ) -> None:
        """Submits a workbook: all of it, or nothing and the list of every bad cell."""
        with open_services() as services:
            position = services.position_of(None)
            revision, _ = revision_in_force(services.source, cycle, position)
            cells = read_submission(file, revision, cycle=cycle, body=body)
            values = tuple(Stated(subject=cell.subject, value=cell.value) for cell in cells)
            command = SubmitData(cycle=cycle, body=body, values=values, source=file.name)
            outcome = services.record.execute(command, Statement(person, "body-officer", body, reason))
            rows = [
                {"position": position, "event": event.type_name(), "id": event.id, "values": len(values)}
                for position, event in zip(outcome.positions, outcome.events, strict=True)
            ]
            print_rows(rows, output, title=f"Recorded from {file.name}")


def print_ranking(answer: RankingAnswer, output: Format, seen: Viewpoint) -> None:
    """Writes a ranking, and from where it was seen."""
    rows = [
        {
            "rank": row.rank,
            "body": row.body,
            "name": row.names[2],
            "score": row.score,
            "grade": row.grade,
            "coverage": row.coverage.quantize(Decimal("0.001")),
        }
        for row in answer.rows
    ]
    mean = answer.mean
    about = {
        "cycle": answer.cycle,
        "group": answer.group,
        "layer": answer.layer.value,
        **seen.as_data(),
        "revision": answer.revision,
        "revision_sha256": answer.revision_sha256,
        "in_force": answer.in_force,
        "status": answer.status,
        "mean": mean,
        "official": False,
    }
    rule = "in force" if answer.in_force else "NOT the revision in force: a what-if"
    notes = [
        f"Status: {answer.status}. Layer: {answer.layer.value}. Revision {answer.revision} ({rule}). "
        f"Position {answer.position}. Mean score: {shown(mean and mean.quantize(Decimal('0.1')))}.",
        *seen.sentences(),
        "Weights without a citation are illustrative and bodies' figures are reconstructed: not an official result.",
    ]
    title = f"Ranking of {answer.group} bodies, cycle {answer.cycle}"
    print_rows(rows, output, title=title, about=about, notes=notes)


def explain_score(
    services: Services,
    cycle: int,
    body: str,
    layer: Layer,
    methodology: str | None,
    seen: Viewpoint,
    output: Format,
) -> None:
    """Writes one body's score tree, and what it is missing."""
    tree, revision = score_tree(seen.source, cycle, body, seen.position, layer, methodology)
    gaps = gaps_of(revision, tree)
    unused = unused_by(revision, facts_of(seen.source, cycle, body, seen.position, tree.group, layer))
    wanted = TrailFilter(event_ids=tuple(sorted(tree.event_ids())))
    events = {line.event_id: line for line in read_trail(services.source.connection, wanted)}
    if output is Format.TABLE:
        console = Console()
        print_tree(console, tree, revision, events, body, cycle)
        console.print("What it is missing", style="bold")
        for words in missing_words(gaps, unused) or ["Nothing."]:
            print_indented(console, words, 2)
        for words in seen.sentences():
            console.print(words, style="dim", highlight=False)
    elif output is Format.JSON:
        found = {"missing": [asdict(gap) for gap in gaps], "unused": [asdict(one) for one in unused]}
        about = {"cycle": cycle, "body": body, **seen.as_data(), **found}
        print_json({**about, **as_data(tree, revision, events)})
    else:
        rows = [
            {
                "node": node.id,
                "level": node.level,
                "weight": node.weight,
                "raw": node.raw,
                "value": node.value,
                "coverage": node.coverage,
                "missing": node.missing,
            }
            for node in tree.root.walk()
        ]
        about = {
            "cycle": cycle,
            "body": body,
            "layer": layer.value,
            **seen.as_data(),
            "revision": tree.revision,
            "revision_sha256": tree.revision_sha256,
            "score": tree.value,
            "official": False,
        }
        print_rows(rows, output, about=about, notes=seen.sentences())
