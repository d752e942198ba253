"""Buyer shows and reports: what a person looks at before others see it, and after they complain."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.content import operations as content
from zhiyin.domain.content import queries
from zhiyin.domain.content.types import ShowCard, ShowRecord, ShowSource, ShowState
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.types import ReportEmpty, Side
from zhiyin.domain.kocs import queries as kocs
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.pictures import pictures_of
from zhiyin.interfaces.console.show_reports import SHOWS, show_reports, views, waits_only
from zhiyin.interfaces.console.showing import (
    IdMalformed,
    offer_undo,
    page_number,
    pager,
    shown,
    ticked,
)
from zhiyin.interfaces.console.wearings import wearing
from zhiyin.interfaces.naming import name_in

PER_PAGE = 20
REASON_CHARS_MAX = 200


@require_GET
@console_page
def shows(request: ConsoleRequest) -> HttpResponse:
    """The shows of a state, oldest first: those that wait, unless she asks for others."""
    brand_id = request.operator.brand.id
    asked = request.GET.get("state", ShowState.PENDING)
    state = ShowState(asked) if asked in set(ShowState) else ShowState.PENDING
    found, total = queries.shows_in_state(
        brand_id=brand_id, state=state, offset=(page_number(request) - 1) * PER_PAGE, limit=PER_PAGE
    )
    here = reverse("console:shows", kwargs={"slug": request.brand.slug})
    names = (
        (ShowState.PENDING, _("Waiting")),
        (ShowState.PUBLISHED, _("Published")),
        (ShowState.REFUSED, _("Refused")),
    )
    context = {
        "state": state.value,
        "rows": _rows(request, found),
        "total": total,
        "views": [
            {"name": words, "href": f"{here}?state={one}", "is_current": one is state}
            for one, words in names
        ],
        "pager": pager(request, total=total, per_page=PER_PAGE),
    }
    return shown(request, "console/shows.html", "shows", context)


@require_POST
@console_page
def moderate(request: ConsoleRequest) -> HttpResponse:
    """Publish, refuse with a reason, or put back into the queue.

    A show of her own purchase is not published before she has granted the rights to it.
    """
    brand_id, ids = request.operator.brand.id, ticked(request)
    asked = request.POST.get("state", "")
    if asked not in set(ShowState):
        raise IdMalformed(name="state")
    state, reason = ShowState(asked), request.POST.get("reason", "").strip()[:REASON_CHARS_MAX]
    here = reverse("console:shows", kwargs={"slug": request.brand.slug})
    records = queries.show_records(brand_id=brand_id, show_ids=ids)
    if not records:
        messages.info(request, _("Nothing was ticked, so nothing changed."))
        return redirect(here)
    if state is ShowState.REFUSED and not reason:
        return _ask_reason(request, list(records), here)
    ready = [
        one
        for one, record in records.items()
        if state is not ShowState.PUBLISHED or not lacks_rights(record)
    ]
    count = content.moderate_shows(
        brand_id=brand_id,
        show_ids=ready,
        state=state,
        reason=reason,
        user_id=request.operator.user_id,
        now=request.now,
    )
    if len(ready) < len(records):
        held = len(records) - len(ready)
        messages.error(
            request,
            ngettext(
                "%(count)d show was kept back: its author has not granted the rights.",
                "%(count)d shows were kept back: their authors have not granted the rights.",
                held,
            )
            % {"count": held},
        )
    _say(request, state, count, ready)
    return redirect(here)


@require_GET
@console_page
def reports(request: ConsoleRequest) -> HttpResponse:
    """Reports, the whole conversation with each, and never who asked; or those of shows."""
    brand_id = request.operator.brand.id
    is_resolved = request.GET.get("state") == "resolved"
    of = request.GET.get("of")
    if of is None and not is_resolved and waits_only(brand_id):
        of = SHOWS
    if of == SHOWS:
        return show_reports(request, is_resolved=is_resolved)
    page = talks.reports(
        brand_id=brand_id,
        resolved=is_resolved,
        offset=(page_number(request) - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    people = kocs.kocs_by_id(
        brand_id=brand_id, koc_ids=sorted({one.koc_id for one in page.reports})
    )
    products = catalog.products_by_id(
        brand_id=brand_id,
        product_ids=sorted(
            {p for one in page.reports if one.answer for p in one.answer.product_ids}
        ),
    )
    context = {
        "is_resolved": is_resolved,
        "total": page.total,
        "rows": [
            {
                "report": one,
                "koc": (name_in(request.language, people[one.koc_id]))
                if one.koc_id in people
                else _("a KOC who has left"),
                "by": _("the shopper") if one.reporter is Side.ASKER else _("the KOC"),
                "picks": [
                    name_in(request.language, products[p])
                    for p in (one.answer.product_ids if one.answer else ())
                    if p in products
                ],
            }
            for one in page.reports
        ],
        "views": views(request, of="", is_resolved=is_resolved),
        "pager": pager(request, total=page.total, per_page=PER_PAGE),
    }
    return shown(request, "console/reports.html", "reports", context)


@require_POST
@console_page
def resolve(request: ConsoleRequest, report_id: UUID) -> HttpResponse:
    """Write down what was done about a report."""
    try:
        conversations.resolve_report(
            brand_id=request.operator.brand.id,
            report_id=report_id,
            resolution=request.POST.get("resolution", ""),
            now=request.now,
        )
    except ReportEmpty:
        messages.error(request, _("Write what was done about it, in a few words."))
    else:
        messages.info(request, _("Resolved. It stands under “Resolved”."))
    return redirect("console:reports", slug=request.brand.slug)


def lacks_rights(record: ShowRecord) -> bool:
    """Whether its author still has to agree that it is shown. An import brings its own rights."""
    return record.rights_granted_at is None and record.purchase_id is not None


def _rows(request: ConsoleRequest, found: tuple[ShowCard, ...]) -> list[dict[str, Any]]:
    brand_id = request.operator.brand.id
    taxonomy = audience.taxonomy(brand_id=brand_id)
    records = queries.show_records(brand_id=brand_id, show_ids=[one.id for one in found])
    products = catalog.products_by_id(
        brand_id=brand_id, product_ids=sorted({one.product_id for one in found})
    )
    rows = []
    for one in found:
        record, product = records[one.id], products.get(one.product_id)
        rows.append(
            wearing(one, taxonomy=taxonomy, language=request.language)
            | {
                "product": name_in(request.language, product) if product else _("off the shop"),
                "has_page": product is not None,
                "proof": proof(one.source, record),
                "lacks_rights": lacks_rights(record),
                "has_rights": record.rights_granted_at is not None,
                "reason": record.state_reason,
                "pictures": len(one.media_refs),
                "photos": pictures_of(request, one),
            }
        )
    return rows


def proof(source: ShowSource, record: ShowRecord) -> str:
    """How we know that she wore it, with the row that says so."""
    if source is ShowSource.PURCHASE:
        return _("Verified purchase %(id)s") % {"id": str(record.purchase_id)[-8:]}
    if source is ShowSource.IMPORT:
        return _("Imported row %(ref)s") % {"ref": record.external_ref}
    return _("Written for the demo: never counted")


def _ask_reason(request: ConsoleRequest, ids: list[UUID], here: str) -> HttpResponse:
    context = {
        "title": ngettext("Refuse %(count)d show?", "Refuse %(count)d shows?", len(ids))
        % {"count": len(ids)},
        "consequence": _("The author reads the reason. You can put it back into the queue."),
        "lines": [],
        "ids": ids,
        "fields": [["state", ShowState.REFUSED.value]],
        "reason": _("Reason"),
        "error": _("A refusal needs a reason.") if "confirmed" in request.POST else "",
        "action": request.path,
        "button": _("Refuse"),
        "back": here,
    }
    return shown(request, "console/preview.html", "shows", context)


def _say(request: ConsoleRequest, state: ShowState, count: int, ids: list[UUID]) -> None:
    words = {
        ShowState.PUBLISHED: ngettext(
            "%(count)d show published.", "%(count)d shows published.", count
        ),
        ShowState.REFUSED: ngettext("%(count)d show refused.", "%(count)d shows refused.", count),
        ShowState.PENDING: ngettext(
            "%(count)d show waits again.", "%(count)d shows wait again.", count
        ),
    }[state] % {"count": count}
    if state is ShowState.PENDING or not count:
        messages.info(request, words)
        return
    offer_undo(
        request,
        words=words,
        action=request.path,
        fields={"ids": [str(one) for one in ids], "state": [ShowState.PENDING.value]},
    )
