"""The only readers of wallets."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count

from zhiyin.domain.wallets.audits import AUDITS as AUDITS
from zhiyin.domain.wallets.kept import opened, payee_card, terms_of, withdrawal_card
from zhiyin.domain.wallets.models import Payee, Withdrawal, WithdrawalMove
from zhiyin.domain.wallets.rules import withheld_of
from zhiyin.domain.wallets.types import (
    PayeeCard,
    PayeeFacts,
    PayeeMissing,
    PayoutTerms,
    TaxRow,
    WithdrawalAct,
    WithdrawalCard,
    WithdrawalMoveCard,
    WithdrawalNotFound,
    WithdrawalPage,
    WithdrawalState,
    Withheld,
    Withholding,
)
from zhiyin.kit.times import day_of
from zhiyin.storage.sql import many

MONTHS = """
    SELECT date_trunc('month', requested_at AT TIME ZONE %(zone)s)::date,
           sum(amount_fen)::bigint, sum(tax_fen)::bigint
    FROM wallets_withdrawal
    WHERE brand_id = %(brand_id)s AND member_id = %(member_id)s AND state <> 'returned'
      AND requested_at AT TIME ZONE %(zone)s >= %(first)s
      AND requested_at AT TIME ZONE %(zone)s < %(first)s + interval '1 year'
    GROUP BY 1 ORDER BY 1
"""

TAXED = """
    SELECT member_id, date_trunc('month', requested_at AT TIME ZONE %(zone)s)::date AS month,
           sum(amount_fen)::bigint, sum(tax_fen)::bigint
    FROM wallets_withdrawal
    WHERE brand_id = %(brand_id)s AND state = 'paid'
      AND requested_at AT TIME ZONE %(zone)s >= %(first)s
      AND requested_at AT TIME ZONE %(zone)s < %(first)s + interval '1 year'
    GROUP BY 1, 2 ORDER BY 2, 1
