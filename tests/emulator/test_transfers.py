"""Behaviour 35: money to a person, confirmed in WeChat within a day, once for each number."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.emulator.test_refunds import conserved
from zhiyin.flows.paying import (
    PaymentInputRefused,
    PaymentNotFound,
    PaymentOutcomeUnknown,
    PaymentProviderRefused,
    TransferUncovered,
)
from zhiyin.flows.paying_out import TransferAsked, TransferState


@pytest.fixture
def funded(merchant):
    """A merchant with 368 yuan in its account."""
    merchant.paid("order-0001")
    return merchant


def asked(merchant, bill_no="bill1", fen=10_000, **more):
    return TransferAsked(
        **{
            "bill_no": bill_no,
            "amount_fen": fen,
            "payee": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
            "name": "王小禾",
            "remark": "安宁 佣金",
            "notify_url": merchant.shop.url,
            **more,
        }
    )


def test_it_waits_for_her_and_arrives_when_she_confirms(funded):
    fact = funded.pay.transfer(asked=asked(funded))
    assert (fact.state, fact.amount_fen) == (TransferState.UNCONFIRMED, 10_000)
    assert set(fact.page) == {"mchId", "appId", "package"}
    assert funded.pay.query_transfer(bill_no="bill1").state is TransferState.UNCONFIRMED
    funded.act("confirm_transfer", out_bill_no="bill1", package=fact.page["package"])
    settled = funded.pay.query_transfer(bill_no="bill1")
    assert (settled.state, settled.settled_at) == (TransferState.SUCCEEDED, funded.emulator.now())
    assert funded.understand(funded.shop.heard)[-1].about == settled
    assert conserved(funded)["transferred_fen"] == 10_000


def test_what_she_never_confirms_comes_back_after_a_day(funded):
    funded.pay.transfer(asked=asked(funded))
    funded.emulator.pass_time(hours=23, minutes=59)
    assert funded.pay.query_transfer(bill_no="bill1").state is TransferState.UNCONFIRMED
    funded.emulator.pass_time(minutes=1)
    fact = funded.pay.query_transfer(bill_no="bill1")
    assert (fact.state, fact.why) == (TransferState.FAILED, "OVERDUE_CLOSE")
    assert funded.understand(funded.shop.heard)[-1].about == fact
    assert conserved(funded)["balance_fen"] == 36_800


def test_of_cancelling_and_confirming_one_comes_first(funded):
    funded.pay.transfer(asked=asked(funded))
    assert funded.act("cancel_transfer", out_bill_no="bill1")[0]["ok"]
    assert not funded.act("confirm_transfer", out_bill_no="bill1")[0]["ok"]
    assert funded.pay.query_transfer(bill_no="bill1").state is TransferState.CANCELLED
    assert conserved(funded)["transferred_fen"] == 0


def test_one_number_is_one_transfer_however_many_ask(funded):
    with ThreadPoolExecutor(4) as pool:
        facts = list(pool.map(lambda _: funded.pay.transfer(asked=asked(funded)), range(8)))
    assert len({fact.provider_bill_id for fact in facts}) == 1
    with pytest.raises(PaymentProviderRefused, match="INVALID_REQUEST"):
        funded.pay.transfer(asked=asked(funded, fen=10_001))
    assert conserved(funded)["transferred_fen"] == 10_000


@pytest.mark.parametrize("fault", ["error_after", "reset_after", "cut", "unsigned"])
def test_an_answer_that_is_lost_says_nothing_and_asking_about_it_does(funded, fault):
    funded.emulator.plan("transfer", fault)
    with pytest.raises(PaymentOutcomeUnknown):
        funded.pay.transfer(asked=asked(funded))
    assert funded.pay.query_transfer(bill_no="bill1").state is TransferState.UNCONFIRMED
    assert conserved(funded)["transferred_fen"] == 10_000


def test_more_than_the_account_holds_is_asked_again_when_it_is_filled(funded):
    with pytest.raises(TransferUncovered) as refused:
        funded.pay.transfer(asked=asked(funded, fen=36_801))
    assert not refused.value.is_permanent
    with pytest.raises(PaymentNotFound):
        funded.pay.query_transfer(bill_no="bill1")
    funded.paid("order-0002")
    assert funded.pay.transfer(asked=asked(funded, fen=36_801)).state is TransferState.UNCONFIRMED


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"bill_no": "bill-1"}, "bill_no"),
        ({"bill_no": "x" * 33}, "bill_no"),
        ({"fen": 29}, "amount_fen"),
        ({"fen": 0}, "amount_fen"),
        ({"payee": ""}, "payee"),
        ({"remark": "字" * 33}, "remark"),
        ({"notify_url": "https://a.example/?q=1"}, "notify_url"),
    ],
)
def test_what_cannot_be_asked_for_is_not_sent(funded, said, field):
    with pytest.raises(PaymentInputRefused, match=field):
        funded.pay.transfer(asked=asked(funded, **said))
    assert funded.requests("transfer") == []


def test_her_name_goes_out_sealed_and_the_platform_opens_it(funded):
    """Another name under the same number is another transfer: so the platform read it."""
    funded.pay.transfer(asked=asked(funded))
    with pytest.raises(PaymentProviderRefused, match="INVALID_REQUEST"):
        funded.pay.transfer(asked=replace(asked(funded), name="王小满"))


def test_a_merchant_in_certificate_mode_seals_with_the_certificate(enrol):
    certified = enrol("certificate")
    certified.paid("order-0001")
    assert certified.pay.transfer(asked=asked(certified)).state is TransferState.UNCONFIRMED


def test_another_merchants_transfer_is_nobodys_here(funded, enrol):
    funded.pay.transfer(asked=asked(funded))
    with pytest.raises(PaymentNotFound):
        enrol().pay.query_transfer(bill_no="bill1")
