"""The words of what comes after paying: parcels, after-sales cases, addresses, invoices.

The second half of the room's types (400 lines); entered like them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind
from zhiyin.kit.events import DomainEvent

MOST_ADDRESSES = 20
WORDS_CHARS_MAX = 200
TRACKING_CHARS_MAX = 40
MOST_CASE_PHOTOS = 3


class Carrier(StrEnum):
    """Who carries a parcel."""

    SF = "sf"
    EMS = "ems"
    JD = "jd"
    ZTO = "zto"
    YTO = "yto"
    STO = "sto"
    YUNDA = "yunda"
    JT = "jt"
    OTHER = "other"


class CaseKind(StrEnum):
    """What she asks for."""

    REFUND_ONLY = "refund_only"  # the money, and no goods go back
    RETURN = "return"  # the goods go back first


class GoingBack(StrEnum):
    """How goods of a case go back."""

    NONE = ""
    PARCEL = "parcel"
    STORE = "store"


class CaseReason(StrEnum):
    """Why she asks."""

    NO_REASON = "no_reason"
    SIZE = "size"
    QUALITY = "quality"
    WRONG_GOODS = "wrong_goods"
    NOT_AS_SHOWN = "not_as_shown"
    NOT_ARRIVED = "not_arrived"
    OTHER = "other"


class CaseState(StrEnum):
    """Where an after-sales case stands."""

    ASKED = "asked"
    APPROVED = "approved"  # passed through within one act
    WAITING_GOODS = "waiting_goods"
    GOODS_SENT = "goods_sent"
    GOODS_BACK = "goods_back"  # passed through within one act
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    REFUSED = "refused"
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class CaseMove(StrEnum):
    """What happens to a case."""

    ASK = "ask"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    AWAIT_GOODS = "await_goods"
    SEND_GOODS = "send_goods"
    TAKE_GOODS = "take_goods"
    GRANT = "grant"
    ARRIVE = "arrive"
    ESCALATE = "escalate"
    LAPSE = "lapse"


class Turn(StrEnum):
    """Who has to act next."""

    NOBODY = ""
    SHOPPER = "shopper"
    BRAND = "brand"
    ADMIN = "admin"
    PROVIDER = "provider"


class TitleKind(StrEnum):
    """Whose name an invoice bears."""

    PERSONAL = "personal"
    COMPANY = "company"


class InvoiceState(StrEnum):
    """Where a request for an invoice stands."""

    ASKED = "asked"
    ISSUED = "issued"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelCard:
    """A parcel of an order: `pieces` by line key."""

    id: UUID
    order_id: UUID
    carrier: Carrier
    tracking_no: str
    sent_at: datetime
    received_at: datetime | None
    pieces: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAsked:
    """What she asks for: pieces by line key. `words` are hers and are kept sealed."""

    kind: CaseKind
    reason: CaseReason
    pieces: Mapping[str, int]
    going_back: GoingBack = GoingBack.NONE
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCard:
    """A case as pages show it. `amount_fen` is what its pieces came to when it was opened."""

    id: UUID
    order_id: UUID
    order_number: str
    store_id: UUID
    member_id: UUID
    kind: CaseKind
    reason: CaseReason
    going_back: GoingBack
    pieces: Mapping[str, int]
    state: CaseState
    turn: Turn
    deadline_at: datetime | None
    amount_fen: int
    answer: str
    carrier: str
    tracking_no: str
    refund_id: UUID | None
    opened_at: datetime
    closed_at: datetime | None
    escalated_at: datetime | None

    @property
    def may_escalate(self) -> bool:
        """Whether a refusal may still be taken to an admin."""
        return self.state is CaseState.REFUSED and self.escalated_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStepCard:
    """A line of a case's history (nobody: the clock, or a journey)."""

    id: UUID
    move: CaseMove
    state: CaseState
    at: datetime
    deadline_at: datetime | None
    by_member: bool
    user_id: int | None


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of cases, and how many there are in all."""

    cases: tuple[CaseCard, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTerms:
    """For how many days after the goods were hers she may ask. Seven are the law's least."""

    within_days: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFacts:
    """Where a parcel goes."""

    name: str
    phone: str
    region: str
    street: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressCard:
    """An address of her book, opened."""

    id: UUID
    facts: AddressFacts
    is_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFacts:
    """Whose name an invoice bears; a company has a tax number."""

    kind: TitleKind
    title: str
    tax_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceCard:
    """A request for an invoice, without what is sealed. `answer`: its number, or why not."""

    id: UUID
    order_id: UUID
    order_number: str
    member_id: UUID
    kind: TitleKind
    state: InvoiceState
    amount_fen: int
    asked_at: datetime
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelSent(DomainEvent):
    """A parcel has left."""

    name: ClassVar[str] = "orders.parcel_sent"
    order_id: UUID
    parcel_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMoved(DomainEvent):
    """A case went on: whoever is told of it is told where it stands."""

    name: ClassVar[str] = "orders.case_moved"
    order_id: UUID
    case_id: UUID
    state: CaseState


class NothingToSend(DomainError):
    """These pieces are not there to be sent: sent, given back, or in an open case. See `line`."""

    code: ClassVar[str] = "parcel_pieces_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class ParcelReused(DomainError):
    """This order has a parcel with that number and other contents. Look at the number again."""

    code: ClassVar[str] = "parcel_number_reused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class TrackingRefused(DomainError):
    """A tracking number has 4 to 40 letters and digits."""

    code: ClassVar[str] = "tracking_number_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class CaseNotFound(DomainError):
    """There is no such case, or it is not yours."""

    code: ClassVar[str] = "case_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class CaseMoveRefused(DomainError):
    """The case is past this, or not there yet. `state` says where it stands."""

    code: ClassVar[str] = "case_move_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class CaseRefused(DomainError):
    """A case names pieces of its order, and how the goods go back if they do. See `field`."""

    code: ClassVar[str] = "case_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class PiecesClaimed(DomainError):
    """Another open case, or a refund, has some of these pieces already. `line` says which."""

    code: ClassVar[str] = "case_pieces_claimed"
    kind: ClassVar[Kind] = Kind.CONFLICT


class CaseTooLate(DomainError):
    """The time to ask is over. `until` says when it was."""

    code: ClassVar[str] = "case_too_late"
    kind: ClassVar[Kind] = Kind.CONFLICT


class TermsRefused(DomainError):
    """Goods may be given back for 7 to 90 days; the law asks for seven at least."""

    code: ClassVar[str] = "case_terms_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class AddressRefused(DomainError):
    """An address needs a name, a mainland phone number, a region and a street. See `field`."""

    code: ClassVar[str] = "address_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class AddressNotFound(DomainError):
    """This address is not in your book."""

    code: ClassVar[str] = "address_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class AddressBookFull(DomainError):
    """The book holds 20 addresses. Remove one first."""

    code: ClassVar[str] = "address_book_full"
    kind: ClassVar[Kind] = Kind.CONFLICT


class InvoiceNotFound(DomainError):
    """There is no such request for an invoice."""

    code: ClassVar[str] = "invoice_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class InvoiceRefused(DomainError):
    """An invoice needs a title; a company's also a tax number of 15 to 20. See `field`."""

    code: ClassVar[str] = "invoice_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class InvoiceMoveRefused(DomainError):
    """The request is past this. `state` says where it stands."""

    code: ClassVar[str] = "invoice_move_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT
