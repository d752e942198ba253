"""Her leaving reaches what was computed of her: the models that the matcher serves."""

from django.db import transaction
from procrastinate.contrib.django import app as jobs
from procrastinate.exceptions import AlreadyEnqueued

from zhiyin.domain.members.types import ConsentWithdrawn, MemberErased, Purpose

FORGET_TASK, MODELS_QUEUE = "forget_people", "models"


def queue_forgetting(event: MemberErased | ConsentWithdrawn) -> None:
    """Have the brand's models forget whoever left, in a job of its own.

    One job waits for a brand at a time: it takes out all who left until it begins. A model holds
    no more than body facts and wearings, so another purpose taken back changes nothing in it.
    """
    if isinstance(event, ConsentWithdrawn) and event.purpose is not Purpose.BODY_FACTS:
        return
    place = f"forget-people:{event.brand_id}"
    forgetting = jobs.configure_task(
        name=FORGET_TASK, queue=MODELS_QUEUE, lock=place, queueing_lock=place, allow_unknown=True
    )
    try:
        with transaction.atomic():
            forgetting.defer(brand_id=str(event.brand_id))
    except AlreadyEnqueued:
        return
