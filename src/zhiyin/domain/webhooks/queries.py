"""The only readers of webhooks."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from zhiyin.domain.webhooks.types import (
    Attempt,
    DeliveryCard,
    DeliveryNotFound,
    DeliveryPage,
    DeliveryState,
    DisabledWhy,
    EndpointCard,
    Failure,
    GaveUp,
    WebhookNotFound,
)

ENDPOINTS_LISTED, ATTEMPTS_LISTED = 200, 200


def endpoints(*, brand_id: UUID) -> tuple[EndpointCard, ...]:
    """The brand's endpoints, those switched on first, then by age. One query."""
    rows = WebhookEndpoint.objects.filter(brand_id=brand_id).order_by(
        "-disabled_at", "created_at", "id"
    )
    return tuple(_endpoint(row) for row in rows[:ENDPOINTS_LISTED])


def endpoint(*, brand_id: UUID, endpoint_id: UUID) -> EndpointCard:
    """One endpoint. Raises WebhookNotFound."""
    row = WebhookEndpoint.objects.filter(brand_id=brand_id, id=endpoint_id).first()
    if row is None:
        raise WebhookNotFound(endpoint_id=endpoint_id)
    return _endpoint(row)


def deliveries(
    *,
    brand_id: UUID,
    endpoint_id: UUID | None = None,
    state: DeliveryState | None = None,
    event_type: str = "",
    offset: int = 0,
    limit: int = 50,
) -> DeliveryPage:
    """The log, newest first, of one endpoint, state or type or of all. Two queries."""
    found = WebhookDelivery.objects.filter(brand_id=brand_id)
    if endpoint_id is not None:
        found = found.filter(endpoint_id=endpoint_id)
    if state is not None:
        found = found.filter(state=state)
    if event_type:
        found = found.filter(event_type=event_type)
    rows = found.select_related("endpoint").order_by("-created_at", "-id")[offset : offset + limit]
    return DeliveryPage(tuple(_delivery(row) for row in rows), found.count())


def delivery(*, brand_id: UUID, delivery_id: UUID) -> tuple[DeliveryCard, str, tuple[Attempt, ...]]:
    """One delivery, the body that is sent, and its attempts, newest first. Two queries.

    Raises DeliveryNotFound.
    """
    row = (
        WebhookDelivery.objects.filter(brand_id=brand_id, id=delivery_id)
        .select_related("endpoint")
        .first()
    )
    if row is None:
        raise DeliveryNotFound(delivery_id=delivery_id)
    tried = WebhookAttempt.objects.filter(brand_id=brand_id, delivery_id=delivery_id)
    attempts = tuple(
        Attempt(
            at=one.at,
            took_ms=one.took_ms,
            status=one.status,
            failure=Failure(one.failure) if one.failure else None,
            answer=one.answer,
        )
        for one in tried.order_by("-number")[:ATTEMPTS_LISTED]
    )
    return _delivery(row), row.body, attempts


def has_due(*, brand_id: UUID, now: datetime) -> bool:
    """Whether anything waits to be sent now. One query."""
    return WebhookDelivery.objects.filter(
        brand_id=brand_id,
        state=DeliveryState.WAITING,
        due_at__lte=now,
        endpoint__disabled_at__isnull=True,
    ).exists()


def switched_off_by_us(*, brand_id: UUID) -> int:
    """How many endpoints were switched off because nothing came through. One query."""
    return WebhookEndpoint.objects.filter(
        brand_id=brand_id, disabled_why__in=[DisabledWhy.FAILING, DisabledWhy.GONE]
    ).count()


def _endpoint(row: WebhookEndpoint) -> EndpointCard:
    return EndpointCard(
        id=row.id,
        url=row.url,
        note=row.note,
        event_types=tuple(row.event_types),
        created_at=row.created_at,
        failing_since=row.failing_since,
        former_secret_until=row.former_until,
        disabled_at=row.disabled_at,
        disabled_why=DisabledWhy(row.disabled_why) if row.disabled_why else None,
    )


def _delivery(row: WebhookDelivery) -> DeliveryCard:
    return DeliveryCard(
        id=row.id,
        endpoint_id=row.endpoint_id,
        url=row.endpoint.url,
        event_id=row.event_id,
        event_type=row.event_type,
        state=DeliveryState(row.state),
        why=GaveUp(row.why) if row.why else None,
        attempts=row.attempts,
        due_at=row.due_at,
        created_at=row.created_at,
        settled_at=row.settled_at,
    )
