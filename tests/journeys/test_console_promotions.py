"""The operator's promotions over HTTP: set up, changed, refused in words, stopped."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache

from tests.journeys.answering import a_member, a_product
from tests.journeys.console_staff import Desk, open_desk, seat
from zhiyin.domain.brands.types import Role
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as shelf
from zhiyin.domain.catalog.types import Color, SkuFacts
from zhiyin.domain.promotions import operations, queries
from zhiyin.domain.promotions.types import (
    Delivery,
    PromotionCard,
    PromotionKind,
    PromotionState,
)
from zhiyin.kit.ids import uuid7
from zhiyin.storage.tenancy import brand_tx

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = datetime.now(UTC).replace(microsecond=0, second=0)


def at(hours: int) -> str:
    """A moment so many hours from now, as a browser types it at the brand."""
    return (TODAY + timedelta(hours=hours)).astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


SAID = {
    "name_zh": "拼着买",
    "name_en": "Together",
    "starts_at": at(2),
    "ends_at": at(50),
    "stores": "",
    "delivery": "",
    "buyers": "",
    "coupons": "yes",
}
GROUP_BUY = {**SAID, "skus": "P-1", "price": "299.00", "seats": "3", "open_hours": "24"}
FLASH = {**SAID, "name_en": "Flash", "price": "99", "most_uses": "50", "per_person": "1"}
COUPON = {**SAID, "name_en": "Thirty off", "off": "30", "from_sum": "300", "code": "thirty"}


@pytest.fixture
def desk(own_database: str) -> Desk:
    cache.clear()
    return open_desk("cedar")


def every(desk: Desk, now: datetime = TODAY) -> tuple[PromotionCard, ...]:
    with brand_tx(desk.brand.id):
        return queries.promotions(brand_id=desk.brand.id, now=now).promotions


def a_sku(desk: Desk) -> tuple[str, UUID, str]:
    """The code of a product, its first SKU and that one's code."""
    product_id = a_product(desk.brand.id)
    with brand_tx(desk.brand.id):
        sizes = [
            SkuFacts(
                product_code="D-1",
                code=f"D-1-{size}",
                color=Color.NAVY,
                size_code=size,
                size_label=str(size),
                price_fen=36_800,
            )
            for size in (2, 4)
        ]
        catalog.save_skus(brand_id=desk.brand.id, skus=sizes)
        card = shelf.product(brand_id=desk.brand.id, product_id=product_id)
    return card.code, card.skus[0].id, card.skus[0].code


def add(desk: Desk, kind: str, said: dict[str, Any]) -> Any:
    return desk.browser.post(desk.url(f"promotions/add/?kind={kind}"), said)


def test_one_of_each_kind_is_set_up_and_listed(desk: Desk) -> None:
    product, sku_id, sku = a_sku(desk)
    made = {
        "group_buy": add(desk, "group_buy", {**GROUP_BUY, "skus": product}),
        "flash": add(desk, "flash", {**FLASH, "skus": sku}),
        "trial": add(desk, "trial", {**SAID, "skus": sku, "price": "9.90", "coupons": "no"}),
        "coupon": add(desk, "coupon", {**COUPON, "delivery": "pickup", "buyers": "new"}),
    }
    for kind, answer in made.items():
        assert answer.status_code == 302, (kind, answer.content.decode())
    found = {card.terms.kind: card for card in every(desk)}
    group_buy = found[PromotionKind.GROUP_BUY]
    assert (group_buy.terms.price_fen, group_buy.terms.seats) == (29_900, 3)
    assert group_buy.terms.starts_at == TODAY + timedelta(hours=2)
    assert sku_id in group_buy.sku_ids
    coupon = found[PromotionKind.COUPON].terms
    assert (coupon.off_fen, coupon.from_fen, coupon.code) == (3_000, 30_000, "THIRTY")
    assert (coupon.deliveries, coupon.is_for_new_customers) == ((Delivery.PICKUP,), True)
    trial = found[PromotionKind.TRIAL].terms
    assert (trial.price_fen, trial.per_person, trial.takes_coupons) == (990, 1, False)
    page = desk.browser.get(desk.url("promotions/")).content.decode()
    for words in ("Together", "Flash", "Thirty off", "¥299", at(2).replace("T", " ")):
        assert words in page
    only = desk.browser.get(desk.url("promotions/?kind=flash&state=planned")).content.decode()
    assert ">Flash<" in only
    assert "Thirty off" not in only
    assert desk.browser.get(desk.url("promotions/?kind=x&state=y&page=9")).status_code == 200


