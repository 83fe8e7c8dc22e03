"""`shezhire compare`: a cycle under two revisions, or two cycles, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.explaining import percent, shown
from api.cli.grids import points, print_grid, print_indented, signed, whole
from api.cli.missing import missing_rows, missing_words
from api.cli.options import AsOf, Effective, Group, LayerOption, Open, Output
from api.cli.output import Format, print_json, print_rows
from api.viewing import lives, viewing
from domain.errors import InvalidInput, NotFound, Problem
from domain.layers import Layer
from projections.answers import RankingAnswer, Source
from projections.comparison import BodyComparison, Comparison, NodePair, Side, Wanted, compare
from projections.tables import REVISIONS
from projections.viewpoints import Viewpoint


class Rows(StrEnum):
    """What the rows of CSV and Parquet are."""

    BODIES = "bodies"
    NODES = "nodes"
    MISSING = "missing"


def register_comparing(app: typer.Typer, open_services: Open) -> None:
    """Adds the command to an app."""

    @app.command("compare")
    def compare_command(
        cycle: Annotated[list[int], typer.Option(help="A reporting year; two of them compare two years.")],
        methodology: Annotated[
            list[str] | None,
            typer.Option(help="A revision's id or the beginning of its SHA-256; up to two, the first for A."),
        ] = None,
        group: Group = "central",
        body: Annotated[str | None, typer.Option(help="Only this body, in detail.")] = None,
        layer: LayerOption = Layer.FINAL,
        as_of: AsOf = None,
        effective: Effective = None,
        rows: Annotated[Rows, typer.Option(help="What the rows of csv and parquet are.")] = Rows.BODIES,
        output: Output = Format.TABLE,
    ) -> None:
        """Two results side by side, with every difference and what each is missing.

        One cycle and one methodology: A is the revision in force, B the one named. Two cycles: each under its own
        revision, or under the one or two named; the earlier year is A, and reorganised bodies are followed.

        Example: shezhire compare --cycle 2022 --methodology goals-2022 --methodology goals-2020
        """
        with open_services() as services, viewing(services, as_of, effective) as seen:
            a, b = _sides(seen, cycle, methodology or [])
            known = lives(services, seen) if a.cycle != b.cycle else None
            found = compare(seen.source, a, b, group, seen.position, layer, known)
            if body is not None:
                found = _only(found, body)
            if output is Format.TABLE:
                _print_comparison(Console(), found, seen, detail=body is not None)
            elif output is Format.JSON:
                print_json(_as_data(found, seen))
            else:
                print_rows(_ROWS[rows](found), output)


def _sides(seen: Viewpoint, cycles: Sequence[int], methodologies: Sequence[str]) -> tuple[Wanted, Wanted]:
    """The two sides that the options name. Raises InvalidInput."""
    problems = []
    if len(cycles) > 2:
        problems.append(Problem("cycle", "name one cycle or two"))
    if len(methodologies) > 2:
        problems.append(Problem("methodology", "name at most two methodologies"))
    if len(cycles) == 1 and not methodologies:
        revisions = _revisions(seen.source, seen.position)
        problems.append(
            Problem("methodology", f"to compare one cycle, name a methodology or two (revisions: {revisions})")
        )
    if len(cycles) == 2 and cycles[0] == cycles[1]:
        problems.append(Problem("cycle", f"{cycles[0]} is named twice"))
    if problems:
        raise InvalidInput("these cannot be compared", problems)
    if len(cycles) == 1:
        first, second = (None, methodologies[0]) if len(methodologies) == 1 else methodologies
        return Wanted(cycles[0], first), Wanted(cycles[0], second)
    given: Sequence[str | None] = [*methodologies] * 2 if len(methodologies) == 1 else methodologies or (None, None)
    a, b = sorted(map(Wanted, cycles, given), key=lambda wanted: wanted.cycle)
    return a, b


def _revisions(source: Source, position: int) -> str:
    return ", ".join(sorted(key[1] for key in source.rows(REVISIONS, {}, position))) or "none"


def _only(found: Comparison, body: str) -> Comparison:
    bodies = tuple(one for one in found.bodies if body in (one.body, one.a and one.a.body))
    if not bodies:
        codes = ", ".join(sorted(one.body for one in found.bodies))
        raise NotFound(f"{body} is on neither side (bodies: {codes})", rule="body-enrolled")
    return replace(found, bodies=bodies)


# -- for people -----------------------------------------------------------------------------------------------------


def _print_comparison(console: Console, found: Comparison, seen: Viewpoint, *, detail: bool) -> None:
    console.print(f"[bold]{found.group} bodies, layer {found.layer.value}, position {found.position}[/bold]")
    for letter, answer in (("A", found.a), ("B", found.b)):
        console.print(f"{letter}: {_side_words(answer)}", highlight=False)
    print_grid(
        console,
        "Bodies",
        ("|body", ">|A", ">|B", ">|B−A", ">|rank", "grade", ">|coverage"),
        [_body_cells(one) for one in found.bodies],
    )
    for words, codes in _by_words(found).items():
        print_indented(console, words if words.startswith(f"{codes[0]} ") else f"{', '.join(codes)}: {words}", 2)
    whose = found.bodies[0].body if detail else "means over the bodies that have points on both sides"
    print_grid(
        console,
        f"Points by node: {whose}",
        ("node", ">|A", ">|B", ">|B−A", *(() if detail else (">|bodies",))),
        [_node_cells(found, pair, detail) for pair in found.pairs],
    )
    for letter, answer in (("A", found.a), ("B", found.b)):
        missing = _missing_words(found, letter, detail)
        console.print(f"What {letter} ({answer.revision}, {answer.cycle}) is missing", style="bold", highlight=False)
        for line in missing or ["Nothing."]:
            print_indented(console, line, 2)
    for note in (*seen.sentences(), *_notes(found)):
        console.print(note, style="dim", highlight=False)


def _by_words(found: Comparison) -> dict[str, list[str]]:
    """The bodies that the same words are said of."""
    said: dict[str, list[str]] = {}
    for one in found.bodies:
        if one.words:
            said.setdefault(one.words, []).append(f"{one.body}{' *' if one.marked else ''}")
    return said


def _side_words(answer: RankingAnswer) -> str:
    rule = "in force" if answer.in_force else "NOT the revision in force: a what-if"
    mean = points(answer.mean.quantize(Decimal("0.01"))) if answer.mean is not None else "–"
    return f"cycle {answer.cycle} under {answer.revision} ({rule}), {answer.status}; mean {mean}"


def _body_cells(one: BodyComparison) -> tuple[str, ...]:
    a, b = one.a, one.b
    return (
        f"{one.body}{' *' if one.marked else ''}",
        shown(a.score) if a else "",
        shown(b.score) if b else "",
        signed(one.difference),
        _moved(str(a.rank or "–") if a else "", str(b.rank or "–") if b else ""),
        _moved((a.grade or "–") if a else "", (b.grade or "–") if b else ""),
        _moved(whole(a.coverage) if a else "", whole(b.coverage) if b else ""),
    )


def _moved(a: str, b: str) -> str:
    return a if a == b else f"{a}→{b}"


def _node_cells(found: Comparison, pair: NodePair, detail: bool) -> tuple[str, ...]:
    if detail:
        own = next(one for one in found.bodies[0].nodes if one.pair == pair)
        a, b, difference, counted = own.a, own.b, own.difference, ()
    else:
        a, b, bodies = found.mean(pair)
        difference = b - a if a is not None and b is not None else None
        counted = (str(bodies),)  # type: ignore[assignment]
        difference = difference.quantize(Decimal("0.0001")) if difference is not None else None
    name = pair.b or pair.a or ""
    if pair.relation == "continued":
        name = f"{pair.a} → {pair.b}"
    elif pair.relation.startswith("only"):
        name = f"{name} ({pair.relation})"
    return (f"{'  ' * pair.depth}{name}", points(a), points(b), signed(difference), *counted)


def _missing_words(found: Comparison, letter: str, detail: bool) -> list[str]:
    sides = [side for one in found.bodies if (side := one.a if letter == "A" else one.b) is not None]
    if detail:
        return [line for side in sides for line in missing_words(side.gaps, side.unused)]
    return [*_gap_words(sides), *_unused_words(sides)]


def _gap_words(sides: Sequence[Side]) -> list[str]:
    lost: dict[str, list[Decimal]] = {}
    absent: dict[str, set[str]] = {}
    for side in sides:
        for gap in side.gaps:
            lost.setdefault(gap.node, []).append(gap.lost)
            absent.setdefault(gap.node, set()).update(gap.absent)
    words = []
    for node, shares in lost.items():
        inputs = f"; nothing stated for {', '.join(sorted(absent[node]))}" if absent[node] else ""
        average = percent(sum(shares, Decimal(0)) / len(shares))
        words.append(f"{node}: {average} of the weight on average, in {len(shares)} of {len(sides)} bodies{inputs}")
    return words


def _unused_words(sides: Sequence[Side]) -> list[str]:
    bodies: dict[str, int] = {}
    for side in sides:
        for one in side.unused:
            bodies[one.name] = bodies.get(one.name, 0) + 1
    return [f"{name}: stated by {count} bodies, but with no place in this revision" for name, count in bodies.items()]


def _notes(found: Comparison) -> list[str]:
    notes = ["Nothing is estimated: a difference is shown only where both sides have points."]
    if any(one.marked for one in found.bodies):
        notes.append("* reorganised between the two years: not like for like.")
    notes.append("Weights without a citation are illustrative and figures are reconstructed: not an official result.")
    return notes


# -- for programs ---------------------------------------------------------------------------------------------------


def _as_data(found: Comparison, seen: Viewpoint) -> dict[str, Any]:
    return {
        "group": found.group,
        "layer": found.layer.value,
        **seen.as_data(),
        "a": _side_data(found.a),
        "b": _side_data(found.b),
        "official": False,
        "bodies": [
            {
                **_body_row(one),
                "missing_a": [asdict(gap) for gap in one.a.gaps] if one.a else None,
                "missing_b": [asdict(gap) for gap in one.b.gaps] if one.b else None,
                "unused_a": [asdict(name) for name in one.a.unused] if one.a else None,
                "unused_b": [asdict(name) for name in one.b.unused] if one.b else None,
                "nodes": [
                    {**asdict(node.pair), "points_a": node.a, "points_b": node.b, "difference": node.difference}
                    for node in one.nodes
                ],
            }
            for one in found.bodies
        ],
    }


def _side_data(answer: RankingAnswer) -> dict[str, Any]:
    return {
        "cycle": answer.cycle,
        "revision": answer.revision,
        "revision_sha256": answer.revision_sha256,
        "in_force": answer.in_force,
        "status": answer.status,
        "mean": answer.mean,
    }


def _body_row(one: BodyComparison) -> dict[str, Any]:
    return {
        "body": one.body,
        "name": one.name,
        "body_a": one.a.body if one.a else None,
        "body_b": one.b.body if one.b else None,
        "score_a": one.a.score if one.a else None,
        "score_b": one.b.score if one.b else None,
        "difference": one.difference,
        "rank_a": one.a.rank if one.a else None,
        "rank_b": one.b.rank if one.b else None,
        "climbed": one.climbed,
        "grade_a": one.a.grade if one.a else None,
        "grade_b": one.b.grade if one.b else None,
        "coverage_a": one.a.coverage if one.a else None,
        "coverage_b": one.b.coverage if one.b else None,
        "marked": one.marked,
        "words": one.words,
    }


def _node_rows(found: Comparison) -> list[dict[str, Any]]:
    return [
        {"body": one.body, **asdict(node.pair), "points_a": node.a, "points_b": node.b, "difference": node.difference}
        for one in found.bodies
        for node in one.nodes
    ]


def _missing_rows(found: Comparison) -> list[dict[str, Any]]:
    return [
        row
        for one in found.bodies
        for letter, side in (("A", one.a), ("B", one.b))
        if side is not None
        for row in missing_rows(letter, side.body, side.gaps, side.unused)
    ]


_ROWS = {
    Rows.BODIES: lambda found: [_body_row(one) for one in found.bodies],
    Rows.NODES: _node_rows,
    Rows.MISSING: _missing_rows,
}
