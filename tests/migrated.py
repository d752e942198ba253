"""The cluster a run begins with: migrated by the first run that needs it, copied by the others.

Migrating takes a run longer than most of its tests, and `make test` begins three runs at once.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhiyin.storage import addresses, embedded, places, roles

TEMPLATE = "zhiyin_template"
KEPT = addresses.REPOSITORY / "var" / "tests"
DECIDES = ("src/zhiyin/**/migrations/*.py", "src/zhiyin/storage/*.py", "requirements/run.txt")


def start() -> None:
    """Start the run's server with the product's database, and `TEMPLATE` to make others from."""
    with _one_at_a_time():
        kept = KEPT / _name()
        if not kept.exists():
            _forget_others()
            _make(kept)
        lay(addresses.CLUSTER)
    addresses.start()


def lay(cluster: Path) -> None:
    """Put the migrated cluster where a server of another place, not yet started, finds it."""
    _copy(KEPT / _name(), places.choose(cluster).data)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _name() -> str:
    """A name for all that decides what the migrated tables look like."""
    files = sorted(file for pattern in DECIDES for file in addresses.REPOSITORY.glob(pattern))
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(addresses.REPOSITORY)).encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _forget_others() -> None:
    for kept in KEPT.glob("?" * 16):
        subprocess.run(["rm", "-rf", str(kept)], check=True)


def _make(kept: Path) -> None:
    """Migrate in the run's own place, stop, and keep a copy: whole or not at all."""
    addresses.start()
    running = embedded.status(addresses.CLUSTER)
    assert running is not None
    migrate = [sys.executable, "-m", "zhiyin", "db", "migrate"]
    subprocess.run(migrate, check=True, stdout=subprocess.DEVNULL)
    roles.create_from_template(
        admin_url=running.admin_url, database=TEMPLATE, template=roles.DATABASE
    )
    embedded.stop(addresses.CLUSTER)
    fresh = kept.with_suffix(f".{os.getpid()}")
    _copy(running.data_dir, fresh)
    fresh.rename(kept)
    embedded.remove(addresses.CLUSTER)


def _copy(cluster: Path, to: Path) -> None:
    """With its owner, who is not whoever runs the tests where that is root."""
    subprocess.run(["cp", "-a", str(cluster), str(to)], check=True)
