"""The embedded server: private, alone, and the same after whatever killed it."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from zhiyin.storage import embedded, places
from zhiyin.storage.places import EmbeddedMissing, ServerFailed, StateNotOurs

ENSURE = (
    "import sys; from pathlib import Path; from zhiyin.storage import embedded;"
    " state = Path(sys.argv[1]); embedded.ensure(state);"
    " print(embedded.status(state).pid, flush=True); sys.stdin.read()"
)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state that the tests of this file start, kill and stop in turn."""
    folder = tmp_path_factory.mktemp("used") / "state"
    yield folder
    embedded.remove(folder)


@pytest.fixture
def state(used: Path) -> Path:
    """A running server without a table."""
    with psycopg.connect(embedded.ensure(used).owner) as owner:
        owner.execute("DROP TABLE IF EXISTS notes")
    return used


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Path]:
    """Where no server has been."""
    folder = tmp_path / "deep" / "state"
    yield folder
    embedded.remove(folder)


def running(state: Path) -> embedded.Status:
    """The server's status, for a test that knows it runs."""
    found = embedded.status(state)
    assert found is not None
    return found


def note(address: str, text: str) -> None:
    with psycopg.connect(address) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS notes (text text)")
        owner.execute("INSERT INTO notes VALUES (%s)", [text])


def notes(address: str) -> list[str]:
    with psycopg.connect(address) as web:
        return [text for (text,) in web.execute("SELECT text FROM notes ORDER BY text")]


def family(postmaster: int) -> list[int]:
    """The server process and its children."""
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return [postmaster, *map(int, children)]


def test_a_second_start_finds_the_first(state: Path) -> None:
    first = embedded.ensure(state)
    pid = running(state).pid
    assert embedded.ensure(state) == first
    assert running(state).pid == pid
    with psycopg.connect(running(state).admin_url) as admin:
        told: dict[str, str] = dict(admin.execute("SELECT name, setting FROM pg_settings"))
    promised = {"fsync", "full_page_writes", "synchronous_commit", "deadlock_timeout"}
    assert {told[name] for name in promised} == {"on", "200"}
    assert (told["listen_addresses"], told["data_checksums"]) == ("", "on")


def test_a_stopped_server_is_gone_and_keeps_its_rows(state: Path) -> None:
    note(embedded.ensure(state).owner, "kept")
    assert embedded.stop(state) is True
    assert embedded.status(state) is None
    assert embedded.stop(state) is False
    assert notes(embedded.ensure(state).web) == ["kept"]


def test_committed_rows_survive_the_death_of_every_process(state: Path) -> None:
    address = embedded.ensure(state)
    note(address.owner, "committed")
    with closing(psycopg.connect(address.owner)) as loose:
        loose.execute("INSERT INTO notes VALUES ('not committed')")
        pid = running(state).pid
        for process in family(pid):
            os.kill(process, signal.SIGKILL)
        assert notes(embedded.ensure(state).web) == ["committed"]
        assert running(state).pid != pid


def test_a_session_that_outlives_its_server_is_ended(state: Path) -> None:
    address = embedded.ensure(state)
    note(address.owner, "committed")
    with closing(psycopg.connect(address.owner)) as busy:
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000000)")
        session = busy.info.backend_pid
        os.kill(running(state).pid, signal.SIGKILL)
        assert notes(embedded.ensure(state).web) == ["committed"]
        assert not embedded._serves(session, running(state).data_dir)


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(state: Path) -> None:
    embedded.ensure(state)
    was = running(state)
    pid_file = was.data_dir / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    embedded.stop(state)
    owner = was.data_dir.stat()
    with subprocess.Popen(
        ["/bin/sleep", "600"], user=owner.st_uid if os.geteuid() == 0 else None
    ) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        os.chown(pid_file, owner.st_uid, owner.st_gid)
        assert embedded.status(state) is None
        embedded.ensure(state)
        assert running(state).pid != stranger.pid
        assert stranger.poll() is None
        stranger.kill()


