"""FEEL: what expressions give, what they refuse, and that they always end."""

import contextlib
import decimal
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.feel import FeelError, evaluate, evaluate_traced, parse
from domain.feel.values import Range, equal, kind, of_python
from domain.rounding import DECIMAL128

ROWS = [
    {"kind": "target", "plan": 10, "fact": 9},
    {"kind": "macro", "plan": 10, "fact": None},
    {"kind": "target", "plan": 4, "fact": 4},
]


def value(text: str) -> Any:
    """A FEEL value written as Python."""
    return of_python(eval(text, {"__builtins__": {}}, {"true": True, "false": False, "null": None}))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 - 2 - 1", 4),
        ("2 ** 3", 8),
        ("-3 + 1", -2),
        ("1 / 4", "0.25"),
        ("0.1 + 0.2", "0.3"),
        (".5 + 1e2", "100.5"),
        ("1 / 3", "0.3333333333333333333333333333333333"),
        ("abs(-2.5)", "2.5"),
        ("modulo(10, 4)", 2),
        ("modulo(-10, 4)", 2),
        ("modulo(10, -4)", -2),
        ("sqrt(16)", 4),
        ("exp(0)", 1),
        ("log(1)", 0),
        ("decimal(1.255, 2)", "1.26"),
        ("decimal(2.5, 0)", 2),
        ("decimal(n: 1.25, scale: 1)", "1.2"),
        ("floor(-1.5)", -2),
        ("floor(1.56, 1)", "1.5"),
        ("ceiling(1.2)", 2),
        ("round up(1.121, 2)", "1.13"),
        ("round down(1.129, 2)", "1.12"),
        ("round half up(2.5, 0)", 3),
        ("round half down(2.5, 0)", 2),
        ("round half up(7, 2)", 7),
        ('number("1 000,5", " ", ",")', "1000.5"),
        ('number("12.5")', "12.5"),
        ("number(5)", 5),
        ("sum([1, 2, 3])", 6),
        ("sum(1, 2, 3)", 6),
        ("product([2, 3, 4])", 24),
        ("mean([1, 2, 4, 5])", 3),
        ("median([3, 1, 2])", 2),
        ("median([4, 1, 2, 3])", "2.5"),
        ("stddev([2, 4, 7, 5])", "2.081665999466132735282297706979931"),
        ("min([3, 1, 2])", 1),
        ("max(3, 1, 2)", 3),
        ("count([1, null, 2])", 3),
        ('string length("әӘ")', 2),
        ("[1, 2, 3][2]", 2),
        ("[1, 2, 3][-1]", 3),
        ("{a: 1, b: a + 1}.b", 2),
        ("if 1 > 2 then 3 else 4", 4),
        ("if null then 3 else 4", 4),
        ("rows[1].plan", 10),
        ("count(rows[fact != null])", 2),
        ('mean(for r in rows[kind = "target"] return r.fact / r.plan * 100)', 95),
    ],
)
def test_numbers(expression: str, expected: int | str) -> None:
    result = evaluate(expression, {"rows": ROWS})
    assert result == Decimal(expected)
    assert isinstance(result, Decimal)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("true and null", "null"),
        ("false and null", "false"),
        ("null and false", "false"),
        ("true or null", "true"),
        ("null or true", "true"),
        ("false or null", "null"),
        ("true and true", "true"),
        ("not(true)", "false"),
        ("not(null)", "null"),
        ("1 = 1.0", "true"),
        ("1 != 2", "true"),
        ('1 = "1"', "null"),
        ("null = null", "true"),
        ("1 = null", "false"),
        ("[1, 2] = [1, 2]", "true"),
        ("[1, 2] = [2, 1]", "false"),
        ("{a: 1} = {a: 1}", "true"),
        ('"a" < "b"', "true"),
        ("2 >= 2", "true"),
        ("true < false", "null"),
        ("2 between 1 and 3", "true"),
        ('2 between "a" and 3', "null"),
        ("1 in [1..3]", "true"),
        ("1 in (1..3]", "false"),
        ("3 in [1..3)", "false"),
        ("2 in (1..3)", "true"),
        ("5 in < 6", "true"),
        ("5 in (< 3, > 4)", "true"),
        ("5 in (1, 2)", "false"),
        ("5 in (1, > 4)", "true"),
        ("5 in [1, 5]", "true"),
        ("5 in 5", "true"),
        ('"a" in < 5', "null"),
        ('"a" in (< 5, < 6)', "null"),
        ("some x in [1, 2] satisfies x > 1", "true"),
        ("some x in [1, 2] satisfies x > 5", "false"),
        ("some x in [1, null] satisfies x > 5", "null"),
        ("every x in [1, 2] satisfies x > 0", "true"),
        ("every x in [1, 2] satisfies x > 1", "false"),
        ("every x in [], y in [1] satisfies false", "true"),
        ("some x in null satisfies true", "null"),
        ("list contains([1, null], null)", "true"),
        ("all([true, null])", "null"),
        ("all([true, true])", "true"),
        ("all([false, null])", "false"),
        ("any([false, null])", "null"),
        ("any([false])", "false"),
        ("any([true, null])", "true"),
        ("odd(3)", "true"),
        ("even(-2)", "true"),
        ('contains("abc", "b")', "true"),
        ('starts with("abc", "ab")', "true"),
        ('ends with("abc", "bc")', "true"),
        ('substring("foobar", 3)', '"obar"'),
        ('substring("foobar", -2, 1)', '"a"'),
        ('upper case("ә") + lower case("Q")', '"Әq"'),
        ("string(1.50)", '"1.50"'),
        ("string(true)", '"true"'),
        ("string(null)", "null"),
        ('string("x")', '"x"'),
        ('string join(["a", null, "b"], "-")', '"a-b"'),
        ('split("a;b", ";")', '["a", "b"]'),
        (r'"a\n\u0041\q\\"', r'"a\nA\\q\\"'),
        ("for i in 1..3 return i * i", "[1, 4, 9]"),
        ("for i in 3..1 return i", "[3, 2, 1]"),
        ("for i in [1, 2], j in [i, 10] return i + j", "[2, 11, 4, 12]"),
        ("for i in 2 return i", "[2]"),
        ("for i in 1..3 return if i = 1 then 1 else sum(partial)", "[1, 1, 2]"),
        ("for i in null return i", "null"),
        ("for i in 1..1.5 return i", "null"),
        ("[1, 2, 3][item > 1]", "[2, 3]"),
        ("[1, 2, 3][5]", "null"),
        ("[1, 2, 3][0]", "null"),
        ("null[1]", "null"),
        ("5[item = 5]", "[5]"),
        ("rows.kind", '["target", "macro", "target"]'),
        ("distinct values([1, 2, 1])", "[1, 2]"),
        ("index of([1, 2, 1], 1)", "[1, 3]"),
        ("append([1], 2, 3)", "[1, 2, 3]"),
        ("concatenate([1], [2, 3])", "[1, 2, 3]"),
        ("union([1, 2], [2, 3])", "[1, 2, 3]"),
        ("sublist([1, 2, 3], 2)", "[2, 3]"),
        ("sublist([1, 2, 3], -2, 1)", "[2]"),
        ("insert before([1, 3], 2, 2)", "[1, 2, 3]"),
        ("remove([1, 2, 3], 2)", "[1, 3]"),
        ("reverse([1, 2])", "[2, 1]"),
        ("flatten([[1, [2]], 3])", "[1, 2, 3]"),
        ("mode([1, 2, 2, 1, 3])", "[1, 2]"),
        ('get value({a: 1}, "a")', "1"),
        ("get entries({a: 1})", '[{"key": "a", "value": 1}]'),
        ('{"two words": 1}', '{"two words": 1}'),
        ("{}", "{}"),
        ("[]", "[]"),
        ("sum([])", "null"),
        ("max([])", "null"),
        ('max(["b", "a"])', '"b"'),
        ("/* note */ 1 // end", "1"),
        ("iffy", "1"),
    ],
)
def test_other_values(expression: str, expected: str) -> None:
    assert evaluate(expression, {"rows": ROWS, "iffy": 1}) == value(expected)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("1 / 0", "division by zero"),
        ("1 + null", "cannot compute number + null"),
        ('1 - "a"', "cannot compute number - string"),
        ("0 ** -1", "has no value"),
        ("10 ** 9999", "has no value"),
        ("-true", "cannot negate boolean"),
        ("nobody", "`nobody` is not known"),
        ("{a: 1}.b", "there is no `b`"),
        ("(1).a", "number has no `a`"),
        ("frobnicate(1)", "there is no function"),
        ("abs(1, 2)", "takes 1 to 1 arguments"),
        ("abs(m: 1)", "no parameter is called m"),
        ("decimal(n: 1)", "scale is missing"),
        ('abs("1")', "expected a number"),
        ("decimal(1, 7000)", "whole number"),
        ("sqrt(-1)", "no square root"),
        ("log(0)", "no logarithm"),
        ("exp(999999)", "too great"),
        ("modulo(1, 0)", "division by zero"),
        ("odd(1.5)", "whole number"),
        ('number("abc")', "is not a number"),
        ('number("1_0")', "is not a number"),
        ('number("NaN")', "is not a number"),
        ('number("1", ".", ".")', "separators"),
        ('sum([1, "a"])', "numbers only"),
        ('min([1, "a"])', "cannot be compared"),
        ("min([true])", "cannot be compared"),
        ("stddev([1])", "at least two"),
        ("all([1])", "booleans only"),
        ("remove([1], 0)", "count from 1"),
        ('get value(1, "a")', "expected a context"),
        ("get entries(1)", "expected a context"),
        ("count(null)", "found null"),
        ('substring("a", 0)', "positions"),
        ("string length(1)", "expected a string"),
        ('split("a", "")', "matches what is empty"),
        ("for i in 1..9999999 return i", "at most"),
    ],
)
def test_null_comes_with_its_reason(expression: str, reason: str) -> None:
    evaluation = evaluate_traced(expression)
    assert evaluation.value is None
    assert reason in " ".join(one.message for one in evaluation.reasons)
    assert all(one.line == 1 and one.column >= 1 for one in evaluation.reasons)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("1 +", 1, 4), ("", 1, 1), ("1\n+ $", 2, 3), ("if a then", 1, 10), ("1 2", 1, 3), ("[1, 2", 1, 6), ('"a', 1, 1)],
)
def test_a_syntax_error_names_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(FeelError) as error:
        parse(text)
    assert (error.value.line, error.value.column) == (line, column)
    assert error.value.message


