"""A day is closed: exactly what differs from the bill is found, and the entries are sealed."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError

from tests.emulator.desk import Merchant, emulating, listening
from tests.journeys.buying import Market, open_market
from tests.journeys.test_wechat_openid import paid_through
from zhiyin.domain.bills import operations
from zhiyin.domain.bills import queries as bills
from zhiyin.domain.bills.types import (
    BillKind,
    Difference,
    DifferenceReasonNeeded,
    DifferenceSettled,
)
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.ledger import operations as ledger
from zhiyin.domain.ledger import queries as books
from zhiyin.domain.ledger.models import Seal
from zhiyin.domain.orders import queries as ordered
from zhiyin.flows import day_close, purchase
from zhiyin.kit.times import day_of
from zhiyin.storage.tenancy import brand_tx

ZONE = ZoneInfo(day_close.ZONE)


@pytest.fixture(scope="module")
def emulator():
    """The platform two days ago at noon in China: what is traded then has its bill since."""
    noon = datetime.combine(day_of(datetime.now(UTC), day_close.ZONE), time(12), tzinfo=ZONE)
    with emulating("--now", (noon - timedelta(days=2)).isoformat()) as running:
        yield running


@pytest.fixture
def merchant(emulator):
    with listening() as caught:
        made = Merchant(emulator, caught)
        yield made
        made.pay.close()


@pytest.fixture
def market(own_database, merchant) -> Market:
    opened = open_market([50], [10_000])
    paid_through(tenants.brand_by_slug(slug="cedar"), merchant)
    return replace(opened, provider="wxpay", merchant_id=merchant.mchid)


def bought(market: Market, merchant: Merchant, count: int = 3) -> list:
    """Orders that are paid at the platform and with us, at its moment."""
    now = merchant.emulator.now()
    placed = []
    for _ in range(count):
        one = market.place(market.shopper(), (0, 1), now=now)
        merchant.paid(one.payment_id.hex, 10_000)
        fact = merchant.pay.query_payment(payment_no=one.payment_id.hex)
        purchase.settle(brand_id=market.brand_id, provider="wxpay", fact=fact, now=now)
        placed.append(one)
    return placed


def given_back(market: Market, merchant: Merchant, placed) -> None:
    now = merchant.emulator.now()
    purchase.give_back(
        brand_id=market.brand_id,
        order_id=placed.order_id,
        cause=f"c:{placed.order_id}",
        reason="r",
        now=now,
    )
    purchase.send_refunds(brand_id=market.brand_id, providers=lambda *_: merchant.pay, now=now)
    merchant.emulator.pass_time(minutes=2)
    purchase.send_refunds(
        brand_id=market.brand_id, providers=lambda *_: merchant.pay, now=merchant.emulator.now()
    )


def closed(market: Market, merchant: Merchant):
    """The day's differences: which, of what, and both sums."""
    merchant.emulator.pass_time(days=1)
    day = day_of(merchant.emulator.now(), day_close.ZONE) - timedelta(days=1)
    assert day_close.import_bill(
        brand_id=market.brand_id, provider=merchant.pay, day=day, now=merchant.emulator.now()
    )
    with brand_tx(market.brand_id):
        (bill,) = bills.days(brand_id=market.brand_id, limit=1).days
        found = bills.differences(brand_id=market.brand_id, bill_id=bill.id)
    said = [one.facts for one in found]
    return bill, {(one.difference, one.number, one.billed_fen, one.ours_fen) for one in said}


def test_a_day_that_agrees_has_no_differences_and_is_imported_once(market, merchant) -> None:
    placed = bought(market, merchant)
    given_back(market, merchant, placed[0])
    bill, found = closed(market, merchant)
    assert (bill.lines, bill.paid_fen, bill.refunded_fen, found) == (4, 30_000, 10_000, set())
    again = day_close.import_bill(
        brand_id=market.brand_id, provider=merchant.pay, day=bill.day, now=merchant.emulator.now()
    )
    assert not again


def test_exactly_what_was_planted_is_found(market, merchant) -> None:
    """The bill lacks its first row, has one nobody paid, and one that says a yuan more."""
    placed = bought(market, merchant, 4)
    for do in ("missing_row", "extra_row"):
        merchant.emulator.plan("trade_bill", do)
    _bill, found = closed(market, merchant)
    numbers = {one.payment_id.hex for one in placed}
    assert len(found) == 2
    (missing,) = [one for one in found if one[0] is Difference.NOT_BILLED]
    (extra,) = [one for one in found if one[0] is Difference.NOT_OURS]
    assert missing[1] in numbers
    assert missing[2:] == (None, 10_000)
    assert extra[1] not in numbers
    assert extra[3] is None


def test_another_sum_is_found_with_both_sums(market, merchant) -> None:
    placed = bought(market, merchant, 1)
    merchant.emulator.plan("trade_bill", "changed_row")
    _bill, found = closed(market, merchant)
    assert found == {(Difference.CHANGED, placed[0].payment_id.hex, 10_100, 10_000)}


def test_what_we_never_heard_of_is_found(market, merchant) -> None:
    one = market.place(market.shopper(), (0, 1), now=merchant.emulator.now())
    merchant.paid(one.payment_id.hex, 10_000)
    _bill, found = closed(market, merchant)
    assert found == {(Difference.NOT_OURS, one.payment_id.hex, 10_000, None)}


