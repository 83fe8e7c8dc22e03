"""Comparisons, replays and moments through the real command, over the demonstration's store."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars
import pytest

from api.application import Statement
from domain import casefile, commission, cycle, methodology
from domain.calendar import Deadline
from domain.catalogue import document
from domain.cycle import Stage
from domain.errors import DomainError
from domain.statements import Stated
from ops.demo.people import ADMINISTRATION, CENTRE, CHAIR, MEMBERS, OFFICERS, SECRETARY, Role
from ops.main import app
from ops.settings import Settings
from ops.wiring import opened, opened_database

COMMAND = Path(sys.executable).with_name("shezhire")
SESSION = "2023-06-20-1"
LATER = "2023-10-02-1"
WIDTH = 80


@dataclass(frozen=True)
class Store:
    """A data directory, and how a user runs the command over it."""

    data: Path

    def run(self, *arguments: str, code: int = 0) -> str:
        """What the real command writes: to standard output, or where it fails to standard error."""
        done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, env=self.settings, timeout=120)
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    @property
    def settings(self) -> dict[str, str]:
        return {"SHEZHIRE_DATA": str(self.data), "COLUMNS": str(WIDTH), "PATH": "/usr/bin:/bin", "HOME": str(self.data)}

    def written(self, *arguments: str) -> bytes:
        """What the command writes, run in this process over the server that is open already."""
        with io.TextIOWrapper(io.BytesIO(), "utf-8") as out, contextlib.redirect_stdout(out):
            app(list(arguments), standalone_mode=False)
            out.flush()
            return out.buffer.getvalue()  # type: ignore[attr-defined,no-any-return]

    def text(self, *arguments: str) -> str:
        return self.written(*arguments).decode()

    def json(self, *arguments: str) -> Any:
        return json.loads(self.written(*arguments, "--format", "json"))

    def refused(self, *arguments: str) -> str:
        """The sentence with which the command is refused."""
        with pytest.raises(DomainError) as refusal:
            self.written(*arguments)
        return str(refusal.value)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The demonstration; then a second revision is drafted, 2022 is reopened and adjusted, and 2021 is opened."""
    found = Store(tmp_path_factory.mktemp("replay") / "data")
    found.run("demo")
    with opened_database(Settings(data=found.data)) as url, pytest.MonkeyPatch.context() as environment:
        environment.setenv("SHEZHIRE_DATABASE_URL", url)
        environment.setenv("COLUMNS", str(WIDTH))
        with opened(Settings()) as services:
            go_on(services.record.execute)
        yield found


def go_on(execute: Callable[..., Any]) -> None:
    execute(methodology.DraftRevision(document=other_rules()), by(CENTRE))
    execute(cycle.ReopenCycle(cycle=2022, group="central"), by(ADMINISTRATION, legal_basis="ruling 7"))
    again = cycle.OpenStage(cycle=2022, stage=Stage.COMMISSION, deadline=Deadline(working_days=5))
    execute(again, by(ADMINISTRATION))
    adjust(execute)
    opening = cycle.OpenCycle(cycle=2021, methodology="operational-evaluation", revision="goals-2022")
    execute(opening, by(ADMINISTRATION))
    for body in ("min-health", "min-labour"):
        execute(cycle.EnrolBody(cycle=2021, body=body), by(ADMINISTRATION))
    due = Deadline(working_days=5)
    execute(cycle.OpenStage(cycle=2021, stage=Stage.SUBMISSION, deadline=due), by(ADMINISTRATION))
    for body in ("min-health", "min-labour"):
        row = {"goal": "goal-1", "kind": "target", "name": "one", "unit": "units", "better": "more"}
        values = (Stated(subject="indicators/t-01", value={**row, "plan": "10", "fact": "8"}),)
        execute(casefile.SubmitData(cycle=2021, body=body, values=values), by(OFFICERS[body]))


def by(role: Role, legal_basis: str | None = None) -> Statement:
    return Statement(role.person, role.role, role.body, "for a test", legal_basis)


def other_rules() -> dict[str, Any]:
    """Revision goals-2022 without the macro indicators, its achieved goals under another id."""
    rules: dict[str, Any] = json.loads(json.dumps(document("goals-2022")))
    rules["id"] = "goals-next"
    block = rules["trees"]["central"]["children"][0]
    block["children"] = block["children"][:2]
    block["children"][0].update(id="goals-reached", continues=["goals-achieved"])
    rules["ties"] = {"break_by": ["target-indicators"]}
    return rules


