"""What a brand lets its staff give back, and what it charges for a parcel."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.brands.types import Role
from zhiyin.domain.orders.models import RefundLimit
from zhiyin.domain.orders.rules import check_fen


def set_refund_limit(
    *, brand_id: UUID, role: Role, most_fen: int | None, now: datetime, user_id: int | None = None
) -> None:
    """How much of one order a role may give back alone from now on; None: whatever is left.

    Raises SumRefused.
    """
    if most_fen is not None:
        check_fen(most_fen, "most_fen")
    RefundLimit.objects.update_or_create(
        brand_id=brand_id,
        role=role,
        defaults={"most_fen": most_fen, "set_by_id": user_id, "set_at": now},
    )
