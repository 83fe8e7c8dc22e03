"""Bodies, people and methodologies: the registers that everything else stands on."""

from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from api.application import Statement
from domain import bodies, methodology, people
from domain.errors import InvalidInput
from tests.story import BODY, NAMES, OTHER, START, Story, rules

DAY = date(2018, 6, 19)


def establish(code: str, **fields: Any) -> bodies.EstablishBody:
    return bodies.EstablishBody.read({"body": code, "group": "central", "names": NAMES, **fields})


def test_a_body_is_established_renamed_reorganised_and_abolished() -> None:
    story = Story().with_register()
    names = {"kk": "Жаңа", "ru": "Новый", "en": "New"}
    story.then(bodies.RenameBody.read({"body": BODY, "names": names, "since": DAY}), story.registrar, "BodyRenamed")
    split = bodies.ReorganiseBody(body=BODY, kind="split", successors=(OTHER,), since=DAY)
    story.then(split, story.registrar, "BodyReorganised")
    abolish = bodies.AbolishBody(body=BODY, since=DAY)
    story.refused(abolish, Statement("registrar", "registrar"), "reason-required")
    story.then(abolish, story.registrar, "BodyAbolished")
    for command in (abolish, split, bodies.RenameBody.read({"body": BODY, "names": names, "since": DAY})):
        story.refused(command, story.registrar, "body-active")
    body = story.record.aggregate(bodies.StateBody, BODY)
    assert (body.names.en, body.successors, body.abolished) == ("New", [OTHER], DAY)


def test_a_body_is_entered_once_and_its_kin_must_be_known() -> None:
    story = Story().with_register()
    story.refused(establish(BODY), story.registrar, "body-once")
    story.refused(establish("new", predecessors=("nobody",)), story.registrar, "body-known")
    story.then(establish("new", predecessors=(BODY,)), story.registrar, "BodyEstablished")
    unknown = bodies.ReorganiseBody(body=BODY, kind="merged", successors=("nobody",), since=DAY)
    story.refused(unknown, story.registrar, "body-known")
    story.refused(bodies.AbolishBody(body="nobody", since=DAY), story.registrar, "body-known")


def test_codes_are_codes() -> None:
    for code in ("", "Ministry", "a b", "a--b", "x" * 65):
        with pytest.raises(InvalidInput, match="body"):
            establish(code)


def test_the_first_registrar_is_appointed_once() -> None:
    story = Story()
    with pytest.raises(Exception, match="has begun"):
        story.record.bootstrap("second", "Second")


def test_people_are_registered_once_and_appointed_by_the_registrar() -> None:
    story = Story()
    officer = story.someone("officer", "body-officer", BODY)
    register = people.RegisterPerson(person="officer", name="again")
    story.refused(register, story.registrar, "person-once")
    story.refused(people.RegisterPerson(person="x", name="x"), officer, "no-right")
    again = people.MakeAppointment(
        person="officer", appointment=people.Appointment(appointment="officer-1", role="expert", body="b", since=START)
    )
    story.refused(again, story.registrar, "appointment-once")
    ghost = people.MakeAppointment(
        person="ghost", appointment=people.Appointment(appointment="g-1", role="expert", body="b", since=START)
    )
    story.refused(ghost, story.registrar, "person-known")


def test_nobody_appoints_themselves() -> None:
    story = Story()
    appointment = people.Appointment(appointment="more", role="administration", body="b", since=START)
    own = people.MakeAppointment(person="registrar", appointment=appointment)
    story.refused(own, story.registrar, "nobody-appoints-themselves")


