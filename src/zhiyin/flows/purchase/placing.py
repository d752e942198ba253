"""Placing an order: price it, hold its pieces, write it down; all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.catalog import operations as stock
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import HoldLine, SoldOut
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import Delivery, LineFacts, OrderFacts, Placed
from zhiyin.domain.promotions import operations as promotions
from zhiyin.domain.promotions import queries as offers
from zhiyin.domain.promotions.types import PromotionKind
from zhiyin.flows.purchase.quoting import (
    ALONE,
    Asking,
    Basket,
    PriceChanged,
    Quoted,
    Wanted,
    merge,
    quote,
)
from zhiyin.kit.errors import DomainError, Kind
from zhiyin.kit.ids import uuid7
from zhiyin.storage.tenancy import brand_tx

TO_PAY = timedelta(minutes=15)
"""So long are the pieces of an unpaid order held."""
GRACE = timedelta(minutes=5)
"""Held a little longer than she may pay: a payment made at the last moment is told to us late."""


class StoreNeeded(DomainError):
    """Say in which store you will collect it."""

    code: ClassVar[str] = "order_store_needed"
    kind: ClassVar[Kind] = Kind.INVALID


class AddressNeeded(DomainError):
    """A parcel needs a name, a phone and an address."""

    code: ClassVar[str] = "order_address_needed"
    kind: ClassVar[Kind] = Kind.INVALID


class NotInGroup(DomainError):
    """This cannot be bought in this group. `reasons` say why, by name."""

    code: ClassVar[str] = "order_not_in_group"
    kind: ClassVar[Kind] = Kind.CONFLICT


GROUP_RULE = f"{PromotionKind.GROUP_BUY.value}:"


def place(
    *,
    brand_id: UUID,
    member_id: UUID,
    request_key: UUID,
    basket: Basket,
    provider: str,
    now: datetime,
    merchant_id: str = "",
    expected_fen: int | None = None,
    address: Mapping[str, str] | None = None,
    cart_item_ids: Sequence[UUID] = (),
    asking: Asking = ALONE,
    slot_at: datetime | None = None,
) -> Placed:
    """Order a basket: its pieces are held for fifteen minutes, in which she may pay.

    `request_key` is made by whoever asks, once for what she means to buy: sent again, it answers
    with the same order. `expected_fen` is the sum she saw: a different one is refused. `slot_at`:
    when she means to collect it, a time that its store offers. `provider` and `merchant_id` name
    the account that she is to pay into, whatever comes after.
    One transaction. Raises OrderEmpty, NotForSale, PriceChanged, NothingToPay, StoreNeeded,
    AddressNeeded, SoldOut (also where the store is closed), SlotGone, SlotFull, RequestReused.
    """
    with brand_tx(brand_id):
        return place_order(
            brand_id=brand_id,
            member_id=member_id,
            request_key=request_key,
            basket=basket,
            provider=provider,
            merchant_id=merchant_id,
            now=now,
            expected_fen=expected_fen,
            address=address,
            cart_item_ids=cart_item_ids,
            asking=asking,
            slot_at=slot_at,
        )


def place_order(
    *,
    brand_id: UUID,
    member_id: UUID,
    request_key: UUID,
    basket: Basket,
    provider: str,
    now: datetime,
    merchant_id: str = "",
    expected_fen: int | None = None,
    address: Mapping[str, str] | None = None,
    cart_item_ids: Sequence[UUID] = (),
    asking: Asking = ALONE,
    slot_at: datetime | None = None,
) -> Placed:
    """`place` inside the caller's transaction."""
    order_id = order_id_of(member_id=member_id, request_key=request_key)
    try:
        basket, quoted, store_id = _offered(
            brand_id, member_id, basket, asking, address, expected_fen, now
        )
    except (SoldOut, PriceChanged, NotInGroup):
        before = ordered.placed(brand_id=brand_id, order_id=order_id)
        if before is None:
            raise
        return before  # it is her own order that took the last piece, coupon or seat
    pay_by = now + TO_PAY
    group_id = _seat(brand_id, order_id, member_id, asking, now)
    stock.hold(
        brand_id=brand_id,
        lines=[
            HoldLine(sku_id=sku, store_id=store_id, quantity=pieces)
            for sku, pieces in basket.pieces.items()
        ],
        cause=cause_of(order_id),
        until=pay_by + GRACE,
        now=now,
    )
    promotions.use(
        brand_id=brand_id,
        order_id=order_id,
        member_id=member_id,
        rules=[applied.rule for applied in quoted.quote.applied],
        pieces=offers.pieces_used(quoted.quote),
        now=now,
    )
    placed = orders.place(
        brand_id=brand_id,
        facts=OrderFacts(
            order_id=order_id,
            payment_id=uuid7(),
            member_id=member_id,
            store_id=store_id,
            delivery=basket.delivery,
            quote=quoted.quote,
            lines=_lines(basket, quoted),
            provider=provider,
            merchant_id=merchant_id,
            pay_by=pay_by,
            group_id=group_id,
            address=address or {},
        ),
        now=now,
    )
    if placed.is_new and slot_at is not None and basket.delivery is Delivery.PICKUP:
        orders.take_slot(
            brand_id=brand_id,
            order_id=order_id,
            store_id=store_id,
            starts_at=slot_at,
            zone=ZoneInfo(brands.brand_by_id(brand_id=brand_id).time_zone),
            now=now,
        )
    orders.empty_cart(brand_id=brand_id, member_id=member_id, item_ids=list(cart_item_ids))
    return placed


