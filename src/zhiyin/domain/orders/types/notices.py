"""What a shopper is told of her orders: a kind and what it is about, never stored prose."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from zhiyin.domain.orders.types.words import OrderCard

PAY_SOON_WITHIN = timedelta(minutes=5)
"""So long before the pieces are free again is she told that an order waits to be paid."""


class NoticeKind(StrEnum):
    """What she is told."""

    PAY_SOON = "pay_soon"  # its time to be paid is nearly over
    CLOSED = "closed"  # it ended unpaid, and not because she said so
    READY = "ready"  # paid, to be collected with its code
    GROUP_WON = "group_won"
    GROUP_LOST = "group_lost"  # she had paid: the money goes back
    SENT = "sent"  # a parcel of it
    REFUNDED = "refunded"  # the money has arrived
    CASE_GRANTED = "case_granted"
    CASE_GOODS = "case_goods"  # granted, once the goods are back
    CASE_REFUSED = "case_refused"
    CASE_ENDED = "case_ended"  # refused by head office, too


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCard:
    """Something she is told, and the order as it stands now.

    `until`: she has to have sent the goods back by then. `amount_fen`: what has arrived.
    """

    id: UUID
    kind: NoticeKind
    at: datetime
    seen_at: datetime | None
    order: OrderCard
    case_id: UUID | None
    until: datetime | None
    amount_fen: int | None


@dataclass(frozen=True, slots=True)
class NoticePage:
    """A page of notices, newest first, and how many there are in all."""

    notices: tuple[NoticeCard, ...]
    total: int
