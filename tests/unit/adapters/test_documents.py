"""Reading documents of rules from files, and refusing what could be read in two ways."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.documents import MAX_BYTES, read_document
from domain.catalogue import document
from domain.errors import InvalidInput
from domain.revision import content_address
from tests.revisions import clean


def test_yaml_and_json_of_one_document_have_one_address(tmp_path: Path) -> None:
    found = document("annual-2015")
    as_json, as_yaml = tmp_path / "rules.json", tmp_path / "rules.YML"
    as_json.write_text(json.dumps(found, ensure_ascii=False), "utf-8")
    as_yaml.write_text(json.dumps(found), "utf-8")
    assert content_address(read_document(as_json)) == content_address(read_document(as_yaml)) == content_address(found)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("rules.txt", "id: x", "expected .yaml or .json, found .txt"),
        ("rules", "id: x", "found no ending"),
        ("rules.yaml", "id: x\nid: y", "line 2: `id` is given twice"),
        ("rules.yaml", "a:\n  b: {c: 1, c: 2}", "line 2: `c` is given twice"),
        ("rules.yaml", "a: &x {b: 1}\nc: *x", "line 2: aliases are not allowed"),
        ("rules.yaml", "a: [", "line 1"),
        ("rules.yaml", "a: !!python/object:os.system {}", "could not determine a constructor"),
        ("rules.yaml", "- a", "does not hold fields"),
        ("rules.yaml", "", "does not hold fields"),
        ("rules.yaml", "[" * 5_000, "nested too deeply"),
        ("rules.json", '{"a": 1, "a": 2}', "`a` is given twice"),
        ("rules.json", '{"a": ', "line 1 column 7"),
        ("rules.json", "[]", "does not hold fields"),
        ("rules.json", "[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_not_one_document_is_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    file = tmp_path / name
    file.write_text(text, "utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_document(file)
    (problem,) = refused.value.problems
    assert problem.place == name
    assert said in problem.message


def test_files_that_cannot_be_read_are_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("id: Әділет".encode("utf-16"))
    (tmp_path / "large.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    (tmp_path / "folder.yaml").mkdir()
    for name, said in (
        ("nowhere.yaml", "No such file"),
        ("folder.yaml", "Is a directory"),
        ("latin.yaml", "is not UTF-8 at byte 0"),
        ("large.yaml", "larger than"),
    ):
        with pytest.raises(InvalidInput, match=said):
            read_document(tmp_path / name)


def test_a_file_read_is_the_document_written(tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(clean()), "utf-8")
    assert read_document(file) == clean()
