"""`shezhire compare`: a cycle under two revisions, or two cycles, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.comparison_tables import notes_of, print_comparison
from api.cli.missing import missing_rows
from api.cli.options import AsOf, Effective, Group, LayerOption, Open, Output
from api.cli.output import Format, print_json, print_rows
from api.viewing import lives, viewing
from domain.errors import InvalidInput, NotFound, Problem
from domain.layers import Layer
from projections.answers import RankingAnswer, Source
from projections.comparison import BodyComparison, Comparison, Wanted, compare
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
                print_comparison(Console(), found, seen, detail=body is not None)
            elif output is Format.JSON:
                print_json(_as_data(found, seen))
            else:
                print_rows(_ROWS[rows](found), output, about=_about(found, seen), notes=notes_of(found, seen))


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


def _about(found: Comparison, seen: Viewpoint) -> dict[str, Any]:
    return {
        "group": found.group,
        "layer": found.layer.value,
        **seen.as_data(),
        "a": _side_data(found.a),
        "b": _side_data(found.b),
        "official": False,
    }


def _as_data(found: Comparison, seen: Viewpoint) -> dict[str, Any]:
    return {
        **_about(found, seen),
        "notes": notes_of(found, seen),
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
