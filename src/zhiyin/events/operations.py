"""Recording an event, with the job that will answer it, in the caller's transaction."""

from dataclasses import asdict
from uuid import UUID

from procrastinate.contrib.django import app as jobs

from zhiyin.events.models import Event
from zhiyin.events.types import REACT_QUEUE, REACT_TASK, plain
from zhiyin.kit.events import DomainEvent
from zhiyin.kit.ids import uuid7


def record(event: DomainEvent) -> UUID:
    """Write `event` down and queue its reactions; both hold only if the caller commits.

    Runs inside the caller's `brand_tx`. Returns the id of the event's row.
    """
    event_id = uuid7()
    payload = {
        field: plain(value)
        for field, value in asdict(event).items()
        if field not in ("brand_id", "at")
    }
    Event.objects.create(
        id=event_id, brand_id=event.brand_id, name=event.name, at=event.at, payload=payload
    )
    jobs.configure_task(name=REACT_TASK, queue=REACT_QUEUE, lock=None, allow_unknown=True).defer(
        brand_id=str(event.brand_id), event_id=str(event_id)
    )
    return event_id
