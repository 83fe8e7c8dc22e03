"""Compiling FEEL: what each rule of the grammar computes, as closures over its parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, DecimalException
from typing import Any

from lark import Token, v_args
from lark.visitors import Transformer_NonRecursive

from domain.feel.builtins import BUILTINS, BuiltinFailure
from domain.feel.run import MAX_ITEMS, Node, Run
from domain.feel.values import Range, compare, kind, within
from domain.rounding import DECIMAL128

MAX_DEPTH = 150
"""Deepest nesting of expressions."""

Place = tuple[int, int]


class TooDeep(Exception):
    """The expression is nested deeper than `MAX_DEPTH`."""

    def __init__(self, place: Place) -> None:
        super().__init__("too deep")
        self.line, self.column = place


@dataclass(frozen=True, slots=True)
class Part:
    """A compiled part: its closure, the free names it reads, how deep it is nested.

    `row_names` are read inside filters, where the rows filtered may give them; else the context must.
    """

    node: Node
    names: frozenset[str]
    depth: int
    row_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Binding:
    """A name bound to each item of a list or of whole numbers from one to another."""

    name: str
    items: Part
    until: Part | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A named argument, a context's entry or a callee: a name with its part, if it has one."""

    name: str
    part: Part | None
    place: Place


def _made(place: Place, node: Node, *parts: Part, names: frozenset[str] = frozenset()) -> Part:
    depth = 1 + max((part.depth for part in parts), default=0)
    if depth > MAX_DEPTH:
        raise TooDeep(place)
    row_names = frozenset().union(*(part.row_names for part in parts))
    return Part(node, names.union(*(part.names for part in parts)), depth, row_names)


def _constant(value: Any) -> Part:
    return Part(lambda _: value, frozenset(), 1)


def _at(meta: Any) -> Place:
    return getattr(meta, "line", 1), getattr(meta, "column", 1)


