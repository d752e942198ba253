"""What lies in a cart."""

from uuid import UUID

from django.db.models import Sum

from zhiyin.domain.orders.models import CartItem
from zhiyin.domain.orders.types import MOST_LINES, Buyer
from zhiyin.domain.orders.types import CartItem as Item


def cart(*, brand_id: UUID, buyer: Buyer) -> tuple[Item, ...]:
    """What somebody put in her cart, parts of a look together, the earliest first. One query."""
    rows = (
        CartItem.objects.filter(
            brand_id=brand_id, member_id=buyer.member_id, guest_key=buyer.guest_key
        )
        .order_by("added_at", "id")
        .values_list("id", "sku_id", "quantity", "look_id", "koc_id", "added_at")[:MOST_LINES]
    )
    items = [
        Item(id=item, sku_id=sku, quantity=quantity, look_id=look, koc_id=koc, added_at=at)
        for item, sku, quantity, look, koc, at in rows
    ]
    first: dict[UUID, int] = {}
    for n, item in enumerate(items):
        first.setdefault(item.look_id or item.id, n)
    return tuple(sorted(items, key=lambda item: first[item.look_id or item.id]))


def cart_size(*, brand_id: UUID, buyer: Buyer) -> int:
    """How many pieces lie in a cart. One query."""
    pieces = CartItem.objects.filter(
        brand_id=brand_id, member_id=buyer.member_id, guest_key=buyer.guest_key
    ).aggregate(pieces=Sum("quantity"))["pieces"]
    return pieces or 0
