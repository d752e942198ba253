"""The books to read: what every kind of account holds, and each account line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhiyin.domain.ledger import queries
from zhiyin.domain.ledger.types import Account, AccountKind, Owner, Place, Side, StatementLine
from zhiyin.interfaces.console.access import ConsoleRequest, console_page, reaching_console_page
from zhiyin.interfaces.console.ordering import cny, moment
from zhiyin.interfaces.console.showing import IdMalformed, shown
from zhiyin.interfaces.exporting import PAGE, csv_answer
from zhiyin.kit.ids import NO_ID
from zhiyin.kit.tables import Cell, yuan
from zhiyin.kit.times import day_of
from zhiyin.storage.tenancy import brand_tx

PLACE = "books"
PER_PAGE = 50
DAYS_SHOWN = 30


@require_GET
@console_page
def books(request: ConsoleRequest) -> HttpResponse:
    """What every kind of account held at the end of a day: debit and credit come to the same."""
    day = _day(request, "day", _today(request))
    _first, end = _span(request, day, day)
    trial = queries.trial_balance(
        brand_id=request.operator.brand.id, at=end - timedelta(microseconds=1)
    )
    context = {
        "day": day.isoformat(),
        "rows": [
            {
                "kind": kind.value,
                "name": kind_words()[kind],
                "debit": cny(request, fen) if kind.side is Side.DEBIT else "",
                "credit": cny(request, fen) if kind.side is Side.CREDIT else "",
                "href": _link(request, kind, day),
            }
            for kind, fen in trial.balances_fen.items()
            if fen
        ],
        "debit": cny(request, trial.debit_fen),
        "credit": cny(request, trial.credit_fen),
    }
    return shown(request, "console/books.html", PLACE, context)


@require_GET
@console_page
def account(request: ConsoleRequest, kind: str) -> HttpResponse:
    """One account over a span of days; of a kind with owners, who they are first."""
    asked = _asked(request, kind)
    if asked.account is None:
        return _owners(request, asked)
    page = queries.statement(
        brand_id=request.operator.brand.id,
        account=asked.account,
        start=asked.start,
        end=asked.end,
        after=_after(request),
        limit=PER_PAGE,
    )
    here = {"from": asked.first.isoformat(), "to": asked.last.isoformat()}
    if asked.account.owner_id != NO_ID:
        here["owner"] = str(asked.account.owner_id)
    following = (
        {**here, "after": f"{page.next.at.isoformat()}_{page.next.transfer_id}"}
        if page.next
        else None
    )
    file = reverse("console:book-csv", kwargs={"slug": request.brand.slug, "kind": kind})
    context = {
        "name": kind_words()[asked.account.kind],
        "kind": kind,
        "owner": here.get("owner", ""),
        "first": asked.first.isoformat(),
        "last": asked.last.isoformat(),
        "opening": cny(request, page.opening_fen),
        "closing": cny(request, page.closing_fen),
        "lines": [_line(request, line) for line in page.lines],
        "next_url": f"?{urlencode(following)}" if following else "",
        "file": f"{file}?{urlencode(here)}",
    }
    return shown(request, "console/book.html", PLACE, context)


@require_GET
@reaching_console_page
def account_csv(request: ConsoleRequest, kind: str) -> HttpResponseBase:
    """The same as a file, every line of the span."""
    asked = _asked(request, kind)
    if asked.account is None:
        raise IdMalformed(name="owner")
    columns = [_("When"), _("Cause"), _("Other account"), _("Yuan"), _("Balance (yuan)")]
    rows = (
        _cells(line)
        for line in _all_lines(request.operator.brand.id, asked.account, asked.start, asked.end)
    )
    return csv_answer(name=f"{kind}-{asked.first}-{asked.last}", columns=columns, rows=rows)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for. No account: a kind with owners, and nobody named."""

    kind: AccountKind
    account: Account | None
    first: date
    last: date
    start: datetime
    end: datetime


def _asked(request: ConsoleRequest, said: str) -> _Asked:
    """Raises IdMalformed where the kind or the owner is none."""
    try:
        kind = AccountKind(said)
        owner = UUID(request.GET["owner"]) if request.GET.get("owner") else NO_ID
    except ValueError:
        raise IdMalformed(name="kind") from None
    last = _day(request, "to", _today(request))
    first = _day(request, "from", last - timedelta(days=DAYS_SHOWN - 1))
    start, end = _span(request, first, last)
    has_owner = kind.owner is not Owner.NOBODY
    account = None if has_owner and owner == NO_ID else Account(kind, owner if has_owner else NO_ID)
    return _Asked(kind, account, first, last, start, end)


