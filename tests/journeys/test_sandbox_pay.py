"""The demo's pay page: opened by a payment, pressed by somebody, told to the house."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.visiting import Visit, a_shop
from tests.paying import asked, back, sandboxed, strays
from zhiyin.flows import hearing, ports
from zhiyin.flows.paying import PaymentError, PaymentState
from zhiyin.interfaces import jobs


def opened(brand, number="order-0001"):
    """A payment of a brand, and the address at which it is paid."""
    provider = sandboxed(brand.id)
    return provider, provider.open_payment(asked=asked(number)).page["url"]


def test_she_sees_what_she_pays_pays_it_and_is_led_back(own_database):
    brand, visit = a_shop()
    provider, page = opened(brand)
    words = visit.read(f"{page}?next=/s/cedar/me/")
    for expected in ("¥368", "知音, 米色针织衫", "Brand cedar", "Pay ¥368", "nobody's money moves"):
        assert expected in words
    assert visit.post(f"{page}", next="/s/cedar/me/").url == "/s/cedar/me/"
    assert provider.query_payment(payment_no="order-0001").state is PaymentState.PAID
    assert "Paid." in visit.read(page)
    visit.post(page)
    assert "It is not paid twice" in visit.read(page)
    assert (
        "支付 ¥368"
        in Visit("cedar")
        .client.get(opened(brand, "order-0002")[1], headers={"accept-language": "zh-CN"})
        .content.decode()
    )


def test_the_house_is_told_as_by_a_hook_and_again_until_it_hears(own_database):
    brand, visit = a_shop()
    provider, page = opened(brand)
    visit.post(page)
    wired = ports.wired()
    # no order bears this number: the house has heard, and keeps the money apart
    assert strays(brand) == [("sandbox", 36_800)]
    assert wired.till.calls_due(brand_id=brand.id) == ()
    provider.refund(asked=back("order-0001", "refund-1", 100))
    jobs.tell_sandbox_payments(timestamp=0)
    assert wired.till.calls_due(brand_id=brand.id) == ()


def test_a_call_of_the_sandbox_is_proven_like_any_other(own_database):
    brand, _visit = a_shop()
    other, _ = a_shop("maple")
    _provider, _page = opened(brand)
    sandboxed(other.id)
    wired, now = ports.wired(), datetime.now(UTC)
    wired.till.pay(brand_id=brand.id, payment_no="order-0001")
    (call,) = wired.till.calls_due(brand_id=brand.id)
    spoiled = replace(call, body=call.body.replace(b"36800", b"1"))

    def why(brand_id, one, at=now):
        with pytest.raises(PaymentError) as refused:
            hearing.hear_call(
                brand_id=brand_id,
                headers=one.headers,
                body=one.body,
                providers=wired.payments,
                now=at,
            )
        return type(refused.value).__name__

    assert why(brand.id, spoiled) == "NotificationRefused"
    assert why(brand.id, call, now + timedelta(minutes=6)) == "NotificationRefused"
    assert why(other.id, call) == "NotificationForeign"


def test_a_closed_payment_is_not_paid(own_database):
    brand, visit = a_shop()
    provider, page = opened(brand)
    provider.close_payment(payment_no="order-0001")
    visit.post(page)
    assert "This payment is closed" in visit.read(page)
    assert provider.query_payment(payment_no="order-0001").state is PaymentState.CLOSED


def test_nobody_finds_a_payment_at_another_brand_or_by_guessing(own_database):
    brand, _visit = a_shop()
    _other, elsewhere = a_shop("maple")
    provider, _page = opened(brand)
    elsewhere.get("sandbox/pay/order-0001/", 404)
    elsewhere.post("sandbox/pay/order-0001/", 404)
    elsewhere.get("sandbox/pay/order-9999/", 404)
    assert provider.query_payment(payment_no="order-0001").state is PaymentState.UNPAID


def test_a_live_shop_has_no_such_page(own_database):
    brand, visit = a_shop()
    provider, page = opened(brand)
    demo = ports.wired()
    ports.wire(replace(demo, till=None))
    try:
        visit.get(page, 404)
        visit.post(page, 404)
        jobs.tell_sandbox_payments(timestamp=0)
    finally:
        ports.wire(demo)
    assert provider.query_payment(payment_no="order-0001").state is PaymentState.UNPAID
    assert visit.post(f"{page}", next="https://elsewhere.example/").url == page
