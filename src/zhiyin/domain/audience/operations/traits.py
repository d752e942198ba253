"""Facts that are kept about a member from one need to the next."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from zhiyin.domain.audience.kept import TRAIT_SLOTS, TraitNotKept, TraitSource
from zhiyin.domain.audience.models import Trait
from zhiyin.domain.audience.queries import taxonomy
from zhiyin.domain.audience.rules import body_slots, joined_fact, trait_facts
from zhiyin.domain.audience.sealing import opened_fact, sealed_fact
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import ConsentNeeded, Purpose
from zhiyin.kit.ids import NO_ID, uuid7
from zhiyin.storage.sql import many, packed, run

HELD_TRAITS = """
    SELECT id, member_id, slot, value_sealed FROM audience_trait
    WHERE brand_id = %(brand_id)s AND member_id = ANY(%(member_ids)s::uuid[])
      AND replaced_at IS NULL
"""

ADD_TRAITS = """
    INSERT INTO audience_trait
        (id, brand_id, member_id, slot, value_sealed, source, consent_id, stated_at)
    SELECT id, %(brand_id)s, member_id, slot, decode(value, 'hex'), %(source)s,
           nullif(consent_id, %(no_consent)s), %(now)s
    FROM unnest(string_to_array(%(ids)s, ',')::uuid[],
                string_to_array(%(member_ids)s, ',')::uuid[], %(slots)s::text[],
                string_to_array(%(sealed)s, ','), string_to_array(%(consent_ids)s, ',')::uuid[])
        AS new (id, member_id, slot, value, consent_id)
"""


def state_traits(
    *, brand_id: UUID, member_id: UUID, slots: NeedSlots, source: TraitSource, now: datetime
) -> int:
    """Keep what a need or a form says about the member herself. Returns how many facts changed.

    A body fact bears the separate consent it is kept under, which cannot be taken back in
    between: the member is held. A list in a need adds to what is known, a form replaces it. A
    need for somebody else says nothing about her and keeps nothing.
    Raises ConsentNeeded (and then nothing is written), MemberNotFound.
    """
    return state_traits_of(brand_id=brand_id, stated={member_id: slots}, source=source, now=now)


def state_traits_of(
    *, brand_id: UUID, stated: Mapping[UUID, NeedSlots], source: TraitSource, now: datetime
) -> int:
    """`state_traits` for many members at once: member -> what is said of her.

    Six statements for any number of rows; keep a batch to a few thousand. Returns how many facts
    changed. Raises ConsentNeeded, MemberNotFound for the first member concerned, and then nothing
    is written about anybody.
    """
    facts = {key: said for key, slots in stated.items() if (said := trait_facts(slots))}
    if not facts:
        return 0
    members.hold_members(brand_id=brand_id, member_ids=list(facts))
    words = taxonomy(brand_id=brand_id)
    body = {key: body_slots(said, words) for key, said in facts.items()}
    consents = _consents_for(brand_id, {key: slots for key, slots in body.items() if slots})
    held = {
        (member_id, slot): (
            trait_id,
            opened_fact(brand_id=brand_id, trait_id=trait_id, sealed=bytes(sealed)),
        )
        for trait_id, member_id, slot, sealed in many(
            HELD_TRAITS, brand_id=brand_id, member_ids=list(facts)
        )
    }
    replaced, new = [], []
    for key, said in facts.items():
        for slot, value in said.items():
            trait_id, old = held.get((key, slot), (None, None))
            known = joined_fact(old, value, source)
            if known == old:
                continue
            if trait_id is not None:
                replaced.append(trait_id)
            new.append((key, slot, known, consents[key] if slot in body[key] else None))
    if replaced:
        Trait.objects.filter(brand_id=brand_id, id__in=replaced).update(replaced_at=now)
    _add(brand_id, new, source, now)
    return len(new)


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


def _consents_for(brand_id: UUID, body: Mapping[UUID, frozenset[str]]) -> dict[UUID, UUID]:
    """The consents that body facts are kept under. `body`: member -> the slots that hold some."""
    if not body:
        return {}
    agreed = people.active_consents(
        brand_id=brand_id, member_ids=list(body), purpose=Purpose.BODY_FACTS
    )
    for member_id, slots in body.items():
        if member_id not in agreed:
            raise ConsentNeeded(purpose=Purpose.BODY_FACTS.value, slots=sorted(slots))
    return {member_id: consent.id for member_id, consent in agreed.items()}


def _add(
    brand_id: UUID,
    facts: Sequence[tuple[UUID, str, object, UUID | None]],
    source: TraitSource,
    now: datetime,
) -> None:
    """Write facts down, each (member, slot, value, consent) sealed to a row of its own."""
    if not facts:
        return
    ids = [uuid7() for _ in facts]
    run(
        ADD_TRAITS,
        brand_id=brand_id,
        ids=packed(ids),
        member_ids=packed(member_id for member_id, _, _, _ in facts),
        slots=[slot for _, slot, _, _ in facts],
        sealed=packed(
            sealed_fact(brand_id=brand_id, trait_id=trait_id, value=value)
            for trait_id, (_, _, value, _) in zip(ids, facts, strict=True)
        ),
        consent_ids=packed(consent_id or NO_ID for _, _, _, consent_id in facts),
        no_consent=NO_ID,
        source=source.value,
        now=now,
    )
