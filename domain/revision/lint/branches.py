"""Branches of `if` that no value of the inputs can reach.

A condition that reads nothing is decided at once. One that reads a single input is tried at the ends of its declared
range, at every figure that the formula mentions, and between them; whatever reads more is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from domain.feel import evaluate
from domain.revision.lint.syntax import Syntax, below, bound_in, figures_in, names_in, syntax_of, written
from domain.revision.model import Input

Points = Mapping[str, Sequence[Any]]
"""Values of inputs with which a part of the formula is reached."""


def unreachable(text: str, inputs: Mapping[str, Input]) -> Iterator[str]:
    """A sentence for each branch of a formula that is never taken."""
    tree = syntax_of(text)
    columns = {column.id for stated in inputs.values() for column in stated.columns}
    hidden = bound_in(tree) | columns
    figures = figures_in(tree)
    points = {
        name: values
        for name in sorted(names_in(tree) & inputs.keys() - hidden)
        if (values := _points(inputs[name], figures))
    }
    yield from _Branches(text).walk(tree, points)


@dataclass(frozen=True, slots=True)
class _Branches:
    text: str

    def walk(self, tree: Syntax, points: Points) -> Iterator[str]:
        if tree.data != "if_then_else":
            for child in below(tree):
                yield from self.walk(child, points)
            return
        condition, yes, no = below(tree)
        yield from self.walk(condition, points)
        for branch, taken, what in ((yes, True, "never true"), (no, False, "always true")):
            reaching = self.reaching(condition, points, taken)
            if reaching is None:
                said = " ".join(written(self.text, condition).split())
                yield f"`{said}` is {what} here, so `{' '.join(written(self.text, branch).split())}` is never reached"
            else:
                yield from self.walk(branch, reaching)

    def reaching(self, condition: Syntax, points: Points, taken: bool) -> Points | None:
        """The points with which the branch is taken (`if` takes the second for anything but true); None if none."""
        names = names_in(condition)
        said = written(self.text, condition)
        if not names:
            return points if (evaluate(said) is True) is taken else None
        if len(names) > 1 or not names <= points.keys():
            return points
        (name,) = names
        left = [value for value in points[name] if (evaluate(said, {name: value}) is True) is taken]
        return {**points, name: left} if left else None


def _points(stated: Input, figures: set[Decimal]) -> list[Any]:
    if stated.kind == "boolean":
        return [True, False]
    if stated.kind != "number":
        return []
    low = stated.minimum if stated.minimum is not None else min(figures, default=Decimal(0)) - 1
    high = stated.maximum if stated.maximum is not None else max(figures, default=Decimal(0)) + 1
    ends = sorted({low, high} | {figure for figure in figures if low <= figure <= high})
    return sorted({*ends, *((a + b) / 2 for a, b in pairwise(ends))})
