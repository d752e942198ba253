"""She withdraws what is hers: says who she is, sees the tax, and asks; the brand approves much."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.commissions import operations as commissions
from zhiyin.domain.commissions import queries as earned
from zhiyin.domain.members import operations as members
from zhiyin.domain.wallets import operations as wallets
from zhiyin.domain.wallets import queries as kept
from zhiyin.domain.wallets.types import (
    PayeeFacts,
    WithdrawalCard,
    WithdrawalOwn,
    WithdrawalState,
)
from zhiyin.flows.purchase import sending
from zhiyin.storage.tenancy import brand_tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What she would receive, in fen. `is_large`: two people of the brand approve it first."""

    amount_fen: int
    tax_fen: int
    is_large: bool

    @property
    def net_fen(self) -> int:
        """What arrives."""
        return self.amount_fen - self.tax_fen


def say_who(*, brand_id: UUID, member_id: UUID, facts: PayeeFacts, now: datetime) -> None:
    """She says who she is to the tax office, and signs. Inside the caller's `brand_tx`.

    Raises PayeeRefused, PayeeTooYoung, PayeeCardTaken, MemberNotFound.
    """
    members.hold_member(brand_id=brand_id, member_id=member_id)
    wallets.state_payee(
        brand_id=brand_id, member_id=member_id, facts=facts, zone=_zone(brand_id), now=now
    )


def quote(*, brand_id: UUID, member_id: UUID, amount_fen: int, now: datetime) -> Quote:
    """What a withdrawal would come to now. Inside the caller's `brand_tx`. Four queries."""
    terms = kept.terms(brand_id=brand_id)
    tax_fen = kept.tax_of(
        brand_id=brand_id,
        member_id=member_id,
        amount_fen=amount_fen,
        withholding=terms.withholding,
        zone=_zone(brand_id),
        now=now,
    )
    is_large = amount_fen > terms.approve_above_fen
    return Quote(amount_fen=amount_fen, tax_fen=tax_fen, is_large=is_large)


def withdraw(
    *,
    brand_id: UUID,
    member_id: UUID,
    amount_fen: int,
    tax_fen: int,
    key: str,
    now: datetime,
) -> WithdrawalCard:
    """Take a sum out of what is hers; what she owes is paid out of it first. One transaction.

    Raises PayeeMissing, WithdrawalAmountRefused, WithdrawalTaxChanged, WithdrawalTooMuch.
    """
    with brand_tx(brand_id):
        commissions.pay_debts(brand_id=brand_id, member_id=member_id, now=now)
        card = wallets.withdraw(
            brand_id=brand_id,
            member_id=member_id,
            amount_fen=amount_fen,
            tax_fen=tax_fen,
            key=key,
            zone=_zone(brand_id),
            now=now,
        )
        if card.state is WithdrawalState.GRANTED:
            sending.pay_out_soon(brand_id=brand_id)
        return card


def approve(*, brand_id: UUID, withdrawal_id: UUID, user_id: int, now: datetime) -> WithdrawalState:
    """One account says yes. Inside the caller's `brand_tx`; returns where it stands.

    Raises WithdrawalOwn, WithdrawalNotFound, WithdrawalMoveRefused, WithdrawalApproved.
    """
    _check_not_own(brand_id, withdrawal_id, user_id)
    state = wallets.approve(
        brand_id=brand_id, withdrawal_id=withdrawal_id, user_id=user_id, now=now
    )
    if state is WithdrawalState.GRANTED:
        sending.pay_out_soon(brand_id=brand_id)
    return state


def refuse(
    *, brand_id: UUID, withdrawal_id: UUID, user_id: int, reason: str, now: datetime
) -> None:
    """One account says no, with a reason that she reads. Inside the caller's `brand_tx`.

    Raises WithdrawalOwn, WithdrawalNotFound, WithdrawalMoveRefused.
    """
    _check_not_own(brand_id, withdrawal_id, user_id)
    wallets.refuse(
        brand_id=brand_id, withdrawal_id=withdrawal_id, user_id=user_id, reason=reason, now=now
    )


def retry(*, brand_id: UUID, withdrawal_id: UUID, user_id: int, now: datetime) -> None:
    """What it was stuck on is mended: ask again. Inside the caller's `brand_tx`.

    Raises WithdrawalNotFound, WithdrawalMoveRefused.
    """
    wallets.retry(brand_id=brand_id, withdrawal_id=withdrawal_id, user_id=user_id, now=now)
    sending.pay_out_soon(brand_id=brand_id)


def _check_not_own(brand_id: UUID, withdrawal_id: UUID, user_id: int) -> None:
    card = kept.withdrawal(brand_id=brand_id, withdrawal_id=withdrawal_id)
    promoter = earned.promoter_of(brand_id=brand_id, member_id=card.member_id)
    if promoter is not None and promoter.user_id == user_id:
        raise WithdrawalOwn()


def _zone(brand_id: UUID) -> str:
    return brands.brand_by_id(brand_id=brand_id).time_zone
