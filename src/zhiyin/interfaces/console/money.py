"""Money that a person has to look at, and what the brand says of freight and of giving back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.brands.types import Role
from zhiyin.domain.orders import operations, queries
from zhiyin.domain.orders.types import (
    ReasonNeeded,
    RefundMoveRefused,
    RefundState,
    Stray,
    StrayMoveRefused,
    StraySettlement,
)
from zhiyin.flows import purchase
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.ordering import cny, moment
from zhiyin.interfaces.console.showing import shown
from zhiyin.kit.money import fen_of, yuan_of

LISTED = 100


@require_GET
@console_page
def money(request: ConsoleRequest) -> HttpResponse:
    """Stuck refunds, the oldest first, and receipts that fit no order, the newest first."""
    return _money(request)


@require_POST
@console_page
def settle(request: ConsoleRequest, stray_id: UUID) -> HttpResponse:
    """Give a receipt that fits no order back, or keep it; once, with a reason."""
    said = request.POST.get("act", "")
    try:
        stray = purchase.settle_stray(
            brand_id=request.operator.brand.id,
            stray_id=stray_id,
            settlement=StraySettlement(said if said in set(StraySettlement) else "keep"),
            reason=request.POST.get("reason", ""),
            user_id=request.operator.user_id,
            now=request.now,
        )
    except ReasonNeeded:
        return _money(request, problem=_("Say why, in up to 200 characters."))
    except StrayMoveRefused:
        messages.info(request, _("Somebody decided it meanwhile, so nothing changed."))
    else:
        messages.info(
            request,
            _("%(sum)s goes back. The provider is asked at once.")
            % {"sum": cny(request, stray.amount_fen)}
            if stray.settlement is StraySettlement.GIVE_BACK
            else _("Written down. It waits for nobody any more."),
        )
    return redirect("console:money", slug=request.brand.slug)


@require_POST
@console_page
def retry_stray(request: ConsoleRequest, stray_id: UUID) -> HttpResponse:
    """Ask for a receipt's stuck refund again, under the same number."""
    try:
        purchase.retry_stray(brand_id=request.operator.brand.id, stray_id=stray_id, now=request.now)
    except StrayMoveRefused:
        messages.info(request, _("It is no longer stuck, so nothing changed."))
    else:
        messages.info(request, _("The provider is asked again within a minute."))
    return redirect("console:money", slug=request.brand.slug)


def _money(request: ConsoleRequest, *, problem: str = "") -> HttpResponse:
    brand_id = request.operator.brand.id
    stuck = queries.stuck_refunds(brand_id=brand_id, limit=LISTED)
    why = queries.why_stuck(brand_id=brand_id, refund_ids=[one.id for one in stuck])
    numbers = queries.numbers_of(brand_id=brand_id, order_ids=[one.order_id for one in stuck])
    context = {
        "stuck": [
            {
                "card": one,
                "number": numbers.get(one.order_id, ""),
                "sum": cny(request, one.amount_fen),
                "why": why.get(one.id, ""),
                "at": moment(request, one.granted_at),
            }
            for one in stuck
        ],
        "strays": [
            _stray(request, one) for one in queries.stray_receipts(brand_id=brand_id, limit=LISTED)
        ],
        "settled": [
            _stray(request, one) for one in queries.settled_strays(brand_id=brand_id, limit=LISTED)
        ],
        "problem": problem,
        "typed": request.POST.get("reason", ""),
    }
    return shown(request, "console/money.html", "money", context, status=422 if problem else 200)


@require_POST
@console_page
def retry(request: ConsoleRequest, refund_id: UUID) -> HttpResponse:
    """Ask for a stuck refund again, under the same number."""
    try:
        operations.retry_refund(
            brand_id=request.operator.brand.id, refund_id=refund_id, now=request.now
        )
    except RefundMoveRefused:
        messages.info(request, _("It is no longer stuck, so nothing changed."))
    else:
        messages.info(request, _("The provider is asked again within a minute."))
    return redirect("console:money", slug=request.brand.slug)


@require_GET
@console_page
def terms(request: ConsoleRequest) -> HttpResponse:
    """What a parcel costs, and how much each role may give back alone."""
    return _terms(request)


@require_POST
@console_page
def freight(request: ConsoleRequest) -> HttpResponse:
    """What a parcel costs from now on; orders that were placed keep theirs."""
    flat_fen = fen_of(request.POST.get("flat", ""))
    typed = request.POST.get("free_from", "").strip()
    free_from_fen = fen_of(typed) if typed else None
    if flat_fen is None or (typed and free_from_fen is None):
        return _terms(request, freight_error=_("A sum is in yuan: 12 or 12.50."), status=422)
    operations.set_freight(
        brand_id=request.operator.brand.id, flat_fen=flat_fen, free_from_fen=free_from_fen
    )
    messages.info(request, _("Saved. The next quote reads it."))
    return redirect("console:order-terms", slug=request.brand.slug)


@require_POST
@console_page
def limit(request: ConsoleRequest) -> HttpResponse:
    """How much of one order an operator may give back alone from now on."""
    typed = request.POST.get("most", "").strip()
    most_fen = fen_of(typed)
    if most_fen is None:
        return _terms(request, limit_error=_("A sum is in yuan: 500 or 500.50."), status=422)
    operations.set_refund_limit(
        brand_id=request.operator.brand.id,
        role=Role.OPERATOR,
        most_fen=most_fen,
        user_id=request.operator.user_id,
        now=request.now,
    )
    messages.info(request, _("Saved. It counts from the next refund on."))
    return redirect("console:order-terms", slug=request.brand.slug)


def _terms(request: ConsoleRequest, *, status: int = 200, **errors: str) -> HttpResponse:
    brand_id = request.operator.brand.id
    now = queries.freight_terms(brand_id=brand_id)
    most_fen = queries.refund_limits(brand_id=brand_id)[Role.OPERATOR]
    said: Any = request.POST
    context = {
        "flat": said.get("flat", yuan_of(now.flat_fen)),
        "free_from": said.get("free_from", yuan_of(now.free_from_fen)),
        "most": said.get("most", yuan_of(most_fen)),
        **errors,
    }
    return shown(request, "console/order_terms.html", "order-terms", context, status=status)


def _stray(request: ConsoleRequest, one: Stray) -> dict[str, Any]:
    if one.settlement is None:
        decided = ""
    elif one.refund is None:
        decided = _("kept")
    elif one.refund is RefundState.DONE:
        decided = _("given back")
    else:
        decided = _("on its way back")
    return {
        "card": one,
        "sum": cny(request, one.amount_fen),
        "at": moment(request, one.at),
        "why": _stray_words().get(one.why, one.why),
        "decided": decided,
        "settled": moment(request, one.settled_at) if one.settled_at else "",
        "may_give_back": one.is_money and one.amount_fen > 0,
    }


def _stray_words() -> dict[str, str]:
    return {
        "payment_no": _("no order of ours has this number"),
        "amount_fen": _("the sum is not what the order costs"),
        "currency": _("another currency"),
        "transaction_id": _("the order was paid already, by another transaction"),
    }
