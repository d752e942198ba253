"""What she is told of her orders: written once, seen once, gone with her."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from zhiyin.domain.orders.models import Notice
from zhiyin.domain.orders.types import NoticeKind
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import one

TELL = """
    INSERT INTO orders_notice
        (id, brand_id, member_id, order_id, kind, parcel_id, refund_id, case_id, at)
    SELECT %(id)s, brand_id, member_id, id, %(kind)s, %(parcel_id)s::uuid, %(refund_id)s::uuid,
        %(case_id)s::uuid, %(at)s
    FROM orders_order WHERE brand_id = %(brand_id)s AND id = %(order_id)s
    ON CONFLICT ON CONSTRAINT notice_once DO NOTHING
    RETURNING id
"""
"""What it is about is its key: the same event told twice, or by two workers, is one notice."""


def tell(
    *,
    brand_id: UUID,
    order_id: UUID,
    kind: NoticeKind,
    at: datetime,
    parcel_id: UUID | None = None,
    refund_id: UUID | None = None,
    case_id: UUID | None = None,
) -> bool:
    """Tell whoever placed an order something of it, once. Returns whether it is new.

    The caller has made sure that she is still a member. One statement.
    """
    row = one(
        TELL,
        id=uuid7(),
        brand_id=brand_id,
        order_id=order_id,
        kind=kind,
        at=at,
        parcel_id=parcel_id,
        refund_id=refund_id,
        case_id=case_id,
    )
    return row is not None


def note_seen(
    *,
    brand_id: UUID,
    member_ids: Sequence[UUID],
    now: datetime,
    order_id: UUID | None = None,
) -> int:
    """She has seen what she was told of an order, or of all of them. Returns how many were new."""
    rows = Notice.objects.filter(
        brand_id=brand_id, member_id__in=list(member_ids), seen_at__isnull=True
    )
    if order_id is not None:
        rows = rows.filter(order_id=order_id)
    return rows.update(seen_at=now)


def forget_notices(*, brand_id: UUID, member_id: UUID) -> int:
    """She leaves: what she was told goes with her."""
    return Notice.objects.filter(brand_id=brand_id, member_id=member_id).delete()[0]
