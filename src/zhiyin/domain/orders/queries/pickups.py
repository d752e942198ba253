"""Pickup codes: shown to her, found by what a clerk typed or scanned."""

import re
from collections.abc import Sequence
from uuid import UUID

from zhiyin.domain.orders.models import Pickup
from zhiyin.domain.orders.types import PickupCard, PickupNotFound
from zhiyin.storage.fields import blind_index, unseal_text

COLUMNS = ("id", "order_id", "store_id", "collected_at", "collected_by_id")
_CODE = re.compile(r"[0-9]{12}")
_BETWEEN = re.compile(r"[\s-]")


def pickup_by_code(*, brand_id: UUID, code: str) -> PickupCard:
    """The pickup of a code, typed with or without spaces. One query. Raises PickupNotFound."""
    typed = _BETWEEN.sub("", code)
    if not _CODE.fullmatch(typed) or not typed.isascii():
        raise PickupNotFound()
    index = blind_index(brand_id=brand_id, model=Pickup, field="code_sealed", value=typed)
    row = Pickup.objects.filter(brand_id=brand_id, code_index=index).values_list(*COLUMNS).first()
    if row is None:
        raise PickupNotFound()
    return _card(row)


def pickups_of(*, brand_id: UUID, order_ids: Sequence[UUID]) -> dict[UUID, PickupCard]:
    """Order -> its pickup, of those that have one. One query."""
    rows = Pickup.objects.filter(brand_id=brand_id, order_id__in=list(order_ids))
    cards = (_card(row) for row in rows.order_by("id").values_list(*COLUMNS))
    return {card.order_id: card for card in cards}


def code_of(*, brand_id: UUID, order_id: UUID) -> str:
    """The code that collects an order, for herself alone. One query. Raises PickupNotFound."""
    row = (
        Pickup.objects.filter(brand_id=brand_id, order_id=order_id)
        .values_list("id", "code_sealed")
        .first()
    )
    if row is None:
        raise PickupNotFound()
    return unseal_text(
        brand_id=brand_id, model=Pickup, field="code_sealed", row_id=row[0], sealed=row[1]
    )


def _card(row: tuple[object, ...]) -> PickupCard:
    return PickupCard(
        **dict(
            zip(("id", "order_id", "store_id", "collected_at", "collected_by"), row, strict=True)
        )
    )  # type: ignore[arg-type]
