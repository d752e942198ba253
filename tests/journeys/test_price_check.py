"""What one shopper would pay, at the operator's console: what each promotion gives, or why not."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache

from tests.journeys.console_staff import Desk, seat
from tests.journeys.shopping import Shop, open_shop, put, signed_in
from tests.journeys.together import (
    a_coupon,
    a_flash_sale,
    a_group_buy,
    ordered,
    paid,
)
from tests.journeys.visiting import SHOPPER_PHONE
from zhiyin.domain.brands.types import Role
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import MemberFacts
from zhiyin.storage.tenancy import brand_tx

ZONE = ZoneInfo("Asia/Shanghai")
QUERIES = 27
"""Of an answer, the door and the menu included, however many promotions concern it."""


@pytest.fixture
def shop(own_database: str) -> Shop:
    cache.clear()
    return open_shop()


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return seat(shop.brand, Role.OPERATOR, "an-operator")


def asked(shop: Shop, desk: Desk, status: int = 200, **said: str) -> str:
    """The page that answers: a dress collected in the first store, unless said otherwise."""
    basket = {"goods": "dress-M", "delivery": "pickup", "store": str(shop.stores["s1"])}
    answer = desk.browser.post(desk.url("promotions/price/"), basket | said)
    assert answer.status_code == status, answer.content.decode()
    return unescape(answer.content.decode())


def lines(page: str) -> dict[str, str]:
    """What stands in the answer: a rule or a sum, and what is said of it."""
    answer = page[page.index('id="answer"') :]
    rows = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", answer, re.DOTALL)
    return {re.sub(r"<[^>]+>", "", name).strip(): said for name, said in rows}


def test_each_rule_that_gives_nothing_says_so_by_its_name(shop: Shop, desk: Desk) -> None:
    group_buy = a_group_buy(shop)
    a_coupon(shop, "First order", is_for_new_customers=True, code="FIRST", from_fen=100_000)
    a_coupon(shop, "Ten off", off_fen=1_000, code="TENOFF", is_stackable=True)
    found = lines(asked(shop, desk, codes="FIRST, TENOFF nothing"))
    assert found == {
        "Goods": "¥368",
        "Coupon: ¥10 off · Ten off": "-¥10",
        "To pay": "¥358",
        "Group-buy · Two dresses": "only in a group-buy",
        "Coupon · First order": "from ¥1,000 on",
        "Coupon nothing": "no coupon has this code",
    }
    found = lines(asked(shop, desk, group_buy=str(group_buy)))
    assert found["Group-buy price · Two dresses"] == "-¥69"
    assert found["To pay"] == "¥299"
    for separators in ("FIRST，TENOFF", "FIRST、TENOFF"):
        assert lines(asked(shop, desk, codes=separators))["To pay"] == "¥358"


def test_what_she_means_is_named_though_it_has_nothing_to_do_with_the_goods(
    shop: Shop, desk: Desk
) -> None:
    later = datetime.now(UTC) + timedelta(days=30)
    soon, far = (
        a_group_buy(shop),
        a_group_buy(shop, starts_at=later, ends_at=later + timedelta(days=1)),
    )
    hers = a_coupon(shop, "Ten off", off_fen=1_000, code="", is_claimable=True)
    assert lines(asked(shop, desk, goods="bag-M", group_buy=str(soon))) == {
        "Goods": "¥199",
        "To pay": "¥199",
        "Group-buy · Two dresses": "it is for other goods",
    }
    found = lines(asked(shop, desk, group_buy=str(far)))
    assert found["Group-buy · Two dresses"] == "it has not begun"
    found = lines(asked(shop, desk, coupon=str(hers)))
    assert found["Coupon · Ten off"] == "it has not been taken yet"


def test_it_is_her_price_whom_the_operator_names_by_an_order(shop: Shop, desk: Desk) -> None:
    a_coupon(shop, "First order", is_for_new_customers=True, code="FIRST")
    assert lines(asked(shop, desk, codes="FIRST"))["To pay"] == "¥338"
    with brand_tx(shop.brand.id):
        imported = [MemberFacts(external_id="erp-7")]
        members.import_members(brand_id=shop.brand.id, members=imported, now=datetime.now(UTC))
    assert lines(asked(shop, desk, codes="FIRST", who="erp-7"))["To pay"] == "¥338"
    visit = signed_in(shop.brand.slug)
    put(visit, shop, "bag-M")
    paid(visit, ordered(visit, "checkout/"))
    number = shop.orders(shop.member())[0].number
    page = asked(shop, desk, codes="FIRST", who=number)
    assert SHOPPER_PHONE not in page
    found = lines(page)
    assert (found["To pay"], found["Coupon · First order"]) == ("¥368", "it is for a first order")


def test_a_sale_to_come_is_priced_as_of_then_and_a_short_store_is_said(
    shop: Shop, desk: Desk
) -> None:
    starts_at = (datetime.now(UTC) + timedelta(days=2)).replace(second=0, microsecond=0)
    flash = a_flash_sale(shop, starts_at=starts_at, store_ids=[shop.stores["s2"]])
    store = str(shop.stores["s2"])
    basket = {"goods": "bag-M ×4", "store": store}
    found = lines(asked(shop, desk, **basket))
    assert (found["To pay"], found["Flash sale · Friday bags"]) == ("¥796", "it has not begun")
    linked = desk.browser.get(desk.url(f"promotions/price/?promotion={flash}")).content.decode()
    at = re.search(r'name="at" value="([^"]+)"', linked)
    assert at is not None
    assert at[1] == starts_at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
    assert "bag-M</textarea>" in linked
    page = asked(shop, desk, at=at[1], **basket)
    assert "1 × ¥199" in page
    assert "3 × ¥99" in page
    assert "only 2 are for sale" in page
    assert lines(page)["Flash sale price · Friday bags"] == "-¥300"
    elsewhere = lines(asked(shop, desk, at=at[1], goods="bag-M", store=str(shop.stores["s1"])))
    assert elsewhere["Flash sale · Friday bags"] == "it is for another store"


def test_what_cannot_be_asked_is_said_beside_its_field(shop: Shop, desk: Desk) -> None:
    shop.retire("shoes")
    cannot: list[tuple[dict[str, str], str]] = [
        ({"goods": ""}, "field__error"),
        ({"goods": "no-such"}, "No SKU has this code: no-such"),
        ({"goods": "dress-M 0"}, "How many of dress-M?"),
        ({"goods": "dress-M -1"}, "How many of dress-M?"),
        ({"goods": "dress-M 1.5"}, "How many of dress-M?"),
        ({"goods": "dress-M 60\ndress-M 60"}, "How many of dress-M?"),
        ({"goods": " \n ,"}, "field__error"),
        ({"goods": "shoes-M"}, "No longer sold: shoes-M"),
        ({"store": "x"}, "field__error"),
        ({"store": ""}, "Choose the store in which she collects it"),
        ({"group_buy": "x"}, "field__error"),
        ({"coupon": "x"}, "field__error"),
        ({"delivery": "by-air"}, "field__error"),
        ({"at": "someday"}, "field__error"),
        ({"codes": "A B C D E F"}, "At most 5 codes"),
        ({"goods": "\x00"}, "field__error"),
        ({"who": "nobody"}, "Nobody has this code"),
        ({"who": "\u200b"}, "Nobody has this code"),
    ]
    for said, words in cannot:
        assert words in asked(shop, desk, 422, **said), said


def test_counts_are_read_however_they_are_written(shop: Shop, desk: Desk) -> None:
    for goods in ("dress-M 2", "dress-M\t2", "dress-M　2", "dress-M ×2", "dress-M x2", "dress-M×2"):
        assert lines(asked(shop, desk, goods=goods))["Goods"] == "¥736", goods
    parcel = lines(asked(shop, desk, delivery="parcel", store=""))
    assert parcel["Goods"] == "¥368"


def test_an_answer_costs_a_known_number_of_queries(
    shop: Shop, desk: Desk, django_assert_num_queries
) -> None:
    asked(shop, desk)
    for n in range(3):
        a_group_buy(shop, name_en=f"Group {n}")
        with django_assert_num_queries(QUERIES):
            asked(shop, desk)


def test_only_who_may_set_up_promotions_asks(shop: Shop) -> None:
    for role in (Role.CLERK, Role.AUDITOR):
        desk = seat(shop.brand, role, f"a-{role}")
        assert desk.browser.get(desk.url("promotions/price/")).status_code == 403
