"""What somebody means to buy."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.orders.models import CartItem, Order
from zhiyin.domain.orders.rules import check_quantity
from zhiyin.domain.orders.types import MOST_LINES, MOST_PIECES, Buyer, CartFull, CartItemNotFound
from zhiyin.domain.orders.types import CartItem as Item
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import one, run

PUT = """
    INSERT INTO orders_cartitem
        (id, brand_id, member_id, guest_key, sku_id, look_id, koc_id, quantity, added_at)
    SELECT %(id)s, %(brand_id)s, %(member_id)s, %(guest_key)s, %(sku_id)s, %(look_id)s, %(koc_id)s,
           %(quantity)s, %(now)s
    WHERE (SELECT count(*) FROM orders_cartitem
           WHERE brand_id = %(brand_id)s AND member_id IS NOT DISTINCT FROM %(member_id)s
             AND guest_key IS NOT DISTINCT FROM %(guest_key)s
             AND NOT (sku_id = %(sku_id)s AND look_id IS NOT DISTINCT FROM %(look_id)s)) < %(most)s
    ON CONFLICT (brand_id, member_id, guest_key, sku_id, look_id) DO UPDATE
    SET quantity = orders_cartitem.quantity + EXCLUDED.quantity
    WHERE orders_cartitem.quantity + EXCLUDED.quantity <= %(most_pieces)s
    RETURNING id
"""
ADOPT = """
    WITH guests AS (
        DELETE FROM orders_cartitem
        WHERE brand_id = %(brand_id)s AND guest_key = %(guest_key)s AND member_id IS NULL
        RETURNING sku_id, look_id, koc_id, quantity, added_at
    )
    INSERT INTO orders_cartitem
        (id, brand_id, member_id, sku_id, look_id, koc_id, quantity, added_at)
    SELECT gen_random_uuid(), %(brand_id)s, %(member_id)s, sku_id, look_id, koc_id, quantity,
           added_at
    FROM guests
    ON CONFLICT (brand_id, member_id, guest_key, sku_id, look_id) DO UPDATE
    SET quantity = least(orders_cartitem.quantity + EXCLUDED.quantity, %(most_pieces)s)
"""
FORGET_GUESTS = """
    DELETE FROM orders_cartitem WHERE brand_id = %(brand_id)s AND id IN (
        SELECT id FROM orders_cartitem
        WHERE brand_id = %(brand_id)s AND member_id IS NULL AND added_at < %(before)s
        ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
"""


def put_in_cart(
    *,
    brand_id: UUID,
    buyer: Buyer,
    sku_id: UUID,
    quantity: int,
    now: datetime,
    look_id: UUID | None = None,
    koc_id: UUID | None = None,
) -> UUID:
    """Add pieces of a SKU to a cart; what lies there already grows. Returns the item's id.

    One statement. Raises OrderEmpty (not 1 to 99 pieces), CartFull.
    """
    check_quantity(quantity, MOST_PIECES)
    row = one(
        PUT,
        id=uuid7(),
        brand_id=brand_id,
        member_id=buyer.member_id,
        guest_key=buyer.guest_key,
        sku_id=sku_id,
        look_id=look_id,
        koc_id=koc_id,
        quantity=quantity,
        now=now,
        most=MOST_LINES,
        most_pieces=MOST_PIECES,
    )
    if row is None:
        raise CartFull(most_lines=MOST_LINES, most_pieces=MOST_PIECES)
    return UUID(str(row[0]))


def change_item(
    *,
    brand_id: UUID,
    buyer: Buyer,
    item_id: UUID,
    quantity: int,
    now: datetime,
    sku_id: UUID | None = None,
) -> UUID:
    """So many pieces from now on, and perhaps of another size or colour. Returns the item's id.

    If the cart holds the other SKU of the same look already, the two become one.
    Raises OrderEmpty, CartItemNotFound, CartFull.
    """
    check_quantity(quantity, MOST_PIECES)
    item = _hers(brand_id, buyer).select_for_update().filter(id=item_id).first()
    if item is None:
        raise CartItemNotFound(item_id=item_id)
    if sku_id in (None, item.sku_id):
        _hers(brand_id, buyer).filter(id=item_id).update(quantity=quantity)
        return item_id
    item.delete()
    return put_in_cart(
        brand_id=brand_id,
        buyer=buyer,
        sku_id=sku_id or item.sku_id,
        quantity=quantity,
        now=now,
        look_id=item.look_id,
        koc_id=item.koc_id,
    )


def take_out(*, brand_id: UUID, buyer: Buyer, item_id: UUID) -> Item:
    """Take an item out. Returns what it was, so that it can be put back.

    Raises CartItemNotFound.
    """
    item = _hers(brand_id, buyer).select_for_update().filter(id=item_id).first()
    if item is None:
        raise CartItemNotFound(item_id=item_id)
    was = Item(
        id=item.id,
        sku_id=item.sku_id,
        quantity=item.quantity,
        look_id=item.look_id,
        koc_id=item.koc_id,
        added_at=item.added_at,
    )
    item.delete()
    return was


def restore_item(*, brand_id: UUID, buyer: Buyer, was: Item) -> UUID:
    """Put back what was taken out. Raises CartFull."""
    return put_in_cart(
        brand_id=brand_id,
        buyer=buyer,
        sku_id=was.sku_id,
        quantity=was.quantity,
        now=was.added_at,
        look_id=was.look_id,
        koc_id=was.koc_id,
    )


def empty_cart(*, brand_id: UUID, member_id: UUID, item_ids: list[UUID]) -> int:
    """Take out what was ordered. Returns how many items; none is an empty statement saved."""
    if not item_ids:
        return 0
    gone, _ = CartItem.objects.filter(
        brand_id=brand_id, member_id=member_id, id__in=item_ids
    ).delete()
    return gone


def adopt_cart(*, brand_id: UUID, guest_key: UUID, member_id: UUID) -> int:
    """What a guest put in her cart is the member's once she has signed in. One statement."""
    return run(
        ADOPT,
        brand_id=brand_id,
        guest_key=guest_key,
        member_id=member_id,
        most_pieces=MOST_PIECES,
    )


def forget_guest_carts(*, brand_id: UUID, before: datetime, limit: int) -> int:
    """Delete what guests put in a cart before a moment. Returns how many items. One statement."""
    return run(FORGET_GUESTS, brand_id=brand_id, before=before, limit=limit)


def forget_member(*, brand_id: UUID, member_id: UUID) -> None:
    """A member was deleted: her cart goes, and so do the addresses of her orders.

    The orders stay, under a member who is nobody, as the law asks. Safe to repeat.
    """
    CartItem.objects.filter(brand_id=brand_id, member_id=member_id).delete()
    Order.objects.filter(
        brand_id=brand_id, member_id=member_id, address_sealed__isnull=False
    ).update(address_sealed=None)


def _hers(brand_id: UUID, buyer: Buyer):  # type: ignore[no-untyped-def]
    return CartItem.objects.filter(
        brand_id=brand_id, member_id=buyer.member_id, guest_key=buyer.guest_key
    )
