"""Bringing a file in: upload it, say which column is what, look at the first rows, start."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhiyin.domain.brands.types import ImportKind
from zhiyin.flows.importing import loading
from zhiyin.flows.importing.fields import FIELDS, STOCK, Shape
from zhiyin.flows.importing.problems import sentence
from zhiyin.flows.importing.units import UNITS
from zhiyin.interfaces.console import uploads
from zhiyin.interfaces.console.access import ConsoleRequest, reaching_console_page
from zhiyin.interfaces.console.imports import kind_words
from zhiyin.interfaces.console.showing import IdMalformed, shown
from zhiyin.kit.errors import DomainError, Kind
from zhiyin.storage.tenancy import brand_tx

PREVIEWED = 8
SCALES = ("10", "5", "100")
BODY_KINDS = (ImportKind.MEMBERS, ImportKind.REVIEWS)


@require_POST
@reaching_console_page
def upload(request: ConsoleRequest) -> HttpResponse:
    """Take a file in, up to its limit."""
    kind, file = request.POST.get("kind", ""), request.FILES.get("file")
    if kind not in set(ImportKind):
        raise IdMalformed(name="kind")
    if file is None or isinstance(file, list):
        messages.error(request, _("Choose a file first: CSV, JSON Lines or Parquet."))
        return redirect("console:imports", slug=request.brand.slug)
    try:
        kept = uploads.keep(
            brand_id=request.operator.brand.id,
            chunks=file.chunks(),
            file_name=file.name or "",
            kind=ImportKind(kind),
            language=request.language,
        )
    except uploads.UploadTooLarge:
        messages.error(
            request,
            _("That file is over %(most)d MB. Split it, or run zhiyin import on the server.")
            % {"most": uploads.UPLOAD_BYTES_MAX // 1024 // 1024},
        )
        return redirect("console:imports", slug=request.brand.slug)
    return redirect("console:import-map", slug=request.brand.slug, upload_id=kept.id)


@require_http_methods(["GET", "POST"])
@reaching_console_page
def mapping(request: ConsoleRequest, upload_id: UUID) -> HttpResponse:
    """Which column is what; then the first rows as they would be read; then start."""
    brand = request.operator.brand
    kept = uploads.kept(brand_id=brand.id, upload_id=upload_id)
    try:
        names, first = uploads.columns(kept)
    except DomainError as refusal:
        messages.error(request, _refused(refusal, request.language))
        return redirect("console:imports", slug=request.brand.slug)
    if request.method == "GET":
        return _page(request, kept, names, first)
    stated = _stated(request, kept, names)
    try:
        if request.POST.get("act") == "start":
            run = uploads.start(kept, brand, stated, request.now)
            return redirect("console:import-run", slug=request.brand.slug, run_id=run.id)
        with uploads.source_of(kept, brand, stated) as source:
            rows = loading.preview(source, now=request.now, limit=PREVIEWED)
    except DomainError as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        error = _refused(refusal, request.language)
        return _page(request, kept, names, first, error=error)
    read = [
        {
            "line": row.line,
            "values": [f"{field}: {value}" for field, value in row.values.items()],
            "problems": [f"{one.column}: {one.reason}" for one in problems],
        }
        for row, problems in rows
    ]
    return _page(request, kept, names, first, read=read)


def _stated(
    request: ConsoleRequest, kept: uploads.Upload, names: Sequence[str]
) -> dict[str, object]:
    form, known = request.POST, FIELDS[kept.kind]
    columns: dict[str, object] = {}
    for n, name in enumerate(names):
        field = form.get(f"field_{n}", "")
        if not field:
            continue
        said: dict[str, object] = {"field": field}
        shape = known[field].shape if field in known else None
        if unit := form.get(f"unit_{n}", ""):
            said["unit"] = unit
        if shape is Shape.RATING and form.get("scale") in SCALES:
            said["of"] = int(form["scale"])
        if shape is Shape.DATE and form.get("date_format"):
            said["format"] = form["date_format"][:40]
        columns[name] = said if len(said) > 1 else field
    stated: dict[str, object] = {"columns": columns}
    if form.get("consent_version"):
        stated["consent"] = {
            "text_version": form["consent_version"],
            "obtained": form.get("consent_day", ""),
        }
    for flag in ("publish", "rights_granted"):
        if flag in form:
            stated[flag] = True
    return stated


def _page(
    request: ConsoleRequest,
    kept: uploads.Upload,
    names: Sequence[str],
    first: Sequence[Mapping[str, object]],
    *,
    error: str = "",
    read: Sequence[Mapping[str, Any]] = (),
) -> HttpResponse:
    form, known = request.POST, FIELDS[kept.kind]
    units = sorted({unit for held in UNITS.values() for unit in held})
    fields = [(name, name.replace("_", " "), field.is_required) for name, field in known.items()]
    rows = [
        {
            "n": n,
            "name": name,
            "sample": " · ".join(str(cells.get(name, ""))[:24] for cells in first[:3]),
            "field": form.get(f"field_{n}", _guess(name, kept.kind)),
            "unit": form.get(f"unit_{n}", ""),
        }
        for n, name in enumerate(names)
    ]
    context = {
        "upload": kept,
        "kind": kind_words()[kept.kind],
        "rows": rows,
        "fields": fields,
        "stock": [(row["name"], row["name"]) for row in rows if str(row["name"]).startswith(STOCK)],
        "units": units,
        "scales": SCALES,
        "form": {name: form.get(name, "") for name in ("scale", "date_format")},
        "consent_version": form.get("consent_version", ""),
        "consent_day": form.get("consent_day", ""),
        "asks_consent": kept.kind in BODY_KINDS,
        "is_reviews": kept.kind is ImportKind.REVIEWS,
        "publish": "publish" in form,
        "rights_granted": "rights_granted" in form,
        "steps": [_("Upload"), _("Columns"), _("First rows"), _("Load")],
        "now": 3 if read else 2,
        "error": error,
        "read": read,
    }
    with brand_tx(request.operator.brand.id):
        return shown(
            request, "console/import_map.html", "imports", context, status=422 if error else 200
        )


def _guess(name: str, kind: ImportKind) -> str:
    plain = name.strip().lower().replace(" ", "_")
    if kind is ImportKind.PRODUCTS and name.startswith(STOCK):
        return name
    return plain if plain in FIELDS[kind] else ""


def _refused(refusal: DomainError, language: str) -> str:
    said = ", ".join(f"{key}: {value}" for key, value in refusal.details.items())
    words = sentence(refusal.code, language)
    return f"{words} ({refusal.code}{'; ' + said if said else ''})"[:400]
