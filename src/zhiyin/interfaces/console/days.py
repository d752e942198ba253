"""Days that were closed: each provider's bill, and in what it differs from our own rows."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.bills import operations, queries
from zhiyin.domain.bills.types import (
    REASON_CHARS_MAX,
    BillDayCard,
    BillKind,
    Difference,
    DifferenceCard,
    DifferenceReasonNeeded,
    DifferenceSettled,
)
from zhiyin.domain.ledger import queries as books
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.ordering import cny, moment
from zhiyin.interfaces.console.showing import page_number, pager, shown
from zhiyin.kit.text import TextTooLong

PLACE = "days"
PER_PAGE = 31


@require_GET
@console_page
def days(request: ConsoleRequest) -> HttpResponse:
    """The bills, the latest day first, and the last seal of the books."""
    brand_id = request.operator.brand.id
    page = queries.days(
        brand_id=brand_id, offset=(page_number(request) - 1) * PER_PAGE, limit=PER_PAGE
    )
    seal = books.last_seal(brand_id=brand_id)
    context = {
        "rows": [_row(request, card) for card in page.days],
        "seal": seal,
        "sealed_at": moment(request, seal.at) if seal else "",
        "pager": pager(request, total=page.total, per_page=PER_PAGE),
    }
    return shown(request, "console/days.html", PLACE, context)


@require_GET
@console_page
def day(request: ConsoleRequest, bill_id: UUID) -> HttpResponse:
    """One bill: its sums and its differences, what waits for a person first."""
    return _day(request, bill_id)


@require_POST
@console_page
def settle(request: ConsoleRequest, bill_id: UUID, difference_id: UUID) -> HttpResponse:
    """Write down what came of a difference; once, with words."""
    try:
        operations.settle_difference(
            brand_id=request.operator.brand.id,
            bill_id=bill_id,
            difference_id=difference_id,
            reason=request.POST.get("reason", "").replace("\x00", ""),
            user_id=request.operator.user_id,
            now=request.now,
        )
    except (DifferenceReasonNeeded, TextTooLong):
        return _day(request, bill_id, problem=_("Say what came of it, in up to 200 characters."))
    except DifferenceSettled:
        messages.info(request, _("Somebody decided it meanwhile, so nothing changed."))
    else:
        messages.info(request, _("Written down. It waits for nobody any more."))
    return redirect("console:day", slug=request.brand.slug, bill_id=bill_id)


def _day(request: ConsoleRequest, bill_id: UUID, *, problem: str = "") -> HttpResponse:
    brand_id = request.operator.brand.id
    card = queries.day(brand_id=brand_id, bill_id=bill_id)
    sealed = books.last_seal(brand_id=brand_id, until=card.imported_at + timedelta(days=1))
    context = {
        "row": _row(request, card),
        "differences": [
            _difference(request, one)
            for one in queries.differences(brand_id=brand_id, bill_id=bill_id)
        ],
        "seal": sealed,
        "reason_chars_max": REASON_CHARS_MAX,
        "problem": problem,
    }
    return shown(request, "console/day.html", PLACE, context, status=422 if problem else 200)


def _row(request: ConsoleRequest, card: BillDayCard) -> dict[str, Any]:
    return {
        "card": card,
        "paid": cny(request, card.paid_fen),
        "refunded": cny(request, card.refunded_fen),
        "at": moment(request, card.imported_at),
    }


def _difference(request: ConsoleRequest, one: DifferenceCard) -> dict[str, Any]:
    facts = one.facts
    return {
        "card": one,
        "what": {
            Difference.NOT_OURS: _("The bill has it, and we do not"),
            Difference.NOT_BILLED: _("We have it, and the bill does not"),
            Difference.CHANGED: _("Another sum or transaction"),
            Difference.BILLED_TWICE: _("The bill lists it more than once"),
        }[facts.difference],
        "kind": _("Payment") if facts.kind is BillKind.PAYMENT else _("Refund"),
        "billed": "–" if facts.billed_fen is None else cny(request, facts.billed_fen),
        "ours": "–" if facts.ours_fen is None else cny(request, facts.ours_fen),
        "settled": moment(request, one.settled_at) if one.settled_at else "",
    }
