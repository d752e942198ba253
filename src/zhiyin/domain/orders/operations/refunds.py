"""Money that goes back: granted once per cause, asked for until the provider has taken it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from zhiyin.domain.orders.care import PiecesClaimed
from zhiyin.domain.orders.care_rules import unsent
from zhiyin.domain.orders.models import Order, OrderLine, OrderStep, Payment, Refund
from zhiyin.domain.orders.queries.orders import order as read_order
from zhiyin.domain.orders.queries.refunds import refund_card
from zhiyin.domain.orders.rules import (
    REFUND_MOVES,
    after,
    checked_reason,
    left_of,
    next_try_in,
    quote_of,
)
from zhiyin.domain.orders.types import (
    NothingToGiveBack,
    OrderMove,
    OrderMoveRefused,
    OrderNotFound,
    OrderState,
    PaymentState,
    RefundArrived,
    RefundCard,
    RefundGranted,
    RefundMoveRefused,
    RefundNotFound,
    RefundState,
)
from zhiyin.domain.pricing import rules as pricing
from zhiyin.events import operations as diary
from zhiyin.storage.sql import many

CLAIM = """
    UPDATE orders_refund refund
    SET tries = refund.tries + 1, next_try_at = %(later)s
    FROM (
        SELECT id FROM orders_refund
        WHERE brand_id = %(brand_id)s AND state IN ('granted', 'asked') AND next_try_at <= %(now)s
        ORDER BY next_try_at, id
        LIMIT %(limit)s
        FOR NO KEY UPDATE SKIP LOCKED
    ) due
    WHERE refund.brand_id = %(brand_id)s AND refund.id = due.id
    RETURNING refund.id
