"""FEEL as Python source, for the part of the language that most indicators use.

Numbers and booleans with their arithmetic, comparison, logic, `if` and the numeric built-ins are translated; anything
else is not, and is evaluated as always. A translated expression gives exactly what its evaluation gives, provided that
every name has a value and Python's decimal context is decimal128; where evaluation would give null, it raises
DecimalException or Failure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from lark import Token, Tree
from lark.visitors import Interpreter

from domain.feel import Expression
from domain.feel.builtins import BUILTINS
from domain.feel.parser import syntax_of
from domain.rounding import DECIMAL128

NUMBER, BOOLEAN, NUMBERS = "number", "boolean", "numbers"

OPERATORS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

OF_NUMBERS = (
    "abs",
    "ceiling",
    "decimal",
    "exp",
    "floor",
    "log",
    "modulo",
    "round down",
    "round half down",
    "round half up",
    "round up",
    "sqrt",
)
"""Built-ins that take numbers and give a number or fail."""

OF_A_LIST = ("max", "mean", "median", "min", "product", "stddev", "sum")
"""Built-ins that take a list of numbers, or several numbers, and give a number or fail."""


GREATER_OR_LESS = {"max": ">", "min": "<"}
"""When `max` and `min` of two numbers give the second."""


class Untranslatable(Exception):
    """The expression uses what is not translated."""


class Source(NamedTuple):
    """A translated part: Python source, and what it gives (`number`, `boolean`, or `numbers`, a list of them)."""

    text: str
    kind: str


@dataclass
class Constants:
    """What translated source refers to by name: numbers and built-in functions."""

    named: dict[str, Any] = field(default_factory=dict)

    def name_of(self, value: Any) -> str:
        """A name for a value."""
        for name, known in self.named.items():
            if known is value or (isinstance(known, Decimal) and isinstance(value, Decimal) and _same(known, value)):
                return name
        name = f"k{len(self.named)}"
        self.named[name] = value
        return name


def _same(one: Decimal, other: Decimal) -> bool:
    return one.compare_total(other) == 0


def translated(expression: Expression, variables: Mapping[str, Source], constants: Constants) -> Source:
    """The expression as Python source over the variables. Raises Untranslatable."""
    return _Translator(variables, constants).visit(syntax_of(expression.text))


class _Translator(Interpreter[Token, Source]):
    """One method for each rule of the grammar that is translated."""

    def __init__(self, variables: Mapping[str, Source], constants: Constants) -> None:
        super().__init__()
        self._variables = variables
        self._constants = constants
        self._kept = 0

    def __default__(self, tree: Tree[Token]) -> Source:
        raise Untranslatable(str(tree.data))

    def _part(self, child: Any, kind: str) -> str:
        source = self._any(child)
        if source.kind != kind:
            raise Untranslatable(f"a {source.kind} where a {kind} is needed")
        return source.text

    def _any(self, child: Any) -> Source:
        assert isinstance(child, Tree)
        found: Source = self.visit(child)
        return found

    # -- values ------------------------------------------------------------------------------------------------------

    def number(self, tree: Tree[Token]) -> Source:
        return Source(self._constants.name_of(DECIMAL128.create_decimal(str(tree.children[0]))), NUMBER)

    def true(self, tree: Tree[Token]) -> Source:
        return Source("True", BOOLEAN)

    def false(self, tree: Tree[Token]) -> Source:
        return Source("False", BOOLEAN)

    def name(self, tree: Tree[Token]) -> Source:
        found = self._variables.get(str(tree.children[0]))
        if found is None:
            raise Untranslatable(f"the name {tree.children[0]}")
        return found

    def parenthesized(self, tree: Tree[Token]) -> Source:
        return self._any(tree.children[0])

    def list(self, tree: Tree[Token]) -> Source:
        return Source(f"[{', '.join(self._part(child, NUMBER) for child in tree.children)}]", NUMBERS)

    # -- arithmetic --------------------------------------------------------------------------------------------------

    def add(self, tree: Tree[Token]) -> Source:
        return self._operation(tree, "+")

    def subtract(self, tree: Tree[Token]) -> Source:
        return self._operation(tree, "-")

    def multiply(self, tree: Tree[Token]) -> Source:
        return self._operation(tree, "*")

    def divide(self, tree: Tree[Token]) -> Source:
        return self._operation(tree, "/")

    def negate(self, tree: Tree[Token]) -> Source:
        return Source(f"(-{self._part(tree.children[0], NUMBER)})", NUMBER)

    def _operation(self, tree: Tree[Token], sign: str) -> Source:
        left, right = (self._part(child, NUMBER) for child in tree.children)
        return Source(f"({left} {sign} {right})", NUMBER)

    # -- comparison, logic, if ---------------------------------------------------------------------------------------

    def compare(self, tree: Tree[Token]) -> Source:
        left, sign, right = tree.children
        return Source(f"({self._part(left, NUMBER)} {OPERATORS[str(sign)]} {self._part(right, NUMBER)})", BOOLEAN)

    def and_(self, tree: Tree[Token]) -> Source:
        return self._logic(tree, "and")

    def or_(self, tree: Tree[Token]) -> Source:
        return self._logic(tree, "or")

    def _logic(self, tree: Tree[Token], sign: str) -> Source:
        left, right = (self._part(child, BOOLEAN) for child in tree.children)
        return Source(f"({left} {sign} {right})", BOOLEAN)

    def if_then_else(self, tree: Tree[Token]) -> Source:
        condition = self._part(tree.children[0], BOOLEAN)
        yes = self._any(tree.children[1])
        return Source(f"({yes.text} if {condition} else {self._part(tree.children[2], yes.kind)})", yes.kind)

    # -- built-in functions ------------------------------------------------------------------------------------------

    def call(self, tree: Tree[Token]) -> Source:
        callee, *arguments = tree.children
        name = self._called(callee)
        if name == "not" and len(arguments) == 1:
            return Source(f"(not {self._part(arguments[0], BOOLEAN)})", BOOLEAN)
        if name in OF_A_LIST and arguments:
            return self._of_a_list(name, [self._any(argument) for argument in arguments])
        if name in OF_NUMBERS and self._takes(name, len(arguments)):
            given = ", ".join(self._part(argument, NUMBER) for argument in arguments)
            return Source(f"{self._function(name)}({given})", NUMBER)
        raise Untranslatable(f"the function {name}")

    def _called(self, callee: Any) -> str:
        if not isinstance(callee, Tree) or callee.data != "name" or str(callee.children[0]) in self._variables:
            raise Untranslatable("a function that is computed")
        return str(callee.children[0])

    def _of_a_list(self, name: str, arguments: Sequence[Source]) -> Source:
        kinds = [argument.kind for argument in arguments]
        if kinds == [NUMBER, NUMBER] and name in GREATER_OR_LESS:
            return self._of_two(GREATER_OR_LESS[name], *arguments)
        if kinds == [NUMBERS]:
            given = arguments[0].text
        elif set(kinds) == {NUMBER}:
            given = f"[{', '.join(argument.text for argument in arguments)}]"
        else:
            raise Untranslatable(f"{name} of something else than numbers")
        if given == "[]":
            raise Untranslatable(f"{name} of nothing")
        # Python's own give the first of equals too, and compare exactly.
        return Source(f"{name if name in ('min', 'max') else self._function(name)}({given})", NUMBER)

    def _of_two(self, sign: str, first: Source, second: Source) -> Source:
        """What Python's own `max` or `min` gives of two, the first of equals too, without the price of a call."""
        compared, chosen = zip(self._named(second), self._named(first), strict=True)
        return Source(f"({chosen[0]} if {compared[0]} {sign} {compared[1]} else {chosen[1]})", NUMBER)

    def _named(self, source: Source) -> tuple[str, str]:
        """Source that computes a part once, and a name by which it can be had again."""
        if source.text.isidentifier():
            return source.text, source.text
        self._kept += 1
        name = f"m{self._kept}"
        return f"({name} := {source.text})", name

    def _takes(self, name: str, count: int) -> bool:
        return any(required <= count <= len(names) for names, required in BUILTINS[name].signatures)

    def _function(self, name: str) -> str:
        function: Callable[..., Any] = BUILTINS[name].function
        return self._constants.name_of(function)
