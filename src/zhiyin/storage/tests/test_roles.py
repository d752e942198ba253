"""The roles: what each may do, what `init` asks for, and what it refuses before any change."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from zhiyin.storage import embedded, roles
from zhiyin.storage.roles import (
    AddressInvalid,
    DatabaseTaken,
    MissingRight,
    Passwords,
    RoleTooStrong,
    ServerUnreachable,
)

SHOP = "shop"
COPY = "shop_copy"
STRANGERS = ("clerk", "stranger")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    state = tmp_path_factory.mktemp("roles") / "state"
    embedded.ensure(state)
    found = embedded.status(state)
    assert found is not None
    yield found.admin_url
    embedded.remove(state)


@pytest.fixture
def admin_url(server: str) -> str:
    """The administrator of a server that has none of our databases and roles."""
    with psycopg.connect(server, autocommit=True) as admin:
        for database in (roles.DATABASE, COPY, SHOP):
            admin.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        for role in (*roles.ROLES, *STRANGERS):
            admin.execute(f"DROP ROLE IF EXISTS {role}")
    return server


def execute(address: str, *statements: str) -> None:
    with psycopg.connect(address, autocommit=True) as session:
        for statement in statements:
            session.execute(statement)


def address_as(admin_url: str, role: str, database: str = "postgres") -> str:
    return make_conninfo(admin_url, user=role, dbname=database)


def inventory(admin_url: str) -> list[tuple[object, ...]]:
    """Every role and database of the server, with their rights and settings."""
    with psycopg.connect(admin_url) as admin:
        return [
            *admin.execute("SELECT * FROM pg_roles ORDER BY rolname"),
            *admin.execute("SELECT roleid, member FROM pg_auth_members ORDER BY 1, 2"),
            *admin.execute("SELECT datname, datdba, datacl FROM pg_database ORDER BY 1"),
        ]


def test_the_web_role_works_with_rows_and_rules_nothing(admin_url: str) -> None:
    at = roles.init(admin_url=admin_url, database=SHOP, passwords=Passwords.NONE)
    execute(at.owner, "CREATE TABLE hats (id serial PRIMARY KEY, name text)")
    for address in (at.web, at.system):
        execute(
            address,
            "INSERT INTO hats (name) VALUES ('red')",
            "UPDATE hats SET name = 'blue'",
            "SELECT * FROM hats",
            "DELETE FROM hats",
        )
        for forbidden in (
            "CREATE TABLE mine (id int)",
            "CREATE TEMPORARY TABLE mine (id int)",
            "CREATE SCHEMA mine",
            "ALTER TABLE hats DISABLE ROW LEVEL SECURITY",
            "TRUNCATE hats",
            "DROP TABLE hats",
            "SET ROLE app_owner",
            "CREATE ROLE mine",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                execute(address, forbidden)


def test_the_roles_have_no_power_over_the_server_and_bounded_patience(admin_url: str) -> None:
    at = roles.init(admin_url=admin_url, database=SHOP, passwords=Passwords.NONE)
    with psycopg.connect(admin_url) as admin:
        powers = list(
            admin.execute(
                "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,"
                " rolreplication FROM pg_roles WHERE rolname LIKE 'app_%' ORDER BY rolname"
            )
        )
    assert powers == [(role, *[False] * 5) for role in sorted(roles.ROLES)]
    with psycopg.connect(at.web) as web:
        row = web.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),"
            " current_setting('idle_in_transaction_session_timeout'),"
            " current_setting('server_encoding'), current_setting('is_superuser')"
        ).fetchone()
    assert row == ("5s", "2s", "10s", "UTF8", "off")
    with psycopg.connect(at.owner) as owner:
        row = owner.execute(
            "SELECT pg_get_userbyid(datdba), pg_get_userbyid(nspowner)"
            " FROM pg_database, pg_namespace"
            " WHERE datname = current_database() AND nspname = 'public'"
        ).fetchone()
    assert row == (roles.OWNER, roles.OWNER)


def test_a_stranger_cannot_enter_the_database_nor_its_copy(admin_url: str) -> None:
    roles.init(admin_url=admin_url, database=SHOP, passwords=Passwords.NONE)
    roles.create_from_template(admin_url=admin_url, database=COPY, template=SHOP)
    execute(admin_url, "CREATE ROLE stranger LOGIN")
    for database in (SHOP, COPY):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(address_as(admin_url, "stranger", database))


def test_a_copy_has_the_tables_and_the_rights_of_the_original(admin_url: str) -> None:
    original = roles.init(admin_url=admin_url, database=SHOP, passwords=Passwords.NONE)
    execute(
        original.owner,
        "CREATE TABLE hats (id int)",
        "CREATE TABLE shoes (id int)",
        "REVOKE UPDATE ON shoes FROM app_web",
    )
    at = roles.create_from_template(admin_url=admin_url, database=COPY, template=SHOP)
    execute(at.web, "INSERT INTO hats VALUES (1)")
    execute(at.owner, "CREATE TABLE gloves (id int)")
    execute(at.web, "INSERT INTO gloves VALUES (1)")
    for forbidden in ("UPDATE shoes SET id = 1", "CREATE TABLE mine (id int)"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            execute(at.web, forbidden)
    roles.drop(admin_url=admin_url, database=COPY)
    roles.drop(admin_url=admin_url, database=COPY)
    with psycopg.connect(original.web) as web:
        assert web.execute("SELECT count(*) FROM hats").fetchone() == (0,)


def test_a_second_init_changes_nothing(admin_url: str) -> None:
    assert not roles.is_ready(admin_url=admin_url, database=SHOP)
    first = roles.init(admin_url=admin_url, database=SHOP, passwords=Passwords.NONE)
    assert roles.is_ready(admin_url=admin_url, database=SHOP)
    before = inventory(admin_url)
    assert roles.init(admin_url=admin_url, database=SHOP, passwords=Passwords.NONE) == first
    assert inventory(admin_url) == before


@pytest.mark.parametrize(
    ("rights", "missing"),
    [("", "CREATEROLE, CREATEDB"), ("CREATEDB", "CREATEROLE"), ("CREATEROLE", "CREATEDB")],
)
def test_a_missing_right_is_named_and_nothing_is_made(
    admin_url: str, rights: str, missing: str
) -> None:
    execute(admin_url, f"CREATE ROLE clerk LOGIN {rights}")
    before = inventory(admin_url)
    with pytest.raises(MissingRight) as refusal:
        roles.init(admin_url=address_as(admin_url, "clerk"), database=SHOP)
    assert refusal.value.details["missing"] == missing
    assert inventory(admin_url) == before
    execute(admin_url, str(refusal.value.details["mend"]))
    roles.init(admin_url=address_as(admin_url, "clerk"), database=SHOP)


def test_roles_that_another_administrator_made_need_her_option(admin_url: str) -> None:
    roles.init(admin_url=admin_url, database=SHOP, passwords=Passwords.NONE)
    execute(admin_url, "CREATE ROLE clerk LOGIN CREATEROLE CREATEDB")
    clerk = address_as(admin_url, "clerk")
    before = inventory(admin_url)
    with pytest.raises(MissingRight, match="ADMIN OPTION on app_owner") as refusal:
        roles.init(admin_url=clerk, database=COPY)
    assert inventory(admin_url) == before
    execute(admin_url, *str(refusal.value.details["mend"]).split(";"))
    roles.init(admin_url=clerk, database=COPY)


def test_an_administrator_without_superuser_can_do_it_all_twice(admin_url: str) -> None:
    execute(admin_url, "CREATE ROLE clerk LOGIN CREATEROLE CREATEDB")
    clerk = address_as(admin_url, "clerk")
    for _ in range(2):
        at = roles.init(admin_url=clerk, database=SHOP)
        execute(at.owner, "CREATE TABLE IF NOT EXISTS hats (id int)")
        execute(at.web, "INSERT INTO hats VALUES (1)")
        copy = roles.create_from_template(admin_url=clerk, database=COPY, template=SHOP)
        execute(copy.system, "INSERT INTO hats VALUES (1)")
        roles.drop(admin_url=clerk, database=COPY)


@pytest.mark.parametrize("power", ["BYPASSRLS", "SUPERUSER", "CREATEROLE"])
def test_a_role_of_ours_with_too_much_power_is_refused(admin_url: str, power: str) -> None:
    execute(admin_url, f"CREATE ROLE app_web LOGIN {power}")
    before = inventory(admin_url)
    with pytest.raises(RoleTooStrong, match=power):
        roles.init(admin_url=admin_url, database=SHOP)
    assert inventory(admin_url) == before


def test_a_web_role_that_may_become_another_is_refused(admin_url: str) -> None:
    roles.init(admin_url=admin_url, database=SHOP)
    execute(admin_url, "GRANT app_owner TO app_web")
    before = inventory(admin_url)
    with pytest.raises(RoleTooStrong, match="member of app_owner"):
        roles.init(admin_url=admin_url, database=SHOP)
    assert inventory(admin_url) == before


def test_a_database_of_somebody_else_is_neither_taken_nor_dropped(admin_url: str) -> None:
    execute(admin_url, f"CREATE DATABASE {SHOP}")
    before = inventory(admin_url)
    with pytest.raises(DatabaseTaken):
        roles.init(admin_url=admin_url, database=SHOP)
    with pytest.raises(DatabaseTaken):
        roles.drop(admin_url=admin_url, database=SHOP)
    assert inventory(admin_url) == before


def test_a_password_is_told_once_and_kept_as_a_verifier(admin_url: str) -> None:
    def told(passwords: Passwords) -> set[object]:
        at = roles.init(admin_url=admin_url, database=SHOP, passwords=passwords)
        return {conninfo_to_dict(url).get("password") for url in at.environment().values()}

    first = told(Passwords.NEW)
    assert len(first - {None}) == 3
    assert told(Passwords.NEW) == {None}
    rotated = told(Passwords.ROTATE)
    assert len(rotated - {None} - first) == 3
    with psycopg.connect(admin_url) as admin:
        kept = [
            row[0]
            for row in admin.execute("SELECT rolpassword FROM pg_authid WHERE rolname ~ '^app_'")
        ]
    assert [verifier.split("$")[0] for verifier in kept] == ["SCRAM-SHA-256"] * 3


@pytest.mark.parametrize(
    ("admin", "web"),
    [
        ("postgresql://boss:s%40crt@db.example:6432/x", "host=db.example port=6432"),
        (
            "postgresql://boss:secret@db.example/x?sslmode=require",
            "host=db.example sslmode=require",
        ),
        ("postgresql://boss@[::1]:5433/postgres", "host=::1 port=5433"),
        ("host=/run/pg user=boss password=secret", "host=/run/pg"),
        ("postgresql://boss@one:1,two:2/x", "host=one,two port=1,2"),
    ],
)
def test_an_address_keeps_the_way_and_drops_the_administrator(admin: str, web: str) -> None:
    at = roles.addresses(admin_url=admin, database="die läden", passwords={roles.WEB: "p@ss/1"})
    expected = conninfo_to_dict(web) | {"user": "app_web", "dbname": "die läden"}
    assert conninfo_to_dict(at.web) == expected | {"password": "p@ss/1"}
    assert conninfo_to_dict(at.system) == expected | {"user": "app_system"}
    assert "p@ss" not in repr(at)
    assert "p%40ss" not in repr(at)


def test_an_address_that_cannot_be_read_is_not_repeated() -> None:
    with pytest.raises(AddressInvalid) as refusal:
        roles.init(admin_url="postgresql://boss:secret@host:port:5/x?what")
    assert "secret" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_server_that_is_not_there_is_said_to_be_unreachable(tmp_path: Path) -> None:
    with pytest.raises(ServerUnreachable, match="No such file"):
        roles.init(admin_url=f"postgresql://boss@/postgres?host={tmp_path}")
