"""Who looked at what is personal, staff or a key: written down before it is shown."""

from collections.abc import Collection
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


def note_reads(
    *,
    brand_id: UUID,
    member_ids: Collection[UUID],
    opened: Opened,
    now: datetime,
    user_id: int | None = None,
    key_id: UUID | None = None,
) -> None:
    """The same for many members at once, each of them once: a page of an export. One statement.

    Runs in the transaction that reads the page.
    """
    PersonalRead.objects.bulk_create(
        PersonalRead(
            brand_id=brand_id,
            member_id=member_id,
            reader_id=user_id,
            key_id=key_id,
            opened=opened,
            read_at=now,
        )
        for member_id in sorted(set(member_ids))
    )
