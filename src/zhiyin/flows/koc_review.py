"""Becoming a KOC and being one: the application, its score, the decision, her page."""

from datetime import datetime, timedelta
from uuid import UUID

from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.kept import TraitSource
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.content import queries as shows
from zhiyin.domain.content.types import ShowSource, ShowState
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.kocs import operations as koc_desk
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import (
    ApplicationCard,
    ApplicationFacts,
    AwayCard,
    KocCard,
    KocFacts,
    KocNotFound,
    PageFacts,
    Score,
    ScoreFacts,
)
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import MemberRole
from zhiyin.domain.orders import queries as orders
from zhiyin.storage.tenancy import brand_tx

LOYAL_DAYS = 730
PRESENCE_DAYS = 28
DAYS_A_MONTH = 30
SHOWS_COUNTED_MAX = 500
PURCHASES_COUNTED_MAX = 10_000


def apply(
    *,
    brand_id: UUID,
    member_id: UUID,
    application: ApplicationFacts,
    body: NeedSlots,
    now: datetime,
) -> UUID:
    """A member applies, with her body facts and her own shows. Returns the application's id.

    `body` is what the form states and is kept as her traits, under her consent; what she stated
    before need not be stated again. A refused application keeps nothing.
    Raises ConsentNeeded, AgeNeeded, TooYoung, AlreadyApplied, WordsMissing, GoodAtRefused,
    CapacityRefused, ShowNotHers, TextTooLong, TextHasNul, MemberNotFound.
    """
    with brand_tx(brand_id):
        audience.state_traits(
            brand_id=brand_id, member_id=member_id, slots=body, source=TraitSource.FORM, now=now
        )
        published = shows.shows_by_id(brand_id=brand_id, show_ids=application.show_ids)
        return koc_desk.apply(
            brand_id=brand_id,
            member_id=member_id,
            application=application,
            vocabulary=kept.taxonomy(brand_id=brand_id).vocabulary,
            own_show_ids=[show.id for show in published.values() if show.author_id == member_id],
            age=kept.trait_slots(brand_id=brand_id, member_id=member_id).age,
            now=now,
        )


def withdraw(*, brand_id: UUID, member_id: UUID, application_id: UUID, now: datetime) -> None:
    """The applicant takes her application back.

    Raises ApplicationNotFound, ApplicationClosed.
    """
    with brand_tx(brand_id):
        koc_desk.withdraw_application(
            brand_id=brand_id, application_id=application_id, member_id=member_id, now=now
        )


def score_application(*, brand_id: UUID, application_id: UUID, now: datetime) -> Score:
    """The score of an application as of now, each number opened to its rows.

    Runs inside the caller's `brand_tx`. Raises ApplicationNotFound, MemberNotFound.
    """
    application = kocs.application(brand_id=brand_id, application_id=application_id)
    return _score(brand_id, application.member_id, application.weekly_capacity, now)


def decide(
    *,
    brand_id: UUID,
    application_id: UUID,
    accepted: bool,
    reason: str,
    user_id: int,
    now: datetime,
) -> UUID | None:
    """A person of the brand accepts or refuses, with a reason the applicant reads.

    Accepting opens her profile with the body facts she consented to and gives her the role; what
    she wrote to the brand is not put on her page, she writes that herself. The score of this
    moment is kept with the decision. Returns the KOC's id, or None when refused.
    Raises ApplicationNotFound, ApplicationClosed, WordsMissing, ConsentNeeded (she took her
    consent back meanwhile), AlreadyApplied, MemberNotFound.
    """
    with brand_tx(brand_id):
        application = kocs.application(brand_id=brand_id, application_id=application_id)
        members.hold_member(brand_id=brand_id, member_id=application.member_id)
        koc_desk.decide(
            brand_id=brand_id,
            application_id=application_id,
            accepted=accepted,
            reason=reason,
            score=score_application(brand_id=brand_id, application_id=application_id, now=now),
            user_id=user_id,
            now=now,
        )
        return _open(brand_id, application, now) if accepted else None


def change_page(*, brand_id: UUID, member_id: UUID, page: PageFacts) -> None:
    """A KOC replaces what her page says.

    Raises KocNotFound, WordsMissing, GoodAtRefused, TopicsRefused, CapacityRefused, TextTooLong,
    TextHasNul.
    """
    with brand_tx(brand_id):
        koc_desk.change_page(
            brand_id=brand_id,
            koc_id=_own_profile(brand_id, member_id).id,
            page=page,
            vocabulary=kept.taxonomy(brand_id=brand_id).vocabulary,
        )


