"""From the pick to the pickup: quote, place, pay, hand over, give back."""

from zhiyin.flows.purchase.filling import fill_cart
from zhiyin.flows.purchase.giving_back import give_back, send_refunds, settle_refund
from zhiyin.flows.purchase.handing_over import collect, preview_pickup, undo_collect
from zhiyin.flows.purchase.paying import ask_provider, hear, open_payment, settle
from zhiyin.flows.purchase.placing import Wanted, order_id_of, place
from zhiyin.flows.purchase.quoting import Basket, quote
from zhiyin.flows.purchase.reaping import cancel, close_overdue, poll_payments

__all__ = [
    "Basket",
    "Wanted",
    "ask_provider",
    "cancel",
    "close_overdue",
    "collect",
    "fill_cart",
    "give_back",
    "hear",
    "open_payment",
    "order_id_of",
    "place",
    "poll_payments",
    "preview_pickup",
    "quote",
    "send_refunds",
    "settle",
    "settle_refund",
    "undo_collect",
]
