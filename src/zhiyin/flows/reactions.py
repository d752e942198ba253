"""What follows from what happened: the one page that lists it.

A reaction gets the event after the commit that recorded it, in a job. It opens its own
transaction, and it is safe to repeat. What leaves the house is listed in `outward.LEAVING`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from zhiyin.domain.conversations.types import QuestionUnanswered
from zhiyin.domain.members.types import ConsentWithdrawn, MemberErased
from zhiyin.domain.orders.care import CaseMoved, ParcelSent
from zhiyin.domain.orders.types import (
    OrderClosed,
    OrderDone,
    OrderPaid,
    OrderReopened,
    RefundArrived,
    RefundGranted,
)
from zhiyin.domain.promotions.types import GroupLost, GroupWon
from zhiyin.events.types import StoredEvent, revive
from zhiyin.flows import answering, forgetting, outward, purchase, settlement
from zhiyin.flows.purchase import cases, sending, telling
from zhiyin.kit.events import DomainEvent

Reaction = Callable[[Any], None]

REACTIONS: Mapping[type[DomainEvent], tuple[Reaction, ...]] = {
    QuestionUnanswered: (answering.ask_another,),
    MemberErased: (forgetting.queue_forgetting,),
    RefundGranted: (sending.send_granted, settlement.follow_order),
    ConsentWithdrawn: (forgetting.queue_forgetting,),
    OrderPaid: (telling.tell_paid, settlement.follow_order),
    OrderClosed: (telling.tell_closed,),
    OrderDone: (settlement.follow_order,),
    OrderReopened: (settlement.follow_order,),
    GroupWon: (purchase.release_group, telling.tell_group_won, settlement.follow_group),
    GroupLost: (purchase.refund_group, telling.tell_group_lost),
    ParcelSent: (telling.tell_sent,),
    RefundArrived: (cases.note_arrived, telling.tell_refunded),
    CaseMoved: (telling.tell_case,),
}


def answer(stored: StoredEvent) -> None:
    """Tell the brand's own programs of an event that may leave, then run every reaction to it."""
    outward.queue_deliveries(stored)
    event = revive(stored, REACTIONS)
    if event is None:
        return
    for reaction in REACTIONS[type(event)]:
        reaction(event)
