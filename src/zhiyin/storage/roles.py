"""The three roles of a Zhiyin database and the addresses they sign in at.

`app_owner` owns the database and migrates it; `app_web` serves people; `app_system` runs the
reaper and the scans. Neither of the last two owns anything, is superuser or bypasses row-level
security, so that the policies hold whatever a page or a job asks for.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from zhiyin.kit.errors import DomainError, Kind

DATABASE = "zhiyin"
OWNER, WEB, SYSTEM = "app_owner", "app_web", "app_system"
ROLES = (OWNER, WEB, SYSTEM)
CREATED_LATER = "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
OLDEST_VERSION = 150_000  # as the server counts: 15.0

# How long each role may hold the others up. A migration may run for long, yet it must not queue
# for a lock while every page queues behind it.
SETTINGS: Mapping[str, Mapping[str, str]] = {
    OWNER: {"lock_timeout": "5s"},
    WEB: {
        "statement_timeout": "5s",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "10s",
    },
    SYSTEM: {
        "statement_timeout": "5min",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "60s",
    },
}


class MissingRight(DomainError):
    """The administrator's role lacks a right; `missing` names it, `mend` is the statement."""

    code: ClassVar[str] = "database_right_missing"
    kind: ClassVar[Kind] = Kind.DENIED


class ServerTooOld(DomainError):
    """The server is older than PostgreSQL 15."""

    code: ClassVar[str] = "database_too_old"
    kind: ClassVar[Kind] = Kind.INVALID


class RoleTooStrong(DomainError):
    """A role of ours exists with a power that would defeat row-level security."""

    code: ClassVar[str] = "database_role_too_strong"
    kind: ClassVar[Kind] = Kind.CONFLICT


class DatabaseTaken(DomainError):
    """A database of that name exists and is not ours: another owner, or not UTF8."""

    code: ClassVar[str] = "database_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT


class AddressInvalid(DomainError):
    """The address cannot be read. It is not repeated, for it may hold a password."""

    code: ClassVar[str] = "database_address_invalid"
    kind: ClassVar[Kind] = Kind.INVALID


class ServerUnreachable(DomainError):
    """Nobody answers at the address, or the server does not let this role in."""

    code: ClassVar[str] = "database_unreachable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


class Passwords(StrEnum):
    """What `init` does about passwords."""

    NONE = "none"  # the server trusts who reaches its private socket
    NEW = "new"  # for the roles that this call creates; an existing role keeps hers
    ROTATE = "rotate"  # for all three, which locks out whoever uses the old ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where each role signs in, as libpq URLs. They may hold passwords, so they do not print."""

    web: str = field(repr=False)
    owner: str = field(repr=False)
    system: str = field(repr=False)

    def environment(self) -> dict[str, str]:
        """The addresses under the names of the settings."""
        return {
            "DATABASE_URL": self.web,
            "DATABASE_OWNER_URL": self.owner,
            "DATABASE_SYSTEM_URL": self.system,
        }


def init(
    *, admin_url: str, database: str = DATABASE, passwords: Passwords = Passwords.NEW
) -> Addresses:
    """Create the roles and the database, or complete what is there. Safe to repeat.

    The roles belong to the whole server, so two databases on it share them and their passwords.
    A password is returned by the call that sets it and never again; the address of a role that
    keeps her old one carries none.

    Raises MissingRight, ServerTooOld, RoleTooStrong and DatabaseTaken before anything is changed;
    AddressInvalid, ServerUnreachable.
    """
    with _connection(admin_url) as admin:
        _check(admin, database)
        set_now = _make_roles(admin, passwords)
        _make_database(admin, database)
    with _connection(admin_url, database) as inside:
        _share(inside, database)
    return addresses(admin_url=admin_url, database=database, passwords=set_now)


def is_ready(*, admin_url: str, database: str = DATABASE) -> bool:
    """Has `init` run to its end for this database? Its last step is what is looked for."""
    try:
        with _connection(admin_url, database) as inside:
            row = inside.execute(
                "SELECT count(*) = 2 FROM pg_roles"
                " WHERE rolname = ANY(%s) AND has_schema_privilege(oid, 'public', 'USAGE')",
                [[WEB, SYSTEM]],
            ).fetchone()
            return row == (True,)
    except ServerUnreachable:
        return False


