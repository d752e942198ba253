"""wechatpayv3, written by others from the same documents, agrees with both sides of ours.

Its signer calls the emulator, its verifier reads our signatures, and our hook opens what it opens.
"""

import gzip
import hashlib
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.core import Core
from wechatpayv3.utils import rsa_verify

from tests.emulator.desk import (
    APP,
    OPENID,
    SERIAL,
    Emulator,
    Merchant,
    Shop,
    emulating,
    pem_of,
    private_key,
)
from zhiyin.connectors.wxpay import signing
from zhiyin.connectors.wxpay.signing import SCHEME
from zhiyin.kit.times import day_of


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Starts at the wall's moment: the witness knows no other clock."""
    with emulating("--seed", "7") as running:
        yield running


class Witness(WeChatPay):
    """The library, led to the emulator: its gateway is a constant otherwise."""

    def __init__(self, merchant: Merchant, notify_url: str) -> None:
        (key,) = merchant.told["platform_keys"]
        super().__init__(
            wechatpay_type=WeChatPayType.JSAPI,
            mchid=merchant.mchid,
            private_key=pem_of(private_key()),
            cert_serial_no=SERIAL,
            appid=APP,
            apiv3_key=merchant.told["api_v3_key"],
            notify_url=notify_url,
            logger=logging.getLogger("witness"),
            timeout=(3, 10),
            public_key=key["public_key_pem"],
            public_key_id=key["serial"],
        )
        self._core._gate_way = merchant.emulator.address


@pytest.fixture
def witness(merchant: Merchant, shop: Shop) -> Witness:
    """The library for the same merchant."""
    return Witness(merchant, shop.url)


def open_and_pay(witness, merchant, number="order-0001", total=100):
    """An order that the witness opened, and that was paid."""
    code, said = witness.pay(
        description="知音 米色针织衫",
        out_trade_no=number,
        amount={"total": total, "currency": "CNY"},
        payer={"openid": OPENID},
    )
    assert code == 200, said
    merchant.act("pay", out_trade_no=number)
    return json.loads(said)["prepay_id"]


def test_the_emulator_believes_the_witness_and_the_witness_believes_the_emulator(witness, merchant):
    """Each 2xx was verified by the library itself, or it had raised."""
    open_and_pay(witness, merchant)
    code, said = witness.query(out_trade_no="order-0001")
    paid = json.loads(said)
    assert (code, paid["trade_state"], paid["amount"]["total"]) == (200, "SUCCESS", 100)
    assert witness.query(transaction_id=paid["transaction_id"])[0] == 200
    code, said = witness.refund(
        out_trade_no="order-0001",
        out_refund_no="refund-1",
        amount={"refund": 40, "total": 100, "currency": "CNY"},
    )
    assert (code, json.loads(said)["status"]) == (200, "PROCESSING")
    merchant.emulator.pass_time(seconds=30)
    assert json.loads(witness.query_refund(out_refund_no="refund-1")[1])["status"] == "SUCCESS"
    assert witness.close(out_trade_no="order-0001")[0] == 400
    assert merchant.books()["refunded_fen"] == 40


def test_what_the_witness_did_our_client_reads_alike(witness, merchant):
    open_and_pay(witness, merchant)
    fact = merchant.pay.query_payment(payment_no="order-0001")
    said = json.loads(witness.query(out_trade_no="order-0001")[1])
    assert (fact.transaction_id, fact.amount_fen, fact.payer) == (
        said["transaction_id"],
        said["amount"]["total"],
        said["payer"]["openid"],
    )


