"""Requests for an invoice: one for an order, its title sealed."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.orders.care import (
    InvoiceFacts,
    InvoiceMoveRefused,
    InvoiceNotFound,
    InvoiceState,
)
from zhiyin.domain.orders.care_rules import check_invoice_move, checked_invoice
from zhiyin.domain.orders.models import InvoiceRequest
from zhiyin.domain.orders.operations.parcels import lock_order
from zhiyin.domain.orders.rules import checked_reason
from zhiyin.domain.orders.types import OrderMoveRefused, OrderNotFound, OrderState
from zhiyin.kit.ids import uuid7
from zhiyin.storage.fields import seal_json

NOT_INVOICED = (OrderState.UNPAID, OrderState.CLOSED, OrderState.REFUNDED)


def ask_invoice(
    *, brand_id: UUID, order_id: UUID, member_id: UUID, facts: InvoiceFacts, now: datetime
) -> UUID:
    """Ask for an order's invoice, or again after a refusal; asking twice corrects the title.

    Returns the request's id. Raises InvoiceRefused, OrderNotFound, OrderMoveRefused (not paid, or
    all given back), InvoiceMoveRefused (it is issued).
    """
    checked = checked_invoice(facts)
    row = lock_order(brand_id, order_id)
    if row.member_id != member_id:
        raise OrderNotFound(order_id=order_id)
    if OrderState(row.state) in NOT_INVOICED:
        raise OrderMoveRefused(state=row.state, move="invoice")
    request = InvoiceRequest.objects.filter(brand_id=brand_id, order_id=order_id).first()
    if request is None:
        request = InvoiceRequest(
            brand_id=brand_id, id=uuid7(), order_id=order_id, member_id=member_id
        )
    elif request.state == InvoiceState.ISSUED:
        raise InvoiceMoveRefused(state=request.state)
    request.kind, request.state, request.asked_at = checked.kind, InvoiceState.ASKED, now
    request.answered_at, request.answered_by_id, request.answer = None, None, ""
    request.facts_sealed = seal_json(
        brand_id=brand_id,
        model=InvoiceRequest,
        field="facts_sealed",
        row_id=request.id,
        facts={"title": checked.title, "tax_no": checked.tax_no},
    )
    request.save()
    return request.id


def answer_invoice(
    *,
    brand_id: UUID,
    invoice_id: UUID,
    state: InvoiceState,
    answer: str,
    user_id: int | None,
    now: datetime,
) -> None:
    """It is issued (`answer`: its number), or refused (why).

    Raises ReasonNeeded, InvoiceNotFound, InvoiceMoveRefused.
    """
    said = checked_reason(answer)
    request = (
        InvoiceRequest.objects.select_for_update(no_key=True)
        .filter(brand_id=brand_id, id=invoice_id)
        .first()
    )
    if request is None:
        raise InvoiceNotFound(invoice_id=invoice_id)
    check_invoice_move(InvoiceState(request.state), state)
    request.state, request.answer = state, said
    request.answered_at, request.answered_by_id = now, user_id
    request.save(update_fields=["state", "answer", "answered_at", "answered_by"])


def forget_titles(*, brand_id: UUID, member_id: UUID) -> int:
    """Her titles go; that an invoice was asked for, and its number, stay."""
    return InvoiceRequest.objects.filter(
        brand_id=brand_id, member_id=member_id, facts_sealed__isnull=False
    ).update(facts_sealed=None)
