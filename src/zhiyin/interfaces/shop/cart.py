"""Her cart: what lies in it, what it comes to, and taking things out and back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import SkuNotFound
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as kept
from zhiyin.domain.orders.types import MOST_PIECES, CartFull, CartItem, CartItemNotFound, Delivery
from zhiyin.flows import purchase
from zhiyin.flows.purchase import Basket, Wanted
from zhiyin.interfaces.priced import of_quote
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page, shop_page
from zhiyin.interfaces.shop.buying import full_cart
from zhiyin.interfaces.shop.lines import Chosen, read, written
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.interfaces.shop.showing import offer_undo, shown
from zhiyin.interfaces.shop.stating import named_id
from zhiyin.interfaces.shop.weighing import Rows, board_url, counted, weigh
from zhiyin.kit.numbers import whole
from zhiyin.storage.tenancy import brand_tx

TO_COMPARE = range(2, 4)


@require_GET
@shop_page
def cart(request: ShopRequest) -> HttpResponse:
    """What lies in her cart: parts of a look together, what cannot be had said and not counted."""
    visitor = request.visitor
    items = kept.cart(brand_id=visitor.brand.id, buyer=visitor.buyer)
    if not items:
        return shown(request, "shop/cart.html", {"groups": []}, tab="cart")
    weighed = weigh(
        brand_id=visitor.brand.id,
        wanted=[wanted(item) for item in items],
        item_ids=[item.id for item in items],
    )
    presenter = Presenter(request)
    rows = Rows(presenter, weighed)
    there = counted(weighed)
    context: dict[str, Any] = {
        "groups": rows.groups(),
        "most_pieces": MOST_PIECES,
        "pieces": sum(one.wanted.quantity for one in there),
        "left_out": len(weighed) - len(there),
        "board_url": _board(presenter, rows),
    }
    if there:
        quoted = purchase.quote(
            brand_id=visitor.brand.id,
            member_id=visitor.member.id if visitor.member else None,
            basket=Basket(wanted=tuple(one.wanted for one in there), delivery=Delivery.PICKUP),
            now=request.now,
        )
        context["price"] = of_quote(quoted.quote, request.language)
    return shown(request, "shop/cart.html", context, tab="cart")


@require_POST
@reaching_shop_page
def change(request: ShopRequest, item_id: UUID) -> HttpResponse:
    """Another size or colour, or so many pieces."""
    brand_id, buyer = request.visitor.brand.id, request.visitor.buyer
    try:
        with brand_tx(brand_id):
            item = _item(request, item_id)
            quantity = whole(request.POST.get("quantity", str(item.quantity)), most=MOST_PIECES)
            if not quantity:
                messages.info(
                    request, _("Between 1 and %(most)d pieces, please.") % {"most": MOST_PIECES}
                )
                return _back(request)
            orders.change_item(
                brand_id=brand_id,
                buyer=buyer,
                item_id=item_id,
                quantity=quantity,
                sku_id=_other_sku(request, item),
                now=request.now,
            )
    except CartFull:
        messages.info(request, full_cart())
    return _back(request)


@require_POST
@shop_page
def take_out(request: ShopRequest, item_id: UUID) -> HttpResponse:
    """Take something out; the next page offers to put it back."""
    was = orders.take_out(
        brand_id=request.visitor.brand.id, buyer=request.visitor.buyer, item_id=item_id
    )
    offer_undo(
        request,
        words=_("Taken out."),
        action=reverse("shop:cart-put-back", kwargs={"slug": request.brand.slug}),
        fields=[("lines", written(request, Chosen(wanted=(wanted(was),))))],
    )
    return _back(request)


@require_POST
@reaching_shop_page
def put_back(request: ShopRequest) -> HttpResponse:
    """Put back what was taken out. Raises LinesUnreadable."""
    visitor = request.visitor
    try:
        purchase.fill_cart(
            brand_id=visitor.brand.id,
            buyer=visitor.buyer,
            wanted=read(request, request.POST.get("lines", "")).wanted,
            now=request.now,
        )
    except CartFull:
        messages.info(request, full_cart())
    return _back(request)


def wanted(item: CartItem) -> Wanted:
    """An item of a cart as a line to be bought."""
    return Wanted(
        sku_id=item.sku_id, quantity=item.quantity, look_id=item.look_id, koc_id=item.koc_id
    )


def _item(request: ShopRequest, item_id: UUID) -> CartItem:
    """An item of her cart. Raises CartItemNotFound."""
    items = kept.cart(brand_id=request.visitor.brand.id, buyer=request.visitor.buyer)
    found = next((item for item in items if item.id == item_id), None)
    if found is None:
        raise CartItemNotFound(item_id=item_id)
    return found


def _other_sku(request: ShopRequest, item: CartItem) -> UUID | None:
    """The size or colour it is changed to, of the same product; None: it stays. SkuNotFound."""
    sku_id = named_id(request.POST.get("sku", ""))
    if sku_id in (None, item.sku_id):
        return None
    assert sku_id is not None
    owners = catalog.products_of_skus(
        brand_id=request.visitor.brand.id, sku_ids={sku_id, item.sku_id}
    )
    goods = catalog.sellable(brand_id=request.visitor.brand.id, sku_ids=[sku_id])
    if sku_id not in goods or owners.get(sku_id) != owners.get(item.sku_id):
        raise SkuNotFound(sku_id=sku_id)
    return sku_id


def _board(presenter: Presenter, rows: Rows) -> str:
    """Where two or three products of the cart are compared; "" if there is nothing to compare."""
    ids = list(dict.fromkeys(str(one) for one in rows.owners.values() if one in rows.products))
    if len(ids) < TO_COMPARE.start:
        return ""
    try:
        return board_url(presenter, ids[: TO_COMPARE.stop - 1])
    except NoReverseMatch:
        return ""


def _back(request: ShopRequest) -> HttpResponse:
    return redirect("shop:cart", slug=request.brand.slug)
