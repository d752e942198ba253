"""Where needs and traits are sealed and opened, so that each place is named once."""

from collections.abc import Sequence
from uuid import UUID

from zhiyin.domain.audience.kept import NeedCard, TraitCard, TraitSource
from zhiyin.domain.audience.models import Need, Trait
from zhiyin.domain.audience.rules import stored_slots
from zhiyin.domain.audience.types import Chip, ChipSource, NeedSlots, slots_to_json
from zhiyin.storage.fields import seal_json, seal_text, unseal_json, unseal_text


def sealed_text(*, brand_id: UUID, need_id: UUID, text: str) -> bytes:
    return seal_text(brand_id=brand_id, model=Need, field="text_sealed", row_id=need_id, text=text)


def sealed_slots(*, brand_id: UUID, need_id: UUID, slots: NeedSlots) -> bytes:
    return seal_json(
        brand_id=brand_id,
        model=Need,
        field="slots_sealed",
        row_id=need_id,
        facts=slots_to_json(slots),
    )


def opened_slots(need: Need) -> NeedSlots:
    return stored_slots(
        unseal_json(
            brand_id=need.brand_id,
            model=Need,
            field="slots_sealed",
            row_id=need.id,
            sealed=need.slots_sealed,
        )
    )


def sealed_heard(*, brand_id: UUID, need_id: UUID, heard: Sequence[Chip]) -> bytes | None:
    """None for none, as most needs have. Her words stand in the text, so they are not repeated."""
    if not heard:
        return None
    chips = [[chip.slot, chip.value, chip.start, chip.end] for chip in heard]
    return seal_json(
        brand_id=brand_id, model=Need, field="heard_sealed", row_id=need_id, facts={"chips": chips}
    )


def opened_heard(need: Need, text: str) -> tuple[Chip, ...]:
    if need.heard_sealed is None:
        return ()
    facts = unseal_json(
        brand_id=need.brand_id,
        model=Need,
        field="heard_sealed",
        row_id=need.id,
        sealed=need.heard_sealed,
    )
    return tuple(
        Chip(slot, value, start, end, text[start:end], ChipSource.SECOND)
        for slot, value, start, end in facts["chips"]
    )


def opened_need(need: Need) -> NeedCard:
    text = unseal_text(
        brand_id=need.brand_id,
        model=Need,
        field="text_sealed",
        row_id=need.id,
        sealed=need.text_sealed,
    )
    return NeedCard(
        id=need.id,
        member_id=need.member_id,
        text=text,
        slots=opened_slots(need),
        taxonomy_version=need.taxonomy_version,
        asked_at=need.asked_at,
        saved_at=need.saved_at,
        hidden_at=need.hidden_at,
        heard=opened_heard(need, text),
    )


def sealed_fact(*, brand_id: UUID, trait_id: UUID, value: object) -> bytes:
    return seal_json(
        brand_id=brand_id,
        model=Trait,
        field="value_sealed",
        row_id=trait_id,
        facts={"value": value},
    )


def opened_fact(*, brand_id: UUID, trait_id: UUID, sealed: bytes) -> object:
    facts = unseal_json(
        brand_id=brand_id, model=Trait, field="value_sealed", row_id=trait_id, sealed=sealed
    )
    return facts["value"]


def opened_trait(trait: Trait) -> TraitCard:
    return TraitCard(
        slot=trait.slot,
        value=opened_fact(brand_id=trait.brand_id, trait_id=trait.id, sealed=trait.value_sealed),
        source=TraitSource(trait.source),
        consent_id=trait.consent_id,
        stated_at=trait.stated_at,
        replaced_at=trait.replaced_at,
    )
