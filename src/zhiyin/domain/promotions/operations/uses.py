"""What an order uses of limited promotions, and gives back if it is closed unpaid."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhiyin.domain.promotions.models import Use
from zhiyin.domain.promotions.rules import id_in
from zhiyin.domain.promotions.types import (
    PersonLimitReached,
    PromotionKind,
    PromotionNotFound,
    UsedUp,
    UsesDiffer,
    UsesReleased,
)
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import many, run

USE = """
    WITH asked AS (
        SELECT promotion.id, asked.use_id, asked.tally_id, asked.pieces,
               promotion.most_uses, promotion.per_person
        FROM unnest(
            %(use_ids)s::uuid[], %(tally_ids)s::uuid[], %(promotion_ids)s::uuid[], %(pieces)s::int[]
        ) AS asked (use_id, tally_id, promotion_id, pieces)
        JOIN promotions_promotion promotion
          ON promotion.brand_id = %(brand_id)s AND promotion.id = asked.promotion_id
    ), first AS (
        INSERT INTO promotions_use
            (id, brand_id, promotion_id, order_id, member_id, pieces, used_at)
        SELECT use_id, %(brand_id)s, id, %(order_id)s, %(member_id)s, pieces, %(now)s
        FROM asked ORDER BY id
        ON CONFLICT DO NOTHING
        RETURNING promotion_id
    ), locked AS MATERIALIZED (
        SELECT promotion.id, promotion.used, asked.pieces
        FROM asked JOIN first ON first.promotion_id = asked.id
        JOIN promotions_promotion promotion
          ON promotion.brand_id = %(brand_id)s AND promotion.id = asked.id
        WHERE promotion.most_uses IS NOT NULL
        ORDER BY promotion.id
        FOR NO KEY UPDATE OF promotion
    ), counted AS (
        UPDATE promotions_promotion promotion SET used = promotion.used + locked.pieces
        FROM locked
        WHERE promotion.brand_id = %(brand_id)s AND promotion.id = locked.id
          AND promotion.used + locked.pieces <= promotion.most_uses
        RETURNING promotion.id
    ), tallied AS (
        INSERT INTO promotions_tally AS tally
            (id, brand_id, promotion_id, member_id, used, most)
        SELECT tally_id, %(brand_id)s, id, %(member_id)s, pieces, per_person
        FROM asked JOIN first ON first.promotion_id = asked.id
        WHERE pieces <= per_person AND (SELECT count(*) FROM locked) >= 0
        ORDER BY id
        ON CONFLICT (brand_id, promotion_id, member_id) DO UPDATE
        SET used = tally.used + excluded.used, most = excluded.most
        WHERE tally.used + excluded.used <= excluded.most
        RETURNING promotion_id
    )
    SELECT asked.id, first.promotion_id IS NOT NULL,
           asked.most_uses IS NULL OR counted.id IS NOT NULL,
           asked.per_person IS NULL OR tallied.promotion_id IS NOT NULL
    FROM asked
    LEFT JOIN first ON first.promotion_id = asked.id
    LEFT JOIN counted ON counted.id = asked.id
    LEFT JOIN tallied ON tallied.promotion_id = asked.id
    ORDER BY asked.id
"""
"""`first`: an order uses a promotion once. `locked`: promotions with a limit, in the order of their
ids, before the tallies; one without has no row that buyers wait for. `counted` and `tallied` hold
the two limits, each by one guarded statement on the row that it has locked.
"""

RELEASE = """
    WITH mine AS MATERIALIZED (
        SELECT id, promotion_id, member_id, pieces FROM promotions_use
        WHERE brand_id = %(brand_id)s AND order_id = %(order_id)s AND released_at IS NULL
        ORDER BY promotion_id
        FOR NO KEY UPDATE
    ), locked AS MATERIALIZED (
        SELECT promotion.id, mine.pieces
        FROM mine JOIN promotions_promotion promotion
          ON promotion.brand_id = %(brand_id)s AND promotion.id = mine.promotion_id
        WHERE promotion.most_uses IS NOT NULL
        ORDER BY promotion.id
        FOR NO KEY UPDATE OF promotion
    ), counted AS (
        UPDATE promotions_promotion promotion SET used = promotion.used - locked.pieces
        FROM locked
        WHERE promotion.brand_id = %(brand_id)s AND promotion.id = locked.id
    ), tallied AS (
        UPDATE promotions_tally tally SET used = tally.used - mine.pieces
        FROM mine
        WHERE tally.brand_id = %(brand_id)s AND tally.promotion_id = mine.promotion_id
          AND tally.member_id = mine.member_id AND (SELECT count(*) FROM locked) >= 0
    )
    UPDATE promotions_use held SET released_at = %(now)s
    FROM mine
    WHERE held.brand_id = %(brand_id)s AND held.id = mine.id
