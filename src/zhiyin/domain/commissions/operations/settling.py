"""Commissions whose window is over become their promoters' own; what they owed is paid first."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhiyin.domain.commissions.models import Settlement
from zhiyin.domain.commissions.types import Settled
from zhiyin.domain.ledger import operations as ledger
from zhiyin.domain.ledger import queries as books
from zhiyin.domain.ledger.types import MOST_LEGS, Account, AccountKind, BalanceTooLow, Leg
from zhiyin.kit.ids import NO_ID, uuid7
from zhiyin.storage.sql import many, one

SETTLE = """
    WITH due AS (
        SELECT id FROM commissions_commission
        WHERE brand_id = %(brand_id)s AND state = 'unlocked' AND due_at <= %(now)s
          AND (member_id, id) > (%(member_id)s, %(id)s)
        ORDER BY member_id, id LIMIT %(limit)s
    ), settled AS (
        UPDATE commissions_commission
        SET state = 'payable', settled_at = %(now)s, settlement_id = %(settlement_id)s
        WHERE brand_id = %(brand_id)s AND id = ANY(ARRAY(SELECT id FROM due))
          AND state = 'unlocked'
        RETURNING id, member_id, amount_fen - reversed_fen AS left_fen
    )
    SELECT member_id, count(*), sum(left_fen)::bigint, max(id::text)::uuid
    FROM settled GROUP BY member_id ORDER BY member_id
"""
"""The next commissions that are due, by promoter, so that a batch moves few balances.

What somebody else has settled meanwhile is left out; what was taken back meanwhile counts as it is
then. A batch reads on behind the last one: what is not due
is passed once a run, not once a batch. The ids go into an array so that each is looked up by its
key: joined, every batch would read the whole table.
"""


def settle_due(
    *, brand_id: UUID, now: datetime, after: tuple[UUID, UUID] | None = None
) -> tuple[Settled, tuple[UUID, UUID] | None]:
    """Settle a batch of at most `MOST_LEGS` commissions, behind a promoter and a commission.

    Returns what was settled and where it ended: give that back as `after`. Three statements.
    """
    settlement_id, (last_member, last_id) = uuid7(), after or (NO_ID, NO_ID)
    rows = many(
        SETTLE,
        brand_id=brand_id,
        now=now,
        settlement_id=settlement_id,
        member_id=last_member,
        id=last_id,
        limit=MOST_LEGS,
    )
    if not rows:
        return Settled(0, 0, 0), after
    settled = Settled(
        sum(count for _, count, _, _ in rows), len(rows), sum(fen for _, _, fen, _ in rows)
    )
    Settlement.objects.create(
        id=settlement_id,
        brand_id=brand_id,
        at=now,
        commissions=settled.commissions,
        amount_fen=settled.amount_fen,
    )
    legs = [
        Leg(
            Account(AccountKind.COMMISSION_PENDING, member_id),
            Account(AccountKind.COMMISSION_PAYABLE, member_id),
            fen,
        )
        for member_id, _, fen, _ in rows
    ]
    ledger.post(brand_id=brand_id, cause=f"settlement:{settlement_id}:paid", legs=legs, at=now)
    last_member, _, _, last_id = rows[-1]
    return settled, (last_member, last_id)


def pay_debts(*, brand_id: UUID, member_id: UUID, now: datetime) -> int:
    """Pay what a promoter owes out of what is hers. Returns how much, in fen.

    A debt is what was withdrawn before the goods went back.
    """
    debt = Account(AccountKind.COMMISSION_DEBT, member_id)
    payable = Account(AccountKind.COMMISSION_PAYABLE, member_id)
    one(ONE_PAYS, member=str(member_id))
    paid_fen = min(
        books.balance_fen(brand_id=brand_id, account=debt),
        books.balance_fen(brand_id=brand_id, account=payable),
    )
    if paid_fen <= 0:
        return 0
    try:
        with transaction.atomic():
            ledger.post(
                brand_id=brand_id,
                cause=f"debt:{uuid7()}:paid",
                legs=[Leg(payable, debt, paid_fen)],
                at=now,
            )
    except BalanceTooLow:  # she withdrew at this moment: the next settlement pays it
        return 0
    return paid_fen


ONE_PAYS = "SELECT pg_advisory_xact_lock(hashtextextended('debt:' || %(member)s, 0))"
"""A debt is paid once, though two see it."""
