"""The rules of what is kept, under any slots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiyin.domain.audience import rules
from zhiyin.domain.audience.kept import (
    BODY_SLOTS,
    EXTENSION_CHARS_MAX,
    TRAIT_SLOTS,
    CategoryUnknown,
    TraitSource,
)
from zhiyin.domain.audience.types import (
    SLOTS,
    NeedSlots,
    SlotKind,
    TaxonomyMalformed,
    slots_to_json,
)

SHIPPED = rules.extended("apparel", 0, {})
WORD = st.sampled_from(["pear", "wedding", "thick_calves", "beige shoes", "self", "mother", "x"])
VALUES = {
    SlotKind.NUMBER: st.integers(300, 3_000).map(lambda tenths: tenths / 10),
    SlotKind.ONE: WORD,
    SlotKind.DATE: st.just("2026-12"),
    SlotKind.MANY: st.lists(WORD, min_size=1, unique=True).map(tuple),
    SlotKind.OWNED: st.lists(WORD, min_size=1, unique=True).map(tuple),
}
NEEDS = st.fixed_dictionaries(
    {}, optional={slot: VALUES[rule.kind] for slot, rule in SLOTS.items()}
).map(lambda said: NeedSlots(**said))


@given(slots=NEEDS)
def test_what_was_sealed_opens_as_it_was(slots):
    assert rules.stored_slots(slots_to_json(slots)) == slots


@given(slots=NEEDS)
def test_without_its_body_a_need_keeps_the_rest(slots):
    left = rules.without_body(slots, SHIPPED)
    assert not rules.has_body(left, SHIPPED)
    assert left.said() == {
        slot: value for slot, value in slots.said().items() if slot not in BODY_SLOTS
    }


@given(slots=NEEDS)
def test_only_what_she_says_of_herself_is_a_trait(slots):
    facts = rules.trait_facts(slots)
    assert facts.keys() <= TRAIT_SLOTS
    assert not facts or slots.for_whom in (None, "self")


@given(old=st.lists(WORD, unique=True), new=st.lists(WORD, unique=True))
def test_a_need_never_takes_from_a_list_and_a_form_says_it_all(old, new):
    added = rules.joined_fact(old, new, TraitSource.NEED)
    assert set(added) == {*old, *new}
    assert len(added) == len(set(added))
    assert rules.joined_fact(old, new, TraitSource.FORM) == new


def test_body_slots_are_what_the_shipped_taxonomy_calls_sensitive():
    assert {term.slot for term in SHIPPED.slots if term.sensitive} == BODY_SLOTS
    assert SLOTS.keys() >= TRAIT_SLOTS


def test_a_slot_that_is_no_more_is_left_out():
    assert rules.stored_slots({"shoe_size": 38, "cup": "c"}) == NeedSlots(cup="c")


def test_a_brand_can_call_more_sensitive_and_never_less():
    label = {"zh-Hans": "x", "en": "x"}
    words = rules.extended(
        "apparel",
        1,
        {
            "slots": [
                {"slot": "goals", "label": label, "sensitive": True},
                {"slot": "height_cm", "label": label, "sensitive": False},
            ],
            "values": [
                {"slot": "occasion", "value": "maternity", "label": label, "sensitive": True}
            ],
        },
    )
    need = NeedSlots(height_cm=160.0, goals=("slimming",), occasion="maternity", cup="c")
    assert rules.without_body(need, words) == NeedSlots()
    wedding = NeedSlots(occasion="wedding")
    assert rules.without_body(wedding, words) == wedding
    assert rules.body_slots({"goals": ["taller"], "styles": ["retro"]}, words) == {"goals"}


def test_the_same_additions_are_the_same_taxonomy():
    assert rules.extended("apparel", 0, {}) is SHIPPED
    assert rules.extended("apparel", 1, {}).version == 1
    assert SHIPPED.version == 0


@pytest.mark.parametrize("category", ["shoes", "../apparel", ""])
def test_a_category_is_not_a_file_name(category):
    with pytest.raises(CategoryUnknown):
        rules.extended(category, 0, {})


@pytest.mark.parametrize(
    "extension",
    [
        {"values": [{"slot": "wealth", "value": "x", "label": {"zh-Hans": "x", "en": "x"}}]},
        {"values": "no list"},
        {"values": [{"slot": "occasion", "value": "x", "label": {"en": "only"}}]},
        {"common_words": ["x" * EXTENSION_CHARS_MAX]},
    ],
)
def test_additions_that_the_reader_could_not_use_are_refused(extension):
    with pytest.raises(TaxonomyMalformed):
        rules.extended("apparel", 1, extension)