@v_args(meta=True)
class Compiler(Transformer_NonRecursive[Token, Part]):
    """One method for each rule of the grammar; each gives a `Part`."""

    # -- literals and names (10.3.1.2, 33 to 38) ---------------------------------------------------------------------

    def number(self, meta: Any, children: Sequence[Token]) -> Part:
        value = DECIMAL128.create_decimal(str(children[0]))
        return _constant(value)

    def string(self, meta: Any, children: Sequence[Token]) -> Part:
        return _constant(_unquoted(children[0]))

    def true(self, meta: Any, children: Sequence[Any]) -> Part:
        return _constant(True)

    def false(self, meta: Any, children: Sequence[Any]) -> Part:
        return _constant(False)

    def null(self, meta: Any, children: Sequence[Any]) -> Part:
        return _constant(None)

    def name(self, meta: Any, children: Sequence[Token]) -> Part:
        name, place = str(children[0]), _at(meta)

        def read(run: Run) -> Any:
            try:
                return run.names[name]
            except KeyError:
                return run.null(place, f"`{name}` is not known")

        return _made(place, read, names=frozenset([name]))

    def list(self, meta: Any, children: Sequence[Part]) -> Part:
        nodes = [part.node for part in children]
        return _made(_at(meta), lambda run: [node(run) for node in nodes], *children)

    def entry(self, meta: Any, children: Sequence[Any]) -> Named:
        token = children[0]
        return Named(_unquoted(token) if token.type == "STRING" else str(token), children[1], _at(meta))

    def context(self, meta: Any, children: Sequence[Named]) -> Part:
        parts = [(child.name, child.part) for child in children if child.part is not None]

        def build(run: Run) -> dict[str, Any]:
            outer, found = run.names, {}
            try:
                for name, part in parts:
                    found[name] = part.node(run)
                    run.names = {**outer, **found}
            finally:
                run.names = outer
            return found

        own: set[str] = set()
        free: set[str] = set()
        for name, part in parts:
            free |= part.names - own
            own.add(name)
        made = _made(_at(meta), build, *(part for _, part in parts))
        return replace(made, names=frozenset(free), row_names=made.row_names - own)

    # -- ranges (10.3.2.7) -------------------------------------------------------------------------------------------

    def range_closed(self, meta: Any, children: Sequence[Part]) -> Part:
        return self._range(meta, children, True, True)

    def range_right_open(self, meta: Any, children: Sequence[Part]) -> Part:
        return self._range(meta, children, True, False)

    def range_left_open(self, meta: Any, children: Sequence[Part]) -> Part:
        return self._range(meta, children, False, True)

    def range_open(self, meta: Any, children: Sequence[Part]) -> Part:
        return self._range(meta, children, False, False)

    def _range(self, meta: Any, children: Sequence[Part], low_closed: bool, high_closed: bool) -> Part:
        low, high = children
        return _made(_at(meta), lambda run: Range(low.node(run), high.node(run), low_closed, high_closed), low, high)

    # -- arithmetic (10.3.2.13, tables 56 to 60) ----------------------------------------------------------------

    def add(self, meta: Any, children: Sequence[Part]) -> Part:
        left, right, place = children[0].node, children[1].node, _at(meta)

        def node(run: Run) -> Any:
            a, b = left(run), right(run)
            if isinstance(a, str) and isinstance(b, str):
                return a + b
            return _arithmetic(run, place, "+", DECIMAL128.add, a, b)

        return _made(place, node, *children)

    def subtract(self, meta: Any, children: Sequence[Part]) -> Part:
        return self._operation(meta, children, "-", DECIMAL128.subtract)

    def multiply(self, meta: Any, children: Sequence[Part]) -> Part:
        return self._operation(meta, children, "*", DECIMAL128.multiply)

    def divide(self, meta: Any, children: Sequence[Part]) -> Part:
        return self._operation(meta, children, "/", DECIMAL128.divide)

    def power(self, meta: Any, children: Sequence[Part]) -> Part:
        return self._operation(meta, children, "**", DECIMAL128.power)

    def negate(self, meta: Any, children: Sequence[Part]) -> Part:
        inner, place = children[0].node, _at(meta)

        def node(run: Run) -> Any:
            value = inner(run)
            if isinstance(value, Decimal):
                return DECIMAL128.minus(value)
            return run.null(place, f"cannot negate {kind(value)}")

        return _made(place, node, *children)

    def _operation(
        self, meta: Any, children: Sequence[Part], sign: str, operation: Callable[[Decimal, Decimal], Decimal]
    ) -> Part:
        left, right, place = children[0].node, children[1].node, _at(meta)
        return _made(place, lambda run: _arithmetic(run, place, sign, operation, left(run), right(run)), *children)

    # -- comparison and logic (10.3.2.13, tables 42 to 55) -----------------------------------------------------------

    def compare(self, meta: Any, children: Sequence[Any]) -> Part:
        left, operator, right = children[0], str(children[1]), children[2]
        place = _at(meta)

        def node(run: Run) -> Any:
            a, b = left.node(run), right.node(run)
            result = compare(operator, a, b)
            if result is None:
                return run.null(place, f"cannot compare {kind(a)} {operator} {kind(b)}")
            return result

        return _made(place, node, left, right)

    def between(self, meta: Any, children: Sequence[Part]) -> Part:
        value, low, high = (part.node for part in children)
        place = _at(meta)

        def node(run: Run) -> Any:
            found = value(run)
            result = within(found, Range(low(run), high(run)))
            return run.null(place, f"cannot compare {kind(found)} with the bounds") if result is None else result

        return _made(place, node, *children)

    def unary_test(self, meta: Any, children: Sequence[Any]) -> Part:
        """A test such as `< 5`: gives a range without one end, which `in` understands."""
        operator, part = str(children[0]), children[1]
        return _made(_at(meta), lambda run: _Test(operator, part.node(run)), part)

    def tests(self, meta: Any, children: Sequence[Part]) -> Part:
        nodes = [part.node for part in children]
        return _made(_at(meta), lambda run: _AnyOf([node(run) for node in nodes]), *children)

    def tests_unary_first(self, meta: Any, children: Sequence[Any]) -> Part:
        return self.tests(meta, [self.unary_test(meta, children[:2]), *children[2:]])

    def in_(self, meta: Any, children: Sequence[Part]) -> Part:
        value, test, place = children[0].node, children[1].node, _at(meta)

        def node(run: Run) -> Any:
            found, wanted = value(run), test(run)
            result = _passes(found, wanted)
            return run.null(place, f"cannot test {kind(found)}") if result is None else result

        return _made(place, node, *children)

    def and_(self, meta: Any, children: Sequence[Part]) -> Part:
        return self._logic(meta, children, False)

    def or_(self, meta: Any, children: Sequence[Part]) -> Part:
        return self._logic(meta, children, True)

    def _logic(self, meta: Any, children: Sequence[Part], decisive: bool) -> Part:
        """Three-valued: the decisive value decides whatever the other is; else null unless both are boolean."""
        left, right = children[0].node, children[1].node

        def node(run: Run) -> Any:
            a = left(run)
            if a is decisive:
                return decisive
            b = right(run)
            if b is decisive:
                return decisive
            return (not decisive) if isinstance(a, bool) and isinstance(b, bool) else None

        return _made(_at(meta), node, *children)

    def if_then_else(self, meta: Any, children: Sequence[Part]) -> Part:
        condition, yes, no = (part.node for part in children)
        return _made(_at(meta), lambda run: yes(run) if condition(run) is True else no(run), *children)

    # -- lists: for, some, every, filter, path (10.3.2.14, 10.3.2.5) ---------------------------------------------------

    def iteration(self, meta: Any, children: Sequence[Any]) -> Binding:
        return Binding(str(children[0]), children[1], children[2] if len(children) > 2 else None)

    def binding(self, meta: Any, children: Sequence[Any]) -> Binding:
        return Binding(str(children[0]), children[1])

    def for_return(self, meta: Any, children: Sequence[Any]) -> Part:
        *bindings, body = children
        place = _at(meta)

        def node(run: Run) -> Any:
            found: list[Any] = []

            def collect() -> bool:
                run.names["partial"] = found
                found.append(body.node(run))
                return True

            return found if _each(run, place, bindings, collect) else None

        return self._binding_part(place, node, bindings, body, own=("partial",))

    def some(self, meta: Any, children: Sequence[Any]) -> Part:
        return self._quantified(meta, children, True)

    def every(self, meta: Any, children: Sequence[Any]) -> Part:
        return self._quantified(meta, children, False)

    def _quantified(self, meta: Any, children: Sequence[Any], decisive: bool) -> Part:
        *bindings, body = children
        place = _at(meta)

        def node(run: Run) -> Any:
            results: set[Any] = set()

            def collect() -> bool:
                value = body.node(run)
                results.add(value if isinstance(value, bool) else None)
                return value is not decisive

            if not _each(run, place, bindings, collect):
                return None
            if decisive in results:
                return decisive
            return None if None in results else not decisive

        return self._binding_part(place, node, bindings, body)

    def _binding_part(
        self, place: Place, node: Node, bindings: Sequence[Binding], body: Part, own: tuple[str, ...] = ()
    ) -> Part:
        parts = [part for b in bindings for part in (b.items, b.until) if part is not None]
        made = _made(place, node, *parts, body)
        bound: set[str] = set()
        free: set[str] = set()
        for binding in bindings:
            for part in (binding.items, binding.until):
                free |= (part.names - bound) if part is not None else set()
            bound.add(binding.name)
        free |= body.names - bound - set(own)
        return replace(made, names=frozenset(free), row_names=made.row_names - bound - set(own))

    def filter(self, meta: Any, children: Sequence[Part]) -> Part:
        source, condition = children
        place = _at(meta)

        def node(run: Run) -> Any:
            found = source.node(run)
            if found is None:
                return run.null(place, "cannot filter null")
            items = found if isinstance(found, list) else [found]
            run.spend(len(items) + 1)
            outer = run.names
            if isinstance(index := _index(run, condition, items), int):
                return items[index] if -len(items) <= index < len(items) else None
            kept = []
            try:
                for item in items:
                    run.names = {**outer, **item, "item": item} if isinstance(item, dict) else {**outer, "item": item}
                    if isinstance(item, dict) and "item" in item:
                        run.names["item"] = item["item"]
                    if condition.node(run) is True:
                        kept.append(item)
            finally:
                run.names = outer
            return kept

        made = _made(place, node, source, condition)
        rows = (made.row_names | condition.names) - {"item"}
        return replace(made, names=source.names, row_names=rows)

    def path(self, meta: Any, children: Sequence[Any]) -> Part:
        source, name, place = children[0], str(children[1]), _at(meta)

        def node(run: Run) -> Any:
            found = source.node(run)
            if isinstance(found, dict):
                return found[name] if name in found else run.null(place, f"there is no `{name}`")
            if isinstance(found, list):
                return [item.get(name) if isinstance(item, dict) else None for item in found]
            return run.null(place, f"{kind(found)} has no `{name}`")

        return _made(place, node, source)

    # -- built-in functions (10.3.4) -----------------------------------------------------------------------------------

    def callee(self, meta: Any, children: Sequence[Token]) -> Named:
        return Named(str(children[0]), None, _at(meta))

    def named(self, meta: Any, children: Sequence[Any]) -> Named:
        return Named(str(children[0]), children[1], _at(meta))

    def call(self, meta: Any, children: Sequence[Any]) -> Part:
        callee, *arguments = children
        return self._call(callee, arguments, {})

    def call_named(self, meta: Any, children: Sequence[Any]) -> Part:
        callee, *arguments = children
        return self._call(callee, (), {argument.name: argument.part for argument in arguments})

    def _call(self, callee: Named, positional: Sequence[Part], named: dict[str, Part]) -> Part:
        name, place = callee.name, callee.place
        function = BUILTINS.get(name)
        nodes = [part.node for part in positional]
        keywords = {key: part.node for key, part in named.items()}

        def node(run: Run) -> Any:
            if function is None:
                return run.null(place, f"there is no function `{name}`")
            run.spend(1)
            arguments = [argument(run) for argument in nodes]
            run.spend(sum(len(value) for value in arguments if isinstance(value, list)))
            try:
                return function.call(arguments, {key: value(run) for key, value in keywords.items()})
            except BuiltinFailure as failure:
                return run.null(place, f"{name}: {failure}")

        return _made(place, node, *positional, *named.values())


