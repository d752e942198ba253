"""Decide: from what she needs to three picks, with what she agreed may be used."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.conversations import queries as conversations
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.matching import operations as matching
from zhiyin.domain.matching import queries as matches
from zhiyin.domain.matching.types import (
    RUNNERS_UP,
    Answer,
    Ask,
    DecisionCard,
    DecisionNotFound,
    Disliked,
    FeedbackKind,
    WearerPage,
)
from zhiyin.domain.members import operations as member_desk
from zhiyin.domain.members import queries as members

OWN = (None, "self")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks: a member, or a guest by the key of her browser. Exactly one is given.

    `wants_personal` is the switch of this one answer; a member's own, which is kept with her, must
    be on as well.
    """

    member_id: UUID | None = None
    guest_key: UUID | None = None
    wants_personal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer, and the decision it was kept as (None where no need was kept)."""

    answer: Answer
    decision_id: UUID | None
    personalised: bool


def answer_need(
    *,
    brand_id: UUID,
    asker: Asker,
    folder: Path,
    now: datetime,
    need_id: UUID | None = None,
    slots: NeedSlots | None = None,
) -> Answered:
    """Three picks for a kept need, or for slots alone; given both, `slots` stand for the need's.

    Her kept traits are laid under what a need of her own says, unless she has turned
    personalisation off: then nothing about her is read. An answer to a kept need is kept too, the
    picks alone, unless it says again what its newest one says; any other comes with runners-up.
    While a member's is made and kept, she cannot be erased nor her consent be taken back: either
    comes after, and finds it.
    Runs inside the caller's `brand_tx`. `folder` holds the trained models.
    Raises NeedNotFound, MemberNotFound, NotTrained, NothingToPick.
    """
    if need_id is not None and asker.member_id is not None:
        member_desk.keep_member(brand_id=brand_id, member_id=asker.member_id)
    personal = _is_personal(brand_id, asker)
    disliked: tuple[Disliked, ...] = ()
    if need_id is not None:
        kept = audience.need(
            brand_id=brand_id,
            need_id=need_id,
            member_id=asker.member_id,
            guest_key=asker.guest_key,
        )
        slots = kept.slots if slots is None else slots
        disliked = matches.disliked(brand_id=brand_id, need_id=need_id)
    stated = slots or NeedSlots()
    if personal and asker.member_id is not None and stated.for_whom in OWN:
        known = audience.trait_slots(brand_id=brand_id, member_id=asker.member_id)
        stated = laid_under(stated, known)
    answer = matches.answer(
        brand_id=brand_id,
        ask=Ask(slots=stated, personalised=personal, disliked=disliked, member_id=asker.member_id),
        folder=folder,
        now=now,
        busy=_blocked(brand_id, asker),
        runners_up=RUNNERS_UP if need_id is None else 0,
    )
    decision_id = None
    if need_id is not None:
        newest = matches.decisions_of_need(brand_id=brand_id, need_id=need_id, limit=1)
        if newest and (newest[0].answer, newest[0].personalised) == (answer, personal):
            decision_id = newest[0].id
        else:
            decision_id = matching.record_decision(
                brand_id=brand_id, need_id=need_id, answer=answer, personalised=personal, now=now
            )
    return Answered(answer=answer, decision_id=decision_id, personalised=personal)


def turn_down(
    *,
    brand_id: UUID,
    asker: Asker,
    need_id: UUID,
    decision_id: UUID,
    product_id: UUID,
    feedback: FeedbackKind,
    now: datetime,
) -> None:
    """She says "not my style" or "not my body" of a pick; her next answer takes it into account.

    Runs inside the caller's `brand_tx`. Raises NeedNotFound, MemberNotFound; DecisionNotFound also
    for a product that was not among the picks.
    """
    if asker.member_id is not None:
        member_desk.keep_member(brand_id=brand_id, member_id=asker.member_id)
    shown = decision(brand_id=brand_id, asker=asker, need_id=need_id, decision_id=decision_id)
    picked = {item.product_id for pick in shown.answer.picks for item in pick.items}
    if product_id not in picked:
        raise DecisionNotFound(decision_id=decision_id)
    matching.give_feedback(
        brand_id=brand_id,
        decision_id=decision_id,
        need_id=need_id,
        product_id=product_id,
        feedback=feedback,
        now=now,
    )


def take_back(
    *,
    brand_id: UUID,
    asker: Asker,
    need_id: UUID,
    product_id: UUID,
    feedback: FeedbackKind,
    now: datetime,
) -> bool:
    """She takes what she said of a pick back. Returns whether there was anything to take back.

    Runs inside the caller's `brand_tx`. Raises NeedNotFound.
    """
    _check_hers(brand_id, asker, need_id)
    return matching.undo_feedback(
        brand_id=brand_id, need_id=need_id, product_id=product_id, feedback=feedback, now=now
    )


def decision(*, brand_id: UUID, asker: Asker, need_id: UUID, decision_id: UUID) -> DecisionCard:
    """An answer as it was shown to her. Raises NeedNotFound, DecisionNotFound."""
    _check_hers(brand_id, asker, need_id)
    return matches.decision(brand_id=brand_id, decision_id=decision_id, need_id=need_id)


def laid_under(stated: NeedSlots, known: NeedSlots) -> NeedSlots:
    """What a need says, and what is known of her where it says nothing."""
    said = stated.said()
    unsaid = {slot: value for slot, value in known.said().items() if slot not in said}
    return replace(stated, **unsaid)  # type: ignore[arg-type]


def _is_personal(brand_id: UUID, asker: Asker) -> bool:
    if asker.member_id is None:
        return asker.wants_personal
    member = members.member(brand_id=brand_id, member_id=asker.member_id)
    return asker.wants_personal and member.personalised


def _blocked(brand_id: UUID, asker: Asker) -> frozenset[UUID]:
    """The KOCs with whom she wants nothing to do, or they with her."""
    if asker.member_id is None:
        return frozenset()
    blocked = conversations.blocked_ids(brand_id=brand_id, member_id=asker.member_id)
    if not blocked:
        return blocked
    return kocs.koc_ids_of_members(brand_id=brand_id, member_ids=blocked)


def _check_hers(brand_id: UUID, asker: Asker, need_id: UUID) -> None:
    audience.need(
        brand_id=brand_id,
        need_id=need_id,
        member_id=asker.member_id,
        guest_key=asker.guest_key,
    )


def people_like_me(
    *, brand_id: UUID, asker: Asker, product_id: UUID, offset: int = 0, limit: int = 10
) -> WearerPage:
    """Who wore a product, the wearers most like her first.

    What is known of her are the traits she agreed to keep, else those of her latest need. With
    personalisation off nothing of her is used and the most useful come first.
    Runs inside the caller's `brand_tx`. Raises MemberNotFound.
    """
    return matches.wearers(
        brand_id=brand_id,
        product_id=product_id,
        hers=known_of(brand_id=brand_id, asker=asker),
        offset=offset,
        limit=limit,
    )


def known_of(*, brand_id: UUID, asker: Asker, stated: NeedSlots | None = None) -> dict[str, object]:
    """The facts of her by which wearers are compared with her, in need slots.

    What she `stated` for this very purpose, above the traits she agreed to keep, above those of
    her latest need; with personalisation off, only what she stated. Raises MemberNotFound.
    """
    stated = stated or NeedSlots()
    if not _is_personal(brand_id, asker) or stated.for_whom not in OWN:
        return dict(stated.said())
    latest = audience.recent_needs(
        brand_id=brand_id, member_id=asker.member_id, guest_key=asker.guest_key, limit=1
    )
    known = latest[0].slots if latest and latest[0].slots.for_whom in OWN else NeedSlots()
    if asker.member_id is not None:
        traits = audience.trait_slots(brand_id=brand_id, member_id=asker.member_id)
        known = laid_under(traits, known)
    return dict(laid_under(stated, known).said())
