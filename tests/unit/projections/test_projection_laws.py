"""The laws of the read models, tried on random histories."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.events import Recorded
from domain.layers import LAYERS, ORDINAL, Layer
from domain.ranking import rank
from domain.scoring import Facts, ScoreTree, score
from projections.answers import ReplayedSource, ranking, score_tree
from projections.cases import to_tie_values
from projections.facts import statements
from projections.fold import Fold, replay
from projections.rankings import standing_of
from projections.tables import ENROLMENTS, RANKINGS, SCORES, SPECS, ReadModels
from tests.story import TITLE
from tests.strategies import (
    GROUPS,
    LAW_OF_HISTORIES,
    YEAR,
    History,
    Store,
    Told,
    documents,
    facts_of,
    histories,
    standing,
    told_histories,
    written,
)


def enrolled(models: ReadModels, position: int) -> dict[str, str]:
    """Groups of the bodies that are evaluated at a position."""
    return {key[1]: values[0] for key, values in models[ENROLMENTS].as_of(position).items()}


def tree_at(history: History, events: list[Recorded], body: str, layer: Layer) -> ScoreTree:
    return score(history.revision, standing(facts_of(events, body), layer, history.bodies[body]))


@LAW_OF_HISTORIES
@given(told_histories())
def test_each_stored_score_is_the_score_of_the_facts(told: Told) -> None:
    history, events = told.history, told.events
    models = replay(events)
    last = len(events)
    rows = models[SCORES].as_of(last)
    for body in enrolled(models, last):
        reached = {layer for layer, _ in facts_of(events, body)}
        nothing = score(history.revision, Facts(history.bodies[body], {})).value
        stored = {LAYERS[key[2]] for key in rows if key[1] == body}
        assert stored - {Layer.REPORTED} == reached - {Layer.REPORTED}
        assert (Layer.REPORTED in stored) == (Layer.REPORTED in reached or nothing is not None)
        for layer in stored:
            tree = tree_at(history, events, body, layer)
            value, coverage, grade, ties, address = rows[(YEAR, body, ORDINAL[layer])]
            assert (str(value), coverage) == (str(tree.value), tree.coverage)
            assert grade == (tree.grade.id if tree.grade else None)
            assert ties == to_tie_values(tree.values_of(history.revision.ties.break_by))
            assert address == history.revision.sha256


@LAW_OF_HISTORIES
@given(told_histories())
def test_the_standing_ranking_is_the_ranking_of_the_whole_group_at_every_position(told: Told) -> None:
    history, events = told.history, told.events
    fold = Fold(ReadModels.over())
    for one in events:
        fold.apply(one)
        models = fold.models
        bodies = {key[1]: values[0] for key, values in models[ENROLMENTS].as_of(one.position).items()}
        ranked = models[RANKINGS].as_of(one.position)
        assert {key[2]: key[1] for key in ranked} == bodies
        for group in GROUPS:
            standings = [standing_of(models, YEAR, body) for body in bodies if bodies[body] == group]
            placed = {place.body: place.rank for place in rank(standings, history.revision.ties)}
            assert {key[2]: values[0] for key, values in ranked.items() if key[1] == group} == placed


@LAW_OF_HISTORIES
@given(st.data())
def test_unrelated_events_may_come_in_any_order(data: st.DataObject) -> None:
    history = data.draw(histories())
    models = replay(history.told(history.any_order()).events)
    mixed = replay(history.told(data.draw(history.orders())).events)
    last = 10**9
    for spec in SPECS:
        assert mixed[spec].as_of(last) == models[spec].as_of(last), spec.name


@LAW_OF_HISTORIES
@given(told_histories(), st.data())
def test_as_of_a_position_is_a_replay_up_to_it(told: Told, data: st.DataObject) -> None:
    events = told.events
    position = data.draw(st.integers(0, len(events)))
    models, prefix = replay(events), replay(events[:position])
    for spec in SPECS:
        assert models[spec].as_of(position) == prefix[spec].as_of(position), spec.name
    assert models.trail[:position] == prefix.trail


@LAW_OF_HISTORIES
@given(told_histories(), st.data())
def test_flushes_and_restarts_leave_no_trace(told: Told, data: st.DataObject) -> None:
    events = told.events
    store = Store()
    models = ReadModels.over(store.load)
    keep = data.draw(st.integers(1, 2))
    fold = Fold(models, keep, keep)
    for one in events:
        fold.apply(one)
        turn = data.draw(st.sampled_from(["go on", "flush", "forget", "restart"]))
        if turn != "go on":
            store.write(models)
            for table in models.tables.values():
                table.forget(data.draw(st.integers(0, 2)) if turn == "forget" else 10**6)
            if turn == "restart":
                models = ReadModels.over(store.load)
                fold = Fold(models, keep, keep)
    store.write(models)
    whole = replay(events)
    for spec in SPECS:
        assert written(store.rows[spec.name]) == written(whole[spec].rows()), spec.name


@LAW_OF_HISTORIES
@given(told_histories(bodies=3, acts=4))
def test_removing_an_event_changes_only_scores_whose_lineage_names_it(told: Told) -> None:
    history, events = told.history, told.events
    source = ReplayedSource(replay(events))
    last = len(events)
    bodies = enrolled(source.models, last)
    trees = {(body, layer): score_tree(source, YEAR, body, last, layer)[0] for body in bodies for layer in LAYERS}
    for removed in events[len(history.beginning) :]:
        if not list(statements(removed.event)):
            continue
        rest = ReplayedSource(replay(one for one in events if one is not removed))
        for (body, layer), tree in trees.items():
            if str(removed.event.id) not in tree.event_ids():
                without = score_tree(rest, YEAR, body, last, layer)[0]
                assert [(node.value, node.coverage, node.missing) for node in without.root.walk()] == [
                    (node.value, node.coverage, node.missing) for node in tree.root.walk()
                ]
                assert (without.value, without.grade) == (tree.value, tree.grade)


@LAW_OF_HISTORIES
@given(told_histories())
def test_stored_and_computed_rankings_are_the_same(told: Told) -> None:
    history, events = told.history, told.events
    models = replay([*events, *other_revision(history, events)])
    source = ReplayedSource(models)
    last = len(events) + 1
    for group in set(enrolled(models, last).values()):
        for layer in LAYERS:
            stored = ranking(source, YEAR, group, last, layer)
            computed = ranking(source, YEAR, group, last, layer, "the-same")
            assert (stored.in_force, computed.in_force) == (True, False)
            assert computed.rows == stored.rows
            for row in stored.rows:
                tree, _ = score_tree(source, YEAR, row.body, last, layer)
                assert (row.score, row.coverage) == (tree.value, tree.coverage)
                assert row.grade == (tree.grade.id if tree.grade else None)


def other_revision(history: History, events: list[Recorded]) -> list[Recorded]:
    """A draft that says the same as the revision in force under another id."""
    drafted = next(one for one in events if hasattr(one.event, "document"))
    document: Mapping[str, Any] = {**drafted.event.document, "id": "the-same"}  # type: ignore[attr-defined]
    changed = {"document": document, "revision": "the-same", "sha256": "other", "originator_version": 3}
    return [Recorded(len(events) + 1, drafted.recorded_at, drafted.event.model_copy(update=changed))]


@LAW_OF_HISTORIES
@given(told_histories(), documents("another-1"))
def test_a_cycle_is_recomputed_under_any_other_revision(told: Told, document: dict[str, Any]) -> None:
    history, events = told.history, told.events
    for declared in document["inputs"]:
        declared["title"] = TITLE
    drafted = other_revision(history, events)[0]
    changed = {"document": document, "revision": "another-1", "sha256": "another"}
    models = replay([*events, drafted._replace(event=drafted.event.model_copy(update=changed))])
    source, last = ReplayedSource(models), len(events) + 1
    for group in set(enrolled(models, last).values()):
        answer = ranking(source, YEAR, group, last, methodology="another-1")
        for row in answer.rows:
            tree, revision = score_tree(source, YEAR, row.body, last, methodology="another-1")
            assert revision.id == "another-1"
            assert (row.score, row.coverage) == (tree.value, tree.coverage)
