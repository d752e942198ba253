"""A group's own page, for whoever has its link; joining it, and giving a seat back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import ProductCard
from zhiyin.domain.orders.care import PiecesClaimed
from zhiyin.domain.orders.types import (
    MOST_PIECES,
    NothingToGiveBack,
    OrderMoveRefused,
    ReasonNeeded,
)
from zhiyin.domain.pricing.types import PiecesRefused
from zhiyin.domain.promotions import queries as promotions
from zhiyin.domain.promotions.types import (
    GroupClosed,
    GroupPage,
    GroupState,
    SeatMoveRefused,
    SeatNotFound,
    Terms,
)
from zhiyin.flows import purchase
from zhiyin.flows.purchase import Wanted
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page, shop_page
from zhiyin.interfaces.shop.lines import checkout_url
from zhiyin.interfaces.shop.ordering import hers
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.interfaces.shop.qr import qr_svg
from zhiyin.interfaces.shop.showing import shown
from zhiyin.interfaces.shop.stating import named_id
from zhiyin.interfaces.shop.together import (
    alone_from,
    group_url,
    limits,
    time_left,
    waits_for,
    who_joined,
)
from zhiyin.interfaces.shop.told import herself
from zhiyin.kit.money import format_cny
from zhiyin.kit.numbers import whole
from zhiyin.kit.text import TextHasNul, TextTooLong
from zhiyin.storage.tenancy import brand_tx

REASON_CHARS_MAX = 200
TOO_LATE = (
    GroupClosed,
    SeatNotFound,
    SeatMoveRefused,
    OrderMoveRefused,
    PiecesRefused,
    PiecesClaimed,
    NothingToGiveBack,
)


@require_GET
@shop_page
def group(request: ShopRequest, group_id: UUID) -> HttpResponse:
    """What is bought together, who paid, how long is left, and a way in. Raises GroupNotFound.

    Who only holds a seat that is not paid is nobody's to see.
    """
    brand_id = request.visitor.brand.id
    page = promotions.group_page(brand_id=brand_id, group_id=group_id, now=request.now)
    found = promotions.terms_of_all(brand_id=brand_id, promotion_ids=[page.card.group_buy_id])
    terms = found[page.card.group_buy_id]
    product, is_on_shop = _product(request, page)
    is_open = page.state is GroupState.OPEN and page.seconds_left > 0
    order_id = _own_order(request, group_id)
    joined = who_joined(request, page)
    link = request.build_absolute_uri(group_url(request, group_id))
    context = {
        "group_id": group_id,
        "state": page.state.value if is_open or page.state is not GroupState.OPEN else "closing",
        "is_open": is_open,
        "name": name_in(request.language, terms),
        "price": format_cny(page.card.price_fen, request.language),
        "seats": page.card.seats,
        "paid": page.card.seats_paid,
        "seats_left": page.card.seats_left,
        "free": range(page.card.seats - len(joined)) if is_open else (),
        "waits_for": waits_for(page) if is_open else "",
        "joined": joined,
        "limits": limits(terms),
        "order_id": order_id,
        "link": link,
        "qr": qr_svg(link, title=_("The link of this group as a picture")),
        "is_on_shop": is_on_shop,
        **time_left(page.card.closes_at, request.now),
        **_goods(request, page, terms, product),
    }
    return shown(request, "shop/group.html", context, tab="browse")


@require_POST
@shop_page
def join(request: ShopRequest, group_id: UUID) -> HttpResponse:
    """On to the checkout in the size she chose, the group written into the signed lines.

    The seat is taken where the order is placed, so nothing is promised before. Raises
    GroupNotFound.
    """
    brand_id = request.visitor.brand.id
    page = promotions.group_page(brand_id=brand_id, group_id=group_id, now=request.now)
    back = redirect(group_url(request, group_id))
    if order_id := _own_order(request, group_id):
        messages.info(request, _("You have a seat in this group already. Here is its order."))
        return redirect("shop:order", slug=request.brand.slug, order_id=order_id)
    sku_id = named_id(request.POST.get("sku", ""))
    quantity = whole(request.POST.get("quantity", "1"), most=MOST_PIECES)
    if sku_id not in page.sku_ids or sku_id is None:
        messages.info(request, _("Choose a colour and a size first."))
        return back
    if not quantity:
        messages.info(request, _("Between 1 and %(most)d pieces, please.") % {"most": MOST_PIECES})
        return back
    lines = [Wanted(sku_id=sku_id, quantity=quantity)]
    return redirect(checkout_url(request, lines, group_id=group_id))


@require_POST
@reaching_shop_page
def leave(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """She gives her paid seat back before the group is complete. Raises OrderNotFound."""
    brand_id = request.visitor.brand.id
    with brand_tx(brand_id):
        card = hers(request, order_id)
    try:
        purchase.leave_group(
            brand_id=brand_id,
            order_id=order_id,
            member_id=card.member_id,
            reason=request.POST.get("reason", ""),
            now=request.now,
        )
        messages.info(request, _("Your seat is given back, and all of your money goes back."))
    except (ReasonNeeded, TextTooLong, TextHasNul):
        messages.info(
            request, _("Say why, in 1 to %(most)d characters.") % {"most": REASON_CHARS_MAX}
        )
    except TOO_LATE:
        messages.info(
            request,
            _(
                "The group is complete or over by now, so the seat stays. Ask for money back from"
                " the order."
            ),
        )
    return redirect("shop:order", slug=request.brand.slug, order_id=order_id)


def _own_order(request: ShopRequest, group_id: UUID) -> UUID | None:
    """Her order in a group, whichever of her accounts placed it."""
    if request.visitor.member is None:
        return None
    return promotions.seat_in(
        brand_id=request.visitor.brand.id, group_id=group_id, member_ids=herself(request)
    )


def _product(request: ShopRequest, page: GroupPage) -> tuple[ProductCard, bool]:
    """What the group is about, also once it has left the shop, and whether it is there."""
    brand_id = request.visitor.brand.id
    owners = catalog.products_of_skus(brand_id=brand_id, sku_ids=page.sku_ids)
    product_ids = sorted(set(owners.values()))[:1]
    found = catalog.products_by_id(brand_id=brand_id, product_ids=product_ids)
    if found:
        return found[product_ids[0]], True
    return catalog.products_ever(brand_id=brand_id, product_ids=product_ids)[product_ids[0]], False


def _goods(
    request: ShopRequest, page: GroupPage, terms: Terms, product: ProductCard
) -> dict[str, Any]:
    """The product, and the sizes that are in the group-buy."""
    presenter = Presenter(request)
    presenter.know(products=[product])
    sku_ids = {str(sku_id) for sku_id in page.sku_ids}
    variants = [
        variant | {"sizes": [one for one in variant["sizes"] if one["sku_id"] in sku_ids]}
        for variant in presenter.variants(product)
    ]
    variants = [variant for variant in variants if variant["sizes"]]
    return {
        "product": presenter.product(product),
        "variants": variants,
        "has_stock": any(size["has_stock"] for one in variants for size in one["sizes"]),
        "alone": alone_from(product, page.sku_ids, request.language),
        "most_pieces": min(terms.most_pieces or MOST_PIECES, MOST_PIECES),
    }
