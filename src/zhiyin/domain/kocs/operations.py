"""The only writers of KOCs."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from zhiyin.domain.kocs.models import Follow, KocApplication, KocAway, KocProfile
from zhiyin.domain.kocs.rules import (
    check_age,
    check_shows,
    checked_capacity,
    checked_good_at,
    checked_topics,
    needed_block,
    needed_line,
    score_to_json,
)
from zhiyin.domain.kocs.sealing import sealed_facts
from zhiyin.domain.kocs.types import (
    NAME_CHARS_MAX,
    PERSONA_CHARS_MAX,
    REASON_CHARS_MAX,
    STATEMENT_CHARS_MAX,
    AlreadyApplied,
    ApplicationClosed,
    ApplicationFacts,
    ApplicationNotFound,
    ApplicationState,
    AwayRefused,
    FollowFor,
    FollowHerself,
    KocFacts,
    KocNotFound,
    PageFacts,
    Score,
    Vocabulary,
)
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import ConsentNeeded, Purpose
from zhiyin.kit.ids import uuid7
from zhiyin.kit.text import clean_block, clean_line


def apply(
    *,
    brand_id: UUID,
    member_id: UUID,
    application: ApplicationFacts,
    vocabulary: Vocabulary,
    own_show_ids: Collection[UUID],
    age: object,
    now: datetime,
) -> UUID:
    """A member asks to be a KOC. Returns the application's id.

    Nothing she bought or paid plays a part here. She is held, so that the consent to keep body
    facts cannot be taken back in between.
    Raises ConsentNeeded, AgeNeeded, TooYoung, AlreadyApplied, WordsMissing, GoodAtRefused,
    CapacityRefused, ShowNotHers, TextTooLong, TextHasNul, MemberNotFound.
    """
    members.hold_member(brand_id=brand_id, member_id=member_id)
    check_consent(brand_id=brand_id, member_id=member_id)
    check_age(age)
    check_shows(application.show_ids, own_show_ids)
    columns = {
        "name": needed_line("name", application.name, NAME_CHARS_MAX),
        "statement": needed_block("statement", application.statement, STATEMENT_CHARS_MAX),
        "good_at": checked_good_at(application.good_at, vocabulary),
        "show_ids": [str(show_id) for show_id in dict.fromkeys(application.show_ids)],
        "weekly_capacity": checked_capacity(application.weekly_capacity),
    }
    if _is_koc(brand_id, member_id):
        raise AlreadyApplied()
    try:
        with transaction.atomic():
            row = KocApplication.objects.create(
                brand_id=brand_id,
                member_id=member_id,
                state=ApplicationState.OPEN,
                applied_at=now,
                **columns,
            )
    except IntegrityError:
        raise AlreadyApplied() from None
    return row.id


def check_consent(*, brand_id: UUID, member_id: UUID) -> None:
    """A KOC's body facts are kept under her consent and no longer. Raises ConsentNeeded."""
    consent = people.active_consent(
        brand_id=brand_id, member_id=member_id, purpose=Purpose.BODY_FACTS
    )
    if consent is None:
        raise ConsentNeeded(purpose=Purpose.BODY_FACTS.value)


def withdraw_application(
    *, brand_id: UUID, application_id: UUID, member_id: UUID, now: datetime
) -> None:
    """The applicant takes it back. Raises ApplicationNotFound, ApplicationClosed."""
    own = KocApplication.objects.filter(brand_id=brand_id, id=application_id, member_id=member_id)
    if not own.filter(state=ApplicationState.OPEN).update(
        state=ApplicationState.WITHDRAWN, decided_at=now
    ):
        raise ApplicationClosed() if own.exists() else ApplicationNotFound()


