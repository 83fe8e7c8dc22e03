"""Explaining a score: the tree with each figure's formula, inputs and the events behind them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text
from rich.tree import Tree

from domain.revision import Revision
from domain.scoring import Fact, ScoreNode, ScoreTree
from projections.trail_lines import EventLine

Events = dict[str, EventLine]


def as_data(tree: ScoreTree, revision: Revision, events: Events) -> dict[str, Any]:
    """The tree as JSON data, with formulas, inputs and event ids."""
    return {
        "revision": tree.revision,
        "revision_sha256": tree.revision_sha256,
        "group": tree.group,
        "layer": tree.layer.value,
        "score": tree.value,
        "grade": tree.grade.id if tree.grade else None,
        "coverage": tree.coverage,
        "deductions": [
            {"penalty": d.penalty, "points": d.points, "event_id": d.fact.event_id} for d in tree.deductions
        ],
        "lifted": [_fact_data(fact) for fact in tree.lifted],
        "tree": _node_data(tree.root, revision, tree.group),
        "events": {event_id: line.as_data() for event_id, line in sorted(events.items())},
    }


def _node_data(node: ScoreNode, revision: Revision, group: str) -> dict[str, Any]:
    stated = revision.node(group, node.id)
    data: dict[str, Any] = {
        "id": node.id,
        "level": node.level,
        "title": {"kk": stated.title.kk, "ru": stated.title.ru, "en": stated.title.en} if stated else None,
        "weight": node.weight,
        "share": node.share,
        "raw": node.raw,
        "value": node.value,
        "coverage": node.coverage,
        "missing": node.missing,
        "source": stated.provenance.source if stated else None,
        "illustrative": stated.provenance.illustrative if stated else False,
    }
    if node.formula is not None:
        data["formula"] = node.formula
        data["inputs"] = [_fact_data(fact) for fact in node.facts]
    if node.unread:
        data["unread"] = [_fact_data(fact) for fact in node.unread]
    if node.adjusted is not None:
        data["adjusted"] = _fact_data(node.adjusted)
        data["computed"] = node.computed
    if node.children:
        data["children"] = [_node_data(child, revision, group) for child in node.children]
    return data


def _fact_data(fact: Fact) -> dict[str, Any]:
    return {"subject": fact.subject, "value": fact.value, "event_id": fact.event_id}


def print_tree(console: Console, tree: ScoreTree, revision: Revision, events: Events, body: str, cycle: int) -> None:
    """Writes the tree for people: points, weights, coverage, formulas, and how many events are behind each."""
    grade = f", grade {tree.grade.title.en}" if tree.grade else ""
    head = f"[bold]{body}, cycle {cycle}[/bold]: {shown(tree.value)} points{grade}, layer {tree.layer.value}"
    root = Tree(f"{head}, revision {tree.revision}")
    if tree.root.adjusted is not None:
        root.add(_set_by(tree.root, tree.root.adjusted))
    for child in tree.root.children:
        _branch(root, child, revision, tree.group, events)
    for deduction in tree.deductions:
        root.add(f"penalty {deduction.penalty}: −{deduction.points} (event {deduction.fact.event_id})")
    for lifted in tree.lifted:
        root.add(f"{lifted.subject} was lifted (event {lifted.event_id})")
    console.print(root, highlight=False)


def _branch(parent: Tree, node: ScoreNode, revision: Revision, group: str, events: Events) -> None:
    stated = revision.node(group, node.id)
    title = stated.title.en if stated else node.id
    value = shown(node.value) if node.value is not None else f"no value: {escape(node.missing or '')}"
    illustrative = ", illustrative weight" if stated and stated.provenance.illustrative else ""
    branch = parent.add(
        f"[bold]{title}[/bold] ({node.level} {node.id}): {value} × weight {node.weight}, "
        f"coverage {percent(node.coverage)}{illustrative}"
    )
    if node.adjusted is not None:
        branch.add(_set_by(node, node.adjusted))
    for fact in node.unread:
        branch.add(f"{escape(fact.subject)} gives no value: taken back or of another kind (event {fact.event_id})")
    if node.formula is not None:
        branch.add(Text("formula: " + " ".join(node.formula.split()), style="dim"))
        branch.add(_behind(node, events))
    for child in node.children:
        _branch(branch, child, revision, group, events)


def _set_by(node: ScoreNode, fact: Fact) -> str:
    return f"set by event {fact.event_id}; computed was {shown(node.computed)}"


def _behind(node: ScoreNode, events: Events) -> str:
    counted: dict[str, int] = {}
    for fact in node.facts:
        counted[fact.event_id] = counted.get(fact.event_id, 0) + 1
    lines = []
    for event_id, count in counted.items():
        line = events.get(event_id)
        who = f"position {line.position}, {line.type} by {line.person}" if line else "not in the trail"
        lines.append(f"{count} value(s) from event {event_id} ({who})")
    return "inputs: " + ("; ".join(lines) or "none")


def shown(value: Decimal | None) -> str:
    """Points as people read them: no trailing zeros beyond the first decimal."""
    if value is None:
        return "–"
    return f"{value.normalize():f}"


def percent(share: Decimal) -> str:
    """A share as percent with one decimal."""
    return f"{(share * 100).quantize(Decimal('0.1'))} %"
