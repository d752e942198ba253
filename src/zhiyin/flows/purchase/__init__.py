"""From the pick to the pickup: quote, place, pay, hand over, give back."""

from zhiyin.flows.purchase.approving import give_back_within
from zhiyin.flows.purchase.filling import fill_cart
from zhiyin.flows.purchase.giving_back import give_back, send_refunds, settle_refund
from zhiyin.flows.purchase.grouping import (
    close_groups,
    give_seat_back,
    leave_group,
    refund_group,
    release_group,
)
from zhiyin.flows.purchase.handing_over import (
    collect,
    find_pickup,
    hand_over,
    preview_pickup,
    undo_collect,
    undo_hand_over,
)
from zhiyin.flows.purchase.paying import ask_provider, hear, open_payment, settle
from zhiyin.flows.purchase.placing import Wanted, order_id_of, place, place_order
from zhiyin.flows.purchase.quoting import Asking, Basket, quote
from zhiyin.flows.purchase.reaping import (
    UNHEARD,
    cancel,
    cancel_order,
    close_overdue,
    poll_payments,
)
from zhiyin.flows.purchase.strays import retry_stray, send_strays, settle_stray

__all__ = [
    "UNHEARD",
    "Asking",
    "Basket",
    "Wanted",
    "ask_provider",
    "cancel",
    "cancel_order",
    "close_groups",
    "close_overdue",
    "collect",
    "fill_cart",
    "find_pickup",
    "give_back",
    "give_back_within",
    "give_seat_back",
    "hand_over",
    "hear",
    "leave_group",
    "open_payment",
    "order_id_of",
    "place",
    "place_order",
    "poll_payments",
    "preview_pickup",
    "quote",
    "refund_group",
    "release_group",
    "retry_stray",
    "send_refunds",
    "send_strays",
    "settle",
    "settle_refund",
    "settle_stray",
    "undo_collect",
    "undo_hand_over",
]
