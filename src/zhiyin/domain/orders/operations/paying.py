"""What becomes of an order when money comes, or does not."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.orders.models import Order, Payment
from zhiyin.domain.orders.operations.pickups import new_code
from zhiyin.domain.orders.queries.payments import payment_card
from zhiyin.domain.orders.rules import after
from zhiyin.domain.orders.types import (
    CloseReason,
    Delivery,
    OrderClosed,
    OrderMove,
    OrderNotFound,
    OrderPaid,
    OrderState,
    PaymentState,
    PaymentUnknown,
    ToSettle,
    TransactionReused,
)
from zhiyin.events import operations as diary
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import one, run

HEAR = """
    INSERT INTO orders_heard (id, brand_id, provider, notification_id, at)
    VALUES (%(id)s, %(brand_id)s, %(provider)s, %(notification_id)s, %(now)s)
    ON CONFLICT DO NOTHING
"""
LOCK = """
    SELECT payment.id, payment.order_id, payment.provider, payment.merchant_id, payment.state,
           payment.amount_fen, payment.refunded_fen, payment.transaction_id, payment.opened_at,
           ordered.number, ordered.member_id, ordered.state, ordered.delivery, ordered.group_id,
           ordered.goods_fen, ordered.freight_fen,
           EXISTS (SELECT FROM orders_payment other
                   WHERE other.brand_id = payment.brand_id AND other.provider = payment.provider
                     AND other.transaction_id = %(transaction_id)s AND other.id <> payment.id
                     AND other.transaction_id <> '')
    FROM orders_payment payment
    JOIN orders_order ordered
      ON ordered.brand_id = payment.brand_id AND ordered.id = payment.order_id
    WHERE payment.brand_id = %(brand_id)s AND payment.id = %(payment_id)s
    FOR NO KEY UPDATE OF ordered, payment
"""
"""Whoever moves an order or its money locks the order first; that is the one lock.

The payment is locked after it so that it is read as it is once the wait is over: of a table that
is joined and not locked, PostgreSQL would show the row of before the wait.
"""

PAY = """
    WITH paid AS (
        UPDATE orders_order SET state = %(state)s, paid_at = %(paid_at)s
        WHERE brand_id = %(brand_id)s AND id = %(order_id)s AND state = %(unpaid)s
        RETURNING id, store_id
    ), money AS (
        UPDATE orders_payment payment
        SET state = %(payment_paid)s, transaction_id = %(transaction_id)s, paid_at = %(paid_at)s,
            merchant_id = %(merchant_id)s
        FROM paid WHERE payment.brand_id = %(brand_id)s AND payment.id = %(payment_id)s
    ), step AS (
        INSERT INTO orders_orderstep (id, brand_id, order_id, move, state, at, reason)
        SELECT %(step_id)s, %(brand_id)s, id, %(move)s, %(state)s, %(now)s, '' FROM paid
    ), pickup AS (
        INSERT INTO orders_pickup
            (id, brand_id, order_id, store_id, code_index, code_sealed, made_at)
        SELECT %(pickup_id)s, %(brand_id)s, id, store_id, %(code_index)s, %(code_sealed)s, %(now)s
        FROM paid WHERE %(is_collected)s
    )
    SELECT count(*) FROM paid
"""
WIN = """
    WITH won AS (
        UPDATE orders_order SET state = %(state)s
        WHERE brand_id = %(brand_id)s AND id = %(order_id)s AND state = %(grouping)s
        RETURNING id, store_id, delivery
    ), step AS (
        INSERT INTO orders_orderstep (id, brand_id, order_id, move, state, at, reason)
        SELECT %(step_id)s, %(brand_id)s, id, %(win)s, %(state)s, %(now)s, '' FROM won
    ), pickup AS (
        INSERT INTO orders_pickup
            (id, brand_id, order_id, store_id, code_index, code_sealed, made_at)
        SELECT %(pickup_id)s, %(brand_id)s, id, store_id, %(code_index)s, %(code_sealed)s, %(now)s
        FROM won WHERE delivery = %(pickup)s
    )
    SELECT count(*) FROM won
"""
CLOSE = """
    WITH closed AS (
        UPDATE orders_order SET state = %(state)s, closed_at = %(now)s, close_reason = %(reason)s
        WHERE brand_id = %(brand_id)s AND id = %(order_id)s AND state = %(unpaid)s
        RETURNING id
    ), step AS (
        INSERT INTO orders_orderstep (id, brand_id, order_id, move, state, at, member_id, reason)
        SELECT %(step_id)s, %(brand_id)s, id, %(move)s, %(state)s, %(now)s, %(member_id)s,
            %(reason)s
        FROM closed
    )
    SELECT count(*) FROM closed
