"""The words of pricing: lines, adjustments, a quote that explains every fen, and refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind


class Stage(IntEnum):
    """When an adjustment applies: in this order, and within a stage by the rule's code."""

    PRICE = 1  # another price of a piece: group-buy, flash sale, trial
    LINE = 2  # off some lines: a look together, a category
    ORDER = 3  # off what was chosen, from a threshold on
    COUPON = 4  # what the shopper brought
    FREIGHT = 5  # off the freight


class Reason(StrEnum):
    """Why a rule gave nothing. Rules that `promotions` refused bear reasons of its own."""

    NO_ELIGIBLE_LINE = "no_eligible_line"
    THRESHOLD_NOT_MET = "threshold_not_met"
    NOT_LOWER = "not_lower"
    BELOW_FLOOR = "below_floor"
    ANOTHER_PRICE_IS_LOWER = "another_price_is_lower"
    NOT_STACKABLE = "not_stackable"
    NOTHING_LEFT = "nothing_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Some pieces of one SKU at its list price.

    `key` names the line in its order. `look_id` is the look that it is a part of, if any.
    `floor_fen` is the least that a piece may be sold for. Prices in fen a piece.
    """

    key: str
    sku_id: UUID
    product_id: UUID
    quantity: int
    list_fen: int
    floor_fen: int = 0
    look_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PricedAt:
    """A piece costs `unit_fen`; `most_units` of each line, where it is limited."""

    unit_fen: int
    most_units: int | None = None


@dataclass(frozen=True, slots=True)
class AmountOff:
    """`off_fen` off all that it applies to, together."""

    off_fen: int


@dataclass(frozen=True, slots=True)
class RateOff:
    """`off_bps` off the sum (1,000 = 10 %), rounded down to the fen, `most_fen` at most."""

    off_bps: int
    most_fen: int | None = None


@dataclass(frozen=True, slots=True)
class PricedTogether:
    """All that it applies to costs `together_fen`: a look that is cheaper than its parts."""

    together_fen: int


Calculator = PricedAt | AmountOff | RateOff | PricedTogether


@dataclass(frozen=True, slots=True)
class Words:
    """What a page tells the shopper: a code that it has a sentence for, and the values in it."""

    code: str
    details: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """What a rule gives, to be applied by `rules.quote`.

    `rule`        the rule's stable code, with its own id ("coupon:018f…")
    `lines`       keys of the lines it applies to; None is all of them
    `from_fen`    it applies when those lines cost this much, after all that came before
    `is_stackable` may others of its stage apply as well? Of what may not, the best is taken
    `closes_to`   stages that leave a line alone once this has priced it (Stage.PRICE only)
    """

    rule: str
    stage: Stage
    calculator: Calculator
    words: Words
    lines: frozenset[str] | None = None
    from_fen: int = 0
    is_stackable: bool = True
    closes_to: frozenset[Stage] = frozenset()


@dataclass(frozen=True, slots=True)
class RefusedRule:
    """A rule that gives nothing here, by its code, and why."""

    rule: str
    reason: str
    details: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule that gave `off_fen` in all, and of that to whom.

    `unit_off_fen` has, for each line that got some, a figure for each of its pieces. It is empty
    for freight. Below `off_fen` lies what the rule would have given, had no floor held it back.
    """

    rule: str
    stage: Stage
    words: Words
    off_fen: int
    unit_off_fen: Mapping[str, tuple[int, ...]]
    held_back_fen: int = 0


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line and what each of its pieces costs, in fen."""

    line: Line
    unit_fen: tuple[int, ...]

    @property
    def list_fen(self) -> int:
        """The line at its list price."""
        return self.line.list_fen * self.line.quantity

    @property
    def payable_fen(self) -> int:
        """The line after everything."""
        return sum(self.unit_fen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What an order costs and why.

    `payable_fen` is the goods at list price, less every `applied`, plus the freight (invariant C2).
    """

    lines: tuple[QuotedLine, ...]
    applied: tuple[Applied, ...]
    refused: tuple[RefusedRule, ...]
    list_freight_fen: int
    freight_fen: int

    @property
    def list_goods_fen(self) -> int:
        """All pieces at their list prices."""
        return sum(line.list_fen for line in self.lines)

    @property
    def goods_fen(self) -> int:
        """All pieces after everything."""
        return sum(line.payable_fen for line in self.lines)

    @property
    def off_fen(self) -> int:
        """All that was given, freight included."""
        return sum(applied.off_fen for applied in self.applied)

    @property
    def payable_fen(self) -> int:
        """What the shopper pays."""
        return self.goods_fen + self.freight_fen


@dataclass(frozen=True, slots=True)
class Refund:
    """What goes back for some pieces: by line, and the freight with the last of them."""

    lines_fen: Mapping[str, int]
    freight_fen: int

    @property
    def total_fen(self) -> int:
        """What the shopper gets."""
        return sum(self.lines_fen.values()) + self.freight_fen


class LineRefused(DomainError):
    """A line has a key of its own, 1 to 999 pieces, and a floor no higher than its list price."""

    code: ClassVar[str] = "pricing_line_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class AdjustmentRefused(DomainError):
    """An adjustment says something that its stage cannot do, or a sum or rate that none may be."""

    code: ClassVar[str] = "pricing_adjustment_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class FreightRefused(DomainError):
    """Freight is a whole number of fen, zero or more."""

    code: ClassVar[str] = "pricing_freight_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class PiecesRefused(DomainError):
    """More pieces, or others, than this order has left to give back."""

    code: ClassVar[str] = "pricing_pieces_refused"
    kind: ClassVar[Kind] = Kind.INVALID
