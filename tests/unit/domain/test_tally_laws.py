"""A tally is the score, to the last digit, whatever came before."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.layers import Layer
from domain.revision import Revision, revision_of
from domain.scoring import Fact, Tallied, score
from domain.tally import Plan, Tally
from tests.story import rules
from tests.strategies import LAW, as_facts, revisions, standing, stated_facts


def scored(revision: Revision, entries: dict[str, Fact], group: str = "central") -> Tallied:
    tree = score(revision, standing([(Layer.FINAL, fact) for fact in entries.values()], Layer.FINAL, group))
    ties = tree.values_of(revision.ties.break_by)
    return Tallied(tree.value, tree.coverage, tree.grade.id if tree.grade else None, ties)


@LAW
@given(st.data(), st.booleans())
def test_after_any_facts_in_any_batches_the_tally_is_the_score(data: st.DataObject, compiled: bool) -> None:
    revision = data.draw(revisions)
    facts = [fact for _, fact in as_facts(data.draw(stated_facts(revision)))]
    plan = Plan(revision, "central", compiled=compiled)
    tally = Tally.of(plan, {})
    entries: dict[str, Fact] = {}
    while facts:
        size = data.draw(st.integers(1, 3))
        batch, facts = facts[:size], facts[size:]
        entries.update({fact.subject: fact for fact in batch})
        tally.state(batch)
        # `str` and not `==`: the digits written must agree, not only the figures.
        assert str(tally.result()) == str(scored(revision, entries))
        assert str(Tally.of(plan, entries).result()) == str(tally.result())


def test_equal_figures_written_otherwise_are_taken_in() -> None:
    revision = revision_of(rules(rounding={"total": {"places": 1, "mode": "half_up"}}))
    tally = Tally.of(Plan(revision, "central"), {"quality": Fact("quality", "80", "e1")})
    assert str(tally.result().tie_values[0]) == "80"
    tally.state([Fact("quality", "80.00", "e2")])
    assert str(tally.result().tie_values[0]) == "80.00"


def test_facts_about_what_the_revision_does_not_know_change_nothing() -> None:
    revision = revision_of(rules())
    entries: dict[str, Any] = {"quality": Fact("quality", "80", "e1")}
    tally = Tally.of(Plan(revision, "central"), entries)
    before = tally.result()
    tally.state([Fact(name, "1", "e2") for name in ("speed", "node:nowhere", "penalty:rude/1", "quality/a", "plans")])
    assert tally.result() == before
