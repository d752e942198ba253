"""What the journeys need from outside, in their own words. `project/wiring.py` says who answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Protocol
from uuid import UUID

from zhiyin.domain.audience.types import Vocabulary
from zhiyin.domain.brands.types import PaymentAccountFacts
from zhiyin.domain.webhooks.types import Attempt
from zhiyin.flows.paying import PaymentProvider, PaymentState
from zhiyin.flows.paying_out import TransferFact
from zhiyin.kit.errors import DomainError, Kind


class SmsUnavailable(DomainError):
    """The message could not be handed over. The code it carried is spent: ask for another."""

    code: ClassVar[str] = "sms_unavailable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


class SmsSender(Protocol):
    """Carries a sign-in code to a phone, signed by the brand it is for."""

    def send(self, *, brand_id: UUID, phone: str, code: str, language: str) -> None:
        """Hand a code over. Returns once the carrier has taken it. Raises SmsUnavailable."""


class ReaderUnavailable(DomainError):
    """The second reader did not answer in time, or refused. `why` is a word, never her words."""

    code: ClassVar[str] = "second_reader_unavailable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


class ReaderGarbled(DomainError):
    """The second reader answered, and not in the shape that was asked for. `why` is a word."""

    code: ClassVar[str] = "second_reader_garbled"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


class NeedReader(Protocol):
    """A second reader of needs, outside the house: it is shown only what ours left over."""

    def read(
        self, *, pieces: Sequence[str], vocabulary: Vocabulary, today: date
    ) -> Sequence[Mapping[str, object]]:
        """What each piece of her text says: slot -> stated value, one mapping per piece, in order.

        Nothing in it was checked; `flows/reading.py` does. Returns within a bounded time.
        Raises ReaderUnavailable, ReaderGarbled.
        """


class WebhookSender(Protocol):
    """Takes a webhook to its receiver, once."""

    def send(
        self, *, url: str, message_id: str, body: str, secrets: Sequence[str], now: datetime
    ) -> Attempt:
        """Sign `body` with each secret, send it, and say what came of it. Never raises.

        Returns within a bounded time; follows no redirect. `now` is the moment that is signed.
        """


class SandboxMessage(Protocol):
    """A message that a sandbox kept instead of sending it."""

    @property
    def phone(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def sent_at(self) -> str: ...


class Sandbox(Protocol):
    """Where a demo's messages can be read, because nothing was sent."""

    def messages(self, *, brand_id: UUID) -> Sequence[SandboxMessage]:
        """What was sent for a brand, newest first."""


class PaymentAccountRefused(DomainError):
    """These settings are no payment account that can be used here.

    `why` says what is wrong of which setting, and never its value.
    """

    code: ClassVar[str] = "payment_account_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class WechatRefused(DomainError):
    """WeChat did not say who she is: the code is used, over or nobody's, or it was a preview.

    `why` is a word. Nothing was kept; open the page again from the beginning.
    """

    code: ClassVar[str] = "wechat_refused"
    kind: ClassVar[Kind] = Kind.DENIED


class WechatUnreached(DomainError):
    """WeChat could not be asked who she is, or does not serve this account. `why` is a word."""

    code: ClassVar[str] = "wechat_unreached"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


class WechatSignIn(Protocol):
    """Says who somebody is to the official account of a brand."""

    def address(self, *, back: str, state: str) -> str:
        """Where her browser is sent, to come back to `back` with a code and the state."""

    def openid(self, *, code: str) -> str:
        """Whose code it is; each is good once. Not inside a transaction.

        Raises WechatRefused, WechatUnreached.
        """


