"""Stored revisions are read once, and a changed document is never taken for the one it was."""

from collections.abc import Mapping
from typing import Any

from domain.revision import content_address
from projections.answers import revision_named
from projections.history import Key, TableSpec, Values
from tests.story import rules


class Stored:
    """A table of revisions with one row, whose address may be a lie."""

    def __init__(self, sha256: str, document: dict[str, Any]) -> None:
        self._row = (sha256, document, None, None, None)

    def rows(self, spec: TableSpec, match: Mapping[str, Any], position: int) -> dict[Key, Values]:
        assert spec.name == "revisions"
        return {("small", "small-1"): self._row}


def test_a_document_changed_behind_its_address_is_read_as_it_stands() -> None:
    document = rules()
    address = content_address(document)
    true = revision_named(Stored(address, document), "small-1", 1)
    assert revision_named(Stored(address, rules()), "small-1", 1) is true
    changed = rules(grades=[{**document["grades"][0], "at_least": "89"}, document["grades"][1]])
    tampered = revision_named(Stored(address, changed), "small-1", 1)
    assert str(tampered.grades[0].at_least) == "89"
    assert tampered.sha256 == content_address(changed) != true.sha256 == address
