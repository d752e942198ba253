"""Where an endpoint's secrets are sealed and opened."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.webhooks.models import WebhookEndpoint
from zhiyin.storage.fields import seal_text, unseal_text

SECRET, FORMER = "secret_sealed", "former_sealed"


def sealed_secret(*, brand_id: UUID, endpoint_id: UUID, field: str, secret: str) -> bytes:
    return seal_text(
        brand_id=brand_id, model=WebhookEndpoint, field=field, row_id=endpoint_id, text=secret
    )


def opened_secret(row: WebhookEndpoint) -> str:
    """The secret that is valid without an end."""
    return _opened(row, SECRET)


def opened_secrets(row: WebhookEndpoint, now: datetime) -> tuple[str, ...]:
    """The secrets that sign now, newest first: after a rotation two, for a day."""
    if row.former_until is None or row.former_until <= now:
        return (_opened(row, SECRET),)
    return _opened(row, SECRET), _opened(row, FORMER)


def _opened(row: WebhookEndpoint, field: str) -> str:
    return unseal_text(
        brand_id=row.brand_id,
        model=WebhookEndpoint,
        field=field,
        row_id=row.id,
        sealed=getattr(row, field),
    )
