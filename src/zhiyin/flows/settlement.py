"""From a sale to what helped it: earned, unlocked, settled; and what a plan would have cost."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.commissions import operations as commissions
from zhiyin.domain.commissions import queries as earned
from zhiyin.domain.commissions.types import Earner, Estimate, LineFollowed, OrderFollowed, Settled
from zhiyin.domain.kocs import operations as koc_writes
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import (
    OrderCard,
    OrderDone,
    OrderFilters,
    OrderLine,
    OrderPaid,
    OrderReopened,
    OrderState,
    RefundGranted,
)
from zhiyin.domain.promotions.types import GroupWon
from zhiyin.kit.turns import each
from zhiyin.storage.tenancy import brand_tx

SOLD = frozenset({OrderState.PAID, OrderState.PART_SENT, OrderState.DONE, OrderState.REFUNDED})
"""Paid, and not waiting for others: a group-buy is sold when it is won."""
ESTIMATE_DAYS, ESTIMATE_ORDERS = 30, 1_000


def follow_order(event: OrderPaid | OrderDone | OrderReopened | RefundGranted) -> None:
    """Bring an order's commissions to what the order is now. Safe to repeat, in any order."""
    _follow(event.brand_id, event.order_id, event.at)


def follow_group(event: GroupWon) -> None:
    """The same for the orders of a group that was won."""
    each(event.order_ids, lambda order_id: _follow(event.brand_id, order_id, event.at))


def follow_merged(
    *, brand_id: UUID, member_id: UUID, order_ids: Sequence[UUID], now: datetime
) -> None:
    """Orders turned out to be a promoter's own: what she earned on them is taken back.

    Runs inside the caller's `brand_tx`.
    """
    own = earned.earned_on(brand_id=brand_id, member_id=member_id, order_ids=order_ids)
    for order_id in own:
        _bring_to_date(brand_id, order_id, now)


def settle_due(*, brand_id: UUID, now: datetime) -> Settled:
    """Make every commission that is due its promoter's own, batch by batch.

    Stopped half-way, it goes on where it was: what is settled is not due. Then debts are paid.
    """
    total, batch, after = Settled(0, 0, 0), None, None
    while batch is None or batch.commissions:
        with brand_tx(brand_id):
            batch, after = commissions.settle_due(brand_id=brand_id, now=now, after=after)
        total = Settled(
            total.commissions + batch.commissions,
            total.promoters + batch.promoters,
            total.amount_fen + batch.amount_fen,
        )
    with brand_tx(brand_id):
        debtors = earned.debtors(brand_id=brand_id)

    def pay(member_id: UUID) -> None:
        with brand_tx(brand_id):
            commissions.pay_debts(brand_id=brand_id, member_id=member_id, now=now)

    each(debtors, pay)
    return total


def estimate(*, brand_id: UUID, plan_id: UUID, now: datetime) -> Estimate:
    """What a plan would have cost on the last `ESTIMATE_DAYS`: on the newest 1,000 sales of them.

    Runs inside the caller's `brand_tx`. Raises PlanNotFound.
    """
    plan = earned.plan(brand_id=brand_id, plan_id=plan_id)
    since = now - timedelta(days=ESTIMATE_DAYS)
    filters = OrderFilters(states=tuple(SOLD), since=since)
    orders = ordered.orders_after(
        brand_id=brand_id, filters=filters, last=None, limit=ESTIMATE_ORDERS
    )
    return earned.estimate(
        brand_id=brand_id, plan=plan, orders=_followed(brand_id, orders), since=since
    )


def let_earn(*, brand_id: UUID, koc_id: UUID, now: datetime) -> None:
    """Let a KOC earn from now on: what she says is an ad from then on. Nothing new if she does.

    Runs inside the caller's `brand_tx`. Raises KocNotFound.
    """
    koc = kocs.koc(brand_id=brand_id, koc_id=koc_id)
    if earned.promoter_of(brand_id=brand_id, member_id=koc.member_id) is None:
        commissions.enrol(
            brand_id=brand_id, member_id=koc.member_id, earner=Earner.KOC, koc_id=koc_id, now=now
        )
        koc_writes.let_earn(brand_id=brand_id, koc_id=koc_id, since=now)


def end_earning(*, brand_id: UUID, koc_id: UUID, now: datetime) -> None:
    """A KOC earns no more. Nothing new if she does not. Raises KocNotFound."""
    koc = kocs.koc(brand_id=brand_id, koc_id=koc_id)
    promoter = earned.promoter_of(brand_id=brand_id, member_id=koc.member_id)
    if promoter is not None:
        commissions.leave(brand_id=brand_id, promoter_id=promoter.id, now=now)
        koc_writes.let_earn(brand_id=brand_id, koc_id=koc_id, since=None)


def _follow(brand_id: UUID, order_id: UUID, now: datetime) -> None:
    with brand_tx(brand_id):
        if not earned.anybody_earns(brand_id=brand_id):
            return
        _bring_to_date(brand_id, order_id, now)


def _bring_to_date(brand_id: UUID, order_id: UUID, now: datetime) -> None:
    (order,) = _followed(brand_id, [ordered.order(brand_id=brand_id, order_id=order_id)])
    commissions.follow(brand_id=brand_id, order=order, now=now)


def _followed(brand_id: UUID, orders: Sequence[OrderCard]) -> list[OrderFollowed]:
    """Orders as their commissions see them. Two queries, whatever their number."""
    order_ids = [order.id for order in orders]
    pickups = ordered.pickups_of(brand_id=brand_id, order_ids=order_ids)
    product_ids = {line.product_id for order in orders for line in order.lines}
    products = catalog.products_ever(brand_id=brand_id, product_ids=sorted(product_ids))
    return [
        OrderFollowed(
            order_id=order.id,
            buyer_id=order.member_id,
            is_sold=order.state in SOLD and order.paid_at is not None,
            paid_at=order.paid_at,
            done_at=order.done_at,
            handed_over_by=pickups[order.id].collected_by if order.id in pickups else None,
            lines=tuple(
                LineFollowed(
                    line_id=line.id,
                    category=products[line.product_id].category,
                    koc_id=line.koc_id,
                    paid_fen=line.payable_fen,
                    kept_fen=_kept_fen(line),
                )
                for line in order.lines
            ),
        )
        for order in orders
    ]


def _kept_fen(line: OrderLine) -> int:
    """What was paid for the pieces that were not given back: the dearer went back first."""
    return sum(sorted(line.unit_fen, reverse=True)[line.refunded :])
