"""Two members found to be one person: what she bought, means to buy, and where it is sent."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from zhiyin.domain.orders.care import MOST_ADDRESSES
from zhiyin.domain.orders.models import (
    Address,
    AfterSaleCase,
    CartItem,
    InvoiceRequest,
    Order,
    PastPurchase,
)
from zhiyin.domain.orders.types import MOST_LINES

ORDERS, PURCHASES, CART = "orders", "past_purchases", "cart"
ADDRESSES, DEFAULT_ADDRESS = "addresses", "default_address"
WITH_THEIR_ORDER = (AfterSaleCase, InvoiceRequest)


def move_buyer(*, brand_id: UUID, from_id: UUID, to_id: UUID) -> dict[str, list[UUID]]:
    """Let one member's purchases, cart and addresses be another's, for a merge.

    Of the cart and the address book goes what the other lacks and has room for. Cases and
    invoices follow their order. Returns what moved, by kind.
    """
    moved = {
        ORDERS: _ids(Order.objects.filter(brand_id=brand_id, member_id=from_id)),
        PURCHASES: _ids(PastPurchase.objects.filter(brand_id=brand_id, member_id=from_id)),
        CART: _to_carry(brand_id, from_id, to_id),
    }
    _give(brand_id, moved, to_id)
    return moved | _move_addresses(brand_id, from_id, to_id)


def move_buyer_back(
    *, brand_id: UUID, moved: Mapping[str, Sequence[str]], from_id: UUID, to_id: UUID
) -> None:
    """Undo `move_buyer`: exactly that, as far as it is there and still the survivor's."""
    ids = {kind: [UUID(one) for one in rows] for kind, rows in moved.items()}
    hers = {
        ORDERS: Order.objects.filter(brand_id=brand_id, member_id=from_id),
        PURCHASES: PastPurchase.objects.filter(brand_id=brand_id, member_id=from_id),
        CART: CartItem.objects.filter(brand_id=brand_id, member_id=from_id),
    }
    _give(
        brand_id,
        {kind: _ids(rows.filter(id__in=ids.get(kind, ()))) for kind, rows in hers.items()},
        to_id,
    )
    books = Address.objects.filter(brand_id=brand_id, member_id=from_id)
    back = _ids(books.filter(id__in=ids.get(ADDRESSES, ())))
    _put_in_book(brand_id, back, to_id, default=ids.get(DEFAULT_ADDRESS, ()))


def _give(brand_id: UUID, moved: Mapping[str, Sequence[UUID]], to_id: UUID) -> None:
    for kind, model in ((ORDERS, Order), (PURCHASES, PastPurchase), (CART, CartItem)):
        rows: QuerySet[Any] = model.objects.filter(brand_id=brand_id, id__in=moved[kind])
        rows.update(member_id=to_id)
    for model in WITH_THEIR_ORDER:
        hung: QuerySet[Any] = model.objects.filter(brand_id=brand_id, order_id__in=moved[ORDERS])
        hung.update(member_id=to_id)


def _to_carry(brand_id: UUID, from_id: UUID, to_id: UUID) -> list[UUID]:
    """Lines that the other's cart lacks and has room for, the longest there first."""
    theirs = CartItem.objects.filter(brand_id=brand_id, member_id=to_id)
    there = set(theirs.values_list("sku_id", "look_id"))
    hers = CartItem.objects.filter(brand_id=brand_id, member_id=from_id).order_by("added_at", "id")
    lacking = [
        row_id
        for row_id, sku_id, look_id in hers.values_list("id", "sku_id", "look_id")
        if (sku_id, look_id) not in there
    ]
    return lacking[: max(0, MOST_LINES - len(there))]


def _move_addresses(brand_id: UUID, from_id: UUID, to_id: UUID) -> dict[str, list[UUID]]:
    theirs = Address.objects.filter(brand_id=brand_id, member_id=to_id)
    room = MOST_ADDRESSES - theirs.count()
    hers = Address.objects.filter(brand_id=brand_id, member_id=from_id).order_by("place")
    moving = _ids(hers)[:room]
    was_default = _ids(hers.filter(id__in=moving, is_default=True))
    has_default = theirs.filter(is_default=True).exists()
    _put_in_book(brand_id, moving, to_id, default=() if has_default else was_default)
    return {ADDRESSES: moving, DEFAULT_ADDRESS: was_default}


def _put_in_book(
    brand_id: UUID, address_ids: Sequence[UUID], to_id: UUID, *, default: Iterable[UUID]
) -> None:
    """Each takes the next free place of the book; what finds none stays where it is."""
    book = Address.objects.filter(brand_id=brand_id, member_id=to_id)
    taken = set(book.values_list("place", flat=True))
    free = [place for place in range(1, MOST_ADDRESSES + 1) if place not in taken]
    first = set() if book.filter(is_default=True).exists() else set(default)
    for address_id, place in zip(address_ids, free, strict=False):
        Address.objects.filter(brand_id=brand_id, id=address_id).update(
            member_id=to_id, place=place, is_default=address_id in first
        )


def _ids(rows: QuerySet[Any]) -> list[UUID]:
    ordered = rows if rows.ordered else rows.order_by("id")
    return list(ordered.values_list("id", flat=True))
