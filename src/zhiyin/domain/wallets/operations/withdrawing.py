"""She withdraws: the sum leaves what is hers in the transaction that writes the withdrawal."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhiyin.domain.ledger import operations as ledger
from zhiyin.domain.ledger.types import Account, AccountKind, BalanceTooLow, Leg
from zhiyin.domain.wallets.kept import terms_of, withdrawal_card
from zhiyin.domain.wallets.models import Payee, Withdrawal, WithdrawalMove
from zhiyin.domain.wallets.queries import tax_of
from zhiyin.domain.wallets.types import (
    AGREEMENT_VERSION,
    APPROVERS,
    PayeeMissing,
    WithdrawalAct,
    WithdrawalAmountRefused,
    WithdrawalCard,
    WithdrawalState,
    WithdrawalTaxChanged,
    WithdrawalTooMuch,
)
from zhiyin.kit.ids import uuid7


@transaction.atomic
def withdraw(
    *,
    brand_id: UUID,
    member_id: UUID,
    amount_fen: int,
    tax_fen: int,
    key: str,
    zone: str,
    now: datetime,
) -> WithdrawalCard:
    """Take a sum out of what is hers. `tax_fen` is the tax that she saw and agreed to.

    The same `key` withdraws once, whatever a retry asks for. One after another for each payee,
    so that two at once do not both count as the month's first. Raises PayeeMissing,
    WithdrawalAmountRefused, WithdrawalTaxChanged, WithdrawalTooMuch, NoTaxTable.
    """
    payee = (
        Payee.objects.select_for_update(no_key=True)
        .filter(brand_id=brand_id, member_id=member_id, agreement=AGREEMENT_VERSION)
        .exists()
    )
    if not payee:
        raise PayeeMissing()
    before = Withdrawal.objects.filter(brand_id=brand_id, member_id=member_id, key=key).first()
    if before is not None:
        return withdrawal_card(before, {})
    terms = terms_of(brand_id)
    if not terms.least_fen <= amount_fen <= terms.most_fen:
        raise WithdrawalAmountRefused(least_fen=terms.least_fen, most_fen=terms.most_fen)
    owed_fen = tax_of(
        brand_id=brand_id,
        member_id=member_id,
        amount_fen=amount_fen,
        withholding=terms.withholding,
        zone=zone,
        now=now,
    )
    if owed_fen != tax_fen:
        raise WithdrawalTaxChanged(tax_fen=owed_fen)
    needed = APPROVERS if amount_fen > terms.approve_above_fen else 0
    row = Withdrawal.objects.create(
        id=uuid7(),
        brand_id=brand_id,
        member_id=member_id,
        key=key,
        amount_fen=amount_fen,
        tax_fen=tax_fen,
        withholding=terms.withholding,
        needed=needed,
        requested_at=now,
        state=WithdrawalState.WAITING if needed else WithdrawalState.GRANTED,
        next_try_at=now,
    )
    WithdrawalMove.objects.create(
        brand_id=brand_id, withdrawal=row, act=WithdrawalAct.REQUESTED, at=now
    )
    held = Account(AccountKind.WITHDRAWALS_HELD, member_id)
    payable = Account(AccountKind.COMMISSION_PAYABLE, member_id)
    try:
        ledger.post(
            brand_id=brand_id,
            cause=f"withdrawal:{row.id}:requested",
            legs=[Leg(payable, held, amount_fen)],
            at=now,
        )
    except BalanceTooLow:
        raise WithdrawalTooMuch() from None
    return withdrawal_card(row, {})
