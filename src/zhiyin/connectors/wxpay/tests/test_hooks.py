"""Notifications on documented payloads: what is read, and each way of being refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiyin.connectors.wxpay.account import KeyRing, Limits
from zhiyin.connectors.wxpay.hooks import notification
from zhiyin.connectors.wxpay.tests.platform import (
    NOW,
    headers,
    merchant,
    payload,
    sealed,
)
from zhiyin.flows.paying import (
    NotificationForeign,
    NotificationRefused,
    NotificationUnreadable,
    PaymentState,
    RefundState,
)

LIMITS = Limits()
AT = datetime(2018, 6, 8, 2, 34, 56, tzinfo=UTC)


def read(body, said=None, *, now=NOW, account=None, limits=LIMITS):
    """What our hook makes of a body under these headers (by default true ones)."""
    return notification(
        account or merchant(),
        headers=headers(body) if said is None else said,
        body=body,
        now=now,
        limits=limits,
    )


def test_a_payment_is_read_whole():
    told = read(sealed(payload("transaction.success")))
    fact = told.about
    assert (told.id, told.created_at) == ("EV-2018022511223320873", AT)
    assert (fact.state, fact.amount_fen, fact.currency) == (PaymentState.PAID, 100, "CNY")
    assert fact.payment_no == fact.transaction_id == "1217752501201407033233368018"
    assert (fact.merchant_id, fact.app_id) == ("1230000109", "wxd678efh567hg6787")
    assert (fact.payer, fact.paid_at, fact.memo) == (
        "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
        AT,
        "自定义数据",
    )


@pytest.mark.parametrize(
    ("event", "state", "settled_at"),
    [
        ("refund.success", RefundState.SUCCEEDED, AT),
        ("refund.abnormal", RefundState.STUCK, None),
        ("refund.closed", RefundState.CLOSED, None),
    ],
)
def test_a_refund_is_read_whole(event, state, settled_at):
    fact = read(sealed(payload(event))).about
    assert (fact.state, fact.settled_at) == (state, settled_at)
    assert (fact.amount_fen, fact.paid_fen) == (40, 100)
    assert fact.refund_no == "7752501201407033233368018"
    assert fact.merchant_id == "1230000109"


def test_the_case_of_header_names_is_no_matter():
    body = sealed(payload("transaction.success"))
    for change in (str.upper, str.lower, str.title):
        assert read(body, {change(name): value for name, value in headers(body).items()})


@pytest.mark.parametrize("missing", ["Timestamp", "Nonce", "Serial", "Signature"])
def test_without_one_of_its_headers_it_proves_nothing(missing):
    body = sealed(payload("transaction.success"))
    said = {name: value for name, value in headers(body).items() if name != f"Wechatpay-{missing}"}
    assert refusal(body, said) == "header_missing"


def refusal(body, said=None, **more):
    """Why it is refused."""
    with pytest.raises(NotificationRefused) as refused:
        read(body, said, **more)
    return refused.value.details["why"]


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("Wechatpay-Timestamp", "now", "header_missing"),
        ("Wechatpay-Timestamp", "-1", "header_missing"),
        ("Wechatpay-Timestamp", "1" * 5000, "header_missing"),
        ("Wechatpay-Timestamp", "١٥٢٨٤٢٥٣٠٠", "header_missing"),
        ("Wechatpay-Nonce", "another", "signature"),
        ("Wechatpay-Serial", "PUB_KEY_ID_other", "key_unknown"),
        ("Wechatpay-Signature", "AAAA", "signature"),
        ("Wechatpay-Signature", "not base64", "signature"),
        ("Wechatpay-Signature", "é", "signature"),
        ("Wechatpay-Signature", "A" * 100_000, "signature"),
        ("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3", "signature_type"),
    ],
)
def test_a_header_that_is_wrong_is_refused_and_never_an_accident(name, value, why):
    body = sealed(payload("transaction.success"))
    assert refusal(body, {**headers(body), name: value}) == why


def test_a_probe_is_a_forgery_like_any_other():
    body = sealed(payload("transaction.success"))
    said = headers(body)
    probe = "WECHATPAY/SIGNTEST/" + said["Wechatpay-Signature"][19:]
    assert refusal(body, {**said, "Wechatpay-Signature": probe}) == "signature"


@pytest.mark.parametrize("off_s", [-301, 301, -3600, 3600])
def test_outside_of_five_minutes_it_is_refused(off_s):
    body = sealed(payload("transaction.success"))
    assert refusal(body, now=NOW + timedelta(seconds=off_s)) == "window"
    assert read(body, now=NOW + timedelta(seconds=300 if off_s > 0 else -300))


def test_every_byte_of_the_body_is_signed():
    body = sealed(payload("transaction.success"))
    for changed in (body + b" ", body[:-1], body.replace(b"EV-", b"EW-"), b""):
        assert refusal(changed, headers(body)) == "signature"


def test_a_key_past_its_time_proves_nothing():
    ring = KeyRing([replace(merchant().ring.find(serial), good_until=NOW) for serial in serials()])
    old = replace(merchant(), ring=ring)
    body = sealed(payload("transaction.success"))
    assert refusal(body, account=old) == "key_expired"
    assert read(body, account=old, now=NOW - timedelta(seconds=1))


def serials():
    """The serials of the merchant's ring."""
    return merchant().ring.serials()


