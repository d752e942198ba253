"""One step of a withdrawal: its state, its entry in the books, and the line of its history."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.ledger import operations as ledger
from zhiyin.domain.ledger.types import Account, AccountKind, Leg
from zhiyin.domain.wallets.models import Withdrawal, WithdrawalMove
from zhiyin.domain.wallets.types import WithdrawalAct, WithdrawalNotFound, WithdrawalState

CHANGING = [
    "state",
    "provider",
    "merchant_id",
    "tries",
    "next_try_at",
    "page",
    "why",
    "done_at",
]
ENDS = frozenset({WithdrawalState.PAID, WithdrawalState.RETURNED})


def held(brand_id: UUID, withdrawal_id: UUID) -> Withdrawal:
    """The row, locked until the caller's transaction ends. Raises WithdrawalNotFound."""
    rows = Withdrawal.objects.select_for_update(no_key=True)
    row = rows.filter(brand_id=brand_id, id=withdrawal_id).first()
    if row is None:
        raise WithdrawalNotFound(withdrawal_id=withdrawal_id)
    return row


def note(
    row: Withdrawal,
    act: WithdrawalAct,
    now: datetime,
    *,
    user_id: int | None = None,
    said: str = "",
) -> None:
    """Add a line to its history."""
    WithdrawalMove.objects.create(
        brand_id=row.brand_id, withdrawal=row, act=act, at=now, user_id=user_id, said=said
    )


def move(
    row: Withdrawal,
    state: WithdrawalState,
    now: datetime,
    *,
    clearing: AccountKind | None = None,
) -> None:
    """Bring it to a state that it may go to; at an end, the money goes where it belongs.

    `clearing` is whose account it was paid out of.
    """
    row.state = state
    row.done_at = now if state in ENDS else None
    if state is WithdrawalState.RETURNED:
        payable = Account(AccountKind.COMMISSION_PAYABLE, row.member_id)
        _post(row, [Leg(_held(row), payable, row.amount_fen)], now)
    if state is WithdrawalState.PAID:
        if clearing is None:
            raise ValueError(f"{row.id}: paid out of which account?")
        legs = [
            Leg(_held(row), Account(clearing), row.amount_fen - row.tax_fen),
            Leg(_held(row), Account(AccountKind.TAX_WITHHELD), row.tax_fen),
        ]
        _post(row, [leg for leg in legs if leg.amount_fen], now)
    row.save(update_fields=CHANGING)


def _post(row: Withdrawal, legs: list[Leg], now: datetime) -> None:
    cause = f"withdrawal:{row.id}:{row.state}"
    ledger.post(brand_id=row.brand_id, cause=cause, legs=legs, at=now)


def _held(row: Withdrawal) -> Account:
    return Account(AccountKind.WITHDRAWALS_HELD, row.member_id)
