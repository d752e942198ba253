"""What leaves the house for a brand's own programs, and how it is sent.

`LEAVING` is the one page that says which events may be subscribed, and which of their fields go
along: ids, states, counts and moments, never what is personal. To let another event out, add a
line; `python tools/reference.py` then writes it into docs/reference/webhooks.md.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

from procrastinate.contrib.django import app as jobs

from zhiyin.domain.conversations.types import (
    QuestionAnswered,
    QuestionAsked,
    QuestionUnanswered,
)
from zhiyin.domain.members.types import ConsentWithdrawn, MemberErased, MemberJoined
from zhiyin.domain.orders.types import (
    OrderClosed,
    OrderDone,
    OrderPaid,
    RefundArrived,
    RefundGranted,
)
from zhiyin.domain.promotions.types import GroupLost, GroupWon
from zhiyin.domain.webhooks import operations as webhooks
from zhiyin.domain.webhooks.types import (
    Attempt,
    DueDelivery,
    WebhookDisabled,
    WebhookTypeUnknown,
)
from zhiyin.events.types import StoredEvent
from zhiyin.flows.ports import WebhookSender
from zhiyin.kit.events import DomainEvent
from zhiyin.storage.tenancy import brand_tx

LEAVING: Mapping[type[DomainEvent], tuple[str, ...]] = {
    MemberJoined: ("member_id",),
    MemberErased: ("member_id",),
    ConsentWithdrawn: ("member_id", "purpose"),
    QuestionAsked: ("question_id",),
    QuestionAnswered: ("question_id",),
    QuestionUnanswered: ("question_id",),
    OrderPaid: ("order_id",),
    OrderClosed: ("order_id", "reason"),
    OrderDone: ("order_id",),
    RefundGranted: ("order_id", "refund_id"),
    RefundArrived: ("order_id", "refund_id"),
    GroupWon: ("group_id", "order_ids"),
    GroupLost: ("group_id", "order_ids"),
    WebhookDisabled: ("endpoint_id", "why"),
}
FIELDS: Mapping[str, tuple[str, ...]] = {kind.name: fields for kind, fields in LEAVING.items()}

TEST_TYPE = "webhooks.test"
SEND_TASK, WEBHOOKS_QUEUE = "send_webhooks", "webhooks"
BATCH, OF_EACH, AT_ONCE = 40, 5, 8
# A batch is five tries after one another at most, of some ten seconds each.
TAKEN_FOR = timedelta(minutes=3)


def checked_types(event_types: Sequence[str]) -> tuple[str, ...]:
    """Types that may be subscribed. Raises WebhookTypeUnknown for any other."""
    for event_type in event_types:
        if event_type not in FIELDS:
            raise WebhookTypeUnknown(event_type=event_type[:80])
    return tuple(sorted(set(event_types)))


def queue_deliveries(stored: StoredEvent) -> None:
    """Put a recorded event on its way to whoever subscribed its type. Safe to repeat."""
    fields = FIELDS.get(stored.name)
    if fields is None:
        return
    with brand_tx(stored.brand_id):
        queued = webhooks.queue(
            brand_id=stored.brand_id,
            event_id=stored.id,
            event_type=stored.name,
            at=stored.at,
            data={field: stored.payload[field] for field in fields},
        )
        if queued:
            send_soon(brand_id=stored.brand_id)


def queue_test(*, brand_id: UUID, endpoint_id: UUID, now: datetime) -> UUID:
    """Send an endpoint something that happened nowhere. Inside `brand_tx`.

    Raises WebhookNotFound, WebhookOff.
    """
    delivery_id = webhooks.queue_test(
        brand_id=brand_id, endpoint_id=endpoint_id, event_type=TEST_TYPE, now=now
    )
    send_soon(brand_id=brand_id)
    return delivery_id


def replay(*, brand_id: UUID, delivery_id: UUID, now: datetime) -> None:
    """Send a delivery again under the same id. Inside `brand_tx`.

    Raises DeliveryNotFound, WebhookOff.
    """
    webhooks.replay(brand_id=brand_id, delivery_id=delivery_id, now=now)
    send_soon(brand_id=brand_id)


def send_soon(*, brand_id: UUID, at: datetime | None = None) -> None:
    """Queue the job that sends what is due at a brand, in the caller's transaction."""
    jobs.configure_task(
        name=SEND_TASK, queue=WEBHOOKS_QUEUE, schedule_at=at, allow_unknown=True
    ).defer(brand_id=str(brand_id))


def send_due(*, brand_id: UUID, sender: WebhookSender, now: datetime) -> int:
    """Try what is due at a brand, a batch of it; the network is reached outside transactions.

    Killed at any moment, it loses nothing: what it took is due again when its time has passed, and
    a receiver tells a repeat by the id. Returns how many were tried.
    """
    with brand_tx(brand_id):
        taken = webhooks.take_due(
            brand_id=brand_id, now=now, until=now + TAKEN_FOR, of_each=OF_EACH, limit=BATCH
        )
    if not taken:
        return 0

    def sent(due: DueDelivery) -> Attempt:
        return sender.send(
            url=due.url,
            message_id=due.message_id,
            body=due.body,
            secrets=due.secrets,
            now=now,
        )

    with ThreadPoolExecutor(min(AT_ONCE, len(taken))) as pool:
        for due, attempt in zip(taken, pool.map(sent, taken), strict=True):
            with brand_tx(brand_id):
                again = webhooks.record(brand_id=brand_id, delivery_id=due.id, attempt=attempt)
                if again is not None:
                    send_soon(brand_id=brand_id, at=again)
    return len(taken)
