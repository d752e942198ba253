"""A PostgreSQL of one's own, from the binaries of the `embedded` extra: started, found, stopped.

It listens on a Unix socket in a folder that only its user can enter, and on no port, so projects
on one machine cannot meet. It outlives the process that started it; `stop` ends it.

PostgreSQL refuses to run as root. When root calls, the server runs as an unprivileged user and
the state folder becomes that user's; no folder above it is touched. Where that user cannot get
to, the state lies below `places.RELOCATED` and a link leads there.
"""

import os
import shlex
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from psycopg import pq

from zhiyin.storage import places, roles
from zhiyin.storage.places import Place, ServerFailed
from zhiyin.storage.roles import Addresses

ADMIN = "zhiyin_admin"
PATIENCE_S = 60.0  # for a start, with its crash recovery, and for a stop
SILENCE_S = 5.0  # a live server that cannot be reached for so long has lost its socket

# Given on the command line, so that no file in the state folder can weaken them.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",  # only names the socket; nothing listens on it
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "deadlock_timeout": "200ms",
    "log_lock_waits": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",  # a week of logs, each day over last week's
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    # A failed statement and its row hold what people typed; neither belongs in a log.
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A server that answers."""

    pid: int
    data_dir: Path
    socket_dir: Path
    log_dir: Path
    admin_url: str


def ensure(state_dir: Path, *, database: str = roles.DATABASE) -> Addresses:
    """Start the server of `state_dir`, or find it running, and return the three addresses.

    The first call makes the cluster, the roles and the database. Processes that call at once wait
    for one another. A server that was killed is started again and recovers what it had committed.

    Raises EmbeddedMissing, StateNotOurs, NoUnprivilegedUser, SocketPathTooLong, ServerFailed.
    """
    place = places.find(state_dir) or places.choose(state_dir)
    with places.locked(place):
        started = _bring_up(place)
        admin_url = _admin_url(place)
        if started or not roles.is_ready(admin_url=admin_url, database=database):
            return roles.init(
                admin_url=admin_url, database=database, passwords=roles.Passwords.NONE
            )
        return roles.addresses(admin_url=admin_url, database=database, passwords={})


def status(state_dir: Path) -> Status | None:
    """The server of `state_dir`, or None when none answers. Creates nothing.

    Raises StateNotOurs.
    """
    place = places.find(state_dir)
    if place is None or _ping(place) != pq.Ping.OK:
        return None
    pid = _written_pid(place)
    if pid is None:  # it is just leaving
        return None
    return Status(
        pid=pid,
        data_dir=place.data,
        socket_dir=places.socket_dir(place),
        log_dir=place.logs,
        admin_url=_admin_url(place),
    )


def stop(state_dir: Path) -> bool:
    """End the server and its sessions, with everything written. False when none was running.

    Raises EmbeddedMissing, StateNotOurs, ServerFailed.
    """
    place = places.find(state_dir)
    if place is None:
        return False
    with places.locked(place):
        if _postmaster(place) is None:
            return False
        _shut_down(place)
        return True


def remove(state_dir: Path) -> None:
    """Stop the server and delete everything it stored. Nothing to delete is no error.

    Raises EmbeddedMissing, StateNotOurs, ServerFailed.
    """
    stop(state_dir)
    place = places.find(state_dir)
    if place is not None:
        places.discard(state_dir, place)


def _bring_up(place: Place) -> bool:
    """Wait for a live server to answer, or start one. True when this call started it."""
    began = time.monotonic()
    while True:
        answer = _ping(place)
        if answer == pq.Ping.OK:
            return False
        waited_s = time.monotonic() - began
        if answer == pq.Ping.NO_RESPONSE:
            if _postmaster(place) is None:
                break
            if waited_s > SILENCE_S:
                _shut_down(place)
                break
        if waited_s > PATIENCE_S:
            raise ServerFailed(step="wait for the running server", log=_last_lines(place))
        time.sleep(0.05)
    _start(place)
    return True


def _start(place: Place) -> None:
    programs = places.binaries(place)
    _sweep(place)
    socket_dir = places.open_socket_dir(place)
    if not place.data.exists():
        _make_cluster(place, programs)
    place.start_log.unlink(missing_ok=True)
    settings = SETTINGS | {
        "unix_socket_directories": '"' + str(socket_dir).replace('"', '""') + '"',
        "log_directory": str(place.logs),
    }
    options = shlex.join(part for name in settings for part in ("-c", f"{name}={settings[name]}"))
    control = [str(programs / "pg_ctl"), "start", "-s", "-w", "-t", f"{PATIENCE_S:.0f}"]
    control += ["-D", str(place.data), "-l", str(place.start_log), "-o", options]
    exit_status, printed = places.run(place.account, control)
    if exit_status != 0:
        raise ServerFailed(step="start", log=_last_lines(place) or _tail(printed))


def _make_cluster(place: Place, programs: Path) -> None:
    """Under another name first, so that a call killed half-way leaves no half cluster.

    The name is this process's own: the orphaned initdb of a killed one may still be writing.
    """
    for left_over in place.state.glob("data.new-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    fresh = place.state / f"data.new-{os.getpid()}"
    command = [str(programs / "initdb"), "-D", str(fresh), "-U", ADMIN, "-E", "UTF8", "-k"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    # Whoever can enter the socket folder is its owner, or root: there is no more to ask.
    command += ["--auth-local=trust", "--auth-host=reject", "--no-instructions"]
    exit_status, printed = places.run(place.account, command)
    if exit_status != 0:
        raise ServerFailed(step="initdb", log=_tail(printed))
    fresh.rename(place.data)


def _shut_down(place: Place) -> None:
    control = [str(places.binaries(place) / "pg_ctl"), "stop", "-s", "-w", "-D", str(place.data)]
    for mode in ("fast", "immediate"):
        places.run(place.account, [*control, "-m", mode, "-t", f"{PATIENCE_S / 2:.0f}"])
        if _ended(lambda: _postmaster(place) is not None, within_s=1.0):
            return
    raise ServerFailed(step="stop", log=_last_lines(place))


def _sweep(place: Place) -> None:
    """Clear what a killed server left: orphaned sessions, and files that name a dead process.

    PostgreSQL judges such files by whether their process exists, and would refuse to start when
    the number has passed to somebody else. Called only when no server lives.
    """

    def kill_orphans() -> bool:
        orphans = _processes_in(place.data)
        for pid in orphans:
            os.kill(pid, signal.SIGKILL)
        return bool(orphans)

    if not _ended(kill_orphans, within_s=PATIENCE_S):
        raise ServerFailed(step="end the sessions of a dead server", log=_last_lines(place))
    if _can_tell_processes():
        place.pid_file.unlink(missing_ok=True)
        socket = places.private_socket_dir(place) / places.SOCKET
        socket.unlink(missing_ok=True)
        socket.with_name(f"{socket.name}.lock").unlink(missing_ok=True)


def _ended(remains: Callable[[], bool], *, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while remains():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _can_tell_processes() -> bool:
    """Linux tells what a process runs and where; elsewhere PostgreSQL's own checks must do."""
    return Path("/proc/self/cwd").exists()


