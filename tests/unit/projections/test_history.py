"""Tables that remember, and lines of the trail."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from projections.history import HistoryTable, Row, TableSpec
from projections.trail_lines import EventLine, ScoreMove, ValueChange, only_moving

SPEC = TableSpec("things", ("part", "name"), ("value",), 1)
KEY = ("p", "n")


def test_a_value_stated_again_is_no_change() -> None:
    table = HistoryTable(SPEC)
    assert table.put(KEY, (1,), 1)
    assert not table.put(KEY, (1,), 2)
    assert list(table.rows()) == [Row(KEY, (1,), 1, None)]


def test_a_row_is_valid_from_its_event_up_to_the_next() -> None:
    table = HistoryTable(SPEC)
    table.put(KEY, (1,), 1)
    table.put(KEY, (2,), 3)
    assert table.remove(KEY, 5)
    assert not table.remove(KEY, 6)
    found = [table.as_of(position).get(KEY) for position in range(6)]
    assert found == [None, (1,), (1,), (2,), (2,), None]
    with pytest.raises(LookupError, match="things has no row"):
        table.row(KEY)


def test_what_one_event_states_and_replaces_was_never_valid() -> None:
    table = HistoryTable(SPEC)
    table.put(KEY, (1,), 4)
    table.put(KEY, (2,), 4)
    assert list(table.rows()) == [Row(KEY, (2,), 4, None)]
    table.remove(KEY, 4)
    assert list(table.rows()) == []


def test_changes_are_given_once_and_stored_rows_are_only_ended() -> None:
    table = HistoryTable(SPEC)
    table.put(KEY, (1,), 1)
    assert table.changes().rows == [Row(KEY, (1,), 1, None)]
    table.put(KEY, (2,), 2)
    table.put(KEY, (3,), 3)
    changes = table.changes()
    assert changes.ended == [(KEY, 2)]
    assert changes.rows == [Row(KEY, (2,), 2, 3), Row(KEY, (3,), 3, None)]
    assert table.changes().rows == []
    table.remove(KEY, 4)
    assert (table.changes().ended, table.get(KEY)) == ([(KEY, 4)], None)


def test_the_partitions_least_recently_used_are_forgotten_and_loaded_again() -> None:
    loaded: list[object] = []

    def load(part: object) -> list[tuple[tuple[str, str], tuple[int], int]]:
        loaded.append(part)
        return [((str(part[0]), "n"), (7,), 1)]  # type: ignore[index]

    table = HistoryTable(SPEC, load)
    for part in ("a", "b", "a"):
        assert table.get((part, "n")) == (7,)
    table.forget(1)
    assert table.get(("a", "n")) == (7,)
    assert table.get(("b", "n")) == (7,)
    assert loaded == [("a",), ("b",), ("b",)]


@pytest.mark.parametrize("ended", [False, True])
def test_what_is_not_stored_yet_is_never_forgotten(ended: bool) -> None:
    table = HistoryTable(SPEC, lambda part: [((part[0], "n"), (7,), 1)])
    table.get(("a", "n"))
    if ended:
        table.remove(KEY, 2)
    else:
        table.put(KEY, (8,), 2)
    table.get(("b", "n"))
    table.forget(0)
    assert table.get(KEY) == (None if ended else (8,))
    table.changes()
    table.forget(0)
    assert table.get(KEY) == (7,), "it is loaded again"


def test_a_change_of_a_row_is_shown_by_the_columns_that_differ() -> None:
    change = ValueChange("b", "reported", "plans/a", {"plan": "1", "fact": "2"}, {"plan": "1", "fact": "3", "x": "4"})
    assert change.differing() == ({"fact": "2", "x": None}, {"fact": "3", "x": "4"})
    assert ValueChange("b", "reported", "quality", None, "3").differing() == (None, "3")


def line(*moves: ScoreMove) -> EventLine:
    change = ValueChange("b", "concluded", "quality", "1", "2")
    moment = datetime(2023, 1, 1, tzinfo=UTC)
    who = {"person": "p", "role": "r", "actor_body": "b", "reason": "w", "legal_basis": None, "authority": ("x",)}
    about = {"position": 1, "event_id": "e", "type": "T", "recorded_at": moment, "effective_at": moment, "cycle": 2022}
    return EventLine(**about, **who, bodies=("b",), changes=(change,), scores=moves)  # type: ignore[arg-type]


def test_only_lines_that_moved_a_score_which_was_there_count_as_moves() -> None:
    first = line(ScoreMove("b", "reported", None, Decimal(80)))
    covers_more = line(ScoreMove("b", "concluded", Decimal(80), Decimal("80.0")))
    moved = line(ScoreMove("b", "concluded", Decimal(80), Decimal(70)))
    lost = line(ScoreMove("b", "concluded", Decimal(80), None))
    assert only_moving([first, covers_more, moved, lost, line()]) == [moved, lost]


def test_a_line_is_given_as_data_with_all_it_says() -> None:
    data = line(ScoreMove("b", "concluded", Decimal(80), Decimal(70))).as_data()
    assert data["authority"] == ["x"]
    assert data["changes"] == [{"body": "b", "layer": "concluded", "subject": "quality", "before": "1", "after": "2"}]
    assert data["scores"] == [{"body": "b", "layer": "concluded", "before": Decimal(80), "after": Decimal(70)}]
