"""Promotions as a shopper meets them: what runs for some goods, and what is hers of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from zhiyin.domain.promotions.checks import CODE_TRIES
from zhiyin.domain.promotions.kept import COLUMNS, SELECTED, terms_of
from zhiyin.domain.promotions.models import CodeTry, Promotion
from zhiyin.domain.promotions.rules import id_in
from zhiyin.domain.promotions.types import PromotionKind, Running, Terms
from zhiyin.storage.sql import many, one

RUNNING = """
    SELECT array_agg(chosen.sku_id ORDER BY chosen.sku_id), SELECTED
    FROM promotions_promotionsku chosen
    JOIN promotions_promotion promotion
      ON promotion.brand_id = chosen.brand_id AND promotion.id = chosen.promotion_id
    WHERE chosen.brand_id = %(brand_id)s AND chosen.sku_id = ANY(%(sku_ids)s)
      AND promotion.starts_at <= %(now)s AND promotion.ends_at > %(now)s
      AND (promotion.stopped_at IS NULL OR promotion.stopped_at > %(now)s)
    GROUP BY promotion.brand_id, promotion.id
    ORDER BY promotion.price_fen, promotion.id LIMIT %(limit)s
""".replace("SELECTED", SELECTED)
SEAT_IN = """
    SELECT order_id FROM promotions_seat
    WHERE brand_id = %(brand_id)s AND group_id = %(group_id)s AND member_id = ANY(%(member_ids)s)
      AND (state <> 'left' OR (left_as = 'lost' AND paid_at IS NOT NULL))
    ORDER BY state <> 'left' DESC, taken_at DESC, id LIMIT 1
"""


def running(
    *, brand_id: UUID, sku_ids: Sequence[UUID], now: datetime, limit: int = 20
) -> tuple[Running, ...]:
    """The group-buys, flash sales and trials that run for some SKUs, the cheapest first.

    One query. Coupons are for orders, not for SKUs: `coupons_to_claim`.
    """
    rows = many(RUNNING, brand_id=brand_id, sku_ids=list(sku_ids), now=now, limit=limit)
    return tuple(Running(terms_of(row[1:]), tuple(row[0])) for row in rows)


def terms_of_all(*, brand_id: UUID, promotion_ids: Sequence[UUID]) -> dict[UUID, Terms]:
    """Promotion -> its terms, whether it runs or not. One query."""
    rows = Promotion.objects.filter(brand_id=brand_id, id__in=list(promotion_ids)).order_by("id")
    found = [terms_of(row) for row in rows.values_list(*COLUMNS)]
    return {terms.id: terms for terms in found}


def terms_by_rule(*, brand_id: UUID, rules: Iterable[str]) -> dict[str, Terms]:
    """Rule of a quote -> the terms of its promotion, for the rules that name one. One query."""
    named = {rule: found[1] for rule in rules if (found := id_in(rule))}
    terms = terms_of_all(brand_id=brand_id, promotion_ids=sorted(set(named.values())))
    return {rule: terms[one] for rule, one in named.items() if one in terms}


def not_over(
    *, brand_id: UUID, kind: PromotionKind, now: datetime, limit: int = 200
) -> tuple[Terms, ...]:
    """The promotions of a kind that run or will, what ends first, first. One query."""
    rows = Promotion.objects.filter(
        brand_id=brand_id, kind=kind, ends_at__gt=now, stopped_at__isnull=True
    ).order_by("ends_at", "id")
    return tuple(terms_of(row) for row in rows.values_list(*COLUMNS)[:limit])


def seat_in(*, brand_id: UUID, group_id: UUID, member_ids: Sequence[UUID]) -> UUID | None:
    """The order by which somebody (all the members that she is) sits in a group, or None.

    Of a lost group, the order that she had paid. One query.
    """
    row = one(SEAT_IN, brand_id=brand_id, group_id=group_id, member_ids=list(member_ids))
    return row[0] if row else None


def code_tries_left(*, brand_id: UUID, member_id: UUID, now: datetime) -> int:
    """How many codes that do not exist she may still try in this hour. One query."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    tried = CodeTry.objects.filter(brand_id=brand_id, member_id=member_id, hour=hour)
    return max(0, CODE_TRIES - sum(tried.values_list("tries", flat=True)[:1]))
