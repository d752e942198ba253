"""What an operator does: set up a promotion, change it, stop it. Each leaves a line of history."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.promotions.checks import check_change, columns
from zhiyin.domain.promotions.kept import COLUMNS, terms_of
from zhiyin.domain.promotions.models import Promotion, PromotionMove, PromotionSku, Tally
from zhiyin.domain.promotions.rules import state_at
from zhiyin.domain.promotions.types import (
    AnyFacts,
    CodeTaken,
    LimitBelowUsed,
    PromotionKind,
    PromotionNotFound,
    PromotionOver,
    PromotionRefused,
    PromotionState,
    WindowsOverlap,
)
from zhiyin.events.types import plain
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import many, one

LOCK_SKUS = """
    SELECT id FROM catalog_sku WHERE brand_id = %(brand_id)s AND id = ANY(%(sku_ids)s)
    ORDER BY id FOR NO KEY UPDATE
"""
"""Two flash sales of one SKU are set up one after the other, so that the second sees the first."""

OVERLAPPING = """
    SELECT other.id FROM promotions_promotionsku mine
    JOIN promotions_promotion other ON other.brand_id = mine.brand_id
      AND other.id = mine.promotion_id AND other.kind = 'flash'
    WHERE mine.brand_id = %(brand_id)s AND mine.sku_id = ANY(%(sku_ids)s)
      AND other.id <> %(promotion_id)s
      AND other.starts_at < %(ends_at)s
      AND least(other.ends_at, other.stopped_at) > %(starts_at)s
      AND (other.store_ids = '{}' OR %(store_ids)s::uuid[] = '{}'
           OR other.store_ids && %(store_ids)s::uuid[])
    ORDER BY other.id LIMIT 1
