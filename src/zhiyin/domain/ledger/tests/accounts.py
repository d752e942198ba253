"""Accounts and legs that the ledger's tests share."""

from uuid import UUID

from zhiyin.domain.ledger.types import Account, AccountKind, Leg

CLEARING = Account(AccountKind.SANDBOX_CLEARING)
PREPAYMENTS = Account(AccountKind.PREPAYMENTS)
SALES = Account(AccountKind.SALES)
FEES = Account(AccountKind.PROVIDER_FEES)
HOUSE = (CLEARING, PREPAYMENTS, SALES, FEES)


def wallet(member_id: UUID) -> Account:
    """What a member has to spend."""
    return Account(AccountKind.WALLET, member_id)


def top_up(member_id: UUID, fen: int) -> Leg:
    """Money from the provider into a wallet."""
    return Leg(CLEARING, wallet(member_id), fen)


def spend(member_id: UUID, fen: int) -> Leg:
    """Money from a wallet for an order."""
    return Leg(wallet(member_id), PREPAYMENTS, fen)
