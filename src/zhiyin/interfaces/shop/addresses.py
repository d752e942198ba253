"""Her address book, and the invoice of an order."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.care import (
    MOST_ADDRESSES,
    AddressBookFull,
    AddressFacts,
    AddressRefused,
    InvoiceFacts,
    InvoiceMoveRefused,
    InvoiceRefused,
    InvoiceState,
    TitleKind,
)
from zhiyin.domain.orders.types import OrderMoveRefused
from zhiyin.interfaces import care_words as words
from zhiyin.interfaces.shop.access import ShopRequest, shop_page
from zhiyin.interfaces.shop.consents import member_id
from zhiyin.interfaces.shop.showing import shown
from zhiyin.kit.money import format_cny

FIELDS = ("name", "phone", "region", "street")


@require_http_methods(["GET", "POST"])
@shop_page
def addresses(request: ShopRequest) -> HttpResponse:
    """The book, and one more."""
    own: dict[str, Any] = {"brand_id": request.visitor.brand.id, "member_id": member_id(request)}
    error = field = ""
    if request.method == "POST":
        try:
            orders.add_address(
                facts=_typed(request),
                is_default=bool(request.POST.get("default")),
                now=request.now,
                **own,
            )
        except AddressRefused as refused:
            field, error = str(refused.details["field"]), str(words.refusal(refused))
        except AddressBookFull:
            error = _("The book holds %(most)d addresses. Remove one first.") % {
                "most": MOST_ADDRESSES
            }
        else:
            messages.info(request, _("The address is in your book."))
            return redirect("shop:addresses", slug=request.brand.slug)
    context = {
        "addresses": ordered.addresses_of(**own),
        "is_full": len(ordered.addresses_of(**own)) >= MOST_ADDRESSES,
        "typed": request.POST,
        "field": field,
        "error": error,
    }
    return shown(request, "shop/addresses.html", context, tab="me", status=422 if error else 200)


@require_http_methods(["GET", "POST"])
@shop_page
def address(request: ShopRequest, address_id: UUID) -> HttpResponse:
    """Correct one address."""
    own: dict[str, Any] = {
        "brand_id": request.visitor.brand.id,
        "member_id": member_id(request),
        "address_id": address_id,
    }
    card, error, field = ordered.address(**own), "", ""
    typed: Any = {name: getattr(card.facts, name) for name in FIELDS}
    if request.method == "POST":
        typed = request.POST
        try:
            orders.change_address(facts=_typed(request), now=request.now, **own)
        except AddressRefused as refused:
            field, error = str(refused.details["field"]), str(words.refusal(refused))
        else:
            return redirect("shop:addresses", slug=request.brand.slug)
    context = {"card": card, "typed": typed, "field": field, "error": error}
    return shown(request, "shop/address.html", context, tab="me", status=422 if error else 200)


@require_POST
@shop_page
def address_act(request: ShopRequest, address_id: UUID) -> HttpResponse:
    """Make an address the default, or take it out."""
    own: dict[str, Any] = {
        "brand_id": request.visitor.brand.id,
        "member_id": member_id(request),
        "address_id": address_id,
    }
    if request.POST.get("act") == "remove":
        orders.remove_address(**own)
        messages.info(request, _("Removed. Orders that were placed keep their address."))
    else:
        orders.make_default(**own)
    return redirect("shop:addresses", slug=request.brand.slug)


@require_http_methods(["GET", "POST"])
@shop_page
def invoice(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """Ask for an order's invoice, and read how it stands."""
    own: dict[str, Any] = {"brand_id": request.visitor.brand.id, "order_id": order_id}
    order = ordered.order(member_id=member_id(request), **own)
    error = field = ""
    if request.method == "POST":
        facts = InvoiceFacts(
            kind=TitleKind.COMPANY if request.POST.get("kind") == "company" else TitleKind.PERSONAL,
            title=request.POST.get("title", ""),
            tax_no=request.POST.get("tax_no", ""),
        )
        try:
            orders.ask_invoice(member_id=order.member_id, facts=facts, now=request.now, **own)
        except InvoiceRefused as refused:
            field, error = str(refused.details["field"]), str(words.refusal(refused))
        except (OrderMoveRefused, InvoiceMoveRefused):
            error = _("There is no invoice to ask for now: not paid, given back, or issued.")
        else:
            messages.info(request, _("Asked for. The shop issues it, or says why not."))
            return redirect("shop:invoice", slug=request.brand.slug, order_id=order_id)
    card = ordered.invoice_of_order(**own)
    known = None
    if card is not None:
        known = ordered.title_of(brand_id=own["brand_id"], invoice_id=card.id)
    context = {
        "order": order,
        "sum": format_cny(order.payable_fen - order.refunded_fen, request.language),
        "invoice": card,
        "state": words.INVOICES[card.state] if card else "",
        "may_ask": card is None or card.state is not InvoiceState.ISSUED,
        "typed": request.POST or known,
        "is_company": request.POST.get("kind") == "company"
        or (not request.POST and known is not None and known.kind is TitleKind.COMPANY),
        "field": field,
        "error": error,
    }
    return shown(request, "shop/invoice.html", context, tab="me", status=422 if error else 200)


def _typed(request: ShopRequest) -> AddressFacts:
    return AddressFacts(**{name: request.POST.get(name, "") for name in FIELDS})
