"""What she is told of her orders, with the orders as they stand now."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from zhiyin.domain.orders.care import CaseState
from zhiyin.domain.orders.models import Notice, Order
from zhiyin.domain.orders.queries.orders import cards_of
from zhiyin.domain.orders.types import (
    PAY_SOON_WITHIN,
    NoticeCard,
    NoticeKind,
    NoticePage,
    OrderState,
)


def notices(
    *, brand_id: UUID, member_ids: Sequence[UUID], offset: int = 0, limit: int = 20
) -> NoticePage:
    """A page of what somebody was told, newest first. Five queries."""
    rows = Notice.objects.filter(brand_id=brand_id, member_id__in=list(member_ids))
    page = list(
        rows.select_related("refund", "case").order_by("-at", "-id")[offset : offset + limit]
    )
    cards = cards_of(
        brand_id,
        Order.objects.filter(brand_id=brand_id, id__in={row.order_id for row in page}).order_by(
            "id"
        ),
    )
    orders = {card.id: card for card in cards}
    return NoticePage(
        tuple(
            NoticeCard(
                id=row.id,
                kind=NoticeKind(row.kind),
                at=row.at,
                seen_at=row.seen_at,
                order=orders[row.order_id],
                case_id=row.case_id,
                until=row.case.deadline_at
                if row.case is not None and row.case.state == CaseState.WAITING_GOODS
                else None,
                amount_fen=row.refund.amount_fen if row.refund is not None else None,
            )
            for row in page
        ),
        rows.count(),
    )


def unseen_notices(*, brand_id: UUID, member_ids: Sequence[UUID]) -> int:
    """How many of them she has not seen. One query."""
    return Notice.objects.filter(
        brand_id=brand_id, member_id__in=list(member_ids), seen_at__isnull=True
    ).count()


def to_pay_soon(*, brand_id: UUID, now: datetime, limit: int) -> tuple[UUID, ...]:
    """Unpaid orders whose time is nearly over and whose shopper was not told. One query."""
    told = Notice.objects.filter(
        brand_id=OuterRef("brand_id"), order_id=OuterRef("id"), kind=NoticeKind.PAY_SOON
    )
    rows = Order.objects.filter(
        ~Exists(told),
        brand_id=brand_id,
        state=OrderState.UNPAID,
        pay_by__gt=now,
        pay_by__lte=now + PAY_SOON_WITHIN,
    )
    return tuple(rows.order_by("pay_by", "id").values_list("id", flat=True)[:limit])
