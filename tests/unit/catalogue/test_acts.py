"""The chain of acts: who approved, changed, renamed, replaced and repealed what, and when as far as it is known."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue import (
    ChainError,
    Kind,
    PartialDate,
    When,
    catalogue,
    chain,
    chain_of,
    document,
    problems_of,
)
from domain.methodology import ApproveRevision, DraftRevision, Methodology, RepealRevision
from domain.revision import revision_of
from tests.story import Story
from tests.unit.catalogue.test_catalogue import CITATIONS

TITLE = {"kk": "к", "ru": "р", "en": "e"}
ACT = {"id": "order-1", "citation": "Order 1", "number": "1", "register": "100", "dates": ["2014-04"], "subject": TITLE}
APPROVED = {"step": "approved", "revision": "a-1", "act": "order-1", "when": ["2014-04-11"], "source": "Order 1"}
CHANGED = {**APPROVED, "step": "changed", "revision": "a-2", "follows": "a-1", "when": ["2014-05"]}
REPEALED = {"step": "repealed", "revision": "a-2", "when": ["2015"], "note": "unknown", "illustrative": True}


def chained(*steps: Any, acts: Any = (ACT,)) -> dict[str, Any]:
    return deepcopy({"acts": list(acts), "chain": list(steps)})


def problems(found: Any) -> dict[str, str]:
    with pytest.raises(ChainError) as refused:
        chain_of(found)
    found_at: dict[str, str] = {}
    for problem in refused.value.problems:
        found_at[problem.place] = f"{found_at.get(problem.place, '')} {problem.message}"
    return found_at


# -- the published acts ------------------------------------------------------------------------------------------------


def steps_of(revision: str) -> list[tuple[str, str, str | None]]:
    return [(step.kind.value, str(step.when), step.act) for step in chain().of(revision)]


def test_orders_that_were_repealed_tell_when_they_began_and_ended() -> None:
    assert steps_of("strategic-goals-2014") == [
        ("approved", "2014-04-11 and 2014-04-12", "order-9349"),
        ("repealed", "2014-12-18", None),
    ]
    assert steps_of("it-local-2012") == [("approved", "2012-07-25", "order-8177"), ("repealed", "2014-08-06", None)]
    assert steps_of("state-services-2014") == [("approved", "2014-11", "order-10039"), ("repealed", "2016-02-09", None)]


def test_interaction_was_approved_changed_renamed_and_repealed() -> None:
    names = ("interaction-2017", "interaction-2017-11", "interaction-renamed")
    found = [step for step in chain().steps if step.revision in names]
    assert [(step.kind, step.follows, step.when.precision) for step in found] == [
        (Kind.APPROVED, None, "month"),
        (Kind.CHANGED, "interaction-2017", "month"),
        (Kind.RENAMED, "interaction-2017-11", "interval"),
        (Kind.REPEALED, None, "month"),
    ]
    assert str(found[2].when) == "between 2017-11 and 2020-03"


def test_organisation_was_replaced_in_2019_and_repealed_in_2020() -> None:
    assert steps_of("organisation-2017") == [
        ("approved", "2017-10-24", "order-16133"),
        ("replaced", "2019-02-01", "order-18272"),
    ]
    assert steps_of("organisation-2019")[1] == ("repealed", "2020-01", None)


def test_the_orders_of_2020_are_methodologies_of_their_own() -> None:
    registers = {"annual-2020": "19983", "goals-2020": "20072", "interaction-2020": "20188"}
    for revision, register in registers.items():
        (begun,) = (step for step in chain().of(revision) if step.begins == revision)
        assert begun.kind is Kind.APPROVED
        assert chain().acts[begun.act or ""].register == register
    assert len({document(name)["methodology"] for name in registers}) == 3
    assert steps_of("interaction-2020")[1][:2] == ("repealed", "2021-04-19 and 2021-04-20")


def test_no_day_is_invented() -> None:
    unknown = {act.id: str(act.dates[0]) for act in chain().acts.values() if act.dates[0].precision != "day"}
    assert unknown == {
        "order-10039": "2014-11",
        "order-14795": "2017-02",
        "order-16160": "2017-11",
        "order-20188": "2020-03",
    }


def test_the_chain_cites_only_what_is_published_and_says_what_is_reconstructed() -> None:
    assert {act.citation for act in chain().acts.values()} <= CITATIONS
    for step in chain().steps:
        assert (step.provenance.source in CITATIONS) is not step.provenance.illustrative
        assert step.act is not None or step.note is not None


def test_the_chain_and_the_catalogue_fit_each_other() -> None:
    acts = {name: document(name)["legal_acts"] for name in catalogue()}
    assert problems_of(chain(), acts) == ()
    missing = {name: cited for name, cited in acts.items() if name != "annual-2015"}
    assert [problem.place for problem in problems_of(chain(), missing)] == ["annual-2015"]
    silent = {**acts, "annual-2015": [], "new-2030": []}
    found = {problem.place: problem.message for problem in problems_of(chain(), silent)}
    assert "no step of the chain begins it" in found["new-2030"]
    assert "does not name the act" in found["annual-2015"]


def test_each_methodology_has_one_revision_in_force_at_a_time() -> None:
    """So the chain can be played as commands: draft and approve what begins, repeal what ends."""
    in_force: dict[str, str] = {}
    for step in chain().steps:
        if step.ends is not None:
            methodology = revision_of(document(step.ends)).methodology
            assert in_force.pop(methodology) == step.ends
        if step.begins is not None:
            methodology = revision_of(document(step.begins)).methodology
            assert methodology not in in_force
            in_force[methodology] = step.begins
    assert in_force == {"annual-performance": "annual-2020", "operational-evaluation": "goals-2022"}


def test_the_chain_can_be_played_as_commands() -> None:
    """Days that are not known are taken at their earliest, and the reason says so."""
    story = Story()
    centre, admin = story.someone("centre", "assessment-centre", "centre"), story.someone("admin", "administration")
    for step in chain().steps:
        act = chain().acts[step.act].citation if step.act else str(step.note)
        reason = f"{step.kind.value} {step.when} (known to the {step.when.precision})"
        if step.ends is not None:
            code = revision_of(document(step.ends)).methodology
            repeal = RepealRevision(methodology=code, revision=step.ends, legal_act=act, repealed_from=step.when.first)
            story.then(repeal, replace(admin, reason=reason), "RevisionRepealed")
        if step.begins is not None:
            code = revision_of(document(step.begins)).methodology
            story.then(DraftRevision(document=document(step.begins)), centre, "RevisionDrafted")
            approve = ApproveRevision(
                methodology=code, revision=step.begins, legal_act=act, in_force_from=step.when.first
            )
            story.then(approve, replace(admin, reason=reason), "RevisionApproved")
    played = story.record.aggregate(Methodology, "annual-evaluation")
    assert list(played.approved) == [name for name in chain().revisions() if name in played.documents]
    assert played.repealed.keys() == played.approved.keys()


# -- reading ---------------------------------------------------------------------------------------------------------


def test_a_chain_is_read() -> None:
    found = chain_of(chained(APPROVED, CHANGED, REPEALED))
    assert [(step.begins, step.ends) for step in found.steps] == [("a-1", None), ("a-2", "a-1"), (None, "a-2")]
    assert found.revisions() == ("a-1", "a-2")
    assert [step.kind for step in found.of("a-2")] == [Kind.CHANGED, Kind.REPEALED]
    assert found.acts["order-1"].subject.ru == "р"


@pytest.mark.parametrize(
    ("found", "place", "message"),
    [
        (5, "", "expected fields"),
        ({"acts": []}, "chain", "is missing"),
        (chained(acts=[5]), "acts[0]", "expected fields"),
        (chained(acts=[{**ACT, "subject": 5}]), "acts[0].subject", "expected fields"),
        (chained(acts=[{**ACT, "dates": []}]), "acts[0].dates", "at least one date"),
        (chained(acts=[{**ACT, "dates": ["2014-02-30"]}]), "acts[0].dates[0]", "day is out of range"),
        (chained(acts=[{**ACT, "dates": ["April 2014"]}]), "acts[0].dates[0]", "is not a date such as"),
        (chained(acts=[{**ACT, "dates": ["2014-05", "2014-04"]}]), "acts[0].dates", "not in order"),
        (chained(acts=[ACT, ACT]), "acts", "`order-1` names more than one act"),
        (chained(5), "chain[0]", "expected fields"),
        (chained({**APPROVED, "step": "forgotten"}), "chain[0].step", "expected one of"),
        (chained({**APPROVED, "when": []}), "chain[0].when", "at least one date"),
        (chained({**APPROVED, "when": {"after": "2014"}}), "chain[0].when.before", "is missing"),
        (
            chained({**APPROVED, "when": {"after": "2015", "before": "2014"}}),
            "chain[0].when",
            "2015 is not before 2014",
        ),
        (chained({**APPROVED, "follows": "a-0"}), "chain[0].follows", "changed, renamed and replaced"),
        (chained(APPROVED, {**CHANGED, "follows": None}), "chain[1].follows", "changed, renamed and replaced"),
        (chained({**APPROVED, "act": None}), "chain[0]", "a note says why"),
        (chained({**APPROVED, "act": "order-2"}), "chain[0].act", "there is no act `order-2`"),
        (chained({**APPROVED, "illustrative": True}), "chain[0]", "either"),
        (chained(REPEALED), "chain[0]", "`a-2` is not in force here"),
        (chained(APPROVED, CHANGED, REPEALED, REPEALED), "chain[3]", "`a-2` is not in force here"),
        (chained(APPROVED, APPROVED), "chain[1]", "`a-1` begins twice"),
        (
            chained(APPROVED, {**CHANGED, "when": ["2013"]}),
            "chain[1].when",
            "2013 is before the step above (2014-04-11)",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(found: Any, place: str, message: str) -> None:
    assert message in problems(found)[place]


# -- dates -------------------------------------------------------------------------------------------------------------


def test_a_date_knows_how_far_it_is_known() -> None:
    day, month, year = (PartialDate.read(text) for text in ("2014-04-11", "2014-02", "2011"))
    assert [one.precision for one in (day, month, year)] == ["day", "month", "year"]
    assert (day.first, day.last) == (date(2014, 4, 11), date(2014, 4, 11))
    assert (month.first, month.last) == (date(2014, 2, 1), date(2014, 2, 28))
    assert (year.first, year.last) == (date(2011, 1, 1), date(2011, 12, 31))


@given(st.dates(), st.sampled_from([4, 7, 10]))
def test_a_date_is_written_as_it_was_read_and_holds_its_day(day: date, length: int) -> None:
    text = day.isoformat()[:length]
    found = PartialDate.read(text)
    assert str(found) == text
    assert found.first <= day <= found.last


@pytest.mark.parametrize(
    "text", ["", "14-04", "2014-4", "2014-13", "2014-00", "0000", "2014-02-29", "2014-02-01 ", "٢٠١٤"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        PartialDate.read(text)


def test_a_joint_act_is_done_when_its_last_party_signs_and_is_as_precise_as_its_coarsest_date() -> None:
    signed = When(dates=(PartialDate.read("2014-04"), PartialDate.read("2014-05-12")))
    assert (signed.precision, signed.first, signed.last) == ("month", date(2014, 5, 12), date(2014, 5, 12))
    between = When(between=(PartialDate.read("2017-11"), PartialDate.read("2020-03")))
    assert (between.precision, between.first, between.last) == ("interval", date(2017, 11, 1), date(2020, 3, 31))
    assert (str(signed), str(between)) == ("2014-04 and 2014-05-12", "between 2017-11 and 2020-03")
