"""What a file of each kind may say, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from zhiyin.domain.audience.kept import BODY_SLOTS, TASTE_SLOTS
from zhiyin.domain.audience.types import SLOTS, SlotKind
from zhiyin.domain.brands.types import ImportKind
from zhiyin.domain.catalog.types import ATTRIBUTES, Category, Color
from zhiyin.domain.content.types import FitVerdict
from zhiyin.flows.importing.units import Quantity


class Shape(StrEnum):
    """How a cell becomes a value."""

    LINE = "line"  # one line of text
    BLOCK = "block"  # several lines of text
    CHOICE = "choice"  # one of `words`
    WORDS = "words"  # one or several of `words`, apart by |
    WHOLE = "whole"  # a whole number within low and high
    DEGREES = "degrees"  # decimal degrees within low and high
    MONEY = "money"  # fen, without a remainder
    RATING = "rating"  # 1 to 10, whatever the scale of the column
    DATE = "date"  # a moment
    SLOT = "slot"  # a need slot: what the taxonomy allows, within what is plausible


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that a row can say. `is_body` marks what needs a consent."""

    name: str
    shape: Shape
    is_required: bool = False
    max_chars: int = 0
    words: frozenset[str] = field(default_factory=frozenset)
    low: float = 0
    high: float = 0
    quantity: Quantity | None = None
    default_unit: str = ""
    is_body: bool = False
    is_past: bool = False


ATTRIBUTE, STOCK = "attribute:", "stock:"
STOCK_MAX = 10_000_000
SIZE_MAX = 32_767
CODE_CHARS, TEXT_CHARS = 60, 4_000
COLORS = frozenset(color.value for color in Color)
SLOT_QUANTITIES = {
    "height_cm": (Quantity.LENGTH, "cm"),
    "bust_cm": (Quantity.LENGTH, "cm"),
    "waist_cm": (Quantity.LENGTH, "cm"),
    "hip_cm": (Quantity.LENGTH, "cm"),
    "band_cm": (Quantity.BAND, "cm"),
    "weight_kg": (Quantity.WEIGHT, "kg"),
    "age": (Quantity.AGE, "years"),
}


def line(name: str, max_chars: int, *, required: bool = False) -> Field:
    """A line of text."""
    return Field(name=name, shape=Shape.LINE, max_chars=max_chars, is_required=required)


def block(name: str) -> Field:
    """A text of several lines."""
    return Field(name=name, shape=Shape.BLOCK, max_chars=TEXT_CHARS)


def choice(name: str, words: frozenset[str], *, required: bool = False) -> Field:
    """One of some words."""
    return Field(name=name, shape=Shape.CHOICE, words=words, is_required=required)


def money(name: str) -> Field:
    """An amount, kept in fen."""
    return Field(
        name=name,
        shape=Shape.MONEY,
        quantity=Quantity.MONEY,
        default_unit="yuan",
        high=100_000_000_000,
    )


def moment(name: str, *, required: bool = False) -> Field:
    """A moment that has passed."""
    return Field(name=name, shape=Shape.DATE, is_required=required, is_past=True)


def slot(name: str) -> Field:
    """A need slot of a person."""
    quantity, unit = SLOT_QUANTITIES.get(name, (None, ""))
    return Field(
        name=name,
        shape=Shape.SLOT,
        quantity=quantity,
        default_unit=unit,
        is_body=name in BODY_SLOTS,
    )


def _named(*fields: Field) -> dict[str, Field]:
    return {each.name: each for each in fields}


BODY = tuple(slot(name) for name in SLOTS if name in BODY_SLOTS)
TASTE = tuple(slot(name) for name in SLOTS if name in TASTE_SLOTS)
SKU_FIELDS = ("color", "size_code", "size_label", "price_fen")
LIST_SLOTS = frozenset(name for name, rule in SLOTS.items() if rule.kind is SlotKind.MANY)

FIELDS: Mapping[ImportKind, Mapping[str, Field]] = {
    ImportKind.STORES: _named(
        line("code", 40, required=True),
        line("name_zh", 80),
        line("name_en", 80),
        line("city", 40, required=True),
        line("address", 200, required=True),
        line("hours", 80),
        Field(name="latitude", shape=Shape.DEGREES, low=-90, high=90),
        Field(name="longitude", shape=Shape.DEGREES, low=-180, high=180),
    ),
    ImportKind.PRODUCTS: _named(
        line("product_code", CODE_CHARS, required=True),
        choice("category", frozenset(c.value for c in Category), required=True),
        line("name_zh", 120),
        line("name_en", 120),
        block("description_zh"),
        block("description_en"),
        line("care_zh", 200),
        line("care_en", 200),
        line("kind", 20),
        line("sku_code", 80),
        choice("color", COLORS),
        Field(name="size_code", shape=Shape.WHOLE, high=SIZE_MAX),
        line("size_label", 12),
        money("price_fen"),
        *(
            Field(name=ATTRIBUTE + name, shape=Shape.WORDS, words=words)
            for name, words in ATTRIBUTES.items()
        ),
    ),
    ImportKind.MEMBERS: _named(
        line("external_id", 80, required=True),
        line("nickname", 40),
        line("language", 10),
        line("phone", 40),
        moment("joined_at"),
        *BODY,
        *TASTE,
    ),
    ImportKind.PURCHASES: _named(
        line("external_ref", 80, required=True),
        line("member", 80, required=True),
        line("sku_code", 80, required=True),
        moment("bought_at", required=True),
        money("paid_fen"),
    ),
    ImportKind.REVIEWS: _named(
        line("external_ref", 80, required=True),
        line("product_code", CODE_CHARS, required=True),
        Field(name="size_code", shape=Shape.WHOLE, high=SIZE_MAX, is_required=True),
        moment("worn_at", required=True),
        line("member", 80),
        line("purchase_ref", 80),
        choice("color", COLORS),
        choice("fit", frozenset(verdict.value for verdict in FitVerdict)),
        Field(name="rating", shape=Shape.RATING),
        block("text_zh"),
        block("text_en"),
        slot("occasion"),
        *BODY,
    ),
}
"""Kind of file -> field name -> field. Products also take `stock:<store code>` columns."""


def field_of(kind: ImportKind, name: str) -> Field | None:
    """The field of that name, if files of this kind may say it."""
    if kind is ImportKind.PRODUCTS and name.startswith(STOCK) and len(name) > len(STOCK):
        return Field(name=name, shape=Shape.WHOLE, high=STOCK_MAX)
    return FIELDS[kind].get(name)
