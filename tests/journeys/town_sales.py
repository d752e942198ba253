"""What a town has on offer: a group that somebody opened, and a promotion of every kind."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.cast import NOW
from zhiyin.domain.brands.types import BrandCard
from zhiyin.domain.promotions import operations
from zhiyin.domain.promotions.types import (
    CouponFacts,
    FlashSaleFacts,
    GroupBuyFacts,
    TrialFacts,
)
from zhiyin.kit.ids import uuid7


def sales(brand: BrandCard, mark: str, people: dict[str, UUID], ids: dict[str, Any]) -> None:
    """Set them up, claim the coupon, use it, open a group, and try a code that does not exist."""
    said: dict[str, Any] = {
        "name_zh": f"{mark}活动",
        "name_en": f"{mark} offer",
        "starts_at": NOW,
        "ends_at": NOW + timedelta(days=9),
        "store_ids": [ids["store_id"]],
    }
    skus = [ids["sku_id"]]
    code = f"{mark}-TEN".upper()
    at = {"brand_id": brand.id, "now": NOW}
    by = {"user_id": ids["user_id"]} | at
    group_buy = GroupBuyFacts(sku_ids=skus, price_fen=19_900, seats=3, open_hours=24, **said)
    ids["promotion_id"] = operations.create(facts=group_buy, **by)
    operations.create(facts=FlashSaleFacts(sku_id=skus[0], price_fen=9_900, **said), **by)
    operations.create(facts=TrialFacts(sku_ids=skus, price_fen=900, **said), **by)
    coupon = CouponFacts(off_fen=1_000, is_claimable=True, code=code, per_person=2, **said)
    ids["coupon_id"] = operations.create(facts=coupon, **by)
    asker = people["asker"]
    operations.claim_by_code(code="NO-SUCH-CODE", member_id=asker, **at)
    operations.claim(coupon_id=ids["coupon_id"], member_id=asker, **at)
    order_id = uuid7()
    operations.use(
        order_id=order_id,
        member_id=asker,
        rules=[f"coupon:{ids['coupon_id']}"],
        pieces={},
        **at,
    )
    seat = operations.open_group(
        group_buy_id=ids["promotion_id"], member_id=asker, order_id=order_id, **at
    )
    ids["group_id"] = seat.group_id
