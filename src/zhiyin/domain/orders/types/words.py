"""The words of buying: a cart, an order and its lines, a payment, a pickup, a refund; and what
was bought before Zhiyin."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from zhiyin.domain.pricing.types import Quote

MOST_PIECES = 99
"""Of one SKU in a cart or an order."""
MOST_LINES = 50
WRONG_CODES_AN_HOUR = 30
"""So many wrong pickup codes may one account type; a clerk who mistypes never comes near."""

UNDO_WITHIN = timedelta(minutes=30)
"""For so long may a clerk take back a pickup that she marked by mistake."""


class Delivery(StrEnum):
    """How the goods reach her."""

    PICKUP = "pickup"
    PARCEL = "parcel"


class OrderState(StrEnum):
    """Where an order stands."""

    UNPAID = "unpaid"  # its pieces are held until `pay_by`
    GROUPING = "grouping"  # paid; its group-buy is not complete yet
    PAID = "paid"  # to be handed over
    PART_SENT = "part_sent"
    SENT = "sent"
    DONE = "done"  # collected or received
    CLOSED = "closed"  # it was never paid in time
    REFUNDED = "refunded"  # every piece was given back


class OrderMove(StrEnum):
    """What happens to an order."""

    PLACE = "place"
    PAY = "pay"
    PAY_IN_GROUP = "pay_in_group"
    WIN = "win"
    SEND_PART = "send_part"
    SEND = "send"
    RECEIVE = "receive"
    COLLECT = "collect"
    UNDO_COLLECT = "undo_collect"
    CLOSE = "close"
    REFUND = "refund"  # a part of it: the state stays
    REFUND_ALL = "refund_all"


class CloseReason(StrEnum):
    """Why an order was never paid."""

    CANCELLED = "cancelled"  # she said so
    EXPIRED = "expired"
    GROUP_LOST = "group_lost"
    SOLD_OUT = "sold_out"  # paid too late, and the goods were gone
    PAID_LATE = "paid_late"


class PaymentState(StrEnum):
    """Where a payment stands with us. What the provider says decides, and only that."""

    OPEN = "open"
    PAID = "paid"
    LATE = "late"  # money came for an order that could not take it: it goes back
    CLOSED = "closed"


class RefundState(StrEnum):
    """Where money that goes back stands."""

    GRANTED = "granted"  # promised; the provider has not been asked, or could not be reached
    ASKED = "asked"  # the provider is at it
    DONE = "done"
    STUCK = "stuck"  # a person has to act


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Whose cart it is: a member's, or a guest's by her random key."""

    member_id: UUID | None = None
    guest_key: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CartItem:
    """Some pieces of a SKU in a cart; `look_id` and `koc_id` say whose look they came with."""

    id: UUID
    sku_id: UUID
    quantity: int
    look_id: UUID | None
    koc_id: UUID | None
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """A line to be ordered: what pricing made of it, and what a page says of it later.

    `key` is pricing's name of the line. The words are kept as they were when she bought.
    """

    key: str
    sku_id: UUID
    product_id: UUID
    look_id: UUID | None
    koc_id: UUID | None
    name_zh: str
    name_en: str
    color: str
    size_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """An order to be placed. The same `order_id` is the same order, however often it is sent."""

    order_id: UUID
    payment_id: UUID
    member_id: UUID
    store_id: UUID
    delivery: Delivery
    quote: Quote
    lines: tuple[LineFacts, ...]
    provider: str
    pay_by: datetime
    merchant_id: str = ""
    group_id: UUID | None = None
    address: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An order that waits to be paid; `group_id` is the group it is bought in, if any."""

    order_id: UUID
    number: str
    payment_id: UUID
    payable_fen: int
    pay_by: datetime
    group_id: UUID | None
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A line as it was ordered; `unit_fen` has what was paid for each of its pieces.

    Of the pieces `refunded`, `withdrawn` never left the store; `claimed` stand in an open case.
    """

    id: UUID
    key: str
    sku_id: UUID
    product_id: UUID
    look_id: UUID | None
    koc_id: UUID | None
    name_zh: str
    name_en: str
    color: str
    size_label: str
    list_fen: int
    unit_fen: tuple[int, ...]
    refunded: int
    sent: int
    withdrawn: int = 0
    claimed: int = 0

    @property
    def quantity(self) -> int:
        """Pieces ordered."""
        return len(self.unit_fen)

    @property
    def payable_fen(self) -> int:
        """What was paid for them all."""
        return sum(self.unit_fen)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCard:
    """An order as lists and pages show it. `explained` holds what pricing applied and refused."""

    id: UUID
    number: str
    member_id: UUID
    store_id: UUID
    delivery: Delivery
    state: OrderState
    group_id: UUID | None
    list_goods_fen: int
    goods_fen: int
    freight_fen: int
    payable_fen: int
    refunded_fen: int
    placed_at: datetime
    pay_by: datetime
    paid_at: datetime | None
    done_at: datetime | None
    closed_at: datetime | None
    close_reason: str
    explained: Mapping[str, object]
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of orders, newest first, and how many there are in all."""

    orders: tuple[OrderCard, ...]
    total: int


@dataclass(frozen=True, slots=True)
class OrderSums:
    """Some orders together: how many wait to be paid, and how many were; what was paid, and what
    of it goes back or went, in fen. Closed orders count for nothing.
    """

    unpaid: int
    paid: int
    paid_fen: int
    refunded_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilters:
    """Which orders somebody looks for. `store_ids` None: of all stores; no states: of any."""

    store_ids: tuple[UUID, ...] | None = None
    states: tuple[OrderState, ...] = ()
    delivery: Delivery | None = None
    number: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A line of an order's history: what happened, when, and by whom (both empty: a journey)."""

    id: UUID
    move: OrderMove
    state: OrderState
    at: datetime
    member_id: UUID | None
    user_id: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCard:
    """A payment and the order it is for.

    `merchant_id`: whose account it is asked into, and took it once it is paid; empty if unknown.
    """

    id: UUID
    order_id: UUID
    provider: str
    merchant_id: str
    state: PaymentState
    amount_fen: int
    refunded_fen: int
    transaction_id: str
    opened_at: datetime

    @property
    def payment_no(self) -> str:
        """Its number with the provider."""
        return self.id.hex


