"""Groups as shoppers see them: which may be joined, who really joined, how long is left."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from zhiyin.domain.promotions.models import Seat
from zhiyin.domain.promotions.types import (
    GroupCard,
    GroupNotFound,
    GroupPage,
    GroupState,
    Joined,
    LeftAs,
    SeatCard,
    SeatState,
)
from zhiyin.storage.sql import many, one

CARD = """
    held.id, held.group_buy_id, held.opened_by_id, held.price_fen, held.seats, held.seats_paid,
    held.seats - held.seats_taken, held.closes_at
"""
OPEN_GROUPS = """
    SELECT CARD FROM promotions_group held
    WHERE held.brand_id = %(brand_id)s AND held.state = 'open' AND held.closes_at > %(now)s
      AND held.seats_paid > 0 AND held.seats_taken < held.seats
      AND EXISTS (
          SELECT FROM promotions_promotionsku chosen
          WHERE chosen.brand_id = held.brand_id AND chosen.promotion_id = held.group_buy_id
            AND chosen.sku_id = ANY(%(sku_ids)s)
      )
    ORDER BY held.closes_at, held.id LIMIT %(limit)s
""".replace("CARD", CARD)
GROUP_PAGE = """
    SELECT CARD, held.state, held.opened_at,
           ARRAY(SELECT chosen.sku_id FROM promotions_promotionsku chosen
                 WHERE chosen.brand_id = held.brand_id
                   AND chosen.promotion_id = held.group_buy_id ORDER BY chosen.sku_id)
    FROM promotions_group held WHERE held.brand_id = %(brand_id)s AND held.id = %(group_id)s
""".replace("CARD", CARD)
JOINED = """
    SELECT member_id, paid_at FROM promotions_seat
    WHERE brand_id = %(brand_id)s AND group_id = %(group_id)s
      AND (state = 'paid' OR (left_as = 'lost' AND paid_at IS NOT NULL))
    ORDER BY paid_at, id
"""
OWED = """
    SELECT order_id FROM promotions_seat
    WHERE brand_id = %(brand_id)s AND state = 'left' AND paid_at IS NOT NULL
      AND left_at > %(since)s
    ORDER BY left_at, order_id LIMIT %(limit)s
"""
SEAT_COLUMNS = (
    "order_id",
    "group_id",
    "member_id",
    "state",
    "left_as",
    "paid_at",
    "group__closes_at",
    "group__state",
)


def open_groups(
    *, brand_id: UUID, sku_ids: Sequence[UUID], now: datetime, limit: int = 20
) -> tuple[GroupCard, ...]:
    """The groups for some SKUs that somebody paid in and somebody may still join. One query.

    Soonest to close first. `sku_ids` of a product: all its SKUs.
    """
    rows = many(OPEN_GROUPS, brand_id=brand_id, sku_ids=list(sku_ids), now=now, limit=limit)
    return tuple(GroupCard(*row) for row in rows)


def group_page(*, brand_id: UUID, group_id: UUID, now: datetime) -> GroupPage:
    """One group: who paid, in that order, and how long is left. Two queries. Raises GroupNotFound.

    Of a lost group, those who had paid.
    """
    row = one(GROUP_PAGE, brand_id=brand_id, group_id=group_id)
    if row is None:
        raise GroupNotFound(group_id=group_id)
    card, state = GroupCard(*row[:8]), GroupState(row[8])
    left = (card.closes_at - now).total_seconds() if state is GroupState.OPEN else 0
    joined = many(JOINED, brand_id=brand_id, group_id=group_id)
    return GroupPage(
        card=card,
        state=state,
        opened_at=row[9],
        seconds_left=max(0, int(left)),
        joined=tuple(Joined(*each) for each in joined),
        sku_ids=tuple(row[10]),
    )


def seats_of_orders(*, brand_id: UUID, order_ids: Sequence[UUID]) -> dict[UUID, SeatCard]:
    """Order -> its seat, for those that have one. One query."""
    rows = Seat.objects.filter(brand_id=brand_id, order_id__in=list(order_ids))
    return {row[0]: _seat(row) for row in rows.values_list(*SEAT_COLUMNS)}


def owed(*, brand_id: UUID, since: datetime, limit: int = 1_000) -> tuple[UUID, ...]:
    """Orders whose payment found no seat, or whose seat was left after it was paid. One query.

    Each is to be refunded: its group was lost, it paid late, or it gave its seat back.
    """
    rows = many(OWED, brand_id=brand_id, since=since, limit=limit)
    return tuple(order_id for (order_id,) in rows)


def _seat(row: tuple[Any, ...]) -> SeatCard:
    order_id, group_id, member_id, state, left_as, paid_at, closes_at, group_state = row
    return SeatCard(
        order_id=order_id,
        group_id=group_id,
        member_id=member_id,
        state=SeatState(state),
        left_as=LeftAs(left_as) if left_as else None,
        paid_at=paid_at,
        closes_at=closes_at,
        group_state=GroupState(group_state),
    )
