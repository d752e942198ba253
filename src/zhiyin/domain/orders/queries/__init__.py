"""The only readers of carts, orders, payments, refunds and pickups."""

from zhiyin.domain.orders.audits import AUDITS
from zhiyin.domain.orders.queries.addresses import address, addresses_of
from zhiyin.domain.orders.queries.carts import cart, cart_size
from zhiyin.domain.orders.queries.cases import (
    case_photos,
    case_photos_of,
    case_steps,
    case_terms,
    case_words,
    cases,
    cases_of_member,
    cases_of_order,
    held_back,
    overdue_cases,
    read_case,
)
from zhiyin.domain.orders.queries.counter import (
    collected_since,
    orders_after,
    waiting_pickups,
)
from zhiyin.domain.orders.queries.hers import export_member
from zhiyin.domain.orders.queries.invoices import (
    invoice,
    invoice_of_order,
    invoices,
    invoices_of_member,
    title_of,
)
from zhiyin.domain.orders.queries.leaving import export_after_sales
from zhiyin.domain.orders.queries.limits import freight_terms, refund_limits
from zhiyin.domain.orders.queries.moved import moved_as, moved_between
from zhiyin.domain.orders.queries.notices import notices, to_pay_soon, unseen_notices
from zhiyin.domain.orders.queries.orders import (
    address_of,
    freight_fen,
    group_of,
    has_bought,
    lines_by_id,
    numbers_of,
    order,
    order_by_number,
    order_of_line,
    orders_of_group,
    orders_of_member,
    orders_of_store,
    overdue,
    steps,
    sums_of,
    waits,
)
from zhiyin.domain.orders.queries.parcels import parcels_of, taken_as_received, to_be_sent
from zhiyin.domain.orders.queries.past import last_purchase, purchases_by_ref, purchases_of
from zhiyin.domain.orders.queries.payments import (
    open_payments,
    payment_of,
    placed,
)
from zhiyin.domain.orders.queries.pickups import code_of, pickup_by_code, pickups_of
from zhiyin.domain.orders.queries.refunds import (
    refund,
    refunds_are_due,
    refunds_of,
    stuck_refunds,
    why_stuck,
)
from zhiyin.domain.orders.queries.slots import slot_offers, slot_plan, slots_of
from zhiyin.domain.orders.queries.strays import (
    money_to_look_at,
    settled_strays,
    stray,
    stray_receipts,
    strays_are_due,
)

__all__ = [
    "AUDITS",
    "address",
    "address_of",
    "addresses_of",
    "cart",
    "cart_size",
    "case_photos",
    "case_photos_of",
    "case_steps",
    "case_terms",
    "case_words",
    "cases",
    "cases_of_member",
    "cases_of_order",
    "code_of",
    "collected_since",
    "export_after_sales",
    "export_member",
    "freight_fen",
    "freight_terms",
    "group_of",
    "has_bought",
    "held_back",
    "invoice",
    "invoice_of_order",
    "invoices",
    "invoices_of_member",
    "last_purchase",
    "lines_by_id",
    "money_to_look_at",
    "moved_as",
    "moved_between",
    "notices",
    "numbers_of",
    "open_payments",
    "order",
    "order_by_number",
    "order_of_line",
    "orders_after",
    "orders_of_group",
    "orders_of_member",
    "orders_of_store",
    "overdue",
    "overdue_cases",
    "parcels_of",
    "payment_of",
    "pickup_by_code",
    "pickups_of",
    "placed",
    "purchases_by_ref",
    "purchases_of",
    "read_case",
    "refund",
    "refund_limits",
    "refunds_are_due",
    "refunds_of",
    "settled_strays",
    "slot_offers",
    "slot_plan",
    "slots_of",
    "steps",
    "stray",
    "stray_receipts",
    "strays_are_due",
    "stuck_refunds",
    "sums_of",
    "taken_as_received",
    "title_of",
    "to_be_sent",
    "to_pay_soon",
    "unseen_notices",
    "waiting_pickups",
    "waits",
    "why_stuck",
]
