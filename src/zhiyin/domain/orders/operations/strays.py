"""Money that fits no order: kept apart, then settled once by a person, with her reason."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.orders.models import StrayReceipt
from zhiyin.domain.orders.operations.refunds import CLAIMED_FOR
from zhiyin.domain.orders.queries.strays import stray_card
from zhiyin.domain.orders.rules import REFUND_MOVES, checked_reason, next_try_in
from zhiyin.domain.orders.types import (
    RefundState,
    Stray,
    StrayMoveRefused,
    StrayNotFound,
    StraySettlement,
)
from zhiyin.storage.sql import many

CLAIM = """
    UPDATE orders_strayreceipt stray
    SET tries = stray.tries + 1, next_try_at = %(later)s
    FROM (
        SELECT id FROM orders_strayreceipt
        WHERE brand_id = %(brand_id)s AND refund_state IN ('granted', 'asked')
          AND next_try_at <= %(now)s
        ORDER BY next_try_at, id
        LIMIT %(limit)s
        FOR NO KEY UPDATE SKIP LOCKED
    ) due
    WHERE stray.brand_id = %(brand_id)s AND stray.id = due.id
    RETURNING stray.id
"""
"""Whoever claims one has it for a minute, as with a refund of an order."""


def note_stray(
    *,
    brand_id: UUID,
    provider: str,
    merchant_id: str,
    payment_no: str,
    transaction_id: str,
    amount_fen: int,
    why: str,
    is_money: bool,
    now: datetime,
) -> bool:
    """Keep money that fits nothing, for a person to look at. False: it was noted before."""
    _, is_new = StrayReceipt.objects.get_or_create(
        brand_id=brand_id,
        provider=provider,
        transaction_id=transaction_id,
        defaults={
            "merchant_id": merchant_id,
            "payment_no": payment_no,
            "amount_fen": amount_fen,
            "why": why,
            "is_money": is_money,
            "at": now,
        },
    )
    return is_new


def settle_stray(
    *,
    brand_id: UUID,
    stray_id: UUID,
    settlement: StraySettlement,
    reason: str,
    now: datetime,
    user_id: int | None,
) -> tuple[Stray, bool]:
    """Write down what a person decided of stray money, once. Locks the row.

    Returns it and whether this call decided: the same decision again changes nothing. To give
    back is to be asked of the provider from `now` on.
    Raises ReasonNeeded, StrayNotFound, StrayMoveRefused (decided otherwise, or there is no money
    of its own to give back).
    """
    said = checked_reason(reason)
    row = _locked(brand_id, stray_id)
    if row.settlement == settlement:
        return stray_card(row), False
    gives_back = settlement is StraySettlement.GIVE_BACK
    if row.settlement or (gives_back and not (row.is_money and row.amount_fen)):
        raise StrayMoveRefused(settlement=row.settlement)
    row.settlement, row.settled_reason, row.settled_at = settlement, said, now
    row.settled_by_id = user_id
    if gives_back:
        row.refund_state, row.next_try_at = RefundState.GRANTED, now
    row.save(
        update_fields=[
            "settlement",
            "settled_reason",
            "settled_at",
            "settled_by",
            "refund_state",
            "next_try_at",
        ]
    )
    return stray_card(row), True


def claim_due_strays(*, brand_id: UUID, now: datetime, limit: int) -> tuple[UUID, ...]:
    """Take those that the provider is to be asked for now, or about: theirs for a minute."""
    rows = many(CLAIM, brand_id=brand_id, now=now, later=now + CLAIMED_FOR, limit=limit)
    return tuple(row[0] for row in rows)


def stray_answered(
    *, brand_id: UUID, stray_id: UUID, state: RefundState, now: datetime, why_stuck: str = ""
) -> bool:
    """Note what the provider said of stray money given back. True: it has arrived by this call.

    What is past that is left as it is. Raises StrayNotFound.
    """
    row = _locked(brand_id, stray_id)
    if not row.refund_state:
        raise StrayNotFound(stray_id=stray_id)
    was = RefundState(row.refund_state)
    if state is not was and (was, state) not in REFUND_MOVES:
        return False
    row.refund_state, row.why_stuck = state, why_stuck
    row.next_try_at = now + next_try_in(max(row.tries, 1))
    row.save(update_fields=["refund_state", "why_stuck", "next_try_at"])
    return state is RefundState.DONE and was is not state


def retry_stray(*, brand_id: UUID, stray_id: UUID, now: datetime) -> None:
    """Ask for stray money's refund again that was stuck, under the same number.

    Raises StrayNotFound, StrayMoveRefused.
    """
    row = _locked(brand_id, stray_id)
    if row.refund_state != RefundState.STUCK:
        raise StrayMoveRefused(settlement=row.settlement)
    row.refund_state, row.next_try_at, row.tries, row.why_stuck = RefundState.GRANTED, now, 0, ""
    row.save(update_fields=["refund_state", "next_try_at", "tries", "why_stuck"])


def _locked(brand_id: UUID, stray_id: UUID) -> StrayReceipt:
    row = (
        StrayReceipt.objects.select_for_update(no_key=True)
        .filter(brand_id=brand_id, id=stray_id)
        .first()
    )
    if row is None:
        raise StrayNotFound(stray_id=stray_id)
    return row
