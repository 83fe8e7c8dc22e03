"""Reading a revision document: each mistake is named with its place, and none hides another."""

import decimal
import re
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue import catalogue, document
from domain.revision import MissingRule, RevisionError, canonical, content_address, revision_of
from tests.story import rules
from tests.strategies import LAW, documents

Change = Callable[[dict[str, Any]], None]
BLOCK = "trees.central.children[0]"
LEAF, PLANS = f"{BLOCK}.children[0]", f"{BLOCK}.children[1]"


def at(document: dict[str, Any], place: str) -> Any:
    """What stands at a place such as `inputs[0].title`."""
    found: Any = document
    for part in place.replace("[", ".").replace("]", "").split("."):
        found = found[int(part)] if part.isdigit() else found[part]
    return found


def put(place: str, value: Any) -> Change:
    """Writes a value at a place."""
    above, _, name = place.rpartition(".")

    def change(document: dict[str, Any]) -> None:
        (at(document, above) if above else document)[name] = value

    return change


def drop(place: str) -> Change:
    """Leaves a field out."""
    above, _, name = place.rpartition(".")
    return lambda document: (at(document, above) if above else document).pop(name)


def add(place: str, value: Any) -> Change:
    """Adds to the list at a place."""
    return lambda document: at(document, place).append(deepcopy(value))


def again(place: str, index: int = 0) -> Change:
    """Repeats an item of the list at a place."""
    return lambda document: at(document, place).append(deepcopy(at(document, place)[index]))


FAULTS: list[tuple[Change, str, str]] = [
    (drop("title"), "title", "is missing"),
    (drop("legal_acts"), "legal_acts", "is missing"),
    (put("id", "Not An Id"), "id", "expected an identifier"),
    (put("methodology", 5), "methodology", "expected an identifier"),
    (put("missing", "guess"), "missing", "expected one of redistribute, zero, propagate"),
    (put("notes", {"a": "b"}), "notes", "expected text, found fields"),
    (put("colour", "red"), "colour", "is not a known field"),
    (put("inputs[0].title", "Quality"), "inputs[0].title", "expected fields, found text"),
    (put("inputs[0].unit", 7), "inputs[0].unit", "expected text, found a number"),
    (put("inputs[0].minimum", 0.5), "inputs[0].minimum", "expected a figure written as text"),
    (put("inputs[0].maximum", "1e3"), "inputs[0].maximum", "expected a figure written as text"),
    (put("inputs[1].title.kk", " "), "inputs[1].title.kk", "expected text"),
    (drop("inputs[1].title.en"), "inputs[1].title.en", "is missing"),
    (put("inputs[1].illustrative", False), "inputs[1]", "state where this comes from"),
    (put("inputs[1].kind", "colour"), "inputs[1].kind", "expected one of number, text, boolean, table"),
    (put("inputs[2].source", "an act"), "inputs[2]", "state where this comes from"),
    (put("inputs[2].columns", [{"id": "x", "kind": "text"}]), "inputs[2].columns", "only a table input has columns"),
    (again("inputs"), "inputs", "`quality` names more than one input"),
    (add("inputs", "speed"), "inputs[4]", "expected fields, found text"),
    (put("inputs[3].columns[1].kind", "table"), "inputs[3].columns[1].kind", "expected one of number, text, boolean"),
    (put("inputs[3].columns[2].required", "no"), "inputs[3].columns[2].required", "expected true or false"),
    (put("inputs[3].columns[0].values", ["percent", 5]), "inputs[3].columns[0].values[1]", "expected text"),
    (again("inputs[3].columns"), "inputs[3].columns", "`unit` names more than one column"),
    (
        add("inputs[3].columns", {"id": "item", "kind": "text"}),
        "inputs[3].columns",
        "`item` names more than one column",
    ),
    (add("inputs[3].columns", None), "inputs[3].columns[3]", "expected fields, found nothing"),
    (put("trees.Local Bodies", {}), "trees.Local Bodies", "expected an identifier"),
    (put("trees.local", 5), "trees.local", "expected fields, found a number"),
    (drop("trees.central.id"), "trees.central.id", "is missing"),
    (put("trees.central.formula", "1"), "trees.central.formula", "only an indicator has one"),
    (put("trees.central.weight", "1"), "trees.central.weight", "is not a known field"),
    (put(f"{BLOCK}.level", "root"), f"{BLOCK}.level", "expected one of block, direction, criterion, indicator"),
    (put(f"{BLOCK}.missing", "maybe"), f"{BLOCK}.missing", "expected one of redistribute"),
    (put(f"{BLOCK}.weight", "-1"), f"{BLOCK}.weight", "a weight cannot be negative: -1"),
    (put(f"{BLOCK}.coverage", "1"), f"{BLOCK}.coverage", "only an indicator has one"),
    (put(f"{BLOCK}.continues", "old"), f"{BLOCK}.continues", "expected a list, found text"),
    (add(f"{BLOCK}.children", 5), f"{BLOCK}.children[2]", "expected fields, found a number"),
    (put(f"{LEAF}.id", "plans"), "trees.central", "`plans` names more than one node"),
    (put(f"{LEAF}.title", None), f"{LEAF}.title", "expected fields, found nothing"),
    (put(f"{LEAF}.weight", 60), f"{LEAF}.weight", "expected a figure written as text"),
    (put(f"{LEAF}.illustrative", "yes"), f"{LEAF}.illustrative", "expected true or false"),
    (put(f"{LEAF}.level", "block"), f"{LEAF}.level", "expected one of direction, criterion, indicator; found 'block'"),
    (put(f"{LEAF}.formula", "quality + speed"), f"{LEAF}.formula", "`speed` is not an input"),
    (put(f"{LEAF}.coverage", "tempo"), f"{LEAF}.coverage", "`tempo` is not an input"),
    (put(f"{LEAF}.children", []), f"{LEAF}.children", "an indicator has no children"),
    (put(f"{PLANS}.formula", "1 +"), f"{PLANS}.formula", "line 1, column 4: the expression ends too early"),
    (put(f"{PLANS}.coverage", "count(plans[speed > 1])"), f"{PLANS}.coverage", "`speed` is not an input"),
    (drop("rounding.total"), "rounding.total", "is missing"),
    (put("rounding.block", "two"), "rounding.block", "expected fields, found text"),
    (put("rounding.indicator.places", True), "rounding.indicator.places", "expected a whole number from 0 to 12"),
    (put("rounding.indicator.mode", "nearest"), "rounding.indicator.mode", "expected one of half_even"),
    (put("penalties[0].points", "-1"), "penalties[0].points", "cannot be negative: -1"),
    (put("penalties[0].maximum", "-4"), "penalties[0].maximum", "cannot be negative: -4"),
    (drop("penalties[0].illustrative"), "penalties[0]", "state where this comes from"),
    (again("penalties"), "penalties", "`late` names more than one penalty"),
    (add("penalties", "late"), "penalties[1]", "expected fields, found text"),
    (drop("grades[0].title"), "grades[0].title", "is missing"),
    (put("grades[0].at_least", "high"), "grades[0].at_least", "expected a figure written as text"),
    (again("grades"), "grades", "`high` names more than one grade"),
    (add("grades", True), "grades[2]", "expected fields, found true or false"),
    (put("ties.break_by", ["services", "speed"]), "ties.break_by", "`speed` is not in the tree of group central"),
    (put("ties.numbering", "loose"), "ties.numbering", "expected one of standard, dense"),
]


