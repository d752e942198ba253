"""What the pages about orders share: words for states and moves, lines, whose store it is."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import Role, StoreCard
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.orders.types import (
    CloseReason,
    Delivery,
    OrderCard,
    OrderLine,
    OrderMove,
    OrderState,
    PaymentState,
    RefundState,
)
from zhiyin.interfaces import chips
from zhiyin.interfaces.console.access import ConsoleRequest
from zhiyin.interfaces.console.products import drawn
from zhiyin.interfaces.matrix import CONSOLE, Actor
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.money import format_cny

STORES_LISTED = 1_000


def state_words() -> dict[OrderState, str]:
    """Each state as staff read it."""
    return {
        OrderState.UNPAID: pgettext("an order", "Waits to be paid"),
        OrderState.GROUPING: pgettext("an order", "Waits for its group"),
        OrderState.PAID: pgettext("an order", "To hand over"),
        OrderState.PART_SENT: pgettext("an order", "Partly sent"),
        OrderState.SENT: pgettext("an order", "On its way"),
        OrderState.DONE: pgettext("an order", "Done"),
        OrderState.CLOSED: pgettext("an order", "Closed, never paid"),
        OrderState.REFUNDED: pgettext("an order", "Given back"),
    }


def move_words() -> dict[OrderMove, str]:
    """What happened, in a line of an order's history."""
    return {
        OrderMove.PLACE: _("placed"),
        OrderMove.PAY: _("paid"),
        OrderMove.PAY_IN_GROUP: _("paid, its group is not complete yet"),
        OrderMove.WIN: _("its group is complete"),
        OrderMove.SEND_PART: _("a part was sent"),
        OrderMove.SEND: _("sent"),
        OrderMove.RECEIVE: _("received"),
        OrderMove.COLLECT: _("handed over in the store"),
        OrderMove.UNDO_COLLECT: _("the hand-over was taken back"),
        OrderMove.CLOSE: _("closed without having been paid"),
        OrderMove.REFUND: _("money for a part was promised back"),
        OrderMove.REFUND_ALL: _("all money that was left was promised back"),
    }


def close_words() -> dict[str, str]:
    """Why an order was never paid."""
    return {
        CloseReason.CANCELLED: _("she cancelled it"),
        CloseReason.EXPIRED: _("she did not pay in time"),
        CloseReason.GROUP_LOST: _("its group was not complete in time"),
        CloseReason.SOLD_OUT: _("she paid late, and it was sold out"),
        CloseReason.PAID_LATE: _("she paid late"),
    }


def refund_words() -> dict[RefundState, str]:
    """Where money that goes back stands."""
    return {
        RefundState.GRANTED: _("promised, the provider is asked next"),
        RefundState.ASKED: _("the provider is at it"),
        RefundState.DONE: _("gone back"),
        RefundState.STUCK: _("stuck: somebody has to look"),
    }


def payment_words() -> dict[PaymentState, str]:
    """Where a payment stands."""
    return {
        PaymentState.OPEN: pgettext("a payment", "waits"),
        PaymentState.PAID: pgettext("a payment", "paid"),
        PaymentState.LATE: pgettext("a payment", "came too late and goes back"),
        PaymentState.CLOSED: pgettext("a payment", "closed"),
    }


def delivery_words() -> dict[Delivery, str]:
    """How the goods reach her."""
    return {Delivery.PICKUP: _("Collected in the store"), Delivery.PARCEL: _("Sent as a parcel")}


def moment(request: ConsoleRequest, at: datetime | None) -> str:
    """A moment on the brand's clock, to the minute."""
    if at is None:
        return ""
    return f"{at.astimezone(ZoneInfo(request.operator.brand.time_zone)):%Y-%m-%d %H:%M}"


def cny(request: ConsoleRequest, fen: int) -> str:
    """A sum for her who reads."""
    return format_cny(fen, request.language)


def own_stores(request: ConsoleRequest, route: str) -> frozenset[UUID] | None:
    """The stores in which her roles open a page to her; None: all of the brand's."""
    hers: set[UUID] = set()
    for role in sorted(request.operator.roles):
        if Actor(role) not in CONSOLE[route]:
            continue
        bound = brands.own_stores(
            brand_id=request.operator.brand.id, user_id=request.operator.user_id, role=Role(role)
        )
        if bound is None:
            return None
        hers |= bound
    return frozenset(hers)


def roles_at(request: ConsoleRequest, store_id: UUID, route: str) -> frozenset[Role]:
    """Those of her roles that open a page and hold in this store. A query for each role."""
    operator = request.operator
    found = set()
    for role in operator.roles:
        if Actor(role) in CONSOLE[route]:
            bound = brands.own_stores(
                brand_id=operator.brand.id, user_id=operator.user_id, role=role
            )
            if bound is None or store_id in bound:
                found.add(role)
    return frozenset(found)


def stores_of(request: ConsoleRequest, own: Collection[UUID] | None) -> list[StoreCard]:
    """The open stores among hers, by code. One query, or two for all of them."""
    brand_id = request.operator.brand.id
    if own is None:
        return list(brands.stores(brand_id=brand_id, closed=False, limit=STORES_LISTED).stores)
    found = brands.stores_by_id(brand_id=brand_id, store_ids=sorted(own))
    return [one for one in found if one.is_open]


def store_names(request: ConsoleRequest, store_ids: Collection[UUID]) -> dict[UUID, str]:
    """Store -> its name. One query."""
    found = brands.stores_by_id(
        brand_id=request.operator.brand.id, store_ids=sorted(set(store_ids))
    )
    return {one.id: name_in(request.language, one) for one in found}


def shown_lines(
    request: ConsoleRequest, orders: Sequence[OrderCard]
) -> dict[UUID, list[dict[str, Any]]]:
    """Order -> its lines as pages show them: picture, words as they were, pieces. Three queries."""
    brand_id = request.operator.brand.id
    wanted = sorted({line.product_id for order in orders for line in order.lines})
    products = catalog.products_ever(brand_id=brand_id, product_ids=wanted)
    taxonomy = audience.taxonomy(brand_id=brand_id)

    def shown(line: OrderLine) -> dict[str, Any]:
        product = products.get(line.product_id)
        return {
            "line": line,
            "name": name_in(request.language, line),
            "color": chips.label("color", line.color, taxonomy=taxonomy, language=request.language),
            "size": line.size_label,
            "pieces": line.quantity - line.refunded,
            "unit": cny(request, line.list_fen),
            "paid": cny(request, line.payable_fen),
            "drawing": drawn(request, product, line.color) if product else None,
        }

    return {order.id: [shown(line) for line in order.lines] for order in orders}


def in_words(lines: Sequence[dict[str, Any]]) -> str:
    """The lines of an order in one line: "裙 红 M ×2, …"."""
    return " · ".join(
        f"{one['name']} {one['color']} {one['size']} ×{one['pieces'] or one['line'].quantity}"
        for one in lines
    )
