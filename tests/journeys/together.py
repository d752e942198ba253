"""Group-buys and coupons of a shop, and somebody who buys in a group over HTTP."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

from tests.journeys.shopping import Shop, filled
from tests.journeys.visiting import Visit
from zhiyin.domain.promotions import operations
from zhiyin.domain.promotions.types import CouponFacts, FlashSaleFacts, GroupBuyFacts
from zhiyin.storage.tenancy import brand_tx

GROUP_FEN = 29_900
OTHERS = ("13912345679", "13912345670", "13912345671")


def said(name: str) -> dict[str, Any]:
    """What every promotion of these tests says: it runs since an hour ago, for a week."""
    now = datetime.now(UTC)
    return {
        "name_zh": name,
        "name_en": name,
        "starts_at": now - timedelta(hours=1),
        "ends_at": now + timedelta(days=7),
    }


def set_up(shop: Shop, facts: Any) -> UUID:
    """Set a promotion up; its id."""
    with brand_tx(shop.brand.id):
        return operations.create(
            brand_id=shop.brand.id, facts=facts, user_id=None, now=datetime.now(UTC)
        )


def a_group_buy(shop: Shop, seats: int = 2, **more: Any) -> UUID:
    """Dresses for `seats` people together."""
    skus = (shop.skus["dress-M"], shop.skus["dress-L"])
    facts = {"sku_ids": skus, "price_fen": GROUP_FEN, "seats": seats, "open_hours": 24}
    return set_up(shop, GroupBuyFacts(**said("Two dresses") | facts | more))


def a_flash_sale(shop: Shop, **more: Any) -> UUID:
    """Bags in M at another price."""
    facts = {"sku_id": shop.skus["bag-M"], "price_fen": 9_900, "most_uses": 3}
    return set_up(shop, FlashSaleFacts(**said("Friday bags") | facts | more))


def a_coupon(shop: Shop, name: str = "Thirty", **more: Any) -> UUID:
    """Thirty yuan off, for who knows the code."""
    facts = {"off_fen": 3_000, "code": "THIRTY", "per_person": 1}
    return set_up(shop, CouponFacts(**said(name) | facts | more))


def open_url(visit: Visit, shop: Shop, group_buy: UUID, sku: str = "dress-M") -> str:
    """The checkout that "open a group" on the product's page leads to."""
    page = f"products/{shop.products['dress']}/buy/"
    return visit.post(page, sku=str(shop.skus[sku]), quantity="1", act=f"group:{group_buy}").url


def join_url(visit: Visit, shop: Shop, group_id: UUID, sku: str = "dress-L") -> str:
    """The checkout that a group's own page leads to."""
    return visit.post(f"groups/{group_id}/join/", sku=str(shop.skus[sku]), quantity="1").url


def ordered(visit: Visit, checkout_url: str, **other: str) -> str:
    """Press the checkout's button; the address of the pay page."""
    url = visit.post("checkout/", **filled(visit.read(checkout_url), **other)).url
    assert "/sandbox/pay/" in url, url
    return str(url)


def paid(visit: Visit, pay_url: str) -> str:
    """Pay; the address of the order's page."""
    page = re.sub(r".*next=", "", pay_url).replace("%2F", "/")
    return str(visit.post(pay_url, next=page).url)


def another(n: int = 0) -> Visit:
    """Another shopper, signed in."""
    visit = Visit("cedar")
    visit.sign_in(OTHERS[n])
    return visit


def words_of(answer: Any) -> str:
    """The words of an answer, entities opened."""
    return unescape(answer.content.decode())
