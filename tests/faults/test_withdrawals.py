"""T5: 2,000 withdrawals at once on a balance for ten: ten. What holds them is the constraint."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.cast import NOW
from tests.journeys.buying import Market, open_market
from tests.journeys.withdrawing import a_payee, earned, holds, terms
from zhiyin.domain.wallets import queries as wallets
from zhiyin.domain.wallets.types import WithdrawalTooMuch
from zhiyin.flows import withdrawing
from zhiyin.storage.tenancy import brand_tx

TRIES, AT_ONCE, FITS, FEN = 2_000, 48, 10, 1_000


def pressed(market: Market, member_id, count: int) -> int:
    """How many of so many withdrawals, `AT_ONCE` of them in flight, were let through."""

    def press(n: int) -> bool:
        try:
            withdrawing.withdraw(
                brand_id=market.brand_id,
                member_id=member_id,
                amount_fen=FEN,
                tax_fen=0,
                key=str(n),
                now=NOW,
            )
        except WithdrawalTooMuch:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        return sum(crowd.map(press, range(count)))


@pytest.fixture
def market(own_database) -> Market:
    return open_market([5], [10_000])


def test_of_two_thousand_on_a_balance_for_ten_ten_go_out(market, figure, tell) -> None:
    helper = a_payee(market)
    terms(market, approve_above_fen=10**7)
    earned(market, helper, FITS * FEN)
    count = figure(TRIES)
    assert pressed(market, helper.member_id, count) == FITS
    assert holds(market, helper) == 0
    with brand_tx(market.brand_id):
        assert wallets.withdrawals(brand_id=market.brand_id).total == FITS
    assert market.violations() == {}
    tell(f"{count} withdrawals, {AT_ONCE} at once", f"{FITS} went out, the balance is 0")


def test_without_the_constraint_more_would_go_out(market, owner) -> None:
    helper = a_payee(market)
    terms(market, approve_above_fen=10**7)
    earned(market, helper, FITS * FEN)
    owner("ALTER TABLE ledger_balance DROP CONSTRAINT ledger_balance_not_negative")
    assert pressed(market, helper.member_id, 2 * FITS) == 2 * FITS
    assert set(market.violations()) == {"M4"}