"""


def terms(*, brand_id: UUID) -> PayoutTerms:
    """How the brand pays out. One query."""
    return terms_of(brand_id)


def payee(*, brand_id: UUID, member_id: UUID) -> PayeeCard | None:
    """Who she said she is, as her page shows it. One query."""
    row = Payee.objects.filter(brand_id=brand_id, member_id=member_id).first()
    return payee_card(row) if row else None


def payee_facts(*, brand_id: UUID, member_id: UUID) -> PayeeFacts:
    """Her name and the number of her card, opened, for whoever pays her out.

    One query. Raises PayeeMissing.
    """
    row = Payee.objects.filter(brand_id=brand_id, member_id=member_id).first()
    if row is None:
        raise PayeeMissing()
    return PayeeFacts(*opened(row))


def months(*, brand_id: UUID, member_id: UUID, year: int, zone: str) -> tuple[Withheld, ...]:
    """Her months of a tax year in which she withdrew anything that was not returned. One query."""
    rows = many(MONTHS, brand_id=brand_id, member_id=member_id, zone=zone, first=date(year, 1, 1))
    return tuple(
        Withheld(month=month, income_fen=income, withheld_fen=tax) for month, income, tax in rows
    )


def taxed(*, brand_id: UUID, year: int, zone: str) -> tuple[TaxRow, ...]:
    """What was paid out in a year and withheld of it, by month and payee, with her name.

    Two queries. Whoever shows it notes that it was read.
    """
    rows = many(TAXED, brand_id=brand_id, zone=zone, first=date(year, 1, 1))
    who = Payee.objects.filter(brand_id=brand_id, member_id__in=[row[0] for row in rows])
    named = {row.member_id: PayeeFacts(*opened(row)) for row in who}
    return tuple(
        TaxRow(
            member_id=member_id,
            payee=named[member_id],
            paid=Withheld(month=month, income_fen=income, withheld_fen=tax),
        )
        for member_id, month, income, tax in rows
    )


def tax_of(
    *,
    brand_id: UUID,
    member_id: UUID,
    amount_fen: int,
    withholding: Withholding,
    zone: str,
    now: datetime,
) -> int:
    """What would be withheld from one more withdrawal now, in fen. One query. Raises NoTaxTable."""
    day = day_of(now, zone)
    so_far = months(brand_id=brand_id, member_id=member_id, year=day.year, zone=zone)
    return withheld_of(amount_fen, withholding=withholding, months=so_far, day=day)


def withdrawal(
    *, brand_id: UUID, withdrawal_id: UUID, member_id: UUID | None = None
) -> WithdrawalCard:
    """One withdrawal; with `member_id`, only if it is hers. Two queries.

    Raises WithdrawalNotFound.
    """
    rows = Withdrawal.objects.filter(brand_id=brand_id, id=withdrawal_id)
    row = (rows if member_id is None else rows.filter(member_id=member_id)).first()
    if row is None:
        raise WithdrawalNotFound(withdrawal_id=withdrawal_id)
    return withdrawal_card(row, _approvals(brand_id, [row.id]))


def withdrawals(
    *,
    brand_id: UUID,
    states: Sequence[WithdrawalState] = (),
    member_id: UUID | None = None,
    offset: int = 0,
    limit: int = 20,
) -> WithdrawalPage:
    """A page of withdrawals, the newest first. No states: all. Three queries."""
    rows = Withdrawal.objects.filter(brand_id=brand_id)
    if member_id is not None:
        rows = rows.filter(member_id=member_id)
    if states:
        rows = rows.filter(state__in=list(states))
    page = list(rows.order_by("-requested_at", "-id")[offset : offset + limit])
    approvals = _approvals(brand_id, [row.id for row in page])
    return WithdrawalPage(tuple(withdrawal_card(row, approvals) for row in page), rows.count())


def moves(*, brand_id: UUID, withdrawal_id: UUID) -> tuple[WithdrawalMoveCard, ...]:
    """What happened to a withdrawal, the first first. One query."""
    rows = WithdrawalMove.objects.filter(brand_id=brand_id, withdrawal_id=withdrawal_id)
    found = rows.order_by("at", "id").values_list("act", "at", "user__username", "said")
    return tuple(
        WithdrawalMoveCard(WithdrawalAct(act), at, by or "", said) for act, at, by, said in found
    )


def reasons(*, brand_id: UUID, withdrawal_ids: Collection[UUID]) -> dict[UUID, str]:
    """Withdrawal -> the brand's reason for refusing it. One query."""
    rows = WithdrawalMove.objects.filter(
        brand_id=brand_id, withdrawal_id__in=list(withdrawal_ids), act=WithdrawalAct.REFUSED
    )
    return dict(rows.values_list("withdrawal_id", "said"))


def waiting(*, brand_id: UUID) -> int:
    """How many wait for a person: to be approved, or held up. One query."""
    states = [WithdrawalState.WAITING, WithdrawalState.STUCK]
    return Withdrawal.objects.filter(brand_id=brand_id, state__in=states).count()


def are_due(*, brand_id: UUID, now: datetime) -> bool:
    """Whether the provider is to be asked for a withdrawal now, or about one. One query."""
    states = [WithdrawalState.GRANTED, WithdrawalState.ASKED]
    rows = Withdrawal.objects.filter(brand_id=brand_id, state__in=states, next_try_at__lte=now)
    return rows.exists()


def _approvals(brand_id: UUID, withdrawal_ids: Collection[UUID]) -> dict[UUID, int]:
    rows = WithdrawalMove.objects.filter(
        brand_id=brand_id, withdrawal_id__in=list(withdrawal_ids), act=WithdrawalAct.APPROVED
    )
    found = rows.values_list("withdrawal_id").annotate(n=Count("user_id", distinct=True))
    return dict(found.order_by("withdrawal_id"))