def test_a_revoked_appointment_gives_no_right_even_to_acts_dated_back() -> None:
    story = Story().with_register()
    second = story.someone("second", "registrar", "shezhire")
    before = story.now
    story.now += timedelta(days=10)
    revoke = people.RevokeAppointment(person="second", appointment="second-1", until=before + timedelta(days=5))
    story.refused(revoke, Statement("registrar", "registrar"), "reason-required")
    story.then(revoke, story.registrar, "AppointmentRevoked")
    story.refused(revoke, story.registrar, "appointment-open")
    back_dated = Statement("second", "registrar", reason="x", effective_at=before)
    story.refused(establish("new"), back_dated, "no-appointment")
    story.refused(establish("new"), second, "no-appointment")
    missing = people.RevokeAppointment(person="second", appointment="none", until=before)
    story.refused(missing, story.registrar, "appointment-known")


def test_an_appointment_for_one_body_is_not_one_for_another() -> None:
    story = Story().with_register()
    story.someone("officer", "body-officer", BODY)
    declare = people.DeclareConflict(person="officer", body=BODY, interest="x")
    story.refused(declare, Statement("officer", "body-officer", OTHER), "no-appointment")
    story.then(declare, Statement("officer", "body-officer", BODY), "ConflictDeclared")


def test_interests_are_declared_by_oneself_or_the_registrar() -> None:
    story = Story()
    officer = story.someone("officer", "body-officer", BODY)
    other = story.someone("other", "body-officer", BODY)
    declare = people.DeclareConflict(person="other", body=BODY, interest="x")
    story.refused(declare, officer, "no-right")
    story.then(declare, other, "ConflictDeclared")
    story.then(declare, story.registrar, "ConflictDeclared")
    ghost = people.DeclareConflict(person="ghost", body=BODY, interest="x")
    story.refused(ghost, story.registrar, "person-known")


def test_a_revision_is_drafted_audited_approved_and_repealed() -> None:
    story = Story().with_register().with_rules()
    key = {"methodology": "small", "revision": "small-1"}
    audit = methodology.RecordMethodologicalAudit(**key, finding="fine")
    external = story.someone("external", "external-expert", "university")
    story.then(audit, external, "MethodologicalAuditRecorded")
    day = START.date()
    approve = methodology.ApproveRevision(**key, legal_act="Order 1", in_force_from=day)
    story.refused(approve, story.admin, "approved-once")
    repeal = methodology.RepealRevision(**key, legal_act="Order 2", repealed_from=day)
    story.refused(repeal, Statement("admin", "administration"), "reason-required")
    story.then(repeal, story.admin, "RevisionRepealed")
    story.refused(repeal, story.admin, "repealed-once")
    story.refused(methodology.DraftRevision(document=rules()), story.centre, "approved-is-final")


def test_unknown_revisions_are_not_acted_on() -> None:
    story = Story().with_register().with_rules()
    key = {"methodology": "small", "revision": "small-9"}
    story.refused(methodology.RecordMethodologicalAudit(**key, finding="x"), story.centre, "revision-known")
    unknown = methodology.ApproveRevision(**key, legal_act="x", in_force_from=START.date())
    story.refused(unknown, story.admin, "revision-known")
    repeal = methodology.RepealRevision(**key, legal_act="x", repealed_from=START.date())
    story.refused(repeal, story.admin, "repeal-approved")


def test_who_drafted_does_not_approve() -> None:
    story = Story().with_register()
    centre = story.someone("centre", "assessment-centre", "centre")
    story.when(methodology.DraftRevision(document=rules()), centre)
    appointment = people.Appointment(
        appointment="centre-2", role="administration", body="a", since=datetime(2020, 1, 1, tzinfo=UTC)
    )
    story.when(people.MakeAppointment(person="centre", appointment=appointment), story.registrar)
    approve = methodology.ApproveRevision(
        methodology="small", revision="small-1", legal_act="x", in_force_from=START.date()
    )
    story.refused(approve, Statement("centre", "administration"), "drafter-does-not-approve")


def test_a_document_that_is_no_revision_is_refused_with_every_place() -> None:
    story = Story().with_register()
    centre = story.someone("centre", "assessment-centre", "centre")
    broken = rules(rounding={"total": {"places": 99, "mode": "sideways"}}, speed=1)
    refusal = story.refused(methodology.DraftRevision(document=broken), centre, "invalid-revision")
    assert isinstance(refusal, InvalidInput)
    assert {p.place for p in refusal.problems} == {"speed", "rounding.total.places", "rounding.total.mode"}


