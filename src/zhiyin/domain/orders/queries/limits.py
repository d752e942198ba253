"""What a brand lets its staff give back, and what it charges for a parcel."""

from uuid import UUID

from zhiyin.domain.brands.types import Role
from zhiyin.domain.orders.models import FreightTerms, RefundLimit
from zhiyin.domain.orders.rules import REFUND_LIMITS
from zhiyin.domain.orders.types import Freight


def refund_limits(*, brand_id: UUID) -> dict[Role, int | None]:
    """Role -> how much of one order, in fen, it may give back alone; None: whatever is left.

    A manager has the operators' limit. A role that is not named may give nothing back. One query.
    """
    said = RefundLimit.objects.filter(brand_id=brand_id).values_list("role", "most_fen")
    limits = {**REFUND_LIMITS, **{Role(role): most_fen for role, most_fen in said}}
    return {Role.MANAGER: limits[Role.OPERATOR], **limits}


def freight_terms(*, brand_id: UUID) -> Freight:
    """What a parcel costs now. One query."""
    row = (
        FreightTerms.objects.filter(brand_id=brand_id)
        .values_list("flat_fen", "free_from_fen")
        .first()
    )
    return Freight(*row) if row else Freight(0, None)
