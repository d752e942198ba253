"""The words of what the audience keeps: needs, traits, tags and versions of the taxonomy."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.types import Chip, NeedSlots
from zhiyin.kit.errors import DomainError, Kind

BODY_SLOTS = frozenset(
    {
        "height_cm",
        "weight_kg",
        "bust_cm",
        "waist_cm",
        "hip_cm",
        "age",
        "band_cm",
        "cup",
        "body_shape",
        "skin_tone",
        "concerns",
    }
)
"""Facts about a body: kept as traits only under a separate consent (PIPL 28 to 30)."""

TASTE_SLOTS = frozenset({"styles", "color_like", "color_avoid"})
"""What else is worth keeping about somebody from one need to the next."""

TRAIT_SLOTS = BODY_SLOTS | TASTE_SLOTS


def is_body(slot: str, value: object, taxonomy: Taxonomy) -> bool:
    """Whether a value is a fact about a body: what the law of this house calls so, and what the
    brand's taxonomy adds. A brand can call more sensitive, never less.
    """
    return slot in BODY_SLOTS or taxonomy.is_sensitive(slot, str(value))


TAG_CHARS_MAX = 40

CATEGORIES = ("apparel",)
"""The categories of needs for which a taxonomy ships."""

EXTENSION_CHARS_MAX = 500_000


class TraitSource(StrEnum):
    """Where a trait came from."""

    FORM = "form"
    NEED = "need"
    IMPORT = "import"


class NeedPurpose(StrEnum):
    """What a need was said for."""

    ASKED = "asked"  # to be answered with picks
    BOARD = "board"  # the one question of a decision board: kept, and not in her history


@dataclass(frozen=True, slots=True)
class NeedCard:
    """A need as its owner sees it: her words, and the slots as she last corrected them.

    `heard` are the chips that a second reader found in the words, whether she kept them or not.
    """

    id: UUID
    member_id: UUID | None
    text: str
    slots: NeedSlots
    taxonomy_version: int
    asked_at: datetime
    saved_at: datetime | None
    hidden_at: datetime | None
    heard: tuple[Chip, ...] = ()


@dataclass(frozen=True, slots=True)
class TraitCard:
    """A fact that is kept about a member. `value` is as in `slots_to_json`."""

    slot: str
    value: object
    source: TraitSource
    consent_id: UUID | None
    stated_at: datetime
    replaced_at: datetime | None


@dataclass(frozen=True, slots=True)
class TagCard:
    """A tag, and how many members bear it now."""

    id: UUID
    group: str
    name: str
    bearers: int


@dataclass(frozen=True, slots=True)
class HeldTag:
    """A tag that a member bears or bore."""

    tag_id: UUID
    group: str
    name: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class TaxonomyEdit:
    """A brand's additions to the shipped taxonomy as of one edit. Version 0 is nobody's: empty."""

    version: int
    extension: dict[str, Any]
    edited_by: int | None
    edited_at: datetime | None


class NeedNotFound(DomainError):
    """There is no such need of this person."""

    code: ClassVar[str] = "need_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class NeedWithoutAsker(DomainError):
    """A need belongs to a member or to a guest's key: name exactly one."""

    code: ClassVar[str] = "need_without_asker"
    kind: ClassVar[Kind] = Kind.INVALID


class TraitNotKept(DomainError):
    """This slot is a matter of one need and is not kept about a person."""

    code: ClassVar[str] = "trait_not_kept"
    kind: ClassVar[Kind] = Kind.INVALID


class TaxonomyConflict(DomainError):
    """Somebody saved another version meanwhile. `current` is its number: look at it, then retry."""

    code: ClassVar[str] = "taxonomy_conflict"
    kind: ClassVar[Kind] = Kind.CONFLICT


class CategoryUnknown(DomainError):
    """No taxonomy ships for this category. `allowed` lists those that do."""

    code: ClassVar[str] = "category_unknown"
    kind: ClassVar[Kind] = Kind.INVALID


class TagNotFound(DomainError):
    """The brand has no such tag."""

    code: ClassVar[str] = "tag_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class TagTaken(DomainError):
    """The group has a tag of this name already."""

    code: ClassVar[str] = "tag_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT


class TagEmpty(DomainError):
    """A tag needs a name."""

    code: ClassVar[str] = "tag_empty"
    kind: ClassVar[Kind] = Kind.INVALID
