"""Behaviour 36: the bills of a day, and the difference that is found is the one that was made."""

from datetime import date, timedelta

import pytest

from zhiyin.connectors.wxpay.account import Limits
from zhiyin.flows.bill_check import Difference, compare
from zhiyin.flows.paying import BillAbsent, BillDamaged, BillKind, BillNotReady, BillRow
from zhiyin.kit.times import day_of

ZONE = "Asia/Shanghai"


@pytest.fixture
def traded(merchant):
    """A day of a merchant: three payments, a refund, and what we hold of them."""
    now = merchant.emulator.now()
    ids = {f"order-{n:04d}": merchant.paid(f"order-{n:04d}", 100 * n) for n in (1, 2, 3)}
    merchant.pay.refund(asked=merchant.refund_of("order-0003", "refund-1", 120, paid=300))
    merchant.ours = [
        BillRow(
            kind=BillKind.PAYMENT,
            payment_no=number,
            number=number,
            transaction_id=transaction_id,
            amount_fen=100 * int(number[-1]),
            at=now,
        )
        for number, transaction_id in ids.items()
    ]
    merchant.ours.append(
        BillRow(
            kind=BillKind.REFUND,
            payment_no="order-0003",
            number="refund-1",
            transaction_id=ids["order-0003"],
            amount_fen=120,
            at=now,
        )
    )
    merchant.day = day_of(now, ZONE)
    return merchant


def next_morning(merchant):
    """Ten o'clock of the day after."""
    after = merchant.day + timedelta(days=1)
    merchant.emulator.ask("clock", to=f"{after.isoformat()}T10:00:00+08:00")


def test_the_bill_is_what_we_hold(traded):
    next_morning(traded)
    rows = traded.pay.trade_rows(day=traded.day)
    assert compare(billed=rows, ours=traded.ours) == ()
    funds = traded.pay.fund_rows(day=traded.day)
    assert [row.amount_fen for row in funds] == [100, 200, 300, -120]
    assert funds[-1].balance_fen == traded.books()["balance_fen"] == 480


@pytest.mark.parametrize(
    ("fault", "difference", "number"),
    [
        ("missing_row", Difference.NOT_BILLED, "order-0001"),
        ("extra_row", Difference.NOT_OURS, "nobody-paid-this"),
        ("changed_row", Difference.CHANGED, "order-0001"),
    ],
)
def test_exactly_the_row_that_differs_is_found(traded, fault, difference, number):
    next_morning(traded)
    traded.emulator.plan("trade_bill", fault)
    rows = traded.pay.trade_rows(day=traded.day)
    (finding,) = compare(billed=rows, ours=traded.ours)
    assert (finding.difference, finding.number) == (difference, number)


def test_a_bill_is_there_at_ten_and_not_before(traded):
    with pytest.raises(BillNotReady) as refused:
        traded.pay.trade_rows(day=traded.day)
    assert not refused.value.is_permanent
    assert traded.requests("trade_bill") == []
    eager = traded.hasty(Limits(bill_ready_hour=0))
    traded.emulator.ask("clock", to=f"{traded.day.isoformat()}T23:59:00+08:00")
    traded.emulator.pass_time(hours=9)
    with pytest.raises(BillNotReady):
        eager.trade_rows(day=traded.day)
    eager.close()
    next_morning(traded)
    assert len(traded.pay.trade_rows(day=traded.day)) == 4


def test_a_day_without_money_has_no_bill(merchant):
    merchant.emulator.pass_time(days=2)
    day = day_of(merchant.emulator.now(), ZONE) - timedelta(days=2)
    for day_without in (day, date(2020, 1, 1)):
        with pytest.raises(BillAbsent):
            merchant.pay.trade_rows(day=day_without)
    assert len(merchant.requests("trade_bill")) == 1


def test_a_link_is_good_for_five_minutes(traded):
    next_morning(traded)
    link = traded.pay.trade_bill(day=traded.day)
    traded.emulator.pass_time(minutes=5)
    assert len(traded.pay.download(link)) > 0
    traded.emulator.pass_time(seconds=1)
    with pytest.raises(BillDamaged) as refused:
        traded.pay.download(link)
    assert refused.value.details == {"why": "link"}
    assert not refused.value.is_permanent
    assert len(traded.pay.trade_rows(day=traded.day)) == 4


def test_another_merchants_link_opens_nothing(traded, enrol):
    next_morning(traded)
    link = traded.pay.trade_bill(day=traded.day)
    with pytest.raises(BillDamaged):
        enrol().pay.download(link)


@pytest.mark.parametrize(
    ("on", "fault", "why"),
    [
        ("trade_bill", "wrong_hash", "hash"),
        ("download", "cut", "RemoteProtocolError"),
        ("download", "not_json", "not_gzip"),
        ("download", "html", "link"),
    ],
)
def test_a_damaged_file_is_no_bill(traded, on, fault, why):
    next_morning(traded)
    traded.emulator.plan(on, fault)
    with pytest.raises(BillDamaged) as refused:
        traded.pay.trade_rows(day=traded.day)
    assert refused.value.details == {"why": why}


def test_a_small_file_cannot_grow_large(traded):
    next_morning(traded)
    careful = traded.hasty(Limits(bill_bytes=100))
    with pytest.raises(BillDamaged) as refused:
        careful.trade_rows(day=traded.day)
    careful.close()
    assert refused.value.details == {"why": "too_long"}


def test_no_other_host_is_asked_for_a_file(traded):
    next_morning(traded)
    traded.emulator.plan("trade_bill", "foreign_link")
    assert len(traded.pay.trade_rows(day=traded.day)) == 4
    assert [line["status"] for line in traded.requests("download")] == [200]
