"""What the journeys need from outside, in their own words. `project/wiring.py` says who answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Protocol
from uuid import UUID

from zhiyin.domain.audience.types import Vocabulary
from zhiyin.domain.webhooks.types import Attempt
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Who answers each port in this process. A live installation has no sandbox, and no second
    reader unless its operator names one.
    """

    sms: SmsSender
    sandbox: Sandbox | None = None
    reader: NeedReader | None = None
    webhooks: WebhookSender


_wired: list[Ports] = []


def wire(ports: Ports) -> None:
    """Say who answers. `project/wiring.py` does, once, when a process starts."""
    _wired[:] = [ports]


def wired() -> Ports:
    """Who answers in this process. An interface passes them on to the flows it calls."""
    return _wired[0]
