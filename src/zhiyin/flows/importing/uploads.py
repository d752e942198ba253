"""A file that came over the network, kept sealed until its import is done."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from zhiyin.domain.brands.types import BrandCard, ImportRunCard, ImportState
from zhiyin.flows.importing import loading
from zhiyin.kit.errors import DomainError, Kind
from zhiyin.storage.encryption import Place
from zhiyin.storage.fields import key_ring

OWNER_ONLY = 0o700
FILE, SAID = "file", "said"
KEPT_FOR = timedelta(days=7)
OPEN_FOR = timedelta(days=1)


class UploadGone(DomainError):
    """The file of this import is no longer here. Send it again: it goes on where it stopped."""

    code: ClassVar[str] = "upload_gone"
    kind: ClassVar[Kind] = Kind.CONFLICT


def keep(*, folder: Path, brand_id: UUID, file_id: UUID, content: bytes, part: str = FILE) -> None:
    """Seal a file for a brand, in place of an earlier copy. It may hold personal data.

    `part` says which of an upload's files it is; each opens as itself and as no other.
    """
    home = folder / str(brand_id)
    home.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    sealed = key_ring().seal(content, place=_place(brand_id, file_id, part))
    with tempfile.NamedTemporaryFile(dir=home, delete=False) as fresh:
        fresh.write(sealed)
    Path(fresh.name).replace(_at(folder, brand_id, file_id, part))


def held(*, folder: Path, brand_id: UUID, file_id: UUID, part: str = FILE) -> bytes:
    """What was kept. Raises UploadGone."""
    try:
        sealed = _at(folder, brand_id, file_id, part).read_bytes()
    except OSError:
        raise UploadGone(run_id=file_id) from None
    return key_ring().open_(sealed, place=_place(brand_id, file_id, part))


@contextmanager
def arriving(*, folder: Path, brand_id: UUID, chunks: Iterable[bytes]) -> Iterator[Path]:
    """A file on its way in as a plain copy, gone when the block ends, and reaped after a kill."""
    with _plain(folder / str(brand_id)) as path:
        with path.open("wb") as copy:
            for chunk in chunks:
                copy.write(chunk)
        yield path


@contextmanager
def opened(*, folder: Path, brand_id: UUID, file_id: UUID) -> Iterator[Path]:
    """A plain copy in a folder of its own, gone when the block ends. Raises UploadGone."""
    content = held(folder=folder, brand_id=brand_id, file_id=file_id)
    with _plain(folder / str(brand_id)) as path:
        path.write_bytes(content)
        yield path


@contextmanager
def _plain(home: Path) -> Iterator[Path]:
    home.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    plain = Path(tempfile.mkdtemp(dir=home))
    try:
        yield plain / "file"
    finally:
        shutil.rmtree(plain, ignore_errors=True)


def discard(*, folder: Path, brand_id: UUID, file_id: UUID) -> None:
    """Delete all that was kept under an id; what is gone already is no error."""
    for part in (FILE, SAID):
        _at(folder, brand_id, file_id, part).unlink(missing_ok=True)


def reap(*, folder: Path, now: datetime) -> int:
    """Delete what was abandoned: files that nobody loaded, and copies that a killed process left.

    Returns how many. A file is kept for `KEPT_FOR`; no import holds its copy for `OPEN_FOR`.
    """
    reaped = 0
    for home in folder.iterdir() if folder.is_dir() else ():
        for left in home.iterdir():
            age = now.timestamp() - left.stat().st_mtime
            if left.is_dir() and age > OPEN_FOR.total_seconds():
                shutil.rmtree(left, ignore_errors=True)
            elif not left.is_dir() and age > KEPT_FOR.total_seconds():
                left.unlink(missing_ok=True)
            else:
                continue
            reaped += 1
    return reaped


def step(
    *,
    folder: Path,
    brand: BrandCard,
    run: ImportRunCard,
    language: str,
    now: datetime,
    batches: int,
) -> ImportRunCard:
    """Take an uploaded run some batches further; its file goes when the run is done.

    Raises UploadGone, and whatever `loading.load` raises.
    """
    with opened(folder=folder, brand_id=brand.id, file_id=run.id) as path:
        source = loading.look_at(
            brand_id=brand.id,
            zone=brand.time_zone,
            path=path,
            file_name=run.file_name,
            kind=run.kind,
            mapping=run.mapping,
            language=language,
        )
        run = loading.load(source, run, now=now, batches=batches)
    if run.state is ImportState.DONE:
        discard(folder=folder, brand_id=brand.id, file_id=run.id)
    return run


def _at(folder: Path, brand_id: UUID, file_id: UUID, part: str) -> Path:
    return folder / str(brand_id) / (str(file_id) if part == FILE else f"{file_id}.{part}")


def _place(brand_id: UUID, file_id: UUID, part: str) -> Place:
    return Place(brand_id=brand_id, table="brands_importrun", column=part, row_id=file_id)
