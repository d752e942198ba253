"""Her orders: the list, one of them whole with its pickup code, paying it and cancelling it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.orders import queries as kept
from zhiyin.domain.orders.types import (
    CloseReason,
    Delivery,
    OrderCard,
    OrderMove,
    OrderMoveRefused,
    OrderNotFound,
    OrderState,
    PickupNotFound,
    RefundCard,
    RefundState,
    Step,
)
from zhiyin.flows import purchase
from zhiyin.interfaces import care_words
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.priced import of_order
from zhiyin.interfaces.shop import paying, slots
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page, shop_page
from zhiyin.interfaces.shop.ordered_words import (
    badge,
    closed_words,
    refund_words,
    state_words,
    step_words,
)
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.interfaces.shop.qr import qr_svg
from zhiyin.interfaces.shop.reviewing import reviews
from zhiyin.interfaces.shop.seats import group_of
from zhiyin.interfaces.shop.showing import page_number, pager, shown
from zhiyin.interfaces.shop.told import herself, note_order_seen
from zhiyin.interfaces.shop.weighing import ordered_groups
from zhiyin.kit.money import format_cny
from zhiyin.storage.tenancy import brand_tx

PER_PAGE = 10
MINUTE_S = 60
NO_REFUND = (OrderState.GROUPING, OrderState.CLOSED, OrderState.REFUNDED)
VIEWS = {
    "": (gettext_lazy("All"), ()),
    "unpaid": (gettext_lazy("Waiting to be paid"), (OrderState.UNPAID,)),
    "waiting": (
        gettext_lazy("To collect or be sent"),
        (OrderState.GROUPING, OrderState.PAID, OrderState.PART_SENT),
    ),
    "sent": (gettext_lazy("On its way"), (OrderState.PART_SENT, OrderState.SENT)),
    "done": (gettext_lazy("Collected or received"), (OrderState.DONE,)),
    "over": (gettext_lazy("Closed or refunded"), (OrderState.CLOSED, OrderState.REFUNDED)),
}


@require_GET
@shop_page
def orders(request: ShopRequest) -> HttpResponse:
    """Her orders, newest first, by where they stand."""
    brand_id = request.visitor.brand.id
    view = request.GET.get("state", "")
    view = view if view in VIEWS else ""
    page = page_number(request)
    found = kept.orders_of_member(
        brand_id=brand_id,
        member_ids=herself(request),
        states=VIEWS[view][1],
        offset=(page - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    context = {
        "orders": [_row(request, order) for order in found.orders],
        "views": [
            {"value": value, "label": label, "is_open": value == view}
            for value, (label, _states) in VIEWS.items()
        ],
        "view": view,
        **pager(page, found.total, PER_PAGE),
    }
    return shown(request, "shop/orders.html", context, tab="me")


@require_GET
@reaching_shop_page
def order(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """One order whole. While it waits to be paid, its provider is asked whether it was."""
    brand_id = request.visitor.brand.id
    with brand_tx(brand_id):
        card = hers(request, order_id)
    if card.state is OrderState.UNPAID:
        paying.ask(request, order_id)
    with brand_tx(brand_id):
        card = hers(request, order_id)
        note_order_seen(request, order_id)
        context = {
            **_row(request, card),
            "order": card,
            "groups": ordered_groups(Presenter(request), card.lines),
            "price": of_order(card, request.language),
            "steps": [_step(step) for step in kept.steps(brand_id=brand_id, order_id=order_id)],
            "refunds": [
                _refund(request, one)
                for one in kept.refunds_of(brand_id=brand_id, order_id=order_id)
            ],
            "store": _store(request, card),
            "slot": slots.of_order(request, order_id),
            "address": kept.address_of(brand_id=brand_id, order_id=order_id),
            "is_parcel": card.delivery is Delivery.PARCEL,
            "refund_url": _refund_url(request, card),
            "invoice_url": _invoice_url(request, card),
            "cases": [
                {
                    "id": case.id,
                    "words": care_words.STATES[case.state],
                    "sum": format_cny(case.amount_fen, request.language),
                }
                for case in kept.cases_of_order(brand_id=brand_id, order_id=order_id)
            ],
            "group": group_of(request, card),
            "parcels_url": _parcels_url(request, card),
            **_pickup(request, card),
            **_waiting(request, card),
            **reviews(request, card),
        }
        return shown(request, "shop/order.html", context, tab="me")


@require_GET
@reaching_shop_page
def order_state(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """Where it stands, asked every few seconds while it waits to be paid, or (`was`) for its group;
    the page is loaded anew once that moved.
    """
    brand_id = request.visitor.brand.id
    with brand_tx(brand_id):
        card = hers(request, order_id)
    if card.state is OrderState.UNPAID:
        paying.ask(request, order_id)
        with brand_tx(brand_id):
            card = hers(request, order_id)
    answer = render(
        request,
        "shop/parts/order_waiting.html",
        {"order": card, **_row(request, card), **_waiting(request, card)},
    )
    if card.state.value != request.GET.get("was", OrderState.UNPAID.value):
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@reaching_shop_page
def pay(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """Lead her to pay it, again if she left the first time."""
    with brand_tx(request.visitor.brand.id):
        card = hers(request, order_id)
    return paying.try_to_pay(request, card)


@require_POST
@reaching_shop_page
def cancel(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """She does not want it after all, and has not paid it."""
    brand_id = request.visitor.brand.id
    with brand_tx(brand_id):
        card = hers(request, order_id)
    paying.ask(request, order_id)
    try:
        purchase.cancel(
            brand_id=brand_id, order_id=order_id, member_id=card.member_id, now=request.now
        )
        messages.info(request, _("Cancelled. Nothing was paid, and the pieces are free again."))
    except OrderMoveRefused:
        messages.info(request, _("It is past that: see below how it stands."))
    return redirect("shop:order", slug=request.brand.slug, order_id=order_id)


def hers(request: ShopRequest, order_id: UUID) -> OrderCard:
    """An order of hers, whichever of her accounts placed it. Raises OrderNotFound."""
    card = kept.order(brand_id=request.visitor.brand.id, order_id=order_id)
    if card.member_id not in herself(request):
        raise OrderNotFound()
    return card


def _row(request: ShopRequest, card: OrderCard) -> dict[str, Any]:
    """An order as a list shows it."""
    is_english = request.language.startswith("en")
    pieces = sum(line.quantity for line in card.lines)
    names = [name_in(request.language, line) for line in card.lines]
    return {
        "id": card.id,
        "number": card.number,
        "state": state_words(card.state, card.delivery),
        "badge": badge(card.state),
        "names": (", " if is_english else "、").join(dict.fromkeys(names)),
        "pieces": ngettext("%(pieces)d piece", "%(pieces)d pieces", pieces) % {"pieces": pieces},
        "sum": format_cny(card.payable_fen, request.language),
        "placed_at": card.placed_at,
        "closed": closed_words(card),
    }


def _waiting(request: ShopRequest, card: OrderCard) -> dict[str, Any]:
    """How long it waits to be paid yet; nothing for an order that does not."""
    left_s = (card.pay_by - request.now).total_seconds()
    minutes = max(0, -(-int(left_s) // MINUTE_S))
    return {
        "waits": card.state is OrderState.UNPAID,
        "can_pay": card.state is OrderState.UNPAID and left_s > 0,
        "time_left": ngettext("%(minutes)d minute left", "%(minutes)d minutes left", minutes)
        % {"minutes": minutes},
    }


def _pickup(request: ShopRequest, card: OrderCard) -> dict[str, Any]:
    """The code that collects it, while it waits for her in the store."""
    if card.delivery is not Delivery.PICKUP or card.state is not OrderState.PAID:
        return {}
    try:
        code = kept.code_of(brand_id=request.visitor.brand.id, order_id=card.id)
    except PickupNotFound:
        return {}
    fours = [code[at : at + 4] for at in range(0, len(code), 4)]
    return {"code": " ".join(fours), "qr": qr_svg(code, title=_("Pickup code as a picture"))}


def _refund_url(request: ShopRequest, card: OrderCard) -> str:
    """Where she asks for money back, once something was paid and is left to give back.

    While it waits for its group she gives her seat back instead.
    """
    is_paid = card.paid_at is not None and card.refunded_fen < card.payable_fen
    if not is_paid or card.state in NO_REFUND:
        return ""
    try:
        return reverse("shop:refund", kwargs={"slug": request.brand.slug, "order_id": card.id})
    except NoReverseMatch:
        return ""


def _invoice_url(request: ShopRequest, card: OrderCard) -> str:
    """Where she asks for its invoice and reads how it stands, once it is paid."""
    if card.paid_at is None or card.state in (OrderState.GROUPING, OrderState.CLOSED):
        return ""
    return reverse("shop:invoice", kwargs={"slug": request.brand.slug, "order_id": card.id})


def _parcels_url(request: ShopRequest, card: OrderCard) -> str:
    """Where she follows what was sent; "" while nothing was."""
    was_sent = card.state in (OrderState.PART_SENT, OrderState.SENT, OrderState.DONE)
    if card.delivery is not Delivery.PARCEL or not was_sent:
        return ""
    return reverse("shop:parcels", kwargs={"slug": request.brand.slug, "order_id": card.id})


def _store(request: ShopRequest, card: OrderCard) -> dict[str, str] | None:
    """Where it is collected; None for a parcel, whose store is nothing to her."""
    if card.delivery is Delivery.PARCEL:
        return None
    store = brands.store(brand_id=request.visitor.brand.id, store_id=card.store_id)
    return {
        "name": name_in(request.language, store),
        "address": f"{store.city} {store.address}".strip(),
        "hours": store.hours,
    }


def _step(step: Step) -> dict[str, Any]:
    return {"words": step_words(step), "at": step.at, "reason": _said_reason(step)}


def _said_reason(step: Step) -> str:
    """Why, where a person said so; a code of ours has been put into words already."""
    is_ours = step.move is OrderMove.CLOSE or step.reason in set(CloseReason)
    return "" if is_ours else str(care_words.reason(step.reason))


def _refund(request: ShopRequest, one: RefundCard) -> dict[str, Any]:
    """A refund as its order shows it: how much, why, and where it stands."""
    return {
        "amount": format_cny(one.amount_fen, request.language),
        "reason": "" if one.reason in set(CloseReason) else care_words.reason(one.reason),
        "words": refund_words(one),
        "is_done": one.state is RefundState.DONE,
        "granted_at": one.granted_at,
        "done_at": one.done_at,
    }
