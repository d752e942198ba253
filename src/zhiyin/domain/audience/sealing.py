"""Where needs and traits are sealed and opened, so that each place is named once."""

from uuid import UUID

from zhiyin.domain.audience.kept import NeedCard, TraitCard, TraitSource
from zhiyin.domain.audience.models import Need, Trait
from zhiyin.domain.audience.rules import stored_slots
from zhiyin.domain.audience.types import NeedSlots, slots_to_json
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


def opened_need(need: Need) -> NeedCard:
    return NeedCard(
        id=need.id,
        member_id=need.member_id,
        text=unseal_text(
            brand_id=need.brand_id,
            model=Need,
            field="text_sealed",
            row_id=need.id,
            sealed=need.text_sealed,
        ),
        slots=opened_slots(need),
        taxonomy_version=need.taxonomy_version,
        asked_at=need.asked_at,
        saved_at=need.saved_at,
        hidden_at=need.hidden_at,
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
