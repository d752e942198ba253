"""Fixtures of every test: a PostgreSQL of the run's own, started here and stopped here.

The run's database is migrated once by the owner; tests sign in as `app_web`, as the shop does.
`brand` and `two_brands` roll back with the test. A test that needs commits (threads, HTTP, jobs)
asks for `own_database`: a copy of the migrated one, which is dropped afterwards.
"""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import django
import psycopg
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from hypothesis import HealthCheck, settings
from servestatic.middleware import ServeStaticMiddleware

SHARED_MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30  # noqa: S108, mkdtemp makes a private one in it


def _state_folder() -> Path:
    """A folder that the database's user may enter; in memory where a machine has room for it.

    A test writes a database of fourteen megabytes before it begins, and drops it afterwards.
    """
    has_room = SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix="zhiyin-test-", dir=SHARED_MEMORY if has_room else None))
    folder.chmod(0o711)
    return folder


# A run that was started in the background of a script would pass on that Ctrl-C is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

STATE = _state_folder()
os.environ["ZHIYIN_STATE"] = str(STATE)
os.environ["ZHIYIN_DEMO"] = "1"  # tests read sign-in codes in the sandbox, as a demo does
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["DJANGO_SETTINGS_MODULE"] = "zhiyin.project.settings"
for variable in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SYSTEM_URL", "ZHIYIN_DB_NAME"):
    os.environ.pop(variable, None)

from tests import migrated  # noqa: E402
from zhiyin.storage import (  # noqa: E402
    addresses,
    embedded,
    roles,
)

pytest_plugins = ["tests.tally"]

# How long a machine takes is nothing that a test fails for.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

_copies = count()


def _admin_url() -> str:
    running = embedded.status(addresses.CLUSTER)
    assert running is not None
    return running.admin_url


def _start_in_a_hurry() -> None:
    """Start the run's server so that it does not wait for the disk: only a power cut could tell
    the difference. Said on its command line, for what stands there wins over `ALTER SYSTEM`.
    """
    waits = dict(embedded.SETTINGS)
    embedded.SETTINGS.update(
        dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit"), "off")
    )
    migrated.start()
    embedded.SETTINGS.update(waits)


def _look_for_static_files_once() -> None:
    """A process that serves looks once; in a test, each client is a server of its own."""
    look, found = ServeStaticMiddleware.add_files_from_finders, {}

    def look_or_remember(server: ServeStaticMiddleware) -> None:
        if not found:
            look(server)
            found.update(server.files)
        server.files.update(found)

    ServeStaticMiddleware.add_files_from_finders = look_or_remember


_start_in_a_hurry()
django.setup()
_look_for_static_files_once()
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 64  # nobody guesses here


@atexit.register
def _leave_nothing_behind() -> None:
    embedded.remove(addresses.CLUSTER)
    shutil.rmtree(STATE, ignore_errors=True)


def _zhiyin(*words: str, database: str | None = None) -> subprocess.CompletedProcess[str]:
    if database is not None:
        return _in_a_copy(words, database)
    return subprocess.run(
        [sys.executable, "-m", "zhiyin", *words],
        capture_output=True,
        text=True,
        check=False,
    )


def _in_a_copy(words: tuple[str, ...], database: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a copy of this process, which speaks to the database of this name.

    Some thirty commands are run in the tests; each would load the same modules for seconds.
    """
    from django.db import connection

    from zhiyin.interfaces.cli.main import main

    connection.close()
    connection.close_pool()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        if not (child := os.fork()):
            code = 1
            try:
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                sys.argv = ["zhiyin", *words]
                connection.settings_dict["NAME"] = database
                with os.fdopen(1, "w") as sys.stdout, os.fdopen(2, "w") as sys.stderr:
                    code = _exit_code(main)
            finally:
                if sys.exc_info()[1] is not None:
                    traceback.print_exc(file=err)
                    err.flush()
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read())
    return subprocess.CompletedProcess(["zhiyin", *words], code, *texts)


def _exit_code(act: Callable[[], None]) -> int:
    try:
        act()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.fixture(scope="session")
def zhiyin() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a `zhiyin` command, with a database or without: `zhiyin("match", database=name)`."""
    return _zhiyin


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The run's database was migrated before the run began."""


@pytest.fixture(scope="session")
def copy_database(django_db_setup: None) -> Callable[[str], None]:
    """Make a database of this name, migrated and empty, that lasts until the run ends."""

    def copy(name: str) -> None:
        roles.create_from_template(
            admin_url=_admin_url(), database=name, template=migrated.TEMPLATE
        )

    return copy


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of the test's own, in which commits are real. Yields its name."""
    from django.db import connection

    name = f"zhiyin_copy_{next(_copies)}"
    roles.create_from_template(admin_url=_admin_url(), database=name, template=migrated.TEMPLATE)
    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        connection.close_pool()
        connection.settings_dict["NAME"] = name
        try:
            yield name
        finally:
            connection.close()
            connection.close_pool()
            connection.settings_dict["NAME"] = before
            roles.drop(admin_url=_admin_url(), database=name)


@pytest.fixture
def owner(own_database: str) -> Callable[[str], None]:
    """Execute a statement as the role that owns the tables of `own_database`."""

    def execute(statement: str) -> None:
        found = roles.addresses(admin_url=_admin_url(), database=own_database, passwords={})
        with psycopg.connect(found.owner, autocommit=True) as session:
            session.execute(statement)

    return execute


@pytest.fixture
def brand(db: None) -> Any:
    """A brand whose rows this test sees; all is rolled back afterwards."""
    from tests.cast import enter, make_brand

    made = make_brand("cedar")
    enter(made.id)
    return made


@pytest.fixture
def two_brands(db: None) -> tuple[Any, Any]:
    """Two brands; `enter` one to see its rows."""
    from tests.cast import make_brand

    return make_brand("cedar"), make_brand("maple")
