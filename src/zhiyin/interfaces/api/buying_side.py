"""Buying in a member's name: her cart, what it costs, an order."""

from http import HTTPStatus
from typing import Annotated, Any, Self
from uuid import UUID

from django.urls import reverse
from ninja import Query, Router
from ninja.responses import Status
from pydantic import AwareDatetime, Field, model_validator

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.orders import operations as order_writes
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import MOST_LINES, Buyer, CartItemNotFound, Delivery, OrderState
from zhiyin.flows import purchase
from zhiyin.flows.paying import PaymentProvider
from zhiyin.flows.purchase import Asking
from zhiyin.flows.purchase.carriers import carrier, carrier_now
from zhiyin.interfaces.api.access import ApiRequest, in_brand, opening_its_own
from zhiyin.interfaces.api.goods_named import (
    BasketIn,
    Pieces,
    WantedIn,
    basket_of,
    codes_of_skus,
    lines_json,
    sku_named,
    wanted_of,
)
from zhiyin.interfaces.api.once import Once, needs_key, once_if_keyed
from zhiyin.interfaces.api.opening import member_named
from zhiyin.interfaces.api.shapes import Code, In, Listed, PageQuery, answers, chars
from zhiyin.interfaces.hooks.addresses import notify_url
from zhiyin.storage.tenancy import brand_tx

router = Router(tags=["buying"])
FEN_MAX = 10**12
CODES_MAX = 20


class ChangeIn(In):
    """`sku_code` changes the size or colour; left out, it stays."""

    quantity: Pieces
    sku_code: Code | None = None


class AddressIn(In):
    """Where a parcel goes. It is kept sealed, on the order alone."""

    name: chars(60, least=1)  # type: ignore[valid-type]
    phone: chars(20, least=1)  # type: ignore[valid-type]
    region: chars(120, least=1)  # type: ignore[valid-type]
    street: chars(200, least=1)  # type: ignore[valid-type]


class AskingIn(BasketIn):
    """Which promotions she means. `coupon_ids` left out: whatever coupons are in her hand; else
    those of them alone. `group_buy_id` opens a group, `group_id` joins one; not both.
    """

    coupon_codes: list[Code] = Field(default_factory=list, max_length=CODES_MAX)
    coupon_ids: list[UUID] | None = Field(None, max_length=CODES_MAX)
    group_buy_id: UUID | None = None
    group_id: UUID | None = None

    def asking(self) -> Asking:
        """The same as the journeys have it."""
        return Asking(
            coupon_codes=tuple(self.coupon_codes),
            coupon_ids=None if self.coupon_ids is None else tuple(self.coupon_ids),
            group_buy_id=self.group_buy_id if self.group_id is None else None,
            group_id=self.group_id,
        )


class QuoteIn(AskingIn):
    """`member` is her id in your system: what only some are given is looked at for her."""

    member: Code | None = None


class OrderIn(AskingIn):
    """`expected_fen` is the sum she saw: another one is refused. `cart_item_ids` leave her cart.
    `slot_at` is when she comes to collect it, one of the store's pickup-times.
    """

    expected_fen: Annotated[int, Field(ge=0, le=FEN_MAX, strict=True)] | None = None
    address: AddressIn | None = None
    cart_item_ids: list[UUID] = Field(default_factory=list, max_length=MOST_LINES)
    slot_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _only_what_is_collected_has_a_time(self) -> Self:
        if self.slot_at is not None and self.delivery is not Delivery.PICKUP:
            raise ValueError("slot_at is for what is collected")
        return self


class HerOrdersQuery(PageQuery):
    state: OrderState | None = None


@router.get("/members/{external_id}/cart", response=answers(Listed))
@in_brand
def get_cart(request: ApiRequest, external_id: Code) -> Any:
    """What lies in her cart, the parts of a look together, at the prices of now."""
    return _cart(request, Buyer(member_id=member_named(request, external_id)))


@router.post("/members/{external_id}/cart", response=answers(Listed))
@in_brand
@once_if_keyed
def put_in_cart(request: ApiRequest, external_id: Code, item: WantedIn) -> Any:
    """Add pieces to her cart; what lies there already grows. 409: a cart holds 50 lines."""
    buyer = Buyer(member_id=member_named(request, external_id))
    wanted = wanted_of(request, item)
    order_writes.put_in_cart(
        brand_id=request.brand.id,
        buyer=buyer,
        sku_id=wanted.sku_id,
        quantity=wanted.quantity,
        look_id=wanted.look_id,
        koc_id=wanted.koc_id,
        now=request.now,
    )
    return _cart(request, buyer)


