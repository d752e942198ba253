"""T10: kill -9 at any statement of what moves money or goods: nothing lost or doubled.

Each act is tried in a copy of this process that dies at a drawn call of the database, and tried
again as its caller would: the provider tells again, the clerk presses again, the job runs again.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.cast import NOW
from tests.faults.killing import Toll, calls_of, until_it_comes_through
from tests.journeys.buying import PROVIDER, SOON, Market, open_market
from tests.journeys.earning import WINDOW, a_helper, a_plan, follow_all, helped, money, settle
from tests.journeys.test_group_buying import GROUP_FEN, set_up
from tests.journeys.withdrawing import (
    a_payee,
    confirm,
    earned,
    holds,
    paid_by_the_sandbox,
    pay_out,
    terms,
    withdraw,
)
from zhiyin.domain.commissions.types import Earnings
from zhiyin.domain.orders.types import (
    AlreadyCollected,
    OrderDone,
    OrderPaid,
    OrderState,
    Placed,
    RefundGranted,
)
from zhiyin.domain.promotions.types import GroupLost
from zhiyin.domain.wallets import queries as wallets
from zhiyin.events import queries as diary
from zhiyin.events.types import StoredEvent
from zhiyin.flows import purchase, reactions
from zhiyin.flows.purchase import Asking
from zhiyin.kit.events import DomainEvent
from zhiyin.storage.tenancy import brand_tx

KILLS = 1_000
PRICE_FEN = 10_000


@pytest.fixture
def market(own_database) -> Market:
    return open_market([2_500], [PRICE_FEN])


def placed(market: Market, count: int) -> list[Placed]:
    shopper = market.shopper()
    return [market.place(shopper, (0, 1)) for _ in range(count)]


def killed(
    acts: Sequence[Callable[[], object]], kills: int, seed: int
) -> tuple[Toll, list[Callable[[], object]]]:
    """Do acts one after the other, all but the first killed now and then, until `kills` have died.

    Returns the toll, and the acts that were done.
    """
    draw, toll, done = random.Random(seed), Toll(), [acts[0]]
    calls = calls_of(acts[0])
    for act in acts[1:]:
        if toll.kills >= kills:
            break
        until_it_comes_through(act, draw, toll, calls)
        done.append(act)
    assert toll.kills >= kills, "too few acts were prepared for so many kills"
    return toll, done


def recorded(market: Market, *kinds: type[DomainEvent]) -> Counter[str]:
    """Event -> how many of it were written down, and how many jobs will answer them."""
    with brand_tx(market.brand_id):
        events = list(
            diary.events_since(brand_id=market.brand_id, kinds=kinds, since=NOW - timedelta(days=1))
        )
    names = Counter(event.name for event in events)
    orders = {(event.name, event.payload["order_id"]) for event in events}
    assert len(orders) == len(events), "an event was written down twice"
    return names


def jobs_of_reactions() -> int:
    return ProcrastinateJob.objects.filter(task_name="react").count()


def test_pay(market, figure, seed, tell) -> None:
    orders = placed(market, figure(KILLS))

    def told(order: Placed) -> Callable[[], object]:
        return lambda: purchase.hear(
            brand_id=market.brand_id,
            provider=PROVIDER,
            notification_id=f"n{order.payment_id.hex}",
            about=market.fact(order),
            now=SOON,
        )

    before = jobs_of_reactions()
    toll, done = killed([told(order) for order in orders], figure(KILLS), seed)
    paid = len(done)
    states = Counter(market.order(order).state for order in orders[:paid])
    assert states == {OrderState.PAID: paid}
    assert market.books() == {
        "sandbox_clearing": paid * PRICE_FEN,
        "prepayments": paid * PRICE_FEN,
    }
    assert recorded(market, OrderPaid) == {OrderPaid.name: paid}
    assert jobs_of_reactions() - before == paid
    assert market.violations() == {}
    tell(f"{toll.kills} kills over {toll.acts} payments", "0 lost, 0 doubled")


def test_collect(market, figure, seed, tell) -> None:
    orders = placed(market, figure(KILLS))
    for order in orders:
        market.pay(order)
    codes = [market.code(order) for order in orders]

    def collected(code: str, n: int) -> Callable[[], object]:
        def act() -> None:
            try:
                market.collect(code, now=SOON + timedelta(hours=n))
            except AlreadyCollected:
                """The answer was lost on the way: pressed again, it says that it was done."""

        return act

    acts = [collected(code, n) for n, code in enumerate(codes)]
    toll, done = killed(acts, figure(KILLS), seed)
    gone = len(done)
    assert market.books()["sales"] == gone * PRICE_FEN
    assert market.left(0) == (2_500 - gone, len(orders) - gone)
    assert recorded(market, OrderDone) == {OrderDone.name: gone}
    assert market.violations() == {}
    tell(f"{toll.kills} kills over {toll.acts} pickups", "0 lost, 0 doubled")


def test_refund(market, figure, seed, tell) -> None:
    orders = placed(market, figure(KILLS))
    for order in orders:
        market.pay(order)

    def given_back(order: Placed) -> Callable[[], object]:
        return lambda: purchase.give_back(
            brand_id=market.brand_id,
            order_id=order.order_id,
            cause=f"case:{order.order_id}",
            reason="不要了",
            now=SOON,
        )

    toll, done = killed([given_back(order) for order in orders], figure(KILLS), seed)
    back = len(done)
    assert market.books()["refunds_payable"] == back * PRICE_FEN
    assert market.left(0) == (2_500, len(orders) - back)
    assert recorded(market, RefundGranted) == {RefundGranted.name: back}
    assert market.violations() == {}
    tell(f"{toll.kills} kills over {toll.acts} refunds", "0 lost, 0 doubled")


def test_group_close(market, figure, seed, tell) -> None:
    """Groups of three with two paid seats, whose time is over one after the other."""
    group_buy = set_up(market)
    first = [
        market.place(
            market.shopper(),
            (0, 1),
            now=NOW + timedelta(minutes=n),
            asking=Asking(group_buy_id=group_buy),
        )
        for n in range(figure(KILLS))
    ]
    groups = [market.order(order).group_id for order in first]
    for n, (order, group_id) in enumerate(zip(first, groups, strict=True)):
        at = NOW + timedelta(minutes=n, seconds=30)
        second = market.place(market.shopper(), (0, 1), now=at, asking=Asking(group_id=group_id))
        for each in (order, second):
            market.pay(each, now=at)

    def closed(group_id: UUID, n: int) -> Callable[[], object]:
        over = NOW + timedelta(hours=24, minutes=n, seconds=1)

        def act() -> None:
            purchase.close_groups(brand_id=market.brand_id, now=over, limit=10)
            for event in lost(market):
                if event.payload["group_id"] == str(group_id):
                    reactions.answer(event)

        return act

    acts = [closed(group_id, n) for n, group_id in enumerate(groups)]
    toll, done = killed(acts, figure(KILLS), seed)
    over = len(done)
    assert len(lost(market)) == over
    assert market.books()["refunds_payable"] == 2 * over * GROUP_FEN
    assert market.left(0) == (2_500, 2 * (len(groups) - over))
    assert recorded(market, RefundGranted) == {RefundGranted.name: 2 * over}
    assert market.violations(NOW + timedelta(hours=24, minutes=over)) == {}
    tell(f"{toll.kills} kills over {toll.acts} groups", "everybody has the money back, once")


def lost(market: Market) -> list[StoredEvent]:
    with brand_tx(market.brand_id):
        return list(
            diary.events_since(
                brand_id=market.brand_id, kinds=[GroupLost], since=NOW - timedelta(days=1)
            )
        )


def test_settle(market, figure, seed, tell) -> None:
    """Each act settles what one more promoter earned, and its debt; a worker dies in between."""
    a_plan(market)
    helpers = [a_helper(market, f"h{n}") for n in range(figure(KILLS))]
    for n, helper in enumerate(helpers):
        order = helped(market, helper, (0, 1))
        market.pay(order)
        market.collect(market.code(order), now=SOON + timedelta(minutes=n))
    follow_all(market)

    def settled(n: int) -> Callable[[], object]:
        due = SOON + WINDOW + timedelta(minutes=n)
        return lambda: settle(market, due)

    toll, done = killed([settled(n) for n in range(len(helpers))], figure(KILLS), seed)
    theirs = [money(market, helper) for helper in helpers]
    assert theirs[: len(done)] == [Earnings(0, PRICE_FEN // 10, 0)] * len(done)
    assert theirs[len(done) :] == [Earnings(PRICE_FEN // 10, 0, 0)] * (len(helpers) - len(done))
    assert market.violations() == {}
    tell(f"{toll.kills} kills over {toll.acts} settlements", "0 lost, 0 doubled")


def test_withdraw(market, figure, seed, tell) -> None:
    """Asked for, sent, confirmed: the page presses again, the worker runs again a minute later."""
    paid_by_the_sandbox(market)
    reverse("shop:withdraw", kwargs={"slug": "x"})  # reads all addresses: once, not in each copy
    helper = a_payee(market)
    earned(market, helper, figure(KILLS) * 100)
    terms(market, approve_above_fen=10**7)

    def withdrawn(n: int) -> Callable[[], object]:
        at = NOW + timedelta(days=40 * n)

        def act() -> None:
            card = withdraw(market, helper, 100, f"pressed-{n}", now=at)
            pay_out(market, now=at + timedelta(hours=3 * card.tries))
            confirm(market, card)

        return act

    toll, done = killed([withdrawn(n) for n in range(figure(KILLS))], figure(KILLS), seed)
    assert market.books()["sandbox_clearing"] == -100 * len(done)
    assert holds(market, helper) == (figure(KILLS) - len(done)) * 100
    with brand_tx(market.brand_id):
        assert wallets.withdrawals(brand_id=market.brand_id).total == len(done)
    assert market.violations() == {}
    tell(f"{toll.kills} kills over {toll.acts} withdrawals", "0 lost, 0 doubled")
