"""The seats of groups: opened, taken, paid, left, lost. The group's row is locked before its seats.

In one transaction: a group first, then what `uses` locks. Everybody who holds several groups took
them by `FOR NO KEY UPDATE SKIP LOCKED`, and so waits for none.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from zhiyin.domain.promotions.models import Group, Seat
from zhiyin.domain.promotions.operations.tallies import tally_seat, untally
from zhiyin.domain.promotions.rules import group_after, seat_after
from zhiyin.domain.promotions.types import (
    AlreadySeated,
    GroupBuyNotRunning,
    GroupClosed,
    GroupFull,
    GroupMove,
    GroupNotFound,
    GroupState,
    GroupWon,
    LeftAs,
    PersonLimitReached,
    PromotionKind,
    PromotionNotFound,
    Seated,
    SeatMove,
    SeatNotFound,
    SeatOutcome,
    SeatState,
)
from zhiyin.events.operations import record
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import one, run

OFFERED = """
    SELECT price_fen, seats, open_hours, kind, stopped_at IS NULL
           AND starts_at <= %(now)s AND %(now)s < ends_at
    FROM promotions_promotion WHERE brand_id = %(brand_id)s AND id = %(group_buy_id)s
"""
TAKE_SEAT = """
    WITH held AS MATERIALIZED (
        SELECT id, group_buy_id, closes_at FROM promotions_group
        WHERE brand_id = %(brand_id)s AND id = %(group_id)s
          AND state = %(open)s AND closes_at > %(now)s AND seats_taken < seats
        FOR NO KEY UPDATE
    ), seat AS (
        INSERT INTO promotions_seat
            (id, brand_id, group_id, member_id, order_id, state, left_as, taken_at)
        SELECT %(seat_id)s, %(brand_id)s, id, %(member_id)s, %(order_id)s, %(taken)s, '', %(now)s
        FROM held
        ON CONFLICT DO NOTHING
        RETURNING group_id
    ), counted AS (
        UPDATE promotions_group seated SET seats_taken = seated.seats_taken + 1
        FROM seat
        WHERE seated.brand_id = %(brand_id)s AND seated.id = seat.group_id
    )
    SELECT held.closes_at, held.group_buy_id, seat.group_id IS NOT NULL
    FROM held LEFT JOIN seat ON seat.group_id = held.id
"""
"""Nobody takes the last seat twice: the guard is asked again once the row is locked. One seat per
order, and per member of a group, are unique keys."""

LOCK_GROUP_OF = """
    SELECT id, state, closes_at, seats, seats_paid, won_by_order_id FROM promotions_group
    WHERE brand_id = %(brand_id)s AND id = (
        SELECT group_id FROM promotions_seat
        WHERE brand_id = %(brand_id)s AND order_id = %(order_id)s
    )
    FOR NO KEY UPDATE
"""
"""The seat is read in a statement of its own, after this: what it was before somebody else let go
of the group is of no use."""

SEAT_OF = """
    SELECT id, state, member_id, paid_at, left_as FROM promotions_seat
    WHERE brand_id = %(brand_id)s AND order_id = %(order_id)s
"""
MOVE_SEAT = """
    UPDATE promotions_seat
    SET state = %(state)s, left_as = %(left_as)s, paid_at = coalesce(paid_at, %(paid_at)s),
        left_at = coalesce(left_at, %(left_at)s)
    WHERE brand_id = %(brand_id)s AND id = %(seat_id)s
"""
COUNT_SEATS = """
    UPDATE promotions_group
    SET seats_taken = seats_taken + %(taken)s, seats_paid = seats_paid + %(paid)s,
        state = %(state)s, closed_at = %(closed_at)s, won_by_order_id = %(won_by)s
    WHERE brand_id = %(brand_id)s AND id = %(group_id)s
