"""All that this room holds of one member, opened, for her download."""

from collections.abc import Iterator
from dataclasses import asdict
from uuid import UUID

from zhiyin.domain.orders.queries.carts import cart
from zhiyin.domain.orders.queries.orders import address_of, orders_of_member, steps
from zhiyin.domain.orders.queries.refunds import refunds_of
from zhiyin.domain.orders.types import Buyer, OrderCard

AT_A_TIME = 100


def export_member(*, brand_id: UUID, member_id: UUID) -> dict[str, object]:
    """Her cart, and her orders with their history, refunds and addresses."""
    return {
        "cart": [
            asdict(item) for item in cart(brand_id=brand_id, buyer=Buyer(member_id=member_id))
        ],
        "orders": [_whole(brand_id, order) for order in _all(brand_id, member_id)],
    }


def _all(brand_id: UUID, member_id: UUID) -> Iterator[OrderCard]:
    offset = 0
    while page := orders_of_member(
        brand_id=brand_id, member_ids=[member_id], offset=offset, limit=AT_A_TIME
    ).orders:
        yield from page
        offset += len(page)


def _whole(brand_id: UUID, order: OrderCard) -> dict[str, object]:
    own = {"brand_id": brand_id, "order_id": order.id}
    said = asdict(order)
    said["address"] = dict(address_of(**own))
    said["history"] = [asdict(step) for step in steps(**own)]
    said["refunds"] = [asdict(refund) for refund in refunds_of(**own)]
    return said