"""


def hear_once(*, brand_id: UUID, provider: str, notification_id: str, now: datetime) -> bool:
    """Note that a notification is being acted on. False: it was before. One statement.

    Both hold only if the caller commits, so what was not acted on is heard again.
    """
    return (
        run(
            HEAR,
            id=uuid7(),
            brand_id=brand_id,
            provider=provider,
            notification_id=notification_id,
            now=now,
        )
        == 1
    )


def for_payment(*, brand_id: UUID, payment_id: UUID, transaction_id: str = "") -> ToSettle:
    """A payment and its order, the order locked to the end of the transaction. One statement.

    `is_spent` says whether this transaction of the provider's has paid for something else.
    Raises PaymentUnknown.
    """
    row = one(LOCK, brand_id=brand_id, payment_id=payment_id, transaction_id=transaction_id)
    if row is None:
        raise PaymentUnknown(payment_id=payment_id)
    number, member_id, state, delivery, group_id, goods_fen, freight_fen, is_spent = row[9:]
    return ToSettle(
        payment=payment_card(row[:9]),
        order_id=row[1],
        number=number,
        member_id=member_id,
        state=OrderState(state),
        delivery=Delivery(delivery),
        group_id=group_id,
        goods_fen=goods_fen,
        freight_fen=freight_fen,
        is_spent=is_spent,
    )


def pay(
    *,
    brand_id: UUID,
    settled: ToSettle,
    transaction_id: str,
    merchant_id: str,
    paid_at: datetime,
    now: datetime,
) -> OrderState:
    """An order that waited is paid, in full. Returns where it stands now: paid, or grouping.

    `settled` was locked in this transaction. `merchant_id` is kept: money is given back from where
    it went. One statement and the event; the pickup code is made with it.
    Raises OrderMoveRefused, TransactionReused.
    """
    move = OrderMove.PAY if settled.group_id is None else OrderMove.PAY_IN_GROUP
    state = after(settled.state, move)
    _check_new(brand_id, settled, transaction_id)
    pickup_id = uuid7()
    index, sealed = new_code(brand_id=brand_id, pickup_id=pickup_id)
    one(
        PAY,
        brand_id=brand_id,
        order_id=settled.order_id,
        payment_id=settled.payment.id,
        step_id=uuid7(),
        pickup_id=pickup_id,
        code_index=index,
        code_sealed=sealed,
        is_collected=state is OrderState.PAID and settled.delivery is Delivery.PICKUP,
        state=state,
        move=move,
        unpaid=OrderState.UNPAID,
        payment_paid=PaymentState.PAID,
        transaction_id=transaction_id,
        merchant_id=merchant_id,
        paid_at=paid_at,
        now=now,
    )
    diary.record(OrderPaid(brand_id=brand_id, at=now, order_id=settled.order_id))
    return state


def pay_late(
    *,
    brand_id: UUID,
    settled: ToSettle,
    transaction_id: str,
    merchant_id: str,
    paid_at: datetime,
    now: datetime,
) -> None:
    """Money came for an order that cannot take it: the payment is late, to be given back whole.

    Raises TransactionReused.
    """
    _check_new(brand_id, settled, transaction_id)
    Payment.objects.filter(brand_id=brand_id, id=settled.payment.id).update(
        state=PaymentState.LATE,
        transaction_id=transaction_id,
        merchant_id=merchant_id,
        paid_at=paid_at,
    )


def win(*, brand_id: UUID, order_id: UUID, now: datetime) -> bool:
    """The group-buy of a paid order is complete. False: it was known already. One statement."""
    pickup_id = uuid7()
    index, sealed = new_code(brand_id=brand_id, pickup_id=pickup_id)
    row = one(
        WIN,
        brand_id=brand_id,
        order_id=order_id,
        step_id=uuid7(),
        pickup_id=pickup_id,
        code_index=index,
        code_sealed=sealed,
        state=after(OrderState.GROUPING, OrderMove.WIN),
        grouping=OrderState.GROUPING,
        win=OrderMove.WIN,
        pickup=Delivery.PICKUP,
        now=now,
    )
    return bool(row and row[0])


def close(
    *,
    brand_id: UUID,
    order_id: UUID,
    reason: CloseReason,
    now: datetime,
    member_id: UUID | None = None,
) -> bool:
    """End an order that was not paid. False: it was closed already. Payments stay open.

    The provider is told afterwards (`close_payment`): money may be on its way, and is then late.
    Raises OrderNotFound (also if it is another member's), OrderMoveRefused (it was paid).
    """
    row = one(
        CLOSE,
        brand_id=brand_id,
        order_id=order_id,
        step_id=uuid7(),
        state=after(OrderState.UNPAID, OrderMove.CLOSE),
        unpaid=OrderState.UNPAID,
        move=OrderMove.CLOSE,
        reason=reason,
        member_id=member_id,
        now=now,
    )
    if row and row[0]:
        diary.record(OrderClosed(brand_id=brand_id, at=now, order_id=order_id, reason=reason))
        return True
    state = (
        Order.objects.filter(brand_id=brand_id, id=order_id).values_list("state", flat=True).first()
    )
    if state is None:
        raise OrderNotFound(order_id=order_id)
    if state != OrderState.CLOSED:
        after(OrderState(state), OrderMove.CLOSE)
    return False


def lock(*, brand_id: UUID, order_id: UUID) -> OrderState:
    """Hold an order to the end of the transaction; where it stands. Raises OrderNotFound."""
    state = (
        Order.objects.select_for_update(no_key=True)
        .filter(brand_id=brand_id, id=order_id)
        .values_list("state", flat=True)
        .first()
    )
    if state is None:
        raise OrderNotFound(order_id=order_id)
    return OrderState(state)


def close_payment(*, brand_id: UUID, payment_id: UUID) -> None:
    """The provider lets nobody pay it any more."""
    Payment.objects.filter(brand_id=brand_id, id=payment_id, state=PaymentState.OPEN).update(
        state=PaymentState.CLOSED
    )


def note_asked(*, brand_id: UUID, payment_id: UUID, now: datetime) -> None:
    """The provider was asked where a payment stands: the poller turns to others first."""
    Payment.objects.filter(brand_id=brand_id, id=payment_id).update(asked_at=now)


def _check_new(brand_id: UUID, settled: ToSettle, transaction_id: str) -> None:
    """Raises TransactionReused if this transaction has paid for something else."""
    if settled.payment.transaction_id not in ("", transaction_id):
        raise TransactionReused(payment_id=settled.payment.id)
