"""Answering: a ranking computed anew under another revision, and one body's score."""

from __future__ import annotations

from collections.abc import Callable

from adapters.readmodels.projector import Projector
from adapters.readmodels.source import StoredSource
from domain.layers import LAYERS, Layer
from domain.scoring import Fact, Facts, score
from projections.answers import ranking, revision_named, score_tree
from projections.tables import FACTS
from tests.bench.catchup import store
from tests.bench.history import OTHER_REVISION, history
from tests.bench.measure import Case, Sample, interleaved, timed

YEAR, GROUP, BODIES, INDICATORS = 2010, "central", 40, 50

RANKED = "ranking of 40 bodies, 50 indicators each, under another revision, from stored read models"
EXPLAINED = "score tree of one body under another revision, from stored read models"
SCORED = "score of one body, 50 indicators, revision and facts at hand"


def measure_answers(
    url: str, rounds: int, advance: Callable[[str], None], *, quick: bool
) -> dict[tuple[str, str], list[Sample]]:
    """Samples by (what is asked, ""). Records a year of 40 bodies in one group and catches up with it first."""
    acts = 4_000
    store(url, history(acts, cycles=1, bodies=BODIES, indicators=INDICATORS, groups=(GROUP,)), acts, advance)
    projector = Projector(url)
    try:
        position = projector.catch_up()
    finally:
        projector.close()
    source = StoredSource(url)
    try:
        body = "body-0"
        revision = revision_named(source, OTHER_REVISION, position)
        stated: dict[Layer, dict[str, Fact]] = {}
        for key, (value, event_id) in source.rows(FACTS, {"cycle": YEAR, "body": body}, position).items():
            stated.setdefault(LAYERS[key[2]], {})[key[3]] = Fact(key[3], value, event_id)
        facts = Facts.at_layer(GROUP, stated, Layer.FINAL)

        def ranked() -> None:
            answer = ranking(source, YEAR, GROUP, position, methodology=OTHER_REVISION)
            assert len(answer.rows) == BODIES
            assert not answer.in_force

        def explained() -> None:
            score_tree(source, YEAR, body, position, methodology=OTHER_REVISION)

        def scored() -> None:
            assert score(revision, facts).value is not None

        times = 2 if quick else 20
        cases = [
            Case(RANKED, "", lambda: timed(times, lambda: [ranked() for _ in range(times)])),
            Case(EXPLAINED, "", lambda: timed(times, lambda: [explained() for _ in range(times)])),
            Case(SCORED, "", lambda: timed(10 * times, lambda: [scored() for _ in range(10 * times)])),
        ]
        return interleaved(cases, rounds, advance)
    finally:
        source.close()
