"""Facts that are kept about a member from one need to the next."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.audience.kept import TRAIT_SLOTS, TraitNotKept, TraitSource
from zhiyin.domain.audience.models import Trait
from zhiyin.domain.audience.queries import taxonomy
from zhiyin.domain.audience.rules import body_slots, joined_fact, trait_facts
from zhiyin.domain.audience.sealing import opened_trait, sealed_fact
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import ConsentNeeded, Purpose
from zhiyin.kit.ids import uuid7


def state_traits(
    *, brand_id: UUID, member_id: UUID, slots: NeedSlots, source: TraitSource, now: datetime
) -> int:
    """Keep what a need or a form says about the member herself. Returns how many facts changed.

    A body fact bears the separate consent it is kept under, which cannot be taken back in
    between: the member is held. A list in a need adds to what is known, a form replaces it. A
    need for somebody else says nothing about her and keeps nothing.
    Raises ConsentNeeded (and then nothing is written), MemberNotFound.
    """
    facts = trait_facts(slots)
    if not facts:
        return 0
    members.hold_member(brand_id=brand_id, member_id=member_id)
    body = body_slots(facts, taxonomy(brand_id=brand_id))
    consent_id = _consent_for(brand_id, member_id, body)
    current = {
        row.slot: opened_trait(row).value
        for row in Trait.objects.filter(
            brand_id=brand_id, member_id=member_id, replaced_at__isnull=True, slot__in=list(facts)
        )
    }
    changed = {
        slot: value
        for slot, stated in facts.items()
        if (value := joined_fact(current.get(slot), stated, source)) != current.get(slot)
    }
    Trait.objects.filter(
        brand_id=brand_id, member_id=member_id, replaced_at__isnull=True, slot__in=list(changed)
    ).update(replaced_at=now)
    Trait.objects.bulk_create(
        _trait(brand_id, member_id, slot, value, source, consent_id if slot in body else None, now)
        for slot, value in changed.items()
    )
    return len(changed)


def remove_trait(*, brand_id: UUID, member_id: UUID, slot: str) -> None:
    """Forget one fact and what it was before. Nothing to forget is no error.

    Raises TraitNotKept for a slot that is never kept.
    """
    if slot not in TRAIT_SLOTS:
        raise TraitNotKept(slot=slot[:40])
    Trait.objects.filter(brand_id=brand_id, member_id=member_id, slot=slot).delete()


def carry_traits(*, brand_id: UUID, member_id: UUID, consent_id: UUID) -> int:
    """Keep a member's body facts under her newer consent. Returns how many."""
    return Trait.objects.filter(
        brand_id=brand_id, member_id=member_id, consent__isnull=False
    ).update(consent_id=consent_id)


def _consent_for(brand_id: UUID, member_id: UUID, body: frozenset[str]) -> UUID | None:
    """The consent that body facts are kept under; None if there are none to keep."""
    if not body:
        return None
    consent = people.active_consent(
        brand_id=brand_id, member_id=member_id, purpose=Purpose.BODY_FACTS
    )
    if consent is None:
        raise ConsentNeeded(purpose=Purpose.BODY_FACTS.value, slots=sorted(body))
    return consent.id


def _trait(
    brand_id: UUID,
    member_id: UUID,
    slot: str,
    value: object,
    source: TraitSource,
    consent_id: UUID | None,
    now: datetime,
) -> Trait:
    trait_id = uuid7()
    return Trait(
        id=trait_id,
        brand_id=brand_id,
        member_id=member_id,
        slot=slot,
        value_sealed=sealed_fact(brand_id=brand_id, trait_id=trait_id, value=value),
        source=source,
        consent_id=consent_id,
        stated_at=now,
    )
