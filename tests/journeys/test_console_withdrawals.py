"""The operator's side of withdrawals: two approve, one refuses, what is held up, the terms."""

import pytest
from django.core.cache import cache

from tests.cast import NOW
from tests.journeys.buying import Market, open_market
from tests.journeys.console_staff import Desk, seat
from tests.journeys.withdrawing import (
    a_card,
    a_payee,
    confirm,
    earned,
    holds,
    paid_by_the_sandbox,
    pay_out,
    stands,
    withdraw,
)
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import Role
from zhiyin.domain.wallets import operations as wallets
from zhiyin.domain.wallets import queries as kept
from zhiyin.domain.wallets.types import PayoutTerms, WithdrawalState, Withholding
from zhiyin.flows import privacy
from zhiyin.storage.media import MediaStore
from zhiyin.storage.tenancy import brand_tx

TERMS = {"withholding": "cumulative", "approve_above": "500", "least": "1", "most": "20000"}


@pytest.fixture
def market(own_database: str) -> Market:
    cache.clear()
    market = open_market([5], [10_000])
    paid_by_the_sandbox(market)
    return market


def desk(role: Role, name: str) -> Desk:
    return seat(tenants.brand_by_slug(slug="cedar"), role, name)


def large(market: Market):
    """Somebody who withdraws more than the limit, and the withdrawal."""
    helper = a_payee(market)
    earned(market, helper, 300_000)
    return helper, withdraw(market, helper, 250_000)


def decided(at: Desk, card, **said: str) -> str:
    answer = at.browser.post(at.url(f"withdrawals/{card.id}/decide/"), said, follow=True)
    return answer.text


def test_two_of_the_staff_approve_what_is_large_and_one_of_them_is_not_enough(market) -> None:
    _helper, card = large(market)
    boss, operator = desk(Role.ADMIN, "boss"), desk(Role.OPERATOR, "op")
    listed = boss.browser.get(boss.url("withdrawals/")).text
    assert f"/withdrawals/{card.id}/" in listed
    assert "0 / 2" in listed
    assert "Somebody else has to approve it as well" in decided(boss, card, approve="1")
    assert "You approved it already" in decided(boss, card, approve="1")
    assert stands(market, card).state is WithdrawalState.WAITING
    assert "Approved by two: it goes out now" in decided(operator, card, approve="1")
    assert stands(market, card).state is WithdrawalState.GRANTED
    assert "Nothing changed" in decided(boss, card, refuse="1", reason="too late")
    shown = boss.browser.get(boss.url(f"withdrawals/{card.id}/")).text
    for words in (card.bill_no, "boss", "op", "王**"):
        assert words in shown


def test_a_refusal_needs_a_reason(market) -> None:
    helper, card = large(market)
    boss = desk(Role.ADMIN, "boss")
    assert "Say why" in decided(boss, card, refuse="1", reason=" ")
    assert stands(market, card).state is WithdrawalState.WAITING
    assert "The money is hers again" in decided(boss, card, refuse="1", reason="查一下")
    assert holds(market, helper) == 300_000


def test_what_is_held_up_is_asked_again_or_given_up_if_it_never_happened(market) -> None:
    helper = a_payee(market)
    earned(market, helper, 10_000)
    boss = desk(Role.ADMIN, "boss")
    never, there = withdraw(market, helper, 1_000, "a"), withdraw(market, helper, 2_000, "b")
    with brand_tx(market.brand_id):
        wallets.answered(
            brand_id=market.brand_id,
            withdrawal_id=never.id,
            state=WithdrawalState.STUCK,
            provider="sandbox",
            merchant_id="sandbox-1",
            now=never.requested_at,
            why="payment_provider_refused",
        )
    pay_out(market)
    with brand_tx(market.brand_id):
        wallets.answered(
            brand_id=market.brand_id,
            withdrawal_id=there.id,
            state=WithdrawalState.STUCK,
            now=there.requested_at,
        )

    def mended(card, **said: str) -> str:
        answer = boss.browser.post(boss.url(f"withdrawals/{card.id}/mend/"), said, follow=True)
        return answer.text

    assert "2" in boss.browser.get(boss.url("withdrawals/")).text
    assert "Nothing changed" in mended(there, give_up="1")
    assert "It never went out" in mended(never, give_up="1")
    assert (stands(market, never).state, holds(market, helper)) == ("returned", 8_000)
    assert "asked again within a minute" in mended(there)
    assert stands(market, there).state is WithdrawalState.GRANTED


def test_an_admin_says_how_it_is_paid_out_and_nobody_else_may(market) -> None:
    boss, operator = desk(Role.ADMIN, "boss"), desk(Role.OPERATOR, "op")
    auditor = desk(Role.AUDITOR, "reader")
    page = boss.url("withdrawals/terms/")
    assert operator.browser.post(page, TERMS).status_code == 403
    assert auditor.browser.get(boss.url("withdrawals/")).status_code == 200
    assert boss.browser.post(page, TERMS | {"least": "x"}).status_code == 422
    assert boss.browser.post(page, TERMS | {"least": "0.29"}).status_code == 422
    assert boss.browser.post(page, TERMS).status_code == 302
    with brand_tx(market.brand_id):
        said = kept.terms(brand_id=market.brand_id)
    assert said == PayoutTerms(
        withholding=Withholding.CUMULATIVE,
        approve_above_fen=50_000,
        least_fen=100,
        most_fen=2_000_000,
    )


def test_an_admin_takes_the_list_for_the_tax_office_and_that_is_written_down(market) -> None:
    helper = a_payee(market)
    earned(market, helper, 300_000)
    paid, under_way = (withdraw(market, helper, 100_000, key) for key in ("a", "b"))
    pay_out(market)
    confirm(market, paid)
    boss, operator = desk(Role.ADMIN, "boss"), desk(Role.OPERATOR, "op")
    assert operator.browser.get(boss.url("withdrawals/tax.csv")).status_code == 403
    answer = boss.browser.get(boss.url("withdrawals/tax.csv?year=2026"))
    (row,) = b"".join(answer).decode("utf-8-sig").splitlines()[1:]
    assert row.split(",") == ["2026-11", "王小禾", a_card(), "1000.00", "40.00", "960.00"]
    assert stands(market, under_way).state is WithdrawalState.ASKED
    reads = boss.browser.get(boss.url(f"reads/?member={helper.member_id}")).text
    assert "List for the tax office" in reads


def test_whoever_deleted_her_account_still_stands_in_the_list(market, tmp_path) -> None:
    helper, card = large(market)
    media = MediaStore(tmp_path)
    privacy.erase(brand_id=market.brand_id, member_id=helper.member_id, media=media, now=NOW)
    boss = desk(Role.ADMIN, "boss")
    for path in ("withdrawals/", f"withdrawals/{card.id}/"):
        answer = boss.browser.get(boss.url(path))
        assert (answer.status_code, "A member" in answer.text) == (200, True)


def test_clerks_see_none_of_it(market) -> None:
    _helper, card = large(market)
    clerk = desk(Role.CLERK, "clerk")
    for path in ("withdrawals/", f"withdrawals/{card.id}/"):
        assert clerk.browser.get(clerk.url(path)).status_code == 403
    assert clerk.browser.post(clerk.url(f"withdrawals/{card.id}/decide/")).status_code == 403
