"""The words of webhooks: endpoints of a brand's own programs, and what was sent to them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind
from zhiyin.kit.events import DomainEvent

URL_CHARS_MAX, NOTE_CHARS_MAX, ANSWER_CHARS_MAX = 500, 80, 1_000
ENDPOINTS_MAX = 20


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"  # for its next try
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class GaveUp(StrEnum):
    """Why a delivery is not tried any more."""

    TRIES = "tries_used_up"
    DISABLED = "endpoint_disabled"


class DisabledWhy(StrEnum):
    """Why an endpoint gets nothing any more."""

    BY_HAND = "by_hand"
    FAILING = "failing"  # nothing came through for five days
    GONE = "gone"  # it answered 410


class Failure(StrEnum):
    """Why an attempt did not come through."""

    STATUS = "status"  # an answer, but not a 2xx
    REDIRECTED = "redirected"  # a 3xx: redirects are not followed
    TIMEOUT = "timeout"
    CONNECTION = "connection"  # nobody listens, or the line broke
    TLS = "tls"  # the certificate is not for this name, or not trusted
    NO_ADDRESS = "no_address"  # the name has none
    ADDRESS_REFUSED = "address_refused"  # the name leads into a private network


@dataclass(frozen=True, slots=True)
class EndpointCard:
    """An endpoint without its secret."""

    id: UUID
    url: str
    note: str
    event_types: tuple[str, ...]
    created_at: datetime
    failing_since: datetime | None
    former_secret_until: datetime | None
    disabled_at: datetime | None
    disabled_why: DisabledWhy | None


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """What a try needs: the secrets are those that its signatures are made with, newest first."""

    id: UUID
    endpoint_id: UUID
    body: str
    url: str
    secrets: tuple[str, ...]

    @property
    def message_id(self) -> str:
        """The `webhook-id`: the same for every attempt, so that a receiver can tell a repeat."""
        return message_id(self.id)


def message_id(delivery_id: UUID) -> str:
    """The `webhook-id` of a delivery."""
    return f"msg_{delivery_id.hex}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one try: `status` if there was an answer, `failure` if it is not a 2xx."""

    at: datetime
    took_ms: int
    status: int | None = None
    failure: Failure | None = None
    answer: str = ""

    @property
    def is_gone(self) -> bool:
        """The receiver says that it will never want anything again."""
        return self.status == 410


@dataclass(frozen=True, slots=True)
class DeliveryCard:
    """A delivery as its log shows it."""

    id: UUID
    endpoint_id: UUID
    url: str
    event_id: UUID
    event_type: str
    state: DeliveryState
    why: GaveUp | None
    attempts: int
    due_at: datetime | None
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """A page of the log, newest first, and how many there are in all."""

    deliveries: tuple[DeliveryCard, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDisabled(DomainEvent):
    """An endpoint that failed for too long, or said that it is gone, gets nothing any more."""

    name: ClassVar[str] = "webhooks.endpoint_disabled"
    endpoint_id: UUID
    why: DisabledWhy


class WebhookUrlRefused(DomainError):
    """A webhook needs an https address in the open internet, without a user, password or fragment.

    Details: `why`.
    """

    code: ClassVar[str] = "webhook_url_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class WebhookTypeUnknown(DomainError):
    """There is no such event type. GET /webhook-types lists them. Details: `event_type`."""

    code: ClassVar[str] = "webhook_type_unknown"
    kind: ClassVar[Kind] = Kind.INVALID


class WebhookNotFound(DomainError):
    """The brand has no such webhook endpoint."""

    code: ClassVar[str] = "webhook_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class WebhookOff(DomainError):
    """The endpoint is switched off: switch it on first."""

    code: ClassVar[str] = "webhook_off"
    kind: ClassVar[Kind] = Kind.CONFLICT


class TooManyWebhooks(DomainError):
    """A brand has 20 endpoints at most that are switched on: switch one off first."""

    code: ClassVar[str] = "too_many_webhooks"
    kind: ClassVar[Kind] = Kind.CONFLICT


class DeliveryNotFound(DomainError):
    """The brand has no such delivery."""

    code: ClassVar[str] = "webhook_delivery_not_found"
    kind: ClassVar[Kind] = Kind.MISSING
