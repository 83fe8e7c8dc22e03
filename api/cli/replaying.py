"""`shezhire replay`: a session of the Commission step by step, and the list of sessions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.explaining import shown
from api.cli.grids import print_grid, print_indented
from api.cli.options import AsOf, Effective, Open, Output
from api.cli.output import Format, print_json, print_rows
from api.viewing import replayed_session, sessions, viewing
from domain.errors import NotFound
from domain.layers import LAYERS
from projections.items import ItemReplay, Known, Place
from projections.sessions import SessionLine, SessionReplay
from projections.steps import Step
from projections.telling import listed

ACT_NAMES = {
    "ConclusionIssued": "conclusion",
    "ConclusionRevised": "conclusion revised",
    "ObjectionRaised": "objection",
    "ObjectionAnswered": "answer",
    "ObjectionUpheld": "upheld",
    "ObjectionPartlyUpheld": "partly upheld",
    "ObjectionDismissed": "dismissed",
    "ExpertOpinionIssued": "opinion",
    "PenaltyImposed": "penalty",
    "PenaltyLifted": "penalty lifted",
    "EvidenceAttached": "evidence",
}


STEP_NAMES = {
    "VoteCast": "vote",
    "MemberRecused": "recusal",
    "DissentRecorded": "dissent",
    "DecisionTaken": "DECIDED",
    "DecisionAnnulled": "ANNULLED",
    "SessionClosed": "closed",
    "HeadOfStateReviewed": "reviewed",
    "ConflictDeclared": "interest declared",
    "AttemptRefused": "refused attempt",
}


def register_replaying(app: typer.Typer, open_services: Open) -> None:
    """Adds the command to an app."""

    @app.command("replay")
    def replay_command(
        session: Annotated[
            str | None, typer.Option(help="A session, such as 2023-06-20-1; else all are listed.")
        ] = None,
        body: Annotated[str | None, typer.Option(help="Show what was known of this body in full.")] = None,
        as_of: AsOf = None,
        effective: Effective = None,
        output: Output = Format.TABLE,
    ) -> None:
        """What the Commission knew, how it decided, what it did. Example: shezhire replay --session 2023-06-20-1"""
        with open_services() as services, viewing(services, as_of, effective) as seen:
            if session is None:
                print_rows(
                    [_session_row(line) for line in sessions(services, seen)],
                    output,
                    title="Sessions of the Commission",
                    about=seen.as_data(),
                    notes=seen.sentences(),
                )
                return
            replayed = replayed_session(services, session, seen)
            if body is not None and not any(known.body == body for item in replayed.items for known in item.known):
                raise NotFound(f"session {session} has no item on {body}", rule="body-concerned")
            if output is Format.TABLE:
                _print_session(Console(), replayed, body)
                for words in seen.sentences():
                    Console().print(words, style="dim", highlight=False)
            elif output is Format.JSON:
                print_json({**_session_data(replayed), **seen.as_data()})
            else:
                about = {"session": session, **seen.as_data()}
                print_rows([_step_row(step) for step in replayed.steps], output, about=about, notes=seen.sentences())


def _session_row(line: SessionLine) -> dict[str, Any]:
    return {
        "session": line.session,
        "present": f"{line.present} of {line.members}",
        "items": line.items,
        "decided": list(line.decided),
        "annulled": list(line.annulled),
        "closed": "yes" if line.closed else "no",
        "position": line.position,
    }


def _step_row(step: Step) -> dict[str, Any]:
    return {**asdict(step), "bodies": list(step.bodies), "words": "; ".join(step.words)}


def _session_data(replayed: SessionReplay) -> dict[str, Any]:
    data = asdict(replayed)
    for item, own in zip(data["items"], replayed.items, strict=True):
        item["proposal"] = own.proposal.model_dump(mode="json")
        item["count"].update(
            has_quorum=own.count.has_quorum,
            **{f"votes_{choice}": own.count.of(choice) for choice in ("for", "against", "abstain")},
        )
        for effect, stood in zip(item["effects"], own.effects, strict=True):
            effect.update(moved=stood.moved, moved_since=stood.moved_since)
    return data


# -- for people -----------------------------------------------------------------------------------------------------


def _print_session(console: Console, replayed: SessionReplay, body: str | None) -> None:
    console.print(f"[bold]Session {replayed.session} of the Commission[/bold]", highlight=False)
    _print_step(console, replayed.convened, "convened")
    print_indented(console, f"members ({len(replayed.members)}, quorum {replayed.quorum}):", 2)
    for member in replayed.members:
        chair = ", chair" if member == replayed.chair else ""
        present = f"present [{replayed.present[member]}]" if member in replayed.present else "ABSENT"
        print_indented(console, f"{_person(replayed, member)}{chair}: {present}", 4)
    openings = [item.opened.position for item in replayed.items]
    for step in replayed.aside:
        if not openings or step.position < openings[0]:
            _print_step(console, step, _act(step))
    for item, until in zip(replayed.items, [*openings[1:], replayed.position + 1], strict=True):
        aside = [step for step in replayed.aside if item.opened.position < step.position < until]
        _print_item(console, item, aside, body)
    console.print("\n[bold]After the items[/bold]")
    closing = [] if replayed.closed is None else [replayed.closed]
    for step in sorted((*closing, *replayed.reviews), key=lambda step: step.position):
        _print_step(console, step, _act(step))
    if replayed.closed is None:
        print_indented(console, "the session is not closed", 2)
    console.print(
        f"As of position {replayed.position}. Figures are reconstructed: not an official result.",
        style="dim",
        highlight=False,
    )


def _person(replayed: SessionReplay, member: str) -> str:
    name = replayed.names.get(member)
    return f"{member} ({name})" if name else member


def _print_step(console: Console, step: Step, what: str) -> None:
    when = f"{step.effective_at:%Y-%m-%d %H:%M} UTC"
    print_indented(console, f"[{step.position}] {when}  {what}, by {step.person} ({step.role})", 2)
    for words in step.words:
        print_indented(console, words, 6)
    if step.reason:
        print_indented(console, f"why: {step.reason}", 6)
    if step.legal_basis:
        print_indented(console, f"legal basis: {step.legal_basis}", 6)


def _print_item(console: Console, item: ItemReplay, aside: list[Step], body: str | None) -> None:
    console.print(f"\n[bold]Item {item.item}: {item.proposal.outcome} {item.proposal.cycle}[/bold]", highlight=False)
    _print_step(console, item.opened, "put to the vote")
    _print_known(console, item, body)
    console.print("  What happened", style="bold")
    for step in sorted((*item.steps, *aside), key=lambda step: step.position):
        _print_step(console, step, _act(step))
    _print_count(console, item)
    _print_effects(console, item)
    if item.decision is not None:
        console.print("  Since the decision", style="bold")
        for step in item.since:
            _print_step(console, step, f"{step.type.partition('.')[2]} {listed(step.bodies)}".strip())
        if not item.since:
            print_indented(console, "nothing that concerns these bodies", 2)


def _act(step: Step) -> str:
    name = step.type.partition(".")[2]
    return STEP_NAMES.get(name, name)


def _print_known(console: Console, item: ItemReplay, body: str | None) -> None:
    rows = [
        (
            known.body,
            *(str(known.facts.get(layer.value, "–")) for layer in LAYERS[:3]),
            ", ".join(f"{_name(act)} [{act.position}]" for act in known.acts) or "–",
        )
        for known in item.known
    ]
    print_grid(
        console,
        f"  What members could see at position {item.opened.position}",
        ("|body", ">|stated", ">|judged", ">|upheld", "acts on the case [position]"),
        rows,
    )
    for known in item.known:
        if known.body == body:
            _print_acts(console, known)


def _name(act: Step) -> str:
    name = act.type.partition(".")[2]
    return ACT_NAMES.get(name, name)


def _print_acts(console: Console, known: Known) -> None:
    print_indented(console, f"{known.body} in full:", 2)
    for act in known.acts:
        _print_step(console, act, _name(act))


def _print_count(console: Console, item: ItemReplay) -> None:
    count = item.count
    quorum = "a quorum" if count.has_quorum else "NO quorum"
    votes = f"{count.of('for')} for, {count.of('against')} against, {count.of('abstain')} abstained"
    words = f"count: {len(count.able)} could decide, {count.quorum} needed ({quorum}); {votes}"
    print_indented(console, words, 2)
    if count.waiting:
        print_indented(console, f"not voted: {', '.join(count.waiting)}", 2)


def _print_effects(console: Console, item: ItemReplay) -> None:
    changed = any(effect.moved for effect in item.effects)
    since = any(effect.moved_since for effect in item.effects)
    columns = ["|body", ">|expert"]
    if item.decision is not None:
        columns += [">|before", ">|decided"] if changed else [">|decided"]
    shows_now = since or item.decision is None
    columns += [*([">|now"] if shows_now else []), "|grade"]
    rows = []
    for effect in sorted(item.effects, key=lambda effect: not effect.concerned):
        places = [effect.opened]
        if effect.after is not None:
            places += [effect.before, effect.after] if changed else [effect.after]
        places += [effect.now] if shows_now else []
        grades = dict.fromkeys(place.grade or "–" for place in places)
        marked = effect.body if effect.concerned else f"{effect.body} °"
        rows.append([marked, *map(_place, places), "→".join(grades)])
    print_grid(console, "  Score and place: the layer before the Commission, then what stood", columns, rows)
    if item.decision is not None:
        print_indented(
            console, "The decision moved what is listed above." if changed else "The decision moved no score.", 2
        )
        if not all(effect.concerned for effect in item.effects):
            print_indented(console, "° not of this item: the decision moved its place.", 2)
        print_indented(console, "Scores or places changed since." if since else "Nothing changed since.", 2)


def _place(place: Place) -> str:
    return f"{shown(place.score)} #{place.rank or '–'}"
