"""Parcels: a part at a time, what was given back stays here, received by her or by the clock."""

from datetime import timedelta

import pytest

from tests.journeys.buying import SOON, Market, open_market
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.care import (
    Carrier,
    NothingToSend,
    ParcelReused,
    TrackingRefused,
)
from zhiyin.domain.orders.types import Delivery, OrderMoveRefused, OrderNotFound, OrderState, Placed
from zhiyin.flows import purchase
from zhiyin.flows.purchase import parcels
from zhiyin.storage.tenancy import brand_tx

ADDRESS = {"name": "Wu", "phone": "13912345678", "region": "上海市", "street": "1"}
LATER = SOON + timedelta(days=11)


@pytest.fixture
def market(own_database) -> Market:
    return open_market([5, 5], [36_800, 8_900])


def bought(market: Market, *lines: tuple[int, int], member_id=None) -> Placed:
    """A paid order that goes by parcel."""
    placed = purchase.place(
        brand_id=market.brand_id,
        member_id=member_id or market.shopper(),
        request_key=market.shopper(),
        basket=market.basket(*lines, delivery=Delivery.PARCEL),
        provider="sandbox",
        address=ADDRESS,
        now=SOON,
    )
    market.pay(placed)
    return placed


def send(market: Market, placed: Placed, number: str = "SF1000001", now=SOON, **more):
    return parcels.send_parcel(
        brand_id=market.brand_id,
        order_id=placed.order_id,
        carrier=Carrier.SF,
        tracking_no=number,
        now=now,
        user_id=market.clerk,
        **more,
    )


def keys(market: Market, placed: Placed) -> list[str]:
    """The keys of an order's lines, by the market's SKUs."""
    by_sku = {line.sku_id: line.key for line in market.order(placed).lines}
    return [by_sku[sku] for sku in market.skus if sku in by_sku]


def test_sent_in_parts_then_received_by_her(market) -> None:
    shopper = market.shopper()
    placed = bought(market, (0, 2), (1, 1), member_id=shopper)
    dress, belt = keys(market, placed)
    first = send(market, placed, pieces={dress: 1})
    assert market.order(placed).state is OrderState.PART_SENT
    assert (market.left(0), market.left(1)) == ((4, 1), (5, 1))
    assert send(market, placed, pieces={dress: 1}).id == first.id  # pressed twice
    assert market.left(0) == (4, 1)
    assert market.violations() == {}
    second = send(market, placed, "SF1000002")
    assert second.pieces == {dress: 1, belt: 1}
    assert market.order(placed).state is OrderState.SENT
    assert market.books() == {"sandbox_clearing": 82_500, "prepayments": 82_500}
    for _ in range(2):
        parcels.confirm_receipt(
            brand_id=market.brand_id, order_id=placed.order_id, member_id=shopper, now=SOON
        )
    assert market.order(placed).state is OrderState.DONE
    assert market.books() == {"sandbox_clearing": 82_500, "sales": 82_500}
    with brand_tx(market.brand_id):
        found = ordered.parcels_of(brand_id=market.brand_id, order_id=placed.order_id)
    assert [parcel.received_at for parcel in found] == [SOON, SOON]
    assert market.violations() == {}


def test_taken_as_received_ten_days_after_the_last_parcel(market) -> None:
    placed = bought(market, (0, 1))
    send(market, placed)
    early = {"brand_id": market.brand_id, "now": SOON + timedelta(days=9), "limit": 10}
    assert parcels.receive_overdue(**early) == 0
    assert market.order(placed).state is OrderState.SENT
    assert parcels.receive_overdue(brand_id=market.brand_id, now=LATER, limit=10) == 1
    assert parcels.receive_overdue(brand_id=market.brand_id, now=LATER, limit=10) == 0
    assert market.order(placed).state is OrderState.DONE
    assert market.books() == {"sandbox_clearing": 36_800, "sales": 36_800}
    assert market.violations(LATER) == {}


