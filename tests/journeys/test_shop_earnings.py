"""Her money in sentences, down to the goods; nobody else's."""

import pytest

from tests.journeys.buying import SOON, Market, open_market
from tests.journeys.earning import WINDOW, a_helper, a_plan, follow_all, helped, settle
from tests.journeys.test_after_sales_pages import visitor
from zhiyin.domain.orders.types import Placed
from zhiyin.flows import purchase

DUE = SOON + WINDOW


@pytest.fixture
def market(own_database) -> Market:
    return open_market([50, 50], [36_800, 8_900])


def sold(market: Market, helper, *lines: tuple[int, int], collected: bool = True) -> Placed:
    placed = helped(market, helper, *lines)
    market.pay(placed)
    if collected:
        market.collect(market.code(placed))
    follow_all(market)
    return placed


def page(market: Market, member_id, language: str = "en") -> str:
    visit = visitor(market, member_id)
    visit.client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    return visit.read("koc/earnings/")


def test_she_reads_what_is_hers_what_waits_and_from_when_on(market) -> None:
    a_plan(market, 1_000)
    helper = a_helper(market)
    back = sold(market, helper, (0, 2))
    settle(market, DUE)
    purchase.give_back(
        brand_id=market.brand_id,
        order_id=back.order_id,
        cause="c",
        reason="r",
        pieces={market.order(back).lines[0].key: 1},
        user_id=market.clerk,
        now=DUE,
    )
    follow_all(market)
    sold(market, helper, (1, 1))
    sold(market, helper, (1, 2), collected=False)
    shown = page(market, helper.member_id)
    for words in (
        "¥36.80 is yours.",
        "¥8.90 is on its way: the goods are with the shoppers, who may still return them.",
        "¥17.80 waits: the orders are paid, and the goods not handed over yet.",
        "¥36.80 was taken back: goods went back.",
        "Yours from November 29 on, if nothing goes back",
        "10 % of ¥736",
    ):
        assert words in shown
    assert "¥36.80 已经是您的。" in page(market, helper.member_id, "zh-hans")


def test_another_koc_reads_nothing_of_it(market) -> None:
    a_plan(market, 1_000)
    sold(market, a_helper(market), (0, 1))
    other = page(market, a_helper(market, "other").member_id)
    assert "Nothing earned yet" in other
    assert "¥" not in other
    assert "You do not earn here" in page(market, market.shopper())
