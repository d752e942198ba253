"""The brand's orders: found, opened, cancelled, collected, and money given back."""

from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router
from pydantic import AwareDatetime, Field

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import Role
from zhiyin.domain.orders import operations as order_writes
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import (
    MOST_LINES,
    CodeTrier,
    Delivery,
    OrderState,
    RefundCard,
    StraySettlement,
)
from zhiyin.flows import purchase
from zhiyin.interfaces.api.access import ApiRequest, in_brand, opening_its_own
from zhiyin.interfaces.api.buying_side import order_json
from zhiyin.interfaces.api.goods_named import Pieces, clerk_named, codes_of_skus, store_named
from zhiyin.interfaces.api.once import Once, needs_key, once
from zhiyin.interfaces.api.shapes import (
    Code,
    In,
    Listed,
    PageQuery,
    Reason,
    answers,
    chars,
    listed,
    plain,
)
from zhiyin.storage.tenancy import brand_tx

router = Router(tags=["orders"])
FEN_MAX = 100_000_000_000
LineKey = Annotated[str, Field(pattern=r"^[0-9a-f]{12,24}$")]


class OrderQuery(PageQuery):
    """`number` is the beginning of one; `since` and `until` are when it was placed."""

    number: Annotated[str, Field(pattern=r"^[0-9]{0,20}$")] = ""
    state: OrderState | None = None
    delivery: Delivery | None = None
    store_code: Code | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class RefundIn(In):
    """`pieces` by the key of a line; left out, all that is left goes back."""

    reason: Reason
    pieces: dict[LineKey, Pieces] | None = Field(None, min_length=1, max_length=MOST_LINES)
    with_freight: bool = True
    goods_are_back: bool = True


class FreightIn(In):
    """What a parcel costs; nothing from `free_from_fen` of goods on, if set."""

    flat_fen: int = Field(ge=0, le=FEN_MAX, strict=True)
    free_from_fen: Annotated[int, Field(ge=0, le=FEN_MAX, strict=True)] | None = None


class CodeIn(In):
    """`by` is the user name of who stands at the counter of this store."""

    code: chars(40, least=1)  # type: ignore[valid-type]
    store_code: Code
    by: Code


class SettlementIn(In):
    """What becomes of money that fits no order, and why."""

    settlement: StraySettlement
    reason: Reason


class UndoIn(In):
    """`by` is the user name of who stands at the counter of the order's store."""

    reason: Reason
    by: Code


@router.get("/orders", response=answers(Listed))
@in_brand
def list_orders(request: ApiRequest, query: Query[OrderQuery]) -> Any:
    """Orders, newest first. Who bought them is not said."""
    store = query.store_code
    page = orders.orders_of_store(
        brand_id=request.brand.id,
        store_ids=None if store is None else [store_named(request, store)],
        states=[query.state] if query.state else [],
        delivery=query.delivery,
        number=query.number,
        since=query.since,
        until=query.until,
        offset=query.offset,
        limit=query.limit,
    )
    products = [line.product_id for one in page.orders for line in one.lines]
    codes = codes_of_skus(request, products)
    return {"items": [order_json(one, codes) for one in page.orders], "total": page.total}


@router.get("/orders/{order_id}", response=answers(dict))
@in_brand
def get_order(request: ApiRequest, order_id: UUID) -> Any:
    """One order with its price explained, its payment, its refunds and its history."""
    brand_id = request.brand.id
    card = orders.order(brand_id=brand_id, order_id=order_id)
    payment = orders.payment_of(brand_id=brand_id, order_id=order_id)
    slot = orders.slots_of(brand_id=brand_id, order_ids=[order_id]).get(order_id)
    staff = {one.user_id: one.user_name for one in brands.staff_ever(brand_id=brand_id)}
    return order_json(card, codes_of_skus(request, [one.product_id for one in card.lines])) | {
        "explained": card.explained,
        "pickup_slot": slot and {"starts_at": slot.starts_at, "ends_at": slot.ends_at},
        "payment": {
            "payment_no": payment.payment_no,
            "provider": payment.provider,
            "state": payment.state.value,
            "amount_fen": payment.amount_fen,
            "refunded_fen": payment.refunded_fen,
            "transaction_id": payment.transaction_id,
        },
        "refunds": [
            refund_json(one) for one in orders.refunds_of(brand_id=brand_id, order_id=order_id)
        ],
        "history": [
            {
                "move": step.move.value,
                "state": step.state.value,
                "at": step.at,
                "by": staff.get(step.user_id) if step.user_id else None,
                "by_buyer": step.member_id is not None,
                "reason": step.reason,
            }
            for step in orders.steps(brand_id=brand_id, order_id=order_id)
        ],
    }


@router.post("/orders/{order_id}/cancel", response=answers(dict))
@in_brand
@once
def cancel_order(request: ApiRequest, order_id: UUID) -> Any:
    """Cancel an order that was not paid, for its buyer; its pieces are for sale again."""
    card = orders.order(brand_id=request.brand.id, order_id=order_id)
    purchase.cancel_order(
        brand_id=request.brand.id,
        order_id=order_id,
        member_id=card.member_id,
        now=request.now,
    )
    return {"id": order_id, "state": OrderState.CLOSED.value}


@router.post("/orders/{order_id}/refunds", response=answers(dict))
@in_brand
@once
def give_back(request: ApiRequest, order_id: UUID, said: RefundIn) -> Any:
    """Promise money back for some pieces of a paid order, or for all that is left.

    The provider is asked at once. 403: more than the key's role may give back of one order.
    """
    keyed = Once.needed(request)
    refund = purchase.give_back_within(
        brand_id=request.brand.id,
        order_id=order_id,
        key=keyed.cause.hex,
        roles=[Role(request.auth.value)],
        reason=said.reason,
        pieces=said.pieces,
        with_freight=said.with_freight,
        goods_are_back=said.goods_are_back,
        now=request.now,
    )
    return refund_json(refund)


