"""Answers that break, drip, lie or never come: what is not known is called so, and asked again."""

import os
from time import monotonic

import pytest

from tests.emulator.desk import HASTY
from zhiyin.connectors.wxpay.client import WxPay
from zhiyin.flows.paying import (
    PaymentOutcomeUnknown,
    PaymentProviderBusy,
    PaymentProviderRefused,
    PaymentProviderUnreached,
    PaymentState,
    RefundState,
)

BROKEN = [
    ("cut", "RemoteProtocolError"),
    ("reset_after", "ReadError"),
    ("html", "status_502"),
    ("not_json", "not_json"),
    ("other_shape", "not_the_shape"),
    ("unsigned", "answer_header_missing"),
    ("bad_signature", "answer_signature"),
    ("stale_signature", "answer_window"),
    ("unknown_serial", "answer_key_unknown"),
    ("error_after", "SYSTEM_ERROR"),
]


@pytest.mark.parametrize(("fault", "why"), BROKEN)
def test_a_refund_without_a_trustworthy_answer_is_unknown_and_asked_again_once(
    merchant, fault, why
):
    merchant.paid("order-0001")
    merchant.emulator.plan("refund", fault)
    asked = merchant.refund_of("order-0001", "refund-1", 9900)
    with pytest.raises(PaymentOutcomeUnknown) as refused:
        merchant.pay.refund(asked=asked)
    assert refused.value.details == {"why": why}
    assert not refused.value.is_permanent
    assert merchant.pay.query_refund(refund_no="refund-1").state is RefundState.PROCESSING
    assert merchant.pay.refund(asked=asked).state is RefundState.PROCESSING
    merchant.emulator.pass_time(minutes=1)
    assert merchant.books()["refunded_fen"] == 9900
    assert merchant.requests("certificates") == []


@pytest.mark.parametrize(("fault", "why"), BROKEN)
def test_a_query_believes_only_what_is_proven(merchant, fault, why):
    merchant.paid("order-0001")
    merchant.emulator.plan("query", fault)
    with pytest.raises(PaymentOutcomeUnknown) as refused:
        merchant.pay.query_payment(payment_no="order-0001")
    assert refused.value.details == {"why": why}
    assert merchant.pay.query_payment(payment_no="order-0001").state is PaymentState.PAID


def test_an_order_that_was_opened_without_an_answer_is_opened_again(merchant):
    merchant.emulator.plan("order", "reset_after")
    with pytest.raises(PaymentOutcomeUnknown):
        merchant.pay.open_payment(asked=merchant.asked("order-0001"))
    opened = merchant.pay.open_payment(asked=merchant.asked("order-0001"))
    merchant.act("pay", **opened.page)
    assert merchant.books()["paid_fen"] == 36800


def test_nobody_waits_longer_than_said(merchant):
    merchant.paid("order-0001")
    merchant.emulator.plan("refund", "slow", seconds=3)
    hasty = merchant.hasty()
    begun = monotonic()
    with pytest.raises(PaymentOutcomeUnknown) as refused:
        hasty.refund(asked=merchant.refund_of("order-0001", "refund-1", 100))
    assert monotonic() - begun < 5 * HASTY.wait_s
    hasty.close()
    assert refused.value.details == {"why": "ReadTimeout"}


def test_nobody_there_means_nothing_was_done(merchant):
    lost = WxPay(merchant.account, base_url="http://127.0.0.1:1", clock=merchant.emulator.now)
    with pytest.raises(PaymentProviderUnreached) as refused:
        lost.query_payment(payment_no="order-0001")
    assert refused.value.details == {"why": "ConnectError"}
    assert not refused.value.is_permanent


@pytest.mark.parametrize(
    ("status", "code", "expected", "is_permanent"),
    [
        (429, "FREQUENCY_LIMITED", PaymentProviderBusy, False),
        (429, "RATELIMIT_EXCEED", PaymentProviderBusy, False),
        (500, "SYSTEM_ERROR", PaymentOutcomeUnknown, False),
        (503, "SOMETHING_NEW", PaymentOutcomeUnknown, False),
        (400, "PARAM_ERROR", PaymentProviderRefused, True),
        (400, "INVALID_REQUEST", PaymentProviderRefused, True),
        (403, "NO_AUTH", PaymentProviderRefused, True),
        (400, "SOMETHING_NEW", PaymentProviderRefused, True),
    ],
)
def test_a_code_decides_whether_asking_again_helps(merchant, status, code, expected, is_permanent):
    merchant.emulator.plan("order", "error", status=status, code=code)
    with pytest.raises(expected) as refused:
        merchant.pay.open_payment(asked=merchant.asked("order-0001"))
    assert refused.value.is_permanent is is_permanent
    assert refused.value.details == {"why": code}
    assert merchant.books()["orders"] == {}


def test_nothing_is_for_good_that_nobody_signed(merchant):
    """Somebody between us and the platform cannot make us give up a refund."""
    merchant.paid("order-0001")
    for _ in range(2):
        merchant.emulator.plan("refund", "error", status=400, code="INVALID_REQUEST")
    merchant.emulator.plan("refund", "unsigned")
    with pytest.raises(PaymentOutcomeUnknown) as refused:
        merchant.pay.refund(asked=merchant.refund_of("order-0001", "refund-1", 100))
    assert refused.value.details == {"why": "status_400"}


def test_a_forked_process_opens_connections_of_its_own(merchant):
    """Two processes on one connection would read each other's answers."""
    merchant.paid("order-0001")
    if not (child := os.fork()):
        try:
            found = merchant.pay.query_payment(payment_no="order-0001").state
            os._exit(0 if found is PaymentState.PAID else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert merchant.pay.query_payment(payment_no="order-0001").state is PaymentState.PAID
    assert len(merchant.requests("query")) == 2


def test_a_true_answer_about_another_payment_is_no_answer(merchant):
    """A signed answer that is played again for another question decides nothing."""
    merchant.paid("order-0001")
    asked = merchant.refund_of("order-0001", "refund-1", 9900)
    questions = {
        "query": lambda: merchant.pay.query_payment(payment_no="order-0001"),
        "refund": lambda: merchant.pay.refund(asked=asked),
        "query_refund": lambda: merchant.pay.query_refund(refund_no="refund-1"),
    }
    for operation, ask in questions.items():
        merchant.emulator.plan(operation, "of_another")
        with pytest.raises(PaymentOutcomeUnknown) as refused:
            ask()
        assert refused.value.details == {"why": "answer_of_another"}
        ask()
