"""A file that came over the network, kept sealed until its import is done."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from zhiyin.domain.brands.types import BrandCard, ImportRunCard, ImportState
from zhiyin.flows.importing import loading
from zhiyin.kit.errors import DomainError, Kind
from zhiyin.storage.encryption import Place
from zhiyin.storage.fields import key_ring

OWNER_ONLY = 0o700


class UploadGone(DomainError):
    """The file of this import is no longer here. Send it again: it goes on where it stopped."""

    code: ClassVar[str] = "upload_gone"
    kind: ClassVar[Kind] = Kind.CONFLICT


def keep(*, folder: Path, brand_id: UUID, run_id: UUID, path: Path) -> None:
    """Seal a file for its run, in place of an earlier copy. It may hold personal data."""
    home = folder / str(brand_id)
    home.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    sealed = key_ring().seal(path.read_bytes(), place=_place(brand_id, run_id))
    with tempfile.NamedTemporaryFile(dir=home, delete=False) as fresh:
        fresh.write(sealed)
    Path(fresh.name).replace(home / str(run_id))


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
    with _opened(folder, brand.id, run) as path:
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
        (folder / str(brand.id) / str(run.id)).unlink(missing_ok=True)
    return run


@contextmanager
def _opened(folder: Path, brand_id: UUID, run: ImportRunCard) -> Iterator[Path]:
    home = folder / str(brand_id)
    try:
        sealed = (home / str(run.id)).read_bytes()
    except OSError:
        raise UploadGone(run_id=run.id) from None
    plain = Path(tempfile.mkdtemp(dir=home))
    try:
        path = plain / "file"
        path.write_bytes(key_ring().open_(sealed, place=_place(brand_id, run.id)))
        yield path
    finally:
        shutil.rmtree(plain, ignore_errors=True)


def _place(brand_id: UUID, run_id: UUID) -> Place:
    return Place(brand_id=brand_id, table="brands_importrun", column="file", row_id=run_id)
