"""What runs in the demo's shops: a group-buy, a flash sale and a coupon, set up once each."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import ProductCard
from zhiyin.domain.promotions import operations, queries
from zhiyin.domain.promotions.types import (
    AnyFacts,
    CouponFacts,
    FlashSaleFacts,
    GroupBuyFacts,
    PromotionKind,
    PromotionState,
)
from zhiyin.storage.tenancy import brand_tx

WEEK = timedelta(days=7)
YEAR = timedelta(days=360)
SEATS = 2
PER_CENT = 100
GROUP_PERCENT, FLASH_PERCENT = 80, 70
CODE = "ZHIYIN20"


def on_sale(*, brand_id: UUID, now: datetime) -> None:
    """Set up what of it does not run: a group-buy of two, a flash sale, and twenty yuan off.

    What ended is set up anew, so that a demo of last month has something to show. Safe to repeat.
    """
    with brand_tx(brand_id):
        stocked = [
            card
            for card in catalog.all_products(brand_id=brand_id)
            if card.skus and all(sku.on_hand for sku in card.skus)
        ]
        if len(stocked) < 2:
            return
        for facts in _facts(stocked, now):
            if not _is_there(brand_id, facts, now):
                operations.create(brand_id=brand_id, facts=facts, user_id=None, now=now)


def _facts(stocked: Sequence[ProductCard], now: datetime) -> tuple[AnyFacts, ...]:
    """The best stocked product together, the last of the list for less, and the coupon."""
    dress = max(stocked, key=lambda card: (len(card.skus), card.code))
    other = next(card for card in reversed(stocked) if card.id != dress.id)
    week: Mapping[str, Any] = {"starts_at": now, "ends_at": now + WEEK}
    return (
        GroupBuyFacts(
            name_zh="两人一起买",
            name_en="Two together",
            sku_ids=tuple(sku.id for sku in dress.skus),
            price_fen=_percent(dress, GROUP_PERCENT),
            seats=SEATS,
            open_hours=24,
            per_person=5,
            **week,
        ),
        FlashSaleFacts(
            name_zh="本周限时价",
            name_en="This week's price",
            sku_id=other.skus[0].id,
            price_fen=_percent(other, FLASH_PERCENT),
            most_uses=50,
            per_person=2,
            **week,
        ),
        CouponFacts(
            name_zh="满 200 减 20",
            name_en="20 off from 200",
            off_fen=2_000,
            from_fen=20_000,
            is_claimable=True,
            code=CODE,
            per_person=1,
            starts_at=now,
            ends_at=now + YEAR,
        ),
    )


def _is_there(brand_id: UUID, facts: AnyFacts, now: datetime) -> bool:
    """Whether one like it runs; of the coupon, whose code is given once, whether it ever did."""
    is_coupon = isinstance(facts, CouponFacts)
    kind = {GroupBuyFacts: PromotionKind.GROUP_BUY, FlashSaleFacts: PromotionKind.FLASH_SALE}
    found = queries.promotions(
        brand_id=brand_id,
        kind=kind.get(type(facts), PromotionKind.COUPON),
        state=None if is_coupon else PromotionState.RUNNING,
        now=now,
        limit=200,
    )
    return any(card.terms.name_zh == facts.name_zh for card in found.promotions)


def _percent(card: ProductCard, percent: int) -> int:
    """So much of what the cheapest size costs, in whole yuan, in fen."""
    return card.price_from_fen * percent // PER_CENT // 100 * 100
