"""Our client and the emulator: opening, paying, asking, closing, and whose money it is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest

from tests.emulator.desk import APP, OPENID, START
from zhiyin.connectors.wxpay import signing
from zhiyin.flows.paying import (
    PaymentAlreadyPaid,
    PaymentClosed,
    PaymentInputRefused,
    PaymentNotFound,
    PaymentNumberUsed,
    PaymentProviderRefused,
    PaymentState,
    disagreement,
)


def test_a_payment_from_the_page_to_the_fact(merchant):
    opened = merchant.pay.open_payment(asked=merchant.asked("order-0001", memo="look 7"))
    assert merchant.pay.query_payment(payment_no="order-0001").state is PaymentState.UNPAID
    (done,) = merchant.act("pay", **opened.page)
    fact = merchant.pay.query_payment(payment_no="order-0001")
    assert fact.state is PaymentState.PAID
    assert (fact.merchant_id, fact.app_id, fact.payer) == (merchant.mchid, APP, OPENID)
    assert (fact.amount_fen, fact.currency, fact.memo) == (36800, "CNY", "look 7")
    assert fact.paid_at == merchant.emulator.now()
    assert fact == merchant.pay.query_transaction(transaction_id=done["transaction_id"])
    assert disagreement(fact, payment_no="order-0001", amount_fen=36800) is None
    assert merchant.books()["paid_fen"] == merchant.books()["balance_fen"] == 36800


def test_a_page_that_was_tampered_with_pays_nothing(merchant):
    page = dict(merchant.pay.open_payment(asked=merchant.asked("order-0001")).page)
    (refused,) = merchant.act("pay", **{**page, "timeStamp": "1"})
    assert refused == {"ok": False, "code": "SIGN_ERROR"}
    assert merchant.books()["paid_fen"] == 0


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("payment_no", {"payment_no": "short"}),
        ("payment_no", {"payment_no": "../certificates"}),
        ("payment_no", {"payment_no": "x" * 33}),
        ("amount_fen", {"fen": 0}),
        ("amount_fen", {"fen": -1}),
        ("amount_fen", {"fen": 1.5}),
        ("amount_fen", {"fen": True}),
        ("subject", {"subject": ""}),
        ("subject", {"subject": "衣" * 128}),
        ("subject", {"subject": "a\nb"}),
        ("notify_url", {"notify_url": "https://shop.example/hook?brand=1"}),
        ("notify_url", {"notify_url": "http://shop.example/hook"}),
        ("memo", {"memo": "x" * 129}),
        ("expires_at", {"expires_at": START}),
        ("expires_at", {"expires_at": START.replace(tzinfo=None, year=2099)}),
    ],
)
def test_what_cannot_be_sent_is_refused_here_and_nothing_is_sent(merchant, field, change):
    with pytest.raises(PaymentInputRefused) as refused:
        merchant.pay.open_payment(asked=merchant.asked(**{"payment_no": "order-0001", **change}))
    assert refused.value.details == {"field": field}
    assert refused.value.is_permanent
    assert merchant.requests("order") == []


def test_one_number_is_one_payment(merchant):
    first = merchant.pay.open_payment(asked=merchant.asked("order-0001"))
    again = merchant.pay.open_payment(asked=merchant.asked("order-0001"))
    assert first.page["package"] == again.page["package"]
    with pytest.raises(PaymentNumberUsed):
        merchant.pay.open_payment(asked=merchant.asked("order-0001", fen=1))
    merchant.act("pay", out_trade_no="order-0001")
    with pytest.raises(PaymentAlreadyPaid):
        merchant.pay.open_payment(asked=merchant.asked("order-0001"))
    assert merchant.books()["paid_fen"] == 36800


def test_a_closed_payment_cannot_be_paid_and_a_paid_one_not_closed(merchant):
    opened = merchant.pay.open_payment(asked=merchant.asked("order-0001"))
    merchant.pay.close_payment(payment_no="order-0001")
    merchant.pay.close_payment(payment_no="order-0001")
    assert merchant.act("pay", **opened.page) == [{"ok": False, "code": "ORDER_CLOSED"}]
    assert merchant.pay.query_payment(payment_no="order-0001").state is PaymentState.CLOSED
    with pytest.raises(PaymentClosed):
        merchant.pay.open_payment(asked=merchant.asked("order-0001"))
    merchant.paid("order-0002")
    with pytest.raises(PaymentAlreadyPaid):
        merchant.pay.close_payment(payment_no="order-0002")
    assert merchant.books()["paid_fen"] == 36800


def test_money_that_came_after_a_close_that_was_not_heard_is_found(merchant):
    merchant.pay.open_payment(asked=merchant.asked("order-0001"))
    merchant.emulator.plan("close", "ignored")
    merchant.pay.close_payment(payment_no="order-0001")
    merchant.act("pay", out_trade_no="order-0001")
    assert merchant.pay.query_payment(payment_no="order-0001").state is PaymentState.PAID
    (told,) = merchant.understand(merchant.shop.heard)
    assert told.about.payment_no == "order-0001"


def test_nobody_pays_after_the_time_is_over(merchant):
    expires_at = merchant.emulator.now() + timedelta(minutes=5)
    merchant.pay.open_payment(asked=merchant.asked("order-0001", expires_at=expires_at))
    merchant.emulator.pass_time(minutes=5)
    assert merchant.act("pay", out_trade_no="order-0001")[0]["code"] == "ORDER_CLOSED"
    assert merchant.pay.query_payment(payment_no="order-0001").state is PaymentState.CLOSED


@pytest.mark.parametrize(
    ("act", "state"),
    [
        ("begin", PaymentState.PAYING),
        ("cancel", PaymentState.UNPAID),
        ("fail", PaymentState.FAILED),
    ],
)
def test_a_payer_who_is_not_done_yet_may_still_pay(merchant, act, state):
    merchant.pay.open_payment(asked=merchant.asked("order-0001"))
    merchant.act(act, out_trade_no="order-0001")
    assert merchant.pay.query_payment(payment_no="order-0001").state is state
    merchant.act("pay", out_trade_no="order-0001")
    assert merchant.pay.query_payment(payment_no="order-0001").state is PaymentState.PAID


def test_what_is_not_there_is_not_found(merchant):
    with pytest.raises(PaymentNotFound):
        merchant.pay.query_payment(payment_no="order-0001")
    with pytest.raises(PaymentNotFound):
        merchant.pay.query_transaction(transaction_id="4200000000")
    with pytest.raises(PaymentNotFound):
        merchant.pay.close_payment(payment_no="order-0001")
    with pytest.raises(PaymentNotFound):
        merchant.pay.query_refund(refund_no="refund-1")


def test_two_merchants_know_nothing_of_each_other(enrol):
    cedar, maple = enrol(), enrol(mode="certificate")
    cedar.paid("order-0001")
    maple.pay.open_payment(asked=maple.asked("order-0001", fen=500))
    assert maple.pay.query_payment(payment_no="order-0001").state is PaymentState.UNPAID
    assert (cedar.books()["paid_fen"], maple.books()["paid_fen"]) == (36800, 0)
    # an answer that is true for the one proves nothing to the other
    calls = cedar.shop.heard
    assert cedar.understand(calls)[0].about.payment_no == "order-0001"
    assert maple.understand(calls) == ["payment_notification_refused: why=key_unknown"]


def test_numbers_with_every_allowed_sign_survive_the_address(merchant):
    number = "a-Z_0|9*@x"
    merchant.paid(number)
    assert merchant.pay.query_payment(payment_no=number).state is PaymentState.PAID


def test_twenty_at_once_are_twenty_payments(merchant):
    numbers = [f"order-{n:04d}" for n in range(20)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(merchant.paid, numbers))
    assert merchant.books()["paid_fen"] == 20 * 36800
    assert len(merchant.shop.heard) == 20


def signed(merchant, *, target="/v3/certificates", body="", **change):
    """A header as we sign it, with something changed."""
    said = signing.authorization(
        merchant.account, method="GET", target=target, body=body, now=merchant.emulator.now()
    )
    for name, value in change.items():
        head, _, rest = said.partition(f'{name}="')
        said = f'{head}{name}="{value}"{rest.partition(chr(34))[2]}'
    return said


@pytest.mark.parametrize(
    "change",
    [
        {"mchid": "1"},
        {"serial_no": "0000"},
        {"nonce_str": "another"},
        {"timestamp": "1"},
        {"signature": "AAAA"},
        {"target": "/v3/other"},
        {"body": "{}"},
    ],
)
def test_the_emulator_verifies_every_request(merchant, change):
    answer = httpx.get(
        f"{merchant.emulator.address}/v3/certificates",
        headers={"Authorization": signed(merchant, **change)},
        trust_env=False,
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")


def test_a_merchant_the_platform_does_not_know_is_told_to_mend_its_settings(merchant, enrol):
    other = enrol()
    object.__setattr__(other.account, "serial", "0000")
    with pytest.raises(PaymentProviderRefused) as refused:
        other.pay.query_payment(payment_no="order-0001")
    assert refused.value.details == {"why": "SIGN_ERROR"}
    assert refused.value.is_permanent
