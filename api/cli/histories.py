"""`shezhire history`: who changed what, on whose authority, and why."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from adapters.readmodels.trail import TrailFilter, read_trail
from api.cli.explaining import shown
from api.cli.grids import print_indented
from api.cli.options import AsOf, Effective, Open, Output
from api.cli.output import Format, print_json, print_rows
from api.moments import moment_of
from domain.commission import CommissionSession
from projections.telling import listed
from projections.trail_lines import EventLine


def register_history(app: typer.Typer, open_services: Open) -> None:
    """Adds the command to an app."""

    @app.command("history")
    def history_command(
        cycle: Annotated[int | None, typer.Option(help="Only this reporting year.")] = None,
        body: Annotated[str | None, typer.Option(help="Only acts about this body.")] = None,
        actor: Annotated[str | None, typer.Option(help="Only acts of this person.")] = None,
        type_: Annotated[str | None, typer.Option("--type", help="Only this event, such as DataCorrected.")] = None,
        indicator: Annotated[str | None, typer.Option(help="Only this subject, such as indicators/t-01.")] = None,
        session: Annotated[str | None, typer.Option(help="Only acts of this session of the Commission.")] = None,
        since: Annotated[str | None, typer.Option(help="Recorded at or after this date or time.")] = None,
        until: Annotated[str | None, typer.Option(help="Recorded at or before this date or time.")] = None,
        as_of: AsOf = None,
        effective: Effective = None,
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
                stream=CommissionSession.stream_id(session) if session is not None else None,
                since=moment_of(since, "since", beginning=True) if since is not None else None,
                until=moment_of(until, "until") if until is not None else None,
                effective=moment_of(effective, "effective") if effective is not None else None,
                up_to=services.position_of(as_of),
            )
            print_history(read_trail(services.source.connection, wanted), output)


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
        about = f" about {listed(line.bodies)}" if line.bodies else ""
        heading = f"[bold]{line.position}[/bold]  {line.effective_at:%Y-%m-%d %H:%M} UTC  [bold]{line.type}[/bold]"
        console.print(f"{heading}{escape(about)}")
        print_indented(
            console, f"by {line.person}, {line.role} of {line.actor_body}; authority {', '.join(line.authority)}"
        )
        if line.reason:
            print_indented(console, f"why: {line.reason}")
        if line.legal_basis:
            print_indented(console, f"legal basis: {line.legal_basis}")
        for words in _said(line):
            print_indented(console, words)
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
        "change": "; ".join(_said(line)),
        "reason": line.reason,
        "legal_basis": line.legal_basis,
        "authority": list(line.authority),
    }


def _said(line: EventLine) -> list[str]:
    return [*line.words, *_value_words(line), *_score_words(line)]


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
