"""Money that goes back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from zhiyin.domain.orders.models import Refund
from zhiyin.domain.orders.types import RefundCard, RefundNotFound, RefundState


def refund(*, brand_id: UUID, refund_id: UUID) -> RefundCard:
    """One refund. One query. Raises RefundNotFound."""
    row = Refund.objects.select_related("payment").filter(brand_id=brand_id, id=refund_id).first()
    if row is None:
        raise RefundNotFound(refund_id=refund_id)
    return refund_card(row)


def refunds_of(*, brand_id: UUID, order_id: UUID) -> tuple[RefundCard, ...]:
    """The refunds of an order, the earliest first. One query."""
    rows = Refund.objects.select_related("payment").filter(brand_id=brand_id, order_id=order_id)
    return tuple(refund_card(row) for row in rows.order_by("granted_at", "id"))


def stuck_refunds(*, brand_id: UUID, limit: int = 100) -> tuple[RefundCard, ...]:
    """Refunds that a person has to look at, the oldest first. One query."""
    rows = Refund.objects.select_related("payment").filter(
        brand_id=brand_id, state=RefundState.STUCK
    )
    return tuple(refund_card(row) for row in rows.order_by("granted_at", "id")[:limit])


def why_stuck(*, brand_id: UUID, refund_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Refund -> the word it is stuck on, of those that say one. One query."""
    rows = Refund.objects.filter(brand_id=brand_id, id__in=list(refund_ids)).exclude(why_stuck="")
    return dict(rows.order_by("id").values_list("id", "why_stuck"))


def refunds_are_due(*, brand_id: UUID, now: datetime) -> bool:
    """Is there a refund that a provider is to be asked for, or about? One query."""
    return Refund.objects.filter(
        brand_id=brand_id,
        state__in=[RefundState.GRANTED, RefundState.ASKED],
        next_try_at__lte=now,
    ).exists()


def refund_card(row: Refund) -> RefundCard:
    """A refund with its payment, as a value."""
    return RefundCard(
        id=row.id,
        order_id=row.order_id,
        payment_id=row.payment_id,
        provider=row.payment.provider,
        merchant_id=row.payment.merchant_id,
        amount_fen=row.amount_fen,
        goods_fen=row.amount_fen - row.freight_fen,
        freight_fen=row.freight_fen,
        paid_fen=row.payment.amount_fen,
        pieces=row.pieces,
        state=RefundState(row.state),
        cause=row.cause,
        reason=row.reason,
        granted_at=row.granted_at,
        done_at=row.done_at,
        tries=row.tries,
    )
