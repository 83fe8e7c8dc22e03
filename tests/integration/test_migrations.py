"""Migrations: from nothing, again, at once, and by a login that is no superuser."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from adapters.postgres.migrate import migrate
from adapters.postgres.roles import Role, as_role
from tests.servers import Server, ordinary_server, with_login

ALL = ["0001", "0002"]


def test_an_empty_database_is_brought_up_to_date_and_then_left_alone(empty_database: str) -> None:
    assert migrate(empty_database)[:2] == ALL
    assert migrate(empty_database) == []


def test_of_several_processes_that_migrate_at_once_one_does_it(empty_database: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(migrate, [empty_database] * 4))
    assert sorted(map(len, applied))[:3] == [0, 0, 0]
    assert max(applied, key=len)[:2] == ALL


def test_two_databases_of_one_server_share_the_roles(server: Server, database: str) -> None:
    second = server.create()
    try:
        assert migrate(second)[:2] == ALL
    finally:
        server.drop(second)


@pytest.mark.parametrize("role", Role)
def test_the_login_takes_every_role(database: str, role: Role) -> None:
    with psycopg.connect(as_role(database, role)) as connection:
        assert connection.execute("SELECT current_user, current_setting('transaction_isolation')").fetchone() == (
            role.value,
            "read committed",
        )


def test_parameters_of_the_address_reach_the_server() -> None:
    url = "postgresql://u:p%40@h:1/d?sslmode=require&options=-c%20work_mem%3D8MB&connect_timeout=3"
    parts = psycopg.conninfo.conninfo_to_dict(as_role(url, Role.WRITER))
    assert (parts["sslmode"], parts["password"], parts["connect_timeout"]) == ("require", "p@", "3")
    assert str(parts["options"]).startswith("-c work_mem=8MB -c role=shezhire_writer")


def test_logins_with_fewer_rights() -> None:
    """A login without CREATEROLE is refused with a reason, and does well once an administrator granted the roles."""
    with ordinary_server() as running:
        plain = with_login(running, "plain", "NOCREATEROLE NOINHERIT")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            migrate(plain.login)
        assert plain.admin is not None
        with psycopg.connect(plain.admin, autocommit=True) as admin:
            for role in Role:
                admin.execute(f"CREATE ROLE {role}")
                admin.execute(f"GRANT {role} TO plain")
        assert migrate(plain.login)[:2] == ALL
        assert migrate(plain.login) == []
        with psycopg.connect(as_role(plain.login, Role.READER)) as connection:
            assert connection.execute("SELECT count(*) FROM shezhire.event_log").fetchone() == (0,)
