"""Imports over HTTP: a file is sent once, then taken on step by step, and never held in memory."""

import json
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from ninja import File, Form, Query, Router, UploadedFile
from pydantic import Field

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import ImportKind, ImportRunCard, ImportState
from zhiyin.flows.importing import loading, uploads
from zhiyin.flows.importing.mapping import MAPPING_CHARS_MAX, MappingMalformed
from zhiyin.interfaces.api.access import ApiRequest, in_brand, opening_its_own
from zhiyin.interfaces.api.shapes import In, Listed, PageQuery, answers, chars, listed, plain
from zhiyin.kit.errors import DomainError, Kind
from zhiyin.storage.tenancy import brand_tx

router = Router(tags=["imports"])
UPLOAD_BYTES_MAX = 20 * 1024 * 1024
BATCHES_A_STEP = 5


class UploadTooLarge(DomainError):
    """The file is larger than an upload may be. Use `zhiyin import`, which takes any size."""

    code: ClassVar[str] = "api_upload_too_large"
    kind: ClassVar[Kind] = Kind.INVALID


class ImportIn(In):
    """`mapping` is the text of a mapping file. `again` loads a finished file anew."""

    kind: ImportKind
    mapping: chars(MAPPING_CHARS_MAX, least=2)  # type: ignore[valid-type]
    again: bool = False


class ProblemQuery(In):
    """Which problems: those after a line and column, as the last page gave them."""

    line: int = Field(-1, ge=-1, le=2**62)
    column: chars(80) = ""  # type: ignore[valid-type]
    limit: int = Field(200, ge=1, le=1_000)


@router.post("/imports", response=answers(dict))
@opening_its_own
def begin_import(request: ApiRequest, said: Form[ImportIn], file: File[UploadedFile]) -> Any:
    """Send a file (20 MB at most) with its mapping, and load its first rows.

    While `state` is `running`, POST to `/imports/{run_id}/steps`. The same file and mapping sent
    again go on where they stand.
    """
    if (file.size or 0) > UPLOAD_BYTES_MAX:
        raise UploadTooLarge(bytes_max=UPLOAD_BYTES_MAX)
    brand_id, folder = request.brand.id, _folder()
    with uploads.arriving(folder=folder, brand_id=brand_id, chunks=file.chunks()) as path:
        source = loading.look_at(
            brand_id=brand_id,
            zone=request.brand.time_zone,
            path=path,
            file_name=_name(file.name),
            kind=said.kind,
            mapping=_mapping(said.mapping),
            language=request.language,
        )
        run = loading.open_run(source, now=request.now, again=said.again)
        if run.state is not ImportState.DONE:
            uploads.keep(
                folder=folder, brand_id=brand_id, file_id=run.id, content=path.read_bytes()
            )
    return _stepped(request, run)


@router.post("/imports/{run_id}/steps", response=answers(dict))
@opening_its_own
def step_import(request: ApiRequest, run_id: UUID) -> Any:
    """Load the next five thousand rows. Safe to repeat, also after a lost answer."""
    with brand_tx(request.brand.id):
        run = brands.import_run(brand_id=request.brand.id, run_id=run_id)
    return _stepped(request, run)


@router.get("/imports", response=answers(Listed))
@in_brand
def list_imports(request: ApiRequest, query: Query[PageQuery]) -> Any:
    """Imports, newest first."""
    runs, total = brands.import_runs(brand_id=request.brand.id, **query.dict())
    return listed(runs, total)


@router.get("/imports/{run_id}", response=answers(dict))
@in_brand
def get_import(request: ApiRequest, run_id: UUID) -> Any:
    """How an import stands."""
    return plain(brands.import_run(brand_id=request.brand.id, run_id=run_id))


@router.get("/imports/{run_id}/problems", response=answers(dict))
@in_brand
def list_problems(request: ApiRequest, run_id: UUID, query: Query[ProblemQuery]) -> Any:
    """The rows that have a problem, by line: where, which code, and what to do."""
    brands.import_run(brand_id=request.brand.id, run_id=run_id)
    found = brands.import_problems(
        brand_id=request.brand.id,
        run_id=run_id,
        after=(query.line, query.column),
        limit=query.limit,
    )
    return {"items": [plain(problem) for problem in found]}


def _stepped(request: ApiRequest, run: ImportRunCard) -> dict[str, Any]:
    if run.state is not ImportState.DONE:
        run = uploads.step(
            folder=_folder(),
            brand=request.brand,
            run=run,
            language=request.language,
            now=request.now,
            batches=BATCHES_A_STEP,
        )
    return plain(run)


def _mapping(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise MappingMalformed(at="", reason="not JSON") from None
    if not isinstance(found, dict):
        raise MappingMalformed(at="", reason="an object")
    return found


def _name(sent: str | None) -> str:
    return "".join(letter for letter in sent or "file" if letter.isprintable())[:200] or "file"


def _folder() -> Path:
    return Path(settings.STATE) / "imports"
