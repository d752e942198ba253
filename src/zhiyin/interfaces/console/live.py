"""The live board of a sale: what is sold, paid and left, minute by minute, while it runs."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.promotions import queries
from zhiyin.domain.promotions.types import PromotionCard, PromotionKind, PromotionState, SaleNow
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.promotions import OPEN, row
from zhiyin.interfaces.console.showing import brand_time, shown
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.money import format_cny

MINUTES = 60
STORES_SHOWN = 20
BAR, GAP, HIGH = 8, 2, 100
"""A bar's width, the space beside it and the height of the tallest, in units of the drawing."""


@require_GET
@console_page
def live(request: ConsoleRequest, promotion_id: UUID) -> HttpResponse:
    """A promotion as it goes. Asked by htmx, only the part that moves. Raises PromotionNotFound.

    Ten queries, none of which grows with what was sold but by the ids of its latest orders.
    """
    brand_id = request.operator.brand.id
    card = queries.promotion(brand_id=brand_id, promotion_id=promotion_id, now=request.now)
    until = min(request.now, card.terms.ends_at, card.terms.stopped_at or request.now)
    since = until.replace(second=0, microsecond=0) - timedelta(minutes=MINUTES - 1)
    sale = queries.sale_now(brand_id=brand_id, promotion_id=promotion_id, since=since)
    context = {
        **row(request, card),
        "is_running": card.state is PromotionState.RUNNING,
        "is_open": card.state in OPEN,
        "at": request.now,
        "figures": _figures(request, card, sale),
        "chart": _chart(since, dict(sale.minutes)),
        "is_all": sale.is_all,
        "counted": len(sale.order_ids),
        **_stock(request, card),
    }
    if not request.htmx:
        return shown(request, "console/live.html", "promotions", context)
    with brand_time(request):
        return render(request, "console/parts/live_now.html", context)


def _figures(request: ConsoleRequest, card: PromotionCard, sale: SaleNow) -> list[dict[str, Any]]:
    """The figures of the board: a name, a value, and what it is to be read against."""
    terms = card.terms
    sums = orders.sums_of(brand_id=request.operator.brand.id, order_ids=sale.order_ids)
    goes_back = ""
    if sums.refunded_fen:
        goes_back = _("%(sum)s of it goes back") % {
            "sum": format_cny(sums.refunded_fen, request.language)
        }
    figures = [_sold(card, sale)]
    if terms.most_uses is not None:
        figures.append(_figure(_("Left"), terms.most_uses - terms.used))
    if terms.kind is PromotionKind.GROUP_BUY:
        waits = _("%(count)d wait to be paid") % {"count": sale.waiting}
        figures.append(_figure(_("Seats free in open groups"), sale.free, waits))
    figures += [
        _figure(
            _("Paid, all goods of its orders"),
            format_cny(sums.paid_fen, request.language),
            goes_back,
        ),
        _figure(
            _("Orders paid"),
            sums.paid,
            ngettext("%(count)d waits to be paid", "%(count)d wait to be paid", sums.unpaid)
            % {"count": sums.unpaid},
        ),
        _figure(_("People"), sale.people),
    ]
    if terms.kind is PromotionKind.GROUP_BUY:
        against = _("%(opened)d open, %(lost)d lost") % {
            "opened": sale.groups_open,
            "lost": sale.groups_lost,
        }
        figures.append(_figure(_("Groups won"), sale.groups_won, against))
    return figures


def _sold(card: PromotionCard, sale: SaleNow) -> dict[str, Any]:
    most = card.terms.most_uses
    against = _("of %(most)d") % {"most": most} if most is not None else ""
    name = {
        PromotionKind.GROUP_BUY: _("Seats paid"),
        PromotionKind.COUPON: _("Used"),
    }.get(card.terms.kind, _("Pieces ordered"))
    return _figure(name, sale.sold, against)


def _figure(name: str, value: object, against: str = "") -> dict[str, Any]:
    return {"name": name, "value": value, "against": against}


def _chart(since: datetime, sold: dict[datetime, int]) -> dict[str, Any]:
    """A bar for each of sixty minutes, from zero, as high as the most in one of them."""
    most = max(sold.values(), default=0)
    total = sum(sold.values())
    bars = []
    for n in range(MINUTES):
        at = since + timedelta(minutes=n)
        if count := sold.get(at, 0):
            high = max(2, HIGH * count // most)
            bars.append(
                {"x": n * (BAR + GAP), "y": HIGH - high, "high": high, "count": count, "at": at}
            )
    return {
        "bars": bars,
        "width": MINUTES * (BAR + GAP),
        "bar": BAR,
        "high": HIGH,
        "most": most,
        "since": since,
        "until": since + timedelta(minutes=MINUTES - 1),
        "summary": ngettext(
            "%(total)d in the last hour, at most %(most)d in a minute",
            "%(total)d in the last hour, at most %(most)d in a minute",
            total,
        )
        % {"total": total, "most": most},
    }


def _stock(request: ConsoleRequest, card: PromotionCard) -> dict[str, Any]:
    """What is left of its goods in each store, the emptiest first; nothing for a coupon."""
    if not card.sku_ids:
        return {"stores": (), "stores_total": 0}
    brand_id = request.operator.brand.id
    left = catalog.for_sale_in(brand_id=brand_id, sku_ids=card.sku_ids)
    if card.terms.store_ids:
        left = tuple(one for one in left if one[0] in card.terms.store_ids)
    known = {
        one.id: one
        for one in brands.stores_by_id(
            brand_id=brand_id, store_ids=[store_id for store_id, _left in left[:STORES_SHOWN]]
        )
    }
    return {
        "stores": [
            {"name": name_in(request.language, known[one]), "left": pieces}
            for one, pieces in left[:STORES_SHOWN]
            if one in known
        ],
        "stores_total": len(left),
        "pieces_left": sum(pieces for _store_id, pieces in left),
    }
