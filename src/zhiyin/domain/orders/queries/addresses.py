"""A member's address book, opened: personal, for herself."""

from uuid import UUID

from zhiyin.domain.orders.care import MOST_ADDRESSES, AddressCard, AddressFacts, AddressNotFound
from zhiyin.domain.orders.models import Address
from zhiyin.storage.fields import unseal_json


def addresses_of(*, brand_id: UUID, member_id: UUID) -> tuple[AddressCard, ...]:
    """Her addresses: the default, then the one saved last. One query."""
    rows = Address.objects.filter(brand_id=brand_id, member_id=member_id)
    return tuple(
        _card(row) for row in rows.order_by("-is_default", "-saved_at", "-id")[:MOST_ADDRESSES]
    )


def address(*, brand_id: UUID, member_id: UUID, address_id: UUID) -> AddressCard:
    """One of her addresses. One query. Raises AddressNotFound."""
    row = Address.objects.filter(brand_id=brand_id, member_id=member_id, id=address_id).first()
    if row is None:
        raise AddressNotFound(address_id=address_id)
    return _card(row)


def _card(row: Address) -> AddressCard:
    facts = unseal_json(
        brand_id=row.brand_id,
        model=Address,
        field="facts_sealed",
        row_id=row.id,
        sealed=row.facts_sealed,
    )
    return AddressCard(id=row.id, facts=AddressFacts(**facts), is_default=row.is_default)
