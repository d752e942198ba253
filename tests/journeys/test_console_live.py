"""The live board of a sale over HTTP: its figures, its minutes, its stores, and who may stop it."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.journeys.console_staff import Desk, seat
from tests.journeys.shopping import Shop, open_shop, put, signed_in
from tests.journeys.together import (
    a_flash_sale,
    a_group_buy,
    another,
    join_url,
    open_url,
    ordered,
    paid,
)
from zhiyin.domain.brands.types import Role
from zhiyin.domain.promotions import queries as promotions
from zhiyin.flows import purchase
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture
def shop(own_database: str) -> Shop:
    cache.clear()
    return open_shop()


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return seat(shop.brand, Role.OPERATOR, "an-operator")


def read(desk: Desk, promotion_id: UUID, status: int = 200, *, part: bool = False) -> str:
    """The board's page, or only the part that renews itself."""
    headers = {"HX-Request": "true"} if part else {}
    answer = desk.browser.get(desk.url(f"promotions/{promotion_id}/live/"), headers=headers)
    assert answer.status_code == status
    return unescape(answer.content.decode())


def figures(page: str) -> dict[str, tuple[str, str]]:
    """Name -> value, and what it is read against."""
    found = re.findall(
        r'stat__name">([^<]*)</span><span class="stat__value">([^<]*)</span>'
        r'(?:<span class="stat__against">([^<]*)</span>)?',
        page,
    )
    return {name: (value, against) for name, value, against in found}


def test_a_group_buy_shows_its_seats_its_groups_its_money_and_its_stores(shop, desk):
    group_buy = a_group_buy(shop)
    hers, friend, third = signed_in(), another(0), another(1)
    paid(hers, ordered(hers, open_url(hers, shop, group_buy)))
    (order,) = shop.orders(shop.member())
    assert order.group_id is not None
    paid(friend, ordered(friend, join_url(friend, shop, order.group_id)))
    ordered(third, open_url(third, shop, group_buy))
    page = read(desk, group_buy)
    shown = figures(page)
    assert shown["Seats paid"] == ("2", "")
    assert shown["Seats free in open groups"] == ("1", "1 wait to be paid")
    assert shown["Paid, all goods of its orders"] == ("¥598", "")
    assert shown["Orders paid"] == ("2", "1 waits to be paid")
    assert shown["People"] == ("2", "")
    assert shown["Groups won"] == ("1", "1 open, 0 lost")
    assert "2 in the last hour, at most 2 in a minute" in page or "at most 1 in a minute" in page
    assert page.count('class="live-chart__bar"') >= 1
    stores = re.findall(r"<span>(Store s\d)</span><span class=\"num[^\"]*\">(\d+)<", page)
    assert stores == [("Store s2", "4"), ("Store s1", "7")]
    assert 'hx-trigger="every 5s"' in page
    later = datetime.now(UTC) + timedelta(hours=25)
    assert purchase.close_groups(brand_id=shop.brand.id, now=later, limit=10) == 1
    assert figures(read(desk, group_buy))["Groups won"] == ("1", "0 open, 1 lost")


def test_a_flash_sale_counts_its_pieces_and_money_that_goes_back(shop, desk):
    flash = a_flash_sale(shop)
    hers = signed_in()
    put(hers, shop, "bag-M", 2)
    paid(hers, ordered(hers, "checkout/"))
    part = read(desk, flash, part=True)
    assert "<html" not in part
    shown = figures(part)
    assert shown["Pieces ordered"] == ("2", "of 3")
    assert shown["Left"] == ("1", "")
    assert shown["Paid, all goods of its orders"] == ("¥198", "")
    assert re.search(r"<title>\d\d:\d\d: 2</title>", part)
    (order,) = shop.orders(shop.member())
    purchase.give_back(
        brand_id=shop.brand.id,
        order_id=order.id,
        cause="case",
        reason="too small",
        pieces={order.lines[0].key: 1},
        now=datetime.now(UTC),
    )
    shown = figures(read(desk, flash, part=True))
    assert shown["Paid, all goods of its orders"] == ("¥198", "¥99 of it goes back")


def test_a_board_costs_a_known_number_of_queries_and_reads_so_many_orders(shop, desk):
    flash = a_flash_sale(shop)
    hers = signed_in()
    counts = []
    for _ in range(2):
        put(hers, shop, "bag-M")
        paid(hers, ordered(hers, "checkout/"))
        with CaptureQueriesContext(
            connection,
        ) as caught:
            read(desk, flash, part=True)
        counts.append(len(caught))
    assert counts[0] == counts[1]
    with brand_tx(shop.brand.id):
        sale = promotions.sale_now(
            brand_id=shop.brand.id,
            promotion_id=flash,
            since=datetime.now(UTC) - timedelta(hours=1),
            most_orders=1,
        )
    assert (len(sale.order_ids), sale.is_all, sale.sold) == (1, False, 2)
    newest = shop.orders(shop.member())[0]
    assert sale.order_ids == (newest.id,)


def test_it_is_stopped_from_the_board_by_who_may_and_then_stands_still(shop, desk):
    flash = a_flash_sale(shop)
    clerk = seat(shop.brand, Role.CLERK, "a-clerk")
    page = read(clerk, flash)
    assert "Stop it…" not in page
    assert "Its terms and history" not in page
    stop = f"promotions/{flash}/stop/"
    assert clerk.browser.post(clerk.url(stop), {"confirmed": "1"}).status_code == 403
    assert 'hx-trigger="every 5s"' in read(clerk, flash)
    assert "Stop it…" in read(desk, flash)
    asked = desk.browser.post(desk.url(stop))
    assert "Stop it now" in asked.content.decode()
    assert 'hx-trigger="every 5s"' in read(desk, flash)
    desk.browser.post(desk.url(stop), {"confirmed": "1"})
    page = read(desk, flash)
    assert "Stopped" in page
    assert "every 5s" not in page
    assert "Stop it…" not in page
    read(desk, uuid4(), 404)
    listed = desk.browser.get(desk.url("promotions/")).content.decode()
    assert f"promotions/{flash}/live/" not in listed