"""


@transaction.atomic
def open_group(
    *, brand_id: UUID, group_buy_id: UUID, member_id: UUID, order_id: UUID, now: datetime
) -> Seated:
    """Open a group of a group-buy that runs, with her order on its first seat.

    The group has the price and the seats of this moment, whatever becomes of the group-buy. A retry
    with the same order answers the same.
    Raises PromotionNotFound, GroupBuyNotRunning, PersonLimitReached, AlreadySeated.
    """
    if seated := _seated_before(brand_id, None, member_id, order_id):
        return seated
    row = one(OFFERED, brand_id=brand_id, group_buy_id=group_buy_id, now=now)
    if row is None or row[3] != PromotionKind.GROUP_BUY:
        raise PromotionNotFound(promotion_id=group_buy_id)
    price_fen, seats, open_hours, _, is_running = row
    if not is_running:
        raise GroupBuyNotRunning(group_buy_id=group_buy_id)
    group = Group.objects.create(
        brand_id=brand_id,
        group_buy_id=group_buy_id,
        opened_by_id=member_id,
        price_fen=price_fen,
        seats=seats,
        state=GroupState.OPEN,
        opened_at=now,
        closes_at=now + timedelta(hours=open_hours),
    )
    return _sit(brand_id, group.id, member_id, order_id, now)


@transaction.atomic
def take_seat(
    *, brand_id: UUID, group_id: UUID, member_id: UUID, order_id: UUID, now: datetime
) -> Seated:
    """Give her order a seat in an open group. A retry with the same order answers the same.

    Raises GroupNotFound, GroupClosed, GroupFull, AlreadySeated, PersonLimitReached; nothing is
    taken then.
    """
    if seated := _seated_before(brand_id, group_id, member_id, order_id):
        return seated
    return _sit(brand_id, group_id, member_id, order_id, now)


def lock_group(*, brand_id: UUID, order_id: UUID) -> None:
    """Hold the group of an order's seat to the end of the transaction. Raises SeatNotFound."""
    _locked_group(brand_id, order_id)


@transaction.atomic
def seat_paid(*, brand_id: UUID, order_id: UUID, now: datetime) -> SeatOutcome:
    """Her order is paid: the seat counts. With the last one the group is won, and says so.

    LATE: the seat or the group is gone, and the caller owes her a refund; `queries.owed` lists it.
    Asked again it answers the same and changes nothing, also when the seat was lost or given back
    since: that refund is `close_expired`'s or `return_seat`'s caller's. Raises SeatNotFound.
    """
    held = _locked_group(brand_id, order_id)
    seat_id, state, member_id, paid_at, left_as = (
        one(SEAT_OF, brand_id=brand_id, order_id=order_id) or ()
    )
    group_id, group_state, closes_at, seats, seats_paid, won_by = held
    if state == SeatState.PAID:
        return SeatOutcome.WON if won_by == order_id else SeatOutcome.PAID
    if state == SeatState.LEFT and paid_at is not None:
        return SeatOutcome.LATE if left_as == LeftAs.LATE else SeatOutcome.PAID
    if state == SeatState.LEFT or group_state != GroupState.OPEN or closes_at <= now:
        _move(brand_id, seat_id, SeatState(state), SeatMove.PAY_LATE, LeftAs.LATE, now, paid_at=now)
        if state == SeatState.TAKEN:
            _count(brand_id, group_id, group_state, taken=-1)
            untally(brand_id=brand_id, seats=[(group_id, member_id)])
        return SeatOutcome.LATE
    _move(brand_id, seat_id, SeatState(state), SeatMove.PAY, None, None, paid_at=now)
    if seats_paid + 1 < seats:
        _count(brand_id, group_id, group_state, paid=1)
        return SeatOutcome.PAID
    won = group_after(GroupState(group_state), GroupMove.FILL)
    _count(brand_id, group_id, won, paid=1, closed_at=now, won_by=order_id)
    paid = Seat.objects.filter(brand_id=brand_id, group_id=group_id, state=SeatState.PAID)
    order_ids = tuple(paid.order_by("paid_at", "id").values_list("order_id", flat=True))
    record(GroupWon(brand_id=brand_id, at=now, group_id=group_id, order_ids=order_ids))
    return SeatOutcome.WON


@transaction.atomic
def leave_seat(*, brand_id: UUID, order_id: UUID, now: datetime) -> bool:
    """Free the seat of an order that was closed unpaid. False if nobody sits there any more.

    Raises SeatNotFound, SeatMoveRefused (it is paid: `return_seat`).
    """
    return _leave(brand_id, order_id, SeatMove.LEAVE, LeftAs.UNPAID, now)