@dataclass(frozen=True, slots=True)
class Freight:
    """What a brand charges for a parcel; nothing from `free_from_fen` of goods on, if set."""

    flat_fen: int
    free_from_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSettle:
    """A payment and its order, both locked, as money for it comes in."""

    payment: PaymentCard
    order_id: UUID
    number: str
    member_id: UUID
    state: OrderState
    delivery: Delivery
    group_id: UUID | None
    goods_fen: int
    freight_fen: int
    is_spent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundCard:
    """Money that goes back: `pieces` by line key; empty where all of a late payment goes back."""

    id: UUID
    order_id: UUID
    payment_id: UUID
    provider: str
    merchant_id: str
    amount_fen: int
    goods_fen: int
    freight_fen: int
    paid_fen: int
    pieces: Mapping[str, int]
    state: RefundState
    cause: str
    reason: str
    granted_at: datetime
    done_at: datetime | None
    tries: int

    @property
    def refund_no(self) -> str:
        """Its number with the provider: the same for every try."""
        return self.id.hex


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupCard:
    """A pickup: its order, and when and by whom it was collected, if it was."""

    id: UUID
    order_id: UUID
    store_id: UUID
    collected_at: datetime | None
    collected_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTrier:
    """Who tries a pickup code: an account of the staff, or a key of the API, whoever it names."""

    user_id: int | None = None
    key_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseFacts:
    """A purchase as a brand's earlier system knows it: `external_ref` is its number there.

    `paid_fen` in fen, None where that system does not say.
    """

    external_ref: str
    member_id: UUID
    sku_id: UUID
    bought_at: datetime
    paid_fen: int | None = None


@dataclass(frozen=True, slots=True)
class PurchaseCard:
    """A purchase that verifies a review: a past one, or a line of an order by its number."""

    id: UUID
    external_ref: str
    member_id: UUID
    sku_id: UUID
    bought_at: datetime
    paid_fen: int | None
