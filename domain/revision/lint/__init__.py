"""The linter of revision documents: what a careful colleague would say before the revision is approved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import localcontext

from domain.revision.document import Document, RevisionError, revision_of
from domain.revision.lint import rules
from domain.revision.lint.finding import Finding, Severity, error
from domain.revision.lint.formulas import formulas, inputs
from domain.revision.lint.history import history
from domain.revision.model import Node, Revision
from domain.rounding import DECIMAL128

__all__ = ["Finding", "Severity", "lint"]


def lint(document: Document, older: Sequence[Revision] = ()) -> tuple[Finding, ...]:
    """Everything found in a document, worst first, else in the document's order.

    `older` are the revisions before it, oldest first: ids carried on or left out are looked for in them. A document
    that is not a revision gives what the reader refused, as errors of code `not-a-revision`.
    """
    try:
        revision = revision_of(document)
    except RevisionError as refused:
        return tuple(error("not-a-revision", problem.place, problem.message) for problem in refused.problems)
    with localcontext(DECIMAL128):
        found = list(_found(document, revision, older))
    return tuple(sorted(found, key=lambda finding: list(Severity).index(finding.severity)))


def _found(document: Document, revision: Revision, older: Sequence[Revision]) -> Iterator[Finding]:
    yield from inputs(revision)
    for group, tree in revision.trees.items():
        yield from _tree(revision, tree, f"trees.{group}")
    yield from rules.missing(document, revision)
    yield from rules.rounding(revision)
    yield from rules.penalties(revision)
    yield from rules.grades(document, revision)
    yield from rules.titles(revision)
    yield from rules.sources(revision)
    yield from history(revision, older)


def _tree(revision: Revision, node: Node, place: str) -> Iterator[Finding]:
    yield from rules.weights(node, place)
    if node.indicator is not None:
        yield from formulas(revision, node, node.indicator, place)
    for child in node.children:
        yield from _tree(revision, child, f"{place}.{child.id}")
