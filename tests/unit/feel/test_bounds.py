"""FEEL always ends: bounds on steps, depth, size and patterns, and random text."""

import contextlib
import datetime
import re
import sys
import threading
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.feel import Evaluation, FeelError, evaluate, evaluate_traced, parse
from domain.feel.builtins import BUILTINS
from domain.feel.patterns import PatternError, compiled, find_all
from domain.feel.run import MAX_DEPTH, MAX_NESTING, Exhausted, Run
from domain.feel.values import equal, of_python, uncounted

DOUBLING = "{{a0: {start}, {steps}}}.a{last}"


def doubled(start: str, step: str, times: int) -> str:
    """A value made of two of the one before, and so on: small to write, too great to go through."""
    steps = ", ".join(f"a{n}: {step.replace('_', f'a{n - 1}')}" for n in range(1, times + 1))
    return DOUBLING.format(start=start, steps=steps, last=times)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("count(for a in 1..1000000, b in [] return 1)", "gave up after 100000 steps"),
        (doubled('"ab"', "_ + _", 60), "at most 1000000 characters"),
        (doubled('"ab"', 'replace(_, "a", "aa")', 60), "gave up"),
        (doubled('"ab"', "string join([_, _])", 60), "at most 1000000 characters"),
        (doubled("[1]", "[_, _]", 60), "gave up"),
        (doubled("[1]", "concatenate(_, _)", 60), "gave up"),
        (f"{doubled('[1]', '[_, _]', 60)} = {doubled('[1]', '[_, _]', 60)}", "gave up"),
        (f"count({doubled('[1]', '[_, _]', 60)} = 1)", "found null"),
        (f"string({doubled('[1]', '[_, _]', 60)})", "gave up"),
        (f"flatten({doubled('[1]', '[_, _]', 60)})", "gave up"),
        (f"{doubled('[1]', '[_, _]', 60)} instance of {'list<' * 61}number{'>' * 61}", "gave up"),
        ("flatten((for i in 1..300 return [partial[-1]])[-1])", "nested at most 100 deep"),
        ("string((for i in 1..300 return [partial[-1]])[-1])", "nested at most 100 deep"),
        ("for i in 1..300 return [partial[-1]]", "nested at most 100 deep"),
        ("{l: for i in 1..300 return [partial[-1]], m: for i in 1..300 return [partial[-1]], e: l = m}.e", "nested"),
        ("{f: function(n) f(n + 1), r: f(1)}.r", "functions are nested too deeply"),
        ("{f: function(n) sort([1, 2], function(a, b) f(n + 1) > 0), r: f(1)}.r", "nested too deeply"),
        ("{f: function(n) for i in [1] return f(n + 1), r: f(1)}.r", "nested too deeply"),
        ("{f: function(n) list replace([1], function(a, b) f(n), 2), r: f(1)}.r", "nested too deeply"),
        ("sort(for i in 1..100000 return i, function(a, b) a > b)", "gave up"),
        ("distinct values(for i in 1..2000 return i)", "gave up"),
        ("index of(for i in 1..90000 return i, 5)", "gave up"),
        ("5 in (for i in 1..90000 return i)", "gave up"),
        ('matches(string join(for i in 1..2000 return "a"), "^(a|aa)*(a|aa)*\\\\1b$")', "gave up"),
    ],
)
def test_work_ends_with_its_reason(expression: str, reason: str) -> None:
    evaluation = evaluate_traced(expression, max_steps=100_000)
    assert evaluation.value is None
    assert reason in evaluation.reasons[-1].message


def test_a_pattern_that_would_hold_others_up_for_years_ends() -> None:
    text = "a" * 5_000
    started = time.monotonic()
    assert evaluate('matches(x, "^(a+)+b$")', {"x": text}) is False
    assert evaluate('matches(x, "^(a|a)*$")', {"x": text}) is True
    assert evaluate_traced('matches(x, "^(a+)+\\\\1b$")', {"x": text}).reasons[-1].message.startswith("gave up")
    assert time.monotonic() - started < 60


