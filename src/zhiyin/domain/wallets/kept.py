"""How rows become the values that leave the room."""

from collections.abc import Mapping
from uuid import UUID

from zhiyin.domain.wallets.models import Payee, Terms, Withdrawal
from zhiyin.domain.wallets.rules import masked
from zhiyin.domain.wallets.types import (
    PayeeCard,
    PayoutTerms,
    WithdrawalCard,
    WithdrawalState,
    Withholding,
)
from zhiyin.storage.fields import unseal_text

CARD_END = 4


def terms_of(brand_id: UUID) -> PayoutTerms:
    """How a brand pays out: as it said, or as every brand begins. One query."""
    row = Terms.objects.filter(brand_id=brand_id).first()
    if row is None:
        return PayoutTerms()
    return PayoutTerms(
        withholding=Withholding(row.withholding),
        approve_above_fen=row.approve_above_fen,
        least_fen=row.least_fen,
        most_fen=row.most_fen,
    )


def opened(row: Payee) -> tuple[str, str]:
    """A payee's name and the number of her card."""
    where = {"brand_id": row.brand_id, "model": Payee, "row_id": row.id}
    name = unseal_text(field="name_sealed", sealed=row.name_sealed, **where)
    return name, unseal_text(field="card_sealed", sealed=row.card_sealed, **where)


def payee_card(row: Payee) -> PayeeCard:
    """A payee as her page shows her."""
    name, number = opened(row)
    return PayeeCard(
        name=masked(name),
        card_end=number[-CARD_END:],
        agreement=row.agreement,
        signed_at=row.signed_at,
    )


def withdrawal_card(row: Withdrawal, approvals: Mapping[UUID, int]) -> WithdrawalCard:
    """A withdrawal, with how many have approved each (id -> accounts)."""
    return WithdrawalCard(
        id=row.id,
        member_id=row.member_id,
        amount_fen=row.amount_fen,
        tax_fen=row.tax_fen,
        withholding=Withholding(row.withholding),
        state=WithdrawalState(row.state),
        needed=row.needed,
        approvals=approvals.get(row.id, 0),
        requested_at=row.requested_at,
        done_at=row.done_at,
        provider=row.provider,
        merchant_id=row.merchant_id,
        tries=row.tries,
        page=row.page,
        why=row.why,
    )
