"""What the read models hold and answer, told as stories."""

import decimal
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain import bodies, casefile, cycle, methodology
from domain.commission import BodyAdjustment, CommissionSession
from domain.cycle import Cycle, Stage
from domain.errors import NotFound
from domain.events import Event
from domain.layers import Layer
from domain.methodology import Methodology
from projections.answers import RankingAnswer, ReplayedSource, ranking, revision_named, score_tree
from projections.fold import Fold, replay
from projections.tables import (
    BODIES,
    DECISIONS,
    ENROLMENTS,
    FACTS,
    LINEAGE,
    RANKINGS,
    REVISIONS,
    SCORES,
    TRAIL_COLUMNS,
    ReadModels,
)
from projections.trail import subjects_of
from tests.story import BODY, EVALUATOR, NAMES, OTHER, YEAR, Story, plan, rules, stated
from tests.strategies import Store, Teller, recorded

LAST = 10**9


def models_of(story: Story) -> ReadModels:
    return replay(recorded(story.events()))


def ranks(models: ReadModels) -> dict[str, int | None]:
    return {key[2]: values[0] for key, values in models[RANKINGS].as_of(LAST).items()}


def answer_of(story: Story, **asked: Any) -> RankingAnswer:
    return ranking(ReplayedSource(models_of(story)), YEAR, "central", LAST, **asked)


def judged(story: Story, quality: str, body: str = BODY) -> None:
    """A re-verification finds another quality."""
    verify = casefile.ReverifyData(cycle=YEAR, body=body, values=(stated("quality", quality),))
    story.when(verify, story.evaluator)


@pytest.fixture
def submitted() -> Story:
    """Two bodies that reported the same, and a stage in which evaluators judge."""
    story = Story().with_cycle().open(Stage.SUBMISSION)
    for body in (BODY, OTHER):
        story.submitted(stated("quality", "80"), body=body)
    return story.close(Stage.SUBMISSION).open(Stage.REVERIFICATION)


def test_whoever_shared_the_rank_of_a_body_that_rises_falls_behind_it(submitted: Story) -> None:
    assert ranks(models_of(submitted)) == {BODY: 1, OTHER: 1}
    judged(submitted, "90", BODY)
    assert ranks(models_of(submitted)) == {BODY: 1, OTHER: 2}


def test_the_first_event_after_a_restart_moves_the_ranking_too(submitted: Story) -> None:
    judged(submitted, "90", OTHER)
    *before, last = recorded(submitted.events())
    store = Store()
    models = ReadModels.over(store.load)
    fold = Fold(models)
    for one in before:
        fold.apply(one)
    store.write(models)
    models = ReadModels.over(store.load)
    Fold(models).apply(last)
    store.write(models)
    opened = {row.key[2]: row.values[0] for row in store.rows["rankings"] if row.valid_to is None}
    assert opened == {BODY: 2, OTHER: 1}


def test_a_withdrawn_body_is_neither_ranked_nor_scored_until_it_is_enrolled_again(submitted: Story) -> None:
    withdraw = cycle.WithdrawBody(cycle=YEAR, body=BODY)
    submitted.when(withdraw, submitted.admin)
    models = models_of(submitted)
    assert ranks(models) == {OTHER: 1}
    assert {key[1] for key in models[SCORES].as_of(LAST)} == {OTHER}
    assert {key[1] for key in models[FACTS].as_of(LAST)} == {BODY, OTHER}
    assert [row.body for row in answer_of(submitted).rows] == [OTHER]
    submitted.when(cycle.EnrolBody(cycle=YEAR, body=BODY), submitted.admin)
    assert ranks(models_of(submitted)) == {BODY: 1, OTHER: 1}


def test_the_last_body_of_a_group_can_be_withdrawn(submitted: Story) -> None:
    for body in (BODY, OTHER):
        submitted.when(cycle.WithdrawBody(cycle=YEAR, body=body), submitted.admin)
    assert ranks(models_of(submitted)) == {}


