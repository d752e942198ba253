"""The emulator as a program: it starts, keeps its own time, plays a seed again, and says no."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.emulator.desk import (
    APP,
    OPENID,
    START,
    Merchant,
    emulating,
    listening,
    pem_of,
    platform_key,
    platform_keys,
    public_pem,
)
from zhiyin.connectors.wxpay.account import account
from zhiyin.connectors.wxpay.client import WxPay
from zhiyin.flows.paying import PaymentAsked


def journal_of(seed: str, url: str) -> list[dict]:
    """What happens to one merchant under a plan, from one seed."""
    with emulating("--now", START.isoformat(), "--seed", seed, "--senders", "1") as emulator:
        emulator.ask(
            "merchants",
            mchid="1900000001",
            appid=APP,
            public_key_pem=public_pem(),
            platform_private_key_pem=pem_of(platform_key()),
        )
        emulator.plan("notice", "forged", share=0.5, times=None)
        emulator.ask("faults", shuffle=True)
        order = {
            "appid": APP,
            "mchid": "1900000001",
            "description": "衣",
            "notify_url": url,
            "amount": {"total": 100},
            "payer": {"openid": OPENID},
        }
        numbers = [f"order-{n:04d}" for n in range(12)]
        acts = [{"do": "place", "order": {**order, "out_trade_no": n}} for n in numbers]
        acts += [{"do": "pay", "out_trade_no": number} for number in numbers]
        emulator.ask("act", acts=acts)
        return emulator.look("journal")["lines"]


def test_a_seed_is_played_again_to_the_letter():
    with listening() as shop:
        first, again = (journal_of("3", shop.url) for _ in range(2))
    assert first == again
    assert {line["variant"] for line in first} == {"true", "forged"}


def test_time_stands_still_until_it_is_moved_or_let_run(emulator):
    before = emulator.now()
    assert emulator.now() == before
    emulator.pass_time(hours=1)
    assert emulator.now() == before + timedelta(hours=1)
    emulator.ask("clock", to=before.isoformat())
    assert emulator.now() == before + timedelta(hours=1)


def test_with_the_walls_time_a_notice_is_sent_again_by_itself():
    with listening() as shop, emulating("--runs") as emulator:
        merchant = Merchant(emulator, shop)
        answers = iter([500])
        shop.reply = lambda _headers, _body: next(answers, 204)
        merchant.paid("order-0001")
        emulator.ask("clock", advance_s=14.9)
        for _ in range(1000):
            if len(merchant.sent()) == 2:
                break
        assert [line["status"] for line in merchant.sent()] == [500, 204]
        merchant.pay.close()


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("faults", {"rules": [{"on": "order", "do": "no-such-fault"}]}),
        ("faults", {"rules": [{"do": "error"}]}),
        ("merchants", {"mchid": "1"}),
        ("merchants", {"mchid": "1", "appid": "a", "mode": "other"}),
        ("merchants", {"mchid": "1", "appid": "a", "api_v3_key": "short"}),
        ("act", {"do": "dance"}),
        ("act", {"do": "pay", "mchid": "nobody", "out_trade_no": "x"}),
        ("clock", {"to": "tomorrow"}),
    ],
)
def test_a_control_call_that_makes_no_sense_is_refused(emulator, what, said):
    answer = httpx.post(f"{emulator.address}/__emu/{what}", json=said, trust_env=False)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_merchant_without_a_key_gets_one(emulator):
    told = emulator.ask("merchants", mchid="1800000001", appid=APP)
    assert "BEGIN PRIVATE KEY" in told["private_key_pem"]
    assert len(told["api_v3_key"]) == 32
    again = httpx.post(
        f"{emulator.address}/__emu/merchants",
        json={"mchid": "1800000001", "appid": APP},
        trust_env=False,
    )
    assert again.status_code == 400
    assert "PRIVATE" not in json.dumps(emulator.look("merchants"))


def test_what_is_not_there_is_not_found(emulator):
    assert httpx.get(f"{emulator.address}/__emu/nothing", trust_env=False).status_code == 404
    answer = httpx.get(f"{emulator.address}/v3/nothing", trust_env=False)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_the_journal_and_the_books_tell_the_same(merchant):
    merchant.paid("order-0001")
    merchant.pay.refund(asked=merchant.refund_of("order-0001", "refund-1", 9900))
    merchant.emulator.pass_time(minutes=1)
    assert [line["status"] for line in merchant.requests("order")] == [200]
    assert [line["said"]["amount"]["refund"] for line in merchant.requests("refund")] == [9900]
    assert [line["event_type"] for line in merchant.sent()] == [
        "TRANSACTION.SUCCESS",
        "REFUND.SUCCESS",
    ]
    books = merchant.books()
    assert [(entry["what"], entry["amount_fen"]) for entry in books["entries"]] == [
        ("payment", 36800),
        ("refund", -9900),
    ]
    assert books["orders"]["order-0001"] == {
        "state": "REFUND",
        "paid_fen": 36800,
        "refunded_fen": 9900,
    }
    sums = merchant.emulator.look("journal", sums=1)["sums"]
    assert sums["notice true 204"] >= 2
    assert json.dumps(sums)


def test_the_guide_can_be_followed_with_the_clock_on_the_wall(shop):
    """docs/guide/wechat-pay.md: what the emulator answers is all that the connector needs."""
    with emulating("--runs") as emulator:
        told = emulator.ask("merchants", mchid="1900000001", appid=APP)
        pay = WxPay(
            account(
                merchant_id=told["mchid"],
                app_id=told["appid"],
                serial=told["serial"],
                private_key_pem=told["private_key_pem"],
                api_key=told["api_v3_key"],
                platform_keys=platform_keys(told),
            ),
            base_url=emulator.address,
        )
        asked = PaymentAsked(
            payment_no="order-0001",
            amount_fen=100,
            subject="针织衫",
            payer=OPENID,
            notify_url=shop.url,
            expires_at=datetime.now(UTC) + timedelta(minutes=30),
        )
        opened = pay.open_payment(asked=asked)
        assert emulator.ask("act", do="pay", **opened.page)["results"][0]["ok"]
        ((headers, body),) = shop.heard
        told_of = pay.verify_notification(headers=headers, body=body, now=datetime.now(UTC))
        assert told_of.about == pay.query_payment(payment_no="order-0001")
        pay.close()
