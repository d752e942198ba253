"""A withdrawal is asked for at the provider under its one number until it has an end."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from zhiyin.domain.ledger.types import AccountKind
from zhiyin.domain.wallets.operations.steps import CHANGING, held, move, note
from zhiyin.domain.wallets.rules import MOVES, next_try_in
from zhiyin.domain.wallets.types import WithdrawalAct, WithdrawalMoveRefused, WithdrawalState
from zhiyin.storage.sql import many

CLAIM = """
    UPDATE wallets_withdrawal withdrawal
    SET tries = withdrawal.tries + 1, next_try_at = %(later)s
    FROM (
        SELECT id FROM wallets_withdrawal
        WHERE brand_id = %(brand_id)s AND state IN ('granted', 'asked') AND next_try_at <= %(now)s
        ORDER BY next_try_at, id
        LIMIT %(limit)s
        FOR NO KEY UPDATE SKIP LOCKED
    ) due
    WHERE withdrawal.brand_id = %(brand_id)s AND withdrawal.id = due.id
    RETURNING withdrawal.id
"""
"""Whoever claims a withdrawal has it for a minute; if that worker dies, another takes it up."""
CLAIMED_FOR = timedelta(minutes=1)
ACTS = {
    WithdrawalState.ASKED: WithdrawalAct.ASKED,
    WithdrawalState.PAID: WithdrawalAct.PAID,
    WithdrawalState.RETURNED: WithdrawalAct.RETURNED,
    WithdrawalState.STUCK: WithdrawalAct.STUCK,
}


def claim_due(*, brand_id: UUID, now: datetime, limit: int) -> tuple[UUID, ...]:
    """Take withdrawals that the provider is to be asked for now, or about: theirs for a minute."""
    rows = many(CLAIM, brand_id=brand_id, now=now, later=now + CLAIMED_FOR, limit=limit)
    return tuple(row[0] for row in rows)


@transaction.atomic
def answered(
    *,
    brand_id: UUID,
    withdrawal_id: UUID,
    state: WithdrawalState,
    now: datetime,
    provider: str = "",
    merchant_id: str = "",
    clearing: AccountKind | None = None,
    page: Mapping[str, str] | None = None,
    why: str = "",
) -> bool:
    """Note what came of asking. Returns whether it has an end by this call.

    `provider` and `merchant_id` are whose it is from now on, if they were asked. What is past that
    is left as it is: answers come late and twice. Raises WithdrawalNotFound.
    """
    row = held(brand_id, withdrawal_id)
    was = WithdrawalState(row.state)
    if state is not was and (was, state) not in MOVES:
        return False
    row.provider, row.merchant_id = provider or row.provider, merchant_id or row.merchant_id
    row.page = dict(page or {})
    row.why = why
    row.next_try_at = now + next_try_in(max(row.tries, 1))
    if state is was:
        row.save(update_fields=CHANGING)
        return False
    note(row, ACTS[state], now, said=why)
    move(row, state, now, clearing=clearing)
    return row.done_at is not None


@transaction.atomic
def retry(*, brand_id: UUID, withdrawal_id: UUID, user_id: int, now: datetime) -> None:
    """A person has mended what it was stuck on: ask again, under the same number.

    Raises WithdrawalNotFound, WithdrawalMoveRefused.
    """
    row = held(brand_id, withdrawal_id)
    if row.state != WithdrawalState.STUCK:
        raise WithdrawalMoveRefused(state=row.state)
    row.next_try_at, row.why = now, ""
    note(row, WithdrawalAct.RETRIED, now, user_id=user_id)
    move(row, WithdrawalState.GRANTED, now)
