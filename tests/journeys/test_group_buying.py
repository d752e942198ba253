"""Bought with others: everybody who paid gets the goods, or everybody gets the money."""

from datetime import timedelta

import pytest

from tests.cast import NOW
from tests.journeys.buying import SOON, Market, open_market
from zhiyin.domain.orders.types import CloseReason, NothingToGiveBack, OrderState, Placed
from zhiyin.domain.promotions import operations as promotions
from zhiyin.domain.promotions import queries as offers
from zhiyin.domain.promotions.types import GroupBuyFacts
from zhiyin.flows import purchase
from zhiyin.flows.purchase import Asking
from zhiyin.flows.purchase.placing import NotInGroup
from zhiyin.storage.tenancy import brand_tx

OVER = NOW + timedelta(hours=25)
GROUP_FEN, LIST_FEN = 6_900, 10_000


@pytest.fixture
def market(own_database) -> Market:
    return open_market([20], [LIST_FEN])


@pytest.fixture
def group_buy(market):
    return set_up(market)


def set_up(market: Market, seats: int = 3, **more: object):
    facts = GroupBuyFacts(
        name_zh="三人团",
        name_en="Three together",
        starts_at=NOW - timedelta(hours=1),
        ends_at=NOW + timedelta(days=7),
        sku_ids=(market.skus[0],),
        price_fen=GROUP_FEN,
        seats=seats,
        open_hours=24,
        **more,
    )
    with brand_tx(market.brand_id):
        return promotions.create(brand_id=market.brand_id, facts=facts, user_id=None, now=NOW)


def react(zhiyin, own_database: str) -> None:
    """What a worker does of what happened; what is due by today's clock stays."""
    done = zhiyin("worker", "--once", "--queue", "reactions", database=own_database)
    assert done.returncode == 0, done.stderr


def opened(market: Market, group_buy) -> Placed:
    return market.place(market.shopper(), (0, 1), asking=Asking(group_buy_id=group_buy))


def joined(market: Market, group_id) -> Placed:
    return market.place(market.shopper(), (0, 1), asking=Asking(group_id=group_id))


def group_of(market: Market, placed: Placed):
    return market.order(placed).group_id


def test_three_who_pay_get_the_goods(market, group_buy, zhiyin, own_database) -> None:
    first = opened(market, group_buy)
    assert first.payable_fen == GROUP_FEN
    group_id = group_of(market, first)
    orders = [first, joined(market, group_id), joined(market, group_id)]
    for order in orders:
        market.pay(order)
    assert {market.order(order).state for order in orders} == {OrderState.GROUPING}
    react(zhiyin, own_database)
    assert {market.order(order).state for order in orders} == {OrderState.PAID}
    with brand_tx(market.brand_id):
        page = offers.group_page(brand_id=market.brand_id, group_id=group_id, now=SOON)
    assert len(page.joined) == 3
    for order in orders:
        market.collect(market.code(order))
    assert market.books() == {"sandbox_clearing": 3 * GROUP_FEN, "sales": 3 * GROUP_FEN}
    assert market.violations() == {}


def test_a_group_that_falls_short_gives_everybody_the_money(
    market, group_buy, zhiyin, own_database
) -> None:
    first = opened(market, group_buy)
    group_id = group_of(market, first)
    second, unpaid = joined(market, group_id), joined(market, group_id)
    for order in (first, second):
        market.pay(order)
    assert purchase.close_groups(brand_id=market.brand_id, now=OVER, limit=10) == 1
    react(zhiyin, own_database)
    assert {market.order(order).state for order in (first, second)} == {OrderState.REFUNDED}
    closed = market.order(unpaid)
    assert (closed.state, closed.close_reason) == (OrderState.CLOSED, CloseReason.GROUP_LOST)
    assert market.left(0) == (20, 0)
    assert market.books() == {"sandbox_clearing": 2 * GROUP_FEN, "refunds_payable": 2 * GROUP_FEN}
    market.pay(unpaid, now=OVER)
    assert market.books()["refunds_payable"] == 3 * GROUP_FEN
    assert market.violations(OVER) == {}