@router.get("/refunds/stuck", response=answers(Listed))
@in_brand
def list_stuck_refunds(request: ApiRequest) -> Any:
    """Refunds that a person has to look at, the oldest first. At most 100."""
    brand_id = request.brand.id
    found = orders.stuck_refunds(brand_id=brand_id)
    why = orders.why_stuck(brand_id=brand_id, refund_ids=[one.id for one in found])
    rows = [refund_json(one) | {"why_stuck": why.get(one.id, "")} for one in found]
    return {"items": rows, "total": len(rows)}


@router.post("/refunds/{refund_id}/retry", response=answers(dict))
@in_brand
@once
def retry_refund(request: ApiRequest, refund_id: UUID) -> Any:
    """Ask for a stuck refund again, under the same number. 409: it is not stuck."""
    order_writes.retry_refund(brand_id=request.brand.id, refund_id=refund_id, now=request.now)
    return refund_json(orders.refund(brand_id=request.brand.id, refund_id=refund_id))


@router.get("/stray-receipts", response=answers(Listed))
@in_brand
def list_stray_receipts(request: ApiRequest) -> Any:
    """Money that fits no order, the newest first. At most 100."""
    found = orders.stray_receipts(brand_id=request.brand.id)
    return listed(found, len(found))


@router.post("/stray-receipts/{stray_id}/settlement", response=answers(dict))
@in_brand
@once
def settle_stray_receipt(request: ApiRequest, stray_id: UUID, said: SettlementIn) -> Any:
    """Give money that fits no order back, or keep it and say why; once. 409: it was decided."""
    return plain(
        purchase.settle_stray(
            brand_id=request.brand.id,
            stray_id=stray_id,
            settlement=said.settlement,
            reason=said.reason,
            now=request.now,
        )
    )


@router.post("/stray-receipts/{stray_id}/retry", response=answers(dict))
@in_brand
@once
def retry_stray_receipt(request: ApiRequest, stray_id: UUID) -> Any:
    """Ask for its stuck refund again, under the same number. 409: it is not stuck."""
    return plain(
        purchase.retry_stray(brand_id=request.brand.id, stray_id=stray_id, now=request.now)
    )


@router.post("/pickups/preview", response=answers(dict))
@opening_its_own
def preview_pickup(request: ApiRequest, said: CodeIn) -> Any:
    """What a code stands for, before anything is handed over. 429: too many wrong ones."""
    store_id, _user_id = _counter(request, said)
    found = purchase.preview_pickup(
        brand_id=request.brand.id,
        code=said.code,
        store_id=store_id,
        by=CodeTrier(key_id=request.key_id),
        now=request.now,
    )
    with brand_tx(request.brand.id):
        codes = codes_of_skus(request, [one.product_id for one in found.order.lines])
    return order_json(found.order, codes) | {"collected_at": found.pickup.collected_at}


@router.post("/pickups/collect", response=answers(dict))
@opening_its_own
@needs_key
def collect_pickup(request: ApiRequest, said: CodeIn) -> Any:
    """Hand over what a code stands for, once. 409: it was; details say when and by whom."""
    keyed = Once.needed(request)
    store_id, user_id = _counter(request, said)
    pickup = purchase.find_pickup(
        brand_id=request.brand.id,
        code=said.code,
        by=CodeTrier(key_id=request.key_id),
        now=request.now,
    )

    def hand_over() -> dict[str, Any]:
        order = purchase.hand_over(
            brand_id=request.brand.id,
            pickup=pickup,
            store_id=store_id,
            user_id=user_id,
            now=request.now,
        )
        return order_json(order, codes_of_skus(request, [one.product_id for one in order.lines]))

    with brand_tx(request.brand.id):
        return keyed.run(hand_over)


@router.post("/orders/{order_id}/pickup/undo", response=answers(dict))
@in_brand
@once
def undo_pickup(request: ApiRequest, order_id: UUID, said: UndoIn) -> Any:
    """Take back a hand-over that was a mistake, within half an hour; the code works again."""
    card = orders.order(brand_id=request.brand.id, order_id=order_id)
    purchase.undo_hand_over(
        brand_id=request.brand.id,
        order_id=order_id,
        user_id=clerk_named(request, said.by, card.store_id),
        reason=said.reason,
        now=request.now,
    )
    return {"id": order_id, "state": OrderState.PAID.value}


@router.get("/freight", response=answers(dict))
@in_brand
def get_freight(request: ApiRequest) -> Any:
    """What a parcel costs now."""
    return plain(orders.freight_terms(brand_id=request.brand.id))


@router.put("/freight", response=answers(dict))
@in_brand
def put_freight(request: ApiRequest, said: FreightIn) -> Any:
    """What a parcel costs from now on; orders that were placed keep theirs."""
    order_writes.set_freight(
        brand_id=request.brand.id, flat_fen=said.flat_fen, free_from_fen=said.free_from_fen
    )
    return plain(orders.freight_terms(brand_id=request.brand.id))


def refund_json(card: RefundCard) -> dict[str, Any]:
    """A refund; `refund_no` is its number at the provider."""
    return plain(card) | {"refund_no": card.refund_no, "state": card.state.value}


def _counter(request: ApiRequest, said: CodeIn) -> tuple[UUID, int]:
    """The store, and who stands at its counter."""
    with brand_tx(request.brand.id):
        store_id = store_named(request, said.store_code)
        return store_id, clerk_named(request, said.by, store_id)
