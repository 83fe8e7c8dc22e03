"""What carries on from one revision to another."""

from __future__ import annotations

from typing import Any

from domain.carried import carried_over, unread
from domain.revision import Revision, revision_of
from domain.revision.continuation import Continuity
from domain.scoring import Fact, Facts, score
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


NEWER = revision(
    leaf("service", "service"),
    leaf("plans", "count(works)"),
    inputs=[
        input_of("service", continues=["quality", "standard"]),
        input_of("works", kind="table", columns=[{"id": "fact", "kind": "number"}], continues=["plans"]),
    ],
)


def test_an_older_input_is_read_under_the_id_that_continues_it_with_its_own_event() -> None:
    read = carried_over(NEWER, stated(quality="70", plans__a={"fact": "1"}))
    assert (read["service"].value, read["service"].event_id) == ("70", "event-quality")
    assert read["works/a"].event_id == "event-plans/a"
    assert score(NEWER, Facts("central", read)).node("service").value == 70  # type: ignore[union-attr]


def test_what_was_stated_under_the_newer_id_stands_even_where_it_was_taken_back() -> None:
    assert carried_over(NEWER, stated(quality="70", service="80"))["service"].value == "80"
    assert carried_over(NEWER, stated(quality="70", service=None))["service"].value is None


def test_of_several_older_inputs_the_first_named_is_read() -> None:
    assert carried_over(NEWER, stated(standard="60", quality="70"))["service"].value == "70"
    assert carried_over(NEWER, stated(standard="60"))["service"].value == "60"


def test_an_older_input_that_is_still_there_is_read_under_its_own_id_only() -> None:
    both = revision(
        leaf("a", "quality"),
        leaf("b", "service"),
        inputs=[input_of("quality"), input_of("service", continues=["quality"])],
    )
    assert "service" not in carried_over(both, stated(quality="70"))


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
