"""Money that fits no order."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from zhiyin.domain.orders.models import Refund, StrayReceipt
from zhiyin.domain.orders.types import RefundState, Stray, StrayNotFound, StraySettlement

UNSETTLED = Q(settlement="") | Q(refund_state=RefundState.STUCK)
"""What a person has to look at: nothing was decided, or what was decided is stuck."""


def stray_receipts(*, brand_id: UUID, limit: int = 100) -> tuple[Stray, ...]:
    """Money that a person has to look at, newest first. One query."""
    rows = StrayReceipt.objects.filter(UNSETTLED, brand_id=brand_id).order_by("-at", "-id")
    return tuple(map(stray_card, rows[:limit]))


def settled_strays(*, brand_id: UUID, limit: int = 100) -> tuple[Stray, ...]:
    """Money of which a person has decided, latest first. One query."""
    rows = StrayReceipt.objects.filter(brand_id=brand_id).exclude(UNSETTLED)
    return tuple(map(stray_card, rows.order_by("-settled_at", "-id")[:limit]))


def stray(*, brand_id: UUID, stray_id: UUID) -> Stray:
    """One of them. One query. Raises StrayNotFound."""
    row = StrayReceipt.objects.filter(brand_id=brand_id, id=stray_id).first()
    if row is None:
        raise StrayNotFound(stray_id=stray_id)
    return stray_card(row)


def money_to_look_at(*, brand_id: UUID) -> int:
    """How many refunds and receipts wait for a person. Two queries."""
    stuck = Refund.objects.filter(brand_id=brand_id, state=RefundState.STUCK).count()
    return stuck + StrayReceipt.objects.filter(UNSETTLED, brand_id=brand_id).count()


def strays_are_due(*, brand_id: UUID, now: datetime) -> bool:
    """Is there one that a provider is to be asked to give back, or about? One query."""
    return StrayReceipt.objects.filter(
        brand_id=brand_id,
        refund_state__in=[RefundState.GRANTED, RefundState.ASKED],
        next_try_at__lte=now,
    ).exists()


def stray_card(row: StrayReceipt) -> Stray:
    """A row as a value."""
    return Stray(
        id=row.id,
        provider=row.provider,
        merchant_id=row.merchant_id,
        payment_no=row.payment_no,
        transaction_id=row.transaction_id,
        amount_fen=row.amount_fen,
        why=row.why,
        is_money=row.is_money,
        at=row.at,
        settlement=StraySettlement(row.settlement) if row.settlement else None,
        reason=row.settled_reason,
        settled_at=row.settled_at,
        refund=RefundState(row.refund_state) if row.refund_state else None,
        why_stuck=row.why_stuck,
    )
