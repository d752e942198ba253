"""Her money goes out: who she is, what she withdraws, what is withheld, and where it stands."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from zhiyin.domain.commissions import queries as earned
from zhiyin.domain.ledger import queries as books
from zhiyin.domain.ledger.types import Account, AccountKind, Place, StatementLine
from zhiyin.domain.wallets import queries as kept
from zhiyin.domain.wallets.types import (
    NAME_CHARS_MAX,
    PayeeCardTaken,
    PayeeFacts,
    PayeeMissing,
    PayeeRefused,
    PayeeTooYoung,
    PayoutTerms,
    WithdrawalAmountRefused,
    WithdrawalCard,
    WithdrawalState,
    WithdrawalTaxChanged,
    WithdrawalTooMuch,
)
from zhiyin.flows import withdrawing
from zhiyin.interfaces.exporting import csv_answer
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page, shop_page
from zhiyin.interfaces.shop.consents import member_id
from zhiyin.interfaces.shop.showing import page_number, pager, shown
from zhiyin.interfaces.withdrawal_words import cause_words, state_words, why_words
from zhiyin.kit.money import fen_of, format_cny, yuan_of
from zhiyin.kit.numbers import whole
from zhiyin.kit.tables import Cell, yuan
from zhiyin.kit.text import TextTooLong
from zhiyin.kit.times import day_of
from zhiyin.storage.tenancy import brand_tx

PER_PAGE = 10
LINES = 500
FIRST_YEAR, LAST_YEAR = 2026, 2999


@require_http_methods(["GET", "POST"])
@shop_page
def payee(request: ShopRequest) -> HttpResponse:
    """Who she is to the tax office, and the agreement: once, before the first withdrawal."""
    own: dict[str, Any] = {"brand_id": request.visitor.brand.id, "member_id": member_id(request)}
    field = error = ""
    if request.method == "POST":
        field, error = _say_who(request, own)
        if not error:
            messages.info(request, _("Signed. You can withdraw now."))
            return redirect("shop:withdraw", slug=request.brand.slug)
    context = {
        "payee": kept.payee(**own),
        "typed": request.POST,
        "name_chars_max": NAME_CHARS_MAX,
        "field": field,
        "error": error,
    }
    return shown(request, "shop/payee.html", context, tab="me", status=422 if error else 200)


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def withdraw(request: ShopRequest) -> HttpResponse:
    """How much, what is withheld, what arrives; then it is on its way. Below: all that went."""
    own: dict[str, Any] = {"brand_id": request.visitor.brand.id, "member_id": member_id(request)}
    error = ""
    if request.method == "POST":
        error = _withdraw(request, own)
        if not error:
            messages.info(request, _("It is on its way. Below you see where it stands."))
            return redirect("shop:withdraw", slug=request.brand.slug)
    with brand_tx(request.visitor.brand.id):
        return _page(request, own, error)


@require_GET
@shop_page
def tax_slip(request: ShopRequest) -> HttpResponseBase:
    """What was withheld from her in a year, month by month: to print, or as a file."""
    own: dict[str, Any] = {"brand_id": request.visitor.brand.id, "member_id": member_id(request)}
    year, this_year = _year(request), day_of(request.now, request.visitor.brand.time_zone).year
    months = kept.months(year=year, zone=request.visitor.brand.time_zone, **own)
    if "file" in request.GET:
        columns = [_("Month"), _("Withdrawn (yuan)"), _("Tax withheld (yuan)"), _("Paid (yuan)")]
        rows: list[list[Cell]] = [
            [
                f"{one.month:%Y-%m}",
                yuan(one.income_fen),
                yuan(one.withheld_fen),
                yuan(one.income_fen - one.withheld_fen),
            ]
            for one in months
        ]
        return csv_answer(name=f"tax-{year}", columns=columns, rows=rows)
    sums = [sum(one.income_fen for one in months), sum(one.withheld_fen for one in months)]
    context = {
        "payee": kept.payee(**own),
        "year": year,
        "previous": year - 1 if year > FIRST_YEAR else None,
        "next": year + 1 if year < this_year else None,
        "months": [
            {
                "month": one.month,
                "income": _cny(request, one.income_fen),
                "tax": _cny(request, one.withheld_fen),
                "net": _cny(request, one.income_fen - one.withheld_fen),
            }
            for one in months
        ],
        "income": _cny(request, sums[0]),
        "tax": _cny(request, sums[1]),
        "net": _cny(request, sums[0] - sums[1]),
    }
    return shown(request, "shop/tax_slip.html", context, tab="me")


@require_GET
@reaching_shop_page
def statement(request: ShopRequest) -> HttpResponseBase:
    """Every fen that came to her and went, with what was left after it: a file of a year."""
    brand, whose, year = request.visitor.brand, member_id(request), _year(request)
    columns = [_("Day"), _("What"), _("Yuan"), _("Yours after it (yuan)")]
    rows = (
        [
            day_of(line.place.at, brand.time_zone).isoformat(),
            cause_words(line.cause),
            yuan(line.amount_fen),
            yuan(line.balance_fen),
        ]
        for line in _lines(brand.id, whose, year, brand.time_zone)
    )
    return csv_answer(name=f"statement-{year}", columns=columns, rows=rows)


def _say_who(request: ShopRequest, own: dict[str, Any]) -> tuple[str, str]:
    """Write it down, or say which field is wrong, and how."""
    if not (request.POST.get("agreed") and request.POST.get("may_keep")):
        return "agreed", _("Without both of them nothing can be paid out.")
    facts = PayeeFacts(
        name=request.POST.get("name", "").replace("\x00", ""),
        card_number=request.POST.get("card_number", "").replace("\x00", ""),
    )
    try:
        withdrawing.say_who(facts=facts, now=request.now, **own)
    except PayeeRefused as refused:
        if refused.details["field"] == "name":
            return "name", _("Your name as it stands on the card, two characters at least.")
        return "card_number", _("That is no number of an identity card: 18 characters, checked.")
    except TextTooLong:
        return "name", _("That is too long.")
    except PayeeTooYoung as refused:
        return "card_number", _("You have to be %(years)s to sign it yourself.") % refused.details
    except PayeeCardTaken:
        return "card_number", _(
            "Another account of this shop gave this card. If it is yours too, ask the shop to "
            "make the two one."
        )
    return "", ""


def _withdraw(request: ShopRequest, own: dict[str, Any]) -> str:
    """Withdraw what the form says, or say why not."""
    amount_fen = fen_of(request.POST.get("amount", ""))
    tax_fen = whole(request.POST.get("tax_fen", ""), most=10**12)
    if amount_fen is None:
        return _("A sum is in yuan: 50 or 50.50.")
    if tax_fen is None or request.POST.get("shown") != str(amount_fen):
        return _("See first what arrives of this sum, then withdraw it.")
    try:
        withdrawing.withdraw(
            amount_fen=amount_fen,
            tax_fen=tax_fen,
            key=_key(request),
            now=request.now,
            **own,
        )
    except PayeeMissing:
        return _("Say first who you are to the tax office.")
    except WithdrawalAmountRefused as refused:
        return _("One withdrawal is between %(least)s and %(most)s.") % {
            "least": _cny(request, int(str(refused.details["least_fen"]))),
            "most": _cny(request, int(str(refused.details["most_fen"]))),
        }
    except WithdrawalTooMuch:
        return _("That is more than is yours. Nothing was withdrawn.")
    except WithdrawalTaxChanged:
        return _("The tax is another by now: look at it again. Nothing was withdrawn.")
    return ""


def _year(request: ShopRequest) -> int:
    """The year asked for; this one, if none or one before the house."""
    asked = whole(request.GET.get("year", ""), most=LAST_YEAR) or 0
    return (
        asked if asked >= FIRST_YEAR else day_of(request.now, request.visitor.brand.time_zone).year
    )


def _key(request: ShopRequest) -> str:
    """The page's own key; one that is none makes the request a new one."""
    try:
        return str(UUID(request.POST.get("key", "")))
    except ValueError:
        return str(uuid4())


