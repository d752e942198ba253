"""Orders of the demo brand for its pages: some that wait, one handed over, and stuck money."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from zhiyin.domain.brands.types import BrandCard, Role
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import (
    Delivery,
    NoticeKind,
    Placed,
    RefundState,
    SlotFacts,
    StraySettlement,
)
from zhiyin.flows import purchase
from zhiyin.flows.paying import PaymentFact, PaymentState
from zhiyin.flows.purchase import Basket, Wanted
from zhiyin.storage.tenancy import brand_tx

WAITING = 4
HOURS = ((600, 720), (840, 960), (1140, 1260))


def set_orders(
    brand: BrandCard, member_id: UUID, user_id: int, ids: dict[str, Any], now: datetime
) -> None:
    """`order_id` waits to be collected in `pickup_store_id` by `pickup_code`; `refund_id` stuck."""
    with brand_tx(brand.id):
        shelf = goods.products(brand_id=brand.id, limit=60).products
        store_id, first, second = next(
            (stores[0], one.skus[0].id, other.skus[0].id)
            for one in shelf
            for other in shelf
            if one.skus and other.skus and one is not other
            if (
                stores := goods.stores_with(
                    brand_id=brand.id, pieces={one.skus[0].id: 1, other.skus[0].id: 2}, limit=1
                )
            )
        )
        wanted = (Wanted(sku_id=first, quantity=1), Wanted(sku_id=second, quantity=2))
    with brand_tx(brand.id):
        for sku_id in (first, second):
            catalog.adjust_stock(
                brand_id=brand.id,
                sku_id=sku_id,
                store_id=store_id,
                change=WAITING * 2,
                reason="到货",
                user_id=user_id,
                now=now,
            )
        slots = [SlotFacts(day, *hours, 9) for day in range(7) for hours in HOURS]
        orders.set_slots(brand_id=brand.id, store_id=store_id, slots=slots, days_ahead=3)
    one = Basket(wanted=wanted[:1], delivery=Delivery.PICKUP, store_id=store_id)
    both = Basket(wanted=wanted, delivery=Delivery.PICKUP, store_id=store_id)
    placed = [
        _paid(
            brand,
            member_id,
            both if n == 0 else one,
            now - timedelta(minutes=60 - n),
            _slot(brand, store_id, now) if n == 0 else None,
        )
        for n in range(WAITING)
    ]
    ids.setdefault("order_id", placed[0].order_id)
    with brand_tx(brand.id):
        ids["pickup_code"] = ordered.code_of(brand_id=brand.id, order_id=placed[0].order_id)
        done = ordered.code_of(brand_id=brand.id, order_id=placed[1].order_id)
        refund = purchase.give_back_within(
            brand_id=brand.id,
            order_id=placed[2].order_id,
            key=uuid4().hex,
            roles=[Role.ADMIN],
            reason="她说颜色和照片不一样",
            user_id=user_id,
            now=now,
        )
        orders.refund_answered(
            brand_id=brand.id,
            refund_id=refund.id,
            state=RefundState.STUCK,
            why_stuck="payment_refused",
            now=now,
        )
    purchase.collect(brand_id=brand.id, code=done, store_id=store_id, user_id=user_id, now=now)
    ids["refund_id"], ids["pickup_store_id"] = refund.id, store_id
    with brand_tx(brand.id):
        (line,) = ordered.order(brand_id=brand.id, order_id=placed[1].order_id).lines
        ids |= {"done_order_id": placed[1].order_id, "done_line_id": line.id}
        ids["done_product_id"] = line.product_id
        for n, kind in ((0, NoticeKind.GROUP_WON), (2, NoticeKind.GROUP_LOST)):
            orders.tell(
                brand_id=brand.id,
                order_id=placed[n].order_id,
                kind=kind,
                at=now - timedelta(minutes=30 - n),
            )
        orders.tell(
            brand_id=brand.id,
            order_id=placed[2].order_id,
            kind=NoticeKind.REFUNDED,
            refund_id=refund.id,
            at=now,
        )
    ids["stray_id"] = _strays(brand, user_id, now)


def _strays(brand: BrandCard, user_id: int, now: datetime) -> UUID:
    """Money that fits no order: two wait to be looked at, one was kept. One that waits."""
    stage = uuid4().int % 10**9  # the stage is set more than once
    for number in range(3):
        fact = PaymentFact(
            payment_no=f"staged-stray-{stage}-{number}",
            state=PaymentState.PAID,
            merchant_id="1900000001",
            app_id="staged",
            amount_fen=36_800 + number,
            currency="CNY",
            transaction_id=f"420000020{stage:018}{number}",
            paid_at=now,
        )
        purchase.settle(brand_id=brand.id, provider="sandbox", fact=fact, now=now)
    with brand_tx(brand.id):
        kept, *others = ordered.stray_receipts(brand_id=brand.id)
        purchase.settle_stray(
            brand_id=brand.id,
            stray_id=kept.id,
            settlement=StraySettlement.KEEP,
            reason="老系统的订单，已线下核对",
            user_id=user_id,
            now=now,
        )
    return others[0].id


def _slot(brand: BrandCard, store_id: UUID, now: datetime) -> datetime:
    """The first time that the store offers."""
    with brand_tx(brand.id):
        offers = ordered.slot_offers(
            brand_id=brand.id, store_id=store_id, zone=ZoneInfo(brand.time_zone), now=now
        )
    assert offers
    return offers[0].starts_at


def _paid(
    brand: BrandCard, member_id: UUID, basket: Basket, at: datetime, slot_at: datetime | None
) -> Placed:
    placed = purchase.place(
        brand_id=brand.id,
        member_id=member_id,
        request_key=uuid4(),
        basket=basket,
        provider="sandbox",
        slot_at=slot_at,
        now=at,
    )
    fact = PaymentFact(
        payment_no=placed.payment_id.hex,
        state=PaymentState.PAID,
        merchant_id="staged",
        app_id="staged",
        amount_fen=placed.payable_fen,
        currency="CNY",
        transaction_id=f"staged-{placed.order_id.hex}",
        paid_at=at,
    )
    purchase.settle(brand_id=brand.id, provider="sandbox", fact=fact, now=at)
    return placed
