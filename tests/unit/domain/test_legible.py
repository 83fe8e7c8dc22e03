"""Text at the door: control characters and lone surrogates are refused, everything else is kept as it was written."""

from dataclasses import replace
from typing import Any
from unicodedata import category, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.eventstore.mapper import event_of, state_of
from api.application import Statement
from domain import bodies, casefile, commission, methodology, people
from domain.commands import Command, Said
from domain.cycle import Stage
from domain.errors import InvalidInput
from domain.legible import illegible
from domain.registry import COMMANDS
from tests.story import BODY, NAMES, SESSION, YEAR, Story, rules, stated

NUL, HALF, BELL, NEXT_LINE = "a\x00b", "a\ud800b", "a\x07b", "a\x85b"
CASE = {"cycle": YEAR, "body": BODY}


@pytest.mark.parametrize("bad", [NUL, HALF, BELL, NEXT_LINE, "\r\n", "\x7f"])
@pytest.mark.parametrize(
    ("command", "fields", "place"),
    [
        (bodies.EstablishBody, {"body": "x", "group": "central", "names": {**NAMES, "ru": "?"}}, "names.ru"),
        (people.RegisterPerson, {"person": "x", "name": "?"}, "name"),
        (people.RegisterPerson, {"person": "?", "name": "x"}, "person"),
        (casefile.SubmitData, {**CASE, "values": [{"subject": "quality", "value": "?"}]}, "values[0].value"),
        (casefile.SubmitData, {**CASE, "values": [{"subject": "plans/?", "value": None}]}, "values[0].subject"),
        (casefile.SubmitData, {**CASE, "values": [{"subject": "p/a", "value": {"b": ["?"]}}]}, "values[0].value.b[0]"),
        (casefile.SubmitData, {**CASE, "values": [{"subject": "p/a", "value": {"?": "1"}}]}, "values[0].value"),
        (casefile.SubmitData, {**CASE, "values": [{"subject": "q", "value": "1"}], "source": "?"}, "source"),
        (casefile.WithdrawSubmission, {**CASE, "subjects": ["quality", "?"]}, "subjects[1]"),
        (commission.RecordDissent, {"session": SESSION, "item": 1, "member": "m", "text": "?"}, "text"),
        (methodology.DraftRevision, {"document": rules(notes="?")}, "document.notes"),
        (methodology.DraftRevision, {"document": rules(rounding={"?": 1})}, "document.rounding"),
        (methodology.DraftRevision, {"document": rules(), "?": 1}, ""),
    ],
)
def test_illegible_text_is_refused_and_its_field_is_named(
    command: type[Command], fields: dict[str, Any], place: str, bad: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        command.read(_with(fields, bad))
    assert {problem.place for problem in refusal.value.problems} == {place}
    assert f"U+{ord(next(one for one in bad if illegible_character(one))):04X}" in refusal.value.message
    refusal.value.message.encode()


def illegible_character(character: str) -> bool:
    return category(character) in ("Cc", "Cs") and character not in "\n\t"


def _with(said: Any, bad: str) -> Any:
    """The same data with every question mark replaced."""
    if isinstance(said, dict):
        return {_with(name, bad): _with(value, bad) for name, value in said.items()}
    if isinstance(said, list):
        return [_with(value, bad) for value in said]
    return said.replace("?", bad) if isinstance(said, str) else said


@given(st.characters(exclude_categories=()))
def test_only_control_characters_and_surrogates_are_illegible(character: str) -> None:
    assert bool(list(illegible([character]))) == illegible_character(character)


def test_every_illegible_text_is_named_in_its_order() -> None:
    with pytest.raises(InvalidInput) as refusal:
        bodies.EstablishBody.read({"body": "x", "group": "central", "names": {"kk": NUL, "ru": "Р", "en": HALF}})
    assert [problem.place for problem in refusal.value.problems] == ["names.kk", "names.en"]


def test_values_that_were_put_together_before_are_looked_into() -> None:
    with pytest.raises(InvalidInput, match=r"values\[0\]\.value: contains U\+0000 at character 2"):
        casefile.SubmitData.read({**CASE, "values": (stated("remark", NUL),)})


def test_every_command_and_what_is_said_beside_it_takes_legible_text_only() -> None:
    for command in (*COMMANDS.values(), Said):
        with pytest.raises(InvalidInput, match="contains U"):
            command.read({"session": NUL})


@pytest.mark.parametrize("field", ["person", "role", "body", "reason", "legal_basis"])
def test_what_is_said_beside_a_command_is_legible_too(field: str) -> None:
    story = Story().with_cycle().open(Stage.SUBMISSION)
    submit = casefile.SubmitData(**CASE, values=(stated("quality", "80"),))
    before = len(story.events())
    with pytest.raises(InvalidInput) as refusal:
        story.record.execute(submit, replace(story.officer, **{field: NUL}))
    assert [problem.place for problem in refusal.value.problems] == [field]
    assert len(story.events()) == before


def test_a_role_that_is_no_code_is_no_attempt() -> None:
    story = Story().with_cycle()
    with pytest.raises(InvalidInput) as refusal:
        story.record.execute(people.RegisterPerson(person="x", name="x"), Statement("officer", "Minister of Health"))
    assert refusal.value.problems[0].place == "role"


def test_the_first_registrar_has_a_legible_name() -> None:
    record = Story().record
    with pytest.raises(InvalidInput, match="name"):
        record.bootstrap("registrar", NUL)


def test_text_is_kept_as_it_was_written() -> None:
    story = Story().with_cycle().open(Stage.SUBMISSION)
    decomposed = normalize("NFD", "Йод\n\tё")
    assert decomposed != normalize("NFC", decomposed)
    command = casefile.SubmitData(**CASE, values=(stated("remark", decomposed),))
    (submitted,) = story.then(command, replace(story.officer, reason=decomposed), "DataSubmitted")
    stored = event_of(submitted.originator_id, 1, submitted.type_name(), state_of(submitted))
    assert (stored.values[0].value, stored.envelope.reason) == (decomposed, decomposed)
