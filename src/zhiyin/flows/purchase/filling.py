"""Filling a cart: all of what she chose, or nothing of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders.types import Buyer
from zhiyin.flows.purchase.quoting import Wanted
from zhiyin.storage.tenancy import brand_tx


def fill_cart(*, brand_id: UUID, buyer: Buyer, wanted: Sequence[Wanted], now: datetime) -> None:
    """Put some pieces into a cart, the parts of a look together. One transaction.

    Raises OrderEmpty, CartFull; then the cart is as it was.
    """
    with brand_tx(brand_id):
        for one in wanted:
            orders.put_in_cart(
                brand_id=brand_id,
                buyer=buyer,
                sku_id=one.sku_id,
                quantity=one.quantity,
                look_id=one.look_id,
                koc_id=one.koc_id,
                now=now,
            )
