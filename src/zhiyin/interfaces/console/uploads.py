"""Files on their way in: kept in a folder only the server reads, until they are loaded."""

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.conf import settings
from procrastinate.contrib.django import app as jobs

from zhiyin.domain.brands.types import BrandCard, ImportKind, ImportRunCard, ImportState
from zhiyin.flows.importing import loading
from zhiyin.flows.importing.loading import Source
from zhiyin.flows.importing.mapping import DELIMITERS, ImportMapping
from zhiyin.flows.importing.reading import Record, inspect, records
from zhiyin.kit.errors import DomainError, Kind

UPLOAD_BYTES_MAX = 64 * 1024 * 1024
COLUMNS_MAX = 60
SAMPLED = 20
LOAD_TASK, IMPORTS_QUEUE = "load_import", "imports"


class UploadTooLarge(DomainError):
    """The file is larger than an upload may be. Split it, or use `zhiyin import`."""

    code: ClassVar[str] = "upload_too_large"
    kind: ClassVar[Kind] = Kind.INVALID


class UploadNotFound(DomainError):
    """There is no such upload any more: it was loaded, or never came whole."""

    code: ClassVar[str] = "upload_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came whole, what it is called and what it holds."""

    id: UUID
    folder: Path
    file_name: str
    kind: ImportKind
    language: str
    mapping: Mapping[str, object]

    @property
    def path(self) -> Path:
        """Where it lies. The suffix says the format."""
        return self.folder / f"file{Path(self.file_name).suffix.lower()[:10]}"


def keep(
    *,
    brand_id: UUID,
    chunks: Iterable[bytes],
    file_name: str,
    kind: ImportKind,
    language: str,
) -> Upload:
    """Keep a file for one brand. Raises UploadTooLarge, and then keeps nothing."""
    upload_id = uuid4()
    upload = Upload(
        upload_id, _folder(brand_id, upload_id), Path(file_name).name[:200], kind, language, {}
    )
    upload.folder.mkdir(parents=True, mode=0o700)
    size = 0
    handle = os.open(upload.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > UPLOAD_BYTES_MAX:
                break
            file.write(chunk)
    if size > UPLOAD_BYTES_MAX:
        shutil.rmtree(upload.folder)
        raise UploadTooLarge(most_bytes=UPLOAD_BYTES_MAX)
    _note(upload)
    return upload


def kept(*, brand_id: UUID, upload_id: UUID) -> Upload:
    """A file of the brand that waits. Raises UploadNotFound."""
    folder = _folder(brand_id, upload_id)
    try:
        said = json.loads((folder / "said.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UploadNotFound(upload_id=upload_id) from None
    return Upload(
        upload_id,
        folder,
        said["file_name"],
        ImportKind(said["kind"]),
        said["language"],
        said["mapping"],
    )


def columns(upload: Upload) -> tuple[Sequence[str], list[Mapping[str, object]]]:
    """The columns of a file, at most `COLUMNS_MAX`, and its first records as they stand.

    Raises the `file_...` and `encoding_...` errors of an import.
    """
    plain = ImportMapping(
        kind=upload.kind,
        columns=(),
        constants=(),
        consent=None,
        format="",
        encoding="",
        delimiter=DELIMITERS[0],
        missing=frozenset(),
        zone="",
        publish=False,
        rights_granted=False,
    )
    facts = inspect(upload.path, plain, name=upload.file_name)
    with closing(records(facts, plain)) as stream:
        first = [one.cells for one in islice(stream, SAMPLED) if isinstance(one, Record)]
    names = facts.columns or tuple(dict.fromkeys(name for cells in first for name in cells))
    return names[:COLUMNS_MAX], first


def source_of(upload: Upload, brand: BrandCard, mapping: Mapping[str, object]) -> Source:
    """The upload as an import reads it. Raises the `mapping_...` errors of an import."""
    return loading.look_at(
        brand_id=brand.id,
        zone=brand.time_zone,
        path=upload.path,
        file_name=upload.file_name,
        kind=upload.kind,
        mapping=mapping,
        language=upload.language,
    )


def start(
    upload: Upload, brand: BrandCard, mapping: Mapping[str, object], now: datetime
) -> ImportRunCard:
    """Open the run and queue the job that loads it."""
    run = loading.open_run(source_of(upload, brand, mapping), now=now)
    _note(Upload(upload.id, upload.folder, upload.file_name, upload.kind, upload.language, mapping))
    jobs.configure_task(name=LOAD_TASK, queue=IMPORTS_QUEUE, allow_unknown=True).defer(
        brand_slug=brand.slug, upload_id=str(upload.id)
    )
    return run


def load(*, brand: BrandCard, upload_id: UUID, now: datetime) -> None:
    """Load an upload to its end and throw the file away; one that is gone was loaded before."""
    try:
        upload = kept(brand_id=brand.id, upload_id=upload_id)
    except UploadNotFound:
        return
    source = source_of(upload, brand, upload.mapping)
    done = loading.load(source, loading.open_run(source, now=now), now=now)
    if done.state is ImportState.DONE:
        shutil.rmtree(upload.folder)


def _folder(brand_id: UUID, upload_id: UUID) -> Path:
    return Path(settings.STATE) / "imports" / str(brand_id) / str(upload_id)


def _note(upload: Upload) -> None:
    said: dict[str, Any] = {
        "file_name": upload.file_name,
        "kind": upload.kind.value,
        "language": upload.language,
        "mapping": upload.mapping,
    }
    place = upload.folder / "said.json"
    place.with_suffix(".new").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    place.with_suffix(".new").replace(place)
