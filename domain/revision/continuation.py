"""Following a node from revision to revision: the same id, or an older one that it says it continues."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from domain.revision.model import Node, Revision


@dataclass(frozen=True, slots=True)
class Appearance:
    """Under which ids something stood in a revision; more than one where it was put together from several."""

    revision: str
    ids: tuple[str, ...]


def predecessors(node: Node, older: Collection[str]) -> tuple[str, ...]:
    """The older ids that a node carries on: its own, then those it names, as far as the older revision has them."""
    named = dict.fromkeys((node.id, *node.continues))
    return tuple(name for name in named if name in older)


def followed(revisions: Sequence[Revision], group: str, node_id: str) -> tuple[Appearance, ...]:
    """A node of the last revision, followed back through the others (oldest first) as far as it goes.

    Revisions without a tree for the group are passed over; gives the appearances oldest first.
    """
    names: dict[str, None] = {node_id: None}
    found: list[Appearance] = []
    for revision in reversed(revisions):
        if group not in revision.trees:
            continue
        nodes = {node.id: node for node in revision.trees[group].walk()}
        wanted = tuple(name for name in names if name in nodes)
        if not wanted:
            continue
        found.append(Appearance(revision.id, wanted))
        names = dict.fromkeys(name for one in wanted for name in (one, *nodes[one].continues))
    return tuple(reversed(found))


class Continuity:
    """Which nodes carry on which older ones, directly or through revisions between, in the trees of one group."""

    def __init__(self, revisions: Iterable[Revision], group: str) -> None:
        self._continues: dict[str, set[str]] = {}
        for revision in revisions:
            tree = revision.trees.get(group)
            for node in tree.walk() if tree is not None else ():
                self._continues.setdefault(node.id, set()).update(node.continues)

    def older(self, node_id: str) -> frozenset[str]:
        """All ids that a node carries on; without its own."""
        found: set[str] = set()
        waiting = [node_id]
        while waiting:
            for older in self._continues.get(waiting.pop(), ()):
                if older not in found:
                    found.add(older)
                    waiting.append(older)
        return frozenset(found - {node_id})
