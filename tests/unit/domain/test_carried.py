"""What carries on from one revision to another."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cli.missing import missing_words
from domain.carried import carried_over, unread
from domain.revision import Revision, revision_of
from domain.revision.continuation import Continuity
from domain.scoring import Fact, Facts, score
from projections.gaps import gaps_of
from tests.story import TITLE, rules


def input_of(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": "number", "title": TITLE, "illustrative": True, **more}


def leaf(name: str, formula: str, weight: str = "50", **more: Any) -> dict[str, Any]:
    said = {"title": TITLE, "illustrative": True}
    return {"id": name, "level": "indicator", "weight": weight, "formula": formula, **said, **more}


def revision(*leaves: dict[str, Any], inputs: list[dict[str, Any]], **changes: Any) -> Revision:
    tree = {"id": "total", "title": TITLE, "children": list(leaves)}
    changes = {"ties": {"break_by": []}, "trees": {"central": tree}, **changes}
    return revision_of(rules(inputs=inputs, **changes))


def stated(**values: Any) -> dict[str, Fact]:
    subjects = {name.replace("__", "/"): value for name, value in values.items()}
    return {subject: Fact(subject, value, f"event-{subject}") for subject, value in subjects.items()}


OLDER = revision(
    leaf("quality", "quality"),
    inputs=[
        *(input_of(name) for name in ("quality", "standard", "service")),
        input_of("plans", kind="table", columns=[{"id": "fact", "kind": "number"}]),
    ],
)

NEWER = revision(
    leaf("service", "service"),
    leaf("plans", "count(works)"),
    inputs=[
        input_of("service", continues=["quality", "standard"]),
        input_of("works", kind="table", columns=[{"id": "fact", "kind": "number"}], continues=["plans"]),
    ],
)


def carried(entries: dict[str, Fact], newer: Revision = NEWER, older: Revision = OLDER) -> dict[str, Fact]:
    facts = carried_over(newer, Facts("central", entries), older)
    assert facts.misfits == {}
    return dict(facts.entries)


def test_an_older_input_is_read_under_the_id_that_continues_it_with_its_own_event() -> None:
    read = carried(stated(quality="70", plans__a={"fact": "1"}))
    assert (read["service"].value, read["service"].event_id) == ("70", "event-quality")
    assert read["works/a"].event_id == "event-plans/a"
    assert score(NEWER, Facts("central", read)).node("service").value == 70  # type: ignore[union-attr]


def test_what_was_stated_under_the_newer_id_stands_even_where_it_was_taken_back() -> None:
    assert carried(stated(quality="70", service="80"))["service"].value == "80"
    assert carried(stated(quality="70", service=None))["service"].value is None


def test_of_several_older_inputs_the_first_named_is_read() -> None:
    assert carried(stated(standard="60", quality="70"))["service"].value == "70"
    assert carried(stated(standard="60"))["service"].value == "60"


def test_an_older_input_that_is_still_there_is_read_under_its_own_id_only() -> None:
    both = revision(
        leaf("a", "quality"),
        leaf("b", "service"),
        inputs=[input_of("quality"), input_of("service", continues=["quality"])],
    )
    assert "service" not in carried(stated(quality="70"), both)


def measured(
    name: str, unit: str | None, kind: str = "number", weight: str = "50", **more: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """An indicator and the input that it reads, in a unit."""
    units = {"unit": unit} if unit is not None else {}
    formula = name if kind == "number" else f"count([{name}])"
    return leaf(f"of-{name}", formula, weight), input_of(name, kind=kind, **units, **more)


def under(*measures: tuple[dict[str, Any], dict[str, Any]], **changes: Any) -> Revision:
    return revision(*(one for one, _ in measures), inputs=[one for _, one in measures], **changes)


PERCENT = under(measured("quality", "percent"), measured("other", "percent"))


@pytest.mark.parametrize(
    ("newer", "words"),
    [
        (measured("quality", "points"), "`quality` was stated under small-1 in percent, and is asked for in points"),
        (
            measured("quality", None, "text"),
            "`quality` was stated under small-1 as a number, and is asked for as a text",
        ),
        (
            measured("grade", "points", continues=["quality"]),
            "`quality` was stated under small-1 in percent, and is asked for in points",
        ),
    ],
)
def test_what_was_stated_in_another_unit_or_kind_is_no_data(newer: tuple[Any, Any], words: str) -> None:
    later = under(newer, measured("other", "percent"), id="small-2")
    facts = carried_over(later, Facts("central", stated(quality="70", other="40")), PERCENT)
    tree = score(later, facts)
    node = tree.node(newer[0]["id"])
    assert node is not None
    assert (node.value, node.coverage, node.facts) == (None, 0, ())
    assert node.missing == f"no data for {newer[1]['id']}; {words}"
    assert [fact.event_id for fact in node.unread] == ["event-quality"]
    assert "event-quality" in tree.event_ids()
    assert (tree.value, tree.coverage) == (40, Decimal("0.5"))
    (gap,) = gaps_of(later, tree)
    assert (gap.node, gap.absent, gap.misfits, gap.lost) == (node.id, (), (words,), Decimal("0.5"))


def test_a_unit_that_one_of_the_two_leaves_open_is_not_another() -> None:
    later = under(measured("quality", None), id="small-2")
    assert carried(stated(quality="70"), later, PERCENT)["quality"].value == "70"
    assert carried(stated(quality="70"), PERCENT, later)["quality"].value == "70"


def test_a_table_does_not_fit_if_one_of_its_columns_is_in_another_unit() -> None:
    def table(**column: Any) -> Revision:
        columns = [
            {"id": "fact", "kind": "number", **column},
            {"id": f"only-{len(column)}".replace("-", "_"), "kind": "text"},
        ]
        return under(
            (leaf("all", "count(works)"), input_of("works", kind="table", columns=columns)), id=f"t-{len(column)}"
        )

    facts = Facts("central", stated(works__b={"fact": "1"}, works__a={"fact": "2"}, works__c=None))
    read = carried_over(table(unit="goals", required=False), facts, table(unit="tasks"))
    assert read.misfits["works"].reason == (
        "`works` was stated under t-1 with its column `fact` in tasks, and is asked for in goals"
    )
    assert [fact.subject for fact in read.misfits["works"].facts] == ["works/a", "works/b"]
    assert {subject: fact.value for subject, fact in read.entries.items()} == {"works/c": None}
    same = carried_over(table(unit="tasks", required=False), facts, table(unit="tasks"))
    assert (same.entries, same.misfits) == (facts.entries, {})


def test_what_does_not_fit_gives_way_to_an_older_input_that_does() -> None:
    later = under(measured("grade", "points", continues=["quality", "mark"]), id="small-2")
    before = under(measured("quality", "percent"), measured("mark", "points"))
    facts = carried_over(later, Facts("central", stated(quality="70", mark="4")), before)
    assert (facts.entries["grade"].value, facts.entries["grade"].event_id) == ("4", "event-mark")
    tree = score(later, facts)
    assert (tree.value, tree.coverage, gaps_of(later, tree)) == (4, 1, ())


def test_what_does_not_fit_is_told_even_where_the_formula_does_without_it() -> None:
    one, asked = measured("quality", "points")
    one["formula"] = "if quality = null then other else quality"
    later = under((one, asked), measured("other", "percent"), id="small-2")
    tree = score(later, carried_over(later, Facts("central", stated(quality="70", other="40")), PERCENT))
    assert (tree.value, tree.coverage) == (40, 1)
    (gap,) = gaps_of(later, tree)
    assert (gap.node, gap.lost, len(gap.misfits)) == ("of-quality", 0, 1)
    assert gap.reason == f"part of its data is missing; {gap.misfits[0]}"
    assert missing_words([gap], ()) == [f"of-quality, 0.0 % of the weight: {gap.misfits[0]}."]


def test_what_was_taken_back_has_no_unit_and_stays_taken_back() -> None:
    later = under(measured("quality", "points", continues=["mark"]), id="small-2")
    before = under(measured("quality", "percent"), measured("mark", "points"))
    assert carried(stated(quality=None, mark="4"), later, before)["quality"].value is None


UNITS = st.none() | st.sampled_from(["percent", "points"])
KIND_OF_INPUT = st.sampled_from(["number", "text", "boolean"])
MEASURED = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.tuples(KIND_OF_INPUT, UNITS), min_size=1)


@settings(deadline=None)
@given(MEASURED, MEASURED, st.dictionaries(st.sampled_from("abc"), st.sampled_from("abc")))
def test_nothing_is_invented(before: dict[str, Any], after: dict[str, Any], continues: dict[str, str]) -> None:
    older = under(*(measured(name, unit, kind) for name, (kind, unit) in before.items()))
    newer = under(
        *(
            measured(name, unit, kind, continues=[continues[name]] if name in continues else [])
            for name, (kind, unit) in after.items()
        ),
        id="small-2",
    )
    values = {"number": "7", "text": "seven", "boolean": True}
    entries = stated(**{name: values[kind] for name, (kind, _) in before.items()})
    facts = carried_over(newer, Facts("central", entries), older)
    tree = score(newer, facts)
    for node in tree.root.walk():
        for fact in node.facts:
            origin = fact.event_id.removeprefix("event-")
            assert entries[origin].value == fact.value
            assert origin in (fact.subject, continues.get(fact.subject))
            (kind, unit), (asked_kind, asked_unit) = before[origin], after[fact.subject]
            assert kind == asked_kind
            assert unit == asked_unit or None in (unit, asked_unit)
        if node.level == "indicator" and not node.facts:
            assert (node.value, node.coverage) == (None, 0)
            name = node.id.removeprefix("of-")
            fitting = before.get(name) is not None or before.get(continues.get(name, "")) is not None
            older_still_there = continues.get(name) in after
            if fitting and not (name not in before and older_still_there):
                assert node.misfits, "what was stated and is not read is told"


def test_what_has_no_place_is_counted_by_name() -> None:
    facts = stated(quality="70", other__a={}, other__b={}, gone__a=None)
    facts |= {name: Fact(name, "1", "e") for name in ("node:service", "node:nowhere", "penalty:late/1", "penalty:x/1")}
    assert unread(NEWER, "central", facts) == {"node:nowhere": 1, "other": 2, "penalty:x": 1}


def test_nodes_are_followed_through_revisions_between() -> None:
    middle = revision(leaf("b", "1", continues=["a"]), inputs=[])
    newest = revision(leaf("c", "1", continues=["b", "z"]), leaf("d", "1"), inputs=[])
    local = revision_of(
        rules(
            trees={"local": {"id": "total", "title": TITLE, "children": [leaf("c", "1")]}},
            inputs=[],
            ties={"break_by": []},
        )
    )
    continuity = Continuity([middle, newest, local], "central")
    assert continuity.older("c") == {"a", "b", "z"}
    assert continuity.older("d") == continuity.older("never-heard-of") == frozenset()


def test_ids_that_continue_each_other_end() -> None:
    one = revision(leaf("a", "1", continues=["b"]), inputs=[])
    other = revision(leaf("b", "1", continues=["a"]), inputs=[])
    assert Continuity([one, other], "central").older("a") == {"b"}