"""
"""G3. No stores means every store. A stopped sale has ended when it was stopped."""


@transaction.atomic
def create(*, brand_id: UUID, facts: AnyFacts, user_id: int | None, now: datetime) -> UUID:
    """Set up a group-buy, a flash sale, a coupon or a trial, by what its facts are. Returns its id.

    `user_id` is the account of who does it, None for a journey or the API.
    Raises PromotionRefused, WindowsOverlap, CodeTaken, TextTooLong, TextHasNul.
    """
    said = columns(facts)
    if facts.ends_at <= now:
        raise PromotionRefused(field="ends_at")
    sku_ids = _skus(said)
    _check_goods_and_stores(brand_id, said, sku_ids)
    promotion_id = uuid7()
    _refuse_overlap(brand_id, promotion_id, said, sku_ids)
    _insert(Promotion(id=promotion_id, brand_id=brand_id, created_at=now, **_row(said)))
    _set_skus(brand_id, promotion_id, sku_ids)
    _note(brand_id, promotion_id, "created", said, user_id, now)
    return promotion_id


@transaction.atomic
def change(
    *, brand_id: UUID, promotion_id: UUID, facts: AnyFacts, user_id: int | None, now: datetime
) -> frozenset[str]:
    """Say anew what a promotion is. Returns the fields that changed; none, and nothing is written.

    What may change is in `checks.check_change`: before it starts all but its kind, while it runs
    nothing that people bought on.
    Raises PromotionNotFound, PromotionOver, TermsFixed, LimitBelowUsed, and what `create` raises.
    """
    row = _locked(brand_id, promotion_id)
    said = columns(facts)
    skus = PromotionSku.objects.filter(brand_id=brand_id, promotion_id=promotion_id)
    was = {name: getattr(row, name) for name in said if name != "sku_ids"}
    was["sku_ids"] = sorted(skus.values_list("sku_id", flat=True))
    state = state_at(terms_of(tuple(getattr(row, name) for name in COLUMNS)), now)
    changed = check_change(state, was, said, now)
    if not changed:
        return changed
    sku_ids = _skus(said)
    _check_goods_and_stores(brand_id, said, sku_ids)
    _check_limits(row, said)
    _refuse_overlap(brand_id, promotion_id, said, sku_ids)
    for name, value in _row(said).items():
        setattr(row, name, value)
    _insert(row)
    if "sku_ids" in changed:
        skus.delete()
        _set_skus(brand_id, promotion_id, sku_ids)
    _note(brand_id, promotion_id, "changed", {k: said[k] for k in changed}, user_id, now)
    return changed


@transaction.atomic
def stop(*, brand_id: UUID, promotion_id: UUID, user_id: int | None, now: datetime) -> bool:
    """End a promotion now. Groups that are open keep their price until they are won or lost.

    False if it is stopped already. Raises PromotionNotFound, PromotionOver (it had ended).
    """
    row = _locked(brand_id, promotion_id)
    if row.stopped_at is not None:
        return False
    if row.ends_at <= now:
        raise PromotionOver(state=PromotionState.ENDED.value)
    row.stopped_at = now
    row.save(update_fields=["stopped_at"])
    _note(brand_id, promotion_id, "stopped", {}, user_id, now)
    return True


def _locked(brand_id: UUID, promotion_id: UUID) -> Promotion:
    row = (
        Promotion.objects.select_for_update(no_key=True)
        .filter(brand_id=brand_id, id=promotion_id)
        .first()
    )
    if row is None:
        raise PromotionNotFound(promotion_id=promotion_id)
    return row


def _skus(said: Mapping[str, object]) -> list[UUID]:
    found = said["sku_ids"]
    assert isinstance(found, list)
    return found


def _row(said: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in said.items() if name != "sku_ids"}


def _insert(row: Promotion) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        if (
            not row.code
            or not Promotion.objects.filter(brand_id=row.brand_id, code=row.code)
            .exclude(id=row.id)
            .exists()
        ):
            raise
        raise CodeTaken(code=row.code) from None


def _set_skus(brand_id: UUID, promotion_id: UUID, sku_ids: Sequence[UUID]) -> None:
    PromotionSku.objects.bulk_create(
        PromotionSku(brand_id=brand_id, promotion_id=promotion_id, sku_id=sku_id)
        for sku_id in sku_ids
    )


def _check_goods_and_stores(
    brand_id: UUID, said: Mapping[str, object], sku_ids: Sequence[UUID]
) -> None:
    """SKUs and stores are the brand's own, and those of a group-buy are of one product."""
    if sku_ids:
        products = catalog.products_of_skus(brand_id=brand_id, sku_ids=sku_ids)
        if len(products) < len(sku_ids):
            raise PromotionRefused(field="sku_ids")
        if said["kind"] is PromotionKind.GROUP_BUY and len(set(products.values())) > 1:
            raise PromotionRefused(field="sku_ids")
    store_ids = said["store_ids"]
    assert isinstance(store_ids, list)
    if store_ids and len(brands.stores_by_id(brand_id=brand_id, store_ids=store_ids)) < len(
        store_ids
    ):
        raise PromotionRefused(field="store_ids")


def _check_limits(row: Promotion, said: Mapping[str, object]) -> None:
    """A limit does not go below what was used. The promotion's row is locked, so `used` stays."""
    most, person = said["most_uses"], said["per_person"]
    if isinstance(most, int) and most < row.used:
        raise LimitBelowUsed(field="most_uses", used=row.used)
    if isinstance(person, int):
        tallies = Tally.objects.filter(brand_id=row.brand_id, promotion_id=row.id)
        had = tallies.aggregate(had=Max("used"))["had"] or 0
        if person < had:
            raise LimitBelowUsed(field="per_person", used=had)


def _refuse_overlap(
    brand_id: UUID, promotion_id: UUID, said: Mapping[str, object], sku_ids: Sequence[UUID]
) -> None:
    if said["kind"] is not PromotionKind.FLASH_SALE:
        return
    many(LOCK_SKUS, brand_id=brand_id, sku_ids=list(sku_ids))
    other = one(
        OVERLAPPING,
        brand_id=brand_id,
        promotion_id=promotion_id,
        sku_ids=list(sku_ids),
        store_ids=said["store_ids"],
        starts_at=said["starts_at"],
        ends_at=said["ends_at"],
    )
    if other is not None:
        raise WindowsOverlap(other_id=other[0])


def _note(
    brand_id: UUID,
    promotion_id: UUID,
    act: str,
    said: Mapping[str, object],
    user_id: int | None,
    now: datetime,
) -> None:
    PromotionMove.objects.create(
        brand_id=brand_id,
        promotion_id=promotion_id,
        act=act,
        said={name: plain(value) for name, value in said.items()},
        user_id=user_id,
        at=now,
    )