NESTINGS: dict[str, Callable[[int], str]] = {
    "minus": lambda n: "-" * n + "1",
    "sum": lambda n: "(1+" * n + "1" + ")" * n,
    "list": lambda n: "[" * n + "1" + "]" * n,
    "context": lambda n: "{a:" * n + "1" + "}" * n,
    "call": lambda n: "abs(" * n + "1" + ")" * n,
    "named call": lambda n: "abs(n:" * n + "1" + ")" * n,
    "if": lambda n: "if true then " * n + "1" + " else 2" * n,
    "for": lambda n: "for x in [1] return " * n + "1",
    "some": lambda n: "some x in [1] satisfies " * n + "true",
    "source": lambda n: "for x in (" * n + "[1]" + ") return x" * n,
    "filter": lambda n: "[1][" * n + "1" + "]" * n,
    "rows": lambda n: "[1][item = 1 and " * n + "true" + "]" * n,
    "range": lambda n: "count([" * n + "1" + "..2])" * n,
    "tests": lambda n: "1 in (2, " * n + "1" + ")" * n,
    "function": lambda n: "(function(x) " * n + "x" + ")(1)" * n,
    "sort": lambda n: "sort([2, 1], function(a, b) count(" * n + "[1]" + ") > 0)" * n,
    "path": lambda n: "{a: 1}" + ".a" * n,
    "and": lambda n: "true and (" * n + "true" + ")" * n,
    "type": lambda n: "1 instance of " + "list<" * n + "number" + ">" * n,
}


def _deepest(nesting: Callable[[int], str]) -> int:
    """How deep the nesting may be before it is refused."""
    low, high = 1, 700
    while high - low > 1:
        middle = (low + high) // 2
        try:
            parse(nesting(middle))
            low = middle
        except FeelError:
            high = middle
    return low


@pytest.mark.parametrize("nesting", NESTINGS.values(), ids=NESTINGS)
def test_the_deepest_expression_of_each_kind_still_evaluates(nesting: Callable[[int], str]) -> None:
    """Whatever is refused is refused with its place, and Python's own stack is never exhausted."""
    outcomes: list[object] = []

    def climb() -> None:
        deepest = _deepest(nesting)
        outcomes.extend([deepest, evaluate_traced(nesting(deepest))])

    # A thread has a stack of its own, so that what the tests' runner takes of this one does not count.
    thread = threading.Thread(target=climb)
    thread.start()
    thread.join()
    deepest, evaluation = outcomes
    assert isinstance(deepest, int)
    assert deepest > 30
    assert isinstance(evaluation, Evaluation)


@pytest.mark.parametrize(
    "text",
    [
        "/*" * 10_000,
        "for " * 5_000,
        "for a" + " " * 19_000,
        "f(a" + " " * 19_000,
        "f(" * 5_000 + "a " * 5_000,
        "1 instance of " + "list<" * 3_000,
        "1 instance of " + "function<> -> " * 1_000,
        "1 instance of " + "function<number> " * 1_000,
        '"' + "\\" * 19_000,
        "[" * 19_000,
        "a." * 9_000,
        "1 " * 9_000,
        "{" + "a: 1, " * 3_000 + "}",
        "]" * 19_000,
    ],
    ids=lambda text: text[:20],
)
def test_long_text_is_refused_in_time(text: str) -> None:
    started = time.process_time()
    with pytest.raises(FeelError):
        parse(text)
    assert time.process_time() - started < 10


def test_python_has_room_for_the_depth_that_is_allowed() -> None:
    assert sys.getrecursionlimit() - 200 >= MAX_DEPTH + 3 * MAX_NESTING


def test_reasons_are_kept_up_to_a_hundred() -> None:
    assert len(evaluate_traced("for i in 1..500 return nobody").reasons) == 100


def test_a_string_has_a_longest_length() -> None:
    with pytest.raises(Exhausted, match="characters"):
        Run({}, 10).text(1_000_001)


def test_values_from_outside_are_bounded_too() -> None:
    nested: list[object] = []
    for _ in range(200):
        nested = [nested]
    with pytest.raises(TypeError, match="nested at most"):
        of_python(nested)
    for number in ("1e9999", "1e-9999"):
        with pytest.raises(TypeError, match="not a number that FEEL knows"):
            of_python(Decimal(number))
    deep = of_python([])
    for _ in range(150):
        deep = [deep]
    with pytest.raises(Exhausted, match="nested"):
        equal(deep, [*deep])


def test_strings_of_other_kinds_are_strings() -> None:
    class Code(str):
        __slots__ = ()

    assert evaluate('x = "a"', {"x": Code("a")}) is True


def test_groups_in_patterns_are_nested_within_bounds() -> None:
    with pytest.raises(PatternError, match="nested at most"):
        compiled("(" * 60 + ")" * 60, "")


