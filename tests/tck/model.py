"""A DMN model as FEEL: each boxed expression is read as the FEEL text that it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

Element = ElementTree.Element


class OutOfScope(Exception):
    """Something that is not FEEL: a decision table, a decision service, an import, Java."""


@dataclass(frozen=True)
class Decision:
    """What a decision or a business knowledge model needs and says, and the type of what it gives."""

    name: str
    text: str
    type: str
    needs: tuple[str, ...]


@dataclass
class Model:
    """A model's inputs and decisions by id; those that are not FEEL with the reason."""

    inputs: dict[str, tuple[str, str]] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    excluded: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


def read_model(path: Path) -> Model:
    root = ElementTree.parse(path).getroot()
    model, types = Model(), _types(root)
    model.names = {name for element in root.iter() if (name := element.get("name"))}
    for element in root:
        kind = _tag(element)
        key = element.get("id") or f"{kind} {element.get('name')}"
        if kind == "inputData":
            model.inputs[key] = (element.get("name", ""), _type_of(element, types))
        elif kind in ("decision", "businessKnowledgeModel"):
            model.ids[element.get("name", "")] = key
            try:
                model.decisions[key] = _decision(element, types)
            except OutOfScope as reason:
                model.excluded[key] = str(reason)
        elif kind in ("decisionService", "import"):
            model.ids[element.get("name", "")] = key
            model.excluded[key] = f"a {'decision service' if kind == 'decisionService' else 'model imported'}"
    return model


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(element: Element, tag: str) -> list[Element]:
    return [child for child in element if _tag(child) == tag]


def _child(element: Element, tag: str) -> Element:
    found = _children(element, tag)
    if not found:
        raise OutOfScope(f"a {_tag(element)} without {tag}")
    return found[0]


# -- types ------------------------------------------------------------------------------------------------------------


def _types(root: Element) -> dict[str, str]:
    """The FEEL text of each item definition."""
    definitions = {item.get("name", ""): item for item in _children(root, "itemDefinition")}
    found: dict[str, str] = {}

    def text(item: Element) -> str:
        if components := _children(item, "itemComponent"):
            made = "context<" + ", ".join(f"{c.get('name')}: {text(c)}" for c in components) + ">"
        elif functions := _children(item, "functionItem"):
            parameters = ", ".join(named(p.get("typeRef", "Any")) for p in _children(functions[0], "parameters"))
            made = f"function<{parameters}> -> {named(functions[0].get('outputTypeRef', 'Any'))}"
        else:
            made = named("".join(part.text or "" for part in _children(item, "typeRef")) or "Any")
        return f"list<{made}>" if item.get("isCollection") == "true" else made

    def named(name: str) -> str:
        name = name.rpartition(":")[2].strip()
        if name in definitions and name not in found:
            found[name] = "Any"
            found[name] = text(definitions[name])
        return found.get(name, name)

    for name in definitions:
        named(name)
    return found


def _type_of(element: Element, types: dict[str, str]) -> str:
    for variable in _children(element, "variable"):
        return _resolved(variable.get("typeRef"), types)
    return "Any"


def _resolved(name: str | None, types: dict[str, str]) -> str:
    plain = (name or "Any").rpartition(":")[2].strip()
    return types.get(plain, plain)


# -- expressions ------------------------------------------------------------------------------------------------------


def _decision(element: Element, types: dict[str, str]) -> Decision:
    needs = tuple(
        required.get("href", "").rpartition("#")[2]
        for requirement in element
        if _tag(requirement) in ("informationRequirement", "knowledgeRequirement")
        for required in requirement
    )
    name = element.get("name", "")
    if _tag(element) == "businessKnowledgeModel":
        text = _function(_child(element, "encapsulatedLogic"), types, _type_of(element, types))
        return Decision(name, f"{{{name}: {text}}}.{name}", "Any", needs)
    return Decision(name, _inner(element, types), _type_of(element, types), needs)