def _offered(
    brand_id: UUID,
    member_id: UUID,
    basket: Basket,
    asking: Asking,
    address: Mapping[str, str] | None,
    expected_fen: int | None,
    now: datetime,
) -> tuple[Basket, Quoted, UUID]:
    """What she may order as of now, at which price, and from which store.

    Raises PriceChanged, SoldOut, NotInGroup, and what `quote` raises.
    """
    basket = _from_store(brand_id, basket, address)
    quoted = quote(brand_id=brand_id, member_id=member_id, basket=basket, asking=asking, now=now)
    if asking.in_group:
        _check_in_group(quoted)
    if expected_fen not in (None, quoted.quote.payable_fen):
        raise PriceChanged(payable_fen=quoted.quote.payable_fen, expected_fen=expected_fen)
    return basket, quoted, _all_there(basket, quoted)


def _check_in_group(quoted: Quoted) -> None:
    """Raises NotInGroup, with the reasons, where no group's price was given."""
    if not any(applied.rule.startswith(GROUP_RULE) for applied in quoted.quote.applied):
        refused = (one for one in quoted.quote.refused if one.rule.startswith(GROUP_RULE))
        raise NotInGroup(reasons=[str(one.reason) for one in refused])


def _seat(
    brand_id: UUID, order_id: UUID, member_id: UUID, asking: Asking, now: datetime
) -> UUID | None:
    """Take her seat, if she buys in a group: the group is locked before any stock is.

    Everybody locks in this order: order, group, stock, what promotions count.
    """
    who = {"brand_id": brand_id, "member_id": member_id, "order_id": order_id, "now": now}
    if asking.group_id is not None:
        return promotions.take_seat(group_id=asking.group_id, **who).group_id
    if asking.group_buy_id is not None:
        return promotions.open_group(group_buy_id=asking.group_buy_id, **who).group_id
    return None


def order_id_of(*, member_id: UUID, request_key: UUID) -> UUID:
    """The order that a request of hers places, or has placed."""
    return uuid5(member_id, request_key.hex)


def cause_of(order_id: UUID) -> str:
    """By what name an order's pieces are held."""
    return f"order:{order_id}"


def _from_store(brand_id: UUID, basket: Basket, address: Mapping[str, str] | None) -> Basket:
    """The basket with the store it comes from: hers to choose, or the best stocked for a parcel."""
    merge(basket.wanted)
    if basket.delivery is Delivery.PICKUP:
        if basket.store_id is None:
            raise StoreNeeded()
        return basket
    if not address:
        raise AddressNeeded()
    found = catalog.stores_with(brand_id=brand_id, pieces=basket.pieces, limit=1)
    if not found:
        raise SoldOut(short=[])
    return replace(basket, store_id=found[0])


def _all_there(basket: Basket, quoted: Quoted) -> UUID:
    """The store, once it is open and has all of it: nobody waits for a lock to hear "sold out"."""
    assert basket.store_id is not None
    short = [
        {"sku_id": str(sku), "store_id": str(basket.store_id), "left": quoted.goods[sku].for_sale}
        for sku, pieces in basket.pieces.items()
        if quoted.goods[sku].for_sale < pieces
    ]
    if short:
        raise SoldOut(short=short)
    return basket.store_id


def _lines(basket: Basket, quoted: Quoted) -> tuple[LineFacts, ...]:
    return tuple(_facts(one, quoted) for one in merge(basket.wanted))


def _facts(one: Wanted, quoted: Quoted) -> LineFacts:
    goods = quoted.goods[one.sku_id]
    return LineFacts(
        key=one.key,
        sku_id=one.sku_id,
        product_id=goods.product_id,
        look_id=one.look_id,
        koc_id=one.koc_id,
        name_zh=goods.name_zh,
        name_en=goods.name_en,
        color=goods.color,
        size_label=goods.size_label,
    )
