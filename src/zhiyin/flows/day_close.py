"""A day's books are closed: the providers' bills against our own rows, and the entries sealed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from zhiyin.domain.bills import operations as bills
from zhiyin.domain.bills import queries as kept
from zhiyin.domain.bills.types import BillLine, DifferenceFacts
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.ledger import operations as ledger
from zhiyin.domain.ledger import queries as books
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import MoneyMoved
from zhiyin.flows.bill_check import Finding, compare
from zhiyin.flows.paying import (
    BillAbsent,
    BillKind,
    BillNotReady,
    BillRow,
    PaymentError,
    PaymentProvider,
)
from zhiyin.kit.times import day_of
from zhiyin.kit.turns import each
from zhiyin.storage.tenancy import brand_tx

ZONE = "Asia/Shanghai"
"""Whose midnight parts the providers' days."""
READY = time(10, 40)
"""From when on the day before is asked for: WeChat Pay has its bill at ten."""
MARGIN = timedelta(minutes=10)
"""What we saw in a day's last minutes may be in the next day's bill."""
MOST_DAYS = 7
"""So many days at most are caught up on at a time."""

Accounts = Callable[[UUID], Sequence[PaymentProvider]]
"""Brand -> everybody who carries its money."""


def close_days(*, brand_id: UUID, accounts: Accounts, now: datetime) -> int:
    """Import every bill that is there and not imported yet, then seal the day's entries.

    Returns how many bills. Providers are asked outside of any transaction; a bill that cannot be
    had holds up no other account, and is asked for again. Safe to repeat.
    """
    found = 0

    def import_all(provider: PaymentProvider) -> None:
        nonlocal found
        for day in _missing(brand_id, provider, now):
            if not import_bill(brand_id=brand_id, provider=provider, day=day, now=now):
                return
            found += 1

    try:
        each(accounts(brand_id), import_all)
    finally:
        _seal(brand_id, now)
    return found


def import_bill(*, brand_id: UUID, provider: PaymentProvider, day: date, now: datetime) -> bool:
    """Import one day's bill with its differences. False while it cannot be had, or is kept already.

    A day without trade has an empty bill.
    """
    try:
        billed: tuple[BillRow, ...] = provider.trade_rows(day=day)
    except BillAbsent:
        billed = ()
    except BillNotReady:
        return False
    except PaymentError as failed:
        if failed.is_permanent:
            raise
        return False
    with brand_tx(brand_id):
        return bills.keep_bill(
            brand_id=brand_id,
            provider=provider.name,
            merchant_id=provider.merchant_id,
            day=day,
            lines=[_line(row) for row in billed],
            differences=[_facts(one) for one in _findings(brand_id, provider, day, billed)],
            now=now,
        )


def _findings(
    brand_id: UUID, provider: PaymentProvider, day: date, billed: Sequence[BillRow]
) -> tuple[Finding, ...]:
    """Every difference: by number whatever the day, and what we have of the day and no bill lists.

    Three queries.
    """
    account = {
        "brand_id": brand_id,
        "provider": provider.name,
        "merchant_id": provider.merchant_id,
    }
    midnight = datetime.combine(day, time(), tzinfo=ZoneInfo(ZONE))
    known = ordered.moved_as(numbers={row.number for row in billed}, **account)
    seen = ordered.moved_between(
        start=midnight - MARGIN, end=midnight + timedelta(days=1) - MARGIN, **account
    )
    before = kept.numbers(day=day - timedelta(days=1), **account)
    ours = [row for row in _rows(seen) if (row.kind, row.number) not in before]
    return compare(billed=billed, ours=_one_each([*_rows(known), *ours]))


def _rows(moved: Iterable[MoneyMoved]) -> list[BillRow]:
    return [
        BillRow(
            kind=BillKind(one.kind),
            payment_no=one.payment_no,
            number=one.number,
            transaction_id=one.transaction_id,
            amount_fen=one.amount_fen,
            at=one.at or datetime.max.replace(tzinfo=ZoneInfo(ZONE)),
        )
        for one in moved
    ]


def _one_each(rows: Iterable[BillRow]) -> list[BillRow]:
    """One row a number: a payment before a receipt that bears its number and fits nothing."""
    found: dict[tuple[BillKind, str], BillRow] = {}
    for row in rows:
        found.setdefault((row.kind, row.number), row)
    return list(found.values())


def _missing(brand_id: UUID, provider: PaymentProvider, now: datetime) -> list[date]:
    """The days whose bills are due, the earliest first."""
    with brand_tx(brand_id):
        last = kept.last_day(
            brand_id=brand_id, provider=provider.name, merchant_id=provider.merchant_id
        )
    yesterday = day_of(now, ZONE) - timedelta(days=1)
    is_ready = now.astimezone(ZoneInfo(ZONE)).time() >= READY
    latest = yesterday if is_ready else yesterday - timedelta(days=1)
    first = max(last + timedelta(days=1), latest - timedelta(days=MOST_DAYS)) if last else latest
    return [first + timedelta(days=n) for n in range((latest - first).days + 1)]


def _seal(brand_id: UUID, now: datetime) -> None:
    """Once a day in the brand's calendar."""
    with brand_tx(brand_id):
        zone = brands.brand_by_id(brand_id=brand_id).time_zone
        last = books.last_seal(brand_id=brand_id)
        if last is None or day_of(last.at, zone) < day_of(now, zone):
            ledger.seal(brand_id=brand_id, now=now)


def _line(row: BillRow) -> BillLine:
    return BillLine(
        kind=row.kind,
        number=row.number,
        transaction_id=row.transaction_id,
        amount_fen=row.amount_fen,
        at=row.at,
    )


def _facts(one: Finding) -> DifferenceFacts:
    row = one.billed or one.ours
    assert row is not None, "a difference is on one side at least"
    return DifferenceFacts(
        difference=one.difference,
        kind=one.kind,
        number=one.number,
        transaction_id=row.transaction_id,
        billed_fen=one.billed.amount_fen if one.billed else None,
        ours_fen=one.ours.amount_fen if one.ours else None,
    )