def test_a_decision_on_a_withdrawn_body_does_not_rank_it_again(submitted: Story) -> None:
    submitted.when(cycle.WithdrawBody(cycle=YEAR, body=BODY), submitted.admin)
    models = replay(recorded([*submitted.events(), decision(BODY, OTHER, points="95")]))
    assert ranks(models) == {OTHER: 1}
    assert (YEAR, BODY, 4, "node:services") in models[FACTS].as_of(LAST)


def decision(*of: str, points: str, node: str = "services") -> Event:
    """The Commission sets points on a node of each of these bodies."""
    adjustments = tuple(BodyAdjustment(body=body, node=node, points=Decimal(points)) for body in of)
    return Teller().tell(
        CommissionSession,
        CommissionSession.DecisionTaken,
        ("s",),
        session="s",
        item=1,
        outcome="adjust",
        cycle=YEAR,
        bodies=of,
        adjustments=adjustments,
        votes_for=3,
        votes_against=0,
        abstained=0,
        lifts=(),
    )


@pytest.mark.parametrize(("points", "kept"), [("1E+1", "10"), ("-0", "0"), ("95.50", "95.50")])
def test_points_that_people_set_are_kept_as_figures_are_written(submitted: Story, points: str, kept: str) -> None:
    models = replay(recorded([*submitted.events(), decision(BODY, points=points)]))
    assert models[FACTS].as_of(LAST)[(YEAR, BODY, 4, "node:services")][0] == kept
    assert models[DECISIONS].as_of(LAST)[(YEAR, BODY)] == ("s", 1, "adjust")


def test_under_the_rule_zero_a_body_that_states_nothing_comes_last_with_zero() -> None:
    story = Story().with_cycle(missing="zero").open(Stage.SUBMISSION).submitted(stated("quality", "80"))
    rows = answer_of(story).rows
    assert [(row.body, row.rank, str(row.score), row.coverage) for row in rows] == [
        (BODY, 1, "48.0", Decimal("0.6")),
        (OTHER, 2, "0.0", Decimal(0)),
    ]


def test_a_ranking_says_how_final_it_is_and_its_mean_does_not_depend_on_the_caller(submitted: Story) -> None:
    judged(submitted, "90.3", BODY)
    answer = answer_of(submitted)
    assert answer.status == "in progress"
    with decimal.localcontext(decimal.Context(prec=2, rounding=decimal.ROUND_DOWN)):
        assert answer.mean == Decimal("85.15")
    assert answer_of(submitted, layer=Layer.REPORTED).mean == 80
    assert [row.layer for row in answer.rows] == ["concluded", "reported"]
    events = [*submitted.events(), decision(BODY, OTHER, points="95")]
    decided = ranking(ReplayedSource(replay(recorded(events))), YEAR, "central", LAST)
    assert decided.status == "decided"
    fresh = answer_of(Story().with_cycle())
    assert fresh.mean is None
    assert [(row.rank, row.score, row.coverage, row.layer) for row in fresh.rows] == [(None, None, 0, None)] * 2


def test_an_answer_under_another_revision_is_computed_from_the_facts(submitted: Story) -> None:
    strict = rules(id="strict-1", missing="zero")
    submitted.when(methodology.DraftRevision(document=strict), submitted.centre)
    answer = answer_of(submitted, methodology="strict-1")
    assert (answer.revision, answer.in_force) == ("strict-1", False)
    assert [str(row.score) for row in answer.rows] == ["48.0", "48.0"]
    assert answer_of(submitted, methodology=answer.revision_sha256[:8]).rows == answer.rows


def test_two_methodologies_may_have_a_revision_of_one_id(submitted: Story) -> None:
    other = rules(methodology="another", missing="zero")
    submitted.when(methodology.DraftRevision(document=other), submitted.centre)
    source = ReplayedSource(models_of(submitted))
    tree, revision = score_tree(source, YEAR, BODY, LAST)
    assert (revision.methodology, str(tree.value)) == ("small", "80.0")
    with pytest.raises(NotFound, match="small-1 names several revisions"):
        revision_named(source, "small-1", LAST)
    assert revision_named(source, revision.sha256[:12], LAST).methodology == "small"


