"""The only readers of carts, orders, payments, refunds and pickups."""

from zhiyin.domain.orders.audits import AUDITS
from zhiyin.domain.orders.queries.carts import cart, cart_size
from zhiyin.domain.orders.queries.counter import (
    collected_since,
    orders_after,
    waiting_pickups,
)
from zhiyin.domain.orders.queries.limits import freight_terms, refund_limits
from zhiyin.domain.orders.queries.orders import (
    address_of,
    freight_fen,
    group_of,
    has_bought,
    numbers_of,
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
    placed,
    stray_receipts,
)
from zhiyin.domain.orders.queries.pickups import code_of, pickup_by_code, pickups_of
from zhiyin.domain.orders.queries.refunds import (
    refund,
    refunds_are_due,
    refunds_of,
    stuck_refunds,
    why_stuck,
)

__all__ = [
    "AUDITS",
    "address_of",
    "cart",
    "cart_size",
    "code_of",
    "collected_since",
    "freight_fen",
    "freight_terms",
    "group_of",
    "has_bought",
    "last_purchase",
    "numbers_of",
    "open_payments",
    "order",
    "order_by_number",
    "orders_after",
    "orders_of_group",
    "orders_of_member",
    "orders_of_store",
    "overdue",
    "payment_of",
    "pickup_by_code",
    "pickups_of",
    "placed",
    "purchases_by_ref",
    "purchases_of",
    "refund",
    "refund_limits",
    "refunds_are_due",
    "refunds_of",
    "steps",
    "stray_receipts",
    "stuck_refunds",
    "waiting_pickups",
    "waits",
    "why_stuck",
]
