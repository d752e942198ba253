"""One payment, told by several notifications and asked about at the same moment: paid once, and
nobody is told of an accident."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from tests.journeys.buying import Market, open_market
from zhiyin.domain.orders.operations import paying
from zhiyin.domain.orders.types import OrderState

HANDS, ORDERS, PRICE_FEN = 6, 12, 10_000


@pytest.fixture
def market(own_database) -> Market:
    return open_market([ORDERS], [PRICE_FEN])


def settled_at_once(market: Market) -> Counter[str]:
    """What came of settling each payment by several hands at one moment."""
    gate = Barrier(HANDS)
    orders = [market.place(market.shopper(), (0, 1)) for _ in range(ORDERS)]

    def hand(_n: int) -> Counter[str]:
        came: Counter[str] = Counter()
        for order in orders:
            gate.wait()
            try:
                market.pay(order)
                came["settled"] += 1
            except IntegrityError:
                came["refused"] += 1
            finally:
                connection.close()
        return came

    with ThreadPoolExecutor(HANDS) as pool:
        came = sum(pool.map(hand, range(HANDS)), Counter())
    assert {market.order(order).state for order in orders} == {OrderState.PAID}
    assert market.books() == {
        "sandbox_clearing": ORDERS * PRICE_FEN,
        "prepayments": ORDERS * PRICE_FEN,
    }
    assert market.violations() == {}
    return came


def test_whoever_waited_sees_that_it_was_paid(market) -> None:
    assert settled_at_once(market) == {"settled": HANDS * ORDERS}


def test_with_the_order_alone_locked_the_database_has_to_refuse(market, monkeypatch) -> None:
    """The twin: who waited for the order reads its payment as it was before the wait."""
    assert paying.LOCK.count("OF ordered, payment") == 1
    alone = paying.LOCK.replace("OF ordered, payment", "OF ordered")
    monkeypatch.setattr(paying, "LOCK", alone)
    assert settled_at_once(market)["refused"] > 0