def test_a_server_outlives_a_caller_that_is_killed(state: Path) -> None:
    embedded.stop(state)
    with subprocess.Popen(
        [sys.executable, "-c", ENSURE, str(state)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as caller:
        assert caller.stdout is not None
        pid = int(caller.stdout.readline())
        caller.kill()
    embedded.ensure(state)
    assert running(state).pid == pid


def test_processes_that_start_at_once_share_one_server(fresh: Path) -> None:
    callers = [
        subprocess.Popen(
            [sys.executable, "-c", ENSURE, str(fresh)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    told = [caller.communicate() for caller in callers]
    assert told == [(f"{running(fresh).pid}\n".encode(), b"")] * 3


def test_two_projects_run_side_by_side_until_one_is_removed(state: Path, fresh: Path) -> None:
    assert embedded.status(fresh) is None
    here, there = embedded.ensure(state), embedded.ensure(fresh)
    note(here.owner, "here")
    note(there.owner, "there")
    assert (notes(here.web), notes(there.web)) == (["here"], ["there"])
    data = running(fresh).data_dir
    embedded.remove(fresh)
    assert not data.parent.exists()
    assert list(fresh.parent.iterdir()) == []
    assert notes(here.web) == ["here"]


def test_no_folder_above_is_touched_and_the_socket_is_private(fresh: Path) -> None:
    fresh.parent.mkdir(mode=0o700)
    above = [*fresh.parents, Path(tempfile.gettempdir())]
    before = [(folder.stat().st_mode, folder.stat().st_uid) for folder in above]
    embedded.ensure(fresh)
    assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in above] == before
    found = running(fresh)
    server = Path(f"/proc/{found.pid}").stat()
    assert server.st_uid != 0
    for folder in (found.socket_dir, found.data_dir, found.data_dir.parent):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder.stat().st_uid == server.st_uid


def test_a_state_that_lost_its_folder_begins_anew(fresh: Path) -> None:
    """Rows sealed with keys that were deleted with the project's folder must not come back."""
    embedded.ensure(fresh)
    embedded.stop(fresh)
    aside = fresh.rename(fresh.with_name("aside"))
    assert places.find(fresh) is None
    embedded.remove(aside)


def long_folder() -> Path:
    """A state folder, reachable for the server's user, whose path no socket can have."""
    top = Path(tempfile.mkdtemp(dir="/tmp"))
    top.chmod(0o755)
    return top / ("long" * 25)


def test_a_long_path_gets_a_short_private_socket_folder() -> None:
    state = long_folder()
    try:
        address = embedded.ensure(state)
        note(address.owner, "reached")
        found = running(state)
        assert found.data_dir == state / "data"
        assert found.socket_dir.parent == Path(tempfile.gettempdir()).resolve()
        assert found.socket_dir.stat().st_mode & 0o777 == 0o700
        assert notes(address.web) == ["reached"]
    finally:
        embedded.remove(state)
        state.parent.rmdir()
    assert not found.socket_dir.exists()


def test_a_socket_folder_open_to_others_is_refused() -> None:
    state = long_folder()
    trap = places.private_socket_dir(places.choose(state))
    trap.mkdir()
    trap.chmod(0o755)
    try:
        with pytest.raises(StateNotOurs, match=trap.name):
            embedded.ensure(state)
        assert list(trap.iterdir()) == []
        assert embedded.status(state) is None
    finally:
        trap.rmdir()
        embedded.remove(state)
        state.parent.rmdir()


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "work"
    state.mkdir(mode=0o755)
    (state / "thesis.txt").write_text("three years")
    mode = state.stat().st_mode
    with pytest.raises(StateNotOurs):
        embedded.ensure(state)
    assert state.stat().st_mode == mode
    assert [entry.name for entry in state.iterdir()] == ["thesis.txt"]
    assert not state.is_symlink()


def test_a_server_that_cannot_start_shows_its_last_words(state: Path) -> None:
    control = running(state).data_dir / "global" / "pg_control"
    embedded.stop(state)
    kept = control.read_bytes()
    control.write_bytes(b"")
    with pytest.raises(ServerFailed) as refusal:
        embedded.ensure(state)
    assert refusal.value.details["step"] == "start"
    assert "pg_control" in str(refusal.value.details["log"])
    control.write_bytes(kept)


def test_missing_binaries_name_the_extra(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(EmbeddedMissing) as refusal:
        embedded.ensure(fresh)
    assert refusal.value.details["extra"] == "embedded"
    assert embedded.status(fresh) is None


def test_the_log_tells_of_a_failure_and_not_what_was_typed(state: Path) -> None:
    address = embedded.ensure(state)
    phone = "13900001111"
    with psycopg.connect(address.owner, autocommit=True) as owner:
        owner.execute("CREATE TABLE notes (phone text PRIMARY KEY)")
        owner.execute(f"INSERT INTO notes VALUES ('{phone}')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute(f"INSERT INTO notes VALUES ('{phone}')")
    logs = running(state).log_dir
    embedded.stop(state)
    written = "".join(log.read_text() for log in logs.iterdir())
    assert "duplicate key value" in written
    assert phone not in written
