"""A shopper asks, a KOC answers; and if she does not, somebody else is asked."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from zhiyin.domain.audience import operations as needs
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.kept import NeedNotFound
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import ProductNotFound
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.types import (
    AlreadyAsked,
    DeclineReason,
    Handover,
    QuestionNotFound,
    QuestionUnanswered,
    Sight,
)
from zhiyin.domain.kocs import operations as koc_desk
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import KocCard, KocNotFound, KocUnavailable
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import MemberNotFound, Opened, Purpose
from zhiyin.flows.reading import NeedRead
from zhiyin.storage.tenancy import brand_tx


def ask(
    *, brand_id: UUID, member_id: UUID, need_id: UUID, koc_id: UUID, words: str, now: datetime
) -> UUID:
    """A shopper puts one of her needs to a KOC, with a few words of her own. Returns its id.

    The KOC sees the chips she may see and the words without phones, names and weights; body chips
    go along only under the consent to share them.
    Raises NeedNotFound, KocNotFound, KocUnavailable, NotHerself, Blocked, TooManyQuestions,
    AlreadyAsked, AskedBefore, MemberNotFound, TextTooLong, TextHasNul.
    """
    with brand_tx(brand_id):
        koc = kocs.koc(brand_id=brand_id, koc_id=koc_id)
        _hold(brand_id, member_id, koc)
        return _ask(brand_id, member_id, need_id, koc, words, now)


def state_and_ask(
    *,
    brand_id: UUID,
    member_id: UUID,
    text: str,
    found: NeedRead,
    koc_id: UUID,
    words: str,
    now: datetime,
) -> tuple[UUID, UUID]:
    """Keep a need as hers, as it was read, and put it to a KOC: both or neither.

    Returns the need's id and the question's. Raises as `ask`, and NeedTooLong, NeedHasNul.
    """
    with brand_tx(brand_id):
        koc = kocs.koc(brand_id=brand_id, koc_id=koc_id)
        _hold(brand_id, member_id, koc)
        need_id = needs.save_need(
            brand_id=brand_id,
            text=text,
            slots=found.reading.slots,
            taxonomy_version=found.taxonomy.version,
            heard=found.heard,
            member_id=member_id,
            now=now,
        )
        return need_id, _ask(brand_id, member_id, need_id, koc, words, now)


def answer(
    *,
    brand_id: UUID,
    member_id: UUID,
    question_id: UUID,
    text: str,
    product_ids: Sequence[UUID],
    now: datetime,
    key_id: UUID | None = None,
) -> UUID:
    """The KOC answers in words, with up to three products that are on the shop.

    `member_id` is the KOC's own; `key_id` is the key by which it was said for her, which leaves a
    line. If she can earn, her picks carry the ad label from then on.
    Raises KocNotFound, QuestionNotFound, QuestionMoveRefused, ProductNotFound, AnswerEmpty,
    TooManyPicks, TextTooLong, TextHasNul, MemberNotFound.
    """
    with brand_tx(brand_id):
        koc = _hold_sides(brand_id, member_id, question_id)
        _note_key(brand_id, member_id, key_id, now)
        known = catalog.products_by_id(brand_id=brand_id, product_ids=product_ids)
        for product_id in product_ids:
            if product_id not in known:
                raise ProductNotFound(product_id=product_id)
        return conversations.answer(
            brand_id=brand_id,
            question_id=question_id,
            koc_id=koc.id,
            text=text,
            product_ids=product_ids,
            is_ad=koc.can_earn,
            now=now,
        )


def decline(
    *,
    brand_id: UUID,
    member_id: UUID,
    question_id: UUID,
    reason: DeclineReason,
    now: datetime,
    key_id: UUID | None = None,
) -> None:
    """The KOC would rather not answer; the reaction asks somebody else. `key_id` as in `answer`.

    Raises KocNotFound, QuestionNotFound, QuestionMoveRefused, MemberNotFound.
    """
    with brand_tx(brand_id):
        koc = _hold_sides(brand_id, member_id, question_id)
        _note_key(brand_id, member_id, key_id, now)
        conversations.decline(
            brand_id=brand_id, question_id=question_id, koc_id=koc.id, reason=reason, now=now
        )


def withdraw(*, brand_id: UUID, member_id: UUID, question_id: UUID, now: datetime) -> None:
    """The asker takes her waiting question back. Raises QuestionNotFound, QuestionMoveRefused."""
    with brand_tx(brand_id):
        conversations.withdraw(
            brand_id=brand_id, question_id=question_id, asker_id=member_id, now=now
        )


def block(*, brand_id: UUID, member_id: UUID, question_id: UUID, now: datetime) -> UUID:
    """One of the two in a question blocks the other. Returns the block's id, to lift it by.

    Raises QuestionNotFound for anybody else.
    """
    with brand_tx(brand_id):
        pair = talks.sides(brand_id=brand_id, question_id=question_id)
        if member_id not in pair:
            raise QuestionNotFound(question_id=question_id)
        other_id = pair[1] if member_id == pair[0] else pair[0]
        return _block(brand_id, member_id, other_id, now)


def block_koc(*, brand_id: UUID, member_id: UUID, koc_id: UUID, now: datetime) -> UUID:
    """A member blocks a KOC from her page. Raises KocNotFound, NotHerself."""
    with brand_tx(brand_id):
        koc = kocs.koc(brand_id=brand_id, koc_id=koc_id)
        return _block(brand_id, member_id, koc.member_id, now)


def expire_overdue(*, brand_id: UUID, now: datetime, limit: int) -> int:
    """Close the questions nobody answered in time, at most `limit`. Returns how many.

    Runs inside the caller's `brand_tx`; the reaction to each asks somebody else. As many as
    `limit` means that more may be due.
    """
    return len(conversations.expire_due(brand_id=brand_id, now=now, limit=limit))


def ask_another(event: QuestionUnanswered) -> None:
    """Put an unanswered question to the next best KOC who was not asked about this need yet.

    She has her own 24 hours from the moment the other's ended. When nobody is left, that is
    written down, and the asker's page says so. May run twice, also at once: the asker is held
    when it is looked at again, and one question can take another's place only once. An asker who
    is gone, or whose need is, has nothing left to answer.
    """
    brand_id, now = event.brand_id, event.at
    with brand_tx(brand_id):
        due = _due(brand_id, event.question_id)
        if due is None:
            return
        handover, slots = due
        for koc in _next_kocs(brand_id, handover, slots, now):
            try:
                _hold(brand_id, handover.asker_id, koc)
                _check_room(brand_id, koc, now)
            except (KocNotFound, KocUnavailable, MemberNotFound):
                continue
            held = _due(brand_id, event.question_id)
            if held is not None:
                _put(brand_id, *held, koc, now)
            return
        conversations.note_nobody_left(brand_id=brand_id, question_id=event.question_id, now=now)


def _ask(
    brand_id: UUID, member_id: UUID, need_id: UUID, koc: KocCard, words: str, now: datetime
) -> UUID:
    # Read once she is held: what she took back until then must not go along.
    slots = kept.need(brand_id=brand_id, need_id=need_id, member_id=member_id).slots
    _check_room(brand_id, koc, now)
    return conversations.ask(
        brand_id=brand_id,
        need_id=need_id,
        asker_id=member_id,
        koc=koc,
        sight=_sight(brand_id, member_id, slots),
        words=words,
        now=now,
    )


def _due(brand_id: UUID, question_id: UUID) -> tuple[Handover, NeedSlots] | None:
    """What there is to put to somebody else, as it stands now; None when nothing is left to do."""
    handover = talks.handover(brand_id=brand_id, question_id=question_id)
    slots = _need_of_person(brand_id, handover) if handover else None
    return None if handover is None or slots is None else (handover, slots)


def _next_kocs(
    brand_id: UUID, handover: Handover, slots: NeedSlots, now: datetime
) -> tuple[KocCard, ...]:
    """Who could be asked in place of those who were, best first."""
    load = talks.load(brand_id=brand_id, now=now)
    blocked = talks.blocked_ids(brand_id=brand_id, member_id=handover.asker_id)
    free = {
        card.id: card
        for card in kocs.available_kocs(brand_id=brand_id, load=load, now=now)
        if card.id not in handover.asked_koc_ids
        and card.member_id not in blocked
        and card.member_id != handover.asker_id
    }
    best = talks.best_to_ask(said=slots.said(), kocs=tuple(free.values()), load=load)
    return tuple(free[choice.koc_id] for choice in best)


def _put(brand_id: UUID, handover: Handover, slots: NeedSlots, koc: KocCard, now: datetime) -> None:
    """Ask a KOC, who is held, in place of the one who did not answer."""
    try:
        conversations.ask(
            brand_id=brand_id,
            need_id=handover.need_id,
            asker_id=handover.asker_id,
            koc=koc,
            sight=_sight(brand_id, handover.asker_id, slots),
            words=handover.words,
            now=now,
            instead_of_id=handover.question_id,
        )
    except AlreadyAsked:
        # Another run was faster, or she asked somebody herself: either way it is asked.
        return


def _sight(brand_id: UUID, asker_id: UUID, slots: NeedSlots) -> Sight:
    """What of a need a KOC may see, by the asker's consent of this moment."""
    consent = people.active_consent(
        brand_id=brand_id, member_id=asker_id, purpose=Purpose.SHARE_WITH_KOC
    )
    return Sight(
        said=slots.said(),
        wording=kept.taxonomy(brand_id=brand_id),
        shares_body=consent is not None,
        hidden_names=(people.member(brand_id=brand_id, member_id=asker_id).nickname,),
    )