@dataclass(frozen=True, slots=True)
class _Test:
    """A unary test such as `< 5`, waiting for its value."""

    operator: str
    bound: Any


@dataclass(frozen=True, slots=True)
class _AnyOf:
    """Several tests of which one must pass."""

    tests: list[Any]


def _passes(value: Any, test: Any) -> bool | None:
    if isinstance(test, _Test):
        return compare(test.operator, value, test.bound)
    if isinstance(test, Range):
        return within(value, test)
    if isinstance(test, _AnyOf) or (isinstance(test, list) and not isinstance(value, list)):
        results = [_passes(value, one) for one in (test.tests if isinstance(test, _AnyOf) else test)]
        return True if True in results else None if results and all(r is None for r in results) else False
    return compare("=", value, test)


def _arithmetic(
    run: Run, place: Place, sign: str, operation: Callable[[Decimal, Decimal], Decimal], a: Any, b: Any
) -> Any:
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        try:
            result = operation(a, b)
        except DecimalException:
            result = None
        # Python gives infinity for a power of zero below zero, and raises for everything else without a value.
        if result is None or not result.is_finite():
            reason = "division by zero" if sign == "/" and not b else f"{a} {sign} {b} has no value in decimal128"
            return run.null(place, reason)
        return result
    return run.null(place, f"cannot compute {kind(a)} {sign} {kind(b)}")