"""
"""Whoever claims a refund has it for a minute; if that worker dies, another takes it up."""
CLAIMED_FOR = timedelta(minutes=1)


def give_back(
    *,
    brand_id: UUID,
    order_id: UUID,
    cause: str,
    reason: str,
    now: datetime,
    pieces: Mapping[str, int] | None = None,
    with_freight: bool = True,
    user_id: int | None = None,
    member_id: UUID | None = None,
    of_sent: bool = False,
) -> tuple[RefundCard, bool]:
    """Promise money back for some pieces (line key -> how many), or for all that is left.

    A payment that came too late goes back whole. Of a line, pieces that have not left are given
    back first, unless it is for goods that came back (`of_sent`). Returns the refund and whether
    it is new: the same cause gives back once, whatever a retry asks for. Locks the order.
    Raises ReasonNeeded, OrderNotFound, OrderMoveRefused (not paid), PiecesRefused, PiecesClaimed
    (they stand in an open case), NothingToGiveBack.
    """
    said = checked_reason(reason)
    row = (
        Order.objects.select_for_update(no_key=True).filter(brand_id=brand_id, id=order_id).first()
    )
    if row is None:
        raise OrderNotFound(order_id=order_id)
    before = Refund.objects.select_related("payment").filter(brand_id=brand_id, cause=cause).first()
    if before is not None:
        return refund_card(before), False
    payment = _payment(brand_id, order_id)
    if payment.state == PaymentState.LATE:
        if payment.refunded_fen:
            raise NothingToGiveBack()
        wanted, goods_fen, freight_fen = {}, row.goods_fen, row.freight_fen
    else:
        wanted, goods_fen, freight_fen = _of_pieces(
            row, pieces, with_freight=with_freight, of_sent=of_sent
        )
        _note(row, said, now, user_id=user_id, member_id=member_id)
    if goods_fen + freight_fen == 0:
        raise NothingToGiveBack()
    refund = Refund.objects.create(
        brand_id=brand_id,
        order_id=order_id,
        payment=payment,
        cause=cause,
        reason=said,
        pieces=wanted,
        amount_fen=goods_fen + freight_fen,
        freight_fen=freight_fen,
        state=RefundState.GRANTED,
        granted_at=now,
        next_try_at=now,
    )
    Payment.objects.filter(brand_id=brand_id, id=payment.id).update(
        refunded_fen=F("refunded_fen") + refund.amount_fen
    )
    diary.record(RefundGranted(brand_id=brand_id, at=now, order_id=order_id, refund_id=refund.id))
    return refund_card(refund), True


def claim_due(*, brand_id: UUID, now: datetime, limit: int) -> tuple[UUID, ...]:
    """Take refunds that the provider is to be asked for now, or about: theirs for a minute."""
    rows = many(CLAIM, brand_id=brand_id, now=now, later=now + CLAIMED_FOR, limit=limit)
    return tuple(row[0] for row in rows)


def refund_answered(
    *,
    brand_id: UUID,
    refund_id: UUID,
    state: RefundState,
    now: datetime,
    provider_refund_id: str = "",
    why_stuck: str = "",
) -> bool:
    """Note what the provider said of a refund. Returns whether it has arrived by this call.

    What is past that is left as it is: notifications come late and twice. Raises RefundNotFound.
    """
    refund = (
        Refund.objects.select_for_update(no_key=True)
        .filter(brand_id=brand_id, id=refund_id)
        .first()
    )
    if refund is None:
        raise RefundNotFound(refund_id=refund_id)
    was = RefundState(refund.state)
    if state is not was and (was, state) not in REFUND_MOVES:
        return False
    refund.state = state
    refund.provider_refund_id = provider_refund_id or refund.provider_refund_id
    refund.why_stuck = why_stuck
    refund.next_try_at = now + next_try_in(max(refund.tries, 1))
    refund.done_at = now if state is RefundState.DONE and was is not state else refund.done_at
    refund.save(
        update_fields=["state", "provider_refund_id", "why_stuck", "next_try_at", "done_at"]
    )
    if state is RefundState.DONE and was is not state:
        diary.record(
            RefundArrived(brand_id=brand_id, at=now, order_id=refund.order_id, refund_id=refund_id)
        )
        return True
    return False


def retry_refund(*, brand_id: UUID, refund_id: UUID, now: datetime) -> None:
    """A person has mended what a refund was stuck on: ask for it again, under the same number.

    Raises RefundNotFound, RefundMoveRefused.
    """
    moved = Refund.objects.filter(brand_id=brand_id, id=refund_id, state=RefundState.STUCK).update(
        state=RefundState.GRANTED, next_try_at=now, tries=0, why_stuck=""
    )
    if not moved:
        state = (
            Refund.objects.filter(brand_id=brand_id, id=refund_id)
            .values_list("state", flat=True)
            .first()
        )
        if state is None:
            raise RefundNotFound(refund_id=refund_id)
        raise RefundMoveRefused(state=state)


def _payment(brand_id: UUID, order_id: UUID) -> Payment:
    payment = (
        Payment.objects.filter(
            brand_id=brand_id,
            order_id=order_id,
            state__in=[PaymentState.PAID, PaymentState.LATE],
        )
        .order_by("opened_at", "id")
        .first()
    )
    if payment is None:
        raise OrderMoveRefused(state=OrderState.UNPAID.value, move=OrderMove.REFUND.value)
    return payment


def _of_pieces(
    row: Order, pieces: Mapping[str, int] | None, *, with_freight: bool, of_sent: bool
) -> tuple[dict[str, int], int, int]:
    """Take pieces off an order's lines: which, and what they and the freight come to, in fen."""
    order = read_order(brand_id=row.brand_id, order_id=row.id)
    left = left_of(order.lines)
    wanted = {key: n for key, n in (left if pieces is None else pieces).items() if n}
    move = OrderMove.REFUND_ALL if wanted == left else OrderMove.REFUND
    row.state = after(order.state, move)
    sums = pricing.refundable(
        quote_of(order),
        pieces=wanted,
        returned={line.key: line.refunded for line in order.lines},
        with_freight=with_freight,
    )
    row.save(update_fields=["state"])
    for line in order.lines:
        count = wanted.get(line.key, 0)
        if count > line.quantity - line.refunded - line.claimed:
            raise PiecesClaimed(line=line.key)
        stays = of_sent or order.state is OrderState.DONE
        OrderLine.objects.filter(brand_id=row.brand_id, id=line.id).update(
            refunded=F("refunded") + count,
            withdrawn=F("withdrawn") + (0 if stays else min(count, unsent(line))),
        )
    return wanted, sum(sums.lines_fen.values()), sums.freight_fen


def _note(
    row: Order, reason: str, now: datetime, *, user_id: int | None, member_id: UUID | None
) -> None:
    whole = row.state == OrderState.REFUNDED
    OrderStep.objects.create(
        brand_id=row.brand_id,
        order_id=row.id,
        move=OrderMove.REFUND_ALL if whole else OrderMove.REFUND,
        state=row.state,
        at=now,
        user_id=user_id,
        member_id=member_id,
        reason=reason,
    )