@router.put("/members/{external_id}/cart/{item_id}", response=answers(Listed))
@in_brand
def change_cart_item(request: ApiRequest, external_id: Code, item_id: UUID, said: ChangeIn) -> Any:
    """So many pieces from now on, and perhaps of another SKU of the same product."""
    buyer = Buyer(member_id=member_named(request, external_id))
    order_writes.change_item(
        brand_id=request.brand.id,
        buyer=buyer,
        item_id=item_id,
        quantity=said.quantity,
        sku_id=_other_size(request, buyer, item_id, said.sku_code),
        now=request.now,
    )
    return _cart(request, buyer)


@router.delete("/members/{external_id}/cart/{item_id}", response=answers(Listed))
@in_brand
def take_from_cart(request: ApiRequest, external_id: Code, item_id: UUID) -> Any:
    """Take an item out of her cart."""
    buyer = Buyer(member_id=member_named(request, external_id))
    order_writes.take_out(brand_id=request.brand.id, buyer=buyer, item_id=item_id)
    return _cart(request, buyer)


@router.post("/quotes", response=answers(dict))
@in_brand
def quote_basket(request: ApiRequest, said: QuoteIn) -> Any:
    """What a basket costs now, every fen explained; nothing is held. 409: it is not sold."""
    member_id = member_named(request, said.member) if said.member is not None else None
    quoted = purchase.quote(
        brand_id=request.brand.id,
        member_id=member_id,
        basket=basket_of(request, said),
        asking=said.asking(),
        now=request.now,
    )
    quote = quoted.quote
    codes = codes_of_skus(request, [one.product_id for one in quoted.goods.values()])
    return {
        "lines": [
            {
                "key": line.line.key,
                "sku_code": codes.get(line.line.sku_id),
                "look_id": line.line.look_id,
                "quantity": line.line.quantity,
                "list_fen": line.line.list_fen,
                "unit_fen": list(line.unit_fen),
                "payable_fen": line.payable_fen,
                "for_sale": quoted.goods[line.line.sku_id].for_sale,
            }
            for line in quote.lines
        ],
        "applied": [
            {
                "rule": one.rule,
                "words": one.words.code,
                "details": dict(one.words.details),
                "off_fen": one.off_fen,
            }
            for one in quote.applied
        ],
        "refused": [
            {"rule": one.rule, "reason": str(one.reason), "details": dict(one.details)}
            for one in quote.refused
        ],
        "list_goods_fen": quote.list_goods_fen,
        "goods_fen": quote.goods_fen,
        "freight_fen": quote.freight_fen,
        "payable_fen": quote.payable_fen,
    }


@router.post("/members/{external_id}/orders", response=answers(dict, status=201))
@opening_its_own
@needs_key
def place_order(request: ApiRequest, external_id: Code, order: OrderIn) -> Any:
    """Order a basket in her name: its pieces are held for fifteen minutes, in which she may pay.

    201 is the order. 409: it is sold out, not sold, costs something else (`price_changed`) by
    now, cannot be bought in this group, or its time to collect is taken. The same
    Idempotency-Key answers with the same order.
    """
    keyed = Once.needed(request)
    provider = carrier_now(request.brand.id)
    with brand_tx(request.brand.id):
        return keyed.run(
            lambda: Status(
                HTTPStatus.CREATED, _place(request, external_id, order, provider, keyed.cause)
            )
        )


@router.get("/members/{external_id}/orders", response=answers(Listed))
@in_brand
def list_her_orders(request: ApiRequest, external_id: Code, query: Query[HerOrdersQuery]) -> Any:
    """Her orders, newest first."""
    page = orders.orders_of_member(
        brand_id=request.brand.id,
        member_ids=[member_named(request, external_id)],
        states=[query.state] if query.state else [],
        offset=query.offset,
        limit=query.limit,
    )
    products = [line.product_id for one in page.orders for line in one.lines]
    codes = codes_of_skus(request, products)
    return {"items": [order_json(one, codes) for one in page.orders], "total": page.total}


class PaymentIn(In):
    """`payer`: her openid at the brand's WeChat app; the sandbox asks for none."""

    payer: chars(64) = ""  # type: ignore[valid-type]


