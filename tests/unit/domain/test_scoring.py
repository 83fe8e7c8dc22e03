"""What a score tree says: values, gaps with their reasons, adjustments, penalties, and the events behind each."""

from decimal import Decimal
from typing import Any

import pytest

from domain.layers import Layer
from domain.revision import revision_of
from domain.scoring import Fact, Facts, ScoreTree, score
from tests.story import TITLE, rules

SAID = {"title": TITLE, "illustrative": True}


def facts(**stated: Any) -> dict[str, Fact]:
    """Facts by subject; `plans__a` stands for `plans/a`, and each fact's event is named after its subject."""
    named = {subject.replace("__", "/"): value for subject, value in stated.items()}
    return {subject: Fact(subject, value, f"event of {subject}") for subject, value in named.items()}


def row(fact: str | None, plan: str = "10") -> dict[str, Any]:
    return {"unit": "units", "plan": plan, "fact": fact}


def tree_of(entries: dict[str, Fact], **changes: Any) -> ScoreTree:
    return score(revision_of(rules(**changes)), Facts("central", entries))


def one_leaf(formula: str, *more: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Rules whose tree has one leaf of this formula, and what more is given."""
    leaf = {"id": "leaf", "level": "indicator", "weight": "1", **SAID, "formula": formula}
    return {"trees": {"central": {"id": "total", "title": TITLE, "children": [leaf, *more]}}, "ties": {}, **changes}


def test_a_whole_tree_with_a_gap_in_a_table() -> None:
    tree = tree_of(facts(quality="80", plans__a=row("9"), plans__b=row(None)))
    services, plans = tree.node("services"), tree.node("plans")
    assert services is not None
    assert plans is not None
    assert (str(services.value), services.coverage, services.share) == ("80.00", 1, Decimal("0.6"))
    assert (str(plans.value), plans.coverage) == ("90.00", Decimal("0.5"))
    assert (str(tree.value), tree.coverage) == ("84.0", Decimal("0.8"))
    assert tree.grade is not None
    assert tree.grade.id == "low"
    assert tree.event_ids() == {"event of quality", "event of plans/a", "event of plans/b"}
    assert [fact.subject for fact in plans.facts] == ["plans/a", "plans/b"]
    assert plans.formula is not None
    assert plans.formula.startswith("mean(")
    assert tree.node("nowhere") is None


def test_what_has_no_data_says_so_and_leaves_its_weight_to_the_others() -> None:
    tree = tree_of(facts(quality="80"))
    plans = tree.node("plans")
    assert plans is not None
    assert (plans.value, plans.missing, plans.coverage, plans.share) == (None, "no data for plans", 0, None)
    assert (str(tree.value), tree.coverage) == ("80.0", Decimal("0.6"))


def test_a_body_that_stated_nothing_has_no_score() -> None:
    tree = tree_of({})
    assert (tree.value, tree.grade, tree.coverage) == (None, None, 0)
    assert tree.root.missing == "none of its parts has a value"


def test_under_the_rule_zero_nothing_counts_as_zero_points() -> None:
    tree = tree_of({}, missing="zero")
    assert (str(tree.value), tree.coverage) == ("0.0", 0)
    assert str(tree_of(facts(quality="80"), missing="zero").value) == "48.0"


def test_under_the_rule_propagate_one_gap_leaves_no_score() -> None:
    tree = tree_of(facts(quality="80"), missing="propagate")
    assert (tree.value, tree.root.missing, tree.coverage) == (None, "a part has no value", Decimal("0.6"))
    services = tree.node("services")
    assert services is not None
    assert services.share == Decimal("0.6")


def test_parts_with_data_but_without_weight_give_no_score() -> None:
    heavy = {"id": "heavy", "level": "indicator", "weight": "1", **SAID, "formula": "quality"}
    changes = one_leaf("50", heavy)
    changes["trees"]["central"]["children"][0]["weight"] = "0"
    tree = tree_of({}, **changes)
    assert tree.root.missing == "the parts that have a value have no weight"


@pytest.mark.parametrize(
    ("formula", "missing"),
    [
        ("quality + 100", "the formula gave 180, which is not between 0 and 100 points"),
        ("-quality", "the formula gave -80, which is not between 0 and 100 points"),
        ("quality > 50", "the formula gave something that is not a number"),
        ("null", "the formula gave no value"),
        ("quality / 0", "division by zero"),
    ],
)
def test_a_formula_that_gives_no_points_says_why(formula: str, missing: str) -> None:
    tree = tree_of(facts(quality="80"), **one_leaf(formula))
    leaf = tree.node("leaf")
    assert leaf is not None
    assert (leaf.value, leaf.coverage) == (None, 0)
    assert leaf.missing is not None
    assert missing in leaf.missing


def test_no_points_are_written_as_minus_zero() -> None:
    tree = tree_of(facts(quality="0"), **one_leaf("-quality"))
    assert str(tree.value) == "0.0"


@pytest.mark.parametrize(
    ("coverage", "share"), [("2", "1"), ("-1", "0"), ("null", "0"), ("quality / 100", "0.8"), ('"all"', "0")]
)
def test_coverage_is_a_share_between_0_and_1(coverage: str, share: str) -> None:
    changes = one_leaf("quality")
    changes["trees"]["central"]["children"][0]["coverage"] = coverage
    assert tree_of(facts(quality="80"), **changes).coverage == Decimal(share)


def test_texts_and_booleans_reach_the_formula_as_they_are() -> None:
    tree = tree_of(facts(remark="good", open=False), **one_leaf('if remark = "good" and not(open) then 100 else 0'))
    assert tree.value == 100


def test_a_formula_sees_a_table_with_the_item_of_each_row() -> None:
    tree = tree_of(facts(plans__a=row("1"), plans__b=row("7")), **one_leaf('plans[item = "b"][1].fact * 10'))
    assert tree.value == 70


def test_rows_come_in_the_order_of_their_items_however_they_were_stated() -> None:
    stated = facts(plans__b=row("7"), plans__a=row("1"))
    assert tree_of(stated, **one_leaf("plans[1].fact")).value == 1


def test_points_that_were_set_replace_what_was_computed_at_every_level() -> None:
    stated = facts(quality="80", plans__a=row("9"))
    for node_id, total in (("services", "81.0"), ("all", "75.0"), ("total", "75.0")):
        tree = tree_of({**stated, **facts(**{f"node:{node_id}": "75"})})
        node = tree.node(node_id)
        assert node is not None
        assert node.adjusted is not None
        assert (node.value, node.adjusted.event_id) == (75, f"event of node:{node_id}")
        assert node.computed is not None
        assert node.computed > 75
        assert str(tree.value) == total
        assert tree.event_ids() == {"event of quality", "event of plans/a", f"event of node:{node_id}"}


def test_a_total_that_was_set_is_rounded_as_a_total() -> None:
    tree = tree_of(facts(**{"node:total": "75.55"}))
    assert (str(tree.root.value), str(tree.value)) == ("75.55", "75.6")


def test_points_set_where_there_was_no_data_count_but_cover_nothing() -> None:
    tree = tree_of(facts(quality="80", **{"node:plans": "50"}))
    plans = tree.node("plans")
    assert plans is not None
    assert (plans.value, plans.missing, plans.computed, plans.coverage) == (50, None, None, 0)
    assert (str(tree.value), tree.coverage) == ("68.0", Decimal("0.6"))


def test_what_was_taken_back_gives_no_value_and_is_named_among_the_events() -> None:
    stated = facts(quality=None, plans__a=row("9"), plans__b=None, **{"node:all": None, "penalty:late/1": None})
    tree = tree_of(stated)
    services, plans, block = tree.node("services"), tree.node("plans"), tree.node("all")
    assert services is not None
    assert plans is not None
    assert block is not None
    assert (services.value, services.missing) == (None, "no data for quality")
    assert [fact.subject for fact in services.unread] == ["quality"]
    assert [fact.subject for fact in plans.unread] == ["plans/b"]
    assert block.adjusted is None
    assert [fact.subject for fact in block.unread] == ["node:all"]
    assert [fact.subject for fact in tree.lifted] == ["penalty:late/1"]
    assert tree.event_ids() == {fact.event_id for fact in stated.values()}


@pytest.mark.parametrize("value", ["eighty", {"plan": "1"}, True, "٨٠"])
def test_a_value_of_another_kind_than_the_revision_asks_for_is_no_data(value: Any) -> None:
    tree = tree_of(facts(quality=value, plans__a="9"))
    services, plans = tree.node("services"), tree.node("plans")
    assert services is not None
    assert plans is not None
    assert (services.missing, plans.missing) == ("no data for quality", "no data for plans")
    assert tree.event_ids() == {"event of quality", "event of plans/a"}


def test_a_cell_of_another_kind_than_the_revision_asks_for_is_empty() -> None:
    tree = tree_of(facts(plans__a=row("9"), plans__b=row("nine")))
    assert (str(tree.value), tree.coverage) == ("90.0", Decimal("0.2"))


def test_penalties_add_up_to_their_maximum_and_never_below_zero() -> None:
    stated = facts(quality="80")
    once = tree_of({**stated, **facts(**{"penalty:late/1": "1"})})
    assert (str(once.value), [d.points for d in once.deductions]) == ("78.5", [Decimal("1.5")])
    often = tree_of({**stated, **facts(**{"penalty:late/1": "2", "penalty:late/2": "1"})})
    assert (str(often.value), [d.points for d in often.deductions]) == ("76.0", [Decimal("3.0"), Decimal("1.0")])
    assert often.event_ids() == {"event of quality", "event of penalty:late/1", "event of penalty:late/2"}
    low = tree_of({**facts(quality="1"), **facts(**{"penalty:late/1": "9"})})
    assert str(low.value) == "0.0"


def test_a_penalty_leaves_a_missing_score_missing() -> None:
    assert tree_of(facts(**{"penalty:late/1": "1"})).value is None


@pytest.mark.parametrize(("quality", "grade"), [("90", "high"), ("89.95", "high"), ("89.94", "low"), ("0", "low")])
def test_a_grade_is_reached_at_its_threshold_by_the_rounded_total(quality: str, grade: str) -> None:
    tree = tree_of(facts(quality=quality))
    assert tree.grade is not None
    assert tree.grade.id == grade


def test_below_the_lowest_threshold_there_is_no_grade() -> None:
    assert tree_of(facts(quality="5"), grades=[{"id": "some", "at_least": "10", **SAID}]).grade is None


def test_a_group_without_a_tree_has_no_score() -> None:
    with pytest.raises(KeyError, match="local"):
        score(revision_of(rules()), Facts("local", {}))


def test_at_a_layer_stands_what_the_latest_layer_up_to_it_stated() -> None:
    stated = {
        Layer.REPORTED: facts(quality="80", remark="x"),
        Layer.CONCLUDED: facts(quality="60"),
        Layer.EXPERT: facts(quality=None),
    }
    at = {layer: Facts.at_layer("central", stated, layer).entries for layer in Layer}
    assert at[Layer.REPORTED]["quality"].value == "80"
    assert at[Layer.CONCLUDED]["quality"].value == "60"
    assert at[Layer.AFTER_OBJECTIONS] == at[Layer.CONCLUDED]
    assert at[Layer.FINAL]["quality"].value is None
    assert at[Layer.FINAL]["remark"].value == "x"
