"""The commands about methodologies: what ships, what a revision says, what is wrong with it, what a change moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.text import Text
from rich.tree import Tree

from adapters.documents import read_document
from api.cli.explaining import shown
from api.cli.output import Format, print_json, print_rows
from api.services import Services
from domain.catalogue import Chain, catalogue, chain, document, older_than
from domain.errors import NotFound
from domain.layers import Layer
from domain.revision import Node, Revision, content_address, revision_of
from domain.revision.diff import Change, diff
from domain.revision.document import Document
from domain.revision.lint import Severity, lint
from domain.revision.schema import schema
from projections.impact import Impact, impact, recorded_document

CHECK_FAILED = 1

Open = Callable[[], AbstractContextManager[Services]]
Output = Annotated[Format, typer.Option("--format", help="How the answer comes out.")]


class Library:
    """Finds documents: files, the catalogue, the record. The record is opened only when it is asked."""

    def __init__(self, open_services: Open, stack: ExitStack) -> None:
        self._open = open_services
        self._stack = stack
        self._services: Services | None = None

    def services(self) -> Services:
        """The record's services, open until the command ends."""
        if self._services is None:
            self._services = self._stack.enter_context(self._open())
        return self._services

    def document(self, name: str) -> Document:
        """A file's document, or that of a revision of the catalogue, or of the record by id or SHA-256."""
        if Path(name).suffix.lower() in (".yaml", ".yml", ".json"):
            return read_document(Path(name))
        if name in catalogue():
            return document(name)
        services = self.services()
        found = recorded_document(services.source, name, services.caught_up())
        if found is None:
            known = ", ".join(catalogue())
            message = f"{name} is no file (.yaml, .json), not in the record, and not in the catalogue ({known})"
            raise NotFound(message, rule="revision-known")
        return found


def register_methodology(app: typer.Typer, open_services: Open) -> None:
    """Adds `methodology` and its commands to an app; `open_services` is the composition root's."""
    group = typer.Typer(help="Methodology revisions: list, show, lint, diff, schema.", no_args_is_help=True)
    app.add_typer(group, name="methodology")

    @group.command("list")
    def list_command(output: Output = Format.TABLE) -> None:
        """The revisions that ship, in the order in which they began. Example: shezhire methodology list"""
        acts = chain()
        rows = [_listed(revision_of(document(name)), acts) for name in acts.revisions()]
        if output is Format.TABLE:
            rows = [{name: row[name] for name in _IN_TABLE} for row in rows]
        print_rows(rows, output, title="Methodology revisions that ship", notes=[_ILLUSTRATIVE])

    @group.command("show")
    def show_command(
        revision: Annotated[str, typer.Argument(help="A revision's id, SHA-256 (8 digits or more), or a file.")],
        language: Annotated[str, typer.Option(help="Titles in kk, ru or en.")] = "en",
        output: Output = Format.TABLE,
    ) -> None:
        """A revision's trees, weights and acts. Example: shezhire methodology show annual-2015 --language kk"""
        if language not in ("kk", "ru", "en"):
            raise typer.BadParameter("expected kk, ru or en", param_hint="--language")
        with ExitStack() as stack:
            found = Library(open_services, stack).document(revision)
        _show(found, revision_of(found), language, output)

    @group.command("lint")
    def lint_command(
        revision: Annotated[str, typer.Argument(help="A file (.yaml, .json), or a revision's id or SHA-256.")],
        after: Annotated[
            list[str] | None, typer.Option(help="An older revision, oldest first; else those of the catalogue.")
        ] = None,
        output: Output = Format.TABLE,
    ) -> None:
        """What is wrong with a revision; exit code 1 if it has errors. Example: shezhire methodology lint new.yaml"""
        with ExitStack() as stack:
            library = Library(open_services, stack)
            found = library.document(revision)
            names = older_than(str(found.get("id"))) if after is None else after
            older = [revision_of(library.document(name)) for name in names]
        findings = lint(found, older)
        errors = sum(finding.severity is Severity.ERROR for finding in findings)
        if output is Format.TABLE:
            console = Console(highlight=False)
            for finding in findings:
                console.print(str(finding), markup=False)
            console.print(f"{len(findings)} finding(s) in {revision}, of which {errors} error(s)", style="dim")
        else:
            print_rows([asdict(finding) for finding in findings], output, about={"errors": errors})
        if errors:
            raise typer.Exit(CHECK_FAILED)

    @group.command("diff")
    def diff_command(
        before: Annotated[str, typer.Argument(help="A revision's id, SHA-256 (8 digits or more), or a file.")],
        after: Annotated[str, typer.Argument(help="The other one.")],
        cycle: Annotated[int | None, typer.Option(help="Show which bodies the change moves in this year.")] = None,
        layer: Annotated[Layer, typer.Option(help="The stage at which scores are taken.")] = Layer.FINAL,
        as_of: Annotated[str | None, typer.Option(help="A position, a date or a time with its offset.")] = None,
        output: Output = Format.TABLE,
    ) -> None:
        """What changed, and whom it moves. Example: shezhire methodology diff goals-2020 goals-2022 --cycle 2022"""
        with ExitStack() as stack:
            library = Library(open_services, stack)
            documents = library.document(before), library.document(after)
            changes = diff(revision_of(documents[0]), revision_of(documents[1]))
            impacts: tuple[Impact, ...] = ()
            if cycle is not None:
                services = library.services()
                position = services.position_of(as_of)
                impacts = impact(services.source, cycle, position, *documents, layer)
        _print_diff(before, after, changes, impacts, output)

    @group.command("schema")
    def schema_command() -> None:
        """The JSON Schema (2020-12) of a revision document. Example: shezhire methodology schema > revision.json"""
        print_json(schema())


