"""The words of purchases."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseFacts:
    """A purchase as a brand's earlier system knows it: `external_ref` is its number there.

    `paid_fen` in fen, None where that system does not say.
    """

    external_ref: str
    member_id: UUID
    sku_id: UUID
    bought_at: datetime
    paid_fen: int | None = None


@dataclass(frozen=True, slots=True)
class PurchaseCard:
    """A past purchase, for its buyer's pages and to verify a review."""

    id: UUID
    external_ref: str
    member_id: UUID
    sku_id: UUID
    bought_at: datetime
    paid_fen: int | None


class PurchaseRefused(DomainError):
    """A purchase has a number, and a price of zero or more."""

    code: ClassVar[str] = "purchase_refused"
    kind: ClassVar[Kind] = Kind.INVALID
