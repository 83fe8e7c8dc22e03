"""As of a position, and of what counts by a moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import casefile
from domain.cycle import Stage
from domain.errors import NotFound
from domain.events import Recorded
from domain.layers import Layer
from projections.answers import ranking, score_tree
from projections.fold import replay
from projections.history import Key, Values
from projections.tables import ENROLMENTS, SPECS, ReadModels
from projections.viewpoints import rests_on, viewed
from tests.chronicle import HEAD, eventful, recorded
from tests.story import BODY, OTHER, START, YEAR, Story, plan, stated

LAST = START + timedelta(days=10_000)


def rows(models: ReadModels, position: int) -> dict[str, dict[Key, Values]]:
    return {spec.name: models[spec].as_of(position) for spec in SPECS}


def seen(events: tuple[Recorded, ...], effective: datetime, position: int = HEAD) -> dict[str, dict[Key, Values]]:
    source = viewed(events, position, effective).source
    return {spec.name: source.rows(spec, {}, position) for spec in SPECS}


def dated(events: tuple[Recorded, ...], days: list[int]) -> tuple[Recorded, ...]:
    """The same events, each effective so many days after the story's start."""
    changed = []
    for one, day in zip(events, days, strict=False):
        envelope = one.event.envelope.model_copy(update={"effective_at": START + timedelta(days=day)})
        changed.append(one._replace(event=one.event.model_copy(update={"envelope": envelope})))
    return (*changed, *events[len(changed) :])


def test_as_of_a_position_equals_a_replay_of_the_events_up_to_it() -> None:
    events = eventful()
    whole = replay(events)
    for end in range(0, len(events) + 1, 3):
        assert rows(whole, end) == rows(replay(events[:end]), end), end


def test_after_every_effective_time_the_position_alone_decides() -> None:
    events = eventful()
    for position in range(1, len(events) + 1, 5):
        view = viewed(events, position, LAST)
        assert (view.later, view.resting) == (0, ())
        assert seen(events, LAST, position) == rows(replay(events[:position]), position)


DAYS = st.lists(st.integers(0, 9), min_size=len(eventful()), max_size=len(eventful()))


@settings(deadline=None, max_examples=25)
@given(days=DAYS, day=st.integers(-1, 10))
def test_what_counts_later_leaves_no_trace(days: list[int], day: int) -> None:
    events = dated(eventful(), days)
    moment = START + timedelta(days=day)
    view = viewed(events, HEAD, moment)
    kept = tuple(one for one in events if one.event.envelope.effective_at <= moment)
    assert view.later == len(events) - len(kept)
    assert seen(events, moment) == seen(kept, LAST)
    standing = [one for one in events if view.sees(one)]
    assert len(standing) == len(events) - view.later - len(view.resting)
    assert rows(replay(standing), HEAD) == seen(events, moment)


@settings(deadline=None, max_examples=10)
@given(days=DAYS)
def test_nothing_counts_before_the_first_effective_time(days: list[int]) -> None:
    assert not any(seen(dated(eventful(), days), START - timedelta(days=1)).values())


def test_an_event_rests_on_rows_that_stand_in_the_order_of_the_record() -> None:
    events = eventful()
    for index, one in enumerate(events):
        before = replay(events[:index])
        for spec, key in rests_on(one.event):
            assert before[spec].get(key) is not None, (one.event.type_name(), spec.name)


def a_year_dated_back() -> Story:
    """The cycle is opened on day 5; a submission of day 6 is corrected on day 9 as of day 7."""
    story = Story()
    story.now = START + timedelta(days=5)
    story.with_cycle().open(Stage.SUBMISSION)
    story.now = START + timedelta(days=6)
    story.submitted(stated("quality", "80"), plan("a", "9"))
    story.now = START + timedelta(days=9)
    correct = casefile.CorrectData(cycle=YEAR, body=BODY, values=(stated("quality", "60"),))
    by = story.officer
    by = type(by)(by.person, by.role, reason="typed wrong", effective_at=START + timedelta(days=7))
    story.when(correct, by)
    return story


def points(events: tuple[Recorded, ...], day: int, position: int = HEAD) -> Any:
    view = viewed(events, position, START + timedelta(days=day))
    return score_tree(view.source, YEAR, BODY, view.position, Layer.REPORTED)[0].value


def test_a_correction_counts_from_when_it_says_and_is_known_from_its_position() -> None:
    events = recorded(a_year_dated_back())
    before = events[-1].position - 1
    assert points(events, 6) == points(events, 9, before)
    assert points(events, 7) != points(events, 6)
    assert points(events, 7, before) == points(events, 6)


def test_what_rests_on_something_that_counts_only_later_is_left_out_and_said() -> None:
    events = recorded(a_year_dated_back())
    submitted = next(one for one in events if one.event.type_name() == "CaseFile.DataSubmitted")
    days = [5] * len(events)
    days[submitted.position - 1] = 1
    view = viewed(dated(events, days), HEAD, START + timedelta(days=2))
    assert view.resting == (submitted.position,)
    assert "1 rest on such" in view.sentences()[0]
    assert view.as_data()["left_out"] == {"count_later": len(events) - 1, "rest_on_later_ones": [submitted.position]}


def test_the_refusal_names_what_there_is() -> None:
    events = eventful()
    view = viewed(events, HEAD, LAST)
    with pytest.raises(NotFound, match=r"cycles: 2022"):
        ranking(view.source, 1999, "central", HEAD)
    with pytest.raises(NotFound, match=r"groups: central"):
        ranking(view.source, YEAR, "local", HEAD)
    with pytest.raises(NotFound, match=r"revisions: small-1, small-2"):
        ranking(view.source, YEAR, "central", HEAD, methodology="nowhere")
    with pytest.raises(NotFound, match=rf"bodies: {BODY}, {OTHER}"):
        score_tree(view.source, YEAR, "min-nobody", HEAD)


@pytest.mark.parametrize("layer", list(Layer))
@pytest.mark.parametrize("methodology", [None, "small-1", "small-2"])
def test_any_layer_under_any_revision_at_any_position(layer: Layer, methodology: str | None) -> None:
    events = eventful()
    view = viewed(events, HEAD, LAST)
    opened = next(one.position for one in events if one.event.type_name() == "CaseFile.DataSubmitted")
    named = [one.position for one in events if one.event.type_name() == "Methodology.RevisionDrafted"]
    for position in range(max(opened, named[-1]), len(events)):
        answer = ranking(view.source, YEAR, "central", position, layer, methodology)
        for row in answer.rows:
            tree, _ = score_tree(view.source, YEAR, row.body, position, layer, methodology)
            assert (row.score, row.coverage) == (tree.value, tree.coverage)


def test_a_viewpoint_without_an_effective_moment_says_only_its_position() -> None:
    view = viewed(eventful(), 5, LAST)
    plain = type(view)(view.source, 5)
    assert plain.as_data() == {"position": 5}
    assert plain.sentences() == ()
    assert not plain.source.rows(ENROLMENTS, {}, 5)