_THOUSANDTH = Decimal("0.001")

_IN_TABLE = ("revision", "title", "indicators", "begins", "ends")

_ILLUSTRATIVE = "Weights, formulas and thresholds without a citation are illustrative: not official."


def _listed(revision: Revision, acts: Chain) -> dict[str, Any]:
    steps = acts.of(revision.id)
    begun = next(step for step in steps if step.begins == revision.id)
    ended = next((step for step in steps if step.ends == revision.id), None)
    return {
        "revision": revision.id,
        "methodology": revision.methodology,
        "title": revision.title.en,
        "groups": list(revision.trees),
        "indicators": max(len(_indicators(tree)) for tree in revision.trees.values()),
        "begins": f"{begun.when}",
        "ends": f"{ended.when}" if ended else None,
        "sha256": revision.sha256[:12],
    }


def _indicators(tree: Node) -> list[Node]:
    return [node for node in tree.walk() if node.indicator is not None]


def _show(found: Document, revision: Revision, language: str, output: Format) -> None:
    steps = [
        {
            "step": step.kind.value,
            "revision": step.revision,
            "follows": step.follows,
            "act": chain().acts[step.act].citation if step.act else None,
            "when": str(step.when),
            "precision": step.when.precision,
            "source": step.provenance.source,
            "illustrative": step.provenance.illustrative,
            "note": step.note,
        }
        for step in chain().of(revision.id)
    ]
    if output is Format.JSON:
        print_json({"revision": revision.id, "sha256": content_address(found), "chain": steps, "document": found})
        return
    if output is not Format.TABLE:
        rows = [row for group, tree in revision.trees.items() for row in _tree_rows(group, tree, language)]
        print_rows(rows, output)
        return
    console = Console(highlight=False)
    console.print(f"[bold]{escape(revision.title.in_language(language))}[/bold] ({revision.id})")
    for group, tree in revision.trees.items():
        root = Tree(f"[bold]{group}[/bold]")
        for child in tree.children:
            _branch(root, child, language)
        console.print(root)
    for act in revision.legal_acts:
        console.print(f"Act: {act}", markup=False)
    for step in steps:
        console.print(f"{step['when']}: {step['step']} {step['revision']}", markup=False)
    if revision.notes:
        console.print(" ".join(revision.notes.split()), style="dim", markup=False)
    console.print(f"SHA-256: {content_address(found)}", style="dim")


def _branch(parent: Tree, node: Node, language: str) -> None:
    illustrative = ", illustrative" if node.provenance.illustrative else ""
    continues = f", continues {', '.join(node.continues)}" if node.continues else ""
    title = escape(node.title.in_language(language))
    said = f"[bold]{title}[/bold] ({node.level} {node.id}), weight {node.weight}{illustrative}{continues}"
    branch = parent.add(said)
    if node.indicator is not None:
        branch.add(Text(" ".join(node.indicator.formula_text.split()), style="dim"))
    for child in node.children:
        _branch(branch, child, language)


def _tree_rows(group: str, tree: Node, language: str) -> list[dict[str, Any]]:
    return [
        {
            "group": group,
            "level": node.level,
            "node": node.id,
            "title": node.title.in_language(language),
            "weight": node.weight,
            "continues": list(node.continues),
            "illustrative": node.provenance.illustrative,
            "source": node.provenance.source,
        }
        for node in tree.walk()
    ]


def _print_diff(before: str, after: str, changes: Sequence[Change], impacts: Sequence[Impact], output: Format) -> None:
    moved = [row for one in impacts for row in _moved_rows(one)]
    if output is Format.JSON:
        said = [{**asdict(change), "sentence": change.sentence} for change in changes]
        print_json({"before": before, "after": after, "changes": said, "impact": moved, "official": False})
    elif output is not Format.TABLE:
        print_rows(moved if impacts else [asdict(change) for change in changes], output)
    else:
        console = Console(highlight=False)
        for change in changes:
            console.print(change.sentence, markup=False)
        console.print(f"{len(changes)} change(s) from {before} to {after}", style="dim", markup=False)
        for one in impacts:
            notes = [f"{len(one.moved)} of {len(one.rows)} bodies move.", "A what-if: no official result."]
            title = f"Cycle {one.cycle}, {one.group} bodies, layer {one.layer.value}: {before} → {after}"
            rows = [{name: row[name] for name in row if name != "group"} for row in _moved_rows(one)]
            print_rows(rows, output, title=title, notes=notes)


def _moved_rows(one: Impact) -> list[dict[str, Any]]:
    return [
        {
            "group": one.group,
            "body": row.body,
            "score_before": row.score_before,
            "score_after": row.score_after,
            "points": row.points if row.points is None else f"{'+' if row.points > 0 else ''}{shown(row.points)}",
            "rank_before": row.rank_before,
            "rank_after": row.rank_after,
            "places": row.places if row.places is None else f"{row.places:+}",
            "coverage_before": row.coverage_before.quantize(_THOUSANDTH),
            "coverage_after": row.coverage_after.quantize(_THOUSANDTH),
        }
        for row in one.rows
    ]
