"""How the input of cycle 2022 was reconstructed: published totals, and a plain construction of the rest.

Published for 2022 (Kazinform and Ranking.kz, September 2023): 76 goals, 59 achieved; 430 indicators: 302 target (242
fully achieved, 25 partly, 5 not, 30 not counted) and 128 macro (60 fully, 10 partly, 58 not counted); mean score 93.9;
National Economy 100, Foreign Affairs 99.2, Civil Service Affairs 99; three ministries below 90. Which body has which
indicators was not published: everything per body here is a reconstruction.

Run `python -m ops.demo.reconstruction` to write `data/indicators-2022.csv` and the workbooks again.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from adapters.spreadsheet import write_workbook
from domain.catalogue import document
from domain.revision import revision_of

DATA = Path(__file__).parent / "data"
CYCLE = 2022
NOTE = "Reconstruction for demonstration: these figures were not published per body and are not official."
COLUMNS = (
    "body",
    "item",
    "goal",
    "kind",
    "name",
    "unit",
    "better",
    "plan",
    "reported",
    "corrected",
    "reverified",
    "concluded",
    "after_objection",
    "state",
    "provenance",
)
SHORTFALL = Decimal("0.072")
"""How far partly achieved indicators stay below plan, chosen so that the mean score is the published 93.9."""


@dataclass(frozen=True)
class Shape:
    """How many of what one body has; `partly` and `missed` target indicators lie in the unachieved goals."""

    body: str
    goals: int
    unachieved: int
    targets: int
    partly: int
    missed: int
    uncounted: int
    macro_partly: int
    macro_uncounted: int


SHAPES = (
    Shape("min-economy", 4, 0, 19, 0, 0, 2, 0, 3),
    Shape("min-foreign", 4, 0, 19, 0, 0, 2, 1, 3),
    Shape("agency-civil-service", 4, 0, 18, 0, 0, 1, 1, 4),
    Shape("min-finance", 5, 1, 19, 2, 0, 2, 1, 4),
    Shape("min-justice", 5, 1, 19, 2, 0, 2, 1, 4),
    Shape("min-health", 5, 2, 19, 2, 2, 2, 0, 4),
    Shape("min-labour", 5, 1, 19, 2, 0, 2, 1, 4),
    Shape("min-agriculture", 5, 2, 19, 1, 2, 2, 1, 3),
    Shape("min-energy", 5, 2, 19, 2, 1, 2, 1, 4),
    Shape("min-trade", 5, 1, 19, 3, 0, 2, 0, 4),
    Shape("min-digital", 5, 2, 19, 3, 0, 2, 1, 4),
    Shape("min-enlightenment", 5, 1, 19, 2, 0, 2, 1, 3),
    Shape("min-science", 5, 1, 19, 2, 0, 2, 0, 4),
    Shape("min-ecology", 5, 1, 19, 2, 0, 2, 1, 3),
    Shape("min-information", 5, 1, 19, 1, 0, 2, 0, 4),
    Shape("min-emergency", 4, 1, 18, 1, 0, 1, 0, 3),
)
MACRO = 8
OBJECTIONS = {"min-labour": "t-01", "min-energy": "t-01"}
"""Bodies that object, and on what: the first is upheld, the second dismissed."""
CORRECTION = ("min-finance", "t-05")
"""Who corrects a mistyped figure before the deadline."""


def rows() -> Iterator[dict[str, str]]:
    """All 430 indicators, with what was stated of each at every stage."""
    for shape in SHAPES:
        chance = random.Random(f"{CYCLE}/{shape.body}")
        states = ["partly"] * shape.partly + ["missed"] * shape.missed
        # Unachieved goals come first and hold the indicators that were not reached; the rest follow in turn.
        goals = [index % max(shape.unachieved, 1) for index in range(len(states))]
        others = shape.targets - len(states)
        goals += [index % shape.goals for index in range(others)]
        states += ["fully"] * (others - shape.uncounted) + ["not counted"] * shape.uncounted
        for number, (goal, state) in enumerate(zip(goals, states, strict=True), start=1):
            yield _row(shape.body, f"t-{number:02}", f"goal-{goal + 1}", "target", state, chance)
        fully = MACRO - shape.macro_partly - shape.macro_uncounted
        macro = ["partly"] * shape.macro_partly + ["fully"] * fully + ["not counted"] * shape.macro_uncounted
        for number, state in enumerate(macro, start=1):
            yield _row(shape.body, f"m-{number:02}", f"goal-{(number - 1) % shape.goals + 1}", "macro", state, chance)


def _row(body: str, item: str, goal: str, kind: str, state: str, chance: random.Random) -> dict[str, str]:
    better = "less" if chance.random() < 0.2 else "more"
    plan = Decimal(chance.randint(200, 4000)) / 10
    if kind == "macro" and body in ("min-foreign", "agency-civil-service"):
        better, plan = "more", Decimal(100)
    final = _final(state, better, plan, kind, body, chance)
    row = dict.fromkeys(COLUMNS, "")
    row.update(
        body=body,
        item=item,
        goal=goal,
        kind=kind,
        name=f"{kind.capitalize()} indicator {item} of {goal} (reconstruction)",
        unit=chance.choice(["percent", "units", "KZT bn", "points"]),
        better=better,
        plan=f"{plan:f}",
        reported=final,
        state=state,
        provenance="reconstruction",
    )
    if state in ("partly", "missed"):
        # The body had reported more than re-verification or the evaluating body found.
        better_than_found = f"{plan:f}" if chance.random() < 0.5 else _final("partly", better, plan, kind, "", chance)
        row["reported"] = better_than_found
        row["reverified" if chance.random() < 0.4 else "concluded"] = final
    if OBJECTIONS.get(body) == item:
        row["reverified"] = ""
        row["concluded"] = final
        if body == "min-labour":
            row["concluded"] = _worse(final, better)
            row["after_objection"] = final
    if (body, item) == CORRECTION:
        row["corrected"] = row["reported"]
        row["reported"] = f"{Decimal(row['corrected']) / 10:f}"
    return row


def _final(state: str, better: str, plan: Decimal, kind: str, body: str, chance: random.Random) -> str:
    """The fact that finally stands."""
    if state == "not counted":
        return ""
    if state == "fully":
        share = Decimal(chance.randint(1000, 1150)) / 1000
    elif state == "missed":
        share = Decimal(chance.randint(200, 450)) / 1000
    elif kind == "macro" and body in ("min-foreign", "agency-civil-service"):
        share = Decimal("0.8")
    else:
        share = 1 - SHORTFALL * Decimal(chance.randint(800, 1200)) / 1000
    fact = plan * share if better == "more" else plan / share
    # Rounded towards the plan's wrong side never: a fully achieved indicator must stay so.
    cents = Decimal("0.01")
    rounded = fact.quantize(cents, rounding="ROUND_CEILING" if better == "more" else "ROUND_FLOOR")
    return f"{rounded:f}"


def _worse(fact: str, better: str) -> str:
    share = Decimal("0.7") if better == "more" else Decimal("1.4")
    return f"{(Decimal(fact) * share).quantize(Decimal('0.01')):f}"


def write() -> None:
    """Writes the CSV and one workbook for each body, as the bodies report."""
    DATA.mkdir(exist_ok=True)
    found = list(rows())
    with (DATA / "indicators-2022.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
    revision = revision_of(document("goals-2022"))
    folder = DATA / "submissions-2022"
    folder.mkdir(exist_ok=True)
    columns = [column.id for column in revision.inputs["indicators"].columns]
    for shape in SHAPES:
        table = []
        for row in found:
            if row["body"] == shape.body:
                line: dict[str, object] = {name: row[name] for name in columns if name != "fact"}
                line["item"] = row["item"]
                line["plan"] = float(row["plan"])
                line["fact"] = float(row["reported"]) if row["reported"] else None
                table.append(line)
        path = folder / f"{shape.body}.xlsx"
        write_workbook(revision, path, cycle=CYCLE, body=shape.body, notes=(NOTE,), tables={"indicators": table})


if __name__ == "__main__":
    write()
