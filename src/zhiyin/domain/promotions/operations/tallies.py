"""How many seats of a group-buy one person has, where that is limited."""

from collections.abc import Sequence
from uuid import UUID

from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import one, run

TALLY_SEAT = """
    WITH promised AS (
        SELECT id, per_person FROM promotions_promotion
        WHERE brand_id = %(brand_id)s AND id = %(group_buy_id)s AND per_person IS NOT NULL
    ), tallied AS (
        INSERT INTO promotions_tally AS tally
            (id, brand_id, promotion_id, member_id, used, most)
        SELECT %(tally_id)s, %(brand_id)s, id, %(member_id)s, 1, per_person FROM promised
        ON CONFLICT (brand_id, promotion_id, member_id) DO UPDATE
        SET used = tally.used + 1, most = excluded.most
        WHERE tally.used < excluded.most
        RETURNING tally.id
    )
    SELECT (SELECT count(*) FROM promised) = (SELECT count(*) FROM tallied)
"""
UNTALLY = """
    WITH free AS (
        SELECT held.group_buy_id, freed.member_id, count(*)::int AS seats
        FROM unnest(%(group_ids)s::uuid[], %(member_ids)s::uuid[]) AS freed (group_id, member_id)
        JOIN promotions_group held ON held.brand_id = %(brand_id)s AND held.id = freed.group_id
        GROUP BY held.group_buy_id, freed.member_id
    ), locked AS MATERIALIZED (
        SELECT tally.id, free.seats
        FROM free JOIN promotions_tally tally ON tally.brand_id = %(brand_id)s
          AND tally.promotion_id = free.group_buy_id AND tally.member_id = free.member_id
        ORDER BY tally.promotion_id, tally.member_id
        FOR NO KEY UPDATE OF tally
    )
    UPDATE promotions_tally tally SET used = tally.used - locked.seats
    FROM locked WHERE tally.brand_id = %(brand_id)s AND tally.id = locked.id
"""


def tally_seat(*, brand_id: UUID, group_buy_id: UUID, member_id: UUID) -> bool:
    """Count one more seat of hers. False if the group-buy allows no more; nothing is counted."""
    row = one(
        TALLY_SEAT,
        brand_id=brand_id,
        group_buy_id=group_buy_id,
        member_id=member_id,
        tally_id=uuid7(),
    )
    return row == (True,)


def untally(*, brand_id: UUID, seats: Sequence[tuple[UUID, UUID]]) -> None:
    """Seats that are left, (group, member) each, count no more. The caller holds the groups."""
    run(
        UNTALLY,
        brand_id=brand_id,
        group_ids=[group_id for group_id, _ in seats],
        member_ids=[member_id for _, member_id in seats],
    )