def test_who_leaves_a_group_that_just_ended_holds_up_nobodys_money(
    market, group_buy, zhiyin, own_database
) -> None:
    first = opened(market, group_buy)
    second = joined(market, group_of(market, first))
    for order in (first, second):
        market.pay(order)
    purchase.close_groups(brand_id=market.brand_id, now=OVER, limit=10)
    purchase.leave_group(
        brand_id=market.brand_id,
        order_id=first.order_id,
        member_id=market.order(first).member_id,
        reason="不等了",
        now=OVER,
    )
    forgotten = market.violations(OVER + timedelta(minutes=11))
    assert [one.subject for one in forgotten["G1.orders"]] == [second.number]
    react(zhiyin, own_database)
    assert {market.order(order).state for order in (first, second)} == {OrderState.REFUNDED}
    assert market.books() == {"sandbox_clearing": 2 * GROUP_FEN, "refunds_payable": 2 * GROUP_FEN}
    assert market.violations(OVER + timedelta(minutes=11)) == {}


def test_money_for_a_seat_whose_group_is_gone_goes_back(market, group_buy) -> None:
    placed = opened(market, group_buy)
    assert purchase.close_groups(brand_id=market.brand_id, now=OVER, limit=10) == 1
    market.pay(placed, now=OVER)
    order = market.order(placed)
    assert (order.state, order.close_reason) == (OrderState.CLOSED, CloseReason.GROUP_LOST)
    assert market.left(0) == (20, 0)
    assert market.books() == {"sandbox_clearing": GROUP_FEN, "refunds_payable": GROUP_FEN}
    assert market.violations(OVER) == {}


def test_who_has_her_money_back_sits_in_no_group(market, group_buy, zhiyin, own_database) -> None:
    first = opened(market, group_buy)
    group_id = group_of(market, first)
    second = joined(market, group_id)
    for order in (first, second):
        market.pay(order)
    purchase.give_back(
        brand_id=market.brand_id,
        order_id=first.order_id,
        cause="by hand",
        reason="asked on the phone",
        now=SOON,
    )
    assert market.order(first).state is OrderState.REFUNDED
    market.pay(joined(market, group_id))
    react(zhiyin, own_database)
    assert market.order(second).state is OrderState.GROUPING
    market.pay(joined(market, group_id))
    react(zhiyin, own_database)
    assert market.order(second).state is OrderState.PAID
    assert market.violations() == {}


def test_a_seat_that_is_not_paid_in_time_is_free_again(market, group_buy) -> None:
    first = opened(market, group_buy)
    group_id = group_of(market, first)
    market.pay(first)
    for _ in range(2):
        joined(market, group_id)
    with pytest.raises(NotInGroup) as refused:
        joined(market, group_id)
    assert refused.value.details["reasons"] == ["group_full"]
    later = NOW + timedelta(minutes=20)
    assert purchase.close_overdue(brand_id=market.brand_id, now=later, limit=10) == 2
    again = market.place(market.shopper(), (0, 1), now=later, asking=Asking(group_id=group_id))
    assert again.payable_fen == GROUP_FEN
    assert market.violations(later) == {}


def test_she_leaves_before_the_group_is_complete(market, group_buy) -> None:
    first = opened(market, group_buy)
    market.pay(first)
    shopper = market.order(first).member_id
    purchase.leave_group(
        brand_id=market.brand_id,
        order_id=first.order_id,
        member_id=shopper,
        reason="不等了",
        now=SOON,
    )
    assert market.order(first).state is OrderState.REFUNDED
    assert market.left(0) == (20, 0)
    assert market.books() == {"sandbox_clearing": GROUP_FEN, "refunds_payable": GROUP_FEN}
    assert market.violations() == {}


def test_the_group_price_is_for_the_group_alone(market, group_buy) -> None:
    alone = market.place(market.shopper(), (0, 1))
    assert alone.payable_fen == LIST_FEN
    assert market.order(alone).group_id is None


def test_money_that_came_late_and_went_back_is_not_given_back_with_the_seat(
    market, group_buy
) -> None:
    placed = opened(market, group_buy)
    assert purchase.close_groups(brand_id=market.brand_id, now=OVER, limit=10) == 1
    market.pay(placed, now=OVER)
    with pytest.raises(NothingToGiveBack):
        purchase.leave_group(
            brand_id=market.brand_id,
            order_id=placed.order_id,
            member_id=market.order(placed).member_id,
            reason="no more",
            now=OVER,
        )
    assert market.books() == {"sandbox_clearing": GROUP_FEN, "refunds_payable": GROUP_FEN}
