"""The guard of the record in the database: what each role may do, cell by cell, and what nobody may do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from adapters.postgres.roles import Role, as_role
from tests.servers import Server

GOLDEN = Path(__file__).with_name("privileges.golden")
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")
EVENT = "(%s, 1, 'Test.Happened', convert_to('{}', 'UTF8'))"
INSERT = f"INSERT INTO shezhire.events (originator_id, originator_version, topic, state) VALUES {EVENT}"


def privileges(url: str) -> str:
    """Each role's privileges on each table, view, sequence and function, one line a cell that is not empty."""
    lines = []
    with psycopg.connect(url) as connection:
        relations = connection.execute(
            "SELECT relname, relkind FROM pg_class WHERE relnamespace = 'shezhire'::regnamespace "
            "AND relkind IN ('r', 'v', 'S') ORDER BY relname"
        ).fetchall()
        for role in ("public", *Role):
            for name, kind in relations:
                granted = []
                for privilege in PRIVILEGES if kind != "S" else ("USAGE", "SELECT", "UPDATE"):
                    test = "has_sequence_privilege" if kind == "S" else "has_table_privilege"
                    row = connection.execute(
                        f"SELECT {test}(%s, 'shezhire.' || %s, %s)", (role, name, privilege)
                    ).fetchone()
                    if row == (True,):
                        granted.append(privilege)
                    elif kind != "S" and privilege in ("SELECT", "INSERT", "UPDATE", "REFERENCES"):
                        columns = connection.execute(
                            "SELECT attname FROM pg_attribute WHERE attrelid = ('shezhire.' || %s)::regclass "
                            "AND attnum > 0 AND has_column_privilege(%s, attrelid, attname, %s) ORDER BY attnum",
                            (name, role, privilege),
                        ).fetchall()
                        if columns:
                            granted.append(f"{privilege}({', '.join(column for (column,) in columns)})")
                if granted:
                    lines.append(f"{role} {name}: {', '.join(granted)}")
            functions = connection.execute(
                "SELECT proname FROM pg_proc WHERE pronamespace = 'shezhire'::regnamespace "
                "AND has_function_privilege(%s, oid, 'EXECUTE') ORDER BY proname",
                (role,),
            ).fetchall()
            if functions:
                lines.append(f"{role} may call: {', '.join(name for (name,) in functions)}")
    return "".join(f"{line}\n" for line in lines)


def test_each_role_has_the_privileges_written_down_and_no_other(stored: str) -> None:
    assert privileges(stored) == GOLDEN.read_text("utf-8")


def test_no_role_but_the_owner_owns_anything_and_none_can_log_in(stored: str) -> None:
    with psycopg.connect(stored) as connection:
        owners = connection.execute(
            "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'shezhire'::regnamespace"
        ).fetchall()
        assert owners == [("shezhire_owner",)]
        roles = connection.execute(
            "SELECT rolname, rolcanlogin, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = ANY (%s)", (list(Role),)
        ).fetchall()
        assert sorted(roles) == sorted((role.value, False, False, False) for role in Role)


@pytest.fixture(scope="module")
def stored(server: Server) -> Iterator[str]:
    """A database with one event; nothing that is tried here may change it."""
    url = server.migrated()
    with psycopg.connect(as_role(url, Role.WRITER)) as connection:
        connection.execute(INSERT, (uuid4(),))
    yield url
    server.drop(url)


CHANGES = {
    "update": "UPDATE shezhire.events SET topic = 'x'",
    "update of nothing": "UPDATE shezhire.events SET topic = 'x' WHERE false",
    "delete": "DELETE FROM shezhire.events",
    "truncate": "TRUNCATE shezhire.events",
    "merge": "MERGE INTO shezhire.events e USING (SELECT 1) AS s ON true WHEN MATCHED THEN DELETE",
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("role", Role)
def test_nobody_changes_an_event(stored: str, role: Role, change: str) -> None:
    with (
        psycopg.connect(as_role(stored, role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege) as refusal,
    ):
        connection.execute(CHANGES[change])
    if role is Role.OWNER:
        assert "events are immutable" in str(refusal.value)
    else:
        assert "permission denied" in str(refusal.value)
    with psycopg.connect(as_role(stored, Role.READER)) as connection:
        assert connection.execute("SELECT topic FROM shezhire.events").fetchall() == [("Test.Happened",)]


@pytest.mark.parametrize("change", CHANGES)
def test_the_triggers_fire_where_others_are_switched_off(server: Server, stored: str, change: str) -> None:
    with psycopg.connect(server.as_admin(stored)) as connection:
        is_superuser = connection.execute("SELECT current_setting('is_superuser')").fetchone() == ("on",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege) as refusal:
            connection.execute(f"SET session_replication_role = replica; {CHANGES[change]}")
        assert ("events are immutable" in str(refusal.value)) == is_superuser


PASTS = {
    "a position": "INSERT INTO shezhire.events (notification_id, originator_id, originator_version, topic, "
    "state) VALUES (1, %s, 1, 'x', '')",
    "a position that overrides": "INSERT INTO shezhire.events (notification_id, originator_id, "
    "originator_version, topic, state) OVERRIDING SYSTEM VALUE VALUES (0, %s, 1, 'x', '')",
    "a time": "INSERT INTO shezhire.events (originator_id, originator_version, topic, state, recorded_at) "
    "VALUES (%s, 1, 'x', '', '2001-01-01')",
    "the sequence": "SELECT setval('shezhire.events_notification_id_seq', 1), %s::uuid",
}


@pytest.mark.parametrize("past", PASTS)
def test_the_writer_gives_neither_position_nor_time(stored: str, past: str) -> None:
    with (
        psycopg.connect(as_role(stored, Role.WRITER)) as connection,
        pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.GeneratedAlways)),
    ):
        connection.execute(PASTS[past], (uuid4(),))


def test_the_owner_cannot_give_a_position_either(stored: str) -> None:
    with psycopg.connect(as_role(stored, Role.OWNER)) as connection, pytest.raises(psycopg.errors.GeneratedAlways):
        connection.execute(PASTS["a position"], (uuid4(),))


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.WRITER, Role.OWNER)])
def test_only_the_writer_appends(stored: str, role: Role) -> None:
    statements = (
        INSERT,
        "SELECT * FROM shezhire.append_events('{0}', ARRAY[%s::uuid], '{1}', '{x}', ARRAY[''::bytea])",
    )
    for statement in statements:
        with (
            psycopg.connect(as_role(stored, role)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement, (uuid4(),))


def test_the_writer_makes_nothing_and_cannot_take_another_role(stored: str) -> None:
    with psycopg.connect(as_role(stored, Role.WRITER), autocommit=True) as connection:
        for statement in (
            "CREATE TABLE shezhire.mine (a int)",
            "ALTER TABLE shezhire.events DISABLE TRIGGER ALL",
            "DROP TABLE shezhire.events",
            "DROP TRIGGER refuse_change ON shezhire.events",
            "CREATE OR REPLACE FUNCTION shezhire.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
            "INSERT INTO shezhire.facts VALUES (2022, 'x', 0, 'y', '1', gen_random_uuid(), 1)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
