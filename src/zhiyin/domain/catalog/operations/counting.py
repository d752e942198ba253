"""Saying how many pieces lie where: a file, a count, a correction. All of it is history."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.catalog.models import Sku, StockMove
from zhiyin.domain.catalog.operations.shelf import (
    Place,
    add_units,
    drop_free_units,
    locked,
    make_places,
)
from zhiyin.domain.catalog.rules import UNITS_MAX, checked_reason
from zhiyin.domain.catalog.types import (
    QuantityRefused,
    SkuNotFound,
    StockBelowHeld,
    StockChanged,
    StockCount,
    StockFacts,
    StockKeyReused,
    StockMoveKind,
    TooManyUnits,
)
from zhiyin.storage.sql import run

STATE = """
    UPDATE catalog_stock stock SET on_hand = stated.on_hand
    FROM unnest(%(sku_ids)s::uuid[], %(store_ids)s::uuid[], %(on_hand)s::int[])
         AS stated (sku_id, store_id, on_hand)
    WHERE stock.brand_id = %(brand_id)s
      AND stock.sku_id = stated.sku_id AND stock.store_id = stated.store_id
"""


def set_stock(
    *,
    brand_id: UUID,
    stock: Sequence[StockFacts],
    store_ids: Mapping[str, UUID],
    now: datetime,
) -> int:
    """Say how many pieces lie where; the last line of a place counts. Returns how many places.

    `store_ids` maps the store codes of `stock` to ids. Raises SkuNotFound, StockBelowHeld (what is
    held for orders lies there), TooManyUnits, and writes nothing.
    """
    ids = dict(
        Sku.objects.filter(
            brand_id=brand_id, code__in={line.sku_code for line in stock}
        ).values_list("code", "id")
    )
    for line in stock:
        if line.sku_code not in ids:
            raise SkuNotFound(code=line.sku_code)
    stated = {(ids[line.sku_code], store_ids[line.store_code]): line.on_hand for line in stock}
    before = _opened(brand_id, stated)
    _write(brand_id, before, stated, StockMove(kind=StockMoveKind.STATED, at=now))
    return len(stated)


def count_stock(
    *,
    brand_id: UUID,
    store_id: UUID,
    counts: Mapping[UUID, int],
    reason: str,
    user_id: int | None,
    now: datetime,
    expected: Mapping[UUID, int] | None = None,
) -> int:
    """Somebody counted a store: SKU -> pieces found. Returns how many figures were wrong.

    What is held for orders lies there and is counted with the rest. `expected`: what was there
    when she compared; if a piece has come or gone since, her count is of another moment.
    Raises StoreNotFound, SkuNotFound, QuantityRefused, StockReasonNeeded, StockBelowHeld,
    StockChanged, TooManyUnits, and writes nothing.
    """
    said = checked_reason(reason)
    brands.store(brand_id=brand_id, store_id=store_id)
    _check_skus(brand_id, counts)
    for sku_id, pieces in counts.items():
        if pieces < 0:
            raise QuantityRefused(sku_id=sku_id, quantity=pieces)
    stated = {(sku_id, store_id): pieces for sku_id, pieces in counts.items()}
    before = _opened(brand_id, stated)
    for sku_id, pieces in (expected or {}).items():
        now_there = before[sku_id, store_id].on_hand
        if now_there != pieces:
            raise StockChanged(sku_id=sku_id, on_hand=now_there)
    move = StockMove(kind=StockMoveKind.COUNTED, reason=said, user_id=user_id, at=now)
    return _write(brand_id, before, stated, move)


def adjust_stock(
    *,
    brand_id: UUID,
    sku_id: UUID,
    store_id: UUID,
    change: int,
    reason: str,
    user_id: int | None,
    now: datetime,
    key: str = "",
) -> int:
    """Correct what lies in a store by so many pieces, more or fewer. Returns what lies there now.

    With a `key`, a retry changes nothing. Raises StoreNotFound, SkuNotFound, QuantityRefused (no
    change, or more than lies there), StockReasonNeeded, StockBelowHeld, TooManyUnits,
    StockKeyReused, and writes nothing.
    """
    said = checked_reason(reason)
    brands.store(brand_id=brand_id, store_id=store_id)
    _check_skus(brand_id, [sku_id])
    place = sku_id, store_id
    before = _opened(brand_id, [place])
    if key and (done := _adjusted(brand_id, place, key)) is not None:
        if done != change:
            raise StockKeyReused(key=key)
        return before[place].on_hand
    after = before[place].on_hand + change
    if not change or after < 0:
        raise QuantityRefused(sku_id=sku_id, quantity=change, left=before[place].on_hand)
    move = StockMove(kind=StockMoveKind.ADJUSTED, reason=said, user_id=user_id, key=key, at=now)
    _write(brand_id, before, {place: after}, move)
    return after


def _adjusted(brand_id: UUID, place: Place, key: str) -> int | None:
    return (
        StockMove.objects.filter(
            brand_id=brand_id,
            sku_id=place[0],
            store_id=place[1],
            kind=StockMoveKind.ADJUSTED,
            key=key,
        )
        .values_list("change", flat=True)
        .first()
    )


def _check_skus(brand_id: UUID, sku_ids: Sequence[UUID] | Mapping[UUID, int]) -> None:
    there = set(Sku.objects.filter(brand_id=brand_id, id__in=list(sku_ids)).values_list("id"))
    for sku_id in sku_ids:
        if (sku_id,) not in there:
            raise SkuNotFound(sku_id=sku_id)


def _opened(
    brand_id: UUID, places: Sequence[Place] | Mapping[Place, int]
) -> dict[Place, StockCount]:
    """The places, locked; where none was counted yet there is a count of nothing now."""
    ordered = sorted(places)
    make_places(brand_id=brand_id, places=ordered)
    return locked(brand_id=brand_id, places=ordered)


@transaction.atomic
def _write(
    brand_id: UUID,
    before: Mapping[Place, StockCount],
    stated: Mapping[Place, int],
    move: StockMove,
) -> int:
    """Write the figures that differ, each with its line of history like `move`. How many."""
    changed = {place: pieces for place, pieces in stated.items() if pieces != before[place].on_hand}
    for place, pieces in changed.items():
        was = before[place]
        if pieces < was.held:
            raise StockBelowHeld(sku_id=place[0], store_id=place[1], held=was.held)
        if was.by_unit and pieces > UNITS_MAX:
            raise TooManyUnits(sku_id=place[0], store_id=place[1], most=UNITS_MAX)
    if not changed:
        return 0
    run(
        STATE,
        brand_id=brand_id,
        sku_ids=[sku for sku, _ in changed],
        store_ids=[store for _, store in changed],
        on_hand=list(changed.values()),
    )
    more = {
        place: pieces - before[place].on_hand
        for place, pieces in changed.items()
        if before[place].by_unit
    }
    if more:
        add_units(
            brand_id=brand_id,
            pieces=[(sku, store, None, n) for (sku, store), n in more.items() if n > 0],
        )
        fewer = {place: -n for place, n in more.items() if n < 0}
        if fewer and not drop_free_units(brand_id=brand_id, pieces=fewer):
            place, was = next((each, before[each]) for each in fewer)
            raise StockBelowHeld(sku_id=place[0], store_id=place[1], held=was.held)
    StockMove.objects.bulk_create(
        StockMove(
            brand_id=brand_id,
            sku_id=sku,
            store_id=store,
            kind=move.kind,
            change=pieces - before[sku, store].on_hand,
            on_hand=pieces,
            reason=move.reason,
            user_id=move.user_id,
            key=move.key,
            at=move.at,
        )
        for (sku, store), pieces in changed.items()
    )
    return len(changed)
