"""Behaviour 32: notices true and false, early, twice, again and never."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from emulator.wxpay.notices import SCHEDULE_S
from zhiyin.flows.paying import Notification, PaymentState, disagreement


def test_the_notice_is_there_before_the_page_is_back(merchant):
    """`act` returns to the payer's page only after the notice was answered."""
    opened = merchant.pay.open_payment(asked=merchant.asked("order-0001"))
    merchant.act("pay", **opened.page)
    (told,) = merchant.understand(merchant.shop.heard)
    assert isinstance(told, Notification)
    assert told.about == merchant.pay.query_payment(payment_no="order-0001")
    assert told.created_at == merchant.emulator.now()


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("forged", "payment_notification_refused: why=signature"),
        ("signtest", "payment_notification_refused: why=signature"),
        ("stale", "payment_notification_refused: why=window"),
        ("unknown_serial", "payment_notification_refused: why=key_unknown"),
        ("wrong_aad", "payment_notification_unreadable: why=does_not_open"),
        ("broken", "payment_notification_unreadable: why=not_json"),
    ],
)
def test_what_is_not_proven_is_refused_by_name_and_the_true_one_taken(merchant, fault, why):
    merchant.emulator.plan("notice", fault)
    merchant.paid("order-0001")
    told = merchant.understand(merchant.shop.heard)
    assert len(told) == 2
    assert why in told
    assert [each.about.payment_no for each in told if isinstance(each, Notification)] == [
        "order-0001"
    ]
    assert merchant.requests("certificates") == []


def test_a_wrong_sum_is_named(merchant):
    merchant.emulator.plan("notice", "wrong_amount")
    merchant.paid("order-0001")
    (told,) = merchant.understand(merchant.shop.heard)
    assert told.about.amount_fen == 36801
    assert disagreement(told.about, payment_no="order-0001", amount_fen=36800) == "amount_fen"


def test_the_money_of_another_merchant_is_refused(merchant):
    merchant.emulator.plan("notice", "foreign_merchant")
    merchant.paid("order-0001")
    assert merchant.understand(merchant.shop.heard) == [
        "payment_notification_foreign: field=merchant_id"
    ]


def test_two_at_once_bear_one_id(merchant):
    meet = Barrier(2, timeout=5)
    merchant.shop.reply = lambda _headers, _body: 204 if meet.wait() < 2 else 500
    merchant.emulator.plan("notice", "copies", count=2)
    merchant.paid("order-0001")
    first, second = merchant.understand(merchant.shop.heard)
    assert first == second
    merchant.emulator.pass_time(days=2)
    assert len(merchant.shop.heard) == 2


def test_a_duplicate_days_later_has_its_own_id_and_the_same_money(merchant):
    merchant.paid("order-0001")
    merchant.emulator.pass_time(days=2)
    merchant.act("tell_again", out_trade_no="order-0001")
    (told,) = merchant.understand(merchant.shop.heard[1:])
    assert told.about.payment_no == "order-0001"
    # the first is old by now: what was true then is refused as stale
    assert merchant.understand(merchant.shop.heard[:1]) == [
        "payment_notification_refused: why=window"
    ]


def test_a_lost_notice_is_made_up_by_asking(merchant):
    merchant.emulator.plan("notice", "lost")
    merchant.paid("order-0001")
    merchant.emulator.pass_time(days=2)
    assert merchant.shop.heard == []
    assert merchant.pay.query_payment(payment_no="order-0001").state is PaymentState.PAID


def test_a_shop_that_never_answers_well_is_told_for_a_day_and_four_minutes(merchant):
    merchant.shop.reply = lambda _headers, _body: 500
    merchant.paid("order-0001")
    merchant.emulator.pass_time(days=3)
    lines = merchant.sent()
    assert [line["attempt"] for line in lines] == list(range(1, 17))
    assert sum(SCHEDULE_S) == timedelta(hours=24, minutes=4).total_seconds()
    assert len({line["notice_id"] for line in lines}) == 1
    assert len({headers["Wechatpay-Nonce"] for headers, _ in merchant.shop.heard}) == 16


@pytest.mark.parametrize("status", [301, 400, 401, 500, 503])
def test_any_other_status_is_asked_again_after_fifteen_seconds(merchant, status):
    answers = iter([status, 204])
    merchant.shop.reply = lambda _headers, _body: next(answers)
    merchant.paid("order-0001")
    merchant.emulator.pass_time(seconds=14)
    assert len(merchant.shop.heard) == 1
    merchant.emulator.pass_time(seconds=1)
    assert [line["status"] for line in merchant.sent()] == [status, 204]
    assert all(isinstance(each, Notification) for each in merchant.understand(merchant.shop.heard))


def test_a_burst_shuffled_doubled_and_forged_is_one_effect_each(merchant):
    """What `make soak` does a hundred thousand times."""
    count = 300
    merchant.emulator.plan("notice", "copies", count=2, times=None)
    merchant.emulator.plan("notice", "forged", share=0.05, times=None)
    merchant.emulator.ask("faults", shuffle=True)
    order = {
        "appid": merchant.account.app_id,
        "mchid": merchant.mchid,
        "description": "衣",
        "notify_url": merchant.shop.url,
        "payer": {"openid": "o-1"},
    }
    numbers = [f"burst-{n:05d}" for n in range(count)]
    common = {"mchid": merchant.mchid}
    acts = [
        {
            "do": "place",
            **common,
            "order": {**order, "out_trade_no": number, "amount": {"total": n + 1}},
        }
        for n, number in enumerate(numbers)
    ]
    acts += [{"do": "pay", **common, "out_trade_no": number} for number in numbers]
    merchant.emulator.ask("act", acts=acts)
    now = merchant.emulator.now()
    effects: dict[str, int] = {}
    refused = 0
    for headers, body in merchant.shop.heard:
        try:
            told = merchant.pay.verify_notification(headers=headers, body=body, now=now)
        except Exception:  # noqa: BLE001 - counted, and compared with what was forged
            refused += 1
        else:
            effects[told.id] = told.about.amount_fen
    assert refused == len([line for line in merchant.sent() if line["variant"] == "forged"]) > 0
    assert sum(effects.values()) == sum(range(1, count + 1)) == merchant.books()["paid_fen"]
    heard = [body for _, body in merchant.shop.heard]
    assert len(heard) == 2 * count + refused


def test_many_threads_may_read_notices_at_once(merchant):
    for n in range(4):
        merchant.paid(f"order-{n:04d}")
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda call: merchant.understand([call])[0], merchant.shop.heard * 10))
    assert len({each.id for each in told}) == 4
