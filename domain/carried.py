"""How a revision reads facts that were stated under another: by the ids of its inputs, and of those they continue.

Nothing here computes or invents a value: a fact is read under the id of the input that continues the one it was stated
for, and keeps its value and its event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from domain.revision import Revision
from domain.scoring import NODE_PREFIX, PENALTY_PREFIX, Fact


def carried_over(revision: Revision, entries: Mapping[str, Fact]) -> dict[str, Fact]:
    """The facts as a revision reads them: what an older input was given stands for the input that continues it.

    A subject that was stated under the newer id stands as it is, even where it was taken back. Facts that no input
    reads are kept.
    """
    read = dict(entries)
    by_input: dict[str, list[Fact]] = {}
    for subject, fact in entries.items():
        by_input.setdefault(subject.partition("/")[0], []).append(fact)
    for declared in revision.inputs.values():
        for older in declared.continues:
            # An older input that the revision still has is read under its own id.
            for fact in by_input.get(older, ()) if older not in revision.inputs else ():
                _, slash, item = fact.subject.partition("/")
                subject = f"{declared.id}{slash}{item}"
                read.setdefault(subject, replace(fact, subject=subject))
    return read


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
