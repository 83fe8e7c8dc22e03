"""What changed from one revision to another, as data and as sentences for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from domain.revision.continuation import predecessors
from domain.revision.model import Column, Discontinued, Grade, Input, Node, Penalty, Provenance, Revision, Title
from domain.rounding import DECIMAL128

Fields = Mapping[str, str | None]
"""What something says, by field."""

Rows = Mapping[str, Fields]
"""Fields by id."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `about` is what changed (node, input, penalty, grade, …), `what` how (added, moved, weight, …).

    `groups` are the body groups whose trees it changed, none where it concerns all; `before` and `after` are text, None
    where there was nothing; `why` is the reason that the newer revision states.
    """

    about: str
    what: str
    id: str
    before: str | None
    after: str | None
    groups: tuple[str, ...] = ()
    why: str | None = None

    @property
    def sentence(self) -> str:
        """The change in words."""
        subject = f"{self.about} `{self.id}`" if self.id else self.about
        if self.what in ("added", "removed"):
            said = f"{subject} {self.what}: {_line(self.after or self.before)}"
        else:
            said = f"{subject}, {self.what}: {_line(self.before) or 'nothing'} → {_line(self.after) or 'nothing'}"
        groups = f" ({', '.join(self.groups)})" if self.groups else ""
        return f"{said[0].upper()}{said[1:]}{groups}" + (f"; because: {self.why}" if self.why else "")


def diff(before: Revision, after: Revision) -> tuple[Change, ...]:
    """Everything that changed in the rules, trees first; nothing where both revisions say the same.

    What each says of revisions before it (`continues`, `discontinues`) is no change by itself: it tells how the nodes
    of one correspond to those of the other, and why some are gone.
    """
    old, new = before.penalties.values(), after.penalties.values()
    return (
        *_trees(before, after),
        *_table("input", _inputs(before.inputs.values()), _inputs(after.inputs.values())),
        *_table("rounding", _rounding(before), _rounding(after)),
        *_table("penalty", _penalties(old), _penalties(new)),
        *_table("grade", _grades(before.grades), _grades(after.grades)),
        *_one("ties", "numbering", before.ties.numbering, after.ties.numbering),
        *_one("ties", "broken by", _listed(before.ties.break_by), _listed(after.ties.break_by)),
        *_members("legal act", before.legal_acts, after.legal_acts),
        *_one("revision", "methodology", before.methodology, after.methodology),
        *_fields("revision", "", _title(before.title), _title(after.title)),
        *_one("revision", "notes", before.notes or None, after.notes or None),
    )


def _trees(before: Revision, after: Revision) -> Iterator[Change]:
    yield from _members("body group", tuple(before.trees), tuple(after.trees))
    both = [group for group in before.trees if group in after.trees]
    found: dict[Change, tuple[str, ...]] = {}
    for group in both:
        for change in _nodes(before.trees[group], after.trees[group], after.discontinues):
            found[change] = (*found.get(change, ()), group)
    shared = before.trees.keys() == after.trees.keys()
    for change, groups in found.items():
        yield replace(change, groups=() if shared and len(groups) == len(both) else groups)


def _nodes(before: Node, after: Node, ended: Sequence[Discontinued]) -> Iterator[Change]:
    old = {node.id: (node, parent) for node, parent in _placed(before, "")}
    heirs: dict[str, str] = {}
    pairs: list[tuple[Node, str, tuple[str, ...]]] = []
    for node, parent in _placed(after, ""):
        carried = predecessors(node, old)
        pairs.append((node, parent, carried))
        for name in carried:
            heirs.setdefault(name, node.id)
    for node, parent, carried in pairs:
        if not carried:
            yield Change(node.level, "added", node.id, None, f"{node.title.en}, weight {node.weight}, under {parent}")
            continue
        first, above = old[carried[0]]
        if carried != (node.id,):
            yield Change(node.level, "carries on", node.id, _listed(carried), node.id)
        if heirs.get(above, above) != parent:
            yield Change(node.level, "moved", node.id, above, parent)
        yield from _node(first, node)
    reasons = {one.id: one.reason.en for one in ended}
    for name, (node, parent) in old.items():
        if name not in heirs:
            why = next((reasons[one] for one in _upwards(name, old) if one in reasons), None)
            was = f"{node.title.en}, weight {node.weight}, under {parent}"
            yield Change(node.level, "removed", name, was, None, why=why)


def _placed(node: Node, parent: str) -> Iterator[tuple[Node, str]]:
    yield node, parent
    for child in node.children:
        yield from _placed(child, node.id)


def _upwards(name: str, placed: Mapping[str, tuple[Node, str]]) -> Iterator[str]:
    while name:
        yield name
        name = placed[name][1]


def _node(before: Node, after: Node) -> Iterator[Change]:
    yield from _fields(after.level, after.id, _said(before), _said(after))


def _said(node: Node) -> Fields:
    indicator = node.indicator
    executable: Fields = {"missing rule": node.missing.value}
    if indicator is not None:
        executable = {"formula": indicator.formula_text, "coverage": indicator.coverage_text}
    return {
        "level": node.level,
        **_title(node.title),
        "weight": _figure(node.weight),
        **executable,
        "source": _source(node.provenance),
    }


def _inputs(inputs: Iterable[Input]) -> Rows:
    return {stated.id: _input(stated) for stated in inputs}


def _input(stated: Input) -> Fields:
    return {
        **_title(stated.title),
        "kind": stated.kind,
        "unit": stated.unit,
        "range": _range(stated),
        **{f"column {column.id}": _column(column) for column in stated.columns},
        "source": _source(stated.provenance),
    }


def _column(column: Column) -> str:
    parts = [column.kind, column.unit, _range(column), _listed(column.values), None if column.required else "optional"]
    return ", ".join(part for part in parts if part)


def _range(stated: Input | Column) -> str | None:
    if stated.minimum is None and stated.maximum is None:
        return None
    low, high = ("…" if bound is None else _figure(bound) for bound in (stated.minimum, stated.maximum))
    return f"{low} to {high}"


def _rounding(revision: Revision) -> Rows:
    return {level: {"places": str(rule.places), "mode": rule.mode} for level, rule in revision.rounding.items()}


def _penalties(penalties: Iterable[Penalty]) -> Rows:
    return {
        one.id: {
            **_title(one.title),
            "points": _figure(one.points),
            "maximum": _figure(one.maximum),
            "source": _source(one.provenance),
        }
        for one in penalties
    }


def _grades(grades: Iterable[Grade]) -> Rows:
    return {
        one.id: {**_title(one.title), "from points": _figure(one.at_least), "source": _source(one.provenance)}
        for one in grades
    }


def _title(title: Title) -> Fields:
    return {"title": title.en, "title in Kazakh": title.kk, "title in Russian": title.ru}


def _source(provenance: Provenance) -> str | None:
    return "illustrative" if provenance.illustrative else provenance.source


def _table(about: str, before: Rows, after: Rows) -> Iterator[Change]:
    """Rows added, removed, and changed field by field."""
    for name, row in after.items():
        if name in before:
            yield from _fields(about, name, before[name], row)
        else:
            yield Change(about, "added", name, None, _row(row))
    for name, row in before.items():
        if name not in after:
            yield Change(about, "removed", name, _row(row), None)


def _fields(about: str, name: str, before: Fields, after: Fields) -> Iterator[Change]:
    for what in dict.fromkeys((*before, *after)):
        yield from _one(about, what, before.get(what), after.get(what), name)


def _row(row: Fields) -> str:
    shown = {name: value for name, value in row.items() if value is not None and " in " not in name}
    return ", ".join(f"{name} {value}" for name, value in shown.items())


def _members(about: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    yield from (Change(about, "added", "", None, one) for one in after if one not in before)
    yield from (Change(about, "removed", "", one, None) for one in before if one not in after)


def _one(about: str, what: str, before: str | None, after: str | None, name: str = "") -> Iterator[Change]:
    if _line(before) != _line(after):
        yield Change(about, what, name, before, after)


def _figure(value: Decimal) -> str:
    return f"{value.normalize(DECIMAL128):f}"


def _listed(names: Sequence[str]) -> str | None:
    return ", ".join(names) or None


def _line(text: str | None) -> str:
    return " ".join((text or "").split())