def test_the_witness_verifies_what_we_sign(merchant):
    now = merchant.emulator.now()
    body = json.dumps({"description": "知音 “米色”"}, ensure_ascii=False)
    target = "/v3/pay/transactions/jsapi?a=%E8%A1%A3"
    said = signing.authorization(merchant.account, method="POST", target=target, body=body, now=now)
    found = dict(part.split("=", 1) for part in said.removeprefix(f"{SCHEME} ").split(","))
    field = {name: value.strip('"') for name, value in found.items()}
    public = private_key().public_key()
    first = f"POST\n{target}\n{field['timestamp']}"
    assert rsa_verify(first, field["nonce_str"], body, field["signature"], public)
    assert not rsa_verify(first, field["nonce_str"], body + " ", field["signature"], public)
    page = signing.page(merchant.account, prepay_id="wx1", now=now)
    words = f"{page['appId']}\n{page['timeStamp']}"
    assert rsa_verify(words, page["nonceStr"], page["package"], page["paySign"], public)


def test_our_page_signature_is_the_one_the_witness_makes(witness, merchant):
    page = signing.page(merchant.account, prepay_id="wx1", now=merchant.emulator.now())
    assert page["paySign"] == witness.sign(
        [page["appId"], page["timeStamp"], page["nonceStr"], page["package"]]
    )


def test_our_hook_opens_what_the_witness_opens(witness, merchant, shop):
    open_and_pay(witness, merchant)
    ((headers, body),) = shop.heard
    theirs = witness.callback(headers, body)
    (ours,) = merchant.understand(shop.heard)
    assert theirs["id"] == ours.id
    assert theirs["resource"]["transaction_id"] == ours.about.transaction_id
    assert theirs["resource"]["amount"]["total"] == ours.about.amount_fen
    assert theirs["resource"]["out_trade_no"] == ours.about.payment_no


@pytest.mark.parametrize("fault", ["forged", "signtest"])
def test_both_refuse_a_forgery(witness, merchant, shop, fault):
    merchant.emulator.plan("notice", fault)
    open_and_pay(witness, merchant)
    ours = merchant.understand(shop.heard)
    theirs = [witness.callback(headers, body) for headers, body in shop.heard]
    assert sorted(isinstance(each, str) for each in ours) == [False, True]
    assert [each is None for each in theirs] == [isinstance(each, str) for each in ours]


def test_where_the_witness_believes_an_old_notice_we_do_not(witness, merchant, shop):
    merchant.emulator.plan("notice", "stale")
    open_and_pay(witness, merchant)
    ours = merchant.understand(shop.heard)
    assert all(witness.callback(headers, body) for headers, body in shop.heard)
    assert "payment_notification_refused: why=window" in ours


def led(address: str) -> type[Core]:
    """The library's core with the emulator as its gateway from the first moment on."""
    return type("Led", (Core,), {"_gate_way": property(lambda _: address, lambda _, value: None)})


def test_the_witness_fetches_the_certificates_that_we_fetch(enrol):
    merchant = enrol(mode="certificate")
    core = led(merchant.emulator.address)(
        mchid=merchant.mchid,
        cert_serial_no=SERIAL,
        private_key=pem_of(private_key()),
        apiv3_key=merchant.told["api_v3_key"],
        timeout=(3, 10),
    )
    theirs = {f"{found.serial_number:X}" for found in core._certificates}
    assert theirs == {key.serial for key in merchant.pay.renew_certificates()}


def test_the_witness_downloads_the_bill_that_we_download(shop):
    now = datetime.now(UTC).replace(microsecond=0)
    before = now - timedelta(days=2)
    with emulating("--now", before.isoformat()) as past:
        merchant = Merchant(past, shop)
        merchant.paid("order-0001", 100)
        past.ask("clock", to=now.isoformat())
        day = day_of(before, "Asia/Shanghai")
        witness = Witness(merchant, shop.url)
        code, said = witness.trade_bill(bill_date=day.isoformat())
        assert code == 200
        link = json.loads(said)
        _, file = witness.download_bill(link["download_url"])
        ours = merchant.pay.download(merchant.pay.trade_bill(day=day))
        merchant.pay.close()
    assert gzip.decompress(file) == ours
    assert link["hash_value"] == hashlib.sha1(ours, usedforsecurity=False).hexdigest()