def create_from_template(*, admin_url: str, database: str, template: str) -> Addresses:
    """Copy a database that `init` made, with its tables and rights; nobody may be using it.

    Raises AddressInvalid, ServerUnreachable.
    """
    with _connection(admin_url) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                sql.Identifier(database), sql.Identifier(OWNER), sql.Identifier(template)
            )
        )
        # Rights on the database itself are what a copy leaves behind.
        with admin.transaction():
            _share_database(admin, database)
    return addresses(admin_url=admin_url, database=database, passwords={})


def drop(*, admin_url: str, database: str) -> None:
    """Drop a database of ours and end its sessions; the roles stay. Nothing to drop is no error.

    Raises DatabaseTaken when the database is not `app_owner`'s; AddressInvalid, ServerUnreachable.
    """
    with _connection(admin_url) as admin:
        _check_database(admin, database)
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
        )


def addresses(*, admin_url: str, database: str, passwords: Mapping[str, str]) -> Addresses:
    """The three addresses on the administrator's server, in her way of reaching it.

    Raises AddressInvalid.
    """
    return Addresses(
        web=_url(admin_url, database, WEB, passwords.get(WEB)),
        owner=_url(admin_url, database, OWNER, passwords.get(OWNER)),
        system=_url(admin_url, database, SYSTEM, passwords.get(SYSTEM)),
    )


@contextmanager
def _connection(admin_url: str, database: str | None = None) -> Iterator[psycopg.Connection]:
    parts = _parts(admin_url)
    parts["dbname"] = database or parts.get("dbname") or "postgres"
    parts.setdefault("connect_timeout", "10")
    try:
        connection = psycopg.connect(make_conninfo("", **parts), autocommit=True)
    except psycopg.OperationalError as refusal:
        raise ServerUnreachable(reason=" ".join(str(refusal).split())) from None
    with connection:
        yield connection


def _parts(admin_url: str) -> dict[str, str]:
    try:
        return {name: str(value) for name, value in conninfo_to_dict(admin_url).items() if value}
    except psycopg.ProgrammingError:
        raise AddressInvalid from None


def _url(admin_url: str, database: str, role: str, password: str | None) -> str:
    parts = _parts(admin_url)
    for name in ("user", "password", "passfile", "dbname"):
        parts.pop(name, None)
    who = quote(role) if password is None else f"{quote(role)}:{quote(password, safe='')}"
    where = ""
    host = parts.get("host", "")
    if host and host[0] not in "/@" and "," not in host:
        where = f"[{host}]" if ":" in host else quote(host)
        where += f":{parts['port']}" if "port" in parts else ""
        del parts["host"]
        parts.pop("port", None)
    query = f"?{urlencode(parts, quote_via=quote, safe='/')}" if parts else ""
    return f"postgresql://{who}@{where}/{quote(database, safe='')}{query}"


def _check(admin: psycopg.Connection, database: str) -> None:
    """Refuse by name whatever would stop `init` half-way."""
    if admin.info.server_version < OLDEST_VERSION:
        raise ServerTooOld(found=admin.info.server_version // 10_000, oldest=15)
    _check_roles(admin)
    exists = _check_database(admin, database)
    missing = _missing_rights(admin, needs_database=not exists)
    if missing:
        name = sql.Identifier(admin.info.user).as_string(admin)
        options = " ".join(right for right in missing if " " not in right)
        grants = [right for right in missing if " " in right]
        mends = [f"ALTER ROLE {name} {options}"] if options else []
        mends += [f"GRANT {right.split()[-1]} TO {name} WITH ADMIN OPTION" for right in grants]
        raise MissingRight(missing=", ".join(missing), mend="; ".join(mends))


def _missing_rights(admin: psycopg.Connection, *, needs_database: bool) -> list[str]:
    if _is_superuser(admin):
        return []
    row = admin.execute(
        "SELECT rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    createrole, createdb = row or (False, False)
    missing = []
    if not createrole:
        missing.append("CREATEROLE")
    if needs_database and not createdb:
        missing.append("CREATEDB")
    if admin.info.server_version >= 160_000:  # from 16 on, CREATEROLE covers one's own roles only
        rows = admin.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)"
            " AND NOT pg_has_role(oid, 'MEMBER WITH ADMIN OPTION') ORDER BY rolname",
            [list(ROLES)],
        )
        missing += [f"ADMIN OPTION on {name}" for (name,) in rows]
    return missing


def _is_superuser(admin: psycopg.Connection) -> bool:
    return admin.info.parameter_status("is_superuser") == "on"


