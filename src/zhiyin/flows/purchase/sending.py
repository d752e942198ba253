"""What of a brand's money is due at its providers is asked for in jobs, one a brand at a time."""

from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app as jobs
from procrastinate.exceptions import AlreadyEnqueued

from zhiyin.domain.orders.types import RefundGranted

SEND_TASK, POLL_TASK, PAY_OUT_TASK = "send_refunds_of", "poll_payments_of", "send_withdrawals_of"
CLOSE_TASK, MONEY_QUEUE = "close_days_of", "money"


def send_granted(event: RefundGranted) -> None:
    """A refund was promised: ask for it at once."""
    send_soon(brand_id=event.brand_id)


def send_soon(*, brand_id: UUID) -> None:
    """Have the providers asked for the refunds that are due."""
    _soon(SEND_TASK, brand_id)


def poll_soon(*, brand_id: UUID) -> None:
    """Have the providers asked about payments that nobody told us of."""
    _soon(POLL_TASK, brand_id)


def pay_out_soon(*, brand_id: UUID) -> None:
    """Have the providers asked for the withdrawals that are due."""
    _soon(PAY_OUT_TASK, brand_id)


def close_soon(*, brand_id: UUID) -> None:
    """Have the providers asked for the bills of the days that are over."""
    _soon(CLOSE_TASK, brand_id)


def _soon(task: str, brand_id: UUID) -> None:
    """One job of a kind waits for a brand, and one runs: another would do the same."""
    place = f"{task}:{brand_id}"
    asking = jobs.configure_task(
        name=task, queue=MONEY_QUEUE, lock=place, queueing_lock=place, allow_unknown=True
    )
    try:
        with transaction.atomic():
            asking.defer(brand_id=str(brand_id))
    except AlreadyEnqueued:
        return