def adjust(execute: Callable[..., Any]) -> None:
    """A second session sets the points of one body; one member dissents."""
    seats = (CHAIR, *MEMBERS[:3])
    convene = {"session": LATER, "date": "2023-10-02", "number": 1, "chair": CHAIR.person}
    execute(commission.ConveneSession.read({**convene, "members": [seat.person for seat in seats]}), by(SECRETARY))
    for seat in seats:
        execute(commission.RecordAttendance(session=LATER, member=seat.person), by(SECRETARY))
    points = [{"body": "min-health", "node": "goals-achieved", "points": "100"}]
    put = {"outcome": "adjust", "cycle": 2022, "bodies": ["min-health"], "adjustments": points}
    execute(commission.OpenItem.read({"session": LATER, "item": 1, "proposal": put}), by(SECRETARY))
    for seat in seats:
        choice = "against" if seat is MEMBERS[2] else "for"
        vote = {"session": LATER, "item": 1, "member": seat.person, "choice": choice}
        execute(commission.CastVote.read(vote), by(seat))
    dissent = commission.RecordDissent(session=LATER, item=1, member=MEMBERS[2].person, text="not proved")
    execute(dissent, by(MEMBERS[2]))
    execute(commission.TakeDecision(session=LATER, item=1), by(SECRETARY))


def bodies(answer: Any, name: str = "rows") -> dict[str, Any]:
    return {row["body"]: row for row in answer[name]}


def test_a_cycle_is_compared_under_two_revisions(store: Store) -> None:
    found = store.json("compare", "--cycle", "2022", "--methodology", "goals-next")
    assert (found["a"]["revision"], found["b"]["revision"]) == ("goals-2022", "goals-next")
    assert (found["a"]["in_force"], found["b"]["in_force"]) == (True, False)
    health = bodies(found, "bodies")["min-health"]
    assert float(health["score_b"]) - float(health["score_a"]) == pytest.approx(float(health["difference"]))
    nodes = {(node["a"], node["b"]): node for node in health["nodes"]}
    assert nodes[("goals-achieved", "goals-reached")]["relation"] == "continued"
    assert nodes[("macro-indicators", None)]["relation"] == "only A"
    # What the Commission set on a node that the other revision has not is not carried over, and said.
    assert health["unused_b"] == [{"name": "node:goals-achieved", "facts": 1}]
    ranked = bodies(store.json("ranking", "--cycle", "2022", "--methodology", "goals-next"))
    assert {body: row["score"] for body, row in ranked.items()} == {
        body: row["score_b"] for body, row in bodies(found, "bodies").items()
    }


def test_comparisons_come_as_tables_csv_and_parquet(store: Store) -> None:
    asked = ("compare", "--cycle", "2022", "--methodology", "goals-next")
    table = store.text(*asked)
    assert max(map(len, table.splitlines())) <= WIDTH
    assert "goals-achieved → goals-reached" in table
    assert "What B (goals-next, 2022) is missing" in table
    rows = list(csv.DictReader(io.StringIO(store.text(*asked, "--rows", "missing", "--format", "csv"))))
    assert {row["side"] for row in rows} == {"A", "B"}
    raw = store.written(*asked, "--rows", "nodes", "--format", "parquet")
    frame = polars.read_parquet(io.BytesIO(raw))
    assert frame.filter(polars.col("relation") == "continued")["b"].unique().to_list() == ["goals-reached"]


def test_two_years_are_compared_along_the_lineage(store: Store) -> None:
    found = bodies(store.json("compare", "--cycle", "2022", "--cycle", "2021"), "bodies")
    words = found["min-enlightenment"]["words"]
    assert words.startswith("min-enlightenment split from min-education-science on 2022-06-11: no comparable value")
    assert found["min-enlightenment"]["difference"] is None
    assert found["min-health"]["difference"] is not None
    detail = store.text("compare", "--cycle", "2021", "--cycle", "2022", "--body", "min-health")
    assert "A: cycle 2021" in detail
    assert "Points by node: min-health" in detail


def test_what_cannot_be_compared_is_refused_with_what_there_is(store: Store) -> None:
    assert "revisions: goals-2022, goals-next" in store.refused("compare", "--cycle", "2022")
    unknown = store.refused("compare", "--cycle", "2022", "--methodology", "goals-1999")
    assert "revisions: goals-2022, goals-next" in unknown
    assert "named twice" in store.refused("compare", "--cycle", "2022", "--cycle", "2022")
    asked = ("compare", "--cycle", "2022", "--methodology", "goals-next", "--body", "min-none")
    assert "is on neither side" in store.refused(*asked)


