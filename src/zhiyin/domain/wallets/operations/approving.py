"""Two people of the brand approve what is above its limit; one refuses."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from zhiyin.domain.wallets.models import Withdrawal, WithdrawalMove
from zhiyin.domain.wallets.operations.steps import held, move, note
from zhiyin.domain.wallets.types import (
    REASON_CHARS_MAX,
    WithdrawalAct,
    WithdrawalApproved,
    WithdrawalMoveRefused,
    WithdrawalState,
)
from zhiyin.kit.text import clean_line


@transaction.atomic
def approve(*, brand_id: UUID, withdrawal_id: UUID, user_id: int, now: datetime) -> WithdrawalState:
    """One account says yes; the last that is needed lets it go. Returns where it stands.

    Raises WithdrawalNotFound, WithdrawalMoveRefused, WithdrawalApproved.
    """
    row = _waiting(brand_id, withdrawal_id)
    try:
        with transaction.atomic():
            note(row, WithdrawalAct.APPROVED, now, user_id=user_id)
    except IntegrityError as refused:
        if "withdrawal_approved_once_each" not in str(refused):
            raise
        raise WithdrawalApproved() from None
    approved = WithdrawalMove.objects.filter(
        brand_id=brand_id, withdrawal_id=withdrawal_id, act=WithdrawalAct.APPROVED
    )
    if approved.values("user_id").distinct().count() >= row.needed:
        row.next_try_at = now
        move(row, WithdrawalState.GRANTED, now)
    return WithdrawalState(row.state)


@transaction.atomic
def refuse(
    *, brand_id: UUID, withdrawal_id: UUID, user_id: int, reason: str, now: datetime
) -> None:
    """One account says no: the money is hers again, and she reads the reason.

    Raises WithdrawalNotFound, WithdrawalMoveRefused, TextTooLong, TextHasNul.
    """
    row = _waiting(brand_id, withdrawal_id)
    note(
        row, WithdrawalAct.REFUSED, now, user_id=user_id, said=clean_line(reason, REASON_CHARS_MAX)
    )
    row.why = WithdrawalAct.REFUSED.value
    move(row, WithdrawalState.RETURNED, now)


def _waiting(brand_id: UUID, withdrawal_id: UUID) -> Withdrawal:
    row = held(brand_id, withdrawal_id)
    if row.state != WithdrawalState.WAITING:
        raise WithdrawalMoveRefused(state=row.state)
    return row
