"""The only readers of KOCs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from zhiyin.domain.kocs.models import Follow, KocApplication, KocAway, KocProfile
from zhiyin.domain.kocs.rules import score, score_from_json, why_unavailable
from zhiyin.domain.kocs.sealing import opened_facts
from zhiyin.domain.kocs.types import (
    ApplicationCard,
    ApplicationNotFound,
    ApplicationPage,
    ApplicationState,
    AwayCard,
    FollowCard,
    FollowFor,
    KocCard,
    KocNotFound,
    Score,
    ScoreFacts,
    Unavailable,
)


def kocs(*, brand_id: UUID) -> tuple[KocCard, ...]:
    """Every KOC of the brand now, by handle. One query."""
    rows = KocProfile.objects.filter(brand_id=brand_id, until__isnull=True)
    return tuple(_card(row) for row in rows.order_by("handle", "id"))


def capacities(*, brand_id: UUID) -> dict[UUID, int]:
    """KOC of now -> how many questions a week she takes. Opens no sealed fact. One query."""
    rows = KocProfile.objects.filter(brand_id=brand_id, until__isnull=True)
    return dict(rows.values_list("id", "weekly_capacity"))


def koc_ids_of_members(*, brand_id: UUID, member_ids: Collection[UUID]) -> frozenset[UUID]:
    """The KOCs of now among some members. One query."""
    rows = KocProfile.objects.filter(
        brand_id=brand_id, member_id__in=list(member_ids), until__isnull=True
    )
    return frozenset(rows.values_list("id", flat=True))


def koc_page(
    *, brand_id: UUID, search: str = "", offset: int = 0, limit: int = 50
) -> tuple[tuple[KocCard, ...], int]:
    """One page of the KOCs of now, by handle, and how many the search found in all. Two queries.

    `search` looks in handle, names and city.
    """
    found = KocProfile.objects.filter(brand_id=brand_id, until__isnull=True)
    if search:
        found = found.filter(
            Q(handle__icontains=search)
            | Q(name_zh__icontains=search)
            | Q(name_en__icontains=search)
            | Q(city__icontains=search)
        )
    rows = found.order_by("handle", "id")[offset : offset + limit]
    return tuple(_card(row) for row in rows), found.count()


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


def aways(*, brand_id: UUID, koc_id: UUID, now: datetime, limit: int = 50) -> tuple[AwayCard, ...]:
    """A KOC's away periods that are not over, soonest first. One query."""
    rows = (
        KocAway.objects.filter(brand_id=brand_id, koc_id=koc_id, ends_at__gt=now)
        .order_by("starts_at", "id")
        .values_list("id", "starts_at", "ends_at")
    )
    return tuple(AwayCard(*row) for row in rows[:limit])


def application(*, brand_id: UUID, application_id: UUID) -> ApplicationCard:
    """One application. One query. Raises ApplicationNotFound."""
    row = KocApplication.objects.filter(brand_id=brand_id, id=application_id).first()
    if row is None:
        raise ApplicationNotFound(application_id=application_id)
    return _application(row)


def last_application(*, brand_id: UUID, member_id: UUID) -> ApplicationCard | None:
    """A member's latest application, in whatever state. One query."""
    rows = KocApplication.objects.filter(brand_id=brand_id, member_id=member_id)
    row = rows.order_by("-applied_at", "-id").first()
    return _application(row) if row else None


def applications(
    *, brand_id: UUID, state: ApplicationState, offset: int = 0, limit: int = 50
) -> ApplicationPage:
    """One page of the applications in a state, oldest first. Two queries."""
    found = KocApplication.objects.filter(brand_id=brand_id, state=state)
    rows = found.order_by("applied_at", "id")[offset : offset + limit]
    return ApplicationPage(tuple(_application(row) for row in rows), found.count())


def score_of(*, facts: ScoreFacts) -> Score:
    """How well a member would do as a KOC, from the rows of the rooms above. No query."""
    return score(facts)


def followers(*, brand_id: UUID, koc_ids: Sequence[UUID]) -> dict[UUID, dict[FollowFor, int]]:
    """KOC -> how many follow her now for her body and for her style; none is 0. One query."""
    counts = {koc_id: dict.fromkeys(FollowFor, 0) for koc_id in koc_ids}
    for koc_id, follow_for, count in (
        Follow.objects.filter(brand_id=brand_id, koc_id__in=list(koc_ids), until__isnull=True)
        .values_list("koc_id", "follow_for")
        .annotate(Count("id"))
    ):
        counts[koc_id][FollowFor(follow_for)] = count
    return counts


def follows_of(*, brand_id: UUID, member_id: UUID, limit: int = 500) -> tuple[FollowCard, ...]:
    """The KOCs a member follows now, last first. One query."""
    rows = (
        Follow.objects.filter(
            brand_id=brand_id,
            member_id=member_id,
            until__isnull=True,
            koc__until__isnull=True,
        )
        .order_by("-since", "id")
        .values_list("koc_id", "follow_for", "since")
    )
    return tuple(
        FollowCard(koc_id, FollowFor(follow_for), since)
        for koc_id, follow_for, since in rows[:limit]
    )


def export_member(*, brand_id: UUID, member_id: UUID) -> dict[str, object]:
    """Everything that is kept of a member as applicant, KOC and follower, opened. Four queries."""
    own = {"brand_id": brand_id, "member_id": member_id}
    profiles = list(KocProfile.objects.filter(**own).order_by("since", "id"))
    return {
        "applications": [
            _application(row)
            for row in KocApplication.objects.filter(**own).order_by("applied_at", "id")
        ],
        "profiles": [
            {"profile": _card(row), "since": row.since, "until": row.until} for row in profiles
        ],
        "away": list(
            KocAway.objects.filter(brand_id=brand_id, koc_id__in=[row.id for row in profiles])
            .order_by("starts_at", "id")
            .values("koc_id", "starts_at", "ends_at")
        ),
        "follows": list(
            Follow.objects.filter(**own)
            .order_by("since", "id")
            .values("koc_id", "follow_for", "since", "until")
        ),
    }


def _application(row: KocApplication) -> ApplicationCard:
    return ApplicationCard(
        id=row.id,
        member_id=row.member_id,
        name=row.name,
        statement=row.statement,
        good_at=row.good_at,
        show_ids=tuple(UUID(show_id) for show_id in row.show_ids),
        weekly_capacity=row.weekly_capacity,
        state=ApplicationState(row.state),
        applied_at=row.applied_at,
        reason=row.reason,
        decided_at=row.decided_at,
        score=score_from_json(row.score) if row.score else None,
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
        facts=opened_facts(row),
        weekly_capacity=row.weekly_capacity,
        can_earn=row.can_earn_since is not None,
        is_demo=row.is_demo,
    )
