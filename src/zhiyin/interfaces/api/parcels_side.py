"""Parcels of orders: what waits to be sent, sending a part or all, received by her."""

from typing import Any
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.care import TRACKING_CHARS_MAX, Carrier
from zhiyin.domain.orders.types import MOST_LINES
from zhiyin.flows.purchase import parcels
from zhiyin.interfaces.api.access import ApiRequest, in_brand
from zhiyin.interfaces.api.buying_side import order_json
from zhiyin.interfaces.api.goods_named import Pieces, codes_of_skus, store_named
from zhiyin.interfaces.api.once import once
from zhiyin.interfaces.api.opening import member_named
from zhiyin.interfaces.api.orders_side import LineKey
from zhiyin.interfaces.api.shapes import Code, In, Listed, PageQuery, answers, chars, listed, plain

router = Router(tags=["after-sales"])


class ToSendQuery(PageQuery):
    store_code: Code | None = None


class ParcelIn(In):
    """`pieces` by the key of a line; left out, all that may be sent goes."""

    carrier: Carrier
    tracking_no: chars(TRACKING_CHARS_MAX, least=1)  # type: ignore[valid-type]
    pieces: dict[LineKey, Pieces] | None = Field(None, min_length=1, max_length=MOST_LINES)


@router.get("/parcels/to-send", response=answers(Listed))
@in_brand
def list_parcels_to_send(request: ApiRequest, query: Query[ToSendQuery]) -> Any:
    """Paid orders of which pieces wait to leave in a parcel, the longest paid first."""
    store = query.store_code
    page = orders.to_be_sent(
        brand_id=request.brand.id,
        store_ids=None if store is None else [store_named(request, store)],
        offset=query.offset,
        limit=query.limit,
    )
    codes = codes_of_skus(request, [line.product_id for one in page.orders for line in one.lines])
    return {"items": [order_json(one, codes) for one in page.orders], "total": page.total}


@router.get("/orders/{order_id}/parcels", response=answers(Listed))
@in_brand
def list_parcels(request: ApiRequest, order_id: UUID) -> Any:
    """The parcels of an order, the first sent first, each with its number and its pieces."""
    orders.order(brand_id=request.brand.id, order_id=order_id)
    found = orders.parcels_of(brand_id=request.brand.id, order_id=order_id)
    return listed(found, len(found))


@router.post("/orders/{order_id}/parcels", response=answers(dict))
@in_brand
@once
def send_parcel(request: ApiRequest, order_id: UUID, said: ParcelIn) -> Any:
    """Send some pieces of a paid order. The same number with the same pieces is one parcel.

    409: they were sent, given back, or stand in an open case.
    """
    return plain(
        parcels.send(
            brand_id=request.brand.id,
            order_id=order_id,
            carrier=said.carrier,
            tracking_no=said.tracking_no,
            pieces=said.pieces,
            now=request.now,
        )
    )


@router.post("/members/{external_id}/orders/{order_id}/receipt", response=answers(dict))
@in_brand
@once
def confirm_receipt(request: ApiRequest, external_id: Code, order_id: UUID) -> Any:
    """She has all of it. 409: not all of it was sent."""
    parcels.receive(
        brand_id=request.brand.id,
        order_id=order_id,
        member_id=member_named(request, external_id),
        now=request.now,
    )
    card = orders.order(brand_id=request.brand.id, order_id=order_id)
    return {"id": order_id, "state": card.state.value}
