"""What the bodies of a group stated in a cycle, and what it is worth under any revision.

Facts are read once, and every revision and layer is computed from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import NotFound
from domain.layers import Layer
from domain.revision import Revision
from domain.scoring import Fact, ScoreTree, Tallied, score
from domain.tally import Plan, Tally
from projections.answers import Source, facts_under, require_group, revision_in_force, stated_by_body
from projections.tables import BODIES, ENROLMENTS

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
        require_group(revision, self.group)
        return {
            body: score(revision, facts_under(revision, self.in_force, self.group, stated, layer))
            for body, stated in self.stated.items()
        }

    def tallies(self, revision: Revision, layer: Layer = Layer.FINAL) -> dict[str, Tallied]:
        """The same scores without their trees, in half the time. Raises NotFound as `trees` does."""
        require_group(revision, self.group)
        plan = Plan(revision, self.group)
        return {
            body: Tally.of(plan, facts_under(revision, self.in_force, self.group, stated, layer).entries).result()
            for body, stated in self.stated.items()
        }


def group_facts(source: Source, cycle: int, group: str, position: int) -> GroupFacts:
    """What stands at a position. Raises NotFound if there is no such cycle, or it evaluates no body of the group."""
    in_force, _ = revision_in_force(source, cycle, position)
    bodies = sorted(key[1] for key in source.rows(ENROLMENTS, {"cycle": cycle, "grp": group}, position))
    if not bodies:
        raise NotFound(f"cycle {cycle} evaluates no {group} bodies at position {position}", rule="group-evaluated")
    stated = stated_by_body(source, cycle, position)
    names = {key[0]: (row[1], row[2], row[3]) for key, row in source.rows(BODIES, {}, position).items()}
    return GroupFacts(
        cycle,
        group,
        position,
        names={body: names[body] for body in bodies},
        stated={body: stated.get(body, {}) for body in bodies},
        in_force=in_force,
    )
