"""Endpoints: added, changed, switched off and on; their secrets."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from zhiyin.domain.webhooks.models import WebhookDelivery, WebhookEndpoint
from zhiyin.domain.webhooks.rules import (
    FORMER_SECRET_FOR,
    SECRET_BYTES,
    checked_url,
    written_secret,
)
from zhiyin.domain.webhooks.sealing import FORMER, SECRET, opened_secret, sealed_secret
from zhiyin.domain.webhooks.types import (
    ENDPOINTS_MAX,
    NOTE_CHARS_MAX,
    DeliveryState,
    DisabledWhy,
    GaveUp,
    TooManyWebhooks,
    WebhookNotFound,
)
from zhiyin.kit.ids import uuid7
from zhiyin.kit.text import clean_line
from zhiyin.storage.sql import one

# Two admins at once could otherwise both add the last one that is allowed.
ENDPOINTS_IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(%(place)s, 0))"


def add_endpoint(
    *,
    brand_id: UUID,
    url: str,
    note: str,
    event_types: Sequence[str],
    may_http: bool,
    may_private: bool,
    now: datetime,
) -> tuple[UUID, str]:
    """Add an endpoint. Returns its id and its secret, which is told this once.

    `event_types` are known ones; an endpoint of none gets only what is sent to it as a test.
    Raises WebhookUrlRefused, TooManyWebhooks, TextHasNul, TextTooLong.
    """
    address = checked_url(url, may_http=may_http, may_private=may_private)
    said = clean_line(note, NOTE_CHARS_MAX)
    _room_for_one(brand_id)
    endpoint_id, secret = uuid7(), written_secret(secrets.token_bytes(SECRET_BYTES))
    WebhookEndpoint.objects.create(
        id=endpoint_id,
        brand_id=brand_id,
        url=address,
        note=said,
        event_types=sorted(set(event_types)),
        secret_sealed=sealed_secret(
            brand_id=brand_id, endpoint_id=endpoint_id, field=SECRET, secret=secret
        ),
        created_at=now,
    )
    return endpoint_id, secret


def change_endpoint(
    *, brand_id: UUID, endpoint_id: UUID, note: str, event_types: Sequence[str]
) -> None:
    """Say what an endpoint is told of from now on. Its address stays: another is another endpoint.

    Raises WebhookNotFound, TextHasNul, TextTooLong.
    """
    said = clean_line(note, NOTE_CHARS_MAX)
    changed = WebhookEndpoint.objects.filter(brand_id=brand_id, id=endpoint_id).update(
        note=said, event_types=sorted(set(event_types))
    )
    if not changed:
        raise WebhookNotFound(endpoint_id=endpoint_id)


def rotate_secret(*, brand_id: UUID, endpoint_id: UUID, now: datetime) -> str:
    """A new secret, told this once; the former one signs as well for a day.

    Raises WebhookNotFound.
    """
    row = locked_endpoint(brand_id=brand_id, endpoint_id=endpoint_id)
    secret = written_secret(secrets.token_bytes(SECRET_BYTES))
    place = {"brand_id": brand_id, "endpoint_id": endpoint_id}
    row.former_sealed = sealed_secret(field=FORMER, secret=opened_secret(row), **place)
    row.former_until = now + FORMER_SECRET_FOR
    row.secret_sealed = sealed_secret(field=SECRET, secret=secret, **place)
    row.save(update_fields=["secret_sealed", "former_sealed", "former_until"])
    return secret


def switch_off(*, brand_id: UUID, endpoint_id: UUID, now: datetime) -> None:
    """Send an endpoint nothing any more; what waits for it is given up. Raises WebhookNotFound."""
    row = locked_endpoint(brand_id=brand_id, endpoint_id=endpoint_id)
    if row.disabled_at is None:
        turn_off(row, why=DisabledWhy.BY_HAND, now=now)


def switch_on(*, brand_id: UUID, endpoint_id: UUID) -> None:
    """Tell an endpoint of events from now on; what it missed may be replayed.

    Raises WebhookNotFound, TooManyWebhooks.
    """
    _room_for_one(brand_id, but_for=endpoint_id)
    row = locked_endpoint(brand_id=brand_id, endpoint_id=endpoint_id)
    row.disabled_at, row.disabled_why, row.failing_since = None, "", None
    row.save(update_fields=["disabled_at", "disabled_why", "failing_since"])


def locked_endpoint(*, brand_id: UUID, endpoint_id: UUID) -> WebhookEndpoint:
    """The endpoint's row, locked. Raises WebhookNotFound."""
    row = (
        WebhookEndpoint.objects.select_for_update()
        .filter(brand_id=brand_id, id=endpoint_id)
        .order_by("id")
        .first()
    )
    if row is None:
        raise WebhookNotFound(endpoint_id=endpoint_id)
    return row


def turn_off(row: WebhookEndpoint, *, why: DisabledWhy, now: datetime) -> None:
    """Switch a locked endpoint off, and give up what waits for it."""
    row.disabled_at, row.disabled_why = now, why
    row.save(update_fields=["disabled_at", "disabled_why"])
    WebhookDelivery.objects.filter(
        brand_id=row.brand_id, endpoint_id=row.id, state=DeliveryState.WAITING
    ).update(state=DeliveryState.GIVEN_UP, why=GaveUp.DISABLED, due_at=None, settled_at=now)


def _room_for_one(brand_id: UUID, but_for: UUID | None = None) -> None:
    one(ENDPOINTS_IN_TURN, place=f"webhooks:{brand_id}")
    on = WebhookEndpoint.objects.filter(brand_id=brand_id, disabled_at__isnull=True)
    if on.exclude(id=but_for).count() >= ENDPOINTS_MAX:
        raise TooManyWebhooks(most=ENDPOINTS_MAX)
