"""Her parcels, and that she has them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import OrderMoveRefused, OrderState
from zhiyin.flows.purchase import parcels as journey
from zhiyin.interfaces import care_words as words
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page, shop_page
from zhiyin.interfaces.shop.aftersales import names_of
from zhiyin.interfaces.shop.consents import member_id
from zhiyin.interfaces.shop.showing import in_her_zone, shown
from zhiyin.interfaces.shop.told import note_order_seen


@require_GET
@shop_page
def parcels(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """The parcels of an order with their tracking numbers, and what is in each."""
    own = {"brand_id": request.visitor.brand.id, "order_id": order_id}
    order = ordered.order(member_id=member_id(request), **own)
    note_order_seen(request, order_id)
    found = ordered.parcels_of(**own)
    names = names_of(request, order)
    last = max((one.sent_at for one in found), default=None)
    context = {
        "order": order,
        "parcels": [
            {
                "card": one,
                "carrier": words.CARRIERS[one.carrier],
                "pieces": [{"name": names[key], "count": n} for key, n in one.pieces.items()],
            }
            for one in found
        ],
        "may_confirm": order.state is OrderState.SENT,
        "received_by": in_her_zone(request, last + orders.TAKEN_AS_RECEIVED) if last else "",
        "is_done": order.state is OrderState.DONE,
    }
    return shown(request, "shop/parcels.html", context, tab="me")


@require_POST
@reaching_shop_page
def receive(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """She has all of it."""
    try:
        journey.confirm_receipt(
            brand_id=request.visitor.brand.id,
            order_id=order_id,
            member_id=member_id(request),
            now=request.now,
        )
    except OrderMoveRefused:
        messages.info(request, _("Not everything has been sent yet."))
    else:
        messages.info(request, _("Thank you. Wear it well."))
    return redirect("shop:parcels", slug=request.brand.slug, order_id=order_id)