def test_a_session_is_replayed_step_by_step(store: Store) -> None:
    assert [row["session"] for row in store.json("replay")["rows"]] == [SESSION, LATER]
    found = store.json("replay", "--session", LATER)
    (item,) = found["items"]
    (effect,) = (one for one in item["effects"] if one["concerned"])
    displaced = [one["body"] for one in item["effects"] if not one["concerned"]]
    assert displaced == ["min-digital", "min-energy", "min-agriculture"]
    assert effect["moved"]
    assert float(effect["after"]["score"]) > float(effect["before"]["score"])
    assert effect["opened"] == effect["before"]
    assert item["count"]["votes"]["member-3"] == "against"
    assert [step["type"] for step in item["steps"]][-2:] == [
        "CommissionSession.DissentRecorded",
        "CommissionSession.DecisionTaken",
    ]
    table = store.text("replay", "--session", LATER, "--body", "min-health")
    assert max(map(len, table.splitlines())) <= WIDTH
    assert "dissent" in table
    assert "min-health in full" in table
    assert "before" in table
    first = store.json("replay", "--session", SESSION)
    health = next(one for one in first["items"][0]["effects"] if one["body"] == "min-health")
    assert (health["moved"], health["moved_since"]) == (False, True)
    assert any(step["type"] == "Cycle.CycleReopened" for step in first["items"][0]["since"])
    assert f"sessions: {SESSION}, {LATER}" in store.refused("replay", "--session", "2024-01-01-1")


def test_as_of_a_position_and_effective_a_day_together(store: Store) -> None:
    now = store.json("ranking", "--cycle", "2022")
    everything = store.json("ranking", "--cycle", "2022", "--effective", "2100-01-01")
    assert everything["rows"] == now["rows"]
    assert everything["left_out"] == {"count_later": 0, "rest_on_later_ones": []}
    before = store.json("ranking", "--cycle", "2022", "--effective", "2023-05-10")
    assert bodies(before)["min-labour"]["score"] == "94.1"
    assert before["left_out"]["count_later"] > 0
    assert "Replayed: only events that count by 2023-05-10" in " ".join(before["notes"])
    both = store.json("ranking", "--cycle", "2022", "--effective", "2023-05-20", "--as-of", "200")
    assert (both["position"], bodies(both)["min-labour"]["score"]) == (200, "94.1")
    assert "cycles: none" in store.refused("ranking", "--cycle", "2022", "--effective", "2022-12-31")
    assert "expected a date" in store.refused("ranking", "--cycle", "2022", "--effective", "yesterday")


def test_a_score_says_what_it_is_missing(store: Store) -> None:
    found = store.json("score", "--cycle", "2022", "--body", "min-health", "--effective", "2023-09-30")
    assert {gap["node"] for gap in found["missing"]} == {"goals-achieved", "target-indicators", "macro-indicators"}
    assert sum(float(gap["lost"]) for gap in found["missing"]) == pytest.approx(1 - float(found["coverage"]))


def test_the_history_of_a_body_tells_what_the_commission_did(store: Store) -> None:
    lines = store.json("history", "--cycle", "2022", "--body", "min-health")["events"]
    told = {words for line in lines for words in line["words"]}
    assert "item 1: member-3 votes against" in told
    assert "sets goals-achieved of min-health to 100 points" in told
    assert "item 1: member-3 dissents: “not proved”" in told
    trade = store.json("history", "--cycle", "2022", "--body", "min-trade", "--type", "VoteCast")["events"]
    assert {line["words"][0] for line in trade} == {
        f"item 1: {person} votes {choice}"
        for person, choice in [
            (CHAIR.person, "for"),
            *((f"member-{n}", "for") for n in (1, 2, 3)),
            ("member-4", "abstain"),
        ]
    }
    session = store.json("history", "--session", LATER, "--type", "VoteCast")["events"]
    assert len(session) == 4
    early = store.json("history", "--cycle", "2022", "--effective", "2023-01-31")["events"]
    assert {line["effective_at"][:7] for line in early} == {"2023-01"}


def test_a_body_tells_its_life(store: Store) -> None:
    found = store.json("body", "akimat-astana")
    assert [(name["en"], name["since"]) for name in found["names"]][1:] == [
        ("Akimat of Nur-Sultan city", "2019-03-23"),
        ("Akimat of Astana city", "2022-09-17"),
    ]
    then = store.json("body", "akimat-astana", "--effective", "2020-01-01")
    assert then["names"][-1]["en"] == "Akimat of Nur-Sultan city"
    table = store.text("body", "min-enlightenment")
    assert "min-enlightenment split from min-education-science on 2022-06-11" in table
    assert "is in the register" in store.refused("body", "min-nobody")


def test_the_command_itself_says_what_is_wrong_and_exits_with_2(tmp_path: Path) -> None:
    refusal = Store(tmp_path).run("compare", "--cycle", "2022", code=2)
    assert refusal.startswith("shezhire: these cannot be compared")
    assert "revisions: none" in refusal
