"""The two ways of keeping stock: one counter, or one row per piece for what everybody wants now."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from zhiyin.domain.catalog.models import LIVE, Stock, StockHold
from zhiyin.domain.catalog.operations.shelf import add_units, drop_units, locked
from zhiyin.domain.catalog.rules import UNITS_MAX
from zhiyin.domain.catalog.types import StockCount, StockNotFound, TooManyUnits


def keep_by_unit(*, brand_id: UUID, sku_id: UUID, store_id: UUID, now: datetime) -> bool:
    """Give every piece of a SKU in a store a row of its own. False if it has them already.

    Buyers then take different rows and do not wait for each other. Holds go on: each takes as many
    rows as it holds pieces. Waits for whoever is holding a piece of it at this moment.
    Raises StockNotFound, TooManyUnits.
    """
    count = _locked(brand_id, sku_id, store_id)
    if count.by_unit:
        return False
    if count.on_hand > UNITS_MAX:
        raise TooManyUnits(sku_id=sku_id, store_id=store_id, most=UNITS_MAX)
    holds = (
        StockHold.objects.filter(
            brand_id=brand_id, sku_id=sku_id, store_id=store_id, state__in=LIVE
        )
        .order_by("id")
        .annotate(pieces=F("quantity") - F("handed_over") - F("released"))
        .values_list("id", "pieces")
    )
    pieces = [(sku_id, store_id, hold_id, held) for hold_id, held in holds]
    add_units(
        brand_id=brand_id,
        pieces=[*pieces, (sku_id, store_id, None, count.for_sale)],
    )
    Stock.objects.filter(brand_id=brand_id, sku_id=sku_id, store_id=store_id).update(
        held=0, by_unit_since=now
    )
    return True


def keep_by_count(*, brand_id: UUID, sku_id: UUID, store_id: UUID) -> bool:
    """Go back to one counter for a SKU in a store. False if it has one already.

    Holds go on. Waits for whoever is taking one of its rows at this moment. Raises StockNotFound.
    """
    count = _locked(brand_id, sku_id, store_id)
    if not count.by_unit:
        return False
    held = drop_units(brand_id=brand_id, sku_id=sku_id, store_id=store_id)
    Stock.objects.filter(brand_id=brand_id, sku_id=sku_id, store_id=store_id).update(
        held=held, by_unit_since=None
    )
    return True


def _locked(brand_id: UUID, sku_id: UUID, store_id: UUID) -> StockCount:
    found = locked(brand_id=brand_id, places=[(sku_id, store_id)])
    if (sku_id, store_id) not in found:
        raise StockNotFound(sku_id=sku_id, store_id=store_id)
    return found[sku_id, store_id]
