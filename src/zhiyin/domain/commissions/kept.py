"""How rows become the values that leave the room."""

from collections.abc import Iterable

from zhiyin.domain.commissions.models import Commission, Plan, Promoter
from zhiyin.domain.commissions.types import (
    CommissionCard,
    CommissionState,
    Earner,
    PlanCard,
    PromoterCard,
)


def plan_card(row: Plan) -> PlanCard:
    """A plan as it stands."""
    return PlanCard(
        id=row.id,
        name=row.name,
        earner=Earner(row.earner),
        rate_bps=row.rate_bps,
        cap_fen=row.cap_fen,
        second_bps=row.second_bps,
        categories=tuple(row.categories),
        window_days=row.window_days,
        switched_on_at=row.switched_on_at,
        switched_off_at=row.switched_off_at,
    )


def promoter_card(row: Promoter) -> PromoterCard:
    """A promoter as she is written down."""
    return PromoterCard(
        id=row.id,
        member_id=row.member_id,
        earner=Earner(row.earner),
        koc_id=row.koc_id,
        user_id=row.user_id,
        introduced_by=row.introduced_by_id,
        since=row.since,
        until=row.until,
    )


def commission_cards(rows: Iterable[Commission]) -> tuple[CommissionCard, ...]:
    """Commissions in the order of their rows."""
    return tuple(
        CommissionCard(
            id=row.id,
            plan_id=row.plan_id,
            promoter_id=row.promoter_id,
            member_id=row.member_id,
            level=row.level,
            order_id=row.order_id,
            line_id=row.line_id,
            base_fen=row.base_fen,
            rate_bps=row.rate_bps,
            amount_fen=row.amount_fen,
            reversed_fen=row.reversed_fen,
            state=CommissionState(row.state),
            accrued_at=row.accrued_at,
            unlocked_at=row.unlocked_at,
            due_at=row.due_at,
            settled_at=row.settled_at,
            settlement_id=row.settlement_id,
        )
        for row in rows
    )