def decide(
    *,
    brand_id: UUID,
    application_id: UUID,
    accepted: bool,
    reason: str,
    score: Score,
    user_id: int,
    now: datetime,
) -> None:
    """Accept or refuse an application, with the reason she reads and the score it was made on.

    The profile and the role are given in the same transaction: `flows.koc_review.decide`.
    Raises ApplicationNotFound, ApplicationClosed, WordsMissing, TextTooLong, TextHasNul.
    """
    words = needed_line("reason", reason, REASON_CHARS_MAX)
    found = KocApplication.objects.filter(brand_id=brand_id, id=application_id)
    if not found.filter(state=ApplicationState.OPEN).update(
        state=ApplicationState.ACCEPTED if accepted else ApplicationState.REFUSED,
        reason=words,
        score=score_to_json(score),
        decided_at=now,
        decided_by_id=user_id,
    ):
        raise ApplicationClosed() if found.exists() else ApplicationNotFound()


def open_profile(*, brand_id: UUID, member_id: UUID, koc: KocFacts, now: datetime) -> UUID:
    """Make a member a KOC. Her body facts are sealed with the row. Raises AlreadyApplied."""
    koc_id = uuid7()
    try:
        with transaction.atomic():
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
                facts_sealed=sealed_facts(brand_id=brand_id, koc_id=koc_id, facts=koc.facts),
                weekly_capacity=koc.weekly_capacity,
                can_earn_since=now if koc.can_earn else None,
                is_demo=koc.is_demo,
                since=now,
            )
    except IntegrityError:
        raise AlreadyApplied(handle=koc.handle) from None
    return koc_id


def change_page(*, brand_id: UUID, koc_id: UUID, page: PageFacts, vocabulary: Vocabulary) -> None:
    """Replace what a KOC says of herself.

    Raises KocNotFound, WordsMissing, GoodAtRefused, TopicsRefused, CapacityRefused, TextTooLong,
    TextHasNul.
    """
    _change(
        brand_id,
        koc_id,
        name_zh=needed_line("name_zh", page.name_zh, NAME_CHARS_MAX),
        name_en=needed_line("name_en", page.name_en, NAME_CHARS_MAX),
        city=clean_line(page.city, NAME_CHARS_MAX),
        persona_zh=clean_block(page.persona_zh, PERSONA_CHARS_MAX),
        persona_en=clean_block(page.persona_en, PERSONA_CHARS_MAX),
        good_at=checked_good_at(page.good_at, vocabulary),
        topics=checked_topics(page.topics),
        weekly_capacity=checked_capacity(page.weekly_capacity),
    )


def set_facts(*, brand_id: UUID, koc_id: UUID, facts: Mapping[str, object]) -> None:
    """Replace the body facts she agreed to show as likeness. Raises KocNotFound."""
    sealed = sealed_facts(brand_id=brand_id, koc_id=koc_id, facts=facts)
    _change(brand_id, koc_id, facts_sealed=sealed)


def forget_facts(*, brand_id: UUID, member_id: UUID) -> None:
    """Empty the body facts of a member's profile; she stays a KOC. For a consent taken back."""
    KocProfile.objects.filter(brand_id=brand_id, member_id=member_id).update(facts_sealed=None)


def close_profile(*, brand_id: UUID, koc_id: UUID, now: datetime) -> None:
    """A KOC is one no more; whoever follows her does not any longer. Raises KocNotFound."""
    _change(brand_id, koc_id, until=now)
    Follow.objects.filter(brand_id=brand_id, koc_id=koc_id, until__isnull=True).update(until=now)


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


def follow(
    *, brand_id: UUID, member_id: UUID, koc_id: UUID, follow_for: FollowFor, now: datetime
) -> None:
    """A member follows a KOC for her body or for her style; doing so twice changes nothing.

    She is held, so that nothing is kept about her while she is being deleted.
    Raises KocNotFound, FollowHerself, MemberNotFound.
    """
    members.hold_member(brand_id=brand_id, member_id=member_id)
    found = KocProfile.objects.filter(brand_id=brand_id, id=koc_id, until__isnull=True)
    owner_id = found.values_list("member_id", flat=True).first()
    if owner_id is None:
        raise KocNotFound(koc_id=koc_id)
    if owner_id == member_id:
        raise FollowHerself()
    Follow.objects.get_or_create(
        brand_id=brand_id,
        member_id=member_id,
        koc_id=koc_id,
        follow_for=follow_for,
        until=None,
        defaults={"since": now},
    )


