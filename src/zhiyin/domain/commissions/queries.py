"""The only readers of commissions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import F, Sum

from zhiyin.domain.commissions.audits import AUDITS as AUDITS
from zhiyin.domain.commissions.helping import earned_on as would_earn
from zhiyin.domain.commissions.kept import commission_cards, plan_card, promoter_card
from zhiyin.domain.commissions.models import (
    Commission,
    LevelAcknowledgement,
    Plan,
    PlanMove,
    Promoter,
)
from zhiyin.domain.commissions.rules import due_fen
from zhiyin.domain.commissions.types import (
    CommissionCard,
    CommissionPage,
    CommissionState,
    Earnings,
    Estimate,
    OrderFollowed,
    PlanCard,
    PlanMoveCard,
    PlanNotFound,
    PromoterCard,
    PromoterNotFound,
)
from zhiyin.domain.ledger import queries as books
from zhiyin.domain.ledger.types import Account, AccountKind

MOVES_LISTED = 100


def plans(*, brand_id: UUID, limit: int = 200) -> tuple[PlanCard, ...]:
    """The plans of a brand, the newest first. One query."""
    rows = Plan.objects.filter(brand_id=brand_id).order_by("-created_at", "-id")[:limit]
    return tuple(plan_card(row) for row in rows)


def plan(*, brand_id: UUID, plan_id: UUID) -> PlanCard:
    """One plan. One query. Raises PlanNotFound."""
    row = Plan.objects.filter(brand_id=brand_id, id=plan_id).first()
    if row is None:
        raise PlanNotFound(plan_id=plan_id)
    return plan_card(row)


def anybody_earns(*, brand_id: UUID) -> bool:
    """Whether a plan was ever switched on. One query."""
    return Plan.objects.filter(brand_id=brand_id, switched_on_at__isnull=False).exists()


def debtors(*, brand_id: UUID, limit: int = 10_000) -> tuple[UUID, ...]:
    """Members who owe commission back, by id. One query."""
    owing = books.owners(brand_id=brand_id, kind=AccountKind.COMMISSION_DEBT, limit=limit)
    return tuple(owing)


def estimate(
    *, brand_id: UUID, plan: PlanCard, orders: Sequence[OrderFollowed], since: datetime
) -> Estimate:
    """What a plan would have cost on some sold orders, had it been on since then.

    For those who may earn today. Two queries an order.
    """
    as_if = replace(plan, switched_on_at=since, switched_off_at=None)
    by_promoter: Counter[UUID] = Counter()
    for order in orders:
        for earned in would_earn(brand_id=brand_id, order=order, plans=[as_if]):
            line = earned.line
            left = due_fen(
                amount_fen=earned.amount_fen, base_fen=line.paid_fen, kept_fen=line.kept_fen
            )
            by_promoter[earned.promoter.member_id] += left
    return Estimate(
        orders=len(orders),
        goods_fen=sum(line.kept_fen for order in orders for line in order.lines),
        amount_fen=by_promoter.total(),
        by_promoter_fen=dict(by_promoter),
    )


def has_acknowledged(*, brand_id: UUID) -> bool:
    """Whether somebody wrote down that a second level was understood. One query."""
    return LevelAcknowledgement.objects.filter(brand_id=brand_id).exists()


def promoter(*, brand_id: UUID, promoter_id: UUID) -> PromoterCard:
    """One promoter, there or gone. One query. Raises PromoterNotFound."""
    row = Promoter.objects.filter(brand_id=brand_id, id=promoter_id).first()
    if row is None:
        raise PromoterNotFound(promoter_id=promoter_id)
    return promoter_card(row)


def promoter_of(*, brand_id: UUID, member_id: UUID) -> PromoterCard | None:
    """What a member earns as, if she does now. One query."""
    row = Promoter.objects.filter(
        brand_id=brand_id, member_id=member_id, until__isnull=True
    ).first()
    return promoter_card(row) if row else None


def of_order(*, brand_id: UUID, order_id: UUID) -> tuple[CommissionCard, ...]:
    """The commissions on an order, by line and level. One query."""
    rows = Commission.objects.filter(brand_id=brand_id, order_id=order_id)
    return commission_cards(rows.order_by("line_id", "level", "id"))


def earned_on(*, brand_id: UUID, member_id: UUID, order_ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """Those of the orders on which a member earned, by id. One query."""
    rows = Commission.objects.filter(
        brand_id=brand_id, member_id=member_id, order_id__in=list(order_ids)
    )
    return tuple(rows.order_by("order_id").values_list("order_id", flat=True).distinct())


def has_earned(*, brand_id: UUID, member_id: UUID) -> bool:
    """Whether a member earns, or ever did. One query."""
    return Promoter.objects.filter(brand_id=brand_id, member_id=member_id).exists()


def of_member(
    *,
    brand_id: UUID,
    member_id: UUID,
    states: Sequence[CommissionState] = (),
    offset: int = 0,
    limit: int = 20,
) -> CommissionPage:
    """A page of what a member earned, the newest first. No states: all. Two queries."""
    rows = Commission.objects.filter(brand_id=brand_id, member_id=member_id)
    if states:
        rows = rows.filter(state__in=list(states))
    page = rows.order_by("-accrued_at", "-id")[offset : offset + limit]
    return CommissionPage(commission_cards(page), rows.count())


def earning_koc_ids(*, brand_id: UUID) -> frozenset[UUID]:
    """KOCs who earn now. One query."""
    rows = Promoter.objects.filter(brand_id=brand_id, until__isnull=True, koc_id__isnull=False)
    return frozenset(rows.values_list("koc_id", flat=True))


def plan_moves(*, brand_id: UUID, plan_id: UUID) -> tuple[PlanMoveCard, ...]:
    """What was done with a plan, the latest first. One query."""
    rows = PlanMove.objects.filter(brand_id=brand_id, plan_id=plan_id).order_by("-at", "-id")
    found = rows.values_list("act", "at", "user__username")[:MOVES_LISTED]
    return tuple(PlanMoveCard(act, at, by or "") for act, at, by in found)


def left_by_state(*, brand_id: UUID, member_id: UUID) -> dict[CommissionState, int]:
    """Where what she earned stands: state -> what is left of it, in fen. One query."""
    rows = Commission.objects.filter(brand_id=brand_id, member_id=member_id)
    found = rows.values_list("state").annotate(left=Sum(F("amount_fen") - F("reversed_fen")))
    return {CommissionState(state): left for state, left in found.order_by("state")}


def earnings(*, brand_id: UUID, member_id: UUID) -> Earnings:
    """A promoter's money now, as the ledger has it. Three queries."""

    def held_fen(kind: AccountKind) -> int:
        return books.balance_fen(brand_id=brand_id, account=Account(kind, member_id))

    return Earnings(
        pending_fen=held_fen(AccountKind.COMMISSION_PENDING),
        payable_fen=held_fen(AccountKind.COMMISSION_PAYABLE),
        debt_fen=held_fen(AccountKind.COMMISSION_DEBT),
    )