@pytest.mark.parametrize("first", ["another", "small"])
def test_the_revision_in_force_is_that_of_its_methodology(submitted: Story, first: str) -> None:
    events = submitted.events()
    draft = next(event for event in events if isinstance(event, Methodology.RevisionDrafted))
    zero = rules(methodology="another", missing="zero")
    other = Teller().tell(
        Methodology,
        Methodology.RevisionDrafted,
        ("another",),
        methodology="another",
        revision="small-1",
        sha256="other",
        document=zero,
    )
    place = events.index(draft) + (first == "small")
    told = recorded([*events[:place], other, *events[place:]])
    assert str(score_tree(ReplayedSource(replay(told)), YEAR, BODY, LAST)[0].value) == "80.0"


def test_what_is_not_there_is_named_with_what_is(submitted: Story) -> None:
    source = ReplayedSource(models_of(submitted))
    asked = [
        (lambda: ranking(source, 2030, "central", LAST), "no cycle 2030 .* 2022"),
        (lambda: ranking(source, YEAR, "local", LAST), r"evaluates no local bodies .*central"),
        (lambda: ranking(source, YEAR, "central", LAST, methodology="big-1"), r"no revision big-1 .* small-1"),
        (lambda: score_tree(source, YEAR, "akimat-abai", LAST), f"not evaluated in cycle 2022 .*{BODY}, {OTHER}"),
        (lambda: revision_named(source, "small-1", 1), "revisions: none"),
        (lambda: ranking(source, YEAR, "central", 1), "cycles: none"),
    ]
    for ask, message in asked:
        with pytest.raises(NotFound, match=message):
            ask()


def test_a_revision_without_the_bodys_group_gives_no_score(submitted: Story) -> None:
    local = rules(id="local-1")
    local["trees"] = {"local": local["trees"]["central"]}
    submitted.when(methodology.DraftRevision(document=local), submitted.centre)
    with pytest.raises(NotFound, match="no indicators for central bodies"):
        score_tree(ReplayedSource(models_of(submitted)), YEAR, BODY, LAST, methodology="local-1")


def test_the_register_follows_names_reorganisations_and_the_end() -> None:
    story = Story().with_cycle()
    new = {"kk": "Қ", "ru": "П", "en": "N"}
    since = {"since": date(2022, 9, 17)}
    renamed = bodies.RenameBody.read({"body": BODY, "names": new, **since})
    split = bodies.ReorganiseBody.read({"body": OTHER, "kind": "split", "successors": (BODY,), **since})
    for command in (renamed, split, bodies.AbolishBody.read({"body": "akimat-abai", **since})):
        story.when(command, story.registrar)
    story.when(cycle.ReassignEvaluator(cycle=YEAR, body=BODY, evaluator=OTHER, replaces=EVALUATOR), story.admin)
    repeal = methodology.RepealRevision(
        methodology="small", revision="small-1", legal_act="Order 2", repealed_from=date(2024, 1, 1)
    )
    story.when(repeal, story.admin)
    models = models_of(story)
    assert models[BODIES].as_of(LAST)[(BODY,)][:4] == ("central", "Қ", "П", "N")
    assert models[BODIES].as_of(LAST)[("akimat-abai",)][5] == since["since"]
    assert models[LINEAGE].as_of(LAST) == {(OTHER, BODY): ("split", since["since"], False)}
    assert models[ENROLMENTS].as_of(LAST)[(YEAR, BODY)] == ("central", [OTHER])
    assert models[REVISIONS].as_of(LAST)[("small", "small-1")][4] == date(2024, 1, 1)
    assert models[BODIES].as_of(len(story.events()) - 5)[(BODY,)][1] == NAMES["kk"]


