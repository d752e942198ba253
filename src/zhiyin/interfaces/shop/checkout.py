"""The checkout: how it reaches her, from which store, what it costs and why, on one page."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import StoreCard
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.orders import queries as kept
from zhiyin.domain.orders.types import Delivery, OrderNotFound, Placed
from zhiyin.flows import purchase
from zhiyin.flows.paying import PaymentProvider
from zhiyin.flows.purchase import Basket, Wanted
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.priced import of_quote
from zhiyin.interfaces.shop import paying, slots
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page
from zhiyin.interfaces.shop.address import AddressForm
from zhiyin.interfaces.shop.cart import wanted
from zhiyin.interfaces.shop.consents import member_id
from zhiyin.interfaces.shop.coupons import CodeSaid, take_by_code, typed_code
from zhiyin.interfaces.shop.lines import Chosen, read, written
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.interfaces.shop.refused_words import REFUSED, why_not
from zhiyin.interfaces.shop.showing import shown
from zhiyin.interfaces.shop.stating import named_id
from zhiyin.interfaces.shop.weighing import Rows, counted, weigh
from zhiyin.interfaces.shop.wishes import Wishes, coupon_rows, standing, wishes
from zhiyin.kit.errors import DomainError
from zhiyin.kit.numbers import whole
from zhiyin.storage.tenancy import brand_tx

STORES_SHOWN = 20
STORES_LOOKED_AT = 500
MOST_FEN = 10**12


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def checkout(request: ShopRequest) -> HttpResponse:
    """Draw the checkout, or place the order and lead her on to pay it.

    The request's key is made when the page is drawn, so pressing twice places one order. What is
    refused is said on the same page with what to do, and nothing she typed is lost. A coupon's code
    that was typed is looked up first, whatever was pressed: she sees the sum before she orders.
    """
    if request.method != "POST":
        return _draw(request, _chosen(request), AddressForm())
    chosen = read(request, request.POST.get("lines", ""))
    if request.POST.get("act") == "code" or typed_code(request):
        return _with_code(request, chosen)
    address = AddressForm(request.POST)
    delivery = _delivery(request)
    if delivery is Delivery.PARCEL and not address.is_valid():
        return _draw(request, chosen, address, status=422)
    if delivery is Delivery.PICKUP:
        address = AddressForm(initial=request.POST.dict())
        if named_id(request.POST.get("store", "")) is None:
            return _draw(request, chosen, address, _("Choose a store first."), status=422)
        if no_time := slots.missing(request, named_id(request.POST.get("store", ""))):
            return _draw(request, chosen, address, no_time, status=422)
    provider = paying.provider_of(request.visitor.brand.id)
    if provider is None:
        return _draw(request, chosen, address, status=503)
    try:
        placed = _place(request, chosen, delivery, address, provider)
    except REFUSED as refused:
        return _refused(request, chosen, address, refused)
    return _on_to_pay(request, placed.order_id)


@require_GET
@reaching_shop_page
def checkout_sum(request: ShopRequest) -> HttpResponse:
    """The sum and the button, drawn anew as she changes how it reaches her. Raises
    LinesUnreadable.
    """
    chosen = _chosen(request)
    can_pay = paying.provider_of(request.visitor.brand.id) is not None
    with brand_tx(request.visitor.brand.id):
        there = counted(weigh(brand_id=request.visitor.brand.id, wanted=chosen.wanted))
        lines, wished = [one.wanted for one in there], wishes(request, chosen)
        stores = _stores(request, lines, wished)
        context = _price(request, lines, wished, _delivery(request), stores["store_id"])
        return render(request, "shop/parts/checkout_sum.html", context | {"can_pay": can_pay})


def _with_code(request: ShopRequest, chosen: Chosen) -> HttpResponse:
    """Take a coupon by its code, and draw the page as she had it, with the sum of now."""
    code = typed_code(request)
    said = (
        take_by_code(request, code)
        if code
        else CodeSaid(_("Type the code first."), is_in_hand=False, status=422)
    )
    address = AddressForm(initial=request.POST.dict())
    return _draw(request, chosen, address, status=said.status, code=said)


def _draw(
    request: ShopRequest,
    chosen: Chosen,
    address: AddressForm,
    problem: str = "",
    *,
    status: int = 200,
    code: CodeSaid | None = None,
) -> HttpResponse:
    """The page, with the lines that can be had now. `code`: what came of a coupon's code.

    Runs outside of a transaction, because it asks who takes the money.
    """
    brand = request.visitor.brand
    can_pay = paying.provider_of(brand.id) is not None
    with brand_tx(brand.id):
        weighed = weigh(brand_id=brand.id, wanted=chosen.wanted, item_ids=chosen.item_ids)
        there = counted(weighed)
        if not there:
            messages.info(request, problem or _("There is nothing here that can be bought now."))
            return redirect("shop:cart", slug=brand.slug)
        lines = [one.wanted for one in there]
        item_ids = tuple(one.item_id for one in there if one.item_id)
        wished = wishes(request, chosen)
        stores = _stores(request, lines, wished)
        delivery = _delivery(request)
        if not wished.may_go(delivery.value) and request.method != "POST":
            delivery = Delivery.PARCEL if delivery is Delivery.PICKUP else Delivery.PICKUP
        presenter = Presenter(request)
        key = request.POST.get("key", "")
        context = {
            "groups": Rows(presenter, weighed).groups(),
            "left_out": len(weighed) - len(there),
            "lines": written(request, replace(chosen, wanted=tuple(lines), item_ids=item_ids)),
            "key": key if named_id(key) else str(uuid4()),
            "delivery": delivery.value,
            "address": address,
            "ways": {way.value: wished.may_go(way.value) for way in Delivery},
            "problem": problem,
            "code": code,
            "can_pay": can_pay,
            **stores,
            **slots.offered(request, _store_shown(stores)),
            **_price(request, lines, wished, delivery, stores["store_id"]),
        }
        return shown(request, "shop/checkout.html", context, tab="cart", status=status)


def _place(
    request: ShopRequest,
    chosen: Chosen,
    delivery: Delivery,
    address: AddressForm,
    provider: PaymentProvider,
) -> Placed:
    is_parcel = delivery is Delivery.PARCEL
    with brand_tx(request.visitor.brand.id):
        asking = wishes(request, chosen).asking
    return purchase.place(
        brand_id=request.visitor.brand.id,
        member_id=member_id(request),
        request_key=_key(request),
        basket=Basket(
            wanted=chosen.wanted,
            delivery=delivery,
            store_id=None if is_parcel else named_id(request.POST.get("store", "")),
        ),
        provider=provider.name,
        merchant_id=provider.merchant_id,
        expected_fen=whole(request.POST.get("expected_fen", ""), most=MOST_FEN),
        address=address.stated() if is_parcel else None,
        cart_item_ids=chosen.item_ids,
        asking=asking,
        slot_at=slots.named(request),
        now=request.now,
    )


def _refused(
    request: ShopRequest, chosen: Chosen, address: AddressForm, refused: DomainError
) -> HttpResponse:
    """Say why, and draw the page as things stand now; unless this very request was done before."""
    brand_id = request.visitor.brand.id
    order_id = purchase.order_id_of(member_id=member_id(request), request_key=_key(request))
    with brand_tx(brand_id):
        try:
            order = kept.order(brand_id=brand_id, order_id=order_id, member_id=member_id(request))
        except OrderNotFound:
            order = None
    if order is not None:
        messages.info(request, _("This was ordered already, once. Here it is."))
        return redirect("shop:order", slug=request.brand.slug, order_id=order_id)
    return _draw(request, chosen, address, why_not(refused, request.language), status=409)


def _on_to_pay(request: ShopRequest, order_id: UUID) -> HttpResponse:
    brand_id = request.visitor.brand.id
    with brand_tx(brand_id):
        order = kept.order(brand_id=brand_id, order_id=order_id, member_id=member_id(request))
    return paying.try_to_pay(request, order)


def _chosen(request: ShopRequest) -> Chosen:
    """What is to be bought: what the address says, or all that lies in her cart."""
    if text := request.GET.get("lines", ""):
        return read(request, text)
    brand_id = request.visitor.brand.id
    with brand_tx(brand_id):
        items = kept.cart(brand_id=brand_id, buyer=request.visitor.buyer)
    return Chosen(
        wanted=tuple(wanted(item) for item in items), item_ids=tuple(item.id for item in items)
    )


def _price(
    request: ShopRequest,
    lines: Sequence[Wanted],
    wished: Wishes,
    delivery: Delivery,
    store_id: str,
) -> dict[str, Any]:
    """The sum as placing it would make it: from that store, with these coupons, in that group."""
    is_pickup = delivery is Delivery.PICKUP
    quoted = purchase.quote(
        brand_id=request.visitor.brand.id,
        member_id=member_id(request),
        basket=Basket(
            wanted=tuple(lines),
            delivery=delivery,
            store_id=named_id(store_id) if is_pickup else None,
        ),
        asking=wished.asking,
        now=request.now,
    )
    return {
        "price": of_quote(quoted.quote, request.language),
        "coupons": coupon_rows(request, wished, quoted.quote),
        "group": standing(request, wished, quoted.quote, lines),
    }


def _stores(request: ShopRequest, lines: Sequence[Wanted], wished: Wishes) -> dict[str, Any]:
    """The stores that have all of it, the best stocked first, by city if she chose one; then some
    that lack a part. In a group-buy of some stores, those alone.
    """
    brand_id = request.visitor.brand.id
    pieces = Basket(wanted=tuple(lines), delivery=Delivery.PICKUP).pieces
    ids = catalog.stores_with(brand_id=brand_id, pieces=pieces, limit=STORES_LOOKED_AT)
    only = frozenset(wished.terms.store_ids if wished.terms else ())
    ids = tuple(one for one in ids if not only or one in only)
    known = {card.id: card for card in brands.stores_by_id(brand_id=brand_id, store_ids=list(ids))}
    having = [known[one] for one in ids if one in known]
    cities = sorted({card.city for card in having})
    said = request.POST if request.method == "POST" else request.GET
    city = request.GET.get("city", "")
    if city in cities:
        having = [card for card in having if card.city == city]
    named = named_id(said.get("store", ""))
    having.sort(key=lambda card: card.id != named)
    lacking = [
        card
        for card in brands.stores(brand_id=brand_id, closed=False, limit=STORES_SHOWN).stores
        if card.id not in known and (not only or card.id in only)
    ]
    return {
        "stores": [_store(request, card) for card in having[:STORES_SHOWN]],
        "lacking": [_store(request, card) for card in lacking[: STORES_SHOWN // 4]],
        "stores_total": len(having),
        "cities": cities if len(cities) > 1 else [],
        "city": city,
        "store_id": str(having[0].id) if having else "",
    }


def _store_shown(stores: Mapping[str, Any]) -> UUID | None:
    """The store that the page shows as chosen: hers, or the first that has all of it."""
    first = stores["stores"][0]["id"] if stores["stores"] else ""
    return named_id(stores["store_id"] or first)


def _store(request: ShopRequest, card: StoreCard) -> Mapping[str, str]:
    return {
        "id": str(card.id),
        "name": name_in(request.language, card),
        "address": f"{card.city} {card.address}".strip(),
        "hours": card.hours,
    }


def _delivery(request: ShopRequest) -> Delivery:
    said = request.POST.get("delivery", request.GET.get("delivery", ""))
    return Delivery.PARCEL if said == Delivery.PARCEL.value else Delivery.PICKUP


def _key(request: ShopRequest) -> UUID:
    """The key that this page was drawn with; one of its own for a page that lost it."""
    return named_id(request.POST.get("key", "")) or uuid4()
