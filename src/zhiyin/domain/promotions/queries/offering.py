"""What promotions give to the lines of an order, and why not: one statement."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from zhiyin.domain.pricing.types import RefusedRule
from zhiyin.domain.promotions import rules
from zhiyin.domain.promotions.checks import CODE, plain_code
from zhiyin.domain.promotions.kept import COLUMNS, SELECTED, terms_of
from zhiyin.domain.promotions.rules import Found, Joining
from zhiyin.domain.promotions.types import (
    Buyer,
    GroupState,
    Offers,
    Priced,
    Why,
)
from zhiyin.storage.sql import many

NEAR = timedelta(days=7)
"""A promotion that ended longer ago, or starts later, is not spoken of."""

MOST_FOUND = 200

FOUND = """
    WITH joined AS (
        SELECT id, group_buy_id, price_fen, seats - seats_taken AS seats_left, state, closes_at
        FROM promotions_group WHERE brand_id = %(brand_id)s AND id = %(group_id)s
    ), by_sku AS (
        SELECT chosen.promotion_id AS id, array_agg(chosen.sku_id) AS sku_ids
        FROM promotions_promotionsku chosen
        WHERE chosen.brand_id = %(brand_id)s AND chosen.sku_id = ANY(%(sku_ids)s)
        GROUP BY chosen.promotion_id
    ), in_hand AS (
        SELECT promotion_id AS id FROM promotions_claim
        WHERE brand_id = %(brand_id)s AND member_id = %(member_id)s
          AND (%(coupon_ids)s::uuid[] IS NULL OR promotion_id = ANY(%(coupon_ids)s::uuid[]))
        UNION
        SELECT id FROM promotions_promotion
        WHERE brand_id = %(brand_id)s AND code = ANY(%(codes)s) AND code <> ''
    ), asked AS (
        SELECT id, sku_ids, false AS is_in_hand, false AS is_named FROM by_sku
        UNION ALL
        SELECT id, NULL, true, id = ANY(coalesce(%(coupon_ids)s::uuid[], '{}')) FROM in_hand
        UNION ALL
        SELECT named.id, NULL, false, true
        FROM unnest(coalesce(%(coupon_ids)s::uuid[], '{}')) AS named (id)
        WHERE named.id NOT IN (SELECT id FROM in_hand)
    )
    SELECT asked.sku_ids, asked.is_in_hand, coalesce(tally.used, 0),
           joined.id, joined.price_fen, joined.seats_left, joined.state, joined.closes_at,
           SELECTED
    FROM asked JOIN promotions_promotion promotion
      ON promotion.brand_id = %(brand_id)s AND promotion.id = asked.id
    LEFT JOIN promotions_tally tally ON tally.brand_id = %(brand_id)s
      AND tally.promotion_id = asked.id AND tally.member_id = %(member_id)s
    LEFT JOIN joined ON joined.group_buy_id = asked.id
    WHERE ((asked.sku_ids IS NULL) = (promotion.kind = 'coupon'))
      AND (asked.is_named OR joined.id IS NOT NULL OR promotion.code = ANY(%(codes)s)
           OR (promotion.ends_at > %(since)s AND promotion.starts_at < %(until)s
               AND coalesce(promotion.stopped_at > %(since)s, true)))
    ORDER BY promotion.kind, promotion.id
    LIMIT %(most)s
""".replace("SELECTED", SELECTED)
"""Promotions by their SKUs, and coupons by her claims, by code or by id, each with what she had of
it. What concerns one SKU now is little; `most` bounds what a brand could pile up."""


def offers(
    *,
    brand_id: UUID,
    lines: Sequence[Priced],
    buyer: Buyer,
    coupon_codes: Sequence[str] = (),
    coupon_ids: Sequence[UUID] | None = None,
    group_buy_id: UUID | None = None,
    group_id: UUID | None = None,
    now: datetime,
) -> Offers:
    """Every promotion that concerns these lines, as an adjustment or with the reason it is none.

    `group_buy_id`: she opens a group of it; `group_id`: she joins this one, at its price.
    `coupon_ids` None: all coupons in her hand; else those of them. `coupon_codes`: those that she
    typed, which count as in her hand. One query, whatever applies.
    """
    codes = {plain_code(code): code for code in coupon_codes}
    rows = many(
        FOUND,
        brand_id=brand_id,
        member_id=buyer.member_id,
        sku_ids=sorted({each.line.sku_id for each in lines}),
        coupon_ids=None if coupon_ids is None else sorted(set(coupon_ids)),
        codes=[code for code in codes if CODE.fullmatch(code)],
        group_id=group_id,
        since=now - NEAR,
        until=now + NEAR,
        most=MOST_FOUND,
    )
    found = [_found(row, group_buy_id) for row in rows]
    given = rules.offers(found, lines, buyer, now)
    known_codes = {each.terms.code for each in found}
    known_ids = {each.terms.id for each in found}
    unknown = [written for code, written in codes.items() if code not in known_codes]
    unknown += [str(one) for one in coupon_ids or () if one not in known_ids]
    missing = tuple(RefusedRule(f"coupon:{one}", Why.UNKNOWN_COUPON) for one in unknown)
    return Offers(given.adjustments, given.refused + missing)


def _found(row: tuple[Any, ...], group_buy_id: UUID | None) -> Found:
    sku_ids, is_in_hand, had, group_id, price_fen, seats_left, state, closes_at = row[:8]
    terms = terms_of(row[8 : 8 + len(COLUMNS)])
    group = None
    if group_id is not None:
        group = Joining(group_id, price_fen, seats_left, GroupState(state), closes_at)
    return Found(
        terms=terms,
        sku_ids=frozenset(sku_ids or ()),
        had=had,
        is_in_hand=is_in_hand,
        is_bought_in=group is not None or terms.id == group_buy_id,
        group=group,
    )
