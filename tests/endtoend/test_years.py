"""Thirteen cycles, 2010 to 2022, all roles and whatever is rare: they load through commands and can all be rebuilt."""

import os
from collections import Counter
from datetime import UTC, datetime
from itertools import takewhile
from uuid import uuid4

import pytest
from eventsourcing.popo import POPOApplicationRecorder
from pydantic import SecretStr

from api.application import EvaluationRecord
from domain.authority import policies_in_force
from domain.catalogue import catalogue
from domain.layers import Layer
from ops.demo.decade import REVISION_OF, Years, expected, steps
from ops.demo.play import play
from ops.settings import Settings
from ops.wiring import opened
from projections.answers import ranking
from projections.matrix import matrix
from tests import servers
from tests.demonstration import MemoryReader

CYCLES = (*REVISION_OF, 2022)
ACTS = int(os.environ.get("YEARS_ACTS", "650"))
"""Acts on each case file: about 200,000 events in all."""
REGISTRATION = 2
"""Events of the first registrar, who is there before anybody can act."""
RARE = {
    "Cycle.CycleReopened",
    "CommissionSession.DecisionAnnulled",
    "CommissionSession.DissentRecorded",
    "CaseFile.PenaltyLifted",
    "Methodology.ProposalRejected",
    "StateBody.BodyAbolished",
    "Person.AttemptRefused",
}


def test_the_first_years_load_through_commands_and_come_out_the_same_each_time() -> None:
    """The pilot of 2010 and the year 2011, in memory."""
    limit = datetime(2013, 1, 1, tzinfo=UTC)
    first = list(takewhile(lambda step: step.moment < limit, steps(Years(acts=1))))
    assert [step.by.correlation_id for step in first] == [
        step.by.correlation_id for step in takewhile(lambda step: step.moment < limit, steps(Years(acts=1)))
    ]
    recorder = POPOApplicationRecorder()
    record = EvaluationRecord(recorder, policies_in_force(), lambda: datetime.now(UTC), uuid4)
    assert play(record, MemoryReader(recorder), first) == len(first)
    told = Counter(notification.topic for notification in recorder.select_notifications(1, 10**6))
    assert told["Cycle.CycleOpened"] == told["Cycle.ResultsPublished"] / 2 == 2
    assert told["CommissionSession.DecisionTaken"] == told["Cycle.ResultsDecided"]
    assert record.recorder.max_notification_id() == REGISTRATION + len(first) + told["Cycle.ResultsDecided"]


@pytest.mark.campaign
def test_two_hundred_thousand_events_load_and_each_cycle_is_rebuilt_under_each_revision() -> None:
    years = Years(acts=ACTS)
    with servers.embedded() as server:
        url = server.migrated()
        with opened(Settings(database_url=SecretStr(url))) as services:
            played = play(services.record, services.reader, steps(years))
            assert 0.9 < played / expected(years) < 1.1
            assert play(services.record, services.reader, steps(years)) == 0, "a second play finds everything there"
            position = services.caught_up()
            assert position >= played
            told = {row.topic for row in services.reader.all()}
            assert told >= RARE
            replayed = services.replayed(position)
            compared = 0
            for group in ("central", "local"):
                cells = matrix(services.source, position, group)
                found = {(cell.cycle, cell.revision): cell for cell in cells}
                cycles = {year for year, _ in found}
                assert cycles == set(CYCLES if group == "central" else REVISION_OF)
                assert len(found) == len(cells) == len(cycles) * len(catalogue())
                assert all((cell.mean is None) == (cell.reason is not None) for cell in cells)
                for year in cycles:
                    stored = ranking(services.source, year, group, position)
                    assert stored == ranking(replayed, year, group, position)
                    assert stored.status == "published"
                    (in_force,) = (cell for cell in cells if cell.cycle == year and cell.in_force)
                    assert {row.body: row.score for row in in_force.rows} == {r.body: r.score for r in stored.rows}
                    assert {row.body: row.rank for row in in_force.rows} == {r.body: r.rank for r in stored.rows}
                    for other in (cell for cell in cells if cell.cycle == year and cell.mean is not None):
                        under = ranking(services.source, year, group, position, Layer.FINAL, other.revision_sha256)
                        found_there = [(row.body, row.rank, row.score, row.coverage) for row in under.rows]
                        assert [(row.body, row.rank, row.score, row.coverage) for row in other.rows] == found_there
                        compared += 1
            assert compared > 100
