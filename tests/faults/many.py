"""Many orders at once: copies of one that was really placed, by one insert into each table."""

from collections.abc import Mapping
from uuid import UUID

from tests.journeys.buying import Market
from zhiyin.domain.orders.types import Placed
from zhiyin.flows.purchase.placing import cause_of
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import run
from zhiyin.storage.tenancy import brand_tx

COPY = """
    INSERT INTO {table}
    SELECT another.*
    FROM {table} template, unnest(%(orders)s::uuid[], %(payments)s::uuid[], %(steps)s::uuid[],
        %(numbers)s::text[]) AS made (order_id, payment_id, step_id, number),
        jsonb_populate_record(template, jsonb_build_object({other})) AS another
    WHERE template.brand_id = %(brand_id)s AND template.{key} = %(is)s
"""
ORDER = "'id', gen_random_uuid(), 'order_id', made.order_id"
TABLES: Mapping[str, tuple[str, str]] = {
    "orders_order": ("id", "'id', made.order_id, 'number', made.number"),
    "orders_orderline": ("order_id", ORDER),
    "orders_orderstep": ("order_id", "'id', made.step_id, 'order_id', made.order_id"),
    "orders_payment": ("order_id", "'id', made.payment_id, 'order_id', made.order_id"),
    "catalog_stockhold": ("cause", "'id', gen_random_uuid(), 'cause', 'order:' || made.order_id"),
}
"""Table -> the column that leads to the order, and what is another in each copy."""
HOLD = "UPDATE catalog_stock SET held = held + %(more)s WHERE brand_id = %(brand_id)s AND held > 0"


def copies(market: Market, placed: Placed, count: int) -> list[UUID]:
    """So many orders more, each like this unpaid one of one SKU: the ids of their payments.

    Placing them would take longer than what is to be tested; that they are sound is for
    `zhiyin audit` to say.
    """
    orders, payments, steps = ([uuid7() for _ in range(count)] for _ in range(3))
    with brand_tx(market.brand_id):
        for table, (key, other) in TABLES.items():
            run(
                COPY.format(table=table, other=other, key=key),
                brand_id=market.brand_id,
                orders=orders,
                payments=payments,
                steps=steps,
                numbers=[f"9{n:015d}" for n in range(count)],
                **{"is": cause_of(placed.order_id) if key == "cause" else placed.order_id},
            )
        run(HOLD, brand_id=market.brand_id, more=count)
    return payments
