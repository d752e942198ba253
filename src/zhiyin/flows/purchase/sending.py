"""A refund that was granted is asked for at once, in a job of its own."""

from django.db import transaction
from procrastinate.contrib.django import app as jobs
from procrastinate.exceptions import AlreadyEnqueued

from zhiyin.domain.orders.types import RefundGranted

SEND_TASK, MONEY_QUEUE = "send_refunds_of", "money"


def send_soon(event: RefundGranted) -> None:
    """Have the brand's providers asked for what is due; one job waits for a brand at a time."""
    place = f"send-refunds:{event.brand_id}"
    sending = jobs.configure_task(
        name=SEND_TASK, queue=MONEY_QUEUE, lock=place, queueing_lock=place, allow_unknown=True
    )
    try:
        with transaction.atomic():
            sending.defer(brand_id=str(event.brand_id))
    except AlreadyEnqueued:
        return