"""
"""Two who close an order at once: the second waits for `mine`, and finds nothing left."""


def use(
    *,
    brand_id: UUID,
    order_id: UUID,
    member_id: UUID,
    rules: Sequence[str],
    pieces: Mapping[str, int],
    now: datetime,
) -> int:
    """Write down what an order uses of the promotions that its quote applied, within their limits.

    `rules` are the codes of the quote's `applied`, `pieces` is `queries.pieces_used(quote)`; a rule
    without pieces counts as one. Rules of others, and group-buys, whose limit is the seat, are left
    alone. Returns how many promotions are newly used: 0 for a retry. One statement in a savepoint,
    none where no rule is left. Take a seat before this, in the same transaction.
    Raises UsedUp, PersonLimitReached, UsesReleased, UsesDiffer, PromotionNotFound; nothing is used
    then.
    """
    asked = _asked(rules, pieces)
    return _use(brand_id, order_id, member_id, asked, now) if asked else 0


def release_uses(*, brand_id: UUID, order_id: UUID, now: datetime) -> int:
    """Give back what an order used: it was closed, and nothing was paid for it. One statement.

    Returns how many promotions; 0 when it is done already, or there were none. The caller holds the
    order, so that nothing is used for it afterwards.
    """
    return run(RELEASE, brand_id=brand_id, order_id=order_id, now=now)


def _asked(rules: Sequence[str], pieces: Mapping[str, int]) -> dict[UUID, tuple[str, int]]:
    """Promotion -> its rule and pieces, in the order of ids."""
    found: dict[UUID, tuple[str, int]] = {}
    for rule in rules:
        named = id_in(rule)
        if named and named[0] is not PromotionKind.GROUP_BUY:
            found[named[1]] = rule, pieces.get(rule, 1)
    return dict(sorted(found.items()))


@transaction.atomic
def _use(
    brand_id: UUID,
    order_id: UUID,
    member_id: UUID,
    asked: Mapping[UUID, tuple[str, int]],
    now: datetime,
) -> int:
    rows = many(
        USE,
        brand_id=brand_id,
        order_id=order_id,
        member_id=member_id,
        use_ids=[uuid7() for _ in asked],
        tally_ids=[uuid7() for _ in asked],
        promotion_ids=list(asked),
        pieces=[count for _, count in asked.values()],
        now=now,
    )
    if len(rows) < len(asked):
        missing = set(asked) - {row[0] for row in rows}
        raise PromotionNotFound(promotion_id=min(missing))
    again = [promotion_id for promotion_id, is_first, _, _ in rows if not is_first]
    if again:
        _check_again(brand_id, order_id, member_id, {one: asked[one] for one in again})
    for promotion_id, is_first, is_counted, is_tallied in rows:
        if is_first and not is_counted:
            raise UsedUp(rule=asked[promotion_id][0])
        if is_first and not is_tallied:
            raise PersonLimitReached(rule=asked[promotion_id][0])
    return len(rows) - len(again)


def _check_again(
    brand_id: UUID, order_id: UUID, member_id: UUID, asked: Mapping[UUID, tuple[str, int]]
) -> None:
    """An order that used a promotion before may only say the same again."""
    held = Use.objects.filter(brand_id=brand_id, order_id=order_id, promotion_id__in=list(asked))
    for row in held.order_by("promotion_id"):
        rule, pieces = asked[row.promotion_id]
        if row.released_at is not None:
            raise UsesReleased(rule=rule)
        if (row.pieces, row.member_id) != (pieces, member_id):
            raise UsesDiffer(rule=rule)
