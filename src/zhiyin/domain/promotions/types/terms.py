"""What an operator sets up, who buys, and what a promotion gives her or why it gives nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from zhiyin.domain.catalog.types import Category
from zhiyin.domain.pricing.types import Adjustment, Line, RefusedRule


class PromotionKind(StrEnum):
    """What a promotion is. Its rule in a quote bears the code "<kind>:<id>"."""

    GROUP_BUY = "group_buy"
    FLASH_SALE = "flash"
    COUPON = "coupon"
    TRIAL = "trial"


class PromotionState(StrEnum):
    """Where a promotion stands at a moment."""

    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"
    STOPPED = "stopped"  # by hand, before its end


class Delivery(StrEnum):
    """How goods get to her."""

    PICKUP = "pickup"
    PARCEL = "parcel"


class Why(StrEnum):
    """Why a promotion gives nothing to this buyer. (Pricing has reasons of its own.)"""

    NOT_STARTED = "not_started"
    ENDED = "ended"
    STOPPED = "stopped"
    OTHER_STORE = "other_store"
    NEEDS_PICKUP = "needs_pickup"
    NEEDS_PARCEL = "needs_parcel"
    NOT_NEW_CUSTOMER = "not_new_customer"
    USED_UP = "used_up"
    ONCE_PER_PERSON = "once_per_person"
    PER_PERSON = "per_person"
    ONLY_IN_GROUP = "only_in_group"
    GROUP_CLOSED = "group_closed"
    GROUP_FULL = "group_full"
    NOT_CLAIMED = "not_claimed"
    UNKNOWN_COUPON = "unknown_coupon"
    OTHER_GOODS = "other_goods"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who buys, and how she gets it. `store_id` is where she collects, or None."""

    member_id: UUID
    is_new_customer: bool
    store_id: UUID | None
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Priced:
    """A line of an order with the category of its product, which coupons may ask for."""

    line: Line
    category: Category


@dataclass(frozen=True, slots=True)
class Offers:
    """What promotions give to some lines, and which of them give nothing and why."""

    adjustments: tuple[Adjustment, ...] = ()
    refused: tuple[RefusedRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an operator says of any promotion.

    `store_ids` empty: every store, and parcels. `deliveries` empty: either way. `most_uses` and
    `per_person` None: no limit. They count pieces of a flash sale or trial, redemptions of a
    coupon, seats of a group-buy (`per_person` only).
    """

    name_zh: str
    name_en: str
    starts_at: datetime
    ends_at: datetime
    store_ids: Sequence[UUID] = ()
    deliveries: Sequence[Delivery] = ()
    is_for_new_customers: bool = False
    most_uses: int | None = None
    per_person: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBuyFacts(Facts):
    """`seats` people pay `price_fen` for a piece each of these SKUs of one product, or nobody does.

    A group stays open for `open_hours`; then everybody who paid is refunded.
    """

    sku_ids: Sequence[UUID]
    price_fen: int
    seats: int
    open_hours: int
    most_pieces: int | None = None
    takes_coupons: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FlashSaleFacts(Facts):
    """One SKU at another price for a while, as long as `most_uses` pieces last."""

    sku_id: UUID
    price_fen: int
    takes_coupons: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialFacts(Facts):
    """A piece of these SKUs to try at a small price: one piece a person, once."""

    sku_ids: Sequence[UUID]
    price_fen: int
    takes_coupons: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponFacts(Facts):
    """An amount or a rate off (one of the two), from a sum on, for some categories or all.

    `code`: who types it may use it. `is_claimable`: who claims it has it. One of them at least.
    """

    off_fen: int | None = None
    off_bps: int | None = None
    most_off_fen: int | None = None
    from_fen: int = 0
    categories: Sequence[Category] = ()
    is_stackable: bool = False
    is_claimable: bool = False
    code: str = ""


AnyFacts = GroupBuyFacts | FlashSaleFacts | TrialFacts | CouponFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A promotion as its row holds it. What a kind has no use for is None, empty or False."""

    id: UUID
    kind: PromotionKind
    name_zh: str
    name_en: str
    starts_at: datetime
    ends_at: datetime
    stopped_at: datetime | None
    store_ids: tuple[UUID, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    is_for_new_customers: bool = False
    most_uses: int | None = None
    per_person: int | None = None
    used: int = 0
    price_fen: int | None = None
    takes_coupons: bool = True
    seats: int | None = None
    open_hours: int | None = None
    most_pieces: int | None = None
    off_fen: int | None = None
    off_bps: int | None = None
    most_off_fen: int | None = None
    from_fen: int = 0
    categories: tuple[Category, ...] = ()
    is_stackable: bool = True
    is_claimable: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What came of a promotion: pieces or redemptions that count, by how many people; groups."""

    uses: int = 0
    people: int = 0
    claims: int = 0
    groups_open: int = 0
    groups_won: int = 0
    groups_lost: int = 0


@dataclass(frozen=True, slots=True)
class PromotionCard:
    """A promotion as an operator sees it."""

    terms: Terms
    state: PromotionState
    sku_ids: tuple[UUID, ...]
    counts: Counts


@dataclass(frozen=True, slots=True)
class PromotionPage:
    """One page of promotions, and how many there are in all."""

    promotions: tuple[PromotionCard, ...]
    total: int


@dataclass(frozen=True, slots=True)
class PromotionMoveCard:
    """A line of a promotion's history: `fields` are those that changed."""

    at: datetime
    act: str
    fields: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class CouponCard:
    """A coupon in a member's hand, or for her to claim. `why_not` is None while she may use it."""

    terms: Terms
    claimed_at: datetime | None
    used: int
    why_not: Why | None


@dataclass(frozen=True, slots=True)
class KeptOfMember:
    """One thing that is kept of a member: a claimed coupon, a use, or a seat (`what`)."""

    what: str
    promotion_id: UUID
    order_id: UUID | None
    at: datetime
    ended_at: datetime | None
