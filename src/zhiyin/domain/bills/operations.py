"""The only writers of bills."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from zhiyin.domain.bills.models import BillDay, BillDifference
from zhiyin.domain.bills.models import BillLine as LineRow
from zhiyin.domain.bills.types import (
    REASON_CHARS_MAX,
    BillKind,
    BillLine,
    DifferenceFacts,
    DifferenceNotFound,
    DifferenceReasonNeeded,
    DifferenceSettled,
)
from zhiyin.kit.ids import uuid7
from zhiyin.kit.text import clean_line

BATCH = 1_000


@transaction.atomic
def keep_bill(
    *,
    brand_id: UUID,
    provider: str,
    merchant_id: str,
    day: date,
    lines: Sequence[BillLine],
    differences: Sequence[DifferenceFacts],
    now: datetime,
) -> bool:
    """Keep a day's bill with its lines and what differs. False if it was imported before."""

    def sum_fen(kind: BillKind) -> int:
        return sum(line.amount_fen for line in lines if line.kind is kind)

    bill, is_new = BillDay.objects.get_or_create(
        brand_id=brand_id,
        provider=provider,
        merchant_id=merchant_id,
        day=day,
        defaults={
            "id": uuid7(),
            "imported_at": now,
            "lines": len(lines),
            "paid_fen": sum_fen(BillKind.PAYMENT),
            "refunded_fen": sum_fen(BillKind.REFUND),
        },
    )
    if is_new:
        of_bill = {"brand_id": brand_id, "bill": bill}
        rows = [LineRow(id=uuid7(), **of_bill, **asdict(line)) for line in lines]
        LineRow.objects.bulk_create(rows, batch_size=BATCH)
        found = [BillDifference(id=uuid7(), **of_bill, **asdict(one)) for one in differences]
        BillDifference.objects.bulk_create(found, batch_size=BATCH)
    return is_new


def settle_difference(
    *,
    brand_id: UUID,
    bill_id: UUID,
    difference_id: UUID,
    reason: str,
    user_id: int,
    now: datetime,
) -> None:
    """A person writes down what came of a bill's difference, once.

    Raises DifferenceReasonNeeded, DifferenceNotFound, DifferenceSettled, TextTooLong, TextHasNul.
    """
    said = clean_line(reason, REASON_CHARS_MAX)
    if not said:
        raise DifferenceReasonNeeded()
    rows = BillDifference.objects.filter(brand_id=brand_id, bill_id=bill_id, id=difference_id)
    row = rows.select_for_update(no_key=True).first()
    if row is None:
        raise DifferenceNotFound(difference_id=difference_id)
    if row.settled_at is not None:
        raise DifferenceSettled()
    row.reason, row.settled_at, row.user_id = said, now, user_id
    row.save(update_fields=["reason", "settled_at", "user"])
