"""Rules that are slightly otherwise give exactly what scoring under a revision that says so gives."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.ranking import Standing
from domain.revision import MissingRule, revision_of
from projections.alternatives import Alternative, Alternatives
from tests.unit.projections.groups import LAW, Group, groups, weights


def recomputed(group: Group, document: dict[str, Any]) -> list[Standing]:
    """Standings scored from the facts under another document."""
    revision = revision_of(document)
    trees = group.trees(document)
    return [Standing(body, tree.value, tree.values_of(revision.ties.break_by)) for body, tree in sorted(trees.items())]


def over(group: Group) -> Alternatives:
    return Alternatives(group.revision, "central", group.trees())


def blocks(document: dict[str, Any]) -> list[dict[str, Any]]:
    return list(document["trees"]["central"]["children"])


@LAW
@given(groups())
def test_the_same_rules_give_the_same_standings(group: Group) -> None:
    assert over(group).standings(Alternative()) == recomputed(group, group.document)


@LAW
@given(groups(), st.data())
def test_leaving_an_indicator_out_equals_scoring_without_it(group: Group, data: st.DataObject) -> None:
    letter = data.draw(st.sampled_from("abcde"))
    document = deepcopy(group.document)
    for block in blocks(document):
        block["children"] = [child for child in block["children"] if child["id"] != f"leaf-{letter}"]
    document["trees"]["central"]["children"] = [block for block in blocks(document) if block["children"]]
    known = {"total", *(node["id"] for block in blocks(document) for node in (block, *block["children"]))}
    kept = [(index, name) for index, name in enumerate(document["ties"]["break_by"]) if name in known]
    document["ties"]["break_by"] = [name for _, name in kept]
    found = over(group).standings(Alternative(left_out=frozenset({f"leaf-{letter}"})))
    # A node that is gone compares as nothing for every body; the revision without it does not name it.
    compared = [Standing(one.body, one.value, tuple(one.tie_values[index] for index, _ in kept)) for one in found]
    assert compared == recomputed(group, document)


@LAW
@given(groups(), st.data())
def test_other_weights_equal_scoring_under_them(group: Group, data: st.DataObject) -> None:
    document = deepcopy(group.document)
    changed = {}
    for block in blocks(document):
        for node in (block, *block["children"]):
            if data.draw(st.booleans()):
                node["weight"] = data.draw(weights)
                changed[node["id"]] = Decimal(node["weight"])
    assert over(group).standings(Alternative(weights=changed)) == recomputed(group, document)


@LAW
@given(groups(), st.sampled_from(list(MissingRule)))
def test_another_missing_data_rule_equals_scoring_under_it(group: Group, rule: MissingRule) -> None:
    document = deepcopy(group.document)
    document["missing"] = rule.value
    for block in blocks(document):
        block["missing"] = rule.value
    assert over(group).standings(Alternative(missing=rule)) == recomputed(group, document)


@LAW
@given(groups())
def test_without_any_indicator_nobody_has_a_score(group: Group) -> None:
    everything = Alternative(left_out=frozenset(f"leaf-{letter}" for letter in "abcde"))
    assert all(standing.value is None for standing in over(group).standings(everything))
    assert set(over(group).ranks(everything).values()) == {None}
