"""Decisions about what the audience keeps, without a database."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from uuid import UUID

from zhiyin.domain.audience.kept import (
    CATEGORIES,
    EXTENSION_CHARS_MAX,
    TAG_CHARS_MAX,
    TRAIT_SLOTS,
    CategoryUnknown,
    NeedWithoutAsker,
    TagEmpty,
    TraitSource,
    is_body,
)
from zhiyin.domain.audience.reading.taxonomy import (
    Taxonomy,
    merge,
    shipped,
    taxonomy_from_json,
)
from zhiyin.domain.audience.types import (
    NEED_MAX_CHARS,
    SLOTS,
    NeedHasNul,
    NeedSlots,
    NeedTooLong,
    SlotKind,
    TaxonomyMalformed,
    Value,
    slots_to_json,
    without,
)
from zhiyin.kit.text import clean_line


def check_asker(member_id: UUID | None, guest_key: UUID | None) -> None:
    """A need has one asker. Raises NeedWithoutAsker."""
    if (member_id is None) == (guest_key is None):
        raise NeedWithoutAsker()


def check_text(text: str) -> None:
    """Her words are kept as she typed them, or refused whole. Raises NeedTooLong, NeedHasNul."""
    if len(text) > NEED_MAX_CHARS:
        raise NeedTooLong(max_chars=NEED_MAX_CHARS)
    if "\0" in text:
        raise NeedHasNul()


def is_own(slots: NeedSlots) -> bool:
    """Whether a need speaks of the asker herself: a need for her mother says nothing about her."""
    return slots.for_whom in (None, "self")


def trait_facts(slots: NeedSlots) -> dict[str, object]:
    """What a need or a form says that is worth keeping about the asker, slot by slot."""
    if not is_own(slots):
        return {}
    return {slot: value for slot, value in slots_to_json(slots).items() if slot in TRAIT_SLOTS}


def joined_fact(old: object, new: object, source: TraitSource) -> object:
    """What is known after a fact was stated again.

    A form shows her the whole list, so what it says replaces; a need names what matters for this
    purchase, so it adds to a list and never takes from it.
    """
    if source is TraitSource.NEED and isinstance(old, list) and isinstance(new, list):
        return [*old, *(value for value in new if value not in old)]
    return new


def body_slots(facts: Mapping[str, object], taxonomy: Taxonomy) -> frozenset[str]:
    """Those slots of `facts` that hold a body fact."""
    return frozenset(
        slot
        for slot, held in facts.items()
        if any(is_body(slot, value, taxonomy) for value in _each(held))
    )


def without_body(slots: NeedSlots, taxonomy: Taxonomy) -> NeedSlots:
    """A need's slots after every body fact was taken out of it."""
    for slot, held in slots.said().items():
        for value in _each(held):
            if is_body(slot, value, taxonomy):
                slots = without(slots, slot, value)
    return slots


def has_body(slots: NeedSlots, taxonomy: Taxonomy) -> bool:
    """Whether a need states a body fact."""
    return bool(body_slots(slots.said(), taxonomy))


def check_category(category: str) -> None:
    """A category names a file, so only known ones pass. Raises CategoryUnknown."""
    if category not in CATEGORIES:
        raise CategoryUnknown(category=category[:40], allowed=list(CATEGORIES))


def extended(category: str, version: int, extension: Mapping[str, object]) -> Taxonomy:
    """The shipped taxonomy of a category with a brand's additions, as that version of it.

    The same object for the same input, because the reader keeps what it compiled by identity.
    Raises CategoryUnknown, TaxonomyMalformed.
    """
    check_category(category)
    text = json.dumps(extension, ensure_ascii=False, sort_keys=True)
    if len(text) > EXTENSION_CHARS_MAX:
        raise TaxonomyMalformed(reason=f"longer than {EXTENSION_CHARS_MAX} characters")
    return _extended(category, version, text)


@lru_cache(maxsize=64)
def _extended(category: str, version: int, extension: str) -> Taxonomy:
    own = json.loads(extension) | {"name": category, "version": version}
    return merge(shipped(category), taxonomy_from_json(own))


def _each(held: object) -> Iterable[Value]:
    """The values in a slot, whether it holds one or a list."""
    return held if isinstance(held, list | tuple) else (held,)


def stored_slots(payload: Mapping[str, object]) -> NeedSlots:
    """Slots as they were sealed. They were checked when they came in, against the taxonomy of
    that day, so they are not refused today; a slot that is no more is left out.
    """
    known: dict[str, object] = {}
    for slot, value in payload.items():
        if slot not in SLOTS:
            continue
        if isinstance(value, list):
            known[slot] = tuple(value)
        elif SLOTS[slot].kind is SlotKind.NUMBER and isinstance(value, int):
            known[slot] = float(value)
        else:
            known[slot] = value
    return replace(NeedSlots(), **known)  # type: ignore[arg-type]


def tag_words(words: str) -> str:
    """A tag's group or name as it is stored. Raises TagEmpty, TextTooLong, TextHasNul."""
    cleaned = clean_line(words, TAG_CHARS_MAX)
    if not cleaned:
        raise TagEmpty()
    return cleaned
