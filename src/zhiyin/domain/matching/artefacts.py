"""Trained models on disk: a folder per brand, a folder per version in it, and a pointer.

Every file of a version is sealed for its brand and model, because it is made of body facts. Who
serves reads the pointer; replacing it is one rename, so a reader sees the old version or the new.
"""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from zhiyin.domain.matching.types import NotTrained
from zhiyin.storage.encryption import Place
from zhiyin.storage.fields import key_ring

POINTER = "serving"
MODEL_ID = "model-id"
SEPARATOR = "~"
OWNER_ONLY = 0o700

Stamp = tuple[int, int]
"""What changes when the pointer is replaced: its inode and its time in ns."""


@contextmanager
def writing(*, folder: Path, brand_id: UUID, version: str, model_id: UUID) -> Iterator[Path]:
    """A private folder to write a model's files into; when the block ends they are sealed.

    Nothing is left behind when the block raises. A version is written once.
    """
    home = folder / str(brand_id)
    home.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix="plain-") as plain:
        yield Path(plain)
        fresh = Path(tempfile.mkdtemp(dir=home, prefix="sealed-"))
        try:
            for file in sorted(Path(plain).rglob("*")):
                if file.is_file():
                    name = SEPARATOR.join(file.relative_to(plain).parts)
                    place = _place(brand_id, model_id, name)
                    (fresh / name).write_bytes(key_ring().seal(file.read_bytes(), place=place))
            (fresh / MODEL_ID).write_text(str(model_id), encoding="ascii")
            fresh.rename(home / version)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise


@contextmanager
def reading(*, folder: Path, brand_id: UUID, version: str) -> Iterator[Path]:
    """A private folder with a version's files opened, gone when the block ends.

    Raises NotTrained if there is no such version, CiphertextMisplaced if it is another brand's.
    """
    sealed = folder / str(brand_id) / version
    if not sealed.is_dir():
        raise NotTrained(version=version)
    with tempfile.TemporaryDirectory(dir=sealed.parent, prefix="plain-") as plain:
        try:
            _open(sealed, Path(plain), brand_id)
        except FileNotFoundError:
            raise NotTrained(version=version) from None
        yield Path(plain)


def _open(sealed: Path, plain: Path, brand_id: UUID) -> None:
    model_id = UUID((sealed / MODEL_ID).read_text(encoding="ascii"))
    for file in sorted(sealed.iterdir()):
        if file.name != MODEL_ID:
            place = _place(brand_id, model_id, file.name)
            opened = key_ring().open_(file.read_bytes(), place=place)
            target = plain.joinpath(*file.name.split(SEPARATOR))
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(opened)


def remove(*, folder: Path, brand_id: UUID, version: str) -> None:
    """Delete a version's files; whoever reads them now is told that it is not there."""
    home = folder / str(brand_id)
    with suppress(FileNotFoundError):
        gone = Path(tempfile.mkdtemp(dir=home, prefix="gone-"))
        (home / version).rename(gone / version)
    for leaving in home.glob("gone-*"):
        shutil.rmtree(leaving, ignore_errors=True)


def sweep(*, folder: Path, brand_id: UUID, kept: Collection[str], before: datetime) -> None:
    """Delete what a killed process left behind: everything older than `before` but these versions.

    An opened copy of a model is among it, which a kill -9 leaves lying.
    """
    home = folder / str(brand_id)
    for left in home.iterdir() if home.is_dir() else ():
        with suppress(FileNotFoundError):  # another process has just deleted its own
            is_old = left.stat().st_mtime < before.timestamp()
            if is_old and left.is_dir() and left.name not in kept:
                shutil.rmtree(left, ignore_errors=True)


def point(*, folder: Path, brand_id: UUID, version: str) -> None:
    """Let `version` serve from now on."""
    home = folder / str(brand_id)
    handle, fresh = tempfile.mkstemp(dir=home, prefix="serving-")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(version)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, home / POINTER)


def pointed(*, folder: Path, brand_id: UUID) -> tuple[str, Stamp]:
    """The version that serves, and the pointer's stamp. Raises NotTrained."""
    try:
        with (folder / str(brand_id) / POINTER).open(encoding="ascii") as pointer:
            found = os.fstat(pointer.fileno())
            return pointer.read(), (found.st_ino, found.st_mtime_ns)
    except OSError:
        raise NotTrained() from None


def stamp(*, folder: Path, brand_id: UUID) -> Stamp:
    """The pointer's stamp. Raises NotTrained."""
    try:
        found = (folder / str(brand_id) / POINTER).stat()
    except OSError:
        raise NotTrained() from None
    return found.st_ino, found.st_mtime_ns


def exists(*, folder: Path, brand_id: UUID, version: str) -> bool:
    """Whether the files of a version are there."""
    return (folder / str(brand_id) / version / MODEL_ID).is_file()


def _place(brand_id: UUID, model_id: UUID, name: str) -> Place:
    column = "".join(letter if letter.isalnum() else "_" for letter in name.lower())
    return Place(
        brand_id=brand_id, table="matching_trainedmodel", column=f"file_{column}", row_id=model_id
    )
