"""The only readers of carts, orders, payments, refunds and pickups."""

from zhiyin.domain.orders.audits import AUDITS
from zhiyin.domain.orders.queries.carts import cart, cart_size
from zhiyin.domain.orders.queries.hers import export_member
from zhiyin.domain.orders.queries.orders import (
    address_of,
    freight_fen,
    has_bought,
    order,
    order_by_number,
    orders_of_group,
    orders_of_member,
    orders_of_store,
    overdue,
    steps,
    waits,
)
from zhiyin.domain.orders.queries.past import last_purchase, purchases_by_ref, purchases_of
from zhiyin.domain.orders.queries.payments import (
    open_payments,
    payment_of,
    stray_receipts,
)
from zhiyin.domain.orders.queries.pickups import code_of, pickup_by_code, pickups_of
from zhiyin.domain.orders.queries.refunds import refund, refunds_of, stuck_refunds

__all__ = [
    "AUDITS",
    "address_of",
    "cart",
    "cart_size",
    "code_of",
    "export_member",
    "freight_fen",
    "has_bought",
    "last_purchase",
    "open_payments",
    "order",
    "order_by_number",
    "orders_of_group",
    "orders_of_member",
    "orders_of_store",
    "overdue",
    "payment_of",
    "pickup_by_code",
    "pickups_of",
    "purchases_by_ref",
    "purchases_of",
    "refund",
    "refunds_of",
    "steps",
    "stray_receipts",
    "stuck_refunds",
    "waits",
]