def _each(run: Run, place: Place, bindings: Sequence[Binding], visit: Callable[[], bool]) -> bool:
    """Visits every combination of the bindings until `visit` says stop; False if something is not a list."""
    outer = run.names

    def descend(level: int) -> bool | None:
        if level == len(bindings):
            run.spend(1)
            return visit()
        binding = bindings[level]
        items = _items(run, place, binding)
        if items is None:
            return None
        scope = run.names
        for item in items:
            run.names = {**scope, binding.name: item}
            going = descend(level + 1)
            if going is not True:
                return going
        run.names = scope
        return True

    try:
        return descend(0) is not None
    finally:
        run.names = outer


def _items(run: Run, place: Place, binding: Binding) -> Sequence[Any] | None:
    start = binding.items.node(run)
    if binding.until is None:
        if start is None:
            run.null(place, "cannot iterate over null")
            return None
        return start if isinstance(start, list) else [start]
    end = binding.until.node(run)
    if not isinstance(start, Decimal) or not isinstance(end, Decimal) or start % 1 or end % 1:
        run.null(place, "a range to iterate over goes from one whole number to another")
        return None
    if abs(end - start) >= MAX_ITEMS:
        run.null(place, f"a range to iterate over has at most {MAX_ITEMS} numbers")
        return None
    first, last = int(start), int(end)
    step = 1 if first <= last else -1
    return [Decimal(number) for number in range(first, last + step, step)]


def _index(run: Run, condition: Part, items: list[Any]) -> int | None:
    """The Python index if the filter is a number (1 is the first, -1 the last), else None.

    Whether it is one can only be told without an item when it reads no name that an item could give.
    """
    if any(isinstance(item, dict) and name in item for item in items[:1] for name in condition.names):
        return None
    if "item" in condition.names or any(name not in run.names for name in condition.names):
        return None
    value = condition.node(run)
    if not isinstance(value, Decimal) or value % 1:
        return None
    number = int(value)
    return number - 1 if number > 0 else number if number < 0 else len(items)


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "'": "'"}


def _unquoted(token: Token) -> str:
    text, found, index = str(token)[1:-1], [], 0
    while index < len(text):
        character = text[index]
        if character == "\\" and index + 1 < len(text):
            following = text[index + 1]
            digits = text[index + 2 : index + 6]
            if following == "u" and len(digits) == 4 and all(d in "0123456789abcdefABCDEF" for d in digits):
                found.append(chr(int(digits, 16)))
                index += 6
                continue
            found.append(_ESCAPES.get(following, character + following))
            index += 2
            continue
        found.append(character)
        index += 1
    return "".join(found)
