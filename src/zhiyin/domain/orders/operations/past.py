"""What a brand's people bought before Zhiyin."""

from collections.abc import Sequence
from uuid import UUID

from zhiyin.domain.orders.models import PastPurchase
from zhiyin.domain.orders.rules import check_purchase
from zhiyin.domain.orders.types import PurchaseFacts


def save_purchases(*, brand_id: UUID, purchases: Sequence[PurchaseFacts]) -> int:
    """Add past purchases, or correct those whose number the brand has already. Repeatable.

    The last one of a number counts. The caller has found members and SKUs in the same brand.
    Returns how many rows. Raises PurchaseRefused, and then writes nothing.
    """
    last = {purchase.external_ref: purchase for purchase in purchases}
    for purchase in purchases:
        check_purchase(purchase)
    rows = PastPurchase.objects.bulk_create(
        [
            PastPurchase(
                brand_id=brand_id,
                member_id=purchase.member_id,
                sku_id=purchase.sku_id,
                external_ref=purchase.external_ref,
                bought_at=purchase.bought_at,
                paid_fen=purchase.paid_fen,
            )
            for purchase in last.values()
        ],
        update_conflicts=True,
        unique_fields=["brand", "external_ref"],
        update_fields=["member", "sku", "bought_at", "paid_fen"],
    )
    return len(rows)
