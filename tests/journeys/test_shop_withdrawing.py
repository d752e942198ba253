"""Her page: who she is, what arrives before she agrees, where it stands, her slip and statement."""

import re

import pytest
from django.utils import timezone

from tests.cast import NOW
from tests.journeys.buying import Market, open_market
from tests.journeys.earning import a_helper
from tests.journeys.test_after_sales_pages import visitor
from tests.journeys.withdrawing import (
    a_card,
    a_payee,
    earned,
    holds,
    paid_by_the_sandbox,
    pay_out,
    terms,
)
from zhiyin.domain.wallets import queries as kept
from zhiyin.flows import withdrawing
from zhiyin.storage.tenancy import brand_tx

WITHDRAW = "koc/earnings/withdraw/"
SIGNED = {"name": "王小禾", "card_number": a_card(), "agreed": "1", "may_keep": "1"}
HIDDEN = re.compile(r'name="(key|amount|shown|tax_fen)" value="([^"]*)"')


@pytest.fixture
def market(own_database) -> Market:
    market = open_market([5], [10_000])
    paid_by_the_sandbox(market)
    return market


def in_english(market: Market, member_id):
    visit = visitor(market, member_id)
    visit.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return visit


def of_hers(market: Market, helper):
    with brand_tx(market.brand_id):
        return kept.withdrawals(brand_id=market.brand_id, member_id=helper.member_id).withdrawals


def test_she_says_who_she_is_sees_what_arrives_withdraws_and_receives(market) -> None:
    helper = a_helper(market)
    earned(market, helper, 300_000)
    terms(market, approve_above_fen=500_000)
    her = in_english(market, helper.member_id)
    assert "Say who you are" in her.read(WITHDRAW)
    assert her.client.post(f"/s/cedar/{WITHDRAW}", {"amount": "10"}).status_code == 422
    answer = her.client.post("/s/cedar/koc/earnings/payee/", SIGNED)
    assert (answer.status_code, answer["location"]) == (302, f"/s/cedar/{WITHDRAW}")

    seen = her.read(f"{WITHDRAW}?amount=3000")
    for words in ("¥3,000 is yours", "¥440", "¥2,560", "王**", a_card()[-4:]):
        assert words in seen
    assert a_card() not in seen
    form = dict(HIDDEN.findall(seen))
    assert form["tax_fen"] == "44000"
    for _ in range(2):
        assert her.client.post(f"/s/cedar/{WITHDRAW}", form).status_code == 302
    (card,) = of_hers(market, helper)
    assert (card.amount_fen, card.tax_fen) == (300_000, 44_000)
    assert holds(market, helper) == 0

    pay_out(market, now=timezone.now())
    seen = her.read(WITHDRAW)
    assert "Waits for you to confirm it" in seen
    page = f"/s/cedar/sandbox/transfers/{card.bill_no}/"
    assert page in seen
    assert "¥2,560" in her.client.get(page).text
    assert her.client.post(page, {"next": f"/s/cedar/{WITHDRAW}"}).status_code == 302
    assert "Arrived" in her.read(WITHDRAW)
    assert "Received." in her.client.get(page).text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": "王"}, "Your name as it stands on the card"),
        ({"card_number": "110105194912310021"}, "That is no number of an identity card"),
        ({"agreed": ""}, "Without both of them nothing can be paid out"),
        ({"may_keep": ""}, "Without both of them nothing can be paid out"),
        ({"card_number": "110101201503070011"}, "That is no number of an identity card"),
        ({"name": "x" * 40}, "That is too long"),
    ],
)
def test_what_cannot_be_signed_is_said_beside_its_field(market, said, words) -> None:
    her = in_english(market, a_helper(market).member_id)
    answer = her.client.post("/s/cedar/koc/earnings/payee/", SIGNED | said)
    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"amount": "lots"}, "A sum is in yuan"),
        ({"amount": "20"}, "See first what arrives"),
        ({"tax_fen": ""}, "See first what arrives"),
        ({"tax_fen": "1"}, "The tax is another by now"),
        ({"amount": "0.5", "shown": "50", "tax_fen": "0"}, "One withdrawal is between ¥1 and"),
        ({"amount": "101", "shown": "10100", "tax_fen": "0"}, "more than is yours"),
    ],
)
def test_what_cannot_be_withdrawn_is_said_and_nothing_happened(market, said, words) -> None:
    helper = a_payee(market)
    earned(market, helper, 10_000)
    her = in_english(market, helper.member_id)
    form = dict(HIDDEN.findall(her.read(f"{WITHDRAW}?amount=10")))
    answer = her.client.post(f"/s/cedar/{WITHDRAW}", form | said)
    assert answer.status_code == 422
    assert words in answer.text
    assert (holds(market, helper), of_hers(market, helper)) == (10_000, ())


def test_a_refusal_is_read_with_its_reason_and_another_sees_nothing_of_it(market) -> None:
    helper = a_payee(market)
    earned(market, helper, 300_000)
    with brand_tx(market.brand_id):
        seen = withdrawing.quote(
            brand_id=market.brand_id, member_id=helper.member_id, amount_fen=250_000, now=NOW
        )
    assert seen.is_large
    card = withdrawing.withdraw(
        brand_id=market.brand_id,
        member_id=helper.member_id,
        amount_fen=250_000,
        tax_fen=seen.tax_fen,
        key="k",
        now=NOW,
    )
    with brand_tx(market.brand_id):
        withdrawing.refuse(
            brand_id=market.brand_id,
            withdrawal_id=card.id,
            user_id=market.clerk,
            reason="请先补签协议",
            now=NOW,
        )
    assert "请先补签协议" in in_english(market, helper.member_id).read(WITHDRAW)
    other = in_english(market, a_helper(market, "other").member_id).read(WITHDRAW)
    assert "请先补签协议" not in other
    assert "What went out" not in other


def test_her_slip_and_her_statement_add_up(market) -> None:
    helper = a_payee(market)
    earned(market, helper, 300_000, at=timezone.now())
    her = in_english(market, helper.member_id)
    assert "You withdrew nothing in" in her.read("koc/earnings/tax/")
    seen = her.read(f"{WITHDRAW}?amount=1000")
    her.client.post(f"/s/cedar/{WITHDRAW}", dict(HIDDEN.findall(seen)))
    slip = her.read("koc/earnings/tax/")
    for words in ("¥1,000", "¥40", "¥960"):
        assert words in slip
    file = b"".join(her.client.get("/s/cedar/koc/earnings/tax/?file=csv"))
    assert file.decode("utf-8-sig").splitlines()[1].endswith(",1000.00,40.00,960.00")
    answer = her.client.get("/s/cedar/koc/earnings/statement.csv")
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert [line.split(",")[2:] for line in lines[1:]] == [
        ["3000.00", "3000.00"],
        ["-1000.00", "2000.00"],
    ]
    assert "Withdrawn" in lines[2]
    earlier = her.client.get("/s/cedar/koc/earnings/statement.csv?year=2999")
    assert len(b"".join(earlier).decode("utf-8-sig").splitlines()) == 1
