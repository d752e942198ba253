"""Orders, hand-overs, refunds, settlements and withdrawals in any order equal a small pure model.

A run draws up to 50 steps; after each of them the books of two promoters (one introduced the
other), what is held, what is withheld and what the provider paid out are what the model says.
"""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import seed as drawn_from
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.cast import NOW
from tests.journeys.buying import Market, open_market
from tests.journeys.earning import Helper, a_helper, a_plan, helped, money, settle
from tests.journeys.withdrawing import a_card, paid_by_the_sandbox, terms, withdraw
from zhiyin.domain.commissions import operations as commissions
from zhiyin.domain.orders.types import Placed
from zhiyin.domain.wallets.types import PayeeFacts, WithdrawalCard, WithdrawalTooMuch
from zhiyin.events import queries as diary
from zhiyin.flows import ports, purchase, reactions, transferring, withdrawing
from zhiyin.flows.paying_out import TransferFact, TransferState
from zhiyin.flows.purchase.carriers import carrier, carrier_now
from zhiyin.storage.sql import many
from zhiyin.storage.tenancy import brand_tx

RUNS, STEPS = 200, 50
PRICES = (36_800, 8_999)
FIRST_BPS, SECOND_BPS = 1_000, 150
WINDOW = timedelta(days=7)
CHINA = ZoneInfo("Asia/Shanghai")
EVENTS = "SELECT id FROM events_event WHERE id > %(last)s ORDER BY id"
FIRST = UUID(int=0)
ACTS = (
    *("buy", "give_back", "end_a_withdrawal"),
    *("hand_over", "pass_time", "settle_what_is_due", "withdraw") * 2,
)
MUST_BE_SEEN = ("taken back", "debt", "arrived", "returned")
SEEN: Counter[str] = Counter()
"""How often what is rare was played: a run that never does it would prove nothing."""
_names = count()


@dataclass
class Share:
    """What the model holds of one commission."""

    who: int
    amount: int
    left: int
    state: str = "pending"
    due: datetime | None = None


@dataclass
class Sold:
    """What the model holds of an order of one line."""

    placed: Placed
    key: str
    price: int
    pieces: int
    kept: int
    shares: list[Share]
    is_done: bool = False


@dataclass
class Wallet:
    """What the model holds of a promoter. `months`: what she withdrew and the tax of it."""

    payable: int = 0
    debt: int = 0
    held: int = 0
    income: Counter[tuple[int, int]] = field(default_factory=Counter)
    tax: Counter[tuple[int, int]] = field(default_factory=Counter)

    def pay_debt(self) -> None:
        paid = min(self.payable, self.debt)
        self.payable, self.debt = self.payable - paid, self.debt - paid


def taxed(income: int) -> int:
    """The law's per-payment table up to 50,000 yuan, written again from its text."""
    if income <= 80_000:
        return 0
    taxable = income - 80_000 if income <= 400_000 else (income * 8 + 5) // 10
    if taxable <= 2_000_000:
        return (taxable * 2 + 5) // 10
    return (taxable * 3 + 5) // 10 - 200_000


