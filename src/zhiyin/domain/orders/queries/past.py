"""What a brand's people bought before Zhiyin, and what verifies a show."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import F

from zhiyin.domain.orders.models import OrderLine, PastPurchase
from zhiyin.domain.orders.types import OrderState, PurchaseCard

COLUMNS = ("id", "external_ref", "member_id", "sku_id", "bought_at", "paid_fen")


def purchases_by_ref(*, brand_id: UUID, refs: Sequence[str]) -> dict[str, PurchaseCard]:
    """Number in the earlier system -> purchase, for those of `refs` that exist. One query."""
    rows = PastPurchase.objects.filter(brand_id=brand_id, external_ref__in=list(refs))
    return {row[1]: PurchaseCard(*row) for row in rows.values_list(*COLUMNS)}


def last_purchase(
    *,
    brand_id: UUID,
    member_ids: Collection[UUID],
    sku_ids: Collection[UUID],
    line_id: UUID | None = None,
) -> PurchaseCard | None:
    """Somebody's last purchase of one of these SKUs that she has and did not give back, or None.

    A line of an order that is done is one, by the line's id and the order's number; so is what she
    bought before Zhiyin. With `line_id`, that line or None. Two queries.
    """
    own = {"brand_id": brand_id, "sku_id__in": list(sku_ids)}
    lines = OrderLine.objects.filter(
        order__member_id__in=list(member_ids),
        order__state=OrderState.DONE,
        quantity__gt=F("refunded"),
        **own,
    )
    if line_id is not None:
        lines = lines.filter(id=line_id)
    found = [
        PurchaseCard(*row)
        for row in lines.order_by("-order__paid_at", "-id").values_list(
            "id", "order__number", "order__member_id", "sku_id", "order__paid_at", "payable_fen"
        )[:1]
    ]
    if line_id is None:
        before = PastPurchase.objects.filter(member_id__in=list(member_ids), **own)
        found += [
            PurchaseCard(*row)
            for row in before.order_by("-bought_at", "-id").values_list(*COLUMNS)[:1]
        ]
    return max(found, key=lambda one: one.bought_at, default=None)


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
