"""Which bodies a change of rules would move, and by how much."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from domain.cycle import Stage
from domain.errors import NotFound
from domain.events import Recorded
from domain.layers import Layer
from domain.methodology import DraftRevision
from domain.revision import content_address
from projections.answers import ReplayedSource, ranking
from projections.fold import replay
from projections.impact import Moved, impact, recorded_document
from tests.story import BODY, OTHER, YEAR, Story, plan, rules, stated

BY_SERVICES, BY_PLANS = ("90", "10"), ("10", "90")


def weighted(services: str, plans: str, **changes: Any) -> dict[str, Any]:
    """The story's rules with other weights."""
    found = deepcopy(rules(**changes))
    leaves = found["trees"]["central"]["children"][0]["children"]
    leaves[0]["weight"], leaves[1]["weight"] = services, plans
    return found


@pytest.fixture(scope="module")
def source() -> ReplayedSource:
    """Two bodies: one good at services, one at plans; a third body's akimat is not evaluated."""
    story = Story().with_cycle().open(Stage.SUBMISSION)
    story.submitted(stated("quality", "100"), plan("a", "5"))
    story.submitted(stated("quality", "50"), plan("a", "10"), body=OTHER)
    recorded = [Recorded(position, story.now, event) for position, event in enumerate(story.events(), start=1)]
    return ReplayedSource(replay(recorded))


HEAD = 10_000


def test_a_change_of_weights_turns_the_ranking_round(source: ReplayedSource) -> None:
    (found,) = impact(source, YEAR, HEAD, rules(), weighted(*BY_PLANS))
    assert (found.cycle, found.group, found.before.id, found.after.id) == (YEAR, "central", "small-1", "small-1")
    assert [(row.body, row.score_before, row.score_after) for row in found.rows] == [
        (OTHER, Decimal("70.0"), Decimal("95.0")),
        (BODY, Decimal("80.0"), Decimal("55.0")),
    ]
    assert [(row.points, row.places, row.moves) for row in found.rows] == [
        (Decimal("25.0"), 1, True),
        (Decimal("-25.0"), -1, True),
    ]
    assert found.moved == found.rows
    assert {row.coverage_after for row in found.rows} == {1}


def test_the_record_itself_is_left_as_it_is(source: ReplayedSource) -> None:
    before = ranking(source, YEAR, "central", HEAD)
    impact(source, YEAR, HEAD, weighted(*BY_PLANS), weighted(*BY_SERVICES))
    assert ranking(source, YEAR, "central", HEAD) == before


def test_the_same_rules_move_nobody(source: ReplayedSource) -> None:
    (found,) = impact(source, YEAR, HEAD, rules(), rules())
    assert found.moved == ()
    assert [row.points for row in found.rows] == [0, 0]


def test_where_the_new_rules_give_no_score_there_is_no_difference(source: ReplayedSource) -> None:
    bare = weighted("50", "50")
    bare["trees"]["central"]["children"][0]["children"][0]["formula"] = "if open then 1 else 0"
    bare["trees"]["central"]["children"][0]["missing"] = "propagate"
    (found,) = impact(source, YEAR, HEAD, rules(), bare, Layer.REPORTED)
    assert {(row.score_after, row.rank_after, row.points, row.places) for row in found.rows} == {(None,) * 4}
    assert found.moved == found.rows


def test_a_group_that_one_revision_does_not_evaluate_is_not_compared(source: ReplayedSource) -> None:
    local = rules()
    local["trees"] = {"local": local["trees"]["central"]}
    with pytest.raises(NotFound, match=r"nothing to compare: .*central") as refused:
        impact(source, YEAR, HEAD, rules(), local)
    assert refused.value.rule == "group-evaluated"


def test_an_unknown_cycle_is_refused(source: ReplayedSource) -> None:
    with pytest.raises(NotFound, match="no cycle 1999") as refused:
        impact(source, 1999, HEAD, rules(), rules())
    assert refused.value.rule == "cycle-known"


def test_a_document_is_found_in_the_record_by_id_and_by_address(source: ReplayedSource) -> None:
    address = content_address(rules())
    for name in ("small-1", address, address[:8]):
        assert recorded_document(source, name, HEAD) == rules()
    for name in ("small-2", address[:7]):
        assert recorded_document(source, name, HEAD) is None


def test_an_id_that_two_methodologies_share_names_neither() -> None:
    story = Story().with_rules()
    story.when(DraftRevision(document=rules(methodology="other")), story.centre)
    recorded = [Recorded(position, story.now, event) for position, event in enumerate(story.events(), start=1)]
    both = ReplayedSource(replay(recorded))
    with pytest.raises(NotFound, match="small-1 names several revisions"):
        recorded_document(both, "small-1", HEAD)
    assert recorded_document(both, content_address(rules(methodology="other")), HEAD) == rules(methodology="other")


def test_a_body_whose_score_is_missing_once_has_no_difference() -> None:
    row = Moved("b", ("к", "р", "e"), None, Decimal(5), None, 1, Decimal(0), Decimal(1))
    assert (row.points, row.places, row.moves) == (None, None, True)
