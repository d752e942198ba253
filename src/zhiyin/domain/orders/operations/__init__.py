"""The only writers of carts, orders, payments, refunds, pickups and what comes after paying."""

from zhiyin.domain.orders.care_rules import TAKEN_AS_RECEIVED, is_granted_at_once
from zhiyin.domain.orders.operations.addresses import (
    add_address,
    change_address,
    forget_addresses,
    make_default,
    remove_address,
)
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
from zhiyin.domain.orders.operations.case_photos import add_case_photos, forget_case_photos
from zhiyin.domain.orders.operations.cases import (
    approve_case,
    escalate_case,
    forget_words,
    free_for_refund,
    lapse_case,
    note_arrived,
    note_granted,
    open_case,
    refuse_case,
    send_goods_back,
    set_case_terms,
    take_goods,
    withdraw_case,
    would_come_back,
)
from zhiyin.domain.orders.operations.invoices import answer_invoice, ask_invoice, forget_titles
from zhiyin.domain.orders.operations.leaving import forget_after_sales
from zhiyin.domain.orders.operations.limits import set_refund_limit
from zhiyin.domain.orders.operations.merging import move_buyer, move_buyer_back
from zhiyin.domain.orders.operations.notices import forget_notices, note_seen, tell
from zhiyin.domain.orders.operations.parcels import finish_sending, receive, send_parcel
from zhiyin.domain.orders.operations.past import save_purchases
from zhiyin.domain.orders.operations.paying import (
    close,
    close_payment,
    for_payment,
    hear_once,
    lock,
    note_asked,
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
from zhiyin.domain.orders.operations.slots import free_slot, set_slots, take_slot
from zhiyin.domain.orders.operations.strays import (
    claim_due_strays,
    note_stray,
    retry_stray,
    settle_stray,
    stray_answered,
)

__all__ = [
    "TAKEN_AS_RECEIVED",
    "add_address",
    "add_case_photos",
    "adopt_cart",
    "answer_invoice",
    "approve_case",
    "ask_invoice",
    "change_address",
    "change_item",
    "claim_due",
    "claim_due_strays",
    "close",
    "close_payment",
    "collect",
    "count_wrong_code",
    "empty_cart",
    "escalate_case",
    "finish_sending",
    "for_payment",
    "forget_addresses",
    "forget_after_sales",
    "forget_case_photos",
    "forget_guest_carts",
    "forget_member",
    "forget_notices",
    "forget_titles",
    "forget_words",
    "forgive_wrong_code",
    "free_for_refund",
    "free_slot",
    "give_back",
    "hear_once",
    "is_granted_at_once",
    "lapse_case",
    "lock",
    "make_default",
    "move_buyer",
    "move_buyer_back",
    "new_code",
    "note_arrived",
    "note_asked",
    "note_granted",
    "note_seen",
    "note_stray",
    "open_case",
    "pay",
    "pay_late",
    "place",
    "put_in_cart",
    "receive",
    "refund_answered",
    "refuse_case",
    "remove_address",
    "restore_item",
    "retry_refund",
    "retry_stray",
    "save_purchases",
    "send_goods_back",
    "send_parcel",
    "set_case_terms",
    "set_freight",
    "set_refund_limit",
    "set_slots",
    "settle_stray",
    "stray_answered",
    "take_goods",
    "take_out",
    "take_slot",
    "tell",
    "undo_collect",
    "win",
    "withdraw_case",
    "would_come_back",
]
