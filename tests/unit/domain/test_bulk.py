"""Scores in bulk are the scores one by one, to the last digit written."""

import decimal
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.bulk import Program, Row
from domain.bulk.translation import NUMBER, Constants, Source, Untranslatable, translated
from domain.catalogue import catalogue, document
from domain.feel import evaluate, parse
from domain.feel.calling import Failure
from domain.layers import Layer
from domain.revision import Revision, revision_of
from domain.rounding import DECIMAL128
from domain.scoring import Fact, Facts, Tallied, score
from tests.story import TITLE, rules
from tests.strategies import LAW, figures, revisions, rows


def one_by_one(program: Program, row: Row) -> Tallied:
    """What `score` gives for the same values, stated as the record would hold them."""
    entries: dict[str, Fact] = {}
    for name, value in zip(program.inputs, row, strict=True):
        if isinstance(value, list):
            for one in value:
                cells = {key: f"{cell:f}" if isinstance(cell, Decimal) else cell for key, cell in one.items()}
                entries[f"{name}/{one['item']}"] = Fact(f"{name}/{one['item']}", cells, "")
        elif value is not None:
            entries[name] = Fact(name, f"{value:f}" if isinstance(value, Decimal) else value, "")
    tree = score(program.revision, Facts(program.group, entries, Layer.FINAL))
    nodes = [tree.node(node_id) for node_id in program.revision.ties.break_by]
    ties = tuple(node.value for node in nodes if node is not None)
    return Tallied(tree.value, tree.coverage, tree.grade.id if tree.grade else None, ties)


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "a": st.none() | figures.map(Decimal),
    "b": st.none() | figures.map(Decimal),
    "open": st.none() | st.booleans(),
    "word": st.none() | st.sampled_from(["good", "bad", "other"]),
    "rows": st.none()
    | st.lists(rows, max_size=3).map(lambda found: [{**row, "item": str(n)} for n, row in enumerate(found)]),
}


@LAW
@given(st.data())
def test_in_bulk_is_one_by_one(data: st.DataObject) -> None:
    program = Program(data.draw(revisions), "central")
    drawn = [[data.draw(VALUES[name]) for name in program.inputs] for _ in range(5)]
    # `repr` and not `==`: the digits written must agree, not only the figures.
    assert [repr(found) for found in program.scores(drawn)] == [repr(one_by_one(program, row)) for row in drawn]


def plausible(revision: Revision, name: str, chance: random.Random) -> Any:
    declared = revision.inputs[name]
    if chance.random() < 0.2:
        return None
    if declared.kind == "table":
        figure = [f"{chance.randint(1, 2000) / 10}" for _ in range(8)]
        return [
            {"item": f"i{n}", "goal": "g", "kind": "target", "name": "x", "unit": "x", "better": "more", "plan": plan}
            | {"fact": fact}
            for n, (plan, fact) in enumerate(zip(figure[:4], figure[4:], strict=True))
        ]
    low, high = declared.minimum or Decimal(0), declared.maximum or Decimal(100)
    return low + ((high - low) * chance.randint(0, 1000) / 1000).quantize(Decimal("0.01"))


@pytest.mark.parametrize("name", catalogue())
def test_every_revision_that_ships_is_computed_in_bulk_as_it_is_one_by_one(name: str) -> None:
    revision = revision_of(document(name))
    chance = random.Random(name)
    for group in revision.trees:
        program = Program(revision, group)
        drawn = [[plausible(revision, one, chance) for one in program.inputs] for _ in range(20)]
        found = program.scores(drawn)
        assert [repr(one) for one in found] == [repr(one_by_one(program, row)) for row in drawn]
        assert any(one.value is not None for one in found)


def test_the_callers_decimal_context_changes_nothing() -> None:
    program = Program(revision_of(rules()), "central")
    row = [Decimal("66.6666"), [{"item": "a", "plan": "3", "fact": "1", "unit": "units"}]]
    expected = program.scores([row])
    with decimal.localcontext() as context:
        context.prec = 2
        assert program.scores([row]) == expected
        assert decimal.getcontext().prec == 2
    assert expected == [one_by_one(program, row)]


# -- translation -------------------------------------------------------------------------------------------------------


def conditions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    compared = st.builds("({} {} {})".format, inner, st.sampled_from(["<", "<=", "=", "!=", ">", ">="]), inner)
    return st.one_of(
        compared,
        st.builds("({} {} {})".format, compared, st.sampled_from(["and", "or"]), compared),
        st.builds("not({})".format, compared),
        st.sampled_from(["true", "false"]),
    )


