"""What must never be found in the tables of promotions: each invariant as a query of violations."""

from zhiyin.kit.audits import Audit
from zhiyin.storage.audits import looks

G1_SEATS_RECOUNTED = """
    SELECT held.id, held.state, held.seats, held.seats_taken, held.seats_paid,
           count(seat.id) FILTER (WHERE seat.state IN ('taken', 'paid')) AS sitting,
           count(seat.id) FILTER (WHERE seat.state = 'paid') AS paid
    FROM promotions_group held
    LEFT JOIN promotions_seat seat ON seat.brand_id = held.brand_id AND seat.group_id = held.id
    WHERE held.brand_id = %(brand_id)s
    GROUP BY held.brand_id, held.id
    HAVING held.seats_taken <> count(seat.id) FILTER (WHERE seat.state IN ('taken', 'paid'))
        OR held.seats_paid <> count(seat.id) FILTER (WHERE seat.state = 'paid')
        OR count(seat.id) FILTER (WHERE seat.state IN ('taken', 'paid')) > held.seats
        OR (held.state = 'won')
           <> (count(seat.id) FILTER (WHERE seat.state = 'paid') = held.seats)
        OR (held.state <> 'open' AND count(seat.id) FILTER (WHERE seat.state = 'taken') > 0)
        OR (held.state = 'lost' AND count(seat.id) FILTER (WHERE seat.state <> 'left') > 0)
    ORDER BY held.id LIMIT %(limit)s
"""
G1_ONE_SEAT_A_MEMBER = """
    SELECT group_id, member_id, count(*) FROM promotions_seat
    WHERE brand_id = %(brand_id)s AND state IN ('taken', 'paid')
    GROUP BY group_id, member_id HAVING count(*) > 1
    ORDER BY group_id, member_id LIMIT %(limit)s
"""
G1_GROUP_OUTLIVED = """
    SELECT id, closes_at FROM promotions_group
    WHERE brand_id = %(brand_id)s AND state = 'open'
      AND closes_at + interval '10 minutes' < %(now)s
    ORDER BY closes_at, id LIMIT %(limit)s
"""
G3_FLASH_WINDOWS = """
    WITH sale AS (
        SELECT promotion.id, chosen.sku_id, promotion.store_ids, promotion.starts_at,
               least(promotion.ends_at, promotion.stopped_at) AS over_at
        FROM promotions_promotion promotion
        JOIN promotions_promotionsku chosen
          ON chosen.brand_id = promotion.brand_id AND chosen.promotion_id = promotion.id
        WHERE promotion.brand_id = %(brand_id)s AND promotion.kind = 'flash'
    )
    SELECT one.id, other.id, one.sku_id
    FROM sale one JOIN sale other ON other.sku_id = one.sku_id AND other.id > one.id
    WHERE one.starts_at < other.over_at AND other.starts_at < one.over_at
      AND (one.store_ids = '{}' OR other.store_ids = '{}' OR one.store_ids && other.store_ids)
    ORDER BY one.id, other.id LIMIT %(limit)s
"""
C1_USED_IS_RECOUNTED = """
    SELECT promotion.id, promotion.kind, promotion.most_uses, promotion.used,
           coalesce(sum(held.pieces), 0) AS counted
    FROM promotions_promotion promotion
    LEFT JOIN promotions_use held ON held.brand_id = promotion.brand_id
      AND held.promotion_id = promotion.id AND held.released_at IS NULL
    WHERE promotion.brand_id = %(brand_id)s AND promotion.most_uses IS NOT NULL
    GROUP BY promotion.brand_id, promotion.id
    HAVING coalesce(sum(held.pieces), 0) > promotion.most_uses
        OR coalesce(sum(held.pieces), 0) <> promotion.used
    ORDER BY promotion.id LIMIT %(limit)s
"""
# `most` is above `per_person` for a person who had more, as two members, before they were one.
S3_PER_PERSON = """
    WITH had AS (
        SELECT promotion_id, member_id, sum(pieces) AS used FROM promotions_use
        WHERE brand_id = %(brand_id)s AND released_at IS NULL
        GROUP BY promotion_id, member_id
        UNION ALL
        SELECT held.group_buy_id, seat.member_id, count(*)
        FROM promotions_seat seat JOIN promotions_group held
          ON held.brand_id = seat.brand_id AND held.id = seat.group_id
        WHERE seat.brand_id = %(brand_id)s AND seat.state IN ('taken', 'paid')
        GROUP BY held.group_buy_id, seat.member_id
    ), tally AS (
        SELECT promotion_id, member_id, used, most FROM promotions_tally
        WHERE brand_id = %(brand_id)s
    )
    SELECT promotion_id, member_id, promotion.kind, promotion.per_person,
           had.used AS counted, tally.used AS tallied
    FROM had FULL JOIN tally USING (promotion_id, member_id)
    JOIN promotions_promotion promotion
      ON promotion.brand_id = %(brand_id)s AND promotion.id = promotion_id
    WHERE promotion.per_person IS NOT NULL
      AND (coalesce(had.used, 0) <> coalesce(tally.used, 0)
           OR coalesce(had.used, 0) > greatest(promotion.per_person, tally.most))
    ORDER BY promotion_id, member_id LIMIT %(limit)s
"""

AUDITS: tuple[Audit, ...] = (
    Audit(
        "G1.seats",
        "a group is won exactly when every seat is paid, and nobody waits in one that is closed",
        looks(G1_SEATS_RECOUNTED, "state", "seats", "seats_taken", "seats_paid", "sitting", "paid"),
    ),
    Audit(
        "G1.member",
        "a member has one seat in a group",
        looks(G1_ONE_SEAT_A_MEMBER, "member_id", "seats"),
    ),
    Audit(
        "G1.outlived",
        "no group is open ten minutes after its time",
        looks(G1_GROUP_OUTLIVED, "closes_at"),
    ),
    Audit(
        "G3",
        "flash sales of one SKU and store follow one another",
        looks(G3_FLASH_WINDOWS, "other_id", "sku_id"),
    ),
    Audit(
        "C1",
        "a promotion is used as often as its orders say, and no more often than it may be",
        looks(C1_USED_IS_RECOUNTED, "kind", "most_uses", "used", "counted"),
    ),
    Audit(
        "S3",
        "one person has as much of a promotion as her orders say, and no more than one may",
        looks(S3_PER_PERSON, "member_id", "kind", "per_person", "counted", "tallied"),
    ),
)
