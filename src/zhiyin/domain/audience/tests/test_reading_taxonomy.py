"""The taxonomy is data: complete, checked, and a brand's to extend."""

from datetime import date

import pytest

from zhiyin.domain.audience.reading.reader import read
from zhiyin.domain.audience.reading.taxonomy import (
    LANGUAGES,
    merge,
    shipped,
    taxonomy_from_json,
)
from zhiyin.domain.audience.types import SLOTS, TaxonomyMalformed, slots_to_json
from zhiyin.domain.catalog.types import Category, Color

LABEL = {"zh-Hans": "甲", "en": "a"}
TODAY = date(2026, 11, 22)
CANONICAL = {
    "cup": "aa a b c d dd e f g h",
    "body_shape": "pear apple hourglass rectangle inverted_triangle petite athletic full_figured",
    "skin_tone": "fair medium olive tan dark",
    "concerns": (
        "short_neck thick_arms thick_calves thick_thighs wide_hips broad_shoulders "
        "narrow_shoulders belly thick_waist small_bust full_bust short_legs short_height "
        "tall_height flat_hips bow_legs sensitive_skin"
    ),
    "goals": (
        "slimming taller brighter_skin cover_arms cover_belly cover_hips cover_legs longer_neck "
        "longer_legs younger mature comfortable"
    ),
    "occasion": (
        "wedding party work date vacation everyday graduation interview formal sport photo "
        "maternity school"
    ),
    "styles": "minimal sweet retro street elegant casual sporty french preppy boho",
    "for_whom": "self mother father partner child friend",
}


@pytest.mark.parametrize("slot", sorted(CANONICAL))
def test_the_shipped_values_are_the_canonical_ones(slot: str) -> None:
    assert shipped().vocabulary[slot] == frozenset(CANONICAL[slot].split())


def test_garments_and_colours_are_those_of_the_catalogue() -> None:
    vocabulary = shipped().vocabulary
    assert vocabulary["categories"] == {category.value for category in Category}
    assert vocabulary["color_like"] == vocabulary["color_avoid"] == {c.value for c in Color}
    assert {"necklace", "belt", "hat", "scarf", "shoes"} <= vocabulary["owned"]


def test_every_slot_and_value_has_a_label_in_both_languages() -> None:
    taxonomy = shipped()
    assert {term.slot for term in taxonomy.slots} == set(SLOTS)
    labels = [
        *(term.label for term in taxonomy.slots),
        *(term.label for term in taxonomy.values),
        *(item.label for term in taxonomy.values for item in term.items),
    ]
    for label in labels:
        assert all(label[language] for language in LANGUAGES)


def test_labels_are_respectful_and_put_together_for_owned_things() -> None:
    taxonomy = shipped()
    assert taxonomy.value_label("concerns", "thick_calves", "zh-Hans") == "小腿粗"
    assert taxonomy.value_label("concerns", "thick_calves", "en") == "fuller calves"
    assert taxonomy.value_label("owned", "beige shoes", "zh-Hans") == "米色鞋"
    assert taxonomy.value_label("owned", "beige shoes", "en") == "beige shoes"
    assert taxonomy.value_label("color_avoid", "black", "zh-Hans") == "黑色"
    assert taxonomy.slot_label("budget_cny_max", "en") == "budget up to"


def test_body_facts_are_marked_sensitive_and_tastes_are_not() -> None:
    taxonomy = shipped()
    assert taxonomy.is_sensitive("weight_kg")
    assert taxonomy.is_sensitive("concerns", "belly")
    assert taxonomy.is_sensitive("occasion", "maternity")
    assert not taxonomy.is_sensitive("occasion", "wedding")
    assert not taxonomy.is_sensitive("styles", "french")


def extension() -> object:
    return {
        "name": "anning",
        "version": 7,
        "values": [
            {
                "slot": "styles",
                "value": "new_chinese",
                "label": {"zh-Hans": "新中式", "en": "new Chinese"},
                "zh": ["新中式"],
            },
            {
                "slot": "categories",
                "value": "dress",
                "label": {"zh-Hans": "裙装", "en": "dress"},
                "zh": ["马面连身"],
            },
        ],
        "classes": [{"name": "arms", "zh": ["拐子"]}],
    }


def test_a_brand_adds_values_and_words_and_loses_none_of_ours() -> None:
    own = merge(shipped(), taxonomy_from_json(extension()))
    text = "新中式的马面连身，拐子有点粗，法式连衣裙也行"
    assert slots_to_json(read(text, own, TODAY).slots) == {
        "concerns": ["thick_arms"],
        "categories": ["dress"],
        "styles": ["new_chinese", "french"],
    }
    assert own.version == 7
    assert own.value_label("categories", "dress", "zh-Hans") == "裙装"
    assert slots_to_json(read(text, shipped(), TODAY).slots) == {
        "categories": ["dress"],
        "styles": ["french"],
    }


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"version": 1},
        {"name": "x", "values": [{"slot": "moods", "value": "a", "label": LABEL}]},
        {"name": "x", "values": [{"slot": "styles", "value": "a", "label": {"en": "a"}}]},
        {"name": "x", "classes": [{"name": "arms", "zh": "胳膊"}]},
        {"name": "x", "classes": [{"name": "arms", "zh": [" "]}]},
        {"name": "x", "units": [{"quantity": "length", "factor": "long", "words": ["拃"]}]},
        {"name": "x", "contradictions": [["concerns:belly"]]},
    ],
)  # fmt: skip
def test_a_malformed_taxonomy_is_refused_by_name(document: object) -> None:
    with pytest.raises(TaxonomyMalformed):
        taxonomy_from_json(document)
