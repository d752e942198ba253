"""Who of the staff looked at what is personal: written down before it is shown."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.members.models import PersonalRead


def note_read(
    *, brand_id: UUID, member_id: UUID, user_id: int, page: str, what: str, now: datetime
) -> None:
    """A member of staff opens a page with personal facts of a member; every time is a row.

    Runs in the transaction of the page, so that nothing is shown without its row.
    """
    PersonalRead.objects.create(
        brand_id=brand_id,
        member_id=member_id,
        reader_id=user_id,
        page=page,
        what=what,
        read_at=now,
    )