def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_set_up(desk: Desk) -> None:
    product, _id, sku = a_sku(desk)
    good = {**FLASH, "skus": sku}
    bad = [
        ("flash", {**good, "skus": "NO-SUCH"}, "NO-SUCH"),
        ("flash", {**good, "skus": ""}, "field__error"),
        ("flash", {**good, "price": "0"}, "field__error"),
        ("flash", {**good, "price": "1.234"}, "field__error"),
        ("flash", {**good, "price": "-3"}, "field__error"),
        ("flash", {**good, "starts_at": "yesterday"}, "field__error"),
        ("flash", {**good, "ends_at": at(1)}, "field__error"),
        ("flash", {**good, "stores": "nowhere"}, "nowhere"),
        ("flash", {**good, "name_zh": "\u200b"}, "field__error"),
        ("group_buy", {**GROUP_BUY, "skus": product, "seats": "1"}, "field__error"),
        ("coupon", {**COUPON, "off": ""}, "field__error"),
        ("coupon", {**COUPON, "per_cent": "10"}, "field__error"),
        ("coupon", {**COUPON, "code": "a b"}, "field__error"),
        ("coupon", {**COUPON, "code": ""}, "field__error"),
    ]
    for kind, said, words in bad:
        answer = add(desk, kind, said)
        assert answer.status_code == 422, (kind, said)
        assert words in answer.content.decode()
    assert every(desk) == ()
    assert add(desk, "flash", good).status_code == 302
    assert add(desk, "flash", good).status_code == 422
    assert add(desk, "coupon", COUPON).status_code == 302
    assert add(desk, "coupon", COUPON).status_code == 422
    assert len(every(desk)) == 2


def test_before_it_starts_all_may_change_and_later_what_people_bought_on_may_not(
    desk: Desk,
) -> None:
    product, _id, _sku = a_sku(desk)
    said = {**GROUP_BUY, "skus": product}
    here = add(desk, "group_buy", said).headers["Location"]
    assert "¥299" in desk.browser.get(here).content.decode()
    assert desk.browser.post(here, {**said, "price": "259", "seats": "4"}).status_code == 302
    (card,) = every(desk)
    assert (card.terms.price_fen, card.terms.seats) == (25_900, 4)
    with brand_tx(desk.brand.id):
        moves = queries.moves(brand_id=desk.brand.id, promotion_id=card.terms.id)
    assert [(one.act, one.by) for one in moves] == [
        ("changed", "admin-cedar"),
        ("created", "admin-cedar"),
    ]
    running = {**said, "starts_at": at(-2), "name_zh": "已经开始"}
    here = add(desk, "group_buy", running).headers["Location"]
    changed = {**running, "price": "1", "seats": "2", "ends_at": at(99), "name_en": "Longer"}
    assert desk.browser.post(here, changed).status_code == 302
    (card,) = [one for one in every(desk) if one.state is PromotionState.RUNNING]
    assert (card.terms.price_fen, card.terms.seats) == (29_900, 3)
    assert (card.terms.ends_at, card.terms.name_en) == (TODAY + timedelta(hours=99), "Longer")


def test_stopping_says_first_what_follows(desk: Desk) -> None:
    product, _id, _sku = a_sku(desk)
    said = {**GROUP_BUY, "skus": product, "starts_at": at(-2)}
    here = add(desk, "group_buy", said).headers["Location"]
    (card,) = every(desk)
    member_id = a_member(desk.brand.id, "梅")
    with brand_tx(desk.brand.id):
        group = operations.open_group(
            brand_id=desk.brand.id,
            group_buy_id=card.terms.id,
            member_id=member_id,
            order_id=uuid7(),
            now=TODAY,
        )
    asked = desk.browser.post(f"{here}stop/")
    assert asked.status_code == 200
    assert "1" in asked.content.decode()
    assert every(desk)[0].state is PromotionState.RUNNING
    assert desk.browser.post(f"{here}stop/", {"confirmed": "1"}).status_code == 302
    later = TODAY + timedelta(hours=1)
    assert every(desk, later)[0].state is PromotionState.STOPPED
    with brand_tx(desk.brand.id):
        page = queries.group_page(brand_id=desk.brand.id, group_id=group.group_id, now=TODAY)
    assert page.seconds_left == 24 * 3_600
    assert desk.browser.post(here, {**said, "name_en": "Again"}).status_code == 200
    assert every(desk, later)[0].terms.name_en == "Together"
    assert desk.browser.post(f"{here}stop/").status_code == 302


def test_a_clerk_reads_the_list_and_opens_nothing(desk: Desk) -> None:
    here = add(desk, "coupon", COUPON).headers["Location"]
    clerk = seat(desk.brand, Role.CLERK, "a-clerk")
    assert "Thirty off" in clerk.browser.get(desk.url("promotions/")).content.decode()
    for answer in (
        clerk.browser.get(here),
        clerk.browser.post(here, {**COUPON, "off": "1"}),
        clerk.browser.post(f"{here}stop/", {"confirmed": "1"}),
        clerk.browser.post(desk.url("promotions/add/?kind=coupon"), {**COUPON, "code": "MORE"}),
    ):
        assert answer.status_code == 403
    (card,) = every(desk)
    assert (card.terms.off_fen, card.terms.stopped_at) == (3_000, None)
