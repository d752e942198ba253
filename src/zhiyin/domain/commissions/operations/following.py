"""A commission follows its order: paid, handed over, given back. Whatever happened is read anew.

`follow` brings the commissions of an order to what the order is now. So it may be called as often
as anybody likes and after any event, and events that come twice or in another order do no harm.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhiyin.domain.commissions.helping import earned_on
from zhiyin.domain.commissions.kept import plan_card
from zhiyin.domain.commissions.models import Commission, Plan, Reversal
from zhiyin.domain.commissions.rules import due_at, due_fen
from zhiyin.domain.commissions.types import (
    CommissionState,
    Earner,
    OrderFollowed,
)
from zhiyin.domain.ledger import operations as ledger
from zhiyin.domain.ledger import queries as books
from zhiyin.domain.ledger.types import Account, AccountKind, BalanceTooLow, EntryDraft, Leg
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import one

ONE_FOLLOWS = "SELECT pg_advisory_xact_lock(hashtextextended('commissions:' || %(order)s, 0))"
"""Of two who follow an order at once, the second sees what the first wrote."""

SPENT_MEANWHILE_TRIES = 5
"""A withdrawal at the same moment may take what a reversal was about to: then it is read again."""

EXPENSE = Account(AccountKind.COMMISSION_EXPENSE)


@transaction.atomic
def follow(*, brand_id: UUID, order: OrderFollowed, now: datetime) -> None:
    """Bring the commissions of an order to what it is now. Safe to repeat.

    They are earned when it is sold, and unlocked when the goods are the shopper's; what is given
    back takes its part of them along. Who buys earns nothing on her own order, also where that the
    two are one person was only found later.
    """
    one(ONE_FOLLOWS, order=str(order.order_id))
    if order.is_sold:
        _accrue(brand_id, order, now)
    kept_fen = {line.line_id: line.kept_fen for line in order.lines}
    rows = Commission.objects.filter(brand_id=brand_id, order_id=order.order_id)
    held = rows.select_for_update(no_key=True, of=("self",))  # a settlement waits, or is seen
    for row in held.select_related("promoter").order_by("id"):
        is_hers = row.member_id != order.buyer_id and not _handed_over_by_another(row, order)
        _take_back(row, kept_fen[row.line_id] if is_hers else 0, now)
        _move(row, order)


def _accrue(brand_id: UUID, order: OrderFollowed, now: datetime) -> None:
    """Write down who earns on the order's lines, and owe it: once a line and promoter."""
    known = Commission.objects.filter(brand_id=brand_id, order_id=order.order_id)
    written = set(known.values_list("line_id", "promoter_id"))
    on = Plan.objects.filter(brand_id=brand_id, switched_on_at__isnull=False)
    plans = [plan_card(row) for row in on.order_by("id")]
    rows = [
        Commission(
            id=uuid7(),
            brand_id=brand_id,
            plan_id=earned.plan.id,
            promoter_id=earned.promoter.id,
            member_id=earned.promoter.member_id,
            level=earned.level,
            order_id=order.order_id,
            line_id=earned.line.line_id,
            base_fen=earned.line.paid_fen,
            rate_bps=earned.rate_bps,
            amount_fen=earned.amount_fen,
            state=CommissionState.PENDING,
            window_days=earned.plan.window_days,
            accrued_at=now,
        )
        for earned in earned_on(brand_id=brand_id, order=order, plans=plans)
        if (earned.line.line_id, earned.promoter.id) not in written
    ]
    if not rows:
        return
    Commission.objects.bulk_create(rows)
    entries = [
        EntryDraft(
            cause=f"commission:{row.id}:accrued",
            legs=(Leg(EXPENSE, _pending(row), row.amount_fen),),
            at=now,
        )
        for row in rows
    ]
    ledger.post_many(brand_id=brand_id, entries=entries)


def _handed_over_by_another(row: Commission, order: OrderFollowed) -> bool:
    """A hand-over was taken back as a mistake, and another clerk made it good: she earns it."""
    clerk = row.promoter.user_id if row.promoter.earner == Earner.STAFF else None
    return None not in (clerk, order.handed_over_by) and clerk != order.handed_over_by


def _take_back(row: Commission, kept_fen: int, now: datetime) -> None:
    """Reverse what the goods that went back had earned."""
    left = due_fen(amount_fen=row.amount_fen, base_fen=row.base_fen, kept_fen=kept_fen)
    back_fen = row.amount_fen - row.reversed_fen - left
    if back_fen <= 0:
        return
    row.reversed_fen += back_fen
    settled = row.state == CommissionState.PAYABLE
    debt_fen = _post_back(row, back_fen, now) if settled else 0
    if not settled:
        _post(row, [Leg(_pending(row), EXPENSE, back_fen)], now)
    if left == 0:
        row.state = CommissionState.REVERSED
    row.save(update_fields=["reversed_fen", "state"])
    Reversal.objects.create(
        brand_id=row.brand_id,
        commission_id=row.id,
        amount_fen=back_fen,
        debt_fen=debt_fen,
        at=now,
    )


def _post_back(row: Commission, back_fen: int, now: datetime) -> int:
    """Take from what is hers; what she has withdrawn already, she owes. Returns that, in fen."""
    payable = Account(AccountKind.COMMISSION_PAYABLE, row.member_id)
    debt = Account(AccountKind.COMMISSION_DEBT, row.member_id)
    for _ in range(SPENT_MEANWHILE_TRIES):
        held_fen = books.balance_fen(brand_id=row.brand_id, account=payable)
        own_fen = min(held_fen, back_fen)
        legs = [Leg(payable, EXPENSE, own_fen), Leg(debt, EXPENSE, back_fen - own_fen)]
        try:
            with transaction.atomic():
                _post(row, [leg for leg in legs if leg.amount_fen], now)
        except BalanceTooLow:
            continue
        return back_fen - own_fen
    _post(row, [Leg(debt, EXPENSE, back_fen)], now)
    return back_fen


def _post(row: Commission, legs: Sequence[Leg], now: datetime) -> None:
    cause = f"commission:{row.id}:reversed:{row.reversed_fen}"
    ledger.post(brand_id=row.brand_id, cause=cause, legs=legs, at=now)


def _move(row: Commission, order: OrderFollowed) -> None:
    """Unlock it when the goods are hers, and lock it again when that was a mistake."""
    if row.state == CommissionState.PENDING and order.done_at is not None:
        row.state, row.unlocked_at = CommissionState.UNLOCKED, order.done_at
        row.due_at = due_at(order.done_at, row.window_days)
    elif row.state == CommissionState.UNLOCKED and order.done_at is None:
        row.state, row.unlocked_at, row.due_at = CommissionState.PENDING, None, None
    else:
        return
    row.save(update_fields=["state", "unlocked_at", "due_at"])


def _pending(row: Commission) -> Account:
    return Account(AccountKind.COMMISSION_PENDING, row.member_id)
