"""The only writers of carts, orders, payments, refunds and pickups."""

from zhiyin.domain.orders.operations.carts import (
    adopt_cart,
    change_item,
    empty_cart,
    put_in_cart,
    restore_item,
    take_out,
)
from zhiyin.domain.orders.operations.limits import set_refund_limit
from zhiyin.domain.orders.operations.past import save_purchases
from zhiyin.domain.orders.operations.paying import (
    close,
    close_payment,
    for_payment,
    hear_once,
    lock,
    note_asked,
    note_stray,
    pay,
    pay_late,
    win,
)
from zhiyin.domain.orders.operations.pickups import (
    collect,
    count_wrong_code,
    forgive_wrong_code,
    new_code,
    undo_collect,
)
from zhiyin.domain.orders.operations.placing import place, set_freight
from zhiyin.domain.orders.operations.refunds import (
    claim_due,
    give_back,
    refund_answered,
    retry_refund,
)

__all__ = [
    "adopt_cart",
    "change_item",
    "claim_due",
    "close",
    "close_payment",
    "collect",
    "count_wrong_code",
    "empty_cart",
    "for_payment",
    "forgive_wrong_code",
    "give_back",
    "hear_once",
    "lock",
    "new_code",
    "note_asked",
    "note_stray",
    "pay",
    "pay_late",
    "place",
    "put_in_cart",
    "refund_answered",
    "restore_item",
    "retry_refund",
    "save_purchases",
    "set_freight",
    "set_refund_limit",
    "take_out",
    "undo_collect",
    "win",
]
