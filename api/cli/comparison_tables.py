"""A comparison as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Console

from api.cli.explaining import percent, shown
from api.cli.grids import points, print_grid, print_indented, signed, whole
from api.cli.missing import missing_words
from projections.answers import RankingAnswer
from projections.comparison import BodyComparison, Comparison, NodePair, Side
from projections.viewpoints import Viewpoint


def print_comparison(console: Console, found: Comparison, seen: Viewpoint, *, detail: bool) -> None:
    """Writes both sides, every difference and what each is missing; with `detail` those of the one body there is."""
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
    for note in notes_of(found, seen):
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
        a, b, difference, counted = own.a, own.b, own.difference, list[str]()
    else:
        a, b, bodies = found.mean(pair)
        difference = (b - a).quantize(Decimal("0.0001")) if a is not None and b is not None else None
        counted = [str(bodies)]
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


def notes_of(found: Comparison, seen: Viewpoint) -> list[str]:
    """What a reader of a comparison must know."""
    notes = [*seen.sentences(), "Nothing is estimated: a difference is shown only where both sides have points."]
    if any(one.marked for one in found.bodies):
        notes.append("* reorganised between the two years: not like for like.")
    notes.append("Weights without a citation are illustrative and figures are reconstructed: not an official result.")
    return notes