class Money(RuleBasedStateMachine):
    """The house beside the model."""

    def __init__(self) -> None:
        super().__init__()
        self.market = a_market(f"model-{next(_names)}")
        self.helpers = two_who_earn(self.market)
        self.now = NOW
        self.sold: list[Sold] = []
        self.wallets = [Wallet(), Wallet()]
        self.asked: list[tuple[int, WithdrawalCard, tuple[int, int]]] = []
        self.received = self.paid_out = self.withheld = 0
        self.keys = count()
        self.last_event = None

    @initialize(drawn=st.integers(0, 2**32))
    def draw_from(self, drawn: int) -> None:
        """The acts of a run come from a generator of its own: rules and numbers that Hypothesis
        draws by itself are alike from step to step, and what needs five acts in a row is rare."""
        self.dice = random.Random(drawn)

    @rule()
    def step(self) -> None:
        act = self.dice.choice(ACTS)
        getattr(self, act)(self.dice.randrange(100), self.dice.randrange(100))

    def buy(self, one: int, two: int) -> None:
        sku, pieces = one % 2, 1 + two % 3
        placed = helped(self.market, self.helpers[1], (sku, pieces), now=self.now)
        self.market.pay(placed, now=self.now, paid_at=self.now)
        self.follow()
        total = PRICES[sku] * pieces
        amounts = [(1, total * FIRST_BPS // 10_000), (0, total * SECOND_BPS // 10_000)]
        shares = [Share(who, amount, amount) for who, amount in amounts]
        key = self.market.order(placed).lines[0].key
        self.sold.append(Sold(placed, key, PRICES[sku], pieces, pieces, shares))
        self.received += total

    def hand_over(self, draw: int, _two: int) -> None:
        waiting = [one for one in self.sold if not one.is_done and one.kept]
        if not waiting:
            return
        one = waiting[draw % len(waiting)]
        self.market.collect(self.market.code(one.placed), now=self.now)
        self.follow()
        one.is_done = True
        for share in one.shares:
            if share.state == "pending":
                share.state, share.due = "unlocked", self.now + WINDOW

    def give_back(self, draw: int, pieces: int) -> None:
        there = [one for one in self.sold if one.kept]
        if not there:
            return
        one = there[draw % len(there)]
        back = min(1 + pieces % 3, one.kept)
        purchase.give_back(
            brand_id=self.market.brand_id,
            order_id=one.placed.order_id,
            cause=f"back-{next(self.keys)}",
            pieces={one.key: back},
            reason="不合身",
            user_id=self.market.clerk,
            now=self.now,
        )
        self.follow()
        one.kept -= back
        for share in one.shares:
            left = share.amount * one.kept // one.pieces
            taken, share.left = share.left - left, left
            if share.state == "payable":
                wallet = self.wallets[share.who]
                own = min(wallet.payable, taken)
                SEEN["taken back"] += 1
                SEEN["debt"] += own < taken
                wallet.payable, wallet.debt = wallet.payable - own, wallet.debt + taken - own
            if left == 0:
                share.state = "reversed"

    def pass_time(self, hours: int, days: int) -> None:
        self.now += timedelta(hours=hours, days=days % 12)

    def settle_what_is_due(self, _one: int, _two: int) -> None:
        settle(self.market, self.now)
        for share in (share for one in self.sold for share in one.shares):
            if share.state == "unlocked" and share.due is not None and share.due <= self.now:
                share.state = "payable"
                self.wallets[share.who].payable += share.left
        for wallet in self.wallets:
            wallet.pay_debt()

    def withdraw(self, who: int, percent: int) -> None:
        who %= 2
        wallet = self.wallets[who]
        fen = max(100, wallet.payable * (percent + 5) // 100)
        month = (self.now.astimezone(CHINA).year, self.now.astimezone(CHINA).month)
        try:
            key = str(next(self.keys))
            card = withdraw(self.market, self.helpers[who], fen, key, now=self.now)
        except WithdrawalTooMuch:
            assert fen > wallet.payable - min(wallet.payable, wallet.debt)
            return
        wallet.pay_debt()
        assert fen <= wallet.payable
        tax = max(0, taxed(wallet.income[month] + fen) - wallet.tax[month])
        assert card.tax_fen == tax
        wallet.payable, wallet.held = wallet.payable - fen, wallet.held + fen
        wallet.income[month] += fen
        wallet.tax[month] += tax
        self.asked.append((who, card, month))

    def end_a_withdrawal(self, arrives: int, _two: int) -> None:
        if not self.asked:
            return
        who, card, month = self.asked.pop(0)
        wallet, brand_id = self.wallets[who], self.market.brand_id
        transferring.send_due(
            brand_id=brand_id,
            carriers=carrier,
            carrier_now=carrier_now,
            now=self.now + timedelta(hours=3),
        )
        if arrives % 4:
            till = ports.wired().till
            assert till is not None
            till.receive(brand_id=brand_id, bill_no=card.bill_no)
            transferring.ask_about(
                brand_id=brand_id, withdrawal_id=card.id, carriers=carrier, now=self.now
            )
            SEEN["arrived"] += 1
            self.paid_out += card.net_fen
            self.withheld += card.tax_fen
        else:
            SEEN["returned"] += 1
            fact = carrier_now(brand_id).query_transfer(bill_no=card.bill_no)
            transferring.hear(brand_id=brand_id, fact=failed(fact), now=self.now)
            wallet.payable += card.amount_fen
            wallet.income[month] -= card.amount_fen
            wallet.tax[month] -= card.tax_fen
        wallet.held -= card.amount_fen

    @invariant()
    def the_books_are_the_models(self) -> None:
        for who, (helper, wallet) in enumerate(zip(self.helpers, self.wallets, strict=True)):
            shares = [share for one in self.sold for share in one.shares if share.who == who]
            waits = sum(one.left for one in shares if one.state in ("pending", "unlocked"))
            has = money(self.market, helper)
            found = (has.pending_fen, has.payable_fen, has.debt_fen)
            assert found == (waits, wallet.payable, wallet.debt)
        books = self.market.books()
        assert books.get("withdrawals_held", 0) == sum(one.held for one in self.wallets)
        assert books.get("tax_withheld", 0) == self.withheld
        assert books.get("sandbox_clearing", 0) == self.received - self.paid_out

    def teardown(self) -> None:
        assert self.market.violations(self.now) == {}

    def follow(self) -> None:
        """What a worker does with the events since it looked last."""
        with brand_tx(self.market.brand_id):
            ids = [row[0] for row in many(EVENTS, last=self.last_event or FIRST)]
        for event_id in ids:
            with brand_tx(self.market.brand_id):
                stored = diary.event(event_id=event_id)
            assert stored is not None
            reactions.answer(stored)
        self.last_event = ids[-1] if ids else self.last_event


def a_market(slug: str) -> Market:
    """A brand of its own for each run, paid by the sandbox, with stock enough for it."""
    market = open_market([500, 500], PRICES, slug)
    paid_by_the_sandbox(market)
    terms(market, approve_above_fen=10**7, most_fen=10**7)
    return market


def two_who_earn(market: Market) -> tuple[Helper, Helper]:
    """Who introduced the other, and the one whose looks are bought; both said who they are."""
    by = {"brand_id": market.brand_id, "user_id": market.clerk, "now": NOW}
    with brand_tx(market.brand_id):
        commissions.acknowledge_second_level(statement="法务已看过", **by)
    a_plan(market, FIRST_BPS, second_bps=SECOND_BPS)
    above = a_helper(market, "above")
    below = a_helper(market, "below", introduced_by=above.promoter_id)
    for n, helper in enumerate((above, below)):
        with brand_tx(market.brand_id):
            withdrawing.say_who(
                brand_id=market.brand_id,
                member_id=helper.member_id,
                facts=PayeeFacts("王小禾", a_card(n)),
                now=NOW,
            )
    return above, below


def failed(fact: TransferFact) -> TransferFact:
    """The same transfer, which she never confirmed."""
    return replace(fact, state=TransferState.FAILED, why="OVERDUE_CLOSE", page={})


@pytest.mark.usefixtures("own_database")
def test_any_order_of_steps_equals_the_model(figure, seed, tell) -> None:
    runs = figure(RUNS)
    run_state_machine_as_test(
        drawn_from(seed)(Money),
        settings=settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert min(SEEN[name] for name in MUST_BE_SEEN) * 10 >= runs, SEEN
    tell(f"{runs} runs of {STEPS} steps", f"each equals the model; {SEEN['debt']} went into debt")
