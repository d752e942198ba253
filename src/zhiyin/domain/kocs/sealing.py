"""Where a KOC's body facts are sealed and opened."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from zhiyin.domain.kocs.models import KocProfile
from zhiyin.storage.fields import seal_json, unseal_json


def sealed_facts(*, brand_id: UUID, koc_id: UUID, facts: Mapping[str, object]) -> bytes:
    return seal_json(
        brand_id=brand_id, model=KocProfile, field="facts_sealed", row_id=koc_id, facts=facts
    )


def opened_facts(row: KocProfile) -> dict[str, Any]:
    """Empty for a profile that holds no facts any more."""
    if row.facts_sealed is None:
        return {}
    return unseal_json(
        brand_id=row.brand_id,
        model=KocProfile,
        field="facts_sealed",
        row_id=row.id,
        sealed=row.facts_sealed,
    )
