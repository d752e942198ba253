"""Money of a town that a person has to look at: a stuck refund, and what fits no order."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.cast import NOW
from zhiyin.domain.brands.types import BrandCard, Role
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import Delivery, RefundState, StraySettlement
from zhiyin.flows import purchase
from zhiyin.flows.paying import PaymentFact, PaymentState
from zhiyin.flows.purchase import Basket, Wanted
from zhiyin.storage.tenancy import brand_tx

SOON = NOW + timedelta(minutes=1)


def money(brand: BrandCard, mark: str, people: dict[str, UUID], ids: dict[str, Any]) -> None:
    """A pickup of two pieces, one of them given back; the provider would not have it."""
    with brand_tx(brand.id):
        sku = goods.product(brand_id=brand.id, product_id=ids["products"][2]).skus[0]
    placed = purchase.place(
        brand_id=brand.id,
        member_id=people["author"],
        request_key=uuid4(),
        basket=Basket(
            wanted=(Wanted(sku_id=sku.id, quantity=2),),
            delivery=Delivery.PICKUP,
            store_id=ids["store_id"],
        ),
        provider="sandbox",
        merchant_id=f"{mark}-merchant",
        now=NOW,
    )
    paid = {
        "state": PaymentState.PAID,
        "merchant_id": f"{mark}-merchant",
        "app_id": "sandbox",
        "amount_fen": placed.payable_fen,
        "currency": "CNY",
        "paid_at": SOON,
    }
    for number, transaction in ((placed.payment_id.hex, "collects"), (f"{mark}-none", "strays")):
        purchase.settle(
            brand_id=brand.id,
            provider="sandbox",
            fact=PaymentFact(payment_no=number, transaction_id=f"{mark}-{transaction}", **paid),
            now=SOON,
        )
    with brand_tx(brand.id):
        refund = purchase.give_back_within(
            brand_id=brand.id,
            order_id=placed.order_id,
            key=uuid4().hex,
            roles=[Role.ADMIN],
            reason=f"{mark} is torn",
            pieces={Wanted(sku_id=sku.id, quantity=1).key: 1},
            user_id=ids["user_id"],
            now=SOON,
        )
        orders.refund_answered(
            brand_id=brand.id,
            refund_id=refund.id,
            state=RefundState.STUCK,
            provider_refund_id=f"{mark}-refund",
            why_stuck=f"{mark} is low",
            now=SOON,
        )
        orders.hear_once(
            brand_id=brand.id, provider="sandbox", notification_id=f"{mark}-heard", now=SOON
        )
        (stray,) = ordered.stray_receipts(brand_id=brand.id)
        purchase.settle_stray(
            brand_id=brand.id,
            stray_id=stray.id,
            settlement=StraySettlement.GIVE_BACK,
            reason=f"{mark} is a stranger's",
            user_id=ids["user_id"],
            now=SOON,
        )
        orders.stray_answered(
            brand_id=brand.id,
            stray_id=stray.id,
            state=RefundState.STUCK,
            why_stuck=f"{mark} is lower",
            now=SOON,
        )
    ids["refund_id"], ids["stray_id"] = refund.id, stray.id
