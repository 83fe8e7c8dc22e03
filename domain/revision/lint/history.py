"""Checks against older revisions: what is carried on, what is left out, and whether that is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.revision.lint.finding import Finding, error, warning
from domain.revision.model import Node, Revision


def history(revision: Revision, older: Sequence[Revision]) -> Iterator[Finding]:
    """Ids carried on or left out that no older revision has; indicators that vanish without a word.

    `older` stands oldest first; the last of the same methodology is the one that this revision follows.
    """
    if not older:
        return
    known = {node.id for one in older for tree in one.trees.values() for node in tree.walk()}
    carried: set[str] = set()
    present: set[str] = set()
    for group, tree in revision.trees.items():
        for node in tree.walk():
            carried.update(node.continues)
            present.add(node.id)
            for name in node.continues:
                if name not in known:
                    place = f"trees.{group}.{node.id}.continues"
                    yield error("continues-unknown", place, f"No older revision has `{name}`.")
    ended = {one.id for one in revision.discontinues}
    for name in sorted(ended - known):
        yield error("discontinues-unknown", f"discontinues.{name}", f"No older revision has `{name}`.")
    for name in sorted(ended & (present | carried)):
        sentence = f"`{name}` is said to be left out, but it is here or carried on."
        yield error("discontinues-present", f"discontinues.{name}", sentence)
    before = next((one for one in reversed(older) if one.methodology == revision.methodology), None)
    if before is not None:
        yield from _dropped(before, revision, carried | present, ended)


def _dropped(before: Revision, revision: Revision, kept: set[str], ended: set[str]) -> Iterator[Finding]:
    seen: set[str] = set()
    for group, tree in before.trees.items():
        if group in revision.trees:
            for indicator in _left_out(tree, kept, ended):
                if indicator.id not in seen:
                    seen.add(indicator.id)
                    sentence = f"`{indicator.id}` of {before.id} is neither carried on nor said to be left out."
                    yield warning("dropped-silently", f"trees.{group}", sentence)


def _left_out(node: Node, kept: set[str], ended: set[str]) -> Iterator[Node]:
    if node.id in ended:
        return
    if node.indicator is not None and node.id not in kept:
        yield node
    for child in node.children:
        yield from _left_out(child, kept, ended)