def signing_key(seed: bytes = b"0") -> people.SigningKey:
    der = sha256(seed).digest() * 2
    return people.SigningKey(key=sha256(der).hexdigest(), algorithm="Ed25519", public_key=b64encode(der).decode())


def test_signing_keys_are_registered_by_the_registrar_and_revoked_by_either() -> None:
    story = Story()
    officer = story.someone("officer", "body-officer", BODY)
    key, second = signing_key(), signing_key(b"1")
    register = people.RegisterSigningKey(person="officer", signing_key=key)
    story.refused(register, officer, "no-right")
    own = people.RegisterSigningKey(person="registrar", signing_key=key)
    story.refused(own, story.registrar, "nobody-registers-their-own-key")
    ghost = people.RegisterSigningKey(person="ghost", signing_key=key)
    story.refused(ghost, story.registrar, "person-known")
    story.then(register, story.registrar, "SigningKeyRegistered")
    story.refused(register, story.registrar, "key-once")
    revoke = people.RevokeSigningKey(person="officer", key=key.key, since=START)
    story.refused(revoke, Statement("officer", "body-officer"), "reason-required")
    story.then(revoke, officer, "SigningKeyRevoked")
    story.refused(revoke, story.registrar, "key-valid")
    unknown = people.RevokeSigningKey(person="officer", key=second.key, since=START)
    story.refused(unknown, story.registrar, "key-known")


def test_a_key_is_named_by_its_bytes() -> None:
    good = signing_key()
    for wrong in ({"key": "0" * 64}, {"public_key": "%%%"}):
        fields = {"person": "officer", "signing_key": {**good.model_dump(), **wrong}}
        with pytest.raises(InvalidInput, match="signing_key"):
            people.RegisterSigningKey.read(fields)


def test_appointments_are_to_known_roles() -> None:
    fields = {"appointment": "x-1", "role": "emperor", "body": "b", "since": "2023-01-01T00:00:00Z"}
    with pytest.raises(InvalidInput, match=r"appointment\.role"):
        people.MakeAppointment.read({"person": "x", "appointment": fields})


def test_changes_are_proposed_and_answered_by_somebody_else() -> None:
    story = Story().with_register().with_rules()
    officer = story.someone("officer", "body-officer", BODY)
    external = story.someone("external", "external-expert", "university")
    key = {"methodology": "small", "revision": "small-1"}
    whole = methodology.ProposeChange(**key, text="count complaints too")
    story.refused(whole, story.admin, "no-right")
    for by in (officer, external, story.centre):
        story.then(whole, by, "ChangeProposed")
    nodes = methodology.ProposeChange(**key, nodes=("services", "nowhere"), text="weigh it less")
    refusal = story.refused(nodes, officer, "nodes-of-revision")
    assert isinstance(refusal, InvalidInput)
    assert [problem.place for problem in refusal.problems] == ["nodes[1]"]
    unknown = methodology.ProposeChange(methodology="small", revision="small-9", text="x")
    story.refused(unknown, officer, "revision-known")

    def answer(number: int, accepted: bool) -> methodology.AnswerProposal:
        return methodology.AnswerProposal(methodology="small", proposal=number, accepted=accepted)

    story.refused(answer(1, True), Statement("admin", "administration"), "reason-required")
    story.then(answer(1, True), story.admin, "ProposalAccepted")
    story.then(answer(2, False), story.admin, "ProposalRejected")
    story.refused(answer(2, True), story.admin, "answered-once")
    story.refused(answer(9, True), story.admin, "proposal-known")


def test_who_drafted_does_not_audit() -> None:
    story = Story().with_register().with_rules()
    audit = methodology.RecordMethodologicalAudit(methodology="small", revision="small-1", finding="fine")
    story.refused(audit, story.centre, "drafter-does-not-audit")
