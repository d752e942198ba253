"""What is bought in a brand of `two_towns`: an order on its way, and what comes after paying."""

from typing import Any
from uuid import UUID, uuid4
from zlib import crc32

from django.conf import settings
from PIL import Image

from tests.cast import NOW
from zhiyin.domain.brands.types import BrandCard
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.care import (
    AddressFacts,
    Carrier,
    CaseAsked,
    CaseKind,
    CaseReason,
    GoingBack,
    InvoiceFacts,
    InvoiceState,
    TitleKind,
)
from zhiyin.domain.orders.types import Delivery
from zhiyin.flows import purchase
from zhiyin.flows.paying import PaymentFact, PaymentState
from zhiyin.flows.purchase import cases, parcels
from zhiyin.storage.media import MediaStore, inspect_and_clean
from zhiyin.storage.tenancy import brand_tx
from zhiyin.storage.tests.pictures import file_of

SANDBOX = "sandbox"


def bought(
    brand: BrandCard, mark: str, people: dict[str, UUID], user_id: int, ids: dict[str, Any]
) -> None:
    """She bought three of one dress by parcel; two are sent, two are asked back, one refused."""
    member_id = people["asker"]
    own = {"brand_id": brand.id, "member_id": member_id}
    facts = AddressFacts(
        name=f"{mark}女士", phone="13900001111", region=f"{mark}城", street=f"{mark}路 2 号"
    )
    placed = purchase.place(
        **own,
        request_key=uuid4(),
        basket=_basket(brand, mark),
        provider=SANDBOX,
        address={"name": facts.name, "phone": facts.phone, "street": facts.street},
        now=NOW,
    )
    fact = PaymentFact(
        payment_no=placed.payment_id.hex,
        state=PaymentState.PAID,
        merchant_id=f"{mark}-merchant",
        app_id="a",
        amount_fen=placed.payable_fen,
        currency="CNY",
        transaction_id=f"{mark}-parcel-transaction",
        paid_at=NOW,
    )
    purchase.settle(brand_id=brand.id, provider=SANDBOX, fact=fact, now=NOW)
    order_id = ids["order_id"] = placed.order_id
    with brand_tx(brand.id):
        (line,) = ordered.order(brand_id=brand.id, order_id=order_id).lines
    parcels.send_parcel(
        brand_id=brand.id,
        order_id=order_id,
        carrier=Carrier.SF,
        tracking_no=f"{mark}-1",
        pieces={line.key: 2},
        user_id=user_id,
        now=NOW,
    )
    asked = CaseAsked(
        kind=CaseKind.RETURN,
        reason=CaseReason.SIZE,
        pieces={line.key: 1},
        going_back=GoingBack.PARCEL,
        words=f"{mark}腰围偏小",
    )
    ask = {**own, "order_id": order_id, "asked": asked, "now": NOW}
    photo = inspect_and_clean(
        file_of(Image.new("RGB", (8, 8), f"#{crc32(mark.encode()) & 0xFFFFFF:06x}"), "PNG")
    )
    media = MediaStore(settings.MEDIA_FOLDER)
    refused = cases.ask(**ask, request_key=uuid4())
    act = {"brand_id": brand.id, "now": NOW, "user_id": user_id}
    cases.refuse(**act, case_id=refused.id, answer=f"{mark} was worn")
    case_id = ids["case_id"] = cases.ask(**ask, request_key=uuid4(), photos=[photo], media=media).id
    ids["place"] = 1
    cases.approve(**act, case_id=case_id)
    with brand_tx(brand.id):
        orders.send_goods_back(
            **own, case_id=case_id, carrier=Carrier.EMS, tracking_no=f"{mark}-2", now=NOW
        )
        ids["address_id"] = orders.add_address(**own, facts=facts, now=NOW)
        title = InvoiceFacts(kind=TitleKind.PERSONAL, title=f"{mark}女士")
        ids["invoice_id"] = orders.ask_invoice(**own, order_id=order_id, facts=title, now=NOW)
        orders.answer_invoice(
            brand_id=brand.id,
            invoice_id=ids["invoice_id"],
            state=InvoiceState.REFUSED,
            answer=f"{mark} has no paper",
            user_id=user_id,
            now=NOW,
        )
        orders.set_case_terms(brand_id=brand.id, within_days=7)


def _basket(brand: BrandCard, mark: str) -> purchase.Basket:
    with brand_tx(brand.id):
        sku_id = goods.sku_ids_by_code(brand_id=brand.id, codes=[f"{mark}-p5-6"])[f"{mark}-p5-6"]
    wanted = purchase.Wanted(sku_id=sku_id, quantity=3)
    return purchase.Basket(wanted=(wanted,), delivery=Delivery.PARCEL, store_id=None)
