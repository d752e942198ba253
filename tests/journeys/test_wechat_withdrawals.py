"""A withdrawal by WeChat's transfer: she confirms in WeChat, and the house is told, once."""

import json
from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client

from tests.emulator.desk import OPENID, Merchant, emulating, listening
from tests.journeys.buying import Market, open_market
from tests.journeys.test_after_sales_pages import visitor
from tests.journeys.test_wechat_openid import paid_through
from tests.journeys.withdrawing import a_payee, earned, holds, pay_out, stands, withdraw
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import Channel
from zhiyin.domain.wallets.types import WithdrawalState
from zhiyin.flows import transferring, withdrawing
from zhiyin.flows.purchase.carriers import carrier, carrier_now
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture(scope="module")
def emulator():
    with emulating("--now", datetime.now(UTC).isoformat()) as running:
        yield running


@pytest.fixture
def merchant(emulator):
    with listening() as caught:
        made = Merchant(emulator, caught)
        yield made
        made.pay.close()


@pytest.fixture
def market(own_database, merchant) -> Market:
    market = open_market([5], [10_000])
    paid_through(tenants.brand_by_slug(slug="cedar"), merchant)
    return market


@pytest.fixture
def helper(market):
    helper = a_payee(market)
    earned(market, helper, 50_000)
    return helper


def known_to_wechat(market, helper) -> None:
    with brand_tx(market.brand_id):
        members.link_identity(
            brand_id=market.brand_id,
            member_id=helper.member_id,
            channel=Channel.WECHAT_OPENID,
            value=OPENID,
            now=datetime.now(UTC),
        )


def send(market, merchant) -> None:
    transferring.send_due(
        brand_id=market.brand_id,
        carriers=carrier,
        carrier_now=carrier_now,
        notify_url=merchant.shop.url,
        now=datetime.now(UTC),
    )


def heard(merchant, number: int = -1) -> int:
    """What the house answers to the platform's call."""
    headers, body = merchant.shop.heard[number]
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    answer = Client().post("/hooks/wxpay/cedar", body, content_type="application/json", **named)
    return answer.status_code


def test_she_confirms_in_wechat_and_the_house_hears_of_it_once(market, merchant, helper) -> None:
    merchant.paid("order-0001", 100_000)
    known_to_wechat(market, helper)
    card = withdraw(market, helper, 20_000, now=datetime.now(UTC))
    send(market, merchant)
    assert stands(market, card).state is WithdrawalState.ASKED
    page = unescape(visitor(market, helper.member_id).read("koc/earnings/withdraw/"))
    package = json.loads(page.split('data-receive="')[1].split('">')[0])["package"]
    merchant.act("confirm_transfer", out_bill_no=card.bill_no, package=package)
    assert [heard(merchant) for _ in range(3)] == [204, 204, 204]
    assert stands(market, card).state is WithdrawalState.PAID
    assert market.books()["wxpay_clearing"] == -20_000
    assert merchant.books()["transferred_fen"] == 20_000
    assert market.violations() == {}


def test_what_she_never_confirms_is_hers_again(market, merchant, helper) -> None:
    merchant.paid("order-0001", 100_000)
    known_to_wechat(market, helper)
    card = withdraw(market, helper, 20_000, now=datetime.now(UTC))
    send(market, merchant)
    merchant.act("cancel_transfer", out_bill_no=card.bill_no)
    assert heard(merchant) == 204
    assert (stands(market, card).state, holds(market, helper)) == ("returned", 50_000)
    assert market.violations() == {}


def test_whom_wechat_does_not_know_waits_until_she_opened_the_shop_there(
    market, merchant, helper
) -> None:
    merchant.paid("order-0001", 100_000)
    card = withdraw(market, helper, 20_000, now=datetime.now(UTC))
    send(market, merchant)
    assert (stands(market, card).state, stands(market, card).why) == ("stuck", "payee_unknown")
    assert merchant.requests("transfer") == []
    known_to_wechat(market, helper)
    with brand_tx(market.brand_id):
        withdrawing.retry(
            brand_id=market.brand_id,
            withdrawal_id=card.id,
            user_id=market.clerk,
            now=datetime.now(UTC),
        )
    send(market, merchant)
    assert stands(market, card).state is WithdrawalState.ASKED


def test_an_account_without_the_money_is_asked_again_by_itself(market, merchant, helper) -> None:
    known_to_wechat(market, helper)
    card = withdraw(market, helper, 20_000, now=datetime.now(UTC))
    send(market, merchant)
    assert (stands(market, card).state, stands(market, card).why) == (
        "granted",
        "transfer_uncovered",
    )
    merchant.paid("order-0001", 100_000)
    pay_out(market, now=stands(market, card).requested_at.replace(year=2027))
    assert stands(market, card).state is WithdrawalState.ASKED
    assert merchant.books()["transferred_fen"] == 20_000


def test_a_lost_answer_pays_nobody_twice(market, merchant, helper) -> None:
    merchant.paid("order-0001", 100_000)
    known_to_wechat(market, helper)
    card = withdraw(market, helper, 20_000, now=datetime.now(UTC))
    merchant.emulator.plan("transfer", "error_after")
    send(market, merchant)
    assert stands(market, card).why == "payment_outcome_unknown"
    pay_out(market, now=stands(market, card).requested_at.replace(year=2027))
    assert stands(market, card).state is WithdrawalState.ASKED
    assert len(merchant.requests("transfer")) == 2
    assert merchant.books()["transferred_fen"] == 20_000