def test_what_was_given_back_is_not_sent_and_the_rest_is_all(market) -> None:
    placed = bought(market, (0, 2), (1, 1))
    dress, belt = keys(market, placed)
    send(market, placed, pieces={dress: 1})
    give = {"brand_id": market.brand_id, "order_id": placed.order_id, "now": SOON}
    purchase.give_back(**give, cause="case:1", reason="不要了", pieces={dress: 1})
    assert market.left(0) == (4, 0)  # the piece that had not left is for sale again
    assert market.violations() == {}
    with pytest.raises(NothingToSend) as refused:
        send(market, placed, "SF1000002", pieces={dress: 1})
    assert refused.value.details == {"line": dress, "left": 0}
    purchase.give_back(**give, cause="case:2", reason="不要了", pieces={belt: 1})
    assert market.order(placed).state is OrderState.SENT  # nothing is left to send
    assert market.violations() == {}


def test_one_sku_in_two_looks_goes_back_from_its_own_line(market) -> None:
    look = market.shopper()  # any id
    wanted = market.basket((0, 1), delivery=Delivery.PARCEL).wanted[0]
    basket = purchase.Basket(
        wanted=(wanted, purchase.Wanted(sku_id=wanted.sku_id, quantity=1, look_id=look)),
        delivery=Delivery.PARCEL,
        store_id=None,
    )
    placed = purchase.place(
        brand_id=market.brand_id,
        member_id=market.shopper(),
        request_key=look,
        basket=basket,
        provider="sandbox",
        address=ADDRESS,
        now=SOON,
    )
    market.pay(placed)
    alone, in_look = (line.key for line in market.order(placed).lines)
    send(market, placed, pieces={alone: 1})
    purchase.give_back(
        brand_id=market.brand_id,
        order_id=placed.order_id,
        cause="case:1",
        reason="退货",
        pieces={alone: 1},
        now=SOON,
    )
    assert market.left(0) == (5, 1)  # back on the shelf, and the other piece still held
    assert market.violations() == {}
    assert send(market, placed, "SF1000002").pieces == {in_look: 1}
    assert market.violations() == {}


@pytest.mark.parametrize("number", ["", "SF1", "SF 100 200", "中通1234", "x" * 41, "SF1\0000"])
def test_a_number_that_is_none_sends_nothing(market, number) -> None:
    placed = bought(market, (0, 1))
    with pytest.raises(TrackingRefused):
        send(market, placed, number)
    assert market.order(placed).state is OrderState.PAID
    assert market.left(0) == (5, 1)


@pytest.mark.parametrize("pieces", [{}, {"nobody": 1}, {0: 3}, {0: -1}, {0: 0}, {0: True}])
def test_pieces_that_are_not_there_are_not_sent(market, pieces) -> None:
    placed = bought(market, (0, 2))
    dress = keys(market, placed)[0]
    with pytest.raises(NothingToSend):
        send(market, placed, pieces={dress if k == 0 else k: n for k, n in pieces.items()})
    assert market.order(placed).state is OrderState.PAID
    assert market.left(0) == (5, 2)


def test_a_number_with_other_contents_is_refused(market) -> None:
    placed = bought(market, (0, 2))
    dress = keys(market, placed)[0]
    send(market, placed, pieces={dress: 1})
    with pytest.raises(ParcelReused):
        send(market, placed, pieces={dress: 2})
    assert market.left(0) == (4, 1)


def test_only_paid_parcel_orders_are_sent_and_only_sent_ones_received(market) -> None:
    pickup = market.place(market.shopper(), (0, 1))
    with pytest.raises(OrderMoveRefused):
        send(market, pickup)
    market.pay(pickup)
    with pytest.raises(OrderMoveRefused):
        send(market, pickup)
    assert market.order(pickup).state is OrderState.PAID
    shopper = market.shopper()
    placed = bought(market, (1, 1), member_id=shopper)
    receipt = {"brand_id": market.brand_id, "order_id": placed.order_id, "now": SOON}
    with pytest.raises(OrderMoveRefused):
        parcels.confirm_receipt(**receipt, member_id=shopper)
    send(market, placed)
    with pytest.raises(OrderNotFound):
        parcels.confirm_receipt(**receipt, member_id=market.shopper())
    assert market.order(placed).state is OrderState.SENT
    with brand_tx(market.brand_id):
        waiting = ordered.to_be_sent(brand_id=market.brand_id, store_ids=None)
    assert waiting.total == 0
    assert market.violations() == {}
