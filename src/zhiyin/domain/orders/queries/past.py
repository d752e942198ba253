"""What a brand's people bought before Zhiyin."""

from collections.abc import Collection, Sequence
from uuid import UUID

from zhiyin.domain.orders.models import PastPurchase
from zhiyin.domain.orders.types import PurchaseCard

COLUMNS = ("id", "external_ref", "member_id", "sku_id", "bought_at", "paid_fen")


def purchases_by_ref(*, brand_id: UUID, refs: Sequence[str]) -> dict[str, PurchaseCard]:
    """Number in the earlier system -> purchase, for those of `refs` that exist. One query."""
    rows = PastPurchase.objects.filter(brand_id=brand_id, external_ref__in=list(refs))
    return {row[1]: PurchaseCard(*row) for row in rows.values_list(*COLUMNS)}


def last_purchase(
    *, brand_id: UUID, member_id: UUID, sku_ids: Collection[UUID]
) -> PurchaseCard | None:
    """A member's last purchase of one of these SKUs, or None. One query."""
    row = (
        PastPurchase.objects.filter(
            brand_id=brand_id, member_id=member_id, sku_id__in=list(sku_ids)
        )
        .order_by("-bought_at", "-id")
        .values_list(*COLUMNS)
        .first()
    )
    return PurchaseCard(*row) if row else None


def purchases_of(
    *, brand_id: UUID, member_id: UUID, offset: int = 0, limit: int = 500
) -> tuple[PurchaseCard, ...]:
    """A member's past purchases, oldest first. One query."""
    rows = (
        PastPurchase.objects.filter(brand_id=brand_id, member_id=member_id)
        .order_by("bought_at", "id")
        .values_list(*COLUMNS)
    )
    return tuple(PurchaseCard(*row) for row in rows[offset : offset + limit])
