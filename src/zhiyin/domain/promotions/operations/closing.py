"""Groups whose time is over: everybody leaves, and who paid is refunded."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhiyin.domain.promotions.operations.tallies import untally
from zhiyin.domain.promotions.rules import group_after
from zhiyin.domain.promotions.types import (
    GroupLost,
    GroupMove,
    GroupState,
    LeftAs,
    LostGroup,
    SeatState,
)
from zhiyin.events.operations import record
from zhiyin.storage.sql import many

LOSE_GROUPS = """
    WITH due AS MATERIALIZED (
        SELECT id FROM promotions_group
        WHERE brand_id = %(brand_id)s AND state = %(open)s AND closes_at <= %(now)s
        ORDER BY closes_at, id LIMIT %(limit)s
        FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE promotions_group held
    SET state = %(lost)s, closed_at = %(now)s, seats_taken = 0, seats_paid = 0
    FROM due WHERE held.brand_id = %(brand_id)s AND held.id = due.id
    RETURNING held.id
"""
EMPTY_SEATS = """
    UPDATE promotions_seat
    SET state = %(left)s, left_as = %(lost)s, left_at = %(now)s
    WHERE brand_id = %(brand_id)s AND group_id = ANY(%(group_ids)s) AND state <> %(left)s
    RETURNING group_id, order_id, member_id, paid_at
"""
"""After LOSE_GROUPS in the same transaction: nobody sits down or pays once the row is locked."""


@transaction.atomic
def close_expired(*, brand_id: UUID, now: datetime, limit: int) -> tuple[LostGroup, ...]:
    """Close the groups whose time is over, `limit` at most: all seats are left, GroupLost recorded.

    What somebody else holds at this moment is left for the next run. Four statements, and two for
    each event.
    """
    lost = many(
        LOSE_GROUPS,
        brand_id=brand_id,
        now=now,
        limit=limit,
        open=GroupState.OPEN,
        lost=group_after(GroupState.OPEN, GroupMove.EXPIRE),
    )
    group_ids = sorted(group_id for (group_id,) in lost)
    if not group_ids:
        return ()
    seats = many(
        EMPTY_SEATS,
        brand_id=brand_id,
        group_ids=group_ids,
        now=now,
        left=SeatState.LEFT,
        lost=LeftAs.LOST,
    )
    untally(brand_id=brand_id, seats=[(group_id, member_id) for group_id, _, member_id, _ in seats])
    found = []
    for group_id in group_ids:
        mine = sorted((order, paid) for group, order, _, paid in seats if group == group_id)
        paid = tuple(order for order, paid_at in mine if paid_at is not None)
        unpaid = tuple(order for order, paid_at in mine if paid_at is None)
        found.append(LostGroup(group_id, paid, unpaid))
        record(GroupLost(brand_id=brand_id, at=now, group_id=group_id, order_ids=paid))
    return tuple(found)
