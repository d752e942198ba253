"""Who looked at what is personal, staff or a key: written down before it is shown."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.members.models import PersonalRead
from zhiyin.domain.members.types import Opened


def note_read(
    *,
    brand_id: UUID,
    member_id: UUID,
    opened: Opened,
    now: datetime,
    user_id: int | None = None,
    key_id: UUID | None = None,
) -> None:
    """A member of staff, or a key, opens what is personal of a member; every time is a row.

    Exactly one of `user_id` and `key_id` is given; the database refuses any other row.
    Runs in the transaction of the page, so that nothing is shown without its row.
    """
    PersonalRead.objects.create(
        brand_id=brand_id,
        member_id=member_id,
        reader_id=user_id,
        key_id=key_id,
        opened=opened,
        read_at=now,
    )