def test_length_and_depth_are_bounded() -> None:
    with pytest.raises(FeelError, match="at most"):
        parse("1" * 20_001)
    with pytest.raises(FeelError, match="nested too deeply"):
        parse("-" * 500 + "1")


def test_work_is_bounded() -> None:
    loops = "count(for a in 1..1000, b in 1..1000, c in 1..1000 return 1)"
    evaluation = evaluate_traced(loops, max_steps=10_000)
    assert evaluation.value is None
    assert "gave up" in evaluation.reasons[-1].message


def test_free_names_are_told_and_those_inside_filters_apart() -> None:
    parsed = parse("sum(for r in rows[plan > least] return r.fact) + base + {x: 1, y: x + z}.y")
    assert parsed.names == {"rows", "base", "z"}
    assert parsed.row_names == {"plan", "least"}
    assert parse("every x in a satisfies x > partial").names == {"a", "partial"}
    assert parse("for x in a[q = x] return partial").names == {"a"}


def test_binary_floats_and_foreign_values_are_refused() -> None:
    for foreign in (0.1, object(), b"x", [0.5], Decimal("NaN")):
        with pytest.raises(TypeError):
            evaluate("x", {"x": foreign})
    assert evaluate("x", {"x": Range(1, 2)}) == Range(1, 2)
    assert kind(Range(1, 2)) == "range"
    assert kind(None) == "null"


