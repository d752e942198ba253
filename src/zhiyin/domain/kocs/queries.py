"""The only readers of KOCs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from zhiyin.domain.kocs.models import KocAway, KocProfile
from zhiyin.domain.kocs.rules import why_unavailable
from zhiyin.domain.kocs.types import KocCard, KocNotFound, Unavailable
from zhiyin.storage.fields import unseal_json


def kocs(*, brand_id: UUID) -> tuple[KocCard, ...]:
    """Every KOC of the brand now, by handle. One query."""
    rows = KocProfile.objects.filter(brand_id=brand_id, until__isnull=True)
    return tuple(_card(row) for row in rows.order_by("handle", "id"))


def kocs_by_id(*, brand_id: UUID, koc_ids: Sequence[UUID]) -> dict[UUID, KocCard]:
    """Those of `koc_ids` who are KOCs now, by id. One query."""
    rows = KocProfile.objects.filter(brand_id=brand_id, id__in=list(koc_ids), until__isnull=True)
    return {row.id: _card(row) for row in rows}


def koc(*, brand_id: UUID, koc_id: UUID) -> KocCard:
    """One KOC. One query. Raises KocNotFound."""
    found = kocs_by_id(brand_id=brand_id, koc_ids=[koc_id])
    if koc_id not in found:
        raise KocNotFound(koc_id=koc_id)
    return found[koc_id]


def koc_of_member(*, brand_id: UUID, member_id: UUID) -> KocCard | None:
    """The member's KOC profile, if she is one now. One query."""
    row = KocProfile.objects.filter(
        brand_id=brand_id, member_id=member_id, until__isnull=True
    ).first()
    return _card(row) if row else None


def away_ids(*, brand_id: UUID, now: datetime) -> frozenset[UUID]:
    """The KOCs who are away now. One query."""
    return frozenset(
        KocAway.objects.filter(brand_id=brand_id, starts_at__lte=now, ends_at__gt=now).values_list(
            "koc_id", flat=True
        )
    )


def unavailable(*, brand_id: UUID, koc: KocCard, load: int, now: datetime) -> Unavailable | None:
    """Why a KOC cannot be asked now, or None if she can. `load`: her questions this week.

    One query.
    """
    away = KocAway.objects.filter(
        brand_id=brand_id, koc_id=koc.id, starts_at__lte=now, ends_at__gt=now
    ).exists()
    return why_unavailable(is_away=away, load=load, weekly_capacity=koc.weekly_capacity)


def available_kocs(
    *, brand_id: UUID, load: Mapping[UUID, int], now: datetime
) -> tuple[KocCard, ...]:
    """The KOCs who can be asked now, by handle: not away, and with room this week.

    `load` is `conversations.queries.load`: KOC -> her questions this week. Two queries.
    """
    away = away_ids(brand_id=brand_id, now=now)
    return tuple(
        card
        for card in kocs(brand_id=brand_id)
        if why_unavailable(
            is_away=card.id in away,
            load=load.get(card.id, 0),
            weekly_capacity=card.weekly_capacity,
        )
        is None
    )


def _card(row: KocProfile) -> KocCard:
    return KocCard(
        id=row.id,
        member_id=row.member_id,
        handle=row.handle,
        name_zh=row.name_zh,
        name_en=row.name_en,
        city=row.city,
        persona_zh=row.persona_zh,
        persona_en=row.persona_en,
        good_at=row.good_at,
        topics=tuple(row.topics),
        facts=unseal_json(
            brand_id=row.brand_id,
            model=KocProfile,
            field="facts_sealed",
            row_id=row.id,
            sealed=row.facts_sealed,
        )
        if row.facts_sealed
        else {},
        weekly_capacity=row.weekly_capacity,
        can_earn=row.can_earn_since is not None,
        is_demo=row.is_demo,
    )
