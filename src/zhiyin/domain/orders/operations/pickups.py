"""Pickup codes: made when an order is paid, shown to her, scanned by a clerk, used once."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from zhiyin.domain.orders.models import Order, OrderStep, Pickup, Refund
from zhiyin.domain.orders.rules import after, checked_reason
from zhiyin.domain.orders.types import (
    UNDO_WITHIN,
    WRONG_CODES_AN_HOUR,
    AlreadyCollected,
    CodeTrier,
    OrderDone,
    OrderMove,
    OrderReopened,
    OrderState,
    PickupCard,
    PickupElsewhere,
    PickupNotFound,
    TooManyWrongCodes,
    UndoAfterRefund,
    UndoTooLate,
)
from zhiyin.events import operations as diary
from zhiyin.kit.ids import uuid7
from zhiyin.storage.fields import blind_index, seal_text
from zhiyin.storage.sql import one

DIGITS = 12
COUNT = """
    INSERT INTO orders_wrongcodes (id, brand_id, user_id, key_id, hour, tries)
    VALUES (%(id)s, %(brand_id)s, %(user_id)s, %(key_id)s, %(hour)s, 1)
    ON CONFLICT (brand_id, user_id, key_id, hour) DO UPDATE SET tries = orders_wrongcodes.tries + 1
    WHERE orders_wrongcodes.tries < %(most)s
    RETURNING tries
"""
FORGIVE = """
    UPDATE orders_wrongcodes SET tries = tries - 1
    WHERE brand_id = %(brand_id)s AND hour = %(hour)s AND tries > 0
      AND user_id IS NOT DISTINCT FROM %(user_id)s AND key_id IS NOT DISTINCT FROM %(key_id)s
    RETURNING tries
"""
COLLECT = """
    WITH ordered AS (
        UPDATE orders_order SET state = %(done)s, done_at = %(now)s
        WHERE brand_id = %(brand_id)s AND id = %(order_id)s AND state = %(paid)s
        RETURNING id
    ), pickup AS (
        UPDATE orders_pickup SET collected_at = %(now)s, collected_by_id = %(user_id)s
        FROM ordered WHERE brand_id = %(brand_id)s AND order_id = ordered.id
    ), step AS (
        INSERT INTO orders_orderstep (id, brand_id, order_id, move, state, at, user_id, reason)
        SELECT %(step_id)s, %(brand_id)s, id, %(move)s, %(done)s, %(now)s, %(user_id)s, ''
        FROM ordered
    )
    SELECT count(*) FROM ordered
"""


def new_code(*, brand_id: UUID, pickup_id: UUID) -> tuple[bytes, bytes]:
    """A code of twelve digits that nobody can guess: its blind index, and itself sealed."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    return (
        blind_index(brand_id=brand_id, model=Pickup, field="code_sealed", value=code),
        seal_text(
            brand_id=brand_id, model=Pickup, field="code_sealed", row_id=pickup_id, text=code
        ),
    )


def count_wrong_code(*, brand_id: UUID, by: CodeTrier, now: datetime) -> None:
    """Count a code as wrong before it is looked at, so that guesses at once are counted too.

    Commit it before the code is looked up; `forgive_wrong_code` takes it back if it was right.
    Raises TooManyWrongCodes.
    """
    row = one(
        COUNT,
        id=uuid7(),
        brand_id=brand_id,
        user_id=by.user_id,
        key_id=by.key_id,
        hour=_hour(now),
        most=WRONG_CODES_AN_HOUR,
    )
    if row is None:
        raise TooManyWrongCodes(until=(_hour(now) + timedelta(hours=1)).isoformat())


def forgive_wrong_code(*, brand_id: UUID, by: CodeTrier, now: datetime) -> None:
    """The code was right after all."""
    one(FORGIVE, brand_id=brand_id, user_id=by.user_id, key_id=by.key_id, hour=_hour(now))


def collect(
    *, brand_id: UUID, pickup: PickupCard, store_id: UUID, user_id: int | None, now: datetime
) -> UUID:
    """Hand an order over to who showed its code, once. Returns the step's id.

    One statement and the event.
    Raises PickupElsewhere, AlreadyCollected (with when and by whom), OrderMoveRefused.
    """
    if pickup.store_id != store_id:
        raise PickupElsewhere(store_id=pickup.store_id)
    step_id = uuid7()
    row = one(
        COLLECT,
        brand_id=brand_id,
        order_id=pickup.order_id,
        step_id=step_id,
        user_id=user_id,
        move=OrderMove.COLLECT,
        done=after(OrderState.PAID, OrderMove.COLLECT),
        paid=OrderState.PAID,
        now=now,
    )
    if not (row and row[0]):
        _refuse(brand_id, pickup)
    diary.record(OrderDone(brand_id=brand_id, at=now, order_id=pickup.order_id))
    return step_id


def undo_collect(
    *, brand_id: UUID, order_id: UUID, user_id: int | None, reason: str, now: datetime
) -> UUID:
    """Take back a pickup that was marked by mistake, within half an hour; the code works again.

    Returns the id of the step that is undone.
    Raises ReasonNeeded, PickupNotFound, UndoTooLate, UndoAfterRefund, OrderMoveRefused.
    """
    said = checked_reason(reason)
    order = (
        Order.objects.select_for_update(no_key=True).filter(brand_id=brand_id, id=order_id).first()
    )
    pickup = Pickup.objects.filter(brand_id=brand_id, order_id=order_id).first()
    if order is None or pickup is None:
        raise PickupNotFound()
    order.state = after(OrderState(order.state), OrderMove.UNDO_COLLECT)
    if pickup.collected_at is None or now > pickup.collected_at + UNDO_WITHIN:
        until = (pickup.collected_at or now) + UNDO_WITHIN
        raise UndoTooLate(until=until.isoformat())
    if Refund.objects.filter(
        brand_id=brand_id, order_id=order_id, granted_at__gte=pickup.collected_at
    ).exists():
        raise UndoAfterRefund
    undone = (
        OrderStep.objects.filter(brand_id=brand_id, order_id=order_id, move=OrderMove.COLLECT)
        .order_by("-at", "-id")
        .values_list("id", flat=True)[0]
    )
    order.done_at = None
    order.save(update_fields=["state", "done_at"])
    pickup.collected_at = pickup.collected_by_id = None
    pickup.save(update_fields=["collected_at", "collected_by"])
    OrderStep.objects.create(
        brand_id=brand_id,
        order_id=order_id,
        move=OrderMove.UNDO_COLLECT,
        state=order.state,
        at=now,
        user_id=user_id,
        reason=said,
    )
    diary.record(OrderReopened(brand_id=brand_id, at=now, order_id=order_id))
    return undone


def _refuse(brand_id: UUID, pickup: PickupCard) -> None:
    """Say why an order cannot be collected: it was, or it stands elsewhere."""
    found = (
        Pickup.objects.filter(brand_id=brand_id, id=pickup.id)
        .values_list("collected_at", "collected_by__username", "order__state")
        .get()
    )
    at, by, state = found
    if at is not None:
        raise AlreadyCollected(at=at.isoformat(), by=by or "")
    after(OrderState(state), OrderMove.COLLECT)


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)
