"""Where the secrets of a payment account are sealed and opened."""

from uuid import UUID

from zhiyin.domain.brands.models import PaymentAccount
from zhiyin.storage.fields import seal_text, unseal_text


def sealed_secret(*, brand_id: UUID, account_id: UUID, field: str, secret: str) -> bytes | None:
    """None for no secret, so that there is nothing to open."""
    if not secret:
        return None
    return seal_text(
        brand_id=brand_id, model=PaymentAccount, field=field, row_id=account_id, text=secret
    )


def opened_secret(row: PaymentAccount, field: str) -> str:
    """Empty where there is none."""
    sealed = getattr(row, field)
    if sealed is None:
        return ""
    return unseal_text(
        brand_id=row.brand_id, model=PaymentAccount, field=field, row_id=row.id, sealed=sealed
    )