@transaction.atomic
def return_seat(*, brand_id: UUID, order_id: UUID, now: datetime) -> bool:
    """Free a paid seat before its group is won: the caller refunds it. False if it is free already.

    Raises SeatNotFound, SeatMoveRefused (it is not paid: `leave_seat`), GroupClosed (it is won:
    what follows is an after-sales case, and the seat stays).
    """
    return _leave(brand_id, order_id, SeatMove.RETURN, LeftAs.RETURNED, now)


def _seated_before(
    brand_id: UUID, group_id: UUID | None, member_id: UUID, order_id: UUID
) -> Seated | None:
    """The seat that this very call took before. Raises AlreadySeated for another one."""
    seat = Seat.objects.filter(brand_id=brand_id, order_id=order_id).select_related("group").first()
    if seat is None:
        return None
    is_same = seat.member_id == member_id and seat.state != SeatState.LEFT
    if group_id is None:
        is_same = is_same and seat.group.opened_by_id == member_id
    if not is_same or group_id not in (None, seat.group_id):
        raise AlreadySeated(group_id=seat.group_id)
    return Seated(seat.group_id, seat.id, seat.group.closes_at)


def _sit(brand_id: UUID, group_id: UUID, member_id: UUID, order_id: UUID, now: datetime) -> Seated:
    seat_id = uuid7()
    row = one(
        TAKE_SEAT,
        brand_id=brand_id,
        group_id=group_id,
        member_id=member_id,
        order_id=order_id,
        seat_id=seat_id,
        open=GroupState.OPEN,
        taken=SeatState.TAKEN,
        now=now,
    )
    if row is None:
        raise _no_seat(brand_id, group_id, now)
    closes_at, group_buy_id, is_seated = row
    if not is_seated:
        raise AlreadySeated(group_id=group_id)
    if not tally_seat(brand_id=brand_id, group_buy_id=group_buy_id, member_id=member_id):
        raise PersonLimitReached(rule=f"{PromotionKind.GROUP_BUY.value}:{group_buy_id}")
    return Seated(group_id, seat_id, closes_at)


def _no_seat(brand_id: UUID, group_id: UUID, now: datetime) -> Exception:
    row = Group.objects.filter(brand_id=brand_id, id=group_id).first()
    if row is None:
        return GroupNotFound(group_id=group_id)
    if row.state != GroupState.OPEN or row.closes_at <= now:
        return GroupClosed(group_id=group_id, state=row.state)
    return GroupFull(group_id=group_id, seats=row.seats)


def _locked_group(brand_id: UUID, order_id: UUID) -> tuple:
    row = one(LOCK_GROUP_OF, brand_id=brand_id, order_id=order_id)
    if row is None:
        raise SeatNotFound(order_id=order_id)
    return row


def _leave(brand_id: UUID, order_id: UUID, move: SeatMove, left_as: LeftAs, now: datetime) -> bool:
    group_id, group_state, *_ = _locked_group(brand_id, order_id)
    seat_id, state, member_id, *_ = one(SEAT_OF, brand_id=brand_id, order_id=order_id) or ()
    if state == SeatState.LEFT:
        return False
    seat_after(SeatState(state), move)
    if group_state != GroupState.OPEN:
        raise GroupClosed(group_id=group_id, state=group_state)
    _move(brand_id, seat_id, SeatState(state), move, left_as, now)
    _count(brand_id, group_id, group_state, taken=-1, paid=-(move is SeatMove.RETURN))
    untally(brand_id=brand_id, seats=[(group_id, member_id)])
    return True


def _move(
    brand_id: UUID,
    seat_id: UUID,
    state: SeatState,
    move: SeatMove,
    left_as: LeftAs | None,
    left_at: datetime | None,
    paid_at: datetime | None = None,
) -> None:
    run(
        MOVE_SEAT,
        brand_id=brand_id,
        seat_id=seat_id,
        state=seat_after(state, move),
        left_as=left_as or "",
        left_at=left_at,
        paid_at=paid_at,
    )


def _count(
    brand_id: UUID,
    group_id: UUID,
    state: str | None,
    *,
    taken: int = 0,
    paid: int = 0,
    closed_at: datetime | None = None,
    won_by: UUID | None = None,
) -> None:
    run(
        COUNT_SEATS,
        brand_id=brand_id,
        group_id=group_id,
        state=state,
        taken=taken,
        paid=paid,
        closed_at=closed_at,
        won_by=won_by,
    )
