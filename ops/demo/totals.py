"""The totals that were published for 2022, computed from what finally stands in the record."""

from __future__ import annotations

from decimal import Decimal

from domain.layers import LAYERS
from domain.rounding import DECIMAL128, Rounding
from projections.answers import Source, ranking
from projections.tables import FACTS

CYCLE = 2022
ONE_PLACE = Rounding(1, "half_up")


def published_totals(source: Source, position: int) -> dict[str, str]:
    """Each published total by its name, as it comes out here."""
    standing: dict[tuple[str, str], dict[str, str | None]] = {}
    facts = source.rows(FACTS, {"cycle": CYCLE}, position)
    for (_, body, layer, subject), (value, _) in sorted(facts.items(), key=lambda row: row[0][2]):
        assert 0 <= layer < len(LAYERS)
        standing[(body, subject)] = value
    states = [(row["kind"], _state(row)) for row in standing.values()]
    count = {state: sum(1 for _, found in states if found == state) for state in ("fully", "partly", "not", "none")}
    total = len(states)
    goals: dict[tuple[str, str | None], bool] = {}
    for (body, _), row in standing.items():
        if row["kind"] == "target" and row["fact"] is not None:
            key = (body, row["goal"])
            goals[key] = goals.get(key, True) and _state(row) == "fully"
    answer = ranking(source, CYCLE, "central", position)
    mean = answer.mean
    assert mean is not None
    return {
        "goals": str(len(goals)),
        "goals achieved": str(sum(goals.values())),
        "indicators": str(total),
        "target indicators": str(sum(1 for kind, _ in states if kind == "target")),
        "macro indicators": str(sum(1 for kind, _ in states if kind == "macro")),
        "fully achieved": f"{count['fully']} ({_percent(count['fully'], total)} %)",
        "partly achieved": f"{count['partly']} ({_percent(count['partly'], total)} %)",
        "not achieved": f"{count['not']} ({_percent(count['not'], total)} %)",
        "not counted": f"{count['none']} ({_percent(count['none'], total)} %)",
        "mean score": str(ONE_PLACE.apply(mean)),
        "below 90": str(sum(1 for row in answer.rows if row.score is not None and row.score < 90)),
    }


def _state(row: dict[str, str | None]) -> str:
    if row["fact"] is None:
        return "none"
    plan, fact = Decimal(row["plan"] or 0), Decimal(row["fact"])
    reached, wanted = (fact, plan) if row["better"] == "more" else (plan, fact)
    return "fully" if reached >= wanted else "not" if DECIMAL128.multiply(reached, Decimal(2)) < wanted else "partly"


def _percent(part: int, whole: int) -> str:
    return str(ONE_PLACE.apply(DECIMAL128.divide(Decimal(part * 100), Decimal(whole))))
