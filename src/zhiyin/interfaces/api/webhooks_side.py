"""Webhooks: where a brand's own programs are told of events, and the log of what was sent."""

from typing import Any
from uuid import UUID

from django.conf import settings
from ninja import Query, Router
from pydantic import Field

from zhiyin.domain.webhooks import operations as webhook_writes
from zhiyin.domain.webhooks import queries as webhooks
from zhiyin.domain.webhooks.types import URL_CHARS_MAX, DeliveryState, message_id
from zhiyin.flows import outward
from zhiyin.interfaces.api.access import ApiRequest, in_brand
from zhiyin.interfaces.api.shapes import Code, In, Listed, PageQuery, answers, chars, listed, plain

router = Router(tags=["webhooks"])
TYPES_MAX = 100


class WebhookIn(In):
    """What an endpoint is told of, and a note of who it is."""

    event_types: list[Code] = Field(max_length=TYPES_MAX)
    note: chars(80) = ""  # type: ignore[valid-type]


class NewWebhookIn(WebhookIn):
    url: chars(URL_CHARS_MAX, least=1)  # type: ignore[valid-type]


class DeliveryQuery(PageQuery):
    endpoint: UUID | None = None
    state: DeliveryState | None = None
    event_type: chars(80) = ""  # type: ignore[valid-type]


@router.get("/webhook-types", response=answers(Listed))
@in_brand
def list_webhook_types(request: ApiRequest) -> Any:
    """The event types that may be subscribed, each with the fields of its `data`."""
    types = [{"type": name, "fields": fields} for name, fields in sorted(outward.FIELDS.items())]
    return {"items": types, "total": len(types)}


@router.get("/webhooks", response=answers(Listed))
@in_brand
def list_webhooks(request: ApiRequest) -> Any:
    """The brand's endpoints, without their secrets."""
    cards = webhooks.endpoints(brand_id=request.brand.id)
    return listed(cards, len(cards))


@router.post("/webhooks", response=answers(dict))
@in_brand
def add_webhook(request: ApiRequest, endpoint: NewWebhookIn) -> Any:
    """Add an endpoint. Its `secret` is told in this answer and nowhere else."""
    endpoint_id, secret = webhook_writes.add_endpoint(
        brand_id=request.brand.id,
        url=endpoint.url,
        note=endpoint.note,
        event_types=outward.checked_types(endpoint.event_types),
        may_http=settings.WEBHOOKS_HTTP,
        may_private=settings.WEBHOOKS_PRIVATE,
        now=request.now,
    )
    return _endpoint(request, endpoint_id) | {"secret": secret}


@router.put("/webhooks/{endpoint_id}", response=answers(dict))
@in_brand
def change_webhook(request: ApiRequest, endpoint_id: UUID, endpoint: WebhookIn) -> Any:
    """Say what an endpoint is told of from now on."""
    webhook_writes.change_endpoint(
        brand_id=request.brand.id,
        endpoint_id=endpoint_id,
        note=endpoint.note,
        event_types=outward.checked_types(endpoint.event_types),
    )
    return _endpoint(request, endpoint_id)


@router.post("/webhooks/{endpoint_id}/secret", response=answers(dict))
@in_brand
def rotate_webhook_secret(request: ApiRequest, endpoint_id: UUID) -> Any:
    """A new secret, told here once. For 24 hours the one before signs as well."""
    secret = webhook_writes.rotate_secret(
        brand_id=request.brand.id, endpoint_id=endpoint_id, now=request.now
    )
    return _endpoint(request, endpoint_id) | {"secret": secret}


@router.post("/webhooks/{endpoint_id}/off", response=answers(dict))
@in_brand
def switch_webhook_off(request: ApiRequest, endpoint_id: UUID) -> Any:
    """Send it nothing any more; what waits is given up, and may be replayed later."""
    webhook_writes.switch_off(brand_id=request.brand.id, endpoint_id=endpoint_id, now=request.now)
    return _endpoint(request, endpoint_id)


@router.post("/webhooks/{endpoint_id}/on", response=answers(dict))
@in_brand
def switch_webhook_on(request: ApiRequest, endpoint_id: UUID) -> Any:
    """Tell it of events from now on."""
    webhook_writes.switch_on(brand_id=request.brand.id, endpoint_id=endpoint_id)
    return _endpoint(request, endpoint_id)


@router.post("/webhooks/{endpoint_id}/test", response=answers(dict))
@in_brand
def test_webhook(request: ApiRequest, endpoint_id: UUID) -> Any:
    """Send it a `webhooks.test`. The log says what came of it."""
    delivery_id = outward.queue_test(
        brand_id=request.brand.id, endpoint_id=endpoint_id, now=request.now
    )
    return _delivery(request, delivery_id)


@router.get("/webhook-deliveries", response=answers(Listed))
@in_brand
def list_webhook_deliveries(request: ApiRequest, query: Query[DeliveryQuery]) -> Any:
    """What was sent or waits to be, newest first; kept for a month after it ended."""
    page = webhooks.deliveries(
        brand_id=request.brand.id,
        endpoint_id=query.endpoint,
        state=query.state,
        event_type=query.event_type,
        offset=query.offset,
        limit=query.limit,
    )
    return listed(page.deliveries, page.total)


@router.get("/webhook-deliveries/{delivery_id}", response=answers(dict))
@in_brand
def get_webhook_delivery(request: ApiRequest, delivery_id: UUID) -> Any:
    """One delivery: its `webhook-id`, the body, and every attempt with what was answered."""
    return _delivery(request, delivery_id)


@router.post("/webhook-deliveries/{delivery_id}/replay", response=answers(dict))
@in_brand
def replay_webhook_delivery(request: ApiRequest, delivery_id: UUID) -> Any:
    """Send it again under the same `webhook-id`: now, and then as often as a new one."""
    outward.replay(brand_id=request.brand.id, delivery_id=delivery_id, now=request.now)
    return _delivery(request, delivery_id)


def _endpoint(request: ApiRequest, endpoint_id: UUID) -> dict[str, Any]:
    return plain(webhooks.endpoint(brand_id=request.brand.id, endpoint_id=endpoint_id))


def _delivery(request: ApiRequest, delivery_id: UUID) -> dict[str, Any]:
    card, body, attempts = webhooks.delivery(brand_id=request.brand.id, delivery_id=delivery_id)
    return plain(card) | {
        "webhook_id": message_id(card.id),
        "body": body,
        "tried": [plain(attempt) for attempt in attempts],
    }
