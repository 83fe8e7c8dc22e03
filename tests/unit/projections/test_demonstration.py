"""The demonstration of 2022: the published totals come out, and an independent computation gives the same scores."""

from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction
from math import floor
from random import Random
from typing import Any

import pytest

from domain.casefile import CaseFile
from domain.events import Recorded
from domain.layers import Layer
from ops.demo.totals import published_totals
from projections.answers import ReplayedSource, ranking, score_tree
from projections.fold import replay
from projections.tables import RANKINGS, SCORES
from tests.demonstration import demonstration

YEAR = 2022
REPORTED = (CaseFile.DataSubmitted, CaseFile.DataCorrected)
CONCLUDED = (CaseFile.DataReverified, CaseFile.ConclusionIssued, CaseFile.ConclusionRevised)
DECIDED = (CaseFile.ObjectionUpheld, CaseFile.ObjectionPartlyUpheld, CaseFile.ObjectionDismissed)
STAGES = {Layer.REPORTED: REPORTED, Layer.CONCLUDED: CONCLUDED, Layer.FINAL: DECIDED}


@pytest.fixture(scope="module")
def source() -> ReplayedSource:
    return ReplayedSource(replay(demonstration()))


def head() -> int:
    return demonstration()[-1].position


# -- the same tree in plain fractions, without any of our code that computes -------------------------------------------


def goals_2022(rows: list[dict[str, Any]]) -> Fraction:
    """The score of one body under revision goals-2022, from its indicators."""

    def achieved(row: dict[str, Any]) -> bool:
        plan, fact = Fraction(row["plan"]), Fraction(row["fact"])
        return fact >= plan if row["better"] == "more" else fact <= plan

    def points(row: dict[str, Any]) -> Fraction:
        plan, fact = Fraction(row["plan"]), Fraction(row["fact"])
        ratio = Fraction(1) if achieved(row) else fact / plan if row["better"] == "more" else plan / fact
        return Fraction(100) if ratio >= 1 else Fraction(0) if ratio < Fraction(1, 2) else ratio * 100

    counted = [row for row in rows if row["fact"] is not None]
    goals: dict[str, list[bool]] = defaultdict(list)
    for row in counted:
        if row["kind"] == "target":
            goals[row["goal"]].append(achieved(row))
    targets = [points(row) for row in counted if row["kind"] == "target"]
    macros = [points(row) for row in counted if row["kind"] == "macro"]
    parts = [(20, [Fraction(100 * all(found)) for found in goals.values()]), (60, targets), (20, macros)]
    weighted = [(weight, half_up(sum(found) / len(found), 4)) for weight, found in parts if found]
    block = half_up(sum(weight * value for weight, value in weighted) / sum(weight for weight, _ in weighted), 4)
    return half_up(block, 1)


def half_up(value: Fraction, places: int) -> Fraction:
    return Fraction(floor(value * 10**places + Fraction(1, 2)), 10**places)


def indicators(layer: Layer) -> dict[str, list[dict[str, Any]]]:
    """The indicators of each body that stand at a layer, straight from the events."""
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for stage, kinds in STAGES.items():
        for _, _, event in demonstration():
            if isinstance(event, kinds):
                for one in event.values:  # type: ignore[attr-defined]
                    found[event.body][one.subject] = one.value  # type: ignore[attr-defined]
        if stage is layer:
            break
    return {body: list(rows.values()) for body, rows in found.items()}


@pytest.mark.parametrize("layer", STAGES)
def test_an_independent_computation_in_fractions_gives_the_same_scores(source: ReplayedSource, layer: Layer) -> None:
    expected = {body: goals_2022(rows) for body, rows in indicators(layer).items()}
    assert len(expected) == 16
    for body, points in expected.items():
        tree, _ = score_tree(source, YEAR, body, head(), layer)
        assert Fraction(tree.value or 0) == points, body
    rows = ranking(source, YEAR, "central", head(), layer).rows
    assert {row.body: Fraction(row.score or 0) for row in rows} == expected


