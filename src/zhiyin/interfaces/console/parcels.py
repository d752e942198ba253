"""Parcels to send: what waits longest first, a packing list, and the tracking number."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.members.types import Opened
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.care import Carrier
from zhiyin.domain.orders.types import OrderCard, OrderNotFound
from zhiyin.flows.purchase import parcels as journey
from zhiyin.interfaces import care_words as words
from zhiyin.interfaces.console.access import ConsoleRequest, console_page, reaching_console_page
from zhiyin.interfaces.console.ordering import own_stores
from zhiyin.interfaces.console.reads import note_read
from zhiyin.interfaces.console.showing import page_number, pager, shown
from zhiyin.kit.errors import DomainError
from zhiyin.kit.money import format_cny
from zhiyin.kit.numbers import whole
from zhiyin.storage.tenancy import brand_tx

PER_PAGE = 50


@require_GET
@console_page
def parcels(request: ConsoleRequest) -> HttpResponse:
    """Paid orders that go by parcel, the longest paid first; a store's people see their own."""
    own = own_stores(request, "console:parcels")
    found = ordered.to_be_sent(
        brand_id=request.operator.brand.id,
        store_ids=None if own is None else sorted(own),
        offset=(page_number(request) - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    context = {
        "rows": [
            {
                "order": order,
                "pieces": sum(line.quantity - line.sent - line.withdrawn for line in order.lines),
                "sum": format_cny(order.payable_fen, request.language),
            }
            for order in found.orders
        ],
        "total": found.total,
        "pager": pager(request, total=found.total, per_page=PER_PAGE),
    }
    return shown(request, "console/parcels.html", "parcels", context)


@require_GET
@console_page
def parcel(request: ConsoleRequest, order_id: UUID) -> HttpResponse:
    """One order's packing list, with her name, phone and address: a line is written."""
    return _packing_list(request, order_id)


@require_POST
@reaching_console_page
def send(request: ConsoleRequest, order_id: UUID) -> HttpResponse:
    """A parcel has left: its pieces, carrier and number."""
    brand_id = request.operator.brand.id
    with brand_tx(brand_id):
        order = _order(request, order_id)
    typed = {
        line.key: whole(request.POST.get(f"pieces_{line.id}", ""), most=99) or 0
        for line in order.lines
    }
    try:
        journey.send_parcel(
            brand_id=brand_id,
            order_id=order_id,
            carrier=next(
                (one for one in Carrier if one == request.POST.get("carrier")), Carrier.OTHER
            ),
            tracking_no=request.POST.get("tracking_no", ""),
            pieces=typed,
            user_id=request.operator.user_id,
            now=request.now,
        )
    except DomainError as refused:
        with brand_tx(brand_id):
            return _packing_list(request, order_id, error=str(words.refusal(refused)))
    messages.info(request, _("Sent. She reads the tracking number on her page."))
    return redirect("console:parcels", slug=request.brand.slug)


def names_of(request: ConsoleRequest, order: OrderCard) -> dict[str, str]:
    """Line key -> its name, colour and size. One query."""
    taxonomy = audience.taxonomy(brand_id=request.operator.brand.id)
    return words.lines(order.lines, taxonomy=taxonomy, language=request.language)


def _order(request: ConsoleRequest, order_id: UUID) -> OrderCard:
    order = ordered.order(brand_id=request.operator.brand.id, order_id=order_id)
    own = own_stores(request, "console:parcel")
    if own is not None and order.store_id not in own:
        raise OrderNotFound(order_id=order_id)
    return order


def _packing_list(request: ConsoleRequest, order_id: UUID, *, error: str = "") -> HttpResponse:
    brand_id = request.operator.brand.id
    order = _order(request, order_id)
    note_read(request, order.member_id, Opened.PACKING)
    back = ordered.held_back(brand_id=brand_id, order_id=order_id)
    names, lines = names_of(request, order), []
    for line in order.lines:
        unsent = line.quantity - line.sent - line.withdrawn
        left = unsent - min(back.get(line.key, 0), unsent)
        lines.append(
            {
                "id": line.id,
                "name": names[line.key],
                "quantity": line.quantity,
                "sent": line.sent,
                "left": left,
                "held_back": unsent - left,
                "range": range(left + 1),
                "chosen": left,
            }
        )
    context = {
        "order": order,
        "address": ordered.address_of(brand_id=brand_id, order_id=order_id),
        "lines": lines,
        "may_send": any(line["left"] for line in lines)
        and order.delivery.value == "parcel"
        and order.state.value in ("paid", "part_sent"),
        "parcels": [
            {"card": one, "carrier": words.CARRIERS[one.carrier], "count": sum(one.pieces.values())}
            for one in ordered.parcels_of(brand_id=brand_id, order_id=order_id)
        ],
        "carriers": [(one.value, words.CARRIERS[one]) for one in Carrier],
        "typed": request.POST,
        "error": error,
    }
    return shown(request, "console/parcel.html", "parcels", context, status=422 if error else 200)