def test_the_callers_decimal_context_changes_nothing() -> None:
    with decimal.localcontext() as context:
        context.prec = 3
        context.rounding = decimal.ROUND_UP
        assert evaluate("1 / 3 + 0.00001") == Decimal("0.3333433333333333333333333333333333")


numbers = st.decimals(min_value=-(10**15), max_value=10**15, allow_nan=False, allow_infinity=False, places=6)


@given(numbers, numbers)
def test_arithmetic_is_decimal128(a: Decimal, b: Decimal) -> None:
    names = {"a": a, "b": b}
    assert evaluate("a + b", names) == DECIMAL128.add(a, b)
    assert evaluate("a * b", names) == DECIMAL128.multiply(a, b)
    assert evaluate("a - b", names) == DECIMAL128.subtract(a, b)
    assert evaluate("a / b", names) == (DECIMAL128.divide(a, b) if b else None)


@given(numbers, st.integers(0, 5))
def test_roundings_stay_within_one_step_and_are_idempotent(number: Decimal, scale: int) -> None:
    step = Decimal(1).scaleb(-scale)
    for name in ("decimal", "floor", "ceiling", "round up", "round down", "round half up", "round half down"):
        rounded = evaluate(f"{name}(n, s)", {"n": number, "s": scale})
        assert abs(rounded - number) < step
        assert evaluate(f"{name}(n, s)", {"n": rounded, "s": scale}) == rounded
    assert evaluate("floor(n, s) <= n and n <= ceiling(n, s)", {"n": number, "s": scale}) is True


PIECES = (
    '1 x + - * ( ) [ ] .. , { } : . < = @ ә "a" if then else for in return and or not some satisfies null sum between'
)
pieces = st.sampled_from([*PIECES.split(" "), "\n"])


@settings(max_examples=300)
@given(st.lists(pieces, max_size=25).map(" ".join))
def test_any_text_either_evaluates_or_is_a_feel_error(text: str) -> None:
    with contextlib.suppress(FeelError):
        evaluate_traced(parse(text), {"x": Decimal(2)}, max_steps=1_000)


@given(st.recursive(st.none() | st.booleans() | numbers | st.text(max_size=3), lambda x: st.lists(x, max_size=3)))
def test_everything_equals_itself(thing: Any) -> None:
    assert equal(of_python(thing), of_python(thing)) is True
