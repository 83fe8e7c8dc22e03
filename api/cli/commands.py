"""The commands that ask the record: ranking, score, history, import."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from adapters.readmodels.trail import TrailFilter, read_trail
from adapters.spreadsheet import read_submission
from api.application import Statement
from api.cli.explaining import as_data, print_tree, shown
from api.cli.output import Format, print_json, print_rows
from api.services import Services, moment_of
from domain.casefile import SubmitData
from domain.errors import InvalidInput, Problem
from domain.layers import Layer
from domain.statements import Stated
from projections.answers import RankingAnswer, ranking, revision_in_force, score_tree
from projections.trail_lines import EventLine

Open = Callable[[], AbstractContextManager[Services]]

Cycle = Annotated[int, typer.Option(help="The reporting year, such as 2022.")]
Body = Annotated[str, typer.Option(help="Code of a body, such as min-health.")]
LayerOption = Annotated[Layer, typer.Option(help="The stage at which the score is taken.")]
Methodology = Annotated[
    str | None, typer.Option(help="A revision's id or the beginning of its SHA-256; else the one in force.")
]
AsOf = Annotated[str | None, typer.Option(help="A position (120), a date (2023-06-20) or a time with its offset.")]
Output = Annotated[Format, typer.Option("--format", help="How the answer comes out.")]


def register_commands(app: typer.Typer, open_services: Open) -> None:
    """Adds the commands to an app; `open_services` is the composition root's."""

    @app.command("ranking")
    def ranking_command(
        cycle: Cycle,
        group: Annotated[str, typer.Option(help="central or local")] = "central",
        layer: LayerOption = Layer.FINAL,
        methodology: Methodology = None,
        as_of: AsOf = None,
        replay: Annotated[bool, typer.Option(help="Compute from the events alone, trusting no table.")] = False,
        output: Output = Format.TABLE,
    ) -> None:
        """The ranking of a group. Example: shezhire ranking --cycle 2022 --layer concluded"""
        with open_services() as services:
            position = services.position_of(as_of)
            source = services.replayed(position) if replay else services.source
            answer = ranking(source, cycle, group, position, layer, methodology)
            print_ranking(answer, output)

    @app.command("score")
    def score_command(
        cycle: Cycle,
        body: Body,
        layer: LayerOption = Layer.FINAL,
        methodology: Methodology = None,
        as_of: AsOf = None,
        output: Output = Format.TABLE,
    ) -> None:
        """One body's score, explained down to the events. Example: shezhire score --cycle 2022 --body min-health"""
        with open_services() as services:
            explain_score(services, cycle, body, layer, methodology, as_of, output)

    @app.command("history")
    def history_command(
        cycle: Annotated[int | None, typer.Option(help="Only this reporting year.")] = None,
        body: Annotated[str | None, typer.Option(help="Only acts about this body.")] = None,
        actor: Annotated[str | None, typer.Option(help="Only acts of this person.")] = None,
        type_: Annotated[str | None, typer.Option("--type", help="Only this event, such as DataCorrected.")] = None,
        indicator: Annotated[str | None, typer.Option(help="Only this subject, such as indicators/t-01.")] = None,
        since: Annotated[str | None, typer.Option(help="Recorded at or after this time.")] = None,
        until: Annotated[str | None, typer.Option(help="Recorded at or before this time.")] = None,
        as_of: AsOf = None,
        output: Output = Format.TABLE,
    ) -> None:
        """Who changed what, on whose authority, and why. Example: shezhire history --body min-labour"""
        with open_services() as services:
            wanted = TrailFilter(
                cycle=cycle,
                body=body,
                actor=actor,
                type=type_,
                indicator=indicator,
                since=_moment("since", since),
                until=_moment("until", until),
                up_to=services.position_of(as_of),
            )
            print_history(read_trail(services.source.connection, wanted), output)

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


def print_ranking(answer: RankingAnswer, output: Format) -> None:
    """Writes a ranking."""
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
        "position": answer.position,
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
    as_of: str | None,
    output: Format,
) -> None:
    """Writes one body's score tree."""
    position = services.position_of(as_of)
    tree, revision = score_tree(services.source, cycle, body, position, layer, methodology)
    wanted = TrailFilter(event_ids=tuple(sorted(tree.event_ids())))
    events = {line.event_id: line for line in read_trail(services.source.connection, wanted)}
    if output is Format.TABLE:
        print_tree(Console(), tree, revision, events, body, cycle)
    elif output is Format.JSON:
        print_json({"cycle": cycle, "body": body, "position": position, **as_data(tree, revision, events)})
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
            "position": position,
            "revision": tree.revision,
            "revision_sha256": tree.revision_sha256,
            "score": tree.value,
            "official": False,
        }
        print_rows(rows, output, about=about)


def print_history(lines: list[EventLine], output: Format) -> None:
    """Writes lines of the trail: for people one paragraph for each event, its changes in words."""
    if output is Format.JSON:
        print_json({"events": [line.as_data() for line in lines]})
        return
    if output is not Format.TABLE:
        print_rows([_flat(line) for line in lines], output)
        return
    console = Console(highlight=False)
    for line in lines:
        about = f" about {', '.join(line.bodies)}" if line.bodies else ""
        heading = f"[bold]{line.position}[/bold]  {line.effective_at:%Y-%m-%d %H:%M} UTC  [bold]{line.type}[/bold]"
        console.print(f"{heading}{escape(about)}")
        console.print(f"     by {line.person}, {line.role} of {line.actor_body}; authority {', '.join(line.authority)}")
        if line.reason:
            console.print(f"     why: {escape(line.reason)}")
        if line.legal_basis:
            console.print(f"     legal basis: {escape(line.legal_basis)}")
        for words in (*_value_words(line), *_score_words(line)):
            console.print(f"     {escape(words)}")
    console.print(f"{len(lines)} event(s)", style="dim")


def _flat(line: EventLine) -> dict[str, Any]:
    return {
        "position": line.position,
        "event_id": line.event_id,
        "type": line.type,
        "recorded_at": line.recorded_at,
        "effective_at": line.effective_at,
        "person": line.person,
        "role": line.role,
        "actor_body": line.actor_body,
        "bodies": list(line.bodies),
        "change": "; ".join([*_value_words(line), *_score_words(line)]),
        "reason": line.reason,
        "legal_basis": line.legal_basis,
        "authority": list(line.authority),
    }


def _value_words(line: EventLine) -> list[str]:
    words = []
    for change in line.changes[:3]:
        before, after = change.differing()
        words.append(f"{change.subject}: {_short(before)} → {_short(after)}")
    if len(line.changes) > 3:
        words = [f"{len(line.changes)} values stated"]
    return words


def _score_words(line: EventLine) -> list[str]:
    return [
        f"score of {move.body} ({move.layer}): {shown(move.before)} → {shown(move.after)}" for move in line.scores[:5]
    ]


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return ", ".join(f"{name} {item if item is not None else 'nothing'}" for name, item in value.items()) or "same"
    return str(value)


def _moment(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return moment_of(text)
    except (ValueError, OverflowError) as error:
        raise InvalidInput("this time cannot be understood", [Problem(name, str(error))]) from error