def _owners(request: ConsoleRequest, asked: _Asked) -> HttpResponse:
    found = queries.owners(brand_id=request.operator.brand.id, kind=asked.kind, limit=PER_PAGE * 20)
    context = {
        "name": kind_words()[asked.kind],
        "owners": [
            {
                "id": owner_id,
                "sum": cny(request, fen),
                "href": f"?{urlencode({'owner': owner_id, 'to': asked.last.isoformat()})}",
            }
            for owner_id, fen in found.items()
        ],
    }
    return shown(request, "console/book_owners.html", PLACE, context)


def _all_lines(
    brand_id: UUID, whose: Account, start: datetime, end: datetime
) -> Iterator[StatementLine]:
    after: Place | None = None
    while True:
        with brand_tx(brand_id):
            page = queries.statement(
                brand_id=brand_id, account=whose, start=start, end=end, after=after, limit=PAGE
            )
        yield from page.lines
        if page.next is None:
            return
        after = page.next


def _cells(line: StatementLine) -> list[Cell]:
    return [
        line.place.at.isoformat(timespec="seconds"),
        line.cause,
        str(line.other),
        yuan(line.amount_fen),
        yuan(line.balance_fen),
    ]


def _line(request: ConsoleRequest, line: StatementLine) -> dict[str, Any]:
    return {
        "at": moment(request, line.place.at),
        "cause": line.cause,
        "other": kind_words()[line.other.kind],
        "amount": cny(request, line.amount_fen),
        "balance": cny(request, line.balance_fen),
    }


def _link(request: ConsoleRequest, kind: AccountKind, day: date) -> str:
    page = reverse("console:book", kwargs={"slug": request.brand.slug, "kind": kind.value})
    return f"{page}?{urlencode({'to': day.isoformat()})}"


def _today(request: ConsoleRequest) -> date:
    return day_of(request.now, request.operator.brand.time_zone)


def _day(request: ConsoleRequest, name: str, otherwise: date) -> date:
    """A day of the address; what is none is the one otherwise meant."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return otherwise


def _span(request: ConsoleRequest, first: date, last: date) -> tuple[datetime, datetime]:
    """From the first midnight until the one after the last day, in the brand's zone."""
    zone = ZoneInfo(request.operator.brand.time_zone)
    days = (max(first, date(1970, 1, 2)), min(last, date(2999, 12, 30)) + timedelta(days=1))
    start, end = (datetime(one.year, one.month, one.day, tzinfo=zone) for one in days)
    return start, end


def _after(request: ConsoleRequest) -> Place | None:
    at, _sep, transfer_id = request.GET.get("after", "").partition("_")
    try:
        place = Place(datetime.fromisoformat(at), UUID(transfer_id))
    except ValueError:
        return None
    return place if place.at.tzinfo else None


def kind_words() -> dict[AccountKind, str]:
    """What each kind of account is called."""
    return {
        AccountKind.WXPAY_CLEARING: _("Held by WeChat Pay"),
        AccountKind.SANDBOX_CLEARING: _("Held by the sandbox"),
        AccountKind.PROVIDER_FEES: _("Charges of the provider"),
        AccountKind.PREPAYMENTS: _("Paid for, not handed over"),
        AccountKind.UNMATCHED_RECEIPTS: _("Received, and fits no order"),
        AccountKind.OTHER_RECEIPTS: _("Received for no order, and kept"),
        AccountKind.REFUNDS_PAYABLE: _("Promised back, not sent"),
        AccountKind.SALES: _("Sales"),
        AccountKind.FREIGHT: _("Freight earned"),
        AccountKind.SALES_REFUNDED: _("Given back of sales"),
        AccountKind.FREIGHT_REFUNDED: _("Given back of freight"),
        AccountKind.COMMISSION_EXPENSE: _("What helping cost"),
        AccountKind.COMMISSION_PENDING: _("Earned, and not theirs yet"),
        AccountKind.COMMISSION_PAYABLE: _("Promoters' own"),
        AccountKind.COMMISSION_DEBT: _("Owed back by promoters"),
        AccountKind.WITHDRAWALS_HELD: _("Withdrawals under way"),
        AccountKind.TAX_WITHHELD: _("Income tax withheld"),
        AccountKind.PROMOTION_ALLOTMENTS: _("Set aside for promotions"),
        AccountKind.VOUCHER_BUDGET: _("Budgets of promotions"),
        AccountKind.WALLET: _("Members' wallets"),
    }
