"""The words of the catalogue: garments and the attributes that a need can ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StockFacts:
    """How many pieces of a SKU lie in a store."""

    sku_code: str
    store_code: str
    on_hand: int


class HoldState(StrEnum):
    """Where the pieces of a hold are."""

    HELD = "held"  # until `expires_at`
    KEPT = "kept"  # paid for: they wait for her, with no time limit
    HANDED_OVER = "handed_over"  # the goods have left
    RELEASED = "released"  # for sale again


class HoldMove(StrEnum):
    """What happens to a hold."""

    HOLD_ANEW = "hold_anew"
    KEEP = "keep"
    RELEASE = "release"
    RELEASE_PART = "release_part"
    RELEASE_REST = "release_rest"  # a part has been handed over, what was left is released
    EXPIRE = "expire"
    HAND_OVER = "hand_over"
    HAND_OVER_PART = "hand_over_part"
    UNDO_HAND_OVER = "undo_hand_over"
    TAKE_BACK = "take_back"


class ReleaseReason(StrEnum):
    """Why held pieces are for sale again."""

    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUNDED = "refunded"


class StockMoveKind(StrEnum):
    """Why the pieces of a SKU in a store changed."""

    STATED = "stated"  # a file or the API said how many lie there
    COUNTED = "counted"  # somebody counted them
    ADJUSTED = "adjusted"  # so many more or fewer, with a reason
    HANDED_OVER = "handed_over"
    UNDONE = "undone"  # it was handed over by mistake, and never left
    TAKEN_BACK = "taken_back"
    RELEASED = "released"  # part of a hold is for sale again; what lies there is the same


@dataclass(frozen=True, slots=True)
class HoldLine:
    """So many pieces of a SKU in a store."""

    sku_id: UUID
    store_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class HoldCard:
    """A line of a hold. `quantity` was asked for; `outstanding` pieces of it are held now."""

    sku_id: UUID
    store_id: UUID
    quantity: int
    outstanding: int
    handed_over: int
    taken_back: int
    released: int
    state: HoldState
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StockCount:
    """The pieces of a SKU in a store. `by_unit`: one row per piece (`operations.keep_by_unit`)."""

    on_hand: int
    held: int
    by_unit: bool = False

    @property
    def for_sale(self) -> int:
        """What a shopper may still take."""
        return self.on_hand - self.held


@dataclass(frozen=True, slots=True)
class Sellable:
    """A SKU as an order takes it: its words, its price in fen today, and how many are for sale."""

    sku_id: UUID
    product_id: UUID
    category: Category
    name_zh: str
    name_en: str
    color: str
    size_label: str
    price_fen: int
    for_sale: int


@dataclass(frozen=True, slots=True)
class StockMoveCard:
    """A line of the history: `change` pieces, after which `on_hand` lay there.

    `released` pieces of a hold became free without leaving. `by` names the account of who did it;
    it is empty where a file, the API or a journey did.
    """

    at: datetime
    sku_id: UUID
    store_id: UUID
    kind: StockMoveKind
    change: int
    released: int
    on_hand: int
    reason: str
    by: str


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


class SoldOut(DomainError):
    """Fewer pieces are for sale than were asked for. `short` lists the lines and what is left."""

    code: ClassVar[str] = "sold_out"
    kind: ClassVar[Kind] = Kind.CONFLICT


class QuantityRefused(DomainError):
    """A quantity is a whole number of pieces, from one to as many as a line may have."""

    code: ClassVar[str] = "quantity_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class CauseReused(DomainError):
    """This cause holds other lines already. Hold them under a cause of their own."""

    code: ClassVar[str] = "hold_cause_reused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class HoldNotFound(DomainError):
    """Nothing is held for this cause, or not this SKU in this store."""

    code: ClassVar[str] = "hold_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class HoldExpired(DomainError):
    """The hold's time is over. Hold the pieces anew; they may be sold out by now."""

    code: ClassVar[str] = "hold_expired"
    kind: ClassVar[Kind] = Kind.CONFLICT


class HoldMoveRefused(DomainError):
    """The hold is in a state that does not allow this. `state` says which."""

    code: ClassVar[str] = "hold_move_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class TooManyPieces(DomainError):
    """The line has not that many pieces for this. `left` says how many it has."""

    code: ClassVar[str] = "too_many_pieces"
    kind: ClassVar[Kind] = Kind.CONFLICT


class StockKeyReused(DomainError):
    """This key has moved other pieces already. A retry says the same again."""

    code: ClassVar[str] = "stock_key_reused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class StockBelowHeld(DomainError):
    """Fewer pieces than are held for orders. `held` says how many: release those first."""

    code: ClassVar[str] = "stock_below_held"
    kind: ClassVar[Kind] = Kind.CONFLICT


class StockReasonNeeded(DomainError):
    """A change of stock by hand is written down with a reason."""

    code: ClassVar[str] = "stock_reason_needed"
    kind: ClassVar[Kind] = Kind.INVALID


class StockNotFound(DomainError):
    """No count was ever taken of this SKU in this store."""

    code: ClassVar[str] = "stock_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class TooManyUnits(DomainError):
    """One row per piece is meant for a few hot goods. `most` says how many pieces it takes."""

    code: ClassVar[str] = "too_many_units"
    kind: ClassVar[Kind] = Kind.CONFLICT