def _processes_in(data: Path) -> list[int]:
    """PostgreSQL's processes of this cluster: each works in its data folder."""
    numbers = (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
    return [pid for pid in numbers if _serves(pid, data)]


def _serves(pid: int, data: Path) -> bool:
    process = Path("/proc") / str(pid)
    try:
        program = (process / "exe").readlink().name
        return program.startswith("postgres") and (process / "cwd").readlink() == data
    except OSError:  # it has ended, or it is not ours to look at
        return False


def _written_pid(place: Place) -> int | None:
    try:
        return int(place.pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _postmaster(place: Place) -> int | None:
    """The number of the live server process, or None. A stale file or a zombie is no server."""
    pid = _written_pid(place)
    if pid is None:
        return None
    if _can_tell_processes():
        return pid if _serves(pid, place.data) else None
    try:
        os.kill(pid, 0)
    except OSError:
        return None
    return pid


def _ping(place: Place) -> pq.Ping:
    return pq.Ping(pq.PGconn.ping(f"{_admin_url(place)}&connect_timeout=2".encode()))


def _admin_url(place: Place) -> str:
    folder = quote(str(places.socket_dir(place)), safe="/")
    return f"postgresql://{ADMIN}@/postgres?host={folder}&port={SETTINGS['port']}"


def _last_lines(place: Place) -> str:
    """The end of the newest log: the collector's, or before it runs, the starter's."""
    logs = [log for log in (place.start_log, *place.logs.glob("*.log")) if log.exists()]
    newest = max(logs, key=lambda log: (log.stat().st_size > 0, log.stat().st_mtime), default=None)
    return _tail(newest.read_text(errors="replace")) if newest else ""


def _tail(text: str, lines: int = 12) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])
