"""Bills as files: the documented ones are read, and damaged ones refused by name."""

import gzip
import hashlib
from datetime import UTC, date, datetime

import pytest

from zhiyin.connectors.wxpay import bills
from zhiyin.connectors.wxpay.account import Limits
from zhiyin.connectors.wxpay.bills import BillLink
from zhiyin.connectors.wxpay.tests.platform import PAYLOADS
from zhiyin.flows.paying import BillAbsent, BillDamaged, BillKind, BillNotReady

LIMITS = Limits()
TRADES = (PAYLOADS / "tradebill.csv").read_bytes()
FUNDS = (PAYLOADS / "fundflowbill.csv").read_bytes()


def refusal(act):
    """Why it is damaged."""
    with pytest.raises(BillDamaged) as refused:
        act()
    return refused.value.details["why"]


def test_a_bill_of_trades_is_read_with_a_comma_in_a_name():
    payment, refund = bills.trade_rows(TRADES, limits=LIMITS)
    assert (payment.kind, payment.number, payment.amount_fen) == (
        BillKind.PAYMENT,
        "order-0001",
        100,
    )
    assert payment.at == datetime(2018, 6, 8, 2, 34, 56, tzinfo=UTC)
    assert (refund.kind, refund.number, refund.payment_no, refund.amount_fen) == (
        BillKind.REFUND,
        "refund-1",
        "order-0001",
        40,
    )
    assert refund.transaction_id == payment.transaction_id


def test_a_bill_of_funds_is_read_with_its_odd_counts():
    gain, cost = bills.fund_rows(FUNDS, limits=LIMITS)
    assert (gain.amount_fen, gain.balance_fen) == (100, 117)
    assert (cost.amount_fen, cost.balance_fen) == (-40, 77)


def test_a_byte_order_mark_and_carriage_returns_change_nothing():
    marked = b"\xef\xbb\xbf" + TRADES.replace(b"\n", b"\r\n")
    assert bills.trade_rows(marked, limits=LIMITS) == bills.trade_rows(TRADES, limits=LIMITS)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("`2,`1.00,`0.40", "`3,`1.00,`0.40", "summary"),
        ("`1.00,`0.40\n", "`1.01,`0.40\n", "summary"),
        ("`1.00,`0.00,`\n", "`1.00,`0.00,`,`\n", "not_the_shape"),
        ("`1.00,`0.00,`\n", "`1.001,`0.00,`\n", "not_the_shape"),
        ("`1.00,`0.00,`\n", "`-1.00,`0.00,`\n", "not_the_shape"),
        ("`SUCCESS,`CMC", "`MELTED,`CMC", "not_the_shape"),
        ("2018-06-08 10:34:56", "yesterday", "not_the_shape"),
        ("订单金额,申请", "金额,申请", "not_the_shape"),
    ],
)
def test_a_bill_that_contradicts_itself_is_damaged(old, new, why):
    text = TRADES.decode()
    assert old in text
    changed = text.replace(old, new, 1).encode()
    assert refusal(lambda: bills.trade_rows(changed, limits=LIMITS)) == why


def test_each_row_is_missed():
    lines = TRADES.splitlines(keepends=True)
    for gone in (1, 2):
        rest = b"".join(lines[:gone] + lines[gone + 1 :])
        assert refusal(lambda rest=rest: bills.trade_rows(rest, limits=LIMITS)) == "summary"


@pytest.mark.parametrize("file", [b"", b"\xff\xfe", b"a,b\n", b"a\n" * 3, b"\n\n\n"])
def test_what_is_no_bill_is_refused(file):
    assert refusal(lambda: bills.trade_rows(file, limits=LIMITS)) in ("not_text", "not_the_shape")
    assert refusal(lambda: bills.fund_rows(file, limits=LIMITS)) in ("not_text", "not_the_shape")


def unzipped(data, *, of=TRADES, limits=LIMITS, step=7):
    """A file that comes in small pieces."""
    link = BillLink(target="/x", sha1=hashlib.sha1(of, usedforsecurity=False).hexdigest())
    chunks = (data[at : at + step] for at in range(0, len(data), step))
    return bills.unzipped(chunks, link=link, limits=limits)


def test_a_file_is_the_announced_one_or_none():
    data = gzip.compress(TRADES)
    assert unzipped(data) == TRADES
    assert refusal(lambda: unzipped(gzip.compress(FUNDS))) == "hash"
    assert refusal(lambda: unzipped(data[:-9])) == "cut_short"
    assert refusal(lambda: unzipped(b"")) == "cut_short"
    assert refusal(lambda: unzipped(TRADES)) == "not_gzip"


def test_a_small_file_that_unpacks_to_a_large_one_is_stopped_on_the_way():
    bomb = gzip.compress(b"`" * 50_000_000)
    assert len(bomb) < 100_000
    small = Limits(bill_bytes=1_000_000)
    assert refusal(lambda: unzipped(bomb, limits=small, step=4096)) == "too_long"


def test_a_day_has_a_bill_from_ten_the_next_morning_for_three_months():
    day = date(2026, 11, 21)
    ten = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    bills.check_day(day, now=ten, limits=LIMITS)
    with pytest.raises(BillNotReady) as refused:
        bills.check_day(day, now=ten.replace(hour=1, minute=59), limits=LIMITS)
    assert refused.value.details == {"ready_at": "2026-11-22T02:00:00+00:00"}
    with pytest.raises(BillAbsent):
        bills.check_day(day, now=ten.replace(year=2027), limits=LIMITS)
