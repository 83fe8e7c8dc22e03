"""Units in formulas: what is added or compared must be of one unit, as far as the formula shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from domain.revision.lint.syntax import CALLS, Syntax, arguments, below, called, syntax_of, written
from domain.revision.model import Input

ALIKE = ("add", "subtract", "compare", "between", "in_", "unary_test", "tests", "tests_unary_first")
"""Rules whose parts must be of one unit; so must the ends of ranges."""

WRAPPING = ("negate", "parenthesized")
"""Rules whose value has the unit of their only part."""

DECIDING = ("compare", "between", "in_")
"""Those of them that give true or false."""

GATHERING = ("sum", "min", "max", "mean", "median", "mode", "stddev")
"""Functions whose arguments must be of one unit, which is that of their value."""

KEEPING = ("abs", "floor", "ceiling", "decimal", "round up", "round down", "round half up", "round half down")
"""Functions whose value has the unit of their first argument."""


@dataclass(frozen=True, slots=True)
class Fields:
    """A row, a list of rows or a context: units by field."""

    units: Mapping[str, Unit]


Unit = str | Fields | None
"""A unit; None where none is known."""


@dataclass
class _Units:
    text: str
    clashes: list[str] = field(default_factory=list)

    def unit(self, tree: Syntax, names: Mapping[str, Unit]) -> Unit:
        rule = str(tree.data)
        if rule == "name":
            return names.get(str(tree.children[0]))
        if rule == "path":
            source = self.unit(below(tree)[0], names)
            return source.units.get(str(tree.children[1])) if isinstance(source, Fields) else None
        if rule == "filter":
            return self.filtered(tree, names)
        if rule in ("for_return", "some", "every"):
            return self.looped(tree, names)
        if rule == "context":
            return self.context(tree, names)
        if rule in CALLS:
            return self.function(tree, names)
        units = [self.unit(child, names) for child in below(tree)]
        if rule in ALIKE or rule.startswith("range"):
            unit = self.one(tree, units)
            return None if rule in DECIDING else unit
        if rule == "if_then_else":
            return units[1] if units[1] == units[2] else None
        return units[0] if rule in WRAPPING else None

    def filtered(self, tree: Syntax, names: Mapping[str, Unit]) -> Unit:
        source, condition = below(tree)
        found = self.unit(source, names)
        fields = found.units if isinstance(found, Fields) else {}
        self.unit(condition, {**names, **fields, "item": found})
        return found

    def looped(self, tree: Syntax, names: Mapping[str, Unit]) -> Unit:
        *bindings, body = below(tree)
        inner = dict(names)
        for binding in bindings:
            inner[str(binding.children[0])] = self.unit(below(binding)[0], inner)
        unit = self.unit(body, inner)
        return unit if tree.data == "for_return" else None

    def context(self, tree: Syntax, names: Mapping[str, Unit]) -> Unit:
        inner = dict(names)
        found: dict[str, Unit] = {}
        for entry in below(tree):
            name = str(entry.children[0]).strip('"')
            inner[name] = found[name] = self.unit(below(entry)[0], inner)
        return Fields(found)

    def function(self, tree: Syntax, names: Mapping[str, Unit]) -> Unit:
        units = [self.unit(argument, names) for argument in arguments(tree)]
        name = called(tree)
        if name in GATHERING:
            return self.one(tree, units)
        return units[0] if name in KEEPING and units else None

    def one(self, tree: Syntax, units: Sequence[Unit]) -> Unit:
        known = [unit for unit in units if isinstance(unit, str)]
        if len({_plain(unit) for unit in known}) > 1:
            listed = " and ".join(dict.fromkeys(known))
            self.clashes.append(f"`{_line(written(self.text, tree))}` puts {listed} together")
        return known[0] if known else None


def unit_clashes(text: str, inputs: Mapping[str, Input]) -> Iterator[str]:
    """A sentence for each place of a formula where different units are added or compared."""
    names: dict[str, Unit] = {}
    for name, stated in inputs.items():
        names[name] = Fields({c.id: c.unit for c in stated.columns}) if stated.kind == "table" else stated.unit
    reading = _Units(text)
    reading.unit(syntax_of(text), names)
    yield from reading.clashes


def _plain(unit: str) -> str:
    plain = unit.strip().casefold()
    return "percent" if plain == "%" else plain


def _line(text: str) -> str:
    return " ".join(text.split())