class PaymentProviders(Protocol):
    """Who carries the money of which brand, from the brand's payment accounts.

    Not inside a transaction: it opens its own. A change of an account is seen within seconds by
    processes that have just used it.
    """

    def of(self, *, brand_id: UUID, merchant_id: str | None = None) -> PaymentProvider:
        """Who takes the brand's payments now; or who took those paid to a merchant number.

        Raises PaymentAccountMissing, PaymentAccountRefused.
        """

    def all_of(self, *, brand_id: UUID) -> Sequence[PaymentProvider]:
        """Everybody who may tell the brand of its money, the one paid now first.

        One whose settings are of no use is left out. Raises PaymentAccountMissing.
        """

    def try_out(self, *, brand_id: UUID, facts: PaymentAccountFacts) -> PaymentProvider:
        """Whoever these settings would be, kept by nobody. Raises PaymentAccountRefused."""

    def sign_in_of(self, *, brand_id: UUID) -> WechatSignIn | None:
        """Who says to the account paid now who pays; None where nobody has to be asked."""

    def look_again(self, *, brand_id: UUID) -> None:
        """Read the brand's accounts anew at the next asking: one was changed here."""


class NoPayments:
    """The providers of an installation where nobody was wired: no brand can be paid."""

    def of(self, *, brand_id: UUID, merchant_id: str | None = None) -> PaymentProvider:
        raise PaymentAccountRefused(why="nobody_wired")

    def all_of(self, *, brand_id: UUID) -> Sequence[PaymentProvider]:
        return ()

    def try_out(self, *, brand_id: UUID, facts: PaymentAccountFacts) -> PaymentProvider:
        raise PaymentAccountRefused(why="nobody_wired")

    def sign_in_of(self, *, brand_id: UUID) -> WechatSignIn | None:
        return None

    def look_again(self, *, brand_id: UUID) -> None:
        """There is nothing to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxBill:
    """What a sandbox's pay page shows."""

    payment_no: str
    amount_fen: int
    subject: str
    state: PaymentState
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxCall:
    """A notification that a sandbox has for the house, as it would arrive at a hook."""

    id: str
    brand_id: UUID
    headers: Mapping[str, str]
    body: bytes


class PaymentSandbox(Protocol):
    """The other side of a demo's payments: what she presses, and what the house is told."""

    def bill(self, *, brand_id: UUID, payment_no: str) -> SandboxBill:
        """What the pay page shows. Raises PaymentNotFound."""

    def pay(self, *, brand_id: UUID, payment_no: str) -> None:
        """Have it paid. Raises PaymentNotFound, PaymentAlreadyPaid, PaymentClosed."""

    def transfer(self, *, brand_id: UUID, bill_no: str) -> TransferFact:
        """What the page of a transfer shows. Raises PaymentNotFound."""

    def receive(self, *, brand_id: UUID, bill_no: str) -> TransferFact:
        """Have a transfer confirmed; too late, it has failed. Raises PaymentNotFound."""

    def calls_due(self, *, brand_id: UUID | None = None) -> Sequence[SandboxCall]:
        """What the house is to be told now; each comes again later until it was `heard`."""

    def heard(self, *, call_id: str) -> None:
        """The house took a call in. Safe to repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Who answers each port in this process. A live installation has no sandbox and no till, and
    no second reader unless its operator names one.
    """

    sms: SmsSender
    webhooks: WebhookSender
    sandbox: Sandbox | None = None
    reader: NeedReader | None = None
    payments: PaymentProviders = field(default_factory=NoPayments)
    till: PaymentSandbox | None = None


_wired: list[Ports] = []


def wire(ports: Ports) -> None:
    """Say who answers. `project/wiring.py` does, once, when a process starts."""
    _wired[:] = [ports]


def wired() -> Ports:
    """Who answers in this process. An interface passes them on to the flows it calls."""
    return _wired[0]


def payment_provider(*, brand_id: UUID, merchant_id: str | None = None) -> PaymentProvider:
    """Who takes the brand's payments now; or, for one that exists, who took it (`merchant_id`).

    Not inside a transaction. Raises PaymentAccountMissing, PaymentAccountRefused.
    """
    return wired().payments.of(brand_id=brand_id, merchant_id=merchant_id)
