"""A market in which people earn: a KOC on a plan, what she helped with, what she is owed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tests.cast import NOW
from tests.journeys.answering import a_koc
from tests.journeys.buying import Market
from tests.journeys.test_notices import react
from zhiyin.domain.commissions import operations as commissions
from zhiyin.domain.commissions import queries as earned
from zhiyin.domain.commissions.types import CommissionCard, Earner, Earnings, PlanFacts
from zhiyin.domain.orders.types import Placed
from zhiyin.flows import settlement
from zhiyin.flows.purchase import Wanted
from zhiyin.storage.tenancy import brand_tx

BEFORE = NOW - timedelta(days=30)
WINDOW = timedelta(days=7)


@dataclass
class Helper:
    """Somebody who earns. `koc_id` is None unless she earns as a KOC."""

    member_id: UUID
    promoter_id: UUID
    koc_id: UUID | None = None


def a_plan(market: Market, rate_bps: int = 1_000, *, since: datetime = BEFORE, **more) -> UUID:
    """A plan that is on."""
    facts = PlanFacts(
        **({"name": "穿搭", "earner": Earner.KOC, "rate_bps": rate_bps} | more)  # type: ignore[arg-type]
    )
    with brand_tx(market.brand_id):
        plan_id = commissions.create_plan(
            brand_id=market.brand_id, facts=facts, user_id=market.clerk, now=since
        )
        commissions.switch_on(
            brand_id=market.brand_id, plan_id=plan_id, user_id=market.clerk, now=since
        )
    return plan_id


def a_helper(
    market: Market,
    handle: str = "h",
    *,
    introduced_by: UUID | None = None,
    since: datetime = BEFORE,
) -> Helper:
    """A KOC who earns."""
    koc = a_koc(market.brand_id, handle)
    with brand_tx(market.brand_id):
        promoter_id = commissions.enrol(
            brand_id=market.brand_id,
            member_id=koc.member_id,
            earner=Earner.KOC,
            koc_id=koc.id,
            introduced_by=introduced_by,
            now=since,
        )
    return Helper(koc.member_id, promoter_id, koc.id)


def a_clerk(market: Market, user_id: int) -> Helper:
    """A clerk who earns on what she hands over."""
    member_id = market.shopper()
    with brand_tx(market.brand_id):
        promoter_id = commissions.enrol(
            brand_id=market.brand_id,
            member_id=member_id,
            earner=Earner.STAFF,
            user_id=user_id,
            now=BEFORE,
        )
    return Helper(member_id, promoter_id)


def helped(market: Market, helper: Helper, *lines: tuple[int, int], buyer=None, **more) -> Placed:
    """An order of what she showed."""
    buyer = buyer or market.shopper()
    basket = market.basket(*lines)
    wanted = tuple(
        Wanted(sku_id=one.sku_id, quantity=one.quantity, koc_id=helper.koc_id)
        for one in basket.wanted
    )
    return market.place_wanted(buyer, wanted, **more)


def follow_all(market: Market, times: int = 1) -> None:
    """What a worker does."""
    react(market, times)


def commissions_of(market: Market, placed: Placed) -> tuple[CommissionCard, ...]:
    with brand_tx(market.brand_id):
        return earned.of_order(brand_id=market.brand_id, order_id=placed.order_id)


def money(market: Market, helper: Helper) -> Earnings:
    with brand_tx(market.brand_id):
        return earned.earnings(brand_id=market.brand_id, member_id=helper.member_id)


def settle(market: Market, at: datetime):
    return settlement.settle_due(brand_id=market.brand_id, now=at)
