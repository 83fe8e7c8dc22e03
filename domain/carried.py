"""How a revision reads facts that were stated under another: by the ids of its inputs, and of those they continue.

Nothing here computes, converts or invents a value: a fact is read under the id of the input that continues the one it
was stated for, and keeps its value and its event; or it is not read, and it is said why. A fact's unit is that of its
input in the revision under which it was stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from domain.revision import Column, Input, Revision
from domain.scoring import NODE_PREFIX, PENALTY_PREFIX, Fact, Facts, Misfit


def carried_over(revision: Revision, facts: Facts, stated_under: Revision) -> Facts:
    """The facts as a revision reads them: what an older input was given stands for the input that continues it.

    A subject that was stated under the newer id stands as it is, even where it was taken back. Facts that no input
    reads are kept. What was stated for an input of another kind or unit is no data: it stands among the misfits. A
    unit that one of the two revisions leaves open is not another unit.
    """
    if revision.sha256 == stated_under.sha256:
        return facts
    read = dict(facts.entries)
    misfits: dict[str, Misfit] = {}
    by_input: dict[str, list[Fact]] = {}
    for subject, fact in facts.entries.items():
        by_input.setdefault(subject.partition("/")[0], []).append(fact)
    for declared in revision.inputs.values():
        # An older input that the revision still has is read under its own id.
        older = [name for name in declared.continues if name not in revision.inputs]
        carried: dict[str, Fact] = {}
        unfit: list[Misfit] = []
        for name in (declared.id, *older):
            stated = by_input.get(name, [])
            source = stated_under.inputs.get(name)
            difference = _difference(source, declared) if source is not None else None
            given: list[Fact] = []
            for fact in stated:
                if difference is not None and fact.value is not None:
                    given.append(fact)
                    continue
                _, slash, item = fact.subject.partition("/")
                subject = f"{declared.id}{slash}{item}"
                carried.setdefault(subject, replace(fact, subject=subject))
            if given:
                reason = f"`{name}` was stated under {stated_under.id} {difference}"
                unfit.append(Misfit(declared.id, reason, tuple(sorted(given, key=lambda fact: fact.subject))))
        for fact in by_input.get(declared.id, ()):
            del read[fact.subject]
        read.update(carried)
        if unfit and all(fact.value is None for fact in carried.values()):
            misfits[declared.id] = unfit[0]
    return Facts(facts.group, read, facts.layer, misfits)


def _difference(stated: Input | Column, asked: Input | Column) -> str | None:
    """How what was stated differs in kind or unit from what is asked for, in words; None if it does not."""
    if stated.kind != asked.kind:
        return f"as a {stated.kind}, and is asked for as a {asked.kind}"
    if stated.unit != asked.unit and stated.unit is not None and asked.unit is not None:
        return f"in {stated.unit}, and is asked for in {asked.unit}"
    if isinstance(stated, Input) and isinstance(asked, Input):
        columns = {column.id: column for column in asked.columns}
        for column in stated.columns:
            difference = _difference(column, columns[column.id]) if column.id in columns else None
            if difference is not None:
                return f"with its column `{column.id}` {difference}"
    return None


def unread(revision: Revision, group: str, entries: Mapping[str, Fact]) -> dict[str, int]:
    """What was stated and has no place in a revision: inputs, nodes (`node:id`) and penalties (`penalty:id`), each with
    the number of its facts."""
    known = set(revision.inputs)
    known |= {older for declared in revision.inputs.values() for older in declared.continues}
    known |= {NODE_PREFIX + node.id for node in revision.tree(group).walk()}
    known |= {PENALTY_PREFIX + penalty for penalty in revision.penalties}
    found: dict[str, int] = {}
    for subject, fact in entries.items():
        name = subject.partition("/")[0]
        if fact.value is not None and name not in known:
            found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items()))
