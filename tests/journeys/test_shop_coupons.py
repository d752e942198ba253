"""Coupons over HTTP: claimed, typed, applied and explained, left out, used; and each refusal."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.journeys.shopping import ADDRESS, Shop, filled, open_shop, put, signed_in
from tests.journeys.together import a_coupon, a_flash_sale, another, words_of
from tests.journeys.visiting import Visit
from zhiyin.domain.catalog.types import Category
from zhiyin.domain.promotions import operations
from zhiyin.domain.promotions import queries as promotions
from zhiyin.domain.promotions.checks import CODE_TRIES
from zhiyin.kit.ids import uuid7
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture
def shop(own_database) -> Shop:
    return open_shop()


@pytest.fixture
def hers(shop) -> Visit:
    return signed_in()


def in_hand(shop: Shop) -> list[str]:
    own_id = shop.member()
    with brand_tx(shop.brand.id):
        found = promotions.my_coupons(
            brand_id=shop.brand.id, member_id=own_id, now=datetime.now(UTC)
        )
    return [one.terms.name_en for one in found]


def uses_up(shop: Shop, rule: str) -> None:
    """Somebody else takes the last of a promotion."""
    other_id = shop.member("13912345679")
    with brand_tx(shop.brand.id):
        operations.use(
            brand_id=shop.brand.id,
            order_id=uuid7(),
            member_id=other_id,
            rules=[rule],
            pieces={},
            now=datetime.now(UTC),
        )


def ticked(page: str) -> dict[str, list[str]]:
    """The coupons that a checkout offers, all of them ticked, as its form sends them."""
    ids = re.findall(r'name="offered" value="([^"]+)"', page)
    return {"offered": ids, "use": ids}


def test_a_code_typed_at_the_checkout_is_taken_off_and_nothing_typed_is_lost(shop, hers):
    a_coupon(shop)
    put(hers, shop, "dress-M")
    fields = filled(hers.read("checkout/"), delivery="parcel", code=" thirty ", **ADDRESS)
    page = words_of(hers.post("checkout/", 200, **fields, act="order"))
    for words in ("The coupon is in your hand.", "Coupon: ¥30 off", "Order and pay ¥338"):
        assert words in page, words
    assert ADDRESS["street"] in page
    assert re.search(r'value="parcel" checked', page)
    assert shop.orders(shop.member()) == ()
    assert in_hand(shop) == ["Thirty"]
    assert fields["key"] in page
    hers.post("checkout/", **filled(page, delivery="parcel", **ADDRESS), **ticked(page))
    assert [one.payable_fen for one in shop.orders(shop.member())] == [33_800]
    mine = hers.read("me/coupons/")
    assert "Used or over" in mine
    assert ">used<" in mine


def test_wrong_codes_are_counted_and_the_refusal_says_so(shop, hers):
    a_coupon(shop)
    put(hers, shop, "dress-M")
    fields = filled(hers.read("checkout/"))
    page = words_of(hers.post("checkout/", 422, **fields, act="code", code="NOPE-1"))
    assert "No coupon runs by this code now." in page
    assert "9 tries are left in this hour." in page
    assert 'value="NOPE-1"' in page
    assert (
        "Type the code first." in hers.post("checkout/", 422, **fields, act="code").content.decode()
    )
    for n in range(2, CODE_TRIES + 1):
        said = words_of(hers.post("me/coupons/", 422, code=f"NOPE-{n}"))
    assert "0 tries are left" in said
    refused = words_of(hers.post("checkout/", 429, **fields, act="code", code="THIRTY"))
    assert "10 codes that do not exist were tried." in refused
    assert hers.post("me/coupons/", 429, code="THIRTY").content
    assert in_hand(shop) == []
    assert shop.orders(shop.member()) == ()
    friend = another()
    friend.post("me/coupons/", code="THIRTY")
    assert "Thirty" in friend.read("me/coupons/")


def test_she_leaves_a_coupon_out_and_reads_why_the_others_gave_nothing(shop, hers):
    thirty = a_coupon(shop)
    a_coupon(shop, "Fifty from 1000", off_fen=5_000, from_fen=100_000, code="FIFTY")
    a_coupon(shop, "Shoes", off_fen=1_000, code="SHOES", categories=(Category.SHOES,))
    for code in ("THIRTY", "FIFTY", "SHOES"):
        hers.post("me/coupons/", code=code)
    put(hers, shop, "dress-M")
    page = hers.read("checkout/")
    for words in ("-¥30", "from ¥1,000 on", "it is for other goods", "Order and pay ¥338"):
        assert words in page, words
    lines = filled(page)["lines"]
    asked = f"checkout/sum/?lines={lines}&delivery=pickup&offered={thirty}"
    left_out = hers.read(asked)
    assert "left out" in left_out
    assert "Order and pay ¥368" in left_out
    assert "Order and pay ¥338" in hers.read(f"{asked}&use={thirty}")
    fields = filled(page, expected_fen="36800") | {"offered": str(thirty)}
    hers.post("checkout/", **fields)
    assert [one.payable_fen for one in shop.orders(shop.member())] == [36_800]
    assert ">used<" not in hers.read("me/coupons/")


def test_a_coupon_is_taken_from_a_product_once_and_stands_under_her_coupons(shop):
    coupon = a_coupon(shop, is_claimable=True, code="", most_uses=5)
    product = f"products/{shop.products['dress']}/"
    assert "Take it" in Visit("cedar").read(product)
    guest = Visit("cedar")
    assert "/sign-in/" in guest.post(f"coupons/{coupon}/claim/", product=shop.products["dress"]).url
    assert "/sign-in/" in guest.get("me/coupons/", 302).url
    hers = signed_in()
    assert in_hand(shop) == []
    empty = hers.read("me/coupons/")
    assert "None yet. Take one below." in empty
    assert hers.post(f"coupons/{coupon}/claim/", product=shop.products["dress"]).url.endswith(
        product
    )
    page = hers.read(product)
    assert "The coupon is in your hand." in page
    assert "Coupons to take" not in page
    hers.post(f"coupons/{coupon}/claim/")
    assert "You have this coupon already." in hers.read("me/coupons/")
    assert in_hand(shop) == ["Thirty"]
    hers.post(f"coupons/{uuid4()}/claim/")
    assert "not given out any more" in hers.read("me/coupons/")
    assert "My coupons" in hers.read("me/")


def test_what_ran_out_meanwhile_is_said_and_nothing_is_ordered(shop, hers):
    coupon = a_coupon(shop, most_uses=1)
    another()
    hers.post("me/coupons/", code="THIRTY")
    put(hers, shop, "dress-M")
    page = hers.read("checkout/")
    uses_up(shop, f"coupon:{coupon}")
    refused = words_of(hers.post("checkout/", 409, **filled(page)))
    assert "It costs ¥368 by now, not ¥338." in refused
    assert "all of it is given out" in refused
    assert shop.orders(shop.member()) == ()
    flash = a_flash_sale(shop, most_uses=1)
    uses_up(shop, f"flash:{flash}")
    assert "all of it is given out" in hers.read(f"products/{shop.products['bag']}/")


def test_no_coupon_at_all_says_what_to_do(shop, hers):
    page = hers.read("me/coupons/")
    assert "When the shop gives one out, it stands here" in page
    assert "Coupons to take" not in page


def test_a_coupon_is_over_for_her_page_when_its_time_is_over(shop, hers):
    now = datetime.now(UTC)
    coupon = a_coupon(shop)
    hers.post("me/coupons/", code="THIRTY")
    with brand_tx(shop.brand.id):
        operations.stop(brand_id=shop.brand.id, promotion_id=coupon, user_id=None, now=now)
    page = hers.read("me/coupons/")
    assert "Used or over" in page
    assert "it was ended" in page
