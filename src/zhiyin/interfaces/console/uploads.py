"""Files on their way in: kept sealed, as the API's are, until they are loaded."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.conf import settings
from procrastinate.contrib.django import app as jobs

from zhiyin.domain.brands.types import BrandCard, ImportKind, ImportRunCard, ImportState
from zhiyin.flows.importing import loading
from zhiyin.flows.importing import uploads as sealed
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
    brand_id: UUID
    file_name: str
    kind: ImportKind
    language: str
    mapping: Mapping[str, object]


def keep(
    *,
    brand_id: UUID,
    chunks: Iterable[bytes],
    file_name: str,
    kind: ImportKind,
    language: str,
) -> Upload:
    """Keep a file for one brand, sealed. Raises UploadTooLarge, and then keeps nothing."""
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > UPLOAD_BYTES_MAX:
            raise UploadTooLarge(most_bytes=UPLOAD_BYTES_MAX)
    upload = Upload(uuid4(), brand_id, Path(file_name).name[:200], kind, language, {})
    sealed.keep(folder=_folder(), brand_id=brand_id, file_id=upload.id, content=bytes(content))
    _note(upload)
    return upload


def kept(*, brand_id: UUID, upload_id: UUID) -> Upload:
    """A file of the brand that waits. Raises UploadNotFound."""
    try:
        note = sealed.held(folder=_folder(), brand_id=brand_id, file_id=upload_id, part=sealed.SAID)
    except sealed.UploadGone:
        raise UploadNotFound(upload_id=upload_id) from None
    said = json.loads(note)
    return Upload(
        upload_id,
        brand_id,
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
    with _opened(upload) as path:
        facts = inspect(path, plain, name=upload.file_name)
        with closing(records(facts, plain)) as stream:
            first = [one.cells for one in islice(stream, SAMPLED) if isinstance(one, Record)]
    names = facts.columns or tuple(dict.fromkeys(name for cells in first for name in cells))
    return names[:COLUMNS_MAX], first


@contextmanager
def source_of(upload: Upload, brand: BrandCard, mapping: Mapping[str, object]) -> Iterator[Source]:
    """The upload as an import reads it, for as long as the block lasts.

    Raises the `mapping_...` errors of an import, UploadNotFound.
    """
    with _opened(upload) as path:
        yield loading.look_at(
            brand_id=brand.id,
            zone=brand.time_zone,
            path=path,
            file_name=upload.file_name,
            kind=upload.kind,
            mapping=mapping,
            language=upload.language,
        )


def start(
    upload: Upload, brand: BrandCard, mapping: Mapping[str, object], now: datetime
) -> ImportRunCard:
    """Open the run and queue the job that loads it."""
    with source_of(upload, brand, mapping) as source:
        run = loading.open_run(source, now=now)
    _note(replace(upload, mapping=mapping))
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
    with source_of(upload, brand, upload.mapping) as source:
        done = loading.load(source, loading.open_run(source, now=now), now=now)
    if done.state is ImportState.DONE:
        sealed.discard(folder=_folder(), brand_id=brand.id, file_id=upload_id)


def reap(*, now: datetime) -> int:
    """Delete uploads that nobody loaded, the API's too, and copies that a killed process left."""
    return sealed.reap(folder=_folder(), now=now)


def _folder() -> Path:
    return Path(settings.STATE) / "imports"


@contextmanager
def _opened(upload: Upload) -> Iterator[Path]:
    try:
        with sealed.opened(folder=_folder(), brand_id=upload.brand_id, file_id=upload.id) as path:
            yield path
    except sealed.UploadGone:
        raise UploadNotFound(upload_id=upload.id) from None


def _note(upload: Upload) -> None:
    said: dict[str, Any] = {
        "file_name": upload.file_name,
        "kind": upload.kind.value,
        "language": upload.language,
        "mapping": upload.mapping,
    }
    sealed.keep(
        folder=_folder(),
        brand_id=upload.brand_id,
        file_id=upload.id,
        content=json.dumps(said, ensure_ascii=False).encode(),
        part=sealed.SAID,
    )
