"""What the journeys need from whoever carries money: the port, its words and its refusals.

One provider speaks for one merchant account. No call of a provider belongs inside a transaction
of the database: commit what you mean to do, call, then record what came of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from zhiyin.domain.bills.types import BillKind as BillKind
from zhiyin.flows.paying_out import TransferAsked, TransferFact
from zhiyin.kit.errors import DomainError, Kind

CURRENCY = "CNY"


class PaymentState(StrEnum):
    """Where a payment stands with its provider."""

    UNPAID = "unpaid"
    PAYING = "paying"  # she is at it: ask again
    PAID = "paid"
    REFUNDED = "refunded"  # paid, and at least one refund was asked for
    CLOSED = "closed"
    FAILED = "failed"  # this try did not work; she may try again


class RefundState(StrEnum):
    """Where a refund stands with its provider."""

    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    CLOSED = "closed"  # it did not happen: the money is with the merchant
    STUCK = "stuck"  # it left the merchant and cannot arrive: a person has to act


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAsked:
    """A payment to be opened.

    payment_no: ours, 6 to 32 of [0-9A-Za-z_-|*@], fixed before the call and never reused.
    payer: who she is to the provider (WeChat: her openid under the merchant's app).
    notify_url: https, without a query.
    """

    payment_no: str
    amount_fen: int
    subject: str
    payer: str
    notify_url: str
    expires_at: datetime
    memo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOpened:
    """What the page needs to have her pay, ready to be handed to it as it is."""

    payment_no: str
    page: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFact:
    """What the provider says of a payment. Only this (asked or notified) decides, never a page.

    `paid_at` is UTC; it, `transaction_id` and `payer` are there once money has moved.
    """

    payment_no: str
    state: PaymentState
    merchant_id: str
    app_id: str
    amount_fen: int | None
    currency: str
    transaction_id: str = ""
    payer: str = ""
    paid_at: datetime | None = None
    memo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAsked:
    """Money to be given back.

    refund_no: ours, fixed before the call. A retry bears the same, and is the same refund.
    paid_fen: what the payment was, in all.
    notify_url: https, without a query; empty: nobody is told, and the refund is asked about.
    transaction_id: the provider's number of the money, where ours names no payment of ours.
    """

    payment_no: str
    refund_no: str
    amount_fen: int
    paid_fen: int
    reason: str
    notify_url: str
    transaction_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFact:
    """What the provider says of a refund. `settled_at` (UTC) is there when it has arrived."""

    payment_no: str
    refund_no: str
    provider_refund_id: str
    transaction_id: str
    state: RefundState
    merchant_id: str
    amount_fen: int
    paid_fen: int
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A verified notification. Its `id` is the provider's, the same each time it is sent again."""

    id: str
    created_at: datetime
    about: PaymentFact | RefundFact | TransferFact


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRow:
    """A payment or a refund of a day. `number` is ours; `amount_fen` is positive for both."""

    kind: BillKind
    payment_no: str
    number: str
    transaction_id: str
    amount_fen: int
    at: datetime


class PaymentError(DomainError):
    """A provider did not do what was asked.

    `is_permanent`: asking the same again gives the same. If it is False, ask again later, with
    the same numbers.
    """

    is_permanent: ClassVar[bool] = True


class PaymentInputRefused(PaymentError):
    """What was asked for cannot be asked for like this. `field` says what is wrong; nothing was
    sent.
    """

    code: ClassVar[str] = "payment_input_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class PaymentNotFound(PaymentError):
    """The provider knows no payment, refund or transfer by this number."""

    code: ClassVar[str] = "payment_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class PaymentClosed(PaymentError):
    """The payment was closed at the provider. To be paid, it needs a new number."""

    code: ClassVar[str] = "payment_closed"
    kind: ClassVar[Kind] = Kind.CONFLICT


class PaymentAlreadyPaid(PaymentError):
    """The payment was paid: it can be neither opened again nor closed. Query it."""

    code: ClassVar[str] = "payment_already_paid"
    kind: ClassVar[Kind] = Kind.CONFLICT


class PaymentNumberUsed(PaymentError):
    """The number belongs to another payment, of another sum or person."""

    code: ClassVar[str] = "payment_number_used"
    kind: ClassVar[Kind] = Kind.CONFLICT


class RefundRefused(PaymentError):
    """The provider gives this money not back: too much, too often, too late, or never paid.

    `why` is the provider's code.
    """

    code: ClassVar[str] = "refund_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class RefundUncovered(PaymentError):
    """The merchant's account holds too little for this refund. Fill it, then ask again."""

    code: ClassVar[str] = "refund_uncovered"
    kind: ClassVar[Kind] = Kind.CONFLICT
    is_permanent: ClassVar[bool] = False


class TransferUncovered(PaymentError):
    """The merchant's account holds too little for this transfer. Fill it, then ask again."""

    code: ClassVar[str] = "transfer_uncovered"
    kind: ClassVar[Kind] = Kind.CONFLICT
    is_permanent: ClassVar[bool] = False


class PaymentProviderBusy(PaymentError):
    """Too many calls, or two refunds of one payment within a minute. Ask again later."""

    code: ClassVar[str] = "payment_provider_busy"
    kind: ClassVar[Kind] = Kind.TOO_MANY
    is_permanent: ClassVar[bool] = False


class PaymentProviderUnreached(PaymentError):
    """The provider could not be reached. Nothing was asked of it, so nothing was done."""

    code: ClassVar[str] = "payment_provider_unreached"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    is_permanent: ClassVar[bool] = False


class PaymentOutcomeUnknown(PaymentError):
    """It was asked for, and no trustworthy answer came: it may have been done or not.

    Query it, or ask again under the same number; never under a new one. `why` is a word.
    """

    code: ClassVar[str] = "payment_outcome_unknown"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    is_permanent: ClassVar[bool] = False


class PaymentProviderRefused(PaymentError):
    """The provider does not serve this account like this: signature, rights or parameters.

    `why` is the provider's code. Somebody has to mend the settings.
    """

    code: ClassVar[str] = "payment_provider_refused"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


class NotificationRefused(PaymentError):
    """The notification is not proven to be the provider's. Answer 401 and change nothing.

    `why` is a word: signature_type, header_missing, window, key_unknown, key_expired, signature,
    too_long.
    """

    code: ClassVar[str] = "payment_notification_refused"
    kind: ClassVar[Kind] = Kind.DENIED


class NotificationUnreadable(PaymentError):
    """The notification is the provider's, and cannot be opened or is none that we know.

    `why` is a word. Answer an error: it will be sent again, and a person should look.
    """

    code: ClassVar[str] = "payment_notification_unreadable"
    kind: ClassVar[Kind] = Kind.INVALID


class NotificationForeign(PaymentError):
    """The notification is about the money of another merchant or app. Nothing is to be done."""

    code: ClassVar[str] = "payment_notification_foreign"
    kind: ClassVar[Kind] = Kind.DENIED


class BillNotReady(PaymentError):
    """The day's bill is not made yet. Ask again later."""

    code: ClassVar[str] = "payment_bill_not_ready"
    kind: ClassVar[Kind] = Kind.CONFLICT
    is_permanent: ClassVar[bool] = False


class BillAbsent(PaymentError):
    """The provider has no bill of this day: nothing was paid or given back on it, or it is too
    long ago.
    """

    code: ClassVar[str] = "payment_bill_absent"
    kind: ClassVar[Kind] = Kind.MISSING


class BillDamaged(PaymentError):
    """The bill that came is not the one that was announced, or cannot be read. `why` is a word."""

    code: ClassVar[str] = "payment_bill_damaged"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    is_permanent: ClassVar[bool] = False


class PaymentProvider(Protocol):
    """Carries the money of one merchant account. Every call returns within a bounded time.

    Each may raise PaymentProviderBusy, PaymentProviderUnreached, PaymentOutcomeUnknown and
    PaymentProviderRefused, besides what it says.
    """

    @property
    def name(self) -> str:
        """Who carries it, in a word: what `purchase` calls the provider."""

    @property
    def merchant_id(self) -> str:
        """Whose money it is: keep it with a payment, for whoever asks or refunds it later."""

    def open_payment(self, *, asked: PaymentAsked) -> PaymentOpened:
        """Have a payment ready to be paid. Safe to repeat with the same contents.

        Raises PaymentInputRefused, PaymentAlreadyPaid, PaymentClosed, PaymentNumberUsed.
        """

    def query_payment(self, *, payment_no: str) -> PaymentFact:
        """Where a payment stands. Raises PaymentNotFound."""

    def query_transaction(self, *, transaction_id: str) -> PaymentFact:
        """The same, by the provider's number. Raises PaymentNotFound."""

    def close_payment(self, *, payment_no: str) -> None:
        """Let nobody pay it any more. Safe to repeat.

        Raises PaymentNotFound, PaymentAlreadyPaid.
        """

    def refund(self, *, asked: RefundAsked) -> RefundFact:
        """Ask for money to be given back. Accepted is not arrived: query, or wait to be told.

        Raises PaymentInputRefused, PaymentNotFound, RefundRefused, RefundUncovered.
        """

    def query_refund(self, *, refund_no: str) -> RefundFact:
        """Where a refund stands. Raises PaymentNotFound."""

    def transfer(self, *, asked: TransferAsked) -> TransferFact:
        """Ask for money to go to a person. Accepted is not arrived: query, or wait to be told.

        Safe to repeat with the same contents. Raises PaymentInputRefused, TransferUncovered,
        PaymentNumberUsed.
        """

    def query_transfer(self, *, bill_no: str) -> TransferFact:
        """Where a transfer stands. Raises PaymentNotFound."""

    def verify_notification(
        self, *, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Notification:
        """What a call to the notify address says, once it is proven to be the provider's.

        Calls nobody. `headers` by any case. It may be a duplicate, and late: the caller sees to
        that. Raises NotificationRefused, NotificationUnreadable, NotificationForeign.
        """

    def trade_rows(self, *, day: date) -> tuple[BillRow, ...]:
        """The payments and refunds of a day in the provider's zone, as its bill lists them.

        Raises BillNotReady, BillAbsent, BillDamaged.
        """


def disagreement(fact: PaymentFact, *, payment_no: str, amount_fen: int) -> str | None:
    """The first field in which money received is not what was asked for; None if it is.

    Money that disagrees is quarantined, never "paid" (reliability.md, P1). Merchant and app were
    compared by the provider's connector.
    """
    if fact.payment_no != payment_no:
        return "payment_no"
    if fact.currency != CURRENCY:
        return "currency"
    if fact.amount_fen != amount_fen:
        return "amount_fen"
    return None
