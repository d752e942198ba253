"""She asks for money back for a part of an order, and follows her case step by step."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.audience import queries as kept
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.care import (
    MOST_CASE_PHOTOS,
    WORDS_CHARS_MAX,
    Carrier,
    CaseAsked,
    CaseCard,
    CaseKind,
    CaseReason,
    CaseRefused,
    CaseState,
    GoingBack,
)
from zhiyin.domain.orders.types import OrderCard, OrderState
from zhiyin.domain.pricing.types import PiecesRefused
from zhiyin.flows.purchase import cases
from zhiyin.interfaces import care_words as words
from zhiyin.interfaces import photos
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page, shop_page
from zhiyin.interfaces.shop.consents import member_id
from zhiyin.interfaces.shop.showing import in_her_zone, page_number, pager, shown
from zhiyin.interfaces.shop.told import note_order_seen
from zhiyin.kit.errors import DomainError
from zhiyin.kit.money import format_cny
from zhiyin.kit.numbers import whole
from zhiyin.storage.media import CleanImage, MediaStore
from zhiyin.storage.tenancy import brand_tx

PER_PAGE = 20
WAYS = {
    "money": (CaseKind.REFUND_ONLY, GoingBack.NONE),
    "parcel": (CaseKind.RETURN, GoingBack.PARCEL),
    "store": (CaseKind.RETURN, GoingBack.STORE),
}


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def refund(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """Choose pieces and a reason, see what comes back, ask."""
    own = {"brand_id": request.visitor.brand.id, "member_id": member_id(request)}
    error = ""
    if request.method == "POST":
        try:
            with brand_tx(own["brand_id"]):
                order = ordered.order(order_id=order_id, **own)
            case = cases.ask(
                order_id=order_id,
                request_key=_key(request),
                asked=_asked(request, order),
                photos=_photos(request),
                media=MediaStore(settings.MEDIA_FOLDER),
                now=request.now,
                **own,
            )
        except photos.REFUSED as refused:
            error = photos.why_not(refused)
        except DomainError as refused:
            error = str(words.refusal(refused))
        else:
            if case.state is CaseState.REFUNDING:
                messages.info(request, _("Granted. The money goes back the way it came."))
            else:
                messages.info(request, _("Sent. You read here how it goes on."))
            return redirect("shop:case", slug=request.brand.slug, case_id=case.id)
    with brand_tx(own["brand_id"]):
        order = ordered.order(order_id=order_id, **own)
        context = _refund_context(request, order) | {"error": error}
        return shown(request, "shop/refund.html", context, tab="me", status=422 if error else 200)


@require_GET
@shop_page
def case_photo(request: ShopRequest, case_id: UUID, place: int) -> HttpResponse:
    """A photo of a case of hers; to anybody else it is not there."""
    brand_id = request.visitor.brand.id
    ordered.read_case(brand_id=brand_id, case_id=case_id, member_id=member_id(request))
    return photos.of_case(brand_id, case_id, place, small="small" in request.GET)


@require_POST
@shop_page
def refund_sum(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """What would come back for the pieces that are chosen now."""
    order = ordered.order(
        brand_id=request.visitor.brand.id, order_id=order_id, member_id=member_id(request)
    )
    return render(request, "shop/parts/refund_sum.html", {"sum": _sum(request, order)})


@require_GET
@shop_page
def case_list(request: ShopRequest) -> HttpResponse:
    """Her cases, the newest first, a page at a time."""
    page = page_number(request)
    found = ordered.cases_of_member(
        brand_id=request.visitor.brand.id,
        member_id=member_id(request),
        offset=(page - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    context = {
        "cases": [_row(request, case) for case in found.cases],
        **pager(page, found.total, PER_PAGE),
    }
    return shown(request, "shop/cases.html", context, tab="me")


@require_GET
@shop_page
def case(request: ShopRequest, case_id: UUID) -> HttpResponse:
    """One case: where it stands, what has to happen until when, and each step so far."""
    return _case_page(request, case_id)


@require_POST
@reaching_shop_page
def case_act(request: ShopRequest, case_id: UUID) -> HttpResponse:
    """Take it back, say that the goods are on their way, or take a refusal to head office."""
    own: dict[str, Any] = {
        "brand_id": request.visitor.brand.id,
        "case_id": case_id,
        "member_id": member_id(request),
        "now": request.now,
    }
    act = request.POST.get("act", "")
    try:
        with brand_tx(own["brand_id"]):
            ordered.read_case(brand_id=own["brand_id"], case_id=case_id, member_id=own["member_id"])
            if act == "withdraw":
                orders.withdraw_case(**own)
            elif act == "escalate":
                orders.escalate_case(**own)
            elif act == "sent":
                orders.send_goods_back(
                    **own,
                    carrier=next(
                        (one for one in Carrier if one == request.POST.get("carrier")),
                        Carrier.OTHER,
                    ),
                    tracking_no=request.POST.get("tracking_no", ""),
                )
    except DomainError as refused:
        with brand_tx(own["brand_id"]):
            return _case_page(request, case_id, error=str(words.refusal(refused)))
    return redirect("shop:case", slug=request.brand.slug, case_id=case_id)


def names_of(request: ShopRequest, order: OrderCard) -> dict[str, str]:
    """Line key -> its name, colour and size, as she knows it. One query."""
    taxonomy = kept.taxonomy(brand_id=request.visitor.brand.id)
    return words.lines(order.lines, taxonomy=taxonomy, language=request.language)


def _case_page(request: ShopRequest, case_id: UUID, *, error: str = "") -> HttpResponse:
    own = {"brand_id": request.visitor.brand.id}
    found = ordered.read_case(case_id=case_id, member_id=member_id(request), **own)
    order = ordered.order(order_id=found.order_id, **own)
    note_order_seen(request, order.id)
    names = names_of(request, order)
    context = {
        "case": _row(request, found),
        "order": order,
        "pieces": [{"name": names[key], "count": n} for key, n in found.pieces.items()],
        "steps": words.steps(ordered.case_steps(case_id=case_id, **own)),
        "her_words": ordered.case_words(case_id=case_id, **own),
        "photos": [
            reverse(
                "shop:case-photo",
                kwargs={"slug": request.brand.slug, "case_id": case_id, "place": place},
            )
            for place, _ref in enumerate(ordered.case_photos(case_id=case_id, **own), start=1)
        ],
        "carriers": [(one.value, words.CARRIERS[one]) for one in Carrier],
        "error": error,
    }
    return shown(request, "shop/case.html", context, tab="me", status=422 if error else 200)


def _row(request: ShopRequest, case: CaseCard) -> dict[str, Any]:
    sentence = words.clock(case.state, case.going_back, may_escalate=case.may_escalate)
    when = in_her_zone(request, case.deadline_at) if case.deadline_at else ""
    return {
        "card": case,
        "state": words.STATES[case.state],
        "badge": words.BADGES.get(case.state, ""),
        "reason": words.REASONS[case.reason],
        "sum": format_cny(case.amount_fen, request.language),
        "clock": str(sentence) % {"when": when} if sentence else "",
        "carrier": words.CARRIERS[Carrier(case.carrier)] if case.carrier else "",
        "may_withdraw": case.state
        in (CaseState.ASKED, CaseState.WAITING_GOODS, CaseState.ESCALATED),
        "sends_goods": case.state is CaseState.WAITING_GOODS
        and case.going_back is GoingBack.PARCEL,
        "way": words.WAYS_BACK[case.going_back],
        "may_escalate": case.may_escalate
        and case.deadline_at is not None
        and request.now <= case.deadline_at,
    }


def _refund_context(request: ShopRequest, order: OrderCard) -> dict[str, Any]:
    chosen, names = _pieces(request, order), names_of(request, order)
    lines = [
        {
            "id": line.id,
            "name": names[line.key],
            "left": line.quantity - line.refunded - line.claimed,
            "range": range(line.quantity - line.refunded - line.claimed + 1),
            "chosen": chosen.get(line.key, 0),
            "price": format_cny(max(line.unit_fen, default=0), request.language),
        }
        for line in order.lines
    ]
    has_goods = order.state in (OrderState.PART_SENT, OrderState.SENT, OrderState.DONE)
    ways = [("money", _("Money only"))]
    if has_goods:
        ways += [
            ("parcel", _("Send it back by parcel")),
            ("store", _("Hand it in at a store")),
        ]
    return {
        "order": order,
        "lines": lines,
        "is_anything_left": any(line["left"] for line in lines),
        "ways": ways,
        "way": request.POST.get("way", "parcel" if has_goods else "money"),
        "reasons": [(one.value, words.REASONS[one]) for one in CaseReason],
        "reason": request.POST.get("reason", ""),
        "words": request.POST.get("words", ""),
        "words_chars_max": WORDS_CHARS_MAX,
        "key": request.POST.get("key") or str(uuid4()),
        "sum": _sum(request, order),
        "is_at_once": order.state is OrderState.PAID and order.group_id is None,
    }


def _pieces(request: ShopRequest, order: OrderCard) -> dict[str, int]:
    """What is chosen: of an order of one piece that piece, before she chose anything."""
    if request.method != "POST":
        left = {one.key: one.quantity - one.refunded - one.claimed for one in order.lines}
        return {key: n for key, n in left.items() if n} if sum(left.values()) == 1 else {}
    most = 99
    typed = {
        line.key: whole(request.POST.get(f"pieces_{line.id}", ""), most=most) or 0
        for line in order.lines
    }
    return {key: count for key, count in typed.items() if count}


def _asked(request: ShopRequest, order: OrderCard) -> CaseAsked:
    kind, going_back = WAYS.get(request.POST.get("way", ""), WAYS["money"])
    return CaseAsked(
        kind=kind,
        reason=next(
            (one for one in CaseReason if one == request.POST.get("reason")), CaseReason.OTHER
        ),
        pieces=_pieces(request, order),
        going_back=going_back,
        words=request.POST.get("words", ""),
    )


def _photos(request: ShopRequest) -> tuple[CleanImage, ...]:
    """The photos she sent, drawn anew. Raises CaseRefused (too many), photos.REFUSED."""
    files = request.FILES.getlist("photos")
    if len(files) > MOST_CASE_PHOTOS:
        raise CaseRefused(field="photos")
    return photos.cleaned(files)


def _sum(request: ShopRequest, order: OrderCard) -> Mapping[str, str] | None:
    """What comes back for the chosen pieces, and of that the freight; None if nothing can."""
    chosen = _pieces(request, order)
    try:
        goods_fen, freight_fen = orders.would_come_back(order, chosen)
    except PiecesRefused:
        return None
    return {
        "total": format_cny(goods_fen + freight_fen, request.language),
        "freight": format_cny(freight_fen, request.language) if freight_fen else "",
    }


def _key(request: ShopRequest) -> UUID:
    """The page's own key; one that is none makes the request a new one."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()
