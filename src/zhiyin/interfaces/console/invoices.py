"""Invoices that shoppers asked for: issued with a number, or refused with a reason."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.members.types import Opened
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.care import InvoiceState
from zhiyin.interfaces import care_words as words
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.reads import note_read
from zhiyin.interfaces.console.showing import page_number, pager, shown
from zhiyin.kit.errors import DomainError
from zhiyin.kit.money import format_cny

PER_PAGE = 50


@require_GET
@console_page
def invoices(request: ConsoleRequest) -> HttpResponse:
    """Who waits longest stands first; titles stand on each request's own page."""
    brand_id, of = request.operator.brand.id, request.GET.get("of", "asked")
    chosen = InvoiceState(of) if of in set(InvoiceState) else InvoiceState.ASKED
    here = reverse("console:invoices", kwargs={"slug": request.brand.slug})
    found, total = ordered.invoices(
        brand_id=brand_id,
        states=[chosen],
        offset=(page_number(request) - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    context = {
        "rows": [
            {
                "card": one,
                "sum": format_cny(one.amount_fen, request.language),
                "state": words.INVOICES[one.state],
            }
            for one in found
        ],
        "views": [
            {
                "name": words.INVOICES[state],
                "href": f"{here}?of={state.value}",
                "is_current": state is chosen,
                "count": ordered.invoices(brand_id=brand_id, states=[state], limit=1)[1],
            }
            for state in InvoiceState
        ],
        "pager": pager(request, total=total, per_page=PER_PAGE),
    }
    return shown(request, "console/invoices.html", "invoices", context)


@require_GET
@console_page
def invoice(request: ConsoleRequest, invoice_id: UUID) -> HttpResponse:
    """One request with its title and tax number: a line is written."""
    return _page(request, invoice_id)


@require_POST
@console_page
def answer(request: ConsoleRequest, invoice_id: UUID) -> HttpResponse:
    """It is issued under a number, or refused."""
    is_issued = request.POST.get("act") == "issue"
    try:
        orders.answer_invoice(
            brand_id=request.operator.brand.id,
            invoice_id=invoice_id,
            state=InvoiceState.ISSUED if is_issued else InvoiceState.REFUSED,
            answer=request.POST.get("answer", ""),
            user_id=request.operator.user_id,
            now=request.now,
        )
    except DomainError as refused:
        return _page(request, invoice_id, error=str(words.refusal(refused)))
    messages.info(request, _("Written down. She reads it on her page."))
    return redirect("console:invoices", slug=request.brand.slug)


def _page(request: ConsoleRequest, invoice_id: UUID, *, error: str = "") -> HttpResponse:
    brand_id = request.operator.brand.id
    card = ordered.invoice(brand_id=brand_id, invoice_id=invoice_id)
    note_read(request, card.member_id, Opened.INVOICE)
    order = ordered.order(brand_id=brand_id, order_id=card.order_id)
    context = {
        "card": card,
        "state": words.INVOICES[card.state],
        "title": ordered.title_of(brand_id=brand_id, invoice_id=invoice_id),
        "sum": format_cny(order.payable_fen - order.refunded_fen, request.language),
        "may_answer": card.state is InvoiceState.ASKED,
        "answer": request.POST.get("answer", ""),
        "error": error,
    }
    return shown(request, "console/invoice.html", "invoices", context, status=422 if error else 200)
