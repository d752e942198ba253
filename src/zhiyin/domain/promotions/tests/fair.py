"""A brand with goods, stores and members, and every kind of promotion in one line each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.cast import NOW, make_brand
from zhiyin.domain.catalog.tests.shelves import stack
from zhiyin.domain.catalog.types import Category
from zhiyin.domain.members import operations as members
from zhiyin.domain.pricing import rules as pricing
from zhiyin.domain.pricing.types import Line, Quote
from zhiyin.domain.promotions import operations, queries
from zhiyin.domain.promotions.types import (
    AnyFacts,
    Buyer,
    CouponFacts,
    Delivery,
    FlashSaleFacts,
    GroupBuyFacts,
    Offers,
    Priced,
    Seated,
    SeatOutcome,
    TrialFacts,
)
from zhiyin.kit.ids import uuid7
from zhiyin.storage.tenancy import brand_tx

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WINDOW: dict[str, Any] = {
    "name_zh": "活动",
    "name_en": "Offer",
    "starts_at": NOW - HOUR,
    "ends_at": NOW + DAY,
}


@dataclass(frozen=True)
class Fair:
    """A brand, SKUs of one product at 100 fen, two stores, and some members."""

    brand_id: UUID
    skus: tuple[UUID, ...]
    product_id: UUID
    store_id: UUID
    other_store_id: UUID
    members: tuple[UUID, ...]

    def create(self, facts: AnyFacts, now: datetime = NOW) -> UUID:
        return operations.create(brand_id=self.brand_id, facts=facts, user_id=None, now=now)

    def group_buy(self, **said: Any) -> UUID:
        return self.create(self.group_buy_facts(**said), now=said.get("now", NOW))

    def group_buy_facts(self, **said: Any) -> GroupBuyFacts:
        default = {"sku_ids": self.skus[:2], "price_fen": 60, "seats": 3, "open_hours": 2}
        return GroupBuyFacts(**{**WINDOW, **default, **said})

    def flash_facts(self, **said: Any) -> FlashSaleFacts:
        return FlashSaleFacts(**{**WINDOW, "sku_id": self.skus[0], "price_fen": 50, **said})

    def flash(self, **said: Any) -> UUID:
        return self.create(self.flash_facts(**said))

    def trial(self, **said: Any) -> UUID:
        return self.create(
            TrialFacts(**{**WINDOW, "sku_ids": self.skus[:1], "price_fen": 9, **said})
        )

    def coupon(self, **said: Any) -> UUID:
        return self.create(CouponFacts(**{**WINDOW, "off_fen": 10, "code": "TENOFF", **said}))

    def open(self, group_buy_id: UUID, member: int, order_id: UUID, now: datetime = NOW) -> Seated:
        return operations.open_group(
            brand_id=self.brand_id,
            group_buy_id=group_buy_id,
            member_id=self.members[member],
            order_id=order_id,
            now=now,
        )

    def sit(self, group_id: UUID, member: int, order_id: UUID, now: datetime = NOW) -> Seated:
        return operations.take_seat(
            brand_id=self.brand_id,
            group_id=group_id,
            member_id=self.members[member],
            order_id=order_id,
            now=now,
        )

    def pay(self, order_id: UUID, now: datetime = NOW) -> SeatOutcome:
        return operations.seat_paid(brand_id=self.brand_id, order_id=order_id, now=now)

    def leave(self, order_id: UUID, now: datetime = NOW) -> bool:
        return operations.leave_seat(brand_id=self.brand_id, order_id=order_id, now=now)

    def close(self, now: datetime, limit: int = 100):
        return operations.close_expired(brand_id=self.brand_id, now=now, limit=limit)

    def use(
        self, rule: str | Sequence[str], order_id: UUID, member: int = 0, pieces: int = 1
    ) -> int:
        rules = [rule] if isinstance(rule, str) else rule
        return operations.use(
            brand_id=self.brand_id,
            order_id=order_id,
            member_id=self.members[member],
            rules=rules,
            pieces=dict.fromkeys(rules, pieces),
            now=NOW,
        )

    def release(self, order_id: UUID) -> int:
        return operations.release_uses(brand_id=self.brand_id, order_id=order_id, now=NOW)

    def buyer(self, member: int = 0, **said: Any) -> Buyer:
        default = {
            "member_id": self.members[member],
            "is_new_customer": False,
            "store_id": self.store_id,
            "delivery": Delivery.PICKUP,
        }
        return Buyer(**{**default, **said})

    def line(self, sku: int = 0, quantity: int = 1, key: str = "") -> Priced:
        line = Line(
            key=key or f"line-{sku}",
            sku_id=self.skus[sku],
            product_id=self.product_id,
            quantity=quantity,
            list_fen=100,
        )
        return Priced(line, Category.DRESS)

    def offers(self, *lines: Priced, **said: Any) -> Offers:
        default = {"lines": lines or (self.line(),), "buyer": self.buyer(), "now": NOW}
        return queries.offers(brand_id=self.brand_id, **{**default, **said})

    def quote(self, *lines: Priced, **said: Any) -> Quote:
        found = self.offers(*lines, **said)
        return pricing.quote(
            lines=[each.line for each in lines or (self.line(),)],
            adjustments=found.adjustments,
            refused=found.refused,
        )

    def why_not(self, *lines: Priced, **said: Any) -> dict[str, str]:
        return {no.rule: str(no.reason) for no in self.offers(*lines, **said).refused}

    def violations(self, now: datetime = NOW) -> dict[str, list[Any]]:
        """Every row of every audit of the room."""
        found = {
            audit.code: list(audit.find(brand_id=self.brand_id, now=now, limit=100))
            for audit in queries.AUDITS
        }
        return {code: rows for code, rows in found.items() if rows}


def pitch(brand_id: UUID, people: int = 6) -> Fair:
    """A fair in the open transaction of its brand."""
    shelves = stack(brand_id, [500, 500, 500])
    joined = [
        members.create_member(brand_id=brand_id, language="zh-hans", now=NOW) for _ in range(people)
    ]
    return Fair(
        brand_id,
        shelves.skus,
        shelves.product_id,
        shelves.store_id,
        shelves.other_store_id,
        tuple(joined),
    )


def settle(people: int = 6) -> Fair:
    """`pitch` with a brand of its own, committed."""
    brand_id = make_brand("cedar").id
    with brand_tx(brand_id):
        return pitch(brand_id, people)


def orders(number: int) -> list[UUID]:
    """Ids of orders."""
    return [uuid7() for _ in range(number)]