def problems_of(document: Any) -> list[tuple[str, str]]:
    with pytest.raises(RevisionError) as refusal:
        revision_of(document)
    assert refusal.value.code == "invalid-revision"
    return [(problem.place, problem.message) for problem in refusal.value.problems]


def has(found: list[tuple[str, str]], place: str, message: str) -> bool:
    return any(where == place and message in what for where, what in found)


@pytest.mark.parametrize(("change", "place", "message"), FAULTS, ids=[f"{p}: {m[:25]}" for _, p, m in FAULTS])
def test_a_mistake_is_named_with_its_place(change: Change, place: str, message: str) -> None:
    broken = deepcopy(rules())
    change(broken)
    assert has(problems_of(broken), place, message)


REBUILDING = (f"{BLOCK}.level", f"{LEAF}.level")
"""Where a mistake changes what is allowed below it."""


def disturbs(place: str, other: str) -> bool:
    """Whether two mistakes are in each other's way: one inside the other, or in one list whose items they count."""
    one, two = (re.sub(r"\[\d+\]$", "", where) for where in (place, other))
    return one == two or f"{place}.".startswith(f"{other}.") or f"{other}.".startswith(f"{place}.")


@LAW
@given(st.lists(st.sampled_from([fault for fault in FAULTS if fault[1] not in REBUILDING]), min_size=2, max_size=8))
def test_no_mistake_hides_another(faults: list[tuple[Change, str, str]]) -> None:
    broken = deepcopy(rules())
    made: list[tuple[str, str]] = []
    for change, place, message in faults:
        if not any(disturbs(place, other) for other, _ in made):
            change(broken)
            made.append((place, message))
    found = problems_of(broken)
    assert [one for one in made if not has(found, *one)] == []


