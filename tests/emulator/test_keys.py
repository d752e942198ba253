"""The platform changes its key, in either mode: before, meanwhile and after."""

import pytest

from zhiyin.connectors.wxpay.account import public_key
from zhiyin.flows.paying import Notification, PaymentNotFound, PaymentOutcomeUnknown, PaymentState

UNKNOWN = "payment_notification_refused: why=key_unknown"


def test_certificates_change_without_a_gap_when_they_are_renewed_in_time(enrol):
    merchant = enrol(mode="certificate")
    (fresh,) = merchant.act("announce_key")
    renewed = merchant.pay.renew_certificates()
    assert {key.serial for key in renewed} == {
        merchant.told["signing_serial"],
        fresh["serial"],
    }
    merchant.paid("order-0001")
    merchant.act("switch_key")
    merchant.paid("order-0002")
    told = merchant.understand(merchant.shop.heard)
    assert [each.about.payment_no for each in told] == ["order-0001", "order-0002"]


def test_a_key_nobody_told_us_of_is_refused_and_asked_for_by_nobody(enrol):
    merchant = enrol(mode="certificate")
    merchant.pay.open_payment(asked=merchant.asked("order-0001"))
    merchant.act("announce_key")
    merchant.act("switch_key")
    merchant.act("pay", out_trade_no="order-0001")
    assert merchant.understand(merchant.shop.heard) == [UNKNOWN]
    with pytest.raises(PaymentOutcomeUnknown) as refused:
        merchant.pay.query_payment(payment_no="order-0001")
    assert refused.value.details == {"why": "answer_key_unknown"}
    assert merchant.requests("certificates") == []
    merchant.pay.renew_certificates()
    assert isinstance(merchant.understand(merchant.shop.heard)[0], Notification)
    assert merchant.pay.query_payment(payment_no="order-0001").state is PaymentState.PAID


def test_certificates_that_somebody_else_signed_are_not_taken(enrol):
    merchant = enrol(mode="certificate")
    before = merchant.account.ring.serials()
    for fault in ("bad_signature", "unsigned", "unknown_serial", "stale_signature", "not_json"):
        merchant.emulator.plan("certificates", fault)
        with pytest.raises(PaymentOutcomeUnknown):
            merchant.pay.renew_certificates()
    assert merchant.account.ring.serials() == before


def test_a_public_key_is_changed_by_hand(merchant):
    with pytest.raises(PaymentNotFound):
        merchant.pay.renew_certificates()
    (fresh,) = merchant.act("announce_key")
    merchant.act("switch_key")
    merchant.emulator.ask("clock")
    merchant.account.ring.add([public_key(serial=fresh["serial"], pem=fresh["public_key_pem"])])
    merchant.paid("order-0001")
    assert isinstance(merchant.understand(merchant.shop.heard)[0], Notification)


def test_a_certificate_that_ran_out_proves_nothing(enrol):
    merchant = enrol(mode="certificate")
    merchant.emulator.pass_time(days=6 * 365)
    merchant.act(
        "place",
        order={
            "appid": merchant.account.app_id,
            "mchid": merchant.mchid,
            "description": "衣",
            "out_trade_no": "order-0001",
            "notify_url": merchant.shop.url,
            "amount": {"total": 1},
            "payer": {"openid": "o-1"},
        },
    )
    merchant.act("pay", out_trade_no="order-0001")
    assert merchant.understand(merchant.shop.heard) == [
        "payment_notification_refused: why=key_expired"
    ]
