"""Words that staff use to find members again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from zhiyin.domain.audience.kept import TagNotFound, TagTaken
from zhiyin.domain.audience.models import MemberTag, Tag
from zhiyin.domain.audience.rules import tag_words


def add_tag(*, brand_id: UUID, group: str, name: str, now: datetime) -> UUID:
    """Make a tag. Returns its id. Raises TagTaken, TagEmpty, TextTooLong, TextHasNul."""
    try:
        with transaction.atomic():
            row = Tag.objects.create(
                brand_id=brand_id, group=tag_words(group), name=tag_words(name), created_at=now
            )
    except IntegrityError:
        raise TagTaken() from None
    return row.id


def rename_tag(*, brand_id: UUID, tag_id: UUID, group: str, name: str) -> None:
    """Correct a tag's words. Raises TagNotFound, TagTaken, TagEmpty, TextTooLong, TextHasNul."""
    try:
        with transaction.atomic():
            changed = Tag.objects.filter(brand_id=brand_id, id=tag_id).update(
                group=tag_words(group), name=tag_words(name)
            )
    except IntegrityError:
        raise TagTaken() from None
    if not changed:
        raise TagNotFound(tag_id=tag_id)


def remove_tag(*, brand_id: UUID, tag_id: UUID) -> None:
    """Delete a tag from everybody who bears it. Raises TagNotFound."""
    MemberTag.objects.filter(brand_id=brand_id, tag_id=tag_id).delete()
    count, _ = Tag.objects.filter(brand_id=brand_id, id=tag_id).delete()
    if not count:
        raise TagNotFound(tag_id=tag_id)


def tag_members(*, brand_id: UUID, tag_id: UUID, member_ids: Sequence[UUID], now: datetime) -> int:
    """Put a tag on members; those who bear it already stay as they are. Returns how many got it.

    Raises TagNotFound.
    """
    # The lock on the tag makes two clerks who tag the same people take turns.
    if not Tag.objects.select_for_update().filter(brand_id=brand_id, id=tag_id).values("id"):
        raise TagNotFound(tag_id=tag_id)
    wanted = set(member_ids)
    wanted -= set(
        MemberTag.objects.filter(
            brand_id=brand_id, tag_id=tag_id, member_id__in=wanted, until__isnull=True
        ).values_list("member_id", flat=True)
    )
    MemberTag.objects.bulk_create(
        MemberTag(brand_id=brand_id, tag_id=tag_id, member_id=member_id, since=now)
        for member_id in sorted(wanted)
    )
    return len(wanted)


def untag_members(
    *, brand_id: UUID, tag_id: UUID, member_ids: Sequence[UUID], now: datetime
) -> int:
    """Take a tag off members. Returns how many bore it."""
    return MemberTag.objects.filter(
        brand_id=brand_id, tag_id=tag_id, member_id__in=list(member_ids), until__isnull=True
    ).update(until=now)