def _text(element: Element, types: dict[str, str]) -> str:
    """The FEEL text of a boxed expression, in which its own type is stated too."""
    kind = _tag(element)
    if kind not in _BOXED:
        raise OutOfScope("a decision table")
    return _typed(_BOXED[kind](element, types), _resolved(element.get("typeRef"), types))


def _typed(text: str, type_text: str) -> str:
    return text if type_text == "Any" else f"(function(typed: {type_text}) typed)({text})"


def _inner(element: Element, types: dict[str, str]) -> str:
    for child in element:
        if _tag(child) in _BOXED or _tag(child) == "decisionTable":
            return _text(child, types)
    raise OutOfScope("something without logic")


def _literal(element: Element, types: dict[str, str]) -> str:
    text = "".join(part.text or "" for part in _children(element, "text"))
    if re.search(r"\)\s*external\b", text):
        raise OutOfScope("Java")
    for name, written in types.items():
        text = re.sub(rf"(instance\s+of\s+|[:<]\s*){re.escape(name)}(?!\w)", lambda m, w=written: m[1] + w, text)
    return f"(\n{text}\n)"


def _context(element: Element, types: dict[str, str]) -> str:
    entries, result = [], None
    for entry in _children(element, "contextEntry"):
        text = _inner(entry, types)
        if variable := _children(entry, "variable"):
            entries.append(f"{variable[0].get('name')}: {_typed(text, _type_of(entry, types))}")
        else:
            result = text
    if result is None:
        return "{" + ", ".join(entries) + "}"
    return "{" + ", ".join([*entries, f"result of it: {result}"]) + "}.result of it"


def _function(element: Element, types: dict[str, str], result: str = "Any") -> str:
    if element.get("kind", "FEEL") != "FEEL":
        raise OutOfScope(element.get("kind", ""))
    parameters = [
        f"{parameter.get('name')}: {_resolved(parameter.get('typeRef'), types)}"
        for parameter in _children(element, "formalParameter")
    ]
    return f"(function({', '.join(parameters)}) {_typed(_inner(element, types), result)})"


def _invocation(element: Element, types: dict[str, str]) -> str:
    arguments = [
        f"{_child(binding, 'parameter').get('name')}: {_inner(binding, types)}"
        for binding in _children(element, "binding")
    ]
    return f"{_inner(element, types)}({', '.join(arguments)})"


def _list(element: Element, types: dict[str, str]) -> str:
    return "[" + ", ".join(_text(child, types) for child in element if _tag(child) in _BOXED) + "]"


def _relation(element: Element, types: dict[str, str]) -> str:
    columns = [column.get("name") for column in _children(element, "column")]
    rows = [
        "{" + ", ".join(f"{name}: {_text(cell, types)}" for name, cell in zip(columns, row, strict=True)) + "}"
        for row in _children(element, "row")
    ]
    return "[" + ", ".join(rows) + "]"


def _conditional(element: Element, types: dict[str, str]) -> str:
    parts = [_inner(_child(element, tag), types) for tag in ("if", "then", "else")]
    return f"(if {parts[0]} then {parts[1]} else {parts[2]})"


def _filter(element: Element, types: dict[str, str]) -> str:
    return f"{_inner(_child(element, 'in'), types)}[{_inner(_child(element, 'match'), types)}]"


def _iteration(element: Element, types: dict[str, str]) -> str:
    kind = _tag(element)
    word, tag = ("return", "return") if kind == "for" else ("satisfies", "satisfies")
    source = _inner(_child(element, "in"), types)
    variable = element.get("iteratorVariable")
    return f"({kind} {variable} in {source} {word} {_inner(_child(element, tag), types)})"


_BOXED = {
    "literalExpression": _literal,
    "context": _context,
    "functionDefinition": _function,
    "invocation": _invocation,
    "list": _list,
    "relation": _relation,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iteration,
    "some": _iteration,
    "every": _iteration,
}
