"""What somebody of a town bought, and what still lies in her cart."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.cast import NOW
from zhiyin.domain.brands.types import BrandCard
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as kept
from zhiyin.domain.orders.types import Buyer, Delivery
from zhiyin.flows import purchase
from zhiyin.flows.paying import PaymentFact, PaymentState
from zhiyin.flows.purchase import Basket, Wanted
from zhiyin.storage.tenancy import brand_tx


def buying(brand: BrandCard, mark: str, people: dict[str, UUID], ids: dict[str, Any]) -> None:
    """A parcel that was paid, of which a piece is given back; and a cart."""
    with brand_tx(brand.id):
        sku = goods.product(brand_id=brand.id, product_id=ids["products"][1]).skus[0]
        ids["item_id"] = orders.put_in_cart(
            brand_id=brand.id,
            buyer=Buyer(member_id=people["asker"]),
            sku_id=sku.id,
            quantity=1,
            now=NOW,
        )
    placed = purchase.place(
        brand_id=brand.id,
        member_id=people["asker"],
        request_key=uuid4(),
        basket=Basket(wanted=(Wanted(sku_id=sku.id, quantity=2),), delivery=Delivery.PARCEL),
        provider="sandbox",
        address={"name": f"{mark}收", "phone": "13800000000", "region": mark, "street": mark},
        now=NOW,
    )
    ids["order_id"] = placed.order_id
    purchase.settle(
        brand_id=brand.id,
        provider="sandbox",
        fact=PaymentFact(
            payment_no=placed.payment_id.hex,
            state=PaymentState.PAID,
            merchant_id=f"{mark}-merchant",
            app_id="sandbox",
            amount_fen=placed.payable_fen,
            currency="CNY",
            transaction_id=f"{mark}-transaction",
            paid_at=NOW + timedelta(minutes=1),
        ),
        now=NOW + timedelta(minutes=1),
    )
    with brand_tx(brand.id):
        line = kept.order(brand_id=brand.id, order_id=placed.order_id).lines[0]
    purchase.give_back(
        brand_id=brand.id,
        order_id=placed.order_id,
        cause=f"{mark}-case",
        reason=f"{mark} too small",
        pieces={line.key: 1},
        now=NOW + timedelta(minutes=2),
    )
