"""What follows from what happened: the one page that lists it.

A reaction gets the event after the commit that recorded it, in a job. It opens its own
transaction, and it is safe to repeat.
"""

from collections.abc import Callable, Mapping
from typing import Any

from zhiyin.domain.conversations.types import QuestionUnanswered
from zhiyin.domain.members.types import ConsentWithdrawn, MemberErased
from zhiyin.domain.orders.types import RefundArrived
from zhiyin.events.types import StoredEvent, revive
from zhiyin.flows import answering, forgetting
from zhiyin.flows.purchase import cases
from zhiyin.kit.events import DomainEvent

Reaction = Callable[[Any], None]

REACTIONS: Mapping[type[DomainEvent], tuple[Reaction, ...]] = {
    QuestionUnanswered: (answering.ask_another,),
    MemberErased: (forgetting.queue_forgetting,),
    ConsentWithdrawn: (forgetting.queue_forgetting,),
    RefundArrived: (cases.note_arrived,),
}


def answer(stored: StoredEvent) -> None:
    """Run every reaction to a recorded event, in order. Nothing listed, nothing to do."""
    event = revive(stored, REACTIONS)
    if event is None:
        return
    for reaction in REACTIONS[type(event)]:
        reaction(event)
