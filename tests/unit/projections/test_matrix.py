"""The matrix recomputes every cycle under every revision from the facts, and invents nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from domain import methodology
from domain.casefile import SubmitData
from domain.cycle import Stage
from domain.errors import NotFound
from domain.events import Recorded
from domain.layers import Layer
from domain.revision import revision_of
from projections.answers import ReplayedSource, ranking, revision_named
from projections.fold import replay
from projections.groups import group_facts
from projections.matrix import Cell, matrix
from tests.story import BODY, OTHER, START, YEAR, Story, rules, stated

END = 1_000_000


def source_of(story: Story) -> ReplayedSource:
    recorded = [Recorded(number, story.now, event) for number, event in enumerate(story.events(), start=1)]
    return ReplayedSource(replay(recorded))


def revised(story: Story, name: str, *, approved: bool = True, **changes: Any) -> None:
    """Another revision of the same methodology."""
    story.when(methodology.DraftRevision(document=rules(id=name, **changes)), story.centre)
    if approved:
        approve = methodology.ApproveRevision(
            methodology="small", revision=name, legal_act="Order 2", in_force_from=START.date()
        )
        story.when(approve, story.admin)


def other_input(group: str = "central") -> dict[str, Any]:
    """Changes that leave one indicator over an input that nobody states."""
    tree = rules()["trees"]["central"]
    (block,) = tree["children"]
    leaf = {**block["children"][0], "formula": "silence"}
    return {
        "inputs": [{**rules()["inputs"][0], "id": "silence"}],
        "trees": {group: {**tree, "children": [{**block, "children": [leaf]}]}},
    }


def told() -> Story:
    """Two bodies with data, of which the second says nothing about its plans; three more revisions, one a draft."""
    story = Story().with_cycle().open(Stage.SUBMISSION)
    story.submitted()
    story.when(SubmitData(cycle=YEAR, body=OTHER, values=(stated("quality", "60"),)), story.other_officer)
    weights = rules()["trees"]["central"]
    weights["children"][0]["children"][0]["weight"] = "10"
    revised(story, "small-2", trees={"central": weights})
    revised(story, "silent-1", **other_input(), ties={})
    revised(story, "local-1", **other_input("local"), ties={})
    revised(story, "draft-1", approved=False)
    return story


def cell(cells: tuple[Cell, ...], revision: str) -> Cell:
    (found,) = [one for one in cells if one.revision == revision]
    return found


def test_every_cycle_stands_under_every_approved_revision() -> None:
    cells = matrix(source_of(told()), END)
    assert [(one.cycle, one.revision, one.in_force) for one in cells] == [
        (YEAR, "local-1", False),
        (YEAR, "silent-1", False),
        (YEAR, "small-1", True),
        (YEAR, "small-2", False),
    ]


def test_a_cell_is_the_ranking_under_its_revision() -> None:
    source = source_of(told())
    for found in matrix(source, END, methodologies=["small-1", "small-2"]):
        answer = ranking(source, YEAR, "central", END, methodology=found.revision)
        assert [(row.body, row.rank, row.score, row.grade, row.coverage) for row in found.rows] == [
            (row.body, row.rank, row.score, row.grade, row.coverage) for row in answer.rows
        ]
        assert found.mean == answer.mean


def test_the_figures_can_be_checked_by_hand() -> None:
    cells = matrix(source_of(told()), END)
    # The first body: quality 80, plans 90 of which half have data. The second: quality 60, no plans.
    here = cell(cells, "small-1")
    assert [(row.body, str(row.score), str(row.coverage)) for row in here.rows] == [
        (BODY, "84.0", "0.8"),
        (OTHER, "60.0", "0.6"),
    ]
    assert (here.mean, here.coverage, here.shift, here.scored) == (Decimal(72), Decimal("0.7"), 0, 2)
    there = cell(cells, "small-2")
    assert [(row.body, str(row.score), str(row.coverage)) for row in there.rows] == [
        (BODY, "88.0", "0.6"),
        (OTHER, "60.0", "0.2"),
    ]


def test_an_input_that_continues_an_older_one_reads_it_in_a_cell_as_in_a_ranking() -> None:
    story = told()
    leaf = {**rules()["trees"]["central"]["children"][0]["children"][0], "formula": "standard"}
    renamed = {**rules()["inputs"][0], "id": "standard", "continues": ["quality"]}
    tree = {**rules()["trees"]["central"], "children": [leaf]}
    revised(story, "renamed-1", inputs=[renamed], trees={"central": tree}, ties={})
    source = source_of(story)
    (found,) = matrix(source, END, methodologies=["renamed-1"])
    answer = ranking(source, YEAR, "central", END, methodology="renamed-1")
    assert [row.score for row in found.rows] == [row.score for row in answer.rows] == [Decimal(80), Decimal(60)]
    facts = group_facts(source, YEAR, "central", END)
    trees = facts.trees(revision_named(source, "renamed-1", END))
    assert {body: tree.value for body, tree in trees.items()} == {BODY: Decimal(80), OTHER: Decimal(60)}


def test_shift_says_how_far_the_ranks_move() -> None:
    story = told()
    backwards = rules()["trees"]["central"]
    backwards["children"][0]["children"][0]["formula"] = "100 - quality"
    backwards["children"][0]["children"][1]["weight"] = "0"
    revised(story, "small-3", trees={"central": backwards})
    assert cell(matrix(source_of(story), END), "small-3").shift == 1


def test_without_data_there_is_no_score_and_the_reason_is_said() -> None:
    cells = matrix(source_of(told()), END)
    silent = cell(cells, "silent-1")
    assert (silent.mean, silent.coverage, silent.shift, silent.scored, len(silent.rows)) == (None, 0, None, 0, 2)
    assert silent.reason == "the cycle has no data that this revision can use"
    local = cell(cells, "local-1")
    assert (local.mean, local.coverage, local.rows) == (None, 0, ())
    assert local.reason == "the revision has no indicators for central bodies"


def test_a_draft_is_taken_only_by_name_and_a_name_may_be_the_beginning_of_the_sha256() -> None:
    source = source_of(told())
    (draft,) = matrix(source, END, methodologies=["draft-1"])
    assert draft.revision == "draft-1"
    assert matrix(source, END, methodologies=[draft.revision_sha256[:10]]) == (draft,)


def test_a_cell_may_be_taken_at_an_earlier_layer_and_position() -> None:
    story = told()
    source = source_of(story)
    (reported,) = matrix(source, END, layer=Layer.REPORTED, methodologies=["small-1"])
    assert reported.mean == Decimal(72)
    first = next(n for n, event in enumerate(story.events(), start=1) if event.type_name() == "CaseFile.DataSubmitted")
    (earlier,) = matrix(source, first, methodologies=["small-1"])
    assert [row.score for row in earlier.rows] == [Decimal("84.0"), None]


def test_progress_is_told_cell_by_cell() -> None:
    told_of: list[tuple[int, int]] = []
    matrix(source_of(told()), END, progress=lambda *done: told_of.append(done))
    assert told_of == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_what_is_not_there_is_named() -> None:
    source = source_of(told())
    with pytest.raises(NotFound, match="no cycle evaluates local bodies"):
        matrix(source, END, group="local")
    with pytest.raises(NotFound, match="there is no cycle 1999"):
        matrix(source, END, cycles=[1999])
    with pytest.raises(NotFound, match="there is no revision nope"):
        matrix(source, END, methodologies=["nope"])
    with pytest.raises(NotFound, match="evaluates no local bodies"):
        group_facts(source, YEAR, "local", END)
    local = revision_of(rules(**other_input("local"), ties={}))
    facts = group_facts(source, YEAR, "central", END)
    with pytest.raises(NotFound, match="has no indicators for central bodies"):
        facts.trees(local)