numbers = st.recursive(
    st.sampled_from(["x", "y", "0", "1", "2.5", "100", "33.33"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("(-{})".format, inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max", "sum", "mean", "modulo"]), inner, inner),
        st.builds("{}([{}, {}])".format, st.sampled_from(["max", "median", "product", "stddev"]), inner, inner),
        st.builds("{}({})".format, st.sampled_from(["abs", "floor", "ceiling", "sqrt", "min"]), inner),
        st.builds("{}({}, 1)".format, st.sampled_from(["round half up", "decimal", "round down"]), inner),
        st.builds("(if {} then {} else {})".format, conditions(inner), inner, inner),
    ),
    max_leaves=8,
)


@LAW
@given(numbers, figures.map(Decimal), figures.map(Decimal))
@example("(if (true and false) then x else y)", Decimal(1), Decimal(1))
@example("(if ((x < y) or (y = 0)) then 1 else 2)", Decimal(1), Decimal(1))
@example("(if not((x < y)) then 1 else 2)", Decimal(1), Decimal(1))
@example("max((x + 1), min(y, (max((x - 1), (y - 2)) / 2)))", Decimal(1), Decimal(9))
@example("min((x - 1), max((y * 2), x))", Decimal(7), Decimal(2))
@example("max(x, y)", Decimal("1.0"), Decimal("1"))
@example("min(x, y)", Decimal("1.0"), Decimal("1"))
@example("min((-x), (-y))", Decimal("1"), Decimal("1.0"))
@example("max(x, 0)", Decimal("-0"), Decimal(1))
@example("(x / 0)", Decimal(1), Decimal(1))
@example("sqrt((-1))", Decimal(1), Decimal(1))
def test_translated_source_gives_what_evaluation_gives(text: str, x: Decimal, y: Decimal) -> None:
    constants = Constants()
    variables = {"x": Source("x", NUMBER), "y": Source("y", NUMBER)}
    source = translated(parse(text), variables, constants)
    with decimal.localcontext(DECIMAL128):
        try:
            found = eval(source.text, dict(constants.named), {"x": x, "y": y})
        except (decimal.DecimalException, Failure):
            # Where evaluation gives null, or hides it (in an `if`), the program asks evaluation.
            return
    assert repr(found) == repr(evaluate(text, {"x": x, "y": y}))


@pytest.mark.parametrize(
    "text",
    [
        "z",
        "x + open",
        '"a"',
        "x > open",
        "open and x",
        "if x then 1 else 2",
        "if open then 1 else open",
        "x ** 2",
        "x between 1 and 2",
        "sum([])",
        "sum(open)",
        "sum([1], 2)",
        "abs(x, x)",
        "upper case(x)",
        "(function(a) a)(x)",
        "{sqrt: function(a) a}.sqrt(x)",
        "[1, 2][x]",
        "round half up(n: x, scale: 1)",
    ],
)
def test_what_is_not_translated_is_told(text: str) -> None:
    variables = {"x": Source("x", NUMBER), "open": Source("open", "boolean")}
    with pytest.raises(Untranslatable):
        translated(parse(text), variables, Constants())


def leaf_of(formula: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "only",
        "level": "indicator",
        "weight": "1",
        "title": TITLE,
        "illustrative": True,
        "formula": formula,
        **more,
    }


@pytest.mark.parametrize("formula", ["100 / quality", "quality - 50", "open", "if open then quality else 0", "50"])
@pytest.mark.parametrize("coverage", [None, "quality / 50 - 1", "open", "1 / quality"])
def test_odd_formulas_are_computed_as_one_by_one(formula: str, coverage: str | None) -> None:
    leaf = leaf_of(formula) if coverage is None else leaf_of(formula, coverage=coverage)
    tree = {"central": {"id": "total", "title": TITLE, "children": [leaf]}}
    program = Program(revision_of(rules(trees=tree, ties={"break_by": []})), "central")
    possible = {"quality": [Decimal(0), Decimal(40), Decimal("77.7"), None], "open": [True, False, None]}
    for first in possible.get(program.inputs[0], [None]) if program.inputs else [None]:
        for second in possible.get(program.inputs[1], [None]) if len(program.inputs) > 1 else [None]:
            row = [first, second][: len(program.inputs)]
            assert repr(program.scores([row])) == repr([one_by_one(program, row)])