@router.post("/members/{external_id}/orders/{order_id}/payment", response=answers(dict))
@opening_its_own
def open_payment(request: ApiRequest, external_id: Code, order_id: UUID, said: PaymentIn) -> Any:
    """Have the payment of her order ready at the provider; safe to repeat.

    `page` is handed to the page as it is: for WeChat Pay what its bridge asks for, for the sandbox
    the `url` of a page with a button. Only the provider says that she paid: the order tells.
    409: it does not wait to be paid.
    """
    with brand_tx(request.brand.id):
        member_id = member_named(request, external_id)
        orders.order(brand_id=request.brand.id, order_id=order_id, member_id=member_id)
        payment = orders.payment_of(brand_id=request.brand.id, order_id=order_id)
    provider = carrier(request.brand.id, payment.provider, payment.merchant_id)
    opened = purchase.open_payment(
        brand=request.brand,
        order_id=order_id,
        member_id=member_id,
        provider=provider,
        payer=said.payer or member_id.hex,
        notify_url=notify_url(request.brand.slug)
        or request.build_absolute_uri(reverse("hooks:wxpay", kwargs={"slug": request.brand.slug})),
        now=request.now,
    )
    return {
        "provider": provider.name,
        "payment_no": opened.payment_no,
        "page": dict(opened.page),
    }


def order_json(card: Any, codes: dict[UUID, str]) -> dict[str, Any]:
    """An order as lists give it; who bought it is not said."""
    return {
        "id": card.id,
        "number": card.number,
        "store_id": card.store_id,
        "delivery": card.delivery.value,
        "state": card.state.value,
        "lines": lines_json(card.lines, codes),
        "list_goods_fen": card.list_goods_fen,
        "goods_fen": card.goods_fen,
        "freight_fen": card.freight_fen,
        "payable_fen": card.payable_fen,
        "refunded_fen": card.refunded_fen,
        "placed_at": card.placed_at,
        "pay_by": card.pay_by,
        "paid_at": card.paid_at,
        "done_at": card.done_at,
        "closed_at": card.closed_at,
        "close_reason": card.close_reason,
    }


def _place(
    request: ApiRequest,
    external_id: str,
    said: OrderIn,
    provider: PaymentProvider,
    request_key: UUID,
) -> dict[str, Any]:
    placed = purchase.place_order(
        brand_id=request.brand.id,
        member_id=member_named(request, external_id),
        request_key=request_key,
        basket=basket_of(request, said),
        provider=provider.name,
        merchant_id=provider.merchant_id,
        expected_fen=said.expected_fen,
        address=said.address.dict() if said.address else None,
        cart_item_ids=said.cart_item_ids,
        asking=said.asking(),
        slot_at=said.slot_at,
        now=request.now,
    )
    return {
        "id": placed.order_id,
        "number": placed.number,
        "payment_no": placed.payment_id.hex,
        "provider": provider.name,
        "group_id": placed.group_id,
        "payable_fen": placed.payable_fen,
        "pay_by": placed.pay_by,
    }


def _cart(request: ApiRequest, buyer: Buyer) -> dict[str, Any]:
    items = orders.cart(brand_id=request.brand.id, buyer=buyer)
    goods = catalog.sellable(brand_id=request.brand.id, sku_ids=[one.sku_id for one in items])
    codes = codes_of_skus(request, [one.product_id for one in goods.values()])
    rows = [
        {
            "id": item.id,
            "sku_code": codes.get(item.sku_id),
            "quantity": item.quantity,
            "look_id": item.look_id,
            "koc_id": item.koc_id,
            "price_fen": goods[item.sku_id].price_fen if item.sku_id in goods else None,
            "for_sale": goods[item.sku_id].for_sale if item.sku_id in goods else 0,
            "added_at": item.added_at,
        }
        for item in items
    ]
    return {"items": rows, "total": len(rows)}


def _other_size(request: ApiRequest, buyer: Buyer, item_id: UUID, code: str | None) -> UUID | None:
    """The SKU she changes to: of the product that lies there. Raises SkuNotFound and so on."""
    if code is None:
        return None
    items = orders.cart(brand_id=request.brand.id, buyer=buyer)
    now_there = next((one.sku_id for one in items if one.id == item_id), None)
    if now_there is None:
        raise CartItemNotFound(item_id=item_id)
    sku_id = sku_named(request, code)
    of = catalog.products_of_skus(brand_id=request.brand.id, sku_ids=[now_there, sku_id])
    if of.get(now_there) != of.get(sku_id):
        raise CartItemNotFound(item_id=item_id, sku_code=code)
    return sku_id
