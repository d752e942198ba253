"""Deliveries: queued once for each endpoint, taken when due, recorded, replayed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from zhiyin.domain.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from zhiyin.domain.webhooks.operations.endpoints import locked_endpoint, turn_off
from zhiyin.domain.webhooks.rules import body_of, is_given_up, next_try
from zhiyin.domain.webhooks.sealing import opened_secrets
from zhiyin.domain.webhooks.types import (
    ANSWER_CHARS_MAX,
    Attempt,
    DeliveryNotFound,
    DeliveryState,
    DisabledWhy,
    DueDelivery,
    GaveUp,
    WebhookDisabled,
    WebhookOff,
)
from zhiyin.events import operations as events
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import many, one, run

KEPT_FOR = timedelta(days=30)

# The share lock makes whoever switches an endpoint off wait, and then see what was queued.
WHO_WANTS_IT = """
    SELECT id FROM webhooks_webhookendpoint
    WHERE brand_id = %(brand_id)s AND disabled_at IS NULL
      AND event_types @> to_jsonb(%(event_type)s::text)
    ORDER BY id FOR SHARE
"""
QUEUE = """
    INSERT INTO webhooks_webhookdelivery (brand_id, id, endpoint_id, event_id, event_type, body,
                                          state, why, attempts, tries, due_at, created_at)
    SELECT %(brand_id)s, made.id, made.endpoint_id, %(event_id)s, %(event_type)s, %(body)s,
           'waiting', '', 0, 0, %(now)s, %(now)s
    FROM unnest(%(ids)s::uuid[], %(endpoint_ids)s::uuid[]) AS made (id, endpoint_id)
    ON CONFLICT (brand_id, endpoint_id, event_id) DO NOTHING
"""
# So many of each endpoint, so that a slow one with a long queue does not keep the others waiting.
TAKE_DUE = """
    UPDATE webhooks_webhookdelivery delivery SET due_at = %(until)s
    FROM (
        SELECT due.id FROM webhooks_webhookendpoint endpoint
        CROSS JOIN LATERAL (
            SELECT id, due_at FROM webhooks_webhookdelivery
            WHERE brand_id = %(brand_id)s AND endpoint_id = endpoint.id
              AND state = 'waiting' AND due_at <= %(now)s
            ORDER BY due_at, id LIMIT %(of_each)s FOR UPDATE SKIP LOCKED
        ) due
        WHERE endpoint.brand_id = %(brand_id)s AND endpoint.disabled_at IS NULL
        ORDER BY due.due_at, due.id LIMIT %(limit)s
    ) taken
    WHERE delivery.brand_id = %(brand_id)s AND delivery.id = taken.id
    RETURNING delivery.id, delivery.endpoint_id, delivery.body
"""
FORGET_ATTEMPTS = """
    DELETE FROM webhooks_webhookattempt attempt USING webhooks_webhookdelivery delivery
    WHERE attempt.brand_id = %(brand_id)s AND delivery.brand_id = %(brand_id)s
      AND delivery.id = attempt.delivery_id AND delivery.settled_at < %(before)s
"""
FORGET = """
    DELETE FROM webhooks_webhookdelivery
    WHERE brand_id = %(brand_id)s AND settled_at < %(before)s