def test_an_event_whose_beginning_is_missing_is_not_folded_in_silence(submitted: Story) -> None:
    events = recorded(submitted.events())
    opened = next(index for index, one in enumerate(events) if isinstance(one.event, Cycle.CycleOpened))
    with pytest.raises(LookupError, match=r"cycles has no row \(2022,\)"):
        replay([*events[:opened], *events[opened + 1 :]])


def test_the_trail_has_one_line_for_each_event_and_names_its_subjects(submitted: Story) -> None:
    submitted.close(Stage.REVERIFICATION).open(Stage.CONCLUSION)
    case = {"cycle": YEAR, "body": BODY}
    submitted.when(casefile.ImposePenalty(**case, penalty="late", case="r1"), submitted.evaluator)
    submitted.when(casefile.IssueConclusion(**case, text="x", values=(plan("a", "1"),)[:0]), submitted.evaluator)
    submitted.when(casefile.LiftPenalty(**case, penalty="late", case="r1"), submitted.admin)
    events = recorded(submitted.events())
    lines = [dict(zip(TRAIL_COLUMNS, line, strict=True)) for line in replay(events).trail]
    assert [line["position"] for line in lines] == [one.position for one in events]
    imposed, concluded, lifted = lines[-3:]
    assert (imposed["type"], imposed["subjects"]) == ("CaseFile.PenaltyImposed", ["penalty:late/r1"])
    assert (lifted["type"], lifted["subjects"]) == ("CaseFile.PenaltyLifted", ["penalty:late/r1"])
    assert (concluded["cycle"], concluded["bodies"], concluded["person"]) == (YEAR, [BODY], "evaluator")
    first = next(line for line in lines if line["type"] == "CaseFile.DataSubmitted")
    assert first["subjects"] == ["quality"]
    score_of = {key[2]: str(values[0]) for key, values in replay(events)[SCORES].as_of(LAST).items() if key[1] == BODY}
    assert score_of == {0: "80.0", 1: "80.0"}


def test_the_trail_knows_what_a_proposal_and_a_decision_are_about() -> None:
    decided = decision(BODY, OTHER, points="50")
    assert subjects_of(decided) == ("node:services", "item:1")
    proposal = {"outcome": "adjust", "cycle": YEAR, "bodies": (BODY,), "adjustments": decided.adjustments[:1]}  # type: ignore[attr-defined]
    item = {"session": "s", "item": 1, "proposal": proposal}
    opened = Teller().tell(CommissionSession, CommissionSession.ItemOpened, ("s",), **item)
    (row,) = replay(recorded([opened])).trail
    line = dict(zip(TRAIL_COLUMNS, row, strict=True))
    assert (line["cycle"], line["bodies"], line["subjects"]) == (YEAR, [BODY], ["node:services", "item:1"])


def test_each_cycle_is_scored_under_its_own_revision(submitted: Story) -> None:
    year = YEAR + 1
    strict = {"methodology": "strict", "revision": "strict-1"}
    submitted.when(
        methodology.DraftRevision(document=rules(id="strict-1", methodology="strict", missing="zero")), submitted.centre
    )
    approve = methodology.ApproveRevision(**strict, legal_act="Order 3", in_force_from=date(2023, 1, 1))
    submitted.when(approve, submitted.admin)
    submitted.when(cycle.OpenCycle(cycle=year, **strict), submitted.admin)
    submitted.when(cycle.EnrolBody(cycle=year, body=BODY), submitted.admin)
    deadline = submitted.due(365)
    submitted.when(cycle.OpenStage(cycle=year, stage=Stage.SUBMISSION, deadline=deadline), submitted.admin)
    submit = casefile.SubmitData(cycle=year, body=BODY, values=(stated("quality", "80"),))
    submitted.when(submit, submitted.officer)
    source = ReplayedSource(models_of(submitted))
    assert [str(score_tree(source, one, BODY, LAST)[0].value) for one in (YEAR, year)] == ["80.0", "48.0"]
    stored = {key[0]: str(values[0]) for key, values in source.models[SCORES].as_of(LAST).items() if key[1] == BODY}
    assert stored == {YEAR: "80.0", year: "48.0"}