def _page(request: ShopRequest, own: dict[str, Any], error: str) -> HttpResponse:
    money, terms = earned.earnings(**own), kept.terms(brand_id=own["brand_id"])
    free_fen = max(0, money.payable_fen - money.debt_fen)
    said = request.POST.get("amount", request.GET.get("amount", ""))
    amount_fen = fen_of(said) if said else min(free_fen, terms.most_fen)
    who = kept.payee(**own)
    number = page_number(request)
    page = kept.withdrawals(offset=(number - 1) * PER_PAGE, limit=PER_PAGE, **own)
    reasons = kept.reasons(
        brand_id=own["brand_id"], withdrawal_ids=[one.id for one in page.withdrawals]
    )
    context = {
        "payee": who if who and who.is_signed else None,
        "hers": _cny(request, free_fen),
        "has_any": free_fen >= terms.least_fen,
        "least": _cny(request, terms.least_fen),
        "amount": said or yuan_of(amount_fen),
        "quote": _quote(request, own, amount_fen, terms),
        "key": str(uuid4()),
        "error": error or _fault(request, said, amount_fen, free_fen, terms),
        "rows": [_row(request, one, reasons.get(one.id, "")) for one in page.withdrawals],
        "year": day_of(request.now, request.visitor.brand.time_zone).year,
        **pager(number, page.total, PER_PAGE),
    }
    return shown(request, "shop/withdraw.html", context, tab="me", status=422 if error else 200)


