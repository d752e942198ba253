"""The only readers of bills."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Count, Q

from zhiyin.domain.bills.models import BillDay, BillDifference, BillLine
from zhiyin.domain.bills.types import (
    BillDayCard,
    BillDayNotFound,
    BillDayPage,
    BillKind,
    Difference,
    DifferenceCard,
    DifferenceFacts,
)

LISTED = 1_000


def last_day(*, brand_id: UUID, provider: str, merchant_id: str) -> date | None:
    """The latest day of which an account's bill was imported. One query."""
    rows = BillDay.objects.filter(brand_id=brand_id, provider=provider, merchant_id=merchant_id)
    return rows.order_by("-day").values_list("day", flat=True).first()


def numbers(
    *, brand_id: UUID, provider: str, merchant_id: str, day: date
) -> frozenset[tuple[BillKind, str]]:
    """What a day's bill lists: (kind, our number). Empty if it was not imported. One query."""
    rows = BillLine.objects.filter(
        brand_id=brand_id,
        bill__provider=provider,
        bill__merchant_id=merchant_id,
        bill__day=day,
    )
    return frozenset(
        (BillKind(kind), number) for kind, number in rows.values_list("kind", "number")
    )


def days(*, brand_id: UUID, offset: int = 0, limit: int = 31) -> BillDayPage:
    """A page of bills, the latest day first. Three queries."""
    rows = BillDay.objects.filter(brand_id=brand_id)
    page = rows.order_by("-day", "provider", "merchant_id")[offset : offset + limit]
    return BillDayPage(_counted(brand_id, list(page)), rows.count())


def day(*, brand_id: UUID, bill_id: UUID) -> BillDayCard:
    """One bill. Two queries. Raises BillDayNotFound."""
    row = BillDay.objects.filter(brand_id=brand_id, id=bill_id).first()
    if row is None:
        raise BillDayNotFound(bill_id=bill_id)
    return _counted(brand_id, [row])[0]


def differences(*, brand_id: UUID, bill_id: UUID) -> tuple[DifferenceCard, ...]:
    """In what a bill differs, what waits for a person first; the first thousand. One query."""
    rows = BillDifference.objects.filter(brand_id=brand_id, bill_id=bill_id)
    listed = rows.select_related("user").order_by("-settled_at", "kind", "number")[:LISTED]
    return tuple(
        DifferenceCard(
            id=row.id,
            facts=DifferenceFacts(
                difference=Difference(row.difference),
                kind=BillKind(row.kind),
                number=row.number,
                transaction_id=row.transaction_id,
                billed_fen=row.billed_fen,
                ours_fen=row.ours_fen,
            ),
            reason=row.reason,
            settled_at=row.settled_at,
            settled_by=row.user.get_username() if row.user else "",
        )
        for row in listed
    )


def open_differences(*, brand_id: UUID) -> int:
    """How many wait for a person. One query."""
    return BillDifference.objects.filter(brand_id=brand_id, settled_at__isnull=True).count()


def _counted(brand_id: UUID, rows: Sequence[BillDay]) -> tuple[BillDayCard, ...]:
    differing = BillDifference.objects.filter(
        brand_id=brand_id, bill_id__in=[row.id for row in rows]
    )
    counts = differing.values_list("bill_id").annotate(
        all=Count("id"), open=Count("id", filter=Q(settled_at__isnull=True))
    )
    found = {bill_id: (all_, open_) for bill_id, all_, open_ in counts.order_by("bill_id")}
    return tuple(_card(row, *found.get(row.id, (0, 0))) for row in rows)


def _card(row: BillDay, differences: int, still_open: int) -> BillDayCard:
    return BillDayCard(
        id=row.id,
        day=row.day,
        provider=row.provider,
        merchant_id=row.merchant_id,
        imported_at=row.imported_at,
        lines=row.lines,
        paid_fen=row.paid_fen,
        refunded_fen=row.refunded_fen,
        differences=differences,
        open=still_open,
    )
