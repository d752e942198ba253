"""The words of commissions: who may earn, on which terms, and what becomes of what she earned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind

MOST_RATE_BPS = 3_000
"""All commissions on a sale together, of what was paid for the goods: the share of an order that
WeChat Pay lets a merchant split by default."""
MOST_LEVELS = 2
"""A second level needs a recorded acknowledgement; the database knows no third."""
LEAST_WINDOW_DAYS, MOST_WINDOW_DAYS = 7, 90
"""The law lets a shopper return for seven days: nothing is paid out before."""
NAME_CHARS_MAX = 60
STATEMENT_CHARS_MAX = 500


class Earner(StrEnum):
    """What somebody is when she earns."""

    KOC = "koc"
    STAFF = "staff"
    PARTNER = "partner"


class PlanState(StrEnum):
    """Where a plan stands: it may be changed until it is switched on, and never after."""

    DRAFT = "draft"
    ON = "on"
    OFF = "off"


class CommissionState(StrEnum):
    """Where a commission stands."""

    PENDING = "pending"  # paid for; a group-buy: won
    UNLOCKED = "unlocked"  # the goods are hers, and may still go back
    PAYABLE = "payable"  # the promoter's own
    REVERSED = "reversed"  # all of the goods went back


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """What an operator says of a plan.

    `rate_bps` of what was paid for a line of goods; no more than `cap_fen` on one line, if set.
    `second_bps` goes to whoever introduced the promoter, if set. No `categories`: of all goods.
    `window_days` after the goods are the shopper's, it is the promoter's.

    `join_fee_fen`, `least_purchase_fen` and `levels` are here to be refused by name: joining is
    free, and nobody is paid below the second level.
    """

    name: str
    earner: Earner
    rate_bps: int
    cap_fen: int | None = None
    second_bps: int | None = None
    categories: tuple[str, ...] = ()
    window_days: int = LEAST_WINDOW_DAYS
    rewarded: str = "sale"
    join_fee_fen: int = 0
    least_purchase_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCard:
    """A plan as it stands."""

    id: UUID
    name: str
    earner: Earner
    rate_bps: int
    cap_fen: int | None
    second_bps: int | None
    categories: tuple[str, ...]
    window_days: int
    switched_on_at: datetime | None
    switched_off_at: datetime | None

    @property
    def state(self) -> PlanState:
        """Draft, on or off."""
        if self.switched_on_at is None:
            return PlanState.DRAFT
        return PlanState.ON if self.switched_off_at is None else PlanState.OFF

    @property
    def total_bps(self) -> int:
        """What a sale costs at most by this plan, both levels together."""
        return self.rate_bps + (self.second_bps or 0)


@dataclass(frozen=True, slots=True)
class PlanMoveCard:
    """A line of a plan's history: what was done, when, by which account ("" for the API)."""

    act: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoterCard:
    """A member who may earn, and who introduced her. `until` is set once she has left."""

    id: UUID
    member_id: UUID
    earner: Earner
    koc_id: UUID | None
    user_id: int | None
    introduced_by: UUID | None
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFollowed:
    """A line of an order: what was paid for it, and what of that has not gone back, in fen."""

    line_id: UUID
    category: str
    koc_id: UUID | None
    paid_fen: int
    kept_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFollowed:
    """An order as it stands, for its commissions to be brought to.

    `is_sold`: it is paid, and its group, if it is bought in one, has been won.
    `handed_over_by` is the account of the clerk who redeemed its code.
    """

    order_id: UUID
    buyer_id: UUID
    is_sold: bool
    paid_at: datetime | None
    done_at: datetime | None
    handed_over_by: int | None
    lines: tuple[LineFollowed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionCard:
    """What one promoter earns on one line. `due_at`: from when on it can be hers, once unlocked.

    `rate_bps` and `base_fen` are those of the day it was earned, whatever the plan says today.
    """

    id: UUID
    plan_id: UUID
    promoter_id: UUID
    member_id: UUID
    level: int
    order_id: UUID
    line_id: UUID
    base_fen: int
    rate_bps: int
    amount_fen: int
    reversed_fen: int
    state: CommissionState
    accrued_at: datetime
    unlocked_at: datetime | None
    due_at: datetime | None
    settled_at: datetime | None
    settlement_id: UUID | None

    @property
    def left_fen(self) -> int:
        """What of it has not been taken back."""
        return self.amount_fen - self.reversed_fen


@dataclass(frozen=True, slots=True)
class CommissionPage:
    """A page of commissions, newest first, and how many there are in all."""

    commissions: tuple[CommissionCard, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Earnings:
    """A promoter's money in fen: what waits for the goods and for the window, what is hers."""

    pending_fen: int
    payable_fen: int
    debt_fen: int


@dataclass(frozen=True, slots=True)
class Settled:
    """A batch of commissions that became their promoters' own; empty when none was due."""

    commissions: int
    promoters: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a plan would have cost on some orders: sums in fen, and by promoter."""

    orders: int
    goods_fen: int
    amount_fen: int
    by_promoter_fen: Mapping[UUID, int] = field(default_factory=dict)


class PlanNotFound(DomainError):
    """The brand has no such commission plan."""

    code: ClassVar[str] = "commission_plan_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class PlanRefused(DomainError):
    """Something that was said of the plan cannot be. `field` says what."""

    code: ClassVar[str] = "commission_plan_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class JoiningIsFree(DomainError):
    """A plan may not ask for a fee or a purchase before somebody may earn. `field` says which."""

    code: ClassVar[str] = "commission_joining_is_free"
    kind: ClassVar[Kind] = Kind.INVALID


class OnlySalesArePaid(DomainError):
    """Commission is paid for goods that were sold, never for sharing or for bringing promoters."""

    code: ClassVar[str] = "commission_only_sales_are_paid"
    kind: ClassVar[Kind] = Kind.INVALID


class RateTooHigh(DomainError):
    """All commissions on one sale together may not pass the cap. `total_bps`, `most_bps`."""

    code: ClassVar[str] = "commission_rate_too_high"
    kind: ClassVar[Kind] = Kind.INVALID


class AcknowledgementNeeded(DomainError):
    """A second level is off until somebody who may has acknowledged in writing what it means."""

    code: ClassVar[str] = "commission_acknowledgement_needed"
    kind: ClassVar[Kind] = Kind.DENIED


class PlanFixed(DomainError):
    """The plan is on or was: people earn by it. Switch it off and set up another."""

    code: ClassVar[str] = "commission_plan_fixed"
    kind: ClassVar[Kind] = Kind.CONFLICT


class PromoterNotFound(DomainError):
    """The brand has no such promoter."""

    code: ClassVar[str] = "promoter_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class AlreadyPromoter(DomainError):
    """She is one already. Who introduced her was written down when she joined, and stays."""

    code: ClassVar[str] = "promoter_already"
    kind: ClassVar[Kind] = Kind.CONFLICT
