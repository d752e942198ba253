"""Who earns on an order, and what: read for what is sold, and for what a plan would have cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhiyin.domain.commissions.kept import promoter_card
from zhiyin.domain.commissions.models import Promoter
from zhiyin.domain.commissions.rules import plan_for, shares
from zhiyin.domain.commissions.types import (
    Earner,
    LineFollowed,
    OrderFollowed,
    PlanCard,
    PromoterCard,
)


@dataclass(frozen=True, slots=True)
class Earned:
    """What one promoter earns on one line, by a plan."""

    plan: PlanCard
    line: LineFollowed
    promoter: PromoterCard
    level: int
    rate_bps: int
    amount_fen: int


def earned_on(*, brand_id: UUID, order: OrderFollowed, plans: Sequence[PlanCard]) -> list[Earned]:
    """Who earns on the lines of a sold order that were kept. Two queries; none without plans.

    Who buys earns nothing on her own order.
    """
    paid_at = order.paid_at
    if not plans or paid_at is None:
        return []
    promoters = _promoters(brand_id, order, paid_at)
    found = []
    for line in order.lines:
        if not line.kept_fen:
            continue
        for who in _helpers(line, order, promoters):
            plan = plan_for(plans, earner=who.earner, category=line.category, at=paid_at)
            if plan is None:
                continue
            above = promoters.get(who.introduced_by) if who.introduced_by else None
            found += [
                Earned(plan, line, promoter, level, rate_bps, amount_fen)
                for promoter, level, rate_bps, amount_fen in shares(plan, who, above, line)
                if promoter.member_id != order.buyer_id
            ]
    return found


def _promoters(
    brand_id: UUID, order: OrderFollowed, paid_at: datetime
) -> Mapping[UUID, PromoterCard]:
    """Who may have helped, and who introduced them, of those who could earn that day. By id."""
    koc_ids = {line.koc_id for line in order.lines if line.koc_id is not None}
    there = Promoter.objects.filter(brand_id=brand_id, since__lte=paid_at).exclude(
        until__lte=paid_at
    )
    helped = there.filter(koc_id__in=koc_ids)
    if order.handed_over_by is not None:
        helped = helped | there.filter(user_id=order.handed_over_by)
    found = {row.id: promoter_card(row) for row in helped.order_by("id")}
    above = {card.introduced_by for card in found.values()} - found.keys()
    introduced = there.filter(id__in=[one for one in above if one is not None])
    return found | {row.id: promoter_card(row) for row in introduced.order_by("id")}


def _helpers(
    line: LineFollowed, order: OrderFollowed, promoters: Mapping[UUID, PromoterCard]
) -> Sequence[PromoterCard]:
    """Who helped with a line: the KOC whose look it came with, the clerk who handed it over."""
    return [
        who
        for who in promoters.values()
        if (who.koc_id is not None and who.koc_id == line.koc_id)
        or (who.earner is Earner.STAFF and who.user_id == order.handed_over_by)
    ]
