"""The only writers of KOCs."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.kocs.models import KocAway, KocProfile
from zhiyin.domain.kocs.types import AwayRefused, KocFacts, KocNotFound
from zhiyin.kit.ids import uuid7
from zhiyin.storage.fields import seal_json


def open_profile(*, brand_id: UUID, member_id: UUID, koc: KocFacts, now: datetime) -> UUID:
    """Make a member a KOC. Her body facts are sealed with the row."""
    koc_id = uuid7()
    KocProfile.objects.create(
        id=koc_id,
        brand_id=brand_id,
        member_id=member_id,
        handle=koc.handle,
        name_zh=koc.name_zh,
        name_en=koc.name_en,
        city=koc.city,
        persona_zh=koc.persona_zh,
        persona_en=koc.persona_en,
        good_at={slot: list(values) for slot, values in koc.good_at.items()},
        topics=list(koc.topics),
        facts_sealed=seal_json(
            brand_id=brand_id,
            model=KocProfile,
            field="facts_sealed",
            row_id=koc_id,
            facts=koc.facts,
        ),
        weekly_capacity=koc.weekly_capacity,
        can_earn_since=now if koc.can_earn else None,
        is_demo=koc.is_demo,
        since=now,
    )
    return koc_id


def hold_koc(*, brand_id: UUID, koc_id: UUID) -> None:
    """Lock a KOC's profile until the transaction ends, so that two questions cannot both take
    the last place of her week. Raises KocNotFound.
    """
    row = (
        KocProfile.objects.select_for_update(no_key=True)
        .filter(brand_id=brand_id, id=koc_id, until__isnull=True)
        .values_list("id")
        .first()
    )
    if row is None:
        raise KocNotFound(koc_id=koc_id)


def go_away(
    *, brand_id: UUID, koc_id: UUID, starts_at: datetime, ends_at: datetime, now: datetime
) -> UUID:
    """A KOC is not asked between two moments. Raises AwayRefused."""
    if ends_at <= starts_at or ends_at <= now:
        raise AwayRefused(starts_at=starts_at.isoformat(), ends_at=ends_at.isoformat())
    row = KocAway.objects.create(
        brand_id=brand_id, koc_id=koc_id, starts_at=starts_at, ends_at=ends_at
    )
    return row.id


def come_back(*, brand_id: UUID, away_id: UUID, koc_id: UUID) -> None:
    """Take an away period back; one that is gone already is no error."""
    KocAway.objects.filter(brand_id=brand_id, id=away_id, koc_id=koc_id).delete()
