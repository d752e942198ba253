"""Requests for an invoice."""

from collections.abc import Iterable
from uuid import UUID

from zhiyin.domain.orders.care import (
    InvoiceCard,
    InvoiceFacts,
    InvoiceNotFound,
    InvoiceState,
    TitleKind,
)
from zhiyin.domain.orders.models import InvoiceRequest
from zhiyin.storage.fields import unseal_json


def invoices(
    *, brand_id: UUID, states: Iterable[InvoiceState] = (), offset: int = 0, limit: int = 50
) -> tuple[tuple[InvoiceCard, ...], int]:
    """A page of requests, the longest asked first, and how many there are. Two queries."""
    rows = InvoiceRequest.objects.filter(brand_id=brand_id)
    if wanted := list(states):
        rows = rows.filter(state__in=wanted)
    page = rows.select_related("order").order_by("asked_at", "id")[offset : offset + limit]
    return tuple(_card(row) for row in page), rows.count()


def invoice(*, brand_id: UUID, invoice_id: UUID) -> InvoiceCard:
    """One request. One query. Raises InvoiceNotFound."""
    row = (
        InvoiceRequest.objects.filter(brand_id=brand_id, id=invoice_id)
        .select_related("order")
        .first()
    )
    if row is None:
        raise InvoiceNotFound(invoice_id=invoice_id)
    return _card(row)


def invoice_of_order(*, brand_id: UUID, order_id: UUID) -> InvoiceCard | None:
    """The request of an order, if there is one. One query."""
    row = (
        InvoiceRequest.objects.filter(brand_id=brand_id, order_id=order_id)
        .select_related("order")
        .first()
    )
    return None if row is None else _card(row)


def invoices_of_member(*, brand_id: UUID, member_id: UUID) -> tuple[InvoiceCard, ...]:
    """Her requests, the newest first, 500 at most. One query."""
    rows = InvoiceRequest.objects.filter(brand_id=brand_id, member_id=member_id)
    return tuple(
        _card(row) for row in rows.select_related("order").order_by("-asked_at", "-id")[:500]
    )


def title_of(*, brand_id: UUID, invoice_id: UUID) -> InvoiceFacts | None:
    """The title, opened: personal. None once she was deleted. One query.

    Raises InvoiceNotFound.
    """
    row = InvoiceRequest.objects.filter(brand_id=brand_id, id=invoice_id).first()
    if row is None:
        raise InvoiceNotFound(invoice_id=invoice_id)
    if row.facts_sealed is None:
        return None
    facts = unseal_json(
        brand_id=brand_id,
        model=InvoiceRequest,
        field="facts_sealed",
        row_id=row.id,
        sealed=row.facts_sealed,
    )
    return InvoiceFacts(kind=TitleKind(row.kind), **facts)


def _card(row: InvoiceRequest) -> InvoiceCard:
    return InvoiceCard(
        id=row.id,
        order_id=row.order_id,
        order_number=row.order.number,
        member_id=row.member_id,
        kind=TitleKind(row.kind),
        state=InvoiceState(row.state),
        amount_fen=row.order.payable_fen,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        answer=row.answer,
    )
