"""Buyer shows that somebody reported: looked at, and left or taken off the shop."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.content import operations as content
from zhiyin.domain.content import queries
from zhiyin.domain.content.types import ShowReportCard, ShowReportEmpty, ShowState
from zhiyin.domain.conversations import queries as talks
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.pictures import pictures_of
from zhiyin.interfaces.console.showing import page_number, pager, shown
from zhiyin.interfaces.console.wearings import wearing
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.text import TextHasNul, TextTooLong

PER_PAGE = 20
SHOWS = "shows"


def views(request: ConsoleRequest, *, of: str, is_resolved: bool) -> list[dict[str, Any]]:
    """The lists of reports: what waits, with its count, then what was resolved. Four queries."""
    here = reverse("console:reports", kwargs={"slug": request.brand.slug})
    brand_id = request.operator.brand.id
    waiting = {
        "": talks.reports(brand_id=brand_id, limit=1).total,
        SHOWS: queries.open_show_reports(brand_id=brand_id),
    }
    words = {
        ("", False): _("Conversations"),
        (SHOWS, False): _("Buyer shows"),
        ("", True): _("Resolved: conversations"),
        (SHOWS, True): _("Resolved: buyer shows"),
    }
    return [
        {
            "name": name,
            "href": f"{here}?of={kind}&state={'resolved' if done else 'open'}",
            "is_current": (kind, done) == (of, is_resolved),
            "count": None if done else waiting[kind],
        }
        for (kind, done), name in words.items()
    ]


def waits_only(brand_id: UUID) -> bool:
    """Whether reported shows wait and no conversation does. Three queries."""
    waiting = queries.open_show_reports(brand_id=brand_id)
    return bool(waiting) and not talks.reports(brand_id=brand_id, limit=1).total


def show_reports(request: ConsoleRequest, *, is_resolved: bool) -> HttpResponse:
    """One page of reported shows, each as it stands on the shop."""
    brand_id = request.operator.brand.id
    found, total = queries.show_reports(
        brand_id=brand_id,
        resolved=is_resolved,
        offset=(page_number(request) - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    context = {
        "rows": _rows(request, found),
        "is_resolved": is_resolved,
        "views": views(request, of=SHOWS, is_resolved=is_resolved),
        "pager": pager(request, total=total, per_page=PER_PAGE),
    }
    return shown(request, "console/show_reports.html", "reports", context)


@require_POST
@console_page
def resolve_show(request: ConsoleRequest, report_id: UUID) -> HttpResponse:
    """Leave the show or take it off the shop, and write down why."""
    takes_down = request.POST.get("act") == "take-down"
    try:
        count = content.resolve_show_report(
            brand_id=request.operator.brand.id,
            report_id=report_id,
            resolution=request.POST.get("resolution", ""),
            takes_down=takes_down,
            user_id=request.operator.user_id,
            now=request.now,
        )
    except ShowReportEmpty:
        messages.error(request, _("Write what was done about it, in a few words."))
    except (TextTooLong, TextHasNul):
        messages.error(request, _("Those words are too long or cannot be read. Shorten them."))
    else:
        what = _("The show is off the shop.") if takes_down else _("The show stays.")
        told = ngettext("%(count)d report resolved.", "%(count)d reports resolved.", count)
        messages.info(request, f"{what} {told % {'count': count}}")
    return redirect(
        reverse("console:reports", kwargs={"slug": request.brand.slug}) + f"?of={SHOWS}"
    )


def _rows(request: ConsoleRequest, found: tuple[ShowReportCard, ...]) -> list[dict[str, Any]]:
    brand_id = request.operator.brand.id
    taxonomy = audience.taxonomy(brand_id=brand_id)
    products = catalog.products_by_id(
        brand_id=brand_id, product_ids=sorted({one.show.product_id for one in found})
    )
    return [
        {
            "report": one,
            "show": wearing(one.show, taxonomy=taxonomy, language=request.language),
            "is_down": one.show.state is not ShowState.PUBLISHED,
            "photos": pictures_of(request, one.show),
            "product": name_in(request.language, products[one.show.product_id])
            if one.show.product_id in products
            else _("off the shop"),
        }
        for one in found
    ]
