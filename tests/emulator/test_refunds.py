"""Behaviour 33: money back, in parts, once for each number, and never too much."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from zhiyin.flows.paying import (
    PaymentInputRefused,
    PaymentNotFound,
    PaymentProviderBusy,
    PaymentState,
    RefundRefused,
    RefundState,
    RefundUncovered,
)


def conserved(merchant):
    """The platform's books balance; returns them."""
    books = merchant.books()
    assert books["paid_fen"] == (
        books["refunded_fen"]
        + books["underway_fen"]
        + books["withdrawn_fen"]
        + books["transferred_fen"]
        + books["balance_fen"]
    )
    return books


def test_a_refund_of_one_part_arrives_later(merchant):
    transaction_id = merchant.paid("order-0001")
    fact = merchant.pay.refund(asked=merchant.refund_of("order-0001", "refund-1", 9900))
    assert (fact.state, fact.settled_at) == (RefundState.PROCESSING, None)
    assert (fact.amount_fen, fact.paid_fen, fact.transaction_id) == (9900, 36800, transaction_id)
    assert conserved(merchant)["underway_fen"] == 9900
    merchant.emulator.pass_time(seconds=30)
    settled = merchant.pay.query_refund(refund_no="refund-1")
    assert (settled.state, settled.settled_at) == (RefundState.SUCCEEDED, merchant.emulator.now())
    assert merchant.understand(merchant.shop.heard)[-1].about == settled
    assert merchant.pay.query_payment(payment_no="order-0001").state is PaymentState.REFUNDED
    assert conserved(merchant)["refunded_fen"] == 9900


@pytest.mark.parametrize(
    ("fault", "state", "back_fen"),
    [("abnormal", RefundState.STUCK, 0), ("closed", RefundState.CLOSED, 9900)],
)
def test_a_refund_that_does_not_arrive_says_so(merchant, fault, state, back_fen):
    merchant.paid("order-0001")
    merchant.emulator.plan("refund", fault)
    merchant.pay.refund(asked=merchant.refund_of("order-0001", "refund-1", 9900))
    merchant.emulator.pass_time(minutes=1)
    assert merchant.pay.query_refund(refund_no="refund-1").state is state
    assert merchant.understand(merchant.shop.heard)[-1].about.state is state
    assert conserved(merchant)["balance_fen"] == 36800 - 9900 + back_fen


def test_a_refund_may_be_told_of_before_its_call_returns(merchant):
    merchant.paid("order-0001")
    merchant.emulator.plan("refund", "settle_first")
    fact = merchant.pay.refund(asked=merchant.refund_of("order-0001", "refund-1", 9900))
    told = merchant.understand(merchant.shop.heard)[-1].about
    assert (told.state, told.refund_no) == (RefundState.SUCCEEDED, fact.refund_no)


def test_one_number_is_one_refund_however_many_ask(merchant):
    merchant.paid("order-0001")
    asked = merchant.refund_of("order-0001", "refund-1", 9900)
    with ThreadPoolExecutor(4) as pool:
        facts = list(pool.map(lambda _: merchant.pay.refund(asked=asked), range(8)))
    assert len({fact.provider_refund_id for fact in facts}) == 1
    merchant.emulator.pass_time(minutes=1)
    assert conserved(merchant)["refunded_fen"] == 9900
    with pytest.raises(RefundRefused):
        merchant.pay.refund(asked=merchant.refund_of("order-0001", "refund-1", 1))


def test_two_within_a_minute_are_one_and_a_later(merchant):
    merchant.paid("order-0001")
    merchant.pay.refund(asked=merchant.refund_of("order-0001", "refund-1", 100))
    second = merchant.refund_of("order-0001", "refund-2", 100)
    with pytest.raises(PaymentProviderBusy) as refused:
        merchant.pay.refund(asked=second)
    assert not refused.value.is_permanent
    with pytest.raises(PaymentNotFound):
        merchant.pay.query_refund(refund_no="refund-2")
    merchant.emulator.pass_time(minutes=1)
    assert merchant.pay.refund(asked=second).state is RefundState.PROCESSING


def test_more_than_was_paid_is_refused_and_nothing_moves(merchant):
    merchant.paid("order-0001")
    merchant.pay.refund(asked=merchant.refund_of("order-0001", "refund-1", 22080))
    merchant.emulator.pass_time(minutes=2)
    with pytest.raises(RefundRefused) as refused:
        merchant.pay.refund(asked=merchant.refund_of("order-0001", "refund-2", 22080))
    assert refused.value.is_permanent
    assert conserved(merchant)["refunded_fen"] == 22080
    with pytest.raises(PaymentInputRefused):
        merchant.pay.refund(asked=merchant.refund_of("order-0001", "refund-3", 36801))
    assert len(merchant.requests("refund")) == 2


def test_the_fifty_first_is_refused(merchant):
    merchant.paid("order-0001")
    for n in range(50):
        merchant.pay.refund(asked=merchant.refund_of("order-0001", f"refund-{n}", 10))
        merchant.emulator.pass_time(minutes=1)
    with pytest.raises(RefundRefused):
        merchant.pay.refund(asked=merchant.refund_of("order-0001", "refund-50", 10))
    assert conserved(merchant)["refunded_fen"] == 500


def test_what_was_not_paid_or_too_long_ago_is_not_given_back(merchant):
    merchant.pay.open_payment(asked=merchant.asked("order-0001"))
    with pytest.raises(RefundRefused):
        merchant.pay.refund(asked=merchant.refund_of("order-0001", "refund-1", 10))
    with pytest.raises(PaymentNotFound):
        merchant.pay.refund(asked=merchant.refund_of("order-0002", "refund-1", 10))
    merchant.paid("order-0003")
    merchant.emulator.pass_time(days=366)
    with pytest.raises(RefundRefused):
        merchant.pay.refund(asked=merchant.refund_of("order-0003", "refund-1", 10))
    assert conserved(merchant)["refunded_fen"] == 0


def test_an_empty_account_is_filled_first(merchant):
    merchant.paid("order-0001")
    merchant.act("withdraw", amount_fen=36000)
    asked = merchant.refund_of("order-0001", "refund-1", 9900)
    with pytest.raises(RefundUncovered) as refused:
        merchant.pay.refund(asked=asked)
    assert not refused.value.is_permanent
    merchant.paid("order-0002")
    assert merchant.pay.refund(asked=asked).state is RefundState.PROCESSING
    conserved(merchant)