def test_a_pattern_may_be_found_at_the_end_and_many_times() -> None:
    assert [match.start for match in find_all(compiled("a|$", ""), "aba", uncounted)] == [0, 2, 3]
    assert [match.end for match in find_all(compiled("", ""), "ab", uncounted)] == [0, 1, 2]
    assert next(find_all(compiled("a*b", ""), "a" * 300, uncounted), None) is None


def test_evaluation_reads_no_clock() -> None:
    for expression in ("now()", "today()"):
        assert "reads no clock" in evaluate_traced(expression).reasons[0].message
    local = datetime.datetime(2022, 5, 1)  # noqa: DTZ001
    assert evaluate("string(now())", moment=local) == "2022-05-01T00:00:00"


def test_threads_do_not_disturb_each_other() -> None:
    results: list[object] = []
    expression = parse("sum(for i in 1..200 return i * x)")

    def work(number: int) -> None:
        results.append([evaluate(expression, {"x": number}) == 20_100 * number for _ in range(50)])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[True] * 50] * 4


PIECES = re.split(
    r"\s+",
    """1 2.5 1e6144 x y two words + - * / ** ( ) [ ] ]1..2] .. , { } a: : . < <= = != @"2022-01-31" @"P1M" @"PT36H" "a"
    @"10:00:00@Asia/Almaty" @"-999999999-01-01" "(a+)+" if then else for i in return some every satisfies and or between
    null true function(x) partial item instance of number list<number> // /* */ \\""",
)
CALLS = [f"{name}(" for name in sorted(BUILTINS)]
VALUES = st.sampled_from(
    re.split(
        r"\s*;\s*",
        """1; -2; 0.5; 1e30; "a1"; null; true; [1, 2]; []; {a: 1}; [1..5); @"2022-01-31"; @"P1M"; @"PT36H"; @"10:00:00Z"
        ; @"2022-01-31T10:00:00"; abs; function(p, q) p < q; x; rows; "("; "x" """,
    )
)
CONTEXT = {"x": Decimal(2), "two words": "b", "rows": [{"a": 1}, {"a": None}]}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, *CALLS, "\n"]), max_size=25))
def test_any_text_evaluates_or_is_refused(pieces: list[str]) -> None:
    with contextlib.suppress(FeelError):
        _leaves_no_trace(" ".join(pieces))


def _leaves_no_trace(text: str) -> None:
    """Evaluates, and sees to it that names and depth are afterwards what they were before."""
    expression, names = parse(text, ["two words"]), of_python(CONTEXT)
    run = Run(names, 2_000)
    with contextlib.suppress(Exhausted):
        expression.compiled(run)
        assert run.names is names
        assert run.names == of_python(CONTEXT)
        assert run.depth_left == MAX_DEPTH


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(BUILTINS)), st.lists(VALUES, max_size=4))
def test_any_function_takes_any_arguments(name: str, arguments: list[str]) -> None:
    text = f"{name}({', '.join(arguments)})"
    _leaves_no_trace(f"[{text}, {{f: function(n) {text}, r: f(1)}}, for i in [1, 2] return {text}, x[{text} = 1]]")
    evaluation = evaluate_traced(text, CONTEXT, max_steps=5_000)
    assert evaluation.value is not None or evaluation.reasons or name in ("get value", "not", "string", *NULL_OF_NONE)


NULL_OF_NONE = ("sum", "product", "mean", "median", "min", "max", "all", "any")
"""Functions that give null for an empty list, or one with null in it, without a fault."""

OPERATORS = st.sampled_from(["+", "-", "*", "/", "**", "<", ">=", "=", "!=", "in", "and", "or"])


@settings(max_examples=200, deadline=None)
@given(VALUES, OPERATORS, VALUES)
def test_any_operator_takes_any_operands(left: str, operator: str, right: str) -> None:
    evaluation = evaluate_traced(f"({left}) {operator} ({right})", CONTEXT, max_steps=2_000)
    assert evaluation.value is not None or evaluation.reasons or operator in ("and", "or")


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=40),
    st.text(alphabet="ab\n(){}[]|*+?\\^$.-12,dpLu", max_size=12),
    st.sampled_from(["", "i", "smx"]),
)
def test_any_pattern_is_run_or_refused(text: str, pattern: str, flags: str) -> None:
    with contextlib.suppress(PatternError, Exhausted):
        list(find_all(compiled(pattern, flags), text, Run({}, 20_000).spend))
