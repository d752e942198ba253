"""From the cart to the pickup, and the money back: one step after the other, and out of step."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import NOW
from tests.journeys.buying import SOON, Market, open_market
from zhiyin.domain.catalog import operations as stock
from zhiyin.domain.catalog.types import CauseReused, SoldOut
from zhiyin.domain.orders.types import (
    AlreadyCollected,
    CloseReason,
    OrderMoveRefused,
    OrderState,
    PickupElsewhere,
    PickupNotFound,
    TooManyWrongCodes,
    UndoTooLate,
)
from zhiyin.flows import purchase
from zhiyin.flows.purchase.quoting import PriceChanged
from zhiyin.storage.tenancy import brand_tx

LATER = NOW + timedelta(minutes=30)


@pytest.fixture
def market(own_database) -> Market:
    return open_market([3, 1], [36_800, 8_900])


def test_bought_paid_collected_and_a_part_given_back(market) -> None:
    placed = market.place(market.shopper(), (0, 1), (1, 1))
    assert placed.payable_fen == 45_700
    assert market.left(0) == (3, 1)
    market.pay(placed)
    assert market.order(placed).state is OrderState.PAID
    assert market.books() == {"sandbox_clearing": 45_700, "prepayments": 45_700}
    collected = market.collect(market.code(placed))
    assert collected.state is OrderState.DONE
    assert (market.left(0), market.left(1)) == ((2, 0), (0, 0))
    assert market.books() == {"sandbox_clearing": 45_700, "sales": 45_700}
    key = next(line.key for line in collected.lines if line.sku_id == market.skus[1])
    refund = purchase.give_back(
        brand_id=market.brand_id,
        order_id=placed.order_id,
        cause="case:1",
        reason="腰围偏小",
        pieces={key: 1},
        now=SOON,
    )
    assert refund.amount_fen == 8_900
    assert market.left(1) == (1, 0)
    assert market.books() == {
        "sandbox_clearing": 45_700,
        "sales": 45_700,
        "sales_refunded": 8_900,
        "refunds_payable": 8_900,
    }
    assert market.order(placed).state is OrderState.DONE
    assert market.violations() == {}


def test_a_double_press_is_one_order(market) -> None:
    shopper, key = market.shopper(), uuid4()
    first = market.place(shopper, (0, 1), key=key)
    again = market.place(shopper, (0, 1), key=key)
    assert first.is_new
    assert not again.is_new
    assert (again.order_id, again.payment_id) == (first.order_id, first.payment_id)
    assert market.left(0) == (3, 1)
    other = market.place(market.shopper(), (0, 1), key=key)
    assert other.order_id != first.order_id
    assert market.left(0) == (3, 2)


def test_the_same_request_for_other_goods_is_refused(market) -> None:
    shopper, key = market.shopper(), uuid4()
    market.place(shopper, (0, 1), key=key)
    with pytest.raises(CauseReused):
        market.place(shopper, (0, 2), key=key)
    assert market.left(0) == (3, 1)


def test_another_price_than_she_saw_is_refused(market) -> None:
    with pytest.raises(PriceChanged) as refused:
        market.place(market.shopper(), (0, 1), expected_fen=36_700)
    assert refused.value.details["payable_fen"] == 36_800
    assert market.left(0) == (3, 0)


def test_what_is_sold_out_is_not_ordered(market) -> None:
    with pytest.raises(SoldOut) as refused:
        market.place(market.shopper(), (0, 1), (1, 2))
    assert [short["left"] for short in refused.value.details["short"]] == [1]
    assert (market.left(0), market.left(1)) == ((3, 0), (1, 0))


def test_told_twice_and_asked_at_once_it_is_paid_once(market) -> None:
    placed = market.place(market.shopper(), (0, 1))
    for _ in range(3):
        market.pay(placed)
    assert market.books() == {"sandbox_clearing": 36_800, "prepayments": 36_800}
    assert market.violations() == {}


def test_money_that_comes_after_closing_goes_back(market) -> None:
    placed = market.place(market.shopper(), (1, 1))
    assert purchase.close_overdue(brand_id=market.brand_id, now=LATER, limit=10) == 1
    assert market.left(1) == (1, 0)
    market.pay(placed, now=LATER)
    assert market.order(placed).state is OrderState.CLOSED
    assert market.books() == {"sandbox_clearing": 8_900, "refunds_payable": 8_900}
    assert market.violations(LATER) == {}


def test_money_that_comes_late_still_buys_what_is_still_there(market) -> None:
    placed = market.place(market.shopper(), (1, 1))
    market.pay(placed, now=LATER)
    assert market.order(placed).state is OrderState.PAID
    assert market.left(1) == (1, 1)
    assert market.violations(LATER) == {}


def test_money_that_comes_late_for_what_is_gone_goes_back(market) -> None:
    late = market.place(market.shopper(), (1, 1))
    with brand_tx(market.brand_id):
        stock.release_expired(brand_id=market.brand_id, now=LATER, limit=10)
    market.pay(market.place(market.shopper(), (1, 1), now=LATER), now=LATER)
    market.pay(late, now=LATER)
    order = market.order(late)
    assert (order.state, order.close_reason) == (OrderState.CLOSED, CloseReason.SOLD_OUT)
    assert market.books() == {
        "sandbox_clearing": 17_800,
        "prepayments": 8_900,
        "refunds_payable": 8_900,
    }
    assert market.violations(LATER) == {}


@pytest.mark.parametrize(
    "other",
    [
        {"amount_fen": 1},
        {"currency": "USD"},
        {"payment_no": uuid4().hex},
        {"payment_no": "nonsense"},
    ],
)
def test_money_that_fits_nothing_is_kept_apart(market, other) -> None:
    placed = market.place(market.shopper(), (0, 1))
    for _ in range(2):
        market.pay(placed, **other)
    assert market.order(placed).state is OrderState.UNPAID
    apart_fen = other.get("amount_fen", 36_800)
    assert market.books() == {"sandbox_clearing": apart_fen, "unmatched_receipts": apart_fen}


def test_a_second_transaction_for_one_payment_is_kept_apart(market) -> None:
    placed = market.place(market.shopper(), (0, 1))
    market.pay(placed)
    market.pay(placed, transaction_id="another")
    assert market.books() == {
        "sandbox_clearing": 73_600,
        "prepayments": 36_800,
        "unmatched_receipts": 36_800,
    }
    assert market.violations() == {}


def test_one_transaction_does_not_pay_for_two_orders(market) -> None:
    first, second = (market.place(market.shopper(), (0, 1)) for _ in range(2))
    for placed in (first, second, second):
        market.pay(placed, transaction_id="the-same")
    assert market.order(second).state is OrderState.UNPAID
    assert market.books() == {"sandbox_clearing": 36_800, "prepayments": 36_800}
    assert market.violations() == {}


def test_cancelled_before_payment(market) -> None:
    shopper = market.shopper()
    placed = market.place(shopper, (0, 2))
    for _ in range(2):
        purchase.cancel(
            brand_id=market.brand_id, order_id=placed.order_id, member_id=shopper, now=SOON
        )
    assert market.left(0) == (3, 0)
    assert market.order(placed).close_reason == CloseReason.CANCELLED


def test_a_paid_order_cannot_be_cancelled(market) -> None:
    shopper = market.shopper()
    placed = market.place(shopper, (0, 1))
    market.pay(placed)
    with pytest.raises(OrderMoveRefused):
        purchase.cancel(
            brand_id=market.brand_id, order_id=placed.order_id, member_id=shopper, now=SOON
        )
    assert market.order(placed).state is OrderState.PAID


def test_a_code_works_once_and_says_when_and_by_whom(market) -> None:
    placed = market.place(market.shopper(), (0, 1))
    market.pay(placed)
    code = market.code(placed)
    with pytest.raises(PickupElsewhere):
        market.collect(code, store=1)
    market.collect(f"{code[:4]} {code[4:8]}-{code[8:]}")
    for _ in range(40):  # a code that was right is never counted as a guess
        with pytest.raises(AlreadyCollected) as refused:
            market.collect(code)
    assert refused.value.details == {"at": SOON.isoformat(), "by": "clerk-cedar"}
    assert market.left(0) == (2, 0)
    assert market.violations() == {}


def test_guessed_codes_are_counted_by_the_database(market) -> None:
    for n in range(30):
        with pytest.raises(PickupNotFound):
            market.collect(f"{n:012d}")
    with pytest.raises(TooManyWrongCodes):
        market.collect("000000000031")


def test_a_mistaken_pickup_is_undone_and_done_again(market) -> None:
    placed = market.place(market.shopper(), (0, 1))
    market.pay(placed)
    market.collect(market.code(placed))
    undo = {"brand_id": market.brand_id, "order_id": placed.order_id, "user_id": market.clerk}
    purchase.undo_collect(**undo, reason="扫错了", now=SOON)
    assert market.order(placed).state is OrderState.PAID
    assert market.left(0) == (3, 1)
    assert market.books() == {"sandbox_clearing": 36_800, "prepayments": 36_800}
    assert market.violations() == {}
    market.collect(market.code(placed), now=SOON + timedelta(minutes=1))
    assert market.books() == {"sandbox_clearing": 36_800, "sales": 36_800}
    with pytest.raises(UndoTooLate):
        purchase.undo_collect(**undo, reason="扫错了", now=SOON + timedelta(hours=1))
    assert market.left(0) == (2, 0)
    assert market.violations() == {}


def test_a_refund_of_all_before_the_goods_left(market) -> None:
    placed = market.place(market.shopper(), (0, 2), (1, 1))
    market.pay(placed)
    give = {"brand_id": market.brand_id, "order_id": placed.order_id, "now": SOON}
    keys = {line.sku_id: line.key for line in market.order(placed).lines}
    part = {"cause": "case:1", "reason": "不要了", "pieces": {keys[market.skus[0]]: 1}}
    assert purchase.give_back(**give, **part).amount_fen == 36_800
    assert purchase.give_back(**give, **part).amount_fen == 36_800  # a retry gives back once
    rest = purchase.give_back(**give, cause="case:2", reason="都不要了")
    assert rest.amount_fen == 45_700
    assert market.order(placed).state is OrderState.REFUNDED
    assert (market.left(0), market.left(1)) == ((3, 0), (1, 0))
    assert market.books() == {"sandbox_clearing": 82_500, "refunds_payable": 82_500}
    assert market.violations() == {}
    with pytest.raises(OrderMoveRefused):
        purchase.give_back(**give, cause="case:3", reason="再来")


def test_a_plain_order_costs_few_statements(market) -> None:
    shopper = market.shopper()
    with CaptureQueriesContext(connection) as asked:
        placed = market.place(shopper, (0, 1))
        market.pay(placed)
    business = [
        query["sql"]
        for query in asked.captured_queries
        if not query["sql"].startswith(("BEGIN", "COMMIT", "SELECT set_config"))
    ]
    print("\n".join(" ".join(sql.split())[:120] for sql in business))
    assert len(business) <= 12
