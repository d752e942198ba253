"""Reading the event log."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from zhiyin.events.models import Event
from zhiyin.events.types import StoredEvent
from zhiyin.kit.events import DomainEvent

COLUMNS = ("id", "brand_id", "name", "at", "payload")


def event(*, event_id: UUID) -> StoredEvent | None:
    """One recorded event of the current brand, or None. One query."""
    row = Event.objects.filter(id=event_id).values_list(*COLUMNS).first()
    return StoredEvent(*row) if row else None


def events_since(
    *, brand_id: UUID, kinds: Sequence[type[DomainEvent]], since: datetime
) -> Iterator[StoredEvent]:
    """The events of some kinds that happened at `since` or later, oldest first. Streamed."""
    rows = (
        Event.objects.filter(
            brand_id=brand_id, name__in=[kind.name for kind in kinds], at__gte=since
        )
        .order_by("at", "id")
        .values_list(*COLUMNS)
    )
    for row in rows.iterator():
        yield StoredEvent(*row)