# -- what was published ------------------------------------------------------------------------------------------------


def test_the_published_totals_come_out(source: ReplayedSource) -> None:
    assert published_totals(source, head()) == {
        "goals": "76",
        "goals achieved": "59",
        "indicators": "430",
        "target indicators": "302",
        "macro indicators": "128",
        "fully achieved": "302 (70.2 %)",
        "partly achieved": "35 (8.1 %)",
        "not achieved": "5 (1.2 %)",
        "not counted": "88 (20.5 %)",
        "mean score": "93.9",
        "below 90": "3",
    }


def test_the_published_totals_of_target_and_macro_indicators_come_out() -> None:
    counted: Counter[tuple[str, str]] = Counter()
    for rows in indicators(Layer.FINAL).values():
        for row in rows:
            plan, fact = Fraction(row["plan"]), Fraction(row["fact"] or 0)
            reached, wanted = (fact, plan) if row["better"] == "more" else (plan, fact)
            state = "fully" if reached >= wanted else "not" if reached * 2 < wanted else "partly"
            counted[(row["kind"], "not counted" if row["fact"] is None else state)] += 1
    assert counted == {
        ("target", "fully"): 242,
        ("target", "partly"): 25,
        ("target", "not"): 5,
        ("target", "not counted"): 30,
        ("macro", "fully"): 60,
        ("macro", "partly"): 10,
        ("macro", "not counted"): 58,
    }


def test_the_published_places_come_out(source: ReplayedSource) -> None:
    answer = ranking(source, YEAR, "central", head())
    first = [(row.rank, row.body, row.score) for row in answer.rows[:3]]
    assert first == [
        (1, "min-economy", Decimal(100)),
        (2, "min-foreign", Decimal("99.2")),
        (3, "agency-civil-service", Decimal(99)),
    ]
    assert answer.status == "published"
    assert answer.mean is not None
    assert round(answer.mean, 1) == Decimal("93.9")


def shuffled(chance: Random) -> list[Recorded]:
    """The history with its streams mixed anew, each in its own order, registers before cycles before cases."""
    rank_of = {"Person": 0, "StateBody": 0, "Methodology": 0, "Cycle": 1, "CaseFile": 2, "CommissionSession": 2}
    mixed = []
    for rank in range(3):
        streams: dict[Any, list[Recorded]] = defaultdict(list)
        for one in demonstration():
            if rank_of[one.event.type_name().partition(".")[0]] == rank:
                streams[one.event.originator_id].append(one)
        turns = [stream for stream, events in streams.items() for _ in events]
        chance.shuffle(turns)
        mixed += [streams[stream].pop(0) for stream in turns]
    return [one._replace(position=place) for place, one in enumerate(mixed, 1)]


@pytest.mark.parametrize("seed", range(5))
def test_a_replay_in_another_order_of_unrelated_streams_gives_the_same_ranking(
    source: ReplayedSource, seed: int
) -> None:
    models = replay(shuffled(Random(seed)))
    for spec in (SCORES, RANKINGS):
        assert models[spec].as_of(head()) == source.models[spec].as_of(head())
    mixed = ranking(ReplayedSource(models), YEAR, "central", head())
    assert mixed == ranking(source, YEAR, "central", head())


def test_the_correction_and_the_upheld_objection_moved_their_scores(source: ReplayedSource) -> None:
    concluded, _ = score_tree(source, YEAR, "min-labour", head(), Layer.CONCLUDED)
    final, _ = score_tree(source, YEAR, "min-labour", head())
    assert concluded.value is not None
    assert final.value is not None
    assert final.value > concluded.value
    (upheld,) = (one.event for one in demonstration() if isinstance(one.event, CaseFile.ObjectionUpheld))
    assert str(upheld.id) in final.event_ids()
    assert str(upheld.id) not in concluded.event_ids()
