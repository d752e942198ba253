"""Reading the event log."""

from uuid import UUID

from zhiyin.events.models import Event
from zhiyin.events.types import StoredEvent


def event(*, event_id: UUID) -> StoredEvent | None:
    """One recorded event of the current brand, or None. One query."""
    row = Event.objects.filter(id=event_id).values_list("brand_id", "name", "at", "payload").first()
    return StoredEvent(*row) if row else None