def test_money_that_fits_no_order_is_in_the_bill_and_ours(market, merchant) -> None:
    merchant.paid("order-of-nobody", 700)
    fact = merchant.pay.query_payment(payment_no="order-of-nobody")
    now = merchant.emulator.now()
    purchase.settle(brand_id=market.brand_id, provider="wxpay", fact=fact, now=now)
    _bill, found = closed(market, merchant)
    assert found == set()


def test_what_is_seen_just_before_midnight_may_be_in_the_next_days_bill(market, merchant) -> None:
    now = merchant.emulator.now().astimezone(ZONE)
    late = datetime.combine(now.date(), time(23, 55), tzinfo=ZONE)
    one = market.place(market.shopper(), (0, 1), now=late)
    market.pay(one, now=late, paid_at=late)
    _bill, found = closed(market, merchant)
    assert found == set()
    _bill, found = closed(market, merchant)
    assert {each[0] for each in found} == {Difference.NOT_BILLED}


def test_a_person_writes_down_what_came_of_a_difference_once(market, merchant) -> None:
    bought(market, merchant, 1)
    merchant.emulator.plan("trade_bill", "changed_row")
    bill, _found = closed(market, merchant)
    at = {
        "brand_id": market.brand_id,
        "bill_id": bill.id,
        "user_id": market.clerk,
        "now": merchant.emulator.now(),
    }
    with brand_tx(market.brand_id):
        (one,) = bills.differences(brand_id=market.brand_id, bill_id=bill.id)
        with pytest.raises(DifferenceReasonNeeded):
            operations.settle_difference(difference_id=one.id, reason=" ", **at)
        operations.settle_difference(difference_id=one.id, reason="支付方已更正", **at)
        with pytest.raises(DifferenceSettled):
            operations.settle_difference(difference_id=one.id, reason="again", **at)
        assert bills.open_differences(brand_id=market.brand_id) == 0


def test_days_are_caught_up_on_and_the_entries_sealed_once_a_day(market, merchant) -> None:
    bought(market, merchant)

    def close(**after: int) -> int:
        merchant.emulator.pass_time(**after)
        return day_close.close_days(
            brand_id=market.brand_id,
            accounts=lambda _: [merchant.pay],
            now=merchant.emulator.now(),
        )

    assert [close(days=1), close(minutes=1), close(days=2)] == [1, 0, 2]
    with brand_tx(market.brand_id):
        seal = books.last_seal(brand_id=market.brand_id)
    assert (seal.number, seal.entries) == (1, 3)
    assert market.violations(merchant.emulator.now()) == {}


def test_a_bill_that_is_not_there_yet_is_asked_for_again(market, merchant) -> None:
    bought(market, merchant, 1)
    today = day_of(merchant.emulator.now(), day_close.ZONE)
    early = datetime.combine(today + timedelta(days=1), time(9), tzinfo=ZONE)
    merchant.emulator.ask("clock", to=early.isoformat())
    assert not day_close.import_bill(
        brand_id=market.brand_id, provider=merchant.pay, day=today, now=early
    )
    with brand_tx(market.brand_id):
        assert bills.days(brand_id=market.brand_id).total == 0


def test_a_changed_entry_breaks_its_seal_and_nobody_may_change_one(market, merchant, owner) -> None:
    bought(market, merchant)
    now = merchant.emulator.now()
    with brand_tx(market.brand_id):
        assert ledger.seal(brand_id=market.brand_id, now=now) == 3
        assert ledger.seal(brand_id=market.brand_id, now=now) == 0
    bought(market, merchant, 1)
    with brand_tx(market.brand_id):
        assert ledger.seal(brand_id=market.brand_id, now=now) == 1
        assert books.last_seal(brand_id=market.brand_id).number == 2
    with pytest.raises(DatabaseError), brand_tx(market.brand_id):
        Seal.objects.all().delete()
    assert market.violations(now) == {}
    owner("ALTER TABLE ledger_entry DISABLE TRIGGER never_changed")
    owner("ALTER TABLE ledger_entry NO FORCE ROW LEVEL SECURITY")
    owner("UPDATE ledger_entry SET cause = cause || 'x' WHERE cause LIKE 'payment:%'")
    owner("ALTER TABLE ledger_entry FORCE ROW LEVEL SECURITY")
    owner("ALTER TABLE ledger_entry ENABLE TRIGGER never_changed")
    assert "M7" in market.violations(now)


def test_what_bears_a_number_is_found_whatever_its_day(market, merchant) -> None:
    placed = bought(market, merchant, 2)
    given_back(market, merchant, placed[1])
    account = {
        "brand_id": market.brand_id,
        "provider": "wxpay",
        "merchant_id": merchant.mchid,
    }
    with brand_tx(market.brand_id):
        found = ordered.moved_as(numbers=[placed[0].payment_id.hex], **account)
        assert [(one.kind, one.amount_fen) for one in found] == [("payment", 10_000)]
        start = merchant.emulator.now() - timedelta(hours=1)
        end = start + timedelta(hours=2)
        moved = ordered.moved_between(start=start, end=end, **account)
    assert [one.kind for one in moved].count(BillKind.REFUND) == 1
