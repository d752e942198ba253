"""Payments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from zhiyin.domain.orders.models import Payment
from zhiyin.domain.orders.types import PaymentCard, PaymentState, PaymentUnknown, Placed

COLUMNS = (
    "id",
    "order_id",
    "provider",
    "merchant_id",
    "state",
    "amount_fen",
    "refunded_fen",
    "transaction_id",
    "opened_at",
)


def payment_of(*, brand_id: UUID, order_id: UUID) -> PaymentCard:
    """The payment of an order: the one that paid it, else the latest. Raises PaymentUnknown."""
    row = (
        Payment.objects.filter(brand_id=brand_id, order_id=order_id)
        .order_by(F("paid_at").asc(nulls_last=True), "-opened_at", "id")
        .values_list(*COLUMNS)
        .first()
    )
    if row is None:
        raise PaymentUnknown()
    return payment_card(row)


def placed(*, brand_id: UUID, order_id: UUID) -> Placed | None:
    """An order that was placed before, as `operations.place` answers, or None. One query."""
    row = (
        Payment.objects.filter(brand_id=brand_id, order_id=order_id)
        .order_by("-opened_at", "id")
        .values_list(
            "order__number", "id", "order__payable_fen", "order__pay_by", "order__group_id"
        )
        .first()
    )
    if row is None:
        return None
    number, payment_id, payable_fen, pay_by, group_id = row
    return Placed(
        order_id=order_id,
        number=number,
        payment_id=payment_id,
        payable_fen=payable_fen,
        pay_by=pay_by,
        group_id=group_id,
        is_new=False,
    )


def open_payments(*, brand_id: UUID, before: datetime, limit: int) -> tuple[PaymentCard, ...]:
    """Payments opened before a moment that were not heard of, longest unasked first. One query."""
    rows = (
        Payment.objects.filter(brand_id=brand_id, state=PaymentState.OPEN, opened_at__lte=before)
        .order_by(F("asked_at").asc(nulls_first=True), "opened_at", "id")
        .values_list(*COLUMNS)[:limit]
    )
    return tuple(payment_card(row) for row in rows)


def payment_card(row: Sequence[Any]) -> PaymentCard:
    """A row of COLUMNS as a value."""
    said = dict(zip(COLUMNS, row, strict=True))
    return PaymentCard(**said | {"state": PaymentState(said["state"])})