@pytest.mark.parametrize("document", [None, [], "text", 5, 1.5, object()])
def test_what_is_no_document_at_all_is_refused(document: Any) -> None:
    ((place, message),) = problems_of(document)
    assert place == ""
    assert message.startswith("expected fields, found")


def test_what_is_missing_is_only_said_to_be_missing() -> None:
    found = problems_of({})
    required = ("id", "methodology", "title", "legal_acts", "inputs", "trees", "rounding", "grades")
    assert found == [(name, "is missing") for name in required]


@pytest.mark.parametrize("trees", [{}, [], "central"])
def test_there_is_a_tree_for_some_group(trees: Any) -> None:
    assert has(problems_of(rules(trees=trees)), "trees", "expected one tree for each body group")


def test_a_table_has_columns() -> None:
    broken = rules()
    broken["inputs"][3]["columns"] = []
    assert has(problems_of(broken), "inputs[3].columns", "a table input needs its columns")


def test_a_node_has_children_and_they_weigh_something() -> None:
    broken = rules()
    broken["trees"]["central"]["children"][0]["children"] = []
    assert has(problems_of(broken), f"{BLOCK}.children", "a block needs at least one child")
    broken = rules()
    for leaf in broken["trees"]["central"]["children"][0]["children"]:
        leaf["weight"] = "0"
    assert has(problems_of(broken), f"{BLOCK}.children", "the weights sum to zero")


def test_a_hostile_depth_is_refused_at_the_fifth_level() -> None:
    broken = rules()
    node: dict[str, Any] = {"level": "none", "children": []}
    for _ in range(5_000):
        node = {"level": "none", "children": [node]}
    broken["trees"]["central"]["children"] = [node]
    place = "trees.central" + ".children[0]" * 5
    assert has(problems_of(broken), place, "a tree has at most 4 levels below its root")


def test_an_unreadable_formula_is_a_mistake_of_its_own() -> None:
    broken = rules()
    leaf = broken["trees"]["central"]["children"][0]["children"][1]
    leaf["formula"], leaf["coverage"] = 5, "tempo"
    found = problems_of(broken)
    assert has(found, f"{PLANS}.formula", "expected a FEEL expression")
    assert has(found, f"{PLANS}.coverage", "`tempo` is not an input")


def test_a_revision_is_what_its_document_says() -> None:
    revision = revision_of(rules(notes="so it was", missing="zero"))
    services = revision.node("central", "services")
    assert services is not None
    assert (services.weight, services.missing) == (60, MissingRule.ZERO)
    assert services.indicator is not None
    assert services.indicator.inputs == ("quality",)
    assert revision.node("central", "nowhere") is None
    assert revision.notes == "so it was"
    assert revision.title.in_language("ru") == "т"
    with pytest.raises(KeyError, match="fr"):
        revision.title.in_language("fr")
    assert [grade.id for grade in revision.grades] == ["high", "low"]
    assert revision.inputs["plans"].columns[1].minimum == Decimal("0.1")
    assert revision.sha256 == content_address(rules(notes="so it was", missing="zero"))


def test_a_missing_data_rule_holds_below_where_it_is_stated() -> None:
    changed = rules()
    changed["trees"]["central"]["children"][0]["missing"] = "propagate"
    revision = revision_of(changed)
    held = {node.id: node.missing.value for node in revision.tree("central").walk()}
    assert held == {"total": "redistribute", "all": "propagate", "services": "propagate", "plans": "propagate"}


def test_reading_does_not_depend_on_the_callers_decimal_context() -> None:
    with decimal.localcontext(decimal.Context(prec=1, Emax=1, Emin=-1, traps=[decimal.Inexact, decimal.Overflow])):
        assert revision_of(rules()).tree("central").children[0].children[1].weight == 40


@LAW
@given(documents())
def test_the_content_address_depends_on_content_alone(document: dict[str, Any]) -> None:
    turned = dict(reversed(document.items()))
    assert canonical(turned) == canonical(document)
    assert revision_of(turned) == revision_of(document)
    assert content_address({**document, "notes": "x"}) != content_address(document)


def test_each_revision_that_ships_is_one() -> None:
    assert "goals-2022" in catalogue()
    for name in catalogue():
        assert revision_of(document(name)).id == name


@pytest.mark.parametrize("name", ["goals-1999", "../catalogue/goals-2022", ""])
def test_a_revision_that_does_not_ship_is_not_found(name: str) -> None:
    with pytest.raises(KeyError, match="goals-2022"):
        document(name)
