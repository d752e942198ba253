"""What she earned: her money in sentences, then each part of it down to the goods."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhiyin.domain.commissions import queries
from zhiyin.domain.commissions.types import CommissionCard, CommissionState, Earnings
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import OrderLine
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.shop.access import ShopRequest, shop_page
from zhiyin.interfaces.shop.consents import member_id
from zhiyin.interfaces.shop.showing import page_number, pager, shown
from zhiyin.kit.money import format_cny

PER_PAGE = 20


@require_GET
@shop_page
def earnings(request: ShopRequest) -> HttpResponse:
    """What waits, what is hers, what she owes; and every commission with what it was for."""
    own = {"brand_id": request.visitor.brand.id, "member_id": member_id(request)}
    number = page_number(request)
    page = queries.of_member(offset=(number - 1) * PER_PAGE, limit=PER_PAGE, **own)
    lines = ordered.lines_by_id(
        brand_id=own["brand_id"], line_ids=[card.line_id for card in page.commissions]
    )
    context = {
        "earns": queries.promoter_of(**own) is not None,
        "sentences": list(
            _sentences(request, queries.left_by_state(**own), queries.earnings(**own))
        ),
        "rows": [_row(request, card, lines[card.line_id]) for card in page.commissions],
        **pager(number, page.total, PER_PAGE),
    }
    return shown(request, "shop/earnings.html", context, tab="me")


def _sentences(
    request: ShopRequest, left_fen: Mapping[CommissionState, int], money: Earnings
) -> Iterator[str]:
    """Her money, a sentence for each place where it stands and is not nothing."""
    said = (
        (_("%(sum)s is yours."), money.payable_fen),
        (
            _("%(sum)s is on its way: the goods are with the shoppers, who may still return them."),
            left_fen.get(CommissionState.UNLOCKED, 0),
        ),
        (
            _("%(sum)s waits: the orders are paid, and the goods not handed over yet."),
            left_fen.get(CommissionState.PENDING, 0),
        ),
        (
            _(
                "You owe %(sum)s: goods went back after you had withdrawn it. What you earn next "
                "pays that first."
            ),
            money.debt_fen,
        ),
    )
    for words, fen in said:
        if fen:
            yield words % {"sum": format_cny(fen, request.language)}


def _row(request: ShopRequest, card: CommissionCard, line: OrderLine) -> dict[str, Any]:
    def written(fen: int) -> str:
        return format_cny(fen, request.language)

    return {
        "id": card.id,
        "goods": name_in(request.language, line),
        "pieces": line.quantity,
        "sum": written(card.left_fen),
        "how": _("%(rate)s %% of %(base)s")
        % {
            "rate": f"{card.rate_bps / 100:g}",
            "base": written(card.base_fen),
        },
        "second_level": card.level > 1,
        "accrued_at": card.accrued_at,
        "state": _state(card),
        "taken_back": _("%(sum)s was taken back: goods went back.")
        % {"sum": written(card.reversed_fen)}
        if card.reversed_fen
        else "",
    }


def _state(card: CommissionCard) -> str:
    """Where it stands, and from when on it is hers."""
    match card.state:
        case CommissionState.PENDING:
            return _("Waits until the goods are handed over")
        case CommissionState.UNLOCKED if card.due_at is not None:
            day = date_format(localtime(card.due_at), "MONTH_DAY_FORMAT")
            return _("Yours from %(day)s on, if nothing goes back") % {"day": day}
        case CommissionState.REVERSED:
            return _("Taken back")
        case _:
            return _("Yours")