def _need_of_person(brand_id: UUID, handover: Handover) -> NeedSlots | None:
    """The slots of the need, whoever of the person has it since a merge; None if it is gone."""
    for member_id in people.person_ids(brand_id=brand_id, member_id=handover.asker_id):
        try:
            card = kept.need(brand_id=brand_id, need_id=handover.need_id, member_id=member_id)
        except NeedNotFound:
            continue
        return card.slots
    return None


def _block(brand_id: UUID, blocker_id: UUID, blocked_id: UUID, now: datetime) -> UUID:
    for one_id in sorted({blocker_id, blocked_id}):
        members.hold_member(brand_id=brand_id, member_id=one_id)
    return conversations.block(
        brand_id=brand_id, blocker_id=blocker_id, blocked_id=blocked_id, now=now
    )


def _hold(brand_id: UUID, asker_id: UUID, koc: KocCard) -> None:
    """Hold both members, in one order for everybody, and then the KOC's profile."""
    for one_id in sorted({asker_id, koc.member_id}):
        members.hold_member(brand_id=brand_id, member_id=one_id)
    koc_desk.hold_koc(brand_id=brand_id, koc_id=koc.id)


def _hold_sides(brand_id: UUID, koc_member_id: UUID, question_id: UUID) -> KocCard:
    """Hold both sides of a question for its KOC: neither is deleted while something is said."""
    koc = _own_profile(brand_id, koc_member_id)
    asker_id, _ = talks.sides(brand_id=brand_id, question_id=question_id)
    _hold(brand_id, asker_id, koc)
    return koc


def _note_key(brand_id: UUID, member_id: UUID, key_id: UUID | None, now: datetime) -> None:
    if key_id is not None:
        members.note_read(
            brand_id=brand_id, member_id=member_id, key_id=key_id, opened=Opened.ANSWER, now=now
        )


def _check_room(brand_id: UUID, koc: KocCard, now: datetime) -> None:
    load = talks.load(brand_id=brand_id, now=now, koc_ids=[koc.id]).get(koc.id, 0)
    reason = kocs.unavailable(brand_id=brand_id, koc=koc, load=load, now=now)
    if reason is not None:
        raise KocUnavailable(koc_id=koc.id, reason=reason.value)


def _own_profile(brand_id: UUID, member_id: UUID) -> KocCard:
    koc = kocs.koc_of_member(brand_id=brand_id, member_id=member_id)
    if koc is None:
        raise KocNotFound(member_id=member_id)
    return koc
