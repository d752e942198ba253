"""Promoters with money of their own, who said who they are, and what becomes of a withdrawal."""

from datetime import datetime, timedelta

from tests.cast import NOW
from tests.journeys.buying import Market
from tests.journeys.earning import Helper, a_helper
from tests.paying import sandboxed
from zhiyin.domain.ledger import operations as ledger
from zhiyin.domain.ledger import queries as books
from zhiyin.domain.ledger.types import Account, AccountKind, Leg
from zhiyin.domain.wallets import operations as wallets
from zhiyin.domain.wallets import queries as kept
from zhiyin.domain.wallets.rules import last_digit
from zhiyin.domain.wallets.types import PayeeFacts, PayoutTerms, WithdrawalCard
from zhiyin.flows import ports, transferring, withdrawing
from zhiyin.flows.purchase.carriers import carrier, carrier_now
from zhiyin.storage.tenancy import brand_tx

MERCHANT = "sandbox-1"


def a_card(n: int = 1) -> str:
    """A number of an identity card of somebody who was born in 1990."""
    first = f"11010119900307{n:03d}"
    return first + last_digit(first)


def a_payee(market: Market, n: int = 1) -> Helper:
    """A promoter who said who she is and signed."""
    helper = a_helper(market, f"payee{n}")
    with brand_tx(market.brand_id):
        withdrawing.say_who(
            brand_id=market.brand_id,
            member_id=helper.member_id,
            facts=PayeeFacts("王小禾", a_card(n)),
            now=NOW,
        )
    return helper


def earned(market: Market, helper: Helper, fen: int, *, at: datetime = NOW) -> None:
    """Make a sum hers, as a settlement does."""
    expense = Account(AccountKind.COMMISSION_EXPENSE)
    payable = Account(AccountKind.COMMISSION_PAYABLE, helper.member_id)
    with brand_tx(market.brand_id):
        ledger.post(
            brand_id=market.brand_id,
            cause=f"bonus:{helper.member_id}:{at.isoformat().replace(':', '').replace('+', 'Z')}",
            legs=[Leg(expense, payable, fen)],
            at=at,
        )


def withdraw(
    market: Market, helper: Helper, fen: int, key: str = "k", *, now: datetime = NOW
) -> WithdrawalCard:
    """She withdraws a sum, having seen the tax of it."""
    with brand_tx(market.brand_id):
        seen = withdrawing.quote(
            brand_id=market.brand_id, member_id=helper.member_id, amount_fen=fen, now=now
        )
    return withdrawing.withdraw(
        brand_id=market.brand_id,
        member_id=helper.member_id,
        amount_fen=fen,
        tax_fen=seen.tax_fen,
        key=key,
        now=now,
    )


def pay_out(market: Market, *, now: datetime = NOW + timedelta(minutes=1)) -> int:
    """What the worker does."""
    return transferring.send_due(
        brand_id=market.brand_id, carriers=carrier, carrier_now=carrier_now, now=now
    )


def confirm(market: Market, card: WithdrawalCard) -> None:
    """She confirms at the sandbox's page, and the house asks."""
    till = ports.wired().till
    assert till is not None
    till.receive(brand_id=market.brand_id, bill_no=card.bill_no)
    transferring.ask_about(
        brand_id=market.brand_id,
        withdrawal_id=card.id,
        carriers=carrier,
        now=NOW + timedelta(minutes=2),
    )


def stands(market: Market, card: WithdrawalCard) -> WithdrawalCard:
    """A withdrawal as it is now."""
    with brand_tx(market.brand_id):
        return kept.withdrawal(brand_id=market.brand_id, withdrawal_id=card.id)


def holds(market: Market, helper: Helper) -> int:
    """What is hers, in fen."""
    account = Account(AccountKind.COMMISSION_PAYABLE, helper.member_id)
    with brand_tx(market.brand_id):
        return books.balance_fen(brand_id=market.brand_id, account=account)


def terms(market: Market, **said: object) -> None:
    """How the brand pays out from now on."""
    with brand_tx(market.brand_id):
        wallets.set_terms(brand_id=market.brand_id, terms=PayoutTerms(**said))  # type: ignore[arg-type]


def paid_by_the_sandbox(market: Market) -> None:
    """Have the brand's money carried by the sandbox."""
    sandboxed(market.brand_id, MERCHANT)


def approve(market: Market, card: WithdrawalCard, user_id: int) -> None:
    """An account says yes."""
    with brand_tx(market.brand_id):
        withdrawing.approve(
            brand_id=market.brand_id, withdrawal_id=card.id, user_id=user_id, now=NOW
        )