"""


def queue(
    *, brand_id: UUID, event_id: UUID, event_type: str, at: datetime, data: Mapping[str, object]
) -> int:
    """Put an event on its way to every endpoint that wants its type. How many new deliveries.

    Once for each event and endpoint: repeated, it adds nothing.
    """
    wanted = [row[0] for row in many(WHO_WANTS_IT, brand_id=brand_id, event_type=event_type)]
    if not wanted:
        return 0
    return run(
        QUEUE,
        brand_id=brand_id,
        event_id=event_id,
        event_type=event_type,
        body=body_of(event_type=event_type, at=at, data=data),
        now=at,
        ids=[uuid7() for _ in wanted],
        endpoint_ids=wanted,
    )


def queue_test(*, brand_id: UUID, endpoint_id: UUID, event_type: str, now: datetime) -> UUID:
    """Put what happened nowhere on its way to one endpoint. Raises WebhookNotFound, WebhookOff."""
    if locked_endpoint(brand_id=brand_id, endpoint_id=endpoint_id).disabled_at is not None:
        raise WebhookOff(endpoint_id=endpoint_id)
    row = WebhookDelivery.objects.create(
        brand_id=brand_id,
        endpoint_id=endpoint_id,
        event_id=uuid7(),
        event_type=event_type,
        body=body_of(event_type=event_type, at=now, data={"endpoint_id": str(endpoint_id)}),
        state=DeliveryState.WAITING,
        due_at=now,
        created_at=now,
    )
    return row.id


def take_due(
    *, brand_id: UUID, now: datetime, until: datetime, of_each: int, limit: int
) -> tuple[DueDelivery, ...]:
    """Take deliveries that are due; nobody else takes them before `until`. Oldest first.

    Whoever takes one records what came of it before `until`, or it is tried again.
    """
    taken = many(TAKE_DUE, brand_id=brand_id, now=now, until=until, of_each=of_each, limit=limit)
    endpoints = WebhookEndpoint.objects.filter(
        brand_id=brand_id, id__in={endpoint_id for _, endpoint_id, _ in taken}
    )
    to = {row.id: (row.url, opened_secrets(row, now)) for row in endpoints}
    return tuple(
        DueDelivery(delivery_id, endpoint_id, body, *to[endpoint_id])
        for delivery_id, endpoint_id, body in sorted(taken)
    )


def record(*, brand_id: UUID, delivery_id: UUID, attempt: Attempt) -> datetime | None:
    """Write down what came of a try. Returns when the next one is due, if there is one.

    An endpoint that lets nothing through for five days, or answers 410, is switched off, which is
    an event. Raises DeliveryNotFound.
    """
    row = _locked(brand_id, delivery_id)
    endpoint = row.endpoint
    row.attempts += 1
    WebhookAttempt.objects.create(
        brand_id=brand_id,
        delivery_id=delivery_id,
        number=row.attempts,
        at=attempt.at,
        took_ms=attempt.took_ms,
        status=attempt.status,
        failure=attempt.failure or "",
        answer=attempt.answer.replace("\0", "")[:ANSWER_CHARS_MAX],
    )
    if attempt.failure is None:
        _settle(row, DeliveryState.DELIVERED, attempt.at)
    elif row.state == DeliveryState.WAITING:
        row.tries += 1
        row.due_at = next_try(row.tries, attempt.at)
        if row.due_at is None:
            _settle(row, DeliveryState.GIVEN_UP, attempt.at, GaveUp.TRIES)
    row.save(update_fields=["attempts", "tries", "state", "why", "due_at", "settled_at"])
    _judge(endpoint, attempt)
    return row.due_at if endpoint.disabled_at is None else None


def replay(*, brand_id: UUID, delivery_id: UUID, now: datetime) -> None:
    """Send a delivery again, with the same id and body: now, and then as often as a new one.

    Raises DeliveryNotFound, WebhookOff.
    """
    row = _locked(brand_id, delivery_id)
    if row.endpoint.disabled_at is not None:
        raise WebhookOff(endpoint_id=row.endpoint_id)
    row.state, row.why, row.settled_at = DeliveryState.WAITING, "", None
    row.tries, row.due_at = 0, now
    row.save(update_fields=["state", "why", "settled_at", "tries", "due_at"])


def forget_old(*, brand_id: UUID, now: datetime) -> int:
    """Delete deliveries that ended more than a month ago, with their attempts. How many."""
    run(FORGET_ATTEMPTS, brand_id=brand_id, before=now - KEPT_FOR)
    return run(FORGET, brand_id=brand_id, before=now - KEPT_FOR)


def _locked(brand_id: UUID, delivery_id: UUID) -> WebhookDelivery:
    """The delivery with its endpoint, the endpoint locked first."""
    found = one(
        "SELECT endpoint_id FROM webhooks_webhookdelivery"
        " WHERE brand_id = %(brand_id)s AND id = %(id)s",
        brand_id=brand_id,
        id=delivery_id,
    )
    if found is None:
        raise DeliveryNotFound(delivery_id=delivery_id)
    endpoint = locked_endpoint(brand_id=brand_id, endpoint_id=found[0])
    row = WebhookDelivery.objects.select_for_update().get(brand_id=brand_id, id=delivery_id)
    row.endpoint = endpoint
    return row


def _settle(row: WebhookDelivery, state: DeliveryState, at: datetime, why: str = "") -> None:
    row.state, row.why, row.due_at, row.settled_at = state, why, None, at


def _judge(endpoint: WebhookEndpoint, attempt: Attempt) -> None:
    """What a try says of its endpoint: it works, it fails since then, it is switched off."""
    was = endpoint.failing_since
    endpoint.failing_since = None if attempt.failure is None else was or attempt.at
    if endpoint.failing_since != was:
        endpoint.save(update_fields=["failing_since"])
    if endpoint.failing_since is None or endpoint.disabled_at is not None:
        return
    if attempt.is_gone:
        why = DisabledWhy.GONE
    elif is_given_up(endpoint.failing_since, attempt.at):
        why = DisabledWhy.FAILING
    else:
        return
    turn_off(endpoint, why=why, now=attempt.at)
    events.record(
        WebhookDisabled(brand_id=endpoint.brand_id, at=attempt.at, endpoint_id=endpoint.id, why=why)
    )
