"""The words of stock: what lies where, what is held and for what, and how that came about."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.domain.catalog.types.goods import Category
from zhiyin.kit.errors import DomainError, Kind


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


class StockChanged(DomainError):
    """What lies there changed while it was counted. `sku_id`, and what lies there now."""

    code: ClassVar[str] = "stock_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """A SKU on a store's shelf; nothing was ever counted there where both figures are 0."""

    store_id: UUID
    sku_id: UUID
    code: str
    name_zh: str
    name_en: str
    color: str
    size_label: str
    on_hand: int
    held: int
