"""Each audit of orders finds what was planted behind the backs of guards and triggers."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.journeys.buying import SOON, Market, open_market
from tests.journeys.test_parcels import bought, send
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders.types import SlotFacts
from zhiyin.flows import purchase
from zhiyin.storage.tenancy import brand_tx

ALL_DAY = tuple(SlotFacts(day, 0, 1440, 9) for day in range(7))


@pytest.fixture
def market(own_database, owner) -> Market:
    """One who collects at a time she chose, one who is sent a part of hers, one who gave back."""
    made = open_market([9, 9], [36_800, 8_900])
    with brand_tx(made.brand_id):
        orders.set_slots(
            brand_id=made.brand_id, store_id=made.stores[0], slots=ALL_DAY, days_ahead=2
        )
    midnight = (SOON + timedelta(hours=8)).replace(hour=16, minute=0, second=0, microsecond=0)
    collects = made.place(made.shopper(), (0, 1), slot_at=midnight)
    made.pay(collects)
    sent = bought(made, (0, 1), (1, 2))
    send(made, sent, pieces={made.order(sent).lines[0].key: 1})
    gave = made.place(made.shopper(), (1, 1))
    made.pay(gave)
    purchase.give_back(
        brand_id=made.brand_id, order_id=gave.order_id, cause="t", reason="t", now=SOON
    )
    assert made.violations() == {}
    for table in ("order", "orderline", "orderstep", "payment", "refund", "parcelline"):
        owner(f"ALTER TABLE orders_{table} DISABLE TRIGGER USER")
        owner(f"GRANT UPDATE, DELETE ON orders_{table} TO app_web")
    owner("ALTER TABLE catalog_stockhold DISABLE TRIGGER USER")
    return made


@pytest.mark.parametrize(
    ("code", "breach"),
    [
        ("P1", "UPDATE orders_payment SET amount_fen = amount_fen - 1 WHERE refunded_fen = 0"),
        ("P3", "UPDATE orders_orderstep SET move = 'place' WHERE move = 'pay'"),
        ("P4", "UPDATE orders_payment SET state = 'late' WHERE refunded_fen = 0"),
        ("P5.money", "UPDATE orders_refund SET amount_fen = amount_fen - 1"),
        ("P5.pieces", "UPDATE orders_orderline SET refunded = 0, withdrawn = 0"),
        ("C2", "UPDATE orders_orderline SET list_fen = list_fen + 1"),
        ("S1.orders", "UPDATE catalog_stockhold SET quantity = quantity + 1 WHERE state = 'kept'"),
        ("S1.orders", "UPDATE catalog_stockhold SET cause = cause || '0' WHERE state = 'kept'"),
        ("S1.parcels", "UPDATE orders_orderline SET sent = 2 WHERE sent = 0 AND quantity = 2"),
        ("S1.parcels", "DELETE FROM orders_parcelline"),
        ("S1.slots", "UPDATE orders_slottally SET taken = taken + 1"),
        ("S1.slots_freed", "UPDATE orders_order SET state = 'refunded' WHERE state = 'paid'"),
    ],
)
def test_what_is_planted_is_found(market, code, breach) -> None:
    with brand_tx(market.brand_id), connection.cursor() as cursor:
        cursor.execute(breach)
        assert cursor.rowcount > 0
    assert code in market.violations()