def test_too_long_a_body_is_not_even_verified():
    body = sealed(payload("transaction.success"))
    assert refusal(body, limits=Limits(notification_bytes=len(body) - 1)) == "too_long"


@pytest.mark.parametrize(("field", "name"), [("mchid", "merchant_id"), ("appid", "app_id")])
def test_the_money_of_others_is_none_of_ours(field, name):
    said = payload("transaction.success")
    said["resource"]["opened"][field] = "1999999999"
    with pytest.raises(NotificationForeign) as refused:
        read(sealed(said))
    assert refused.value.details == {"field": name}


def unread(said, **more):
    """Why a truly signed body cannot be read."""
    with pytest.raises(NotificationUnreadable) as refused:
        read(said if isinstance(said, bytes) else sealed(said), **more)
    return refused.value.details["why"]


def test_what_was_sealed_with_another_key_does_not_open():
    assert unread(sealed(payload("transaction.success"), api_key="x" * 32)) == "does_not_open"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"trade_state": "NOTPAY"}, "state_contradicts_event"),
        ({"trade_state": "MELTED"}, "state_unknown"),
        ({"trade_state": None}, "trade_state_missing"),
        ({"amount": None}, "amount_missing"),
        ({"amount": {"total": "100"}}, "total_not_fen"),
        ({"amount": {"total": 1.5}}, "total_not_fen"),
        ({"amount": {"total": -1}}, "total_not_fen"),
        ({"amount": {"total": True}}, "total_not_fen"),
        ({"amount": {"total": 100, "currency": 7}}, "currency_not_text"),
        ({"transaction_id": ""}, "transaction_id_missing"),
        ({"out_trade_no": 7}, "out_trade_no_missing"),
        ({"success_time": "yesterday"}, "moment_unreadable"),
        ({"success_time": "2018-06-08T10:34:56"}, "moment_without_zone"),
        ({"success_time": ""}, "state_contradicts_event"),
    ],
)
def test_contents_of_another_shape_are_named(change, why):
    said = payload("transaction.success")
    said["resource"]["opened"] |= change
    assert unread(said) == why


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"event_type": "PAYSCORE.USER_PAID"}, "event_type_unknown"),
        ({"event_type": "REFUND.SUCCESS"}, "state_contradicts_event"),
        ({"id": None}, "id_missing"),
        ({"create_time": ""}, "create_time_missing"),
    ],
)
def test_an_envelope_of_another_shape_is_named(change, why):
    assert unread({**payload("transaction.success"), **change}) == why


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not_json"),
        (b"[" * 60_000, "not_json"),
        (b"[]", "not_the_shape"),
        (b'{"event_type": "TRANSACTION.SUCCESS"}', "not_sealed_as_known"),
        (b'{"event_type": "TRANSACTION.SUCCESS", "resource": []}', "not_sealed_as_known"),
        (
            b'{"event_type": "X", "resource": {"algorithm": "AEAD_SM4_GCM"}}',
            "not_sealed_as_known",
        ),
        (
            b'{"event_type": "X", "resource": {"nonce": "short", "ciphertext": ""}}',
            "not_sealed_as_known",
        ),
        (
            b'{"event_type": "X", "resource": {"nonce": "fdasfjihihih", "ciphertext": "!"}}',
            "does_not_open",
        ),
    ],
)
def test_a_signed_body_of_any_shape_is_refused_by_name(body, why):
    assert unread(body) == why


def test_nothing_of_the_contents_is_in_a_refusal():
    said = payload("transaction.success")
    said["resource"]["opened"]["mchid"] = "1999999999"
    with pytest.raises(NotificationForeign) as refused:
        read(sealed(said))
    assert "oUpF8uMuAJO" not in str(refused.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("0aé衣\n", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["mchid", "amount", "trade_state", "total", "refund", "status", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(
    change=st.dictionaries(
        st.sampled_from(sorted(payload("transaction.success")["resource"]["opened"])), JSON
    )
)
def test_whatever_the_platform_seals_is_read_or_refused(change):
    """No answer of theirs, however odd, is an accident of ours."""
    said = payload("transaction.success")
    said["resource"]["opened"] |= change
    try:
        told = read(sealed(said))
    except (NotificationUnreadable, NotificationForeign):
        return
    assert told.about.merchant_id == "1230000109"
    assert told.about.amount_fen >= 0
