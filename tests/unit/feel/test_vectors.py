"""FEEL by example: what each expression gives, or why it gives null or is refused.

The examples are JSON: an expression with its value, where `{"@": text}` is a date, time or duration, `{"null": reason}`
is null for a reason, `{"error": [line, column, sentence]}` a text that is not FEEL, and `{"range": [...]}` a range.
"""

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.feel import FeelError, evaluate_traced
from domain.feel.patterns import PatternError, compiled, find_all
from domain.feel.types import read_type
from domain.feel.values import Range, equal, of_python, uncounted
from domain.feel.written import read_temporal, write

VECTORS = Path(__file__).parent / "vectors"
CONTEXT = {"x": 7, "list1": [1, 9]}
MOMENT = datetime.datetime(2022, 12, 31, 12, tzinfo=datetime.UTC)


def examples(name: str) -> list[Any]:
    return json.loads((VECTORS / name).read_text("utf-8"), parse_float=Decimal)  # type: ignore[no-any-return]


def value(written: Any) -> Any:
    if isinstance(written, dict) and "@" in written:
        return read_temporal(written["@"])
    if isinstance(written, dict) and "range" in written:
        return Range(*map(of_python, written["range"]))
    return of_python(written)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param(*example, id=f"{path.stem}: {example[0]}")
        for path in sorted(VECTORS.glob("*.json"))
        if path.stem != "patterns"
        for example in examples(path.name)
    ],
)
def test_an_expression_gives(expression: str, expected: Any) -> None:
    if isinstance(expected, dict) and "error" in expected:
        line, column, sentence = expected["error"]
        with pytest.raises(FeelError) as error:
            evaluate_traced(expression, CONTEXT)
        assert (error.value.line, error.value.column) == (line, column)
        assert sentence in error.value.message
        return
    evaluation = evaluate_traced(expression, CONTEXT, moment=MOMENT)
    if isinstance(expected, dict) and "null" in expected:
        assert evaluation.value is None
        assert expected["null"] in " ".join(reason.message for reason in evaluation.reasons)
        return
    assert equal(evaluation.value, value(expected)) is True
    if isinstance(expected, dict) and "@" in expected:
        assert write(evaluation.value) == expected["@"]


@pytest.mark.parametrize(("pattern", "flags", "text", "expected"), examples("patterns.json"))
def test_a_pattern_finds(pattern: str, flags: str, text: str, expected: Any) -> None:
    if isinstance(expected, dict):
        with pytest.raises(PatternError) as error:
            compiled(pattern, flags)
        assert expected["error"] in str(error.value)
        return
    found = next(find_all(compiled(pattern, flags), text, uncounted), None)
    assert (found.group(0) if found else None) == expected


@pytest.mark.parametrize("text", ["", "number>", "list<number", "list<number> list", "function<", "context<a:"])
def test_a_type_is_read_whole_or_refused(text: str) -> None:
    with pytest.raises(ValueError, match="type"):
        read_type(text)
