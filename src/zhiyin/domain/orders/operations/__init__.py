"""The only writers of carts, orders, payments, refunds and pickups."""

from zhiyin.domain.orders.operations.carts import (
    adopt_cart,
    change_item,
    empty_cart,
    forget_guest_carts,
    forget_member,
    put_in_cart,
    restore_item,
    take_out,
)
from zhiyin.domain.orders.operations.past import save_purchases
from zhiyin.domain.orders.operations.paying import (
    close,
    close_payment,
    for_payment,
    hear_once,
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
    "forget_guest_carts",
    "forget_member",
    "forgive_wrong_code",
    "give_back",
    "hear_once",
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
    "take_out",
    "undo_collect",
    "win",
]
