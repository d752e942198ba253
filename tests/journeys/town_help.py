"""Who earns in a town: a plan that is on, its second level acknowledged, and a KOC who joined."""

from typing import Any
from uuid import UUID

from tests.cast import NOW
from zhiyin.domain.brands.types import BrandCard
from zhiyin.domain.commissions import operations
from zhiyin.domain.commissions.types import Earner, PlanFacts


def help_paid_for(
    brand: BrandCard, mark: str, people: dict[str, UUID], ids: dict[str, Any]
) -> None:
    """Set the plan up, switch it on, and let the KOC and her asker earn."""
    by = {"brand_id": brand.id, "user_id": ids["user_id"], "now": NOW}
    facts = PlanFacts(name=f"{mark}计划", earner=Earner.KOC, rate_bps=1_000, second_bps=100)
    operations.acknowledge_second_level(statement=f"{mark} 的法务看过", **by)
    ids["plan_id"] = operations.create_plan(facts=facts, **by)
    operations.switch_on(plan_id=ids["plan_id"], **by)
    at = {"brand_id": brand.id, "now": NOW}
    asker = operations.enrol(member_id=people["asker"], earner=Earner.PARTNER, **at)
    ids["promoter_id"] = operations.enrol(
        member_id=people["koc"],
        earner=Earner.KOC,
        koc_id=ids["koc_id"],
        introduced_by=asker,
        **at,
    )
