"""Checks of what stands around the formulas: weights, missing data, rounding, grades, penalties, titles, sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from domain.revision.lint.finding import Finding, error, note, warning
from domain.revision.model import LEVELS, Node, Revision, Title

WHOLES = (Decimal(100), Decimal(1))
"""What the weights of siblings may sum to; the weight of their parent is the third."""


def weights(node: Node, place: str) -> Iterator[Finding]:
    """Children's weights must make a whole."""
    total = sum((child.weight for child in node.children), Decimal(0))
    wholes = WHOLES if node.level == "total" else (*WHOLES, node.weight)
    if node.children and total not in wholes:
        yield error("weights-sum", place, f"The weights below sum to {total}, not to 100.")


def missing(document: Mapping[str, Any], revision: Revision) -> Iterator[Finding]:
    """The rule for missing data must be stated, where it works."""
    if "missing" not in document:
        sentence = "The rule for missing data is not stated, so weights are redistributed; state it."
        yield warning("missing-unstated", "missing", sentence)
    for group, tree in document["trees"].items():
        for place, node in _written(tree, f"trees.{group}"):
            if "missing" in node and node.get("level") == "indicator":
                sentence = "On an indicator the rule does nothing: it is for nodes whose children are missing."
                yield warning("missing-without-effect", f"{place}.missing", sentence)


def _written(node: Mapping[str, Any], place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield place, node
    for child in node.get("children", ()):
        yield from _written(child, f"{place}.{child['id']}")


def rounding(revision: Revision) -> Iterator[Finding]:
    """A level may not be rounded coarser than the one above it, and a rule should have something to round."""
    used = {node.level for tree in revision.trees.values() for node in tree.walk()}
    levels = [level for level in ("total", *LEVELS) if level in used and level in revision.rounding]
    for above, under in pairwise(levels):
        coarse, fine = revision.rounding[under].places, revision.rounding[above].places
        if coarse < fine:
            sentence = f"{coarse} places are fewer than the {fine} of the {above} above: digits there mean nothing."
            yield warning("rounding-coarser-below", f"rounding.{under}", sentence)
    for level in revision.rounding:
        if level not in used:
            yield note("rounding-unused", f"rounding.{level}", f"No tree has a {level}.")


def grades(document: Mapping[str, Any], revision: Revision) -> Iterator[Finding]:
    """Grades must cover 0 to 100 without gap or overlap, and be written in order."""
    if not revision.grades:
        yield warning("grades-none", "grades", "There are no grades: scores will have none.")
        return
    lowest = revision.grades[-1]
    if lowest.at_least > 0:
        sentence = f"Scores below {lowest.at_least} get no grade: the lowest must begin at 0."
        yield error("grades-gap", f"grades.{lowest.id}", sentence)
    for grade in revision.grades:
        if not 0 <= grade.at_least <= 100:
            sentence = f"No score is {grade.at_least}: points go from 0 to 100."
            yield error("grades-range", f"grades.{grade.id}", sentence)
    for higher, lower in pairwise(revision.grades):
        if higher.at_least == lower.at_least:
            sentence = f"`{higher.id}` and `{lower.id}` begin at the same {lower.at_least} points."
            yield error("grades-overlap", f"grades.{lower.id}", sentence)
    order = [Decimal(grade["at_least"]) for grade in document["grades"]]
    if order not in (sorted(order), sorted(order, reverse=True)):
        yield warning("grades-order", "grades", "Write them from the highest to the lowest, or the other way round.")


def penalties(revision: Revision) -> Iterator[Finding]:
    """A penalty must take something off, and its maximum must allow one."""
    for penalty in revision.penalties.values():
        place = f"penalties.{penalty.id}"
        if not penalty.points:
            yield warning("penalty-points", place, "It takes off no points.")
        elif penalty.maximum < penalty.points:
            sentence = f"At most {penalty.maximum} points are taken off, fewer than the {penalty.points} of one."
            yield error("penalty-maximum", place, sentence)


def titles(revision: Revision) -> Iterator[Finding]:
    """The same words in two languages are a translation forgotten."""
    for place, title in _titles(revision):
        pairs = ((title.kk, title.ru, "Kazakh and Russian"), (title.kk, title.en, "Kazakh and English"))
        for one, other, languages in (*pairs, (title.ru, title.en, "Russian and English")):
            if one.strip().casefold() == other.strip().casefold():
                yield warning("title-same", place, f"`{one}` stands in {languages}: is one of them a translation?")


def _titles(revision: Revision) -> Iterator[tuple[str, Title]]:
    yield "title", revision.title
    yield from ((f"inputs.{one.id}.title", one.title) for one in revision.inputs.values())
    for group, tree in revision.trees.items():
        yield from ((f"trees.{group}.{node.id}.title", node.title) for node in tree.walk())
    yield from ((f"penalties.{one.id}.title", one.title) for one in revision.penalties.values())
    yield from ((f"grades.{one.id}.title", one.title) for one in revision.grades)
    yield from ((f"discontinues.{one.id}.reason", one.reason) for one in revision.discontinues)


def sources(revision: Revision) -> Iterator[Finding]:
    """Where figures are illustrative, the notes must say what that means."""
    stated = [one.provenance for one in revision.inputs.values()]
    stated += [one.provenance for one in revision.penalties.values()]
    stated += [one.provenance for one in revision.grades]
    stated += [node.provenance for tree in revision.trees.values() for node in tree.walk()]
    count = sum(one.illustrative for one in stated)
    if count and not revision.notes:
        sentence = f"{count} figures are illustrative, and no notes say where they come from."
        yield warning("illustrative-unexplained", "notes", sentence)