def refresh_facts(*, brand_id: UUID, member_id: UUID) -> None:
    """Let a KOC's page follow the body facts she states of herself now.

    Raises KocNotFound, ConsentNeeded, MemberNotFound.
    """
    with brand_tx(brand_id):
        members.hold_member(brand_id=brand_id, member_id=member_id)
        koc_desk.check_consent(brand_id=brand_id, member_id=member_id)
        koc_desk.set_facts(
            brand_id=brand_id,
            koc_id=_own_profile(brand_id, member_id).id,
            facts=_body_facts(brand_id, member_id),
        )


def leave(*, brand_id: UUID, member_id: UUID, now: datetime) -> None:
    """A KOC is one no more. What waits for her goes on to somebody else. Raises KocNotFound."""
    with brand_tx(brand_id):
        koc = _own_profile(brand_id, member_id)
        koc_desk.hold_koc(brand_id=brand_id, koc_id=koc.id)
        koc_desk.close_profile(brand_id=brand_id, koc_id=koc.id, now=now)
        members.end_role(brand_id=brand_id, member_id=member_id, role=MemberRole.KOC, now=now)
        conversations.release_koc(brand_id=brand_id, koc_id=koc.id)


def _open(brand_id: UUID, application: ApplicationCard, now: datetime) -> UUID:
    koc_desk.check_consent(brand_id=brand_id, member_id=application.member_id)
    members.give_role(
        brand_id=brand_id, member_id=application.member_id, role=MemberRole.KOC, now=now
    )
    return koc_desk.open_profile(
        brand_id=brand_id,
        member_id=application.member_id,
        koc=KocFacts(
            handle=f"koc-{application.id.hex[-12:]}",
            name_zh=application.name,
            name_en=application.name,
            good_at=application.good_at,
            facts=_body_facts(brand_id, application.member_id),
            weekly_capacity=application.weekly_capacity,
        ),
        now=now,
    )


def _body_facts(brand_id: UUID, member_id: UUID) -> dict[str, object]:
    """The facts that stand under her consent."""
    return {
        trait.slot: trait.value
        for trait in kept.traits_of(brand_id=brand_id, member_id=member_id)
        if trait.consent_id is not None
    }


def _score(brand_id: UUID, member_id: UUID, weekly_capacity: int, now: datetime) -> Score:
    member = people.member(brand_id=brand_id, member_id=member_id)
    bought = orders.purchases_of(
        brand_id=brand_id, member_id=member_id, limit=PURCHASES_COUNTED_MAX
    )
    worn = shows.shows_by_author(brand_id=brand_id, member_id=member_id, limit=SHOWS_COUNTED_MAX)
    koc = kocs.koc_of_member(brand_id=brand_id, member_id=member_id)
    done = talks.service(brand_id=brand_id, koc_id=koc.id) if koc else None
    aways = kocs.aways(brand_id=brand_id, koc_id=koc.id, now=now) if koc else ()
    return kocs.score_of(
        facts=ScoreFacts(
            purchase_ids=[
                one.id for one in bought if now - timedelta(days=LOYAL_DAYS) < one.bought_at <= now
            ],
            months_a_member=(now - member.joined_at).days // DAYS_A_MONTH,
            useful_votes={
                show.id: show.useful_votes
                for show in worn
                if show.state is ShowState.PUBLISHED and show.source is not ShowSource.AUTHORED
            },
            answered=done.answered if done else (),
            let_go=(*done.declined, *done.expired) if done else (),
            weekly_capacity=weekly_capacity,
            away_days=_away_days(aways, now),
        )
    )


def _away_days(aways: tuple[AwayCard, ...], now: datetime) -> int:
    """On how many of the coming days, counted from now, she is away at the day's beginning."""
    days = [now + timedelta(days=n) for n in range(PRESENCE_DAYS)]
    return sum(any(away.starts_at <= day < away.ends_at for away in aways) for day in days)


def _own_profile(brand_id: UUID, member_id: UUID) -> KocCard:
    koc = kocs.koc_of_member(brand_id=brand_id, member_id=member_id)
    if koc is None:
        raise KocNotFound(member_id=member_id)
    return koc