def _fault(
    request: ShopRequest, said: str, amount_fen: int | None, free_fen: int, terms: PayoutTerms
) -> str:
    """What is wrong with a sum that she only looks at."""
    if not said:
        return ""
    if amount_fen is None:
        return _("A sum is in yuan: 50 or 50.50.")
    if amount_fen > free_fen:
        return _("That is more than is yours.")
    if not terms.least_fen <= amount_fen <= terms.most_fen:
        return _("One withdrawal is between %(least)s and %(most)s.") % {
            "least": _cny(request, terms.least_fen),
            "most": _cny(request, terms.most_fen),
        }
    return ""


def _quote(
    request: ShopRequest, own: dict[str, Any], amount_fen: int | None, terms: PayoutTerms
) -> dict[str, Any] | None:
    if amount_fen is None or not terms.least_fen <= amount_fen <= terms.most_fen:
        return None
    seen = withdrawing.quote(amount_fen=amount_fen, now=request.now, **own)
    return {
        "amount_fen": amount_fen,
        "tax_fen": seen.tax_fen,
        "amount": _cny(request, amount_fen),
        "tax": _cny(request, seen.tax_fen),
        "net": _cny(request, seen.net_fen),
        "is_large": seen.is_large,
    }


def _row(request: ShopRequest, card: WithdrawalCard, reason: str) -> dict[str, Any]:
    waits = card.state is WithdrawalState.ASKED and card.page
    return {
        "id": card.id,
        "amount": _cny(request, card.amount_fen),
        "tax": _cny(request, card.tax_fen),
        "net": _cny(request, card.net_fen),
        "at": card.requested_at,
        "state": _("Waits for you to confirm it") if waits else state_words()[card.state],
        "is_good": card.state is WithdrawalState.PAID,
        "is_back": card.state is WithdrawalState.RETURNED,
        "why": reason or (why_words(card.why) if card.state is WithdrawalState.RETURNED else ""),
        "url": card.page.get("url", "") if waits else "",
        "bridge": json.dumps(card.page) if waits and "package" in card.page else "",
    }


def _lines(brand_id: UUID, whose: UUID, year: int, zone: str) -> Iterator[StatementLine]:
    """A year of what is hers, page by page, each in a transaction of its own."""
    account = Account(AccountKind.COMMISSION_PAYABLE, whose)
    start, end = (datetime(one, 1, 1, tzinfo=ZoneInfo(zone)) for one in (year, year + 1))
    after: Place | None = None
    while True:
        with brand_tx(brand_id):
            page = books.statement(
                brand_id=brand_id,
                account=account,
                start=start,
                end=end,
                after=after,
                limit=LINES,
            )
        yield from page.lines
        if page.next is None:
            return
        after = page.next


def _cny(request: ShopRequest, fen: int) -> str:
    return format_cny(fen, request.language)
