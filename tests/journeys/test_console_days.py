"""The operator's closed days: what agrees, what differs, and what a person wrote down of it."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache

from tests.cast import NOW
from tests.journeys.buying import Market, open_market
from tests.journeys.console_staff import Desk, seat
from zhiyin.domain.bills import operations as bills
from zhiyin.domain.bills import queries as kept
from zhiyin.domain.bills.types import BillKind, BillLine, Difference, DifferenceFacts
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import Role
from zhiyin.domain.ledger import operations as ledger
from zhiyin.domain.ledger import queries as books
from zhiyin.storage.tenancy import brand_tx

DAY = date(2026, 11, 21)


@pytest.fixture
def market(own_database: str) -> Market:
    cache.clear()
    return open_market([5], [10_000])


def desk(role: Role, name: str) -> Desk:
    return seat(tenants.brand_by_slug(slug="cedar"), role, name)


def a_bill(market: Market, day: date, *differences: DifferenceFacts):
    """A bill of two lines, with these differences. Returns its card."""
    lines = [
        BillLine(kind=kind, number=number, transaction_id="T1", amount_fen=fen, at=NOW)
        for kind, number, fen in (
            (BillKind.PAYMENT, "p1", 36_800),
            (BillKind.REFUND, "r1", 6_800),
        )
    ]
    with brand_tx(market.brand_id):
        bills.keep_bill(
            brand_id=market.brand_id,
            provider="wxpay",
            merchant_id="1900000109",
            day=day,
            lines=lines,
            differences=differences,
            now=NOW,
        )
        return kept.days(brand_id=market.brand_id).days[0]


PLANTED = DifferenceFacts(
    difference=Difference.CHANGED,
    kind=BillKind.PAYMENT,
    number="p1",
    transaction_id="T1",
    billed_fen=36_800,
    ours_fen=36_700,
)


def test_she_sees_which_days_agree_and_writes_down_what_came_of_a_difference(market) -> None:
    boss = desk(Role.ADMIN, "boss")
    assert "No day is closed yet" in boss.browser.get(boss.url("days/")).text
    a_bill(market, DAY - timedelta(days=1))
    bill = a_bill(market, DAY, PLANTED)
    listed = boss.browser.get(boss.url("days/")).text
    for words in ("2026-11-21", "2026-11-20", "1 open", "none", "¥368", "¥68"):
        assert words in listed
    page = boss.url(f"days/{bill.id}/")
    shown = boss.browser.get(page).text
    for words in ("Another sum or transaction", "Bill: ¥368, ours: ¥367", "T1"):
        assert words in shown
    with brand_tx(market.brand_id):
        (one,) = kept.differences(brand_id=market.brand_id, bill_id=bill.id)
    refused = boss.browser.post(f"{page}differences/{one.id}/", {"reason": " "})
    assert refused.status_code == 422
    assert "Say what came of it" in refused.text
    said = {"reason": "微信已更正"}
    settled = boss.browser.post(f"{page}differences/{one.id}/", said, follow=True).text
    assert "微信已更正" in settled
    again = boss.browser.post(f"{page}differences/{one.id}/", {"reason": "x"}, follow=True).text
    assert "Somebody decided it meanwhile" in again
    assert "all decided" in boss.browser.get(boss.url("days/")).text


def test_the_last_seal_stands_there_to_be_written_down(market) -> None:
    placed = market.place(market.shopper(), (0, 1))
    market.pay(placed)
    with brand_tx(market.brand_id):
        ledger.seal(brand_id=market.brand_id, now=NOW)
        seal = books.last_seal(brand_id=market.brand_id)
    boss = desk(Role.ADMIN, "boss")
    assert seal.digest in boss.browser.get(boss.url("days/")).text


def test_an_auditor_reads_and_writes_nothing_down_and_a_clerk_sees_none_of_it(market) -> None:
    bill = a_bill(market, DAY, PLANTED)
    auditor, clerk = desk(Role.AUDITOR, "reader"), desk(Role.CLERK, "clerk")
    page = f"days/{bill.id}/"
    assert auditor.browser.get(auditor.url(page)).status_code == 200
    with brand_tx(market.brand_id):
        (one,) = kept.differences(brand_id=market.brand_id, bill_id=bill.id)
    act = f"{page}differences/{one.id}/"
    assert auditor.browser.post(auditor.url(act), {"reason": "x"}).status_code == 403
    assert clerk.browser.get(clerk.url("days/")).status_code == 403
