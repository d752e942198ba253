"""A member's address book: sealed, twenty at most, one of them the default."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from zhiyin.domain.orders.care import (
    MOST_ADDRESSES,
    AddressBookFull,
    AddressFacts,
    AddressNotFound,
)
from zhiyin.domain.orders.care_rules import checked_address
from zhiyin.domain.orders.models import Address
from zhiyin.kit.ids import uuid7
from zhiyin.storage.fields import seal_json
from zhiyin.storage.sql import many, one

ADD = """
    INSERT INTO orders_address (id, brand_id, member_id, place, facts_sealed, is_default, saved_at)
    SELECT %(id)s, %(brand_id)s, %(member_id)s, free.place, %(facts)s,
           NOT EXISTS (SELECT 1 FROM orders_address
                       WHERE brand_id = %(brand_id)s AND member_id = %(member_id)s), %(now)s
    FROM generate_series(1, %(most)s) AS free (place)
    WHERE NOT EXISTS (SELECT 1 FROM orders_address taken
                      WHERE taken.brand_id = %(brand_id)s AND taken.member_id = %(member_id)s
                        AND taken.place = free.place)
    ORDER BY free.place LIMIT 1
    RETURNING id
"""
"""Places are 1 to 20 and each is taken once, so that no two requests make a 21st."""
LOCK_BOOK = """
    SELECT id FROM orders_address WHERE brand_id = %(brand_id)s AND member_id = %(member_id)s
    ORDER BY id FOR NO KEY UPDATE
"""
LOCK_MEMBER = """
    SELECT pg_advisory_xact_lock(hashtextextended('orders_address:' || %(member_id)s::text, 0))
"""
"""Two requests of hers at once take turns; a first address has no row yet to lock."""


def add_address(
    *,
    brand_id: UUID,
    member_id: UUID,
    facts: AddressFacts,
    now: datetime,
    is_default: bool = False,
) -> UUID:
    """Put an address into her book; the first is the default. Returns its id.

    Raises AddressRefused, AddressBookFull.
    """
    checked, row_id = checked_address(facts), uuid7()
    one(LOCK_MEMBER, member_id=member_id)
    added = one(
        ADD,
        id=row_id,
        brand_id=brand_id,
        member_id=member_id,
        facts=_sealed(brand_id, row_id, checked),
        most=MOST_ADDRESSES,
        now=now,
    )
    if added is None:
        raise AddressBookFull(most=MOST_ADDRESSES)
    if is_default:
        make_default(brand_id=brand_id, member_id=member_id, address_id=row_id)
    return row_id


def change_address(
    *, brand_id: UUID, member_id: UUID, address_id: UUID, facts: AddressFacts, now: datetime
) -> None:
    """Correct an address. Orders that were placed keep theirs.

    Raises AddressRefused, AddressNotFound.
    """
    sealed = _sealed(brand_id, address_id, checked_address(facts))
    if not Address.objects.filter(brand_id=brand_id, member_id=member_id, id=address_id).update(
        facts_sealed=sealed, saved_at=now
    ):
        raise AddressNotFound(address_id=address_id)


def make_default(*, brand_id: UUID, member_id: UUID, address_id: UUID) -> None:
    """Offer this address first from now on. Raises AddressNotFound."""
    ids = [row[0] for row in many(LOCK_BOOK, brand_id=brand_id, member_id=member_id)]
    if address_id not in ids:
        raise AddressNotFound(address_id=address_id)
    hers = Address.objects.filter(brand_id=brand_id, member_id=member_id)
    hers.filter(is_default=True).exclude(id=address_id).update(is_default=False)
    hers.filter(id=address_id).update(is_default=True)


def remove_address(*, brand_id: UUID, member_id: UUID, address_id: UUID) -> None:
    """Take an address out; if it was the default, the one saved last becomes it.

    Raises AddressNotFound.
    """
    many(LOCK_BOOK, brand_id=brand_id, member_id=member_id)
    hers = Address.objects.filter(brand_id=brand_id, member_id=member_id)
    row = hers.filter(id=address_id).first()
    if row is None:
        raise AddressNotFound(address_id=address_id)
    row.delete()
    last = hers.order_by("-saved_at", "-id").values_list("id", flat=True).first()
    if row.is_default and last is not None:
        hers.filter(id=last).update(is_default=True)


def forget_addresses(*, brand_id: UUID, member_id: UUID) -> int:
    """Her whole book goes. Returns how many addresses."""
    return Address.objects.filter(brand_id=brand_id, member_id=member_id).delete()[0]


def _sealed(brand_id: UUID, row_id: UUID, facts: AddressFacts) -> bytes:
    return seal_json(
        brand_id=brand_id,
        model=Address,
        field="facts_sealed",
        row_id=row_id,
        facts=asdict(facts),
    )