def unfollow(
    *, brand_id: UUID, member_id: UUID, koc_id: UUID, follow_for: FollowFor, now: datetime
) -> None:
    """Undo `follow`; nothing to undo is no error."""
    Follow.objects.filter(
        brand_id=brand_id,
        member_id=member_id,
        koc_id=koc_id,
        follow_for=follow_for,
        until__isnull=True,
    ).update(until=now)


def move_follows(*, brand_id: UUID, from_id: UUID, to_id: UUID) -> list[UUID]:
    """Let one member's follows be another's, for a merge. Returns those that moved.

    What the other follows already stays with whom it is, and so does following her own page.
    """
    held = Follow.objects.filter(brand_id=brand_id, member_id=to_id, until__isnull=True)
    has_it = held.filter(koc_id=OuterRef("koc_id"), follow_for=OuterRef("follow_for"))
    moved = list(
        Follow.objects.filter(brand_id=brand_id, member_id=from_id, until__isnull=True)
        .exclude(Exists(has_it))
        .exclude(koc__member_id=to_id)
        .order_by("id")
        .values_list("id", flat=True)
    )
    Follow.objects.filter(brand_id=brand_id, id__in=moved).update(member_id=to_id)
    return moved


def move_follows_back(
    *, brand_id: UUID, follow_ids: Collection[UUID], from_id: UUID, to_id: UUID
) -> None:
    """Undo `move_follows`; one that ended or is gone since is no error."""
    Follow.objects.filter(brand_id=brand_id, id__in=follow_ids, member_id=from_id).update(
        member_id=to_id
    )


def erase_member(*, brand_id: UUID, member_id: UUID) -> None:
    """Delete a member's applications and follows, and blank and close her profiles. Repeatable.

    A blank profile stays where a question must keep pointing at something. It closes with the
    last of her roles, which `members.operations.erase_member` has ended before.
    """
    KocApplication.objects.filter(brand_id=brand_id, member_id=member_id).delete()
    Follow.objects.filter(brand_id=brand_id, member_id=member_id).delete()
    roles = people.roles_of(brand_id=brand_id, member_id=member_id)
    ends = [role.until for role in roles if role.until is not None]
    for row in KocProfile.objects.filter(brand_id=brand_id, member_id=member_id).order_by("id"):
        closed_at = row.until or max(ends, default=row.since)
        KocAway.objects.filter(brand_id=brand_id, koc_id=row.id).delete()
        Follow.objects.filter(brand_id=brand_id, koc_id=row.id, until__isnull=True).update(
            until=closed_at
        )
        KocProfile.objects.filter(brand_id=brand_id, id=row.id).update(
            handle=f"gone-{row.id.hex}",
            name_zh="",
            name_en="",
            city="",
            persona_zh="",
            persona_en="",
            good_at={},
            topics=[],
            facts_sealed=None,
            until=closed_at,
        )


def _change(brand_id: UUID, koc_id: UUID, **columns: object) -> None:
    if not KocProfile.objects.filter(brand_id=brand_id, id=koc_id, until__isnull=True).update(
        **columns
    ):
        raise KocNotFound(koc_id=koc_id)


def _is_koc(brand_id: UUID, member_id: UUID) -> bool:
    return KocProfile.objects.filter(
        brand_id=brand_id, member_id=member_id, until__isnull=True
    ).exists()


def let_earn(*, brand_id: UUID, koc_id: UUID, since: datetime | None) -> None:
    """Say from when on a KOC earns on what she recommends; None: she does not.

    What she says is labelled as an ad from then on.
    """
    KocProfile.objects.filter(brand_id=brand_id, id=koc_id).update(can_earn_since=since)
