"""The words of the catalogue: garments and the attributes that a need can ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind


class Category(StrEnum):
    """What a garment is, in the shopper's words (`need-slots`)."""

    DRESS = "dress"
    SKIRT = "skirt"
    TOP = "top"
    SHIRT = "shirt"
    SWEATER = "sweater"
    COAT = "coat"
    JACKET = "jacket"
    TROUSERS = "trousers"
    JEANS = "jeans"
    SHORTS = "shorts"
    SUIT = "suit"
    JUMPSUIT = "jumpsuit"
    SHOES = "shoes"
    BAG = "bag"
    ACCESSORY = "accessory"


class Color(StrEnum):
    """The colour families that a need names."""

    BLACK = "black"
    WHITE = "white"
    GREY = "grey"
    BEIGE = "beige"
    BROWN = "brown"
    RED = "red"
    PINK = "pink"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    NAVY = "navy"
    PURPLE = "purple"


ATTRIBUTES: dict[str, frozenset[str]] = {
    "neckline": frozenset(
        (
            "v scoop square sweetheart boat crew high halter off_shoulder one_shoulder"
            " collared cowl strapless"
        ).split()
    ),
    "sleeve": frozenset("sleeveless cap short elbow three_quarter long".split()),
    "sleeve_shape": frozenset("fitted straight puff bell flutter".split()),
    "length": frozenset("cropped waist hip mini knee midi maxi ankle full".split()),
    "cut": frozenset(
        (
            "a_line sheath bodycon shift wrap fit_and_flare empire straight wide_leg tapered"
            " tailored oversized peplum mermaid slip pleated"
        ).split()
    ),
    "waist": frozenset("natural high low empire drop elastic belted none".split()),
    "stretch": frozenset("none some high".split()),
    "fabric": frozenset(
        "chiffon satin crepe lace knit cotton linen wool denim sequin velvet jersey leather".split()
    ),
    "pattern": frozenset("solid floral stripe dot print sequin lace".split()),
    "style": frozenset(
        "minimal sweet retro street elegant casual sporty french preppy boho".split()
    ),
}
"""Attribute -> the values it may have. A product has one value of each that applies to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """What an operator says of a product. `attributes` maps names of ATTRIBUTES to values."""

    code: str
    category: Category
    name_zh: str
    name_en: str
    description_zh: str = ""
    description_en: str = ""
    care_zh: str = ""
    care_en: str = ""
    kind: str = ""
    attributes: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuFacts:
    """What an operator says of one colour and size of a product. `price_fen` in fen."""

    product_code: str
    code: str
    color: Color
    size_code: int
    size_label: str
    price_fen: int


@dataclass(frozen=True, slots=True)
class SkuCard:
    """A SKU as pages show it; `on_hand` is what is for sale: on hand in open stores, not held."""

    id: UUID
    code: str
    color: Color
    size_code: int
    size_label: str
    price_fen: int
    on_hand: int


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product as pages show it, with its SKUs in order of colour and size."""

    id: UUID
    code: str
    category: Category
    name_zh: str
    name_en: str
    description_zh: str
    description_en: str
    care_zh: str
    care_en: str
    kind: str
    attributes: Mapping[str, str]
    skus: tuple[SkuCard, ...]

    @property
    def price_from_fen(self) -> int:
        """The lowest price of its SKUs."""
        return min((sku.price_fen for sku in self.skus), default=0)


@dataclass(frozen=True, slots=True)
class ProductPage:
    """One page of products, and how many the search found in all."""

    products: tuple[ProductCard, ...]
    total: int


class ProductNotFound(DomainError):
    """The brand has no such product."""

    code: ClassVar[str] = "product_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class ProductCodeTaken(DomainError):
    """Another product of the brand has this code already."""

    code: ClassVar[str] = "product_code_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT


class SkuNotFound(DomainError):
    """The brand has no such SKU."""

    code: ClassVar[str] = "sku_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class AttributeUnknown(DomainError):
    """An attribute or its value is not in the vocabulary. `allowed` lists what is."""

    code: ClassVar[str] = "attribute_unknown"
    kind: ClassVar[Kind] = Kind.INVALID


class PriceRefused(DomainError):
    """A price is a whole number of fen above zero."""

    code: ClassVar[str] = "price_refused"
    kind: ClassVar[Kind] = Kind.INVALID
