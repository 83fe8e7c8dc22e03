"""The JSON Schema of a revision document: what it refuses, the reader refuses too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from domain.catalogue import catalogue, document
from domain.revision import RevisionError, revision_of
from domain.revision.schema import SCHEMA_ID, schema
from tests.revisions import clean, grade

JUNK: list[Any] = [
    None, True, False, 0, 1, 13, 2**60, 1.5, float("nan"), "", " ", "x", "X", "-1", "-0", "12.5", "1e3", "٣", "12\n",
    "\ud800", "block", "indicator", "table", "missing", "zero", "1 +", "unknown_name", [], [None], {}, {"x": "y"},
]  # fmt: skip


@cache
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(schema())


def refused_by_reader(found: Any) -> bool:
    try:
        revision_of(found)
    except RevisionError:
        return True
    return False


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield (*path, key)
            yield from places(value[key], (*path, key))


def fuller() -> dict[str, Any]:
    """One of everything that a document can say."""
    ended = {"id": "old", "reason": clean()["title"], "illustrative": True}
    columns = [{"id": "kind", "kind": "text", "values": ["a", "b"]}, {"id": "n", "kind": "number", "required": False}]
    table = {"id": "rows", "kind": "table", "title": clean()["title"], "source": "Order 2", "columns": columns}
    full = clean(discontinues=[ended])
    full["inputs"].append(table)
    full["trees"]["central"]["children"][0]["missing"] = "zero"
    full["trees"]["central"]["children"][0]["children"][0]["coverage"] = "count(rows) / 10"
    full["trees"]["central"]["children"][1]["continues"] = ["people"]
    return full


@pytest.mark.parametrize("name", catalogue())
def test_every_document_of_the_catalogue_fits_the_schema(name: str) -> None:
    assert [error.message for error in validator().iter_errors(document(name))] == []


def test_a_document_that_says_everything_fits_the_schema() -> None:
    revision_of(fuller())
    assert [error.message for error in validator().iter_errors(fuller())] == []


def test_at_every_place_the_reader_takes_no_value_that_the_schema_refuses() -> None:
    taken = 0
    # All titles are read alike: those of the document stand for the others.
    tried = [path for path in places(fuller()) if "title" not in path[1:-1]]
    for path in tried:
        for junk in JUNK:
            found: Any = fuller()
            above = found
            for key in path[:-1]:
                above = above[key]
            above[path[-1]] = deepcopy(junk)
            if not refused_by_reader(found):
                taken += 1
                assert validator().is_valid(found), (path, junk)
    assert taken > 100, "some values are right, or nothing was tried"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_what_the_schema_refuses_the_reader_refuses_too(data: st.DataObject) -> None:
    found = fuller()
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places(found))))
        above = found
        for key in path[:-1]:
            above = above[key]
        act = data.draw(st.sampled_from(["replace", "replace", "remove", "add", "double"]))
        if act == "replace":
            above[path[-1]] = deepcopy(data.draw(st.sampled_from(JUNK)))
        elif act == "remove":
            del above[path[-1]]
        elif isinstance(above, dict):
            above[
                data.draw(st.sampled_from(["x", "missing", "source", "illustrative", "formula", "children", "columns"]))
            ] = deepcopy(data.draw(st.sampled_from(JUNK)))
        else:
            above.append(deepcopy(above[0]))
        if not list(places(found)):
            break
    refused = refused_by_reader(found)
    if not validator().is_valid(found):
        assert refused


@pytest.mark.parametrize(
    "change",
    [
        {"id": "Rules"},
        {"id": "m" * 65},
        {"surprise": 1},
        {"legal_acts": [" "]},
        {"missing": "ignore"},
        {"trees": {}},
        {"trees": {"central": {"id": "total", "title": clean()["title"], "children": []}}},
        {"rounding": {"total": {"places": 13, "mode": "up"}}},
        {"rounding": {"indicator": {"places": 1, "mode": "up"}}},
        {"grades": [{**grade("high", "90"), "source": "Order 2"}]},
        {"grades": [{**grade("high", "90"), "illustrative": False}]},
        {"grades": [{**grade("high", "90"), "at_least": 90}]},
        {"inputs": [{**clean()["inputs"][0], "kind": "table"}]},
        {"inputs": [{**clean()["inputs"][0], "columns": [{"id": "n", "kind": "number"}]}]},
    ],
)
def test_the_schema_refuses_what_it_can_say(change: dict[str, Any]) -> None:
    assert not validator().is_valid(clean(**change))


def test_levels_stand_in_their_order_and_weights_are_not_negative() -> None:
    turned = clean()
    turned["trees"]["central"]["children"][0]["level"] = "indicator"
    assert not validator().is_valid(turned)
    upside_down = clean()
    upside_down["trees"]["central"]["children"][0]["children"] = [clean()["trees"]["central"]["children"][1]]
    assert not validator().is_valid(upside_down)
    negative = clean()
    negative["trees"]["central"]["children"][0]["weight"] = "-0.5"
    assert not validator().is_valid(negative)


def test_a_refusal_points_at_the_place() -> None:
    wrong = clean()
    wrong["trees"]["central"]["children"][1]["children"][0]["formula"] = ""
    (error,) = validator().iter_errors(wrong)
    assert error.json_path == "$.trees.central.children[1].children[0].formula"


def test_the_schema_is_titled_and_described_throughout() -> None:
    found = schema()
    assert (found["$id"], found["title"]) == (SCHEMA_ID, "Methodology revision")
    undescribed = [name for name, one in found["$defs"].items() if not one.get("description")]
    undescribed += [
        f"{name}.{field}"
        for name, one in {**found["$defs"], "document": found}.items()
        for field, stated in one.get("properties", {}).items()
        if not stated.get("description") and "$ref" not in stated and "const" not in stated and field != "places"
    ]
    assert undescribed == []
    assert json.loads(json.dumps(found)) == found
    found["$defs"].clear()
    assert schema()["$defs"], "each call gives a new copy"
