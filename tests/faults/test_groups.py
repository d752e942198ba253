"""G1 under everything at once: 400 group-buys joined, paid, told of twice, left, and over.

Time passes in slots of a minute, later of fifteen. What happens in a slot is drawn from the seed,
shuffled, and done by sixteen threads at moments up to a minute apart, for clocks differ: joins
(some pressed twice), payments, the sandbox's calls (each up to five times, up to nine minutes
late), the clock's jobs (each by two workers), reactions (again where two overlap). Most people join
in the last minutes of their group, so that its end finds them half-way.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from tests.cast import NOW
from tests.faults.till import Desk
from tests.journeys.buying import Market, open_market
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.catalog import operations as stock
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import OrderState, PaymentState, Placed
from zhiyin.domain.promotions import operations as promotions
from zhiyin.domain.promotions.types import GroupBuyFacts, GroupLost, GroupWon
from zhiyin.events import queries as diary
from zhiyin.flows import hearing, purchase, reactions
from zhiyin.flows.ports import SandboxCall
from zhiyin.flows.purchase import Asking
from zhiyin.kit.errors import DomainError
from zhiyin.storage.tenancy import brand_tx

GROUPS, GROUPS_A_SKU, GROUP_FEN = 400, 10, 6_900
THREADS, OPEN_MIN, ENDS_MIN, OVER_MIN, SETTLED_MIN = 16, 60, 100, 340, 348
LIMIT = 1_000
MAY_BE_REFUSED = {"opens", "joins", "pays", "leaves", "tells"}
"""The acts of people and of the provider. What a job does by itself is never refused."""
REFUSED = {
    "group_closed",
    "group_full",
    "group_already_seated",
    "order_not_in_group",
    "refund_of_nothing",
    "order_move_refused",
    "payment_already_paid",
    "payment_closed",
    "payment_notification_refused",
    "group_seat_move_refused",
}
"""What people and providers may be told meanwhile. Anything else fails the test."""

Act = Callable[[datetime], object]


class Street:
    """The acts by the minute, and what came of them."""

    def __init__(self, market: Market, desk: Desk, seed: int) -> None:
        self.market, self.desk, self.draw = market, desk, random.Random(seed)
        self.card = brands.brand_by_slug(slug="cedar")
        self.due: dict[int, list[Act]] = defaultdict(list)
        self.came: Counter[str] = Counter()
        self.orders: dict[str, Placed] = {}
        self.answered: set[UUID] = set()

    def plan(self, minute: int, act: Act) -> None:
        self.due[minute].append(act)

    def pass_minutes(self, pool: ThreadPoolExecutor, minutes: Sequence[int]) -> None:
        """Do what is due by each of these minutes, all of it at once."""
        for minute in minutes:
            now = NOW + timedelta(minutes=minute)
            self.expect_calls(minute, now)
            self.expect_clock(minute)
            acts = [act for due in sorted(self.due) if due <= minute for act in self.due.pop(due)]
            self.draw.shuffle(acts)
            moments = [now + timedelta(seconds=self.draw.random() * 59) for _ in acts]
            self.came.update(pool.map(self._do, acts, moments))

    def _do(self, act: Act, moment: datetime) -> str:
        try:
            with self.desk.at(moment):
                return f"{act.__name__}:{act(moment)}"
        except DomainError as refused:
            if act.__name__ not in MAY_BE_REFUSED or refused.code not in REFUSED:
                raise
            return f"{act.__name__}:{refused.code}"
        finally:
            connection.close()

    # What people do.

    def open_group(self, sku: int, group_buy: UUID, seats: int) -> None:
        """A group whose opener comes at once, and others mostly when it is nearly over."""
        joins = seats - 1 + self.draw.choice((-1, 0, 0, 1, 2))
        minutes = [
            self.draw.choice((self.draw.randint(2, 40), self.draw.randint(50, 60)))
            for _ in range(joins)
        ]

        def opens(moment: datetime) -> str:
            placed = self.place(sku, moment, Asking(group_buy_id=group_buy))
            self.will_pay(placed, 0, chance=0.95)
            group_id = self.market.order(placed).group_id
            for minute in minutes:
                self.will_join(sku, group_id, minute)
            return "placed"

        self.plan(0, opens)

    def will_join(self, sku: int, group_id: UUID, minute: int) -> None:
        shopper, key = self.market.shopper(), uuid4()
        is_pressed_twice = self.draw.random() < 0.2

        def joins(moment: datetime) -> str:
            placed = self.place(sku, moment, Asking(group_id=group_id), shopper=shopper, key=key)
            if not placed.is_new:
                return "placed before"
            self.will_pay(placed, minute, chance=0.85)
            return "placed"

        for _ in range(2 if is_pressed_twice else 1):
            self.plan(minute, joins)

    def place(self, sku: int, moment: datetime, asking: Asking, **who: UUID) -> Placed:
        shopper = who.get("shopper") or self.market.shopper()
        placed = self.market.place(shopper, (sku, 1), key=who.get("key"), now=moment, asking=asking)
        self.orders[placed.payment_id.hex] = placed
        return placed

    def will_pay(self, placed: Placed, minute: int, *, chance: float) -> None:
        if self.draw.random() > chance:
            return
        minute += self.draw.randint(1, 15)

        def pays(moment: datetime) -> str:
            order = self.market.order(placed)
            purchase.open_payment(
                brand=self.card,
                order_id=order.id,
                member_id=order.member_id,
                provider=self.desk.pay,
                payer=order.member_id.hex,
                notify_url="",
                now=moment,
            )
            self.desk.till.pay(brand_id=self.card.id, payment_no=placed.payment_id.hex)
            if self.draw.random() < 0.05:
                self.plan(minute + 3, self.leaving(placed, order.member_id))
            return "paid"

        for _ in range(1 + (self.draw.random() < 0.1)):
            self.plan(minute, pays)

    def leaving(self, placed: Placed, member_id: UUID) -> Act:
        def leaves(moment: datetime) -> str:
            purchase.leave_group(
                brand_id=self.card.id,
                order_id=placed.order_id,
                member_id=member_id,
                reason="不等了",
                now=moment,
            )
            return "left"

        return leaves

    # What the provider and the clock do.

    def expect_calls(self, minute: int, now: datetime) -> int:
        """What the sandbox has to tell by now, each one to five times, some of it late."""
        count = 0
        with self.desk.at(now):
            while calls := self.desk.till.calls_due(brand_id=self.card.id):
                for call in calls:
                    for _ in range(self.draw.randint(1, 5)):
                        late = self.draw.choice((0, 0, 1, 2, 4, 9))
                        self.plan(minute + late, self.telling(call))
                count += len(calls)
        return count

    def telling(self, call: SandboxCall) -> Act:
        def tells(moment: datetime) -> str:
            hearing.hear_call(
                brand_id=call.brand_id,
                headers=call.headers,
                body=call.body,
                providers=self.desk.providers,
                now=moment,
            )
            self.desk.till.heard(call_id=call.id)
            return "heard"

        return tells

    def expect_clock(self, minute: int) -> None:
        brand = {"brand_id": self.card.id}

        def closes_groups(moment: datetime) -> None:
            purchase.close_groups(**brand, now=moment, limit=LIMIT)

        def closes_orders(moment: datetime) -> None:
            purchase.close_overdue(**brand, now=moment, limit=LIMIT)

        def releases(moment: datetime) -> None:
            with brand_tx(self.card.id):
                stock.release_expired(**brand, now=moment, limit=LIMIT)

        def polls(moment: datetime) -> None:
            purchase.poll_payments(**brand, providers=self.carrier, now=moment, limit=LIMIT)

        def sends(moment: datetime) -> None:
            purchase.send_refunds(**brand, providers=self.carrier, now=moment)

        jobs: list[Act] = [closes_groups, closes_orders, releases, sends, self.reacts]
        if minute % 12 == 0:
            jobs.append(polls)
        for job in jobs:
            self.due[minute] += [job, job]

    def carrier(self, _brand_id: UUID, _name: str, _merchant_id: str) -> object:
        return self.desk.pay

    def reacts(self, _moment: datetime) -> None:
        """What follows from groups that ended; by two threads, if both look before one is done."""
        with brand_tx(self.card.id):
            ended = list(
                diary.events_since(
                    brand_id=self.card.id,
                    kinds=[GroupWon, GroupLost],
                    since=NOW - timedelta(days=1),
                )
            )
        for event in ended:
            if event.id not in self.answered:
                reactions.answer(event)
                self.answered.add(event.id)


@pytest.fixture
def street(own_database, tmp_path, figure, seed) -> Street:
    groups = figure(GROUPS)
    market = open_market([20 * GROUPS_A_SKU] * -(-groups // GROUPS_A_SKU))
    street = Street(market, Desk(tmp_path, market.brand_id), seed)
    for n in range(groups):
        seats = street.draw.randint(2, 4)
        facts = GroupBuyFacts(
            name_zh="团",
            name_en="Together",
            starts_at=NOW - timedelta(hours=1),
            ends_at=NOW + timedelta(days=1),
            sku_ids=(market.skus[n // GROUPS_A_SKU],),
            price_fen=GROUP_FEN,
            seats=seats,
            open_hours=OPEN_MIN // 60,
        )
        with brand_tx(market.brand_id):
            group_buy = promotions.create(
                brand_id=market.brand_id, facts=facts, user_id=None, now=NOW
            )
        street.open_group(n // GROUPS_A_SKU, group_buy, seats)
    return street


def test_everybody_gets_the_goods_or_the_money(street, figure, tell) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        street.pass_minutes(pool, range(ENDS_MIN))
        street.pass_minutes(pool, range(ENDS_MIN, OVER_MIN, 15))  # what was missed is told again
        street.pass_minutes(pool, range(OVER_MIN, SETTLED_MIN, 2))  # what was told last goes back
    market, over = street.market, NOW + timedelta(minutes=SETTLED_MIN)
    assert market.violations(over) == {}
    received = street.desk.received()
    came = ends(street, received)
    assert min(came[one] for one in ("won", "lost", "late")) > 0, came
    paid_fen, back_fen = (sum(one[n] for one in received.values()) for n in (0, 1))
    books = market.books()
    assert books["sandbox_clearing"] == books["prepayments"] == paid_fen - back_fen
    tell(
        f"{figure(GROUPS)} groups, {len(received)} payments",
        f"{came['won']} got goods, {came['lost']} money, of which {came['late']} came late",
    )


def ends(street: Street, received: dict[str, tuple[int, int]]) -> Counter[str]:
    """How each payment at the provider ended, as its order and its money say: both the same."""
    came: Counter[str] = Counter()
    for number, (paid_fen, back_fen) in received.items():
        order = street.market.order(street.orders[number])
        with brand_tx(street.card.id):
            payment = orders.payment_of(brand_id=street.card.id, order_id=order.id)
        won = order.state is OrderState.PAID
        assert back_fen == (0 if won else paid_fen), order
        assert payment.state in (PaymentState.PAID, PaymentState.LATE), order
        came["won" if won else "lost"] += 1
        came["late"] += payment.state is PaymentState.LATE
    return came