def _check_roles(admin: psycopg.Connection) -> None:
    row = admin.execute(
        "SELECT rolname, concat_ws(', ', CASE WHEN rolsuper THEN 'SUPERUSER' END,"
        " CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,"
        " CASE WHEN rolcreaterole THEN 'CREATEROLE' END,"
        " CASE WHEN rolcreatedb THEN 'CREATEDB' END,"
        " CASE WHEN rolreplication THEN 'REPLICATION' END) AS powers"
        " FROM pg_roles WHERE rolname = ANY(%s) AND (rolsuper OR rolbypassrls OR rolcreaterole"
        " OR rolcreatedb OR rolreplication) ORDER BY rolname LIMIT 1",
        [list(ROLES)],
    ).fetchone()
    if row is not None:
        raise RoleTooStrong(role=row[0], powers=row[1])
    row = admin.execute(
        "SELECT role.rolname, power.rolname FROM pg_auth_members held"
        " JOIN pg_roles role ON role.oid = held.member JOIN pg_roles power ON power.oid = roleid"
        " WHERE role.rolname = ANY(%s) ORDER BY 1, 2 LIMIT 1",
        [list(ROLES)],
    ).fetchone()
    if row is not None:
        raise RoleTooStrong(role=row[0], powers=f"member of {row[1]}")


def _check_database(admin: psycopg.Connection, database: str) -> bool:
    """Is the database there? Raises DatabaseTaken when it is and is not ours."""
    row = admin.execute(
        "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding)"
        " FROM pg_database WHERE datname = %s",
        [database],
    ).fetchone()
    if row is not None and row != (OWNER, "UTF8"):
        raise DatabaseTaken(database=database, owner=row[0], encoding=row[1])
    return row is not None


def _make_roles(admin: psycopg.Connection, passwords: Passwords) -> dict[str, str]:
    """Create the roles that are not there and give back the passwords set by this call."""
    set_now: dict[str, str] = {}
    with admin.transaction():
        there = {name for (name,) in admin.execute("SELECT rolname FROM pg_roles")}
        for role in ROLES:
            if role not in there:
                admin.execute(
                    sql.SQL(
                        "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
                    ).format(sql.Identifier(role))
                )
            is_new = passwords is Passwords.NEW and role not in there
            if is_new or passwords is Passwords.ROTATE:
                set_now[role] = secrets.token_urlsafe(24)
                _set_password(admin, role, set_now[role])
            for name, value in SETTINGS[role].items():
                admin.execute(
                    sql.SQL("ALTER ROLE {} SET {} = {}").format(
                        sql.Identifier(role), sql.Identifier(name), sql.Literal(value)
                    )
                )
        if not _is_superuser(admin):  # to make a database, one must be a member of its owner
            admin.execute(
                sql.SQL("GRANT {} TO {}").format(
                    sql.Identifier(OWNER), sql.Identifier(admin.info.user)
                )
            )
    return set_now


def _set_password(admin: psycopg.Connection, role: str, password: str) -> None:
    # Hashed here: a server that logs its statements never sees the password.
    verifier = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    admin.execute(
        sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(verifier.decode())
        )
    )


def _make_database(admin: psycopg.Connection, database: str) -> None:
    if _check_database(admin, database):
        return
    # The same order of text on every machine: the builtin locale, which came with 17.
    builtin = admin.info.server_version >= 170_000
    locale = (
        "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'" if builtin else "LOCALE 'C'"
    )
    admin.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' {}").format(
            sql.Identifier(database), sql.Identifier(OWNER), sql.SQL(locale)
        )
    )


def _share(inside: psycopg.Connection, database: str) -> None:
    """Close the database to everybody and open to the two roles what they work with."""
    users = sql.SQL(", ").join(map(sql.Identifier, (WEB, SYSTEM)))
    with inside.transaction():
        inside.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
        _share_database(inside, database)
        for statement in (
            "ALTER SCHEMA public OWNER TO {owner}",
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
            f"{CREATED_LATER} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {{users}}",
            f"{CREATED_LATER} GRANT USAGE, SELECT ON SEQUENCES TO {{users}}",
            "GRANT USAGE ON SCHEMA public TO {users}",
        ):
            inside.execute(sql.SQL(statement).format(owner=sql.Identifier(OWNER), users=users))


def _share_database(admin: psycopg.Connection, database: str) -> None:
    """Only the two roles may connect. Runs inside the caller's transaction."""
    users = sql.SQL(", ").join(map(sql.Identifier, (WEB, SYSTEM)))
    name = sql.Identifier(database)
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, users))
