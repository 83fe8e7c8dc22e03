"""What the bodies of a group stated in a cycle, and what it is worth under any revision.

Facts are read once, and every revision and layer is computed from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import NotFound
from domain.layers import LAYERS, Layer
from domain.revision import Revision
from domain.scoring import Fact, ScoreTree, score
from projections.answers import Source, facts_under, revision_in_force
from projections.tables import BODIES, ENROLMENTS, FACTS

Names = tuple[str, str, str]
"""A body's name in Kazakh, Russian and English."""


@dataclass(frozen=True)
class GroupFacts:
    """The facts of each body evaluated, by the layer that stated them; bodies in the order of their codes."""

    cycle: int
    group: str
    position: int
    names: Mapping[str, Names]
    stated: Mapping[str, Mapping[Layer, Mapping[str, Fact]]]
    in_force: Revision
    """The revision under which all of it was stated."""

    def trees(self, revision: Revision, layer: Layer = Layer.FINAL) -> dict[str, ScoreTree]:
        """The score tree of each body. Raises NotFound if the revision does not evaluate the group."""
        if self.group not in revision.trees:
            raise NotFound(f"revision {revision.id} has no indicators for {self.group} bodies", rule="group-evaluated")
        return {
            body: score(revision, facts_under(revision, self.in_force, self.group, stated, layer))
            for body, stated in self.stated.items()
        }


def group_facts(source: Source, cycle: int, group: str, position: int) -> GroupFacts:
    """What stands at a position. Raises NotFound if there is no such cycle, or it evaluates no body of the group."""
    in_force, _ = revision_in_force(source, cycle, position)
    bodies = sorted(key[1] for key in source.rows(ENROLMENTS, {"cycle": cycle, "grp": group}, position))
    if not bodies:
        raise NotFound(f"cycle {cycle} evaluates no {group} bodies at position {position}", rule="group-evaluated")
    stated: dict[str, dict[Layer, dict[str, Fact]]] = {body: {} for body in bodies}
    for (_, body, ordinal, subject), (value, event_id) in source.rows(FACTS, {"cycle": cycle}, position).items():
        if body in stated:
            stated[body].setdefault(LAYERS[ordinal], {})[subject] = Fact(subject, value, event_id)
    names = {key[0]: (row[1], row[2], row[3]) for key, row in source.rows(BODIES, {}, position).items()}
    return GroupFacts(cycle, group, position, {body: names[body] for body in bodies}, stated, in_force)
