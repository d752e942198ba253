"""Who helped is paid: pending when it is paid for, hers after the return window, back by parts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError, connection

from tests.cast import NOW
from tests.journeys.buying import SOON, Market, open_market
from tests.journeys.earning import (
    WINDOW,
    Helper,
    a_clerk,
    a_helper,
    a_plan,
    commissions_of,
    follow_all,
    helped,
    money,
    settle,
)
from tests.journeys.test_group_buying import joined, set_up
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.commissions import operations as commissions
from zhiyin.domain.commissions.operations import following
from zhiyin.domain.commissions.types import (
    CommissionState,
    Earner,
    Earnings,
    Settled,
)
from zhiyin.domain.ledger import operations as ledger
from zhiyin.domain.ledger.types import Account, AccountKind, Leg
from zhiyin.domain.members.types import MergeRefused
from zhiyin.domain.orders.types import Placed, RefundGranted
from zhiyin.flows import merging, purchase, settlement
from zhiyin.flows.purchase import Asking
from zhiyin.kit.ids import NO_ID
from zhiyin.storage.sql import run
from zhiyin.storage.tenancy import brand_tx

DRESS_FEN, BELT_FEN = 36_800, 8_900
DUE = SOON + WINDOW


@pytest.fixture
def market(own_database) -> Market:
    return open_market([50, 50], [DRESS_FEN, BELT_FEN])


@pytest.fixture
def helper(market) -> Helper:
    a_plan(market, 1_000)
    return a_helper(market)


def states(market: Market, placed: Placed) -> list[tuple[str, int]]:
    """Where the commissions of an order stand, and what is left of each."""
    return [(card.state, card.left_fen) for card in commissions_of(market, placed)]


def done(market: Market, helper: Helper, *lines: tuple[int, int]) -> Placed:
    """Paid and handed over."""
    placed = helped(market, helper, *lines)
    market.pay(placed)
    market.collect(market.code(placed))
    follow_all(market)
    return placed


def test_it_is_pending_when_paid_for_unlocked_by_the_code_and_hers_after_the_window(
    market, helper
) -> None:
    placed = helped(market, helper, (0, 1), (1, 2))
    follow_all(market)
    assert commissions_of(market, placed) == ()
    market.pay(placed)
    follow_all(market)
    assert states(market, placed) == [("pending", 3_680), ("pending", 1_780)]
    assert money(market, helper) == Earnings(5_460, 0, 0)
    assert settle(market, DUE).commissions == 0

    market.collect(market.code(placed))
    follow_all(market)
    first = commissions_of(market, placed)[0]
    assert (first.state, first.due_at) == (CommissionState.UNLOCKED, DUE)
    assert settle(market, DUE - timedelta(seconds=1)).commissions == 0
    assert settle(market, DUE) == Settled(2, 1, 5_460)
    assert money(market, helper) == Earnings(0, 5_460, 0)
    assert settle(market, DUE).commissions == 0
    assert market.books()["commission_expense"] == 5_460
    assert market.violations() == {}


def test_events_that_come_again_or_late_change_nothing(market, helper) -> None:
    placed = done(market, helper, (0, 2))
    purchase.give_back(
        brand_id=market.brand_id,
        order_id=placed.order_id,
        cause="k",
        pieces={_key(market, placed): 1},
        reason="r",
        user_id=market.clerk,
        now=SOON,
    )
    follow_all(market, times=3)
    assert states(market, placed) == [("unlocked", 3_680)]
    assert money(market, helper) == Earnings(3_680, 0, 0)
    assert market.violations() == {}


def test_a_group_earns_when_it_is_won_and_nothing_when_it_is_lost(market, helper) -> None:
    group_buy = set_up(market, seats=2)
    first = helped(market, helper, (0, 1), asking=Asking(group_buy_id=group_buy))
    market.pay(first)
    follow_all(market)
    assert commissions_of(market, first) == ()
    second = joined(market, market.order(first).group_id)
    market.pay(second)
    follow_all(market)
    assert states(market, first) == [("pending", 690)]

    lost = helped(market, helper, (0, 1), asking=Asking(group_buy_id=group_buy))
    market.pay(lost)
    purchase.close_groups(brand_id=market.brand_id, now=NOW + timedelta(hours=25), limit=9)
    follow_all(market)
    assert commissions_of(market, lost) == ()
    assert money(market, helper) == Earnings(690, 0, 0)


def test_what_goes_back_takes_its_part_along_and_what_was_withdrawn_is_a_debt(
    market, helper
) -> None:
    placed = done(market, helper, (0, 3))
    assert settle(market, DUE) == Settled(1, 1, 11_040)
    _give_back(market, placed, 1)
    assert states(market, placed) == [("payable", 7_360)]
    assert money(market, helper) == Earnings(0, 7_360, 0)

    _withdrawn(market, helper, 7_000)
    _give_back(market, placed, 2)
    assert states(market, placed) == [("reversed", 0)]
    assert money(market, helper) == Earnings(0, 0, 7_000)
    assert market.violations() == {}

    other = done(market, helper, (0, 1))
    assert settle(market, DUE) == Settled(1, 1, 3_680)
    assert states(market, other) == [("payable", 3_680)]
    assert money(market, helper) == Earnings(0, 0, 3_320)
    assert market.violations() == {}


def test_what_is_settled_and_given_back_at_once_ends_in_whole_books(market, helper) -> None:
    """Whoever comes first: money that went back is no promoter's, and is taken back once."""
    orders = [done(market, helper, (0, 1)) for _ in range(10)]
    keys = [_key(market, placed) for placed in orders]

    def give_back(n: int) -> None:
        purchase.give_back(
            brand_id=market.brand_id,
            order_id=orders[n].order_id,
            cause=f"race-{n}",
            pieces={keys[n]: 1},
            reason="r",
            user_id=market.clerk,
            now=DUE,
        )
        settlement.follow_order(
            RefundGranted(
                brand_id=market.brand_id, at=DUE, order_id=orders[n].order_id, refund_id=NO_ID
            )
        )

    def at_once(act: Callable[[], object]) -> None:
        try:
            act()
        finally:
            connection.close()

    acts = [lambda n=n: give_back(n) for n in range(10)]
    acts[3:3] = [lambda: settle(market, DUE)]
    acts[7:7] = [lambda: settle(market, DUE)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(at_once, acts))
    assert {state for placed in orders for state, _ in states(market, placed)} == {"reversed"}
    assert money(market, helper) == Earnings(0, 0, 0)
    assert market.violations(DUE) == {}


def test_a_settlement_waits_for_what_is_being_taken_back(market, helper, monkeypatch) -> None:
    """The same race at its worst: between what is read of a commission and what is written."""
    placed = done(market, helper, (0, 2))
    came, left_of = [], following.due_fen

    def try_to_settle() -> str:
        try:
            with brand_tx(market.brand_id):
                run("SET LOCAL lock_timeout = '100ms'")
                commissions.settle_due(brand_id=market.brand_id, now=DUE)
            return "settled"
        except OperationalError:
            return "waits"
        finally:
            connection.close()

    def in_between(**sums: int) -> int:
        with ThreadPoolExecutor(1) as pool:
            came.append(pool.submit(try_to_settle).result())
        return left_of(**sums)

    monkeypatch.setattr(following, "due_fen", in_between)
    _give_back(market, placed, 2)
    assert came[0] == "waits"
    assert states(market, placed) == [("reversed", 0)]
    assert money(market, helper) == Earnings(0, 0, 0)
    assert market.violations(DUE) == {}


def test_a_hand_over_taken_back_locks_it_again(market, helper) -> None:
    placed = done(market, helper, (0, 1))
    purchase.undo_collect(
        brand_id=market.brand_id,
        order_id=placed.order_id,
        user_id=market.clerk,
        reason="wrong shelf",
        now=SOON,
    )
    follow_all(market)
    assert states(market, placed) == [("pending", 3_680)]
    assert settle(market, DUE).commissions == 0
    market.collect(market.code(placed), now=SOON + timedelta(hours=1))
    follow_all(market)
    assert commissions_of(market, placed)[0].due_at == DUE + timedelta(hours=1)


def test_nobody_earns_on_her_own_order(market, helper) -> None:
    placed = helped(market, helper, (0, 1), buyer=helper.member_id)
    market.pay(placed)
    follow_all(market)
    assert commissions_of(market, placed) == ()


def test_a_clerk_earns_on_what_she_hands_over(market) -> None:
    a_plan(market, 300, earner=Earner.STAFF)
    clerk = a_clerk(market, market.clerk)
    placed = market.place(market.shopper(), (0, 1))
    market.pay(placed)
    follow_all(market)
    assert commissions_of(market, placed) == ()
    market.collect(market.code(placed))
    follow_all(market)
    assert states(market, placed) == [("unlocked", 1_104)]
    assert money(market, clerk).pending_fen == 1_104


def test_the_clerk_who_made_it_good_earns_it(market) -> None:
    a_plan(market, 300, earner=Earner.STAFF)
    other_id = brands.create_account(name="other", password=uuid4().hex)
    first, second = a_clerk(market, market.clerk), a_clerk(market, other_id)
    placed = market.place(market.shopper(), (0, 1))
    market.pay(placed)
    market.collect(market.code(placed))
    follow_all(market)
    undone = {"brand_id": market.brand_id, "order_id": placed.order_id, "reason": "wrong shelf"}
    purchase.undo_collect(**undone, user_id=market.clerk, now=SOON)
    purchase.collect(
        brand_id=market.brand_id,
        code=market.code(placed),
        store_id=market.stores[0],
        user_id=other_id,
        now=SOON,
    )
    follow_all(market)
    assert (money(market, first).pending_fen, money(market, second).pending_fen) == (0, 1_104)
    assert market.violations() == {}


def test_a_second_level_is_paid_once_acknowledged_and_a_third_never(market) -> None:
    with brand_tx(market.brand_id):
        commissions.acknowledge_second_level(
            brand_id=market.brand_id,
            statement="我们的律师看过了",
            user_id=market.clerk,
            now=NOW,
        )
    a_plan(market, 1_000, second_bps=200)
    top = a_helper(market, "top")
    middle = a_helper(market, "middle", introduced_by=top.promoter_id)
    seller = a_helper(market, "seller", introduced_by=middle.promoter_id)
    placed = helped(market, seller, (0, 1))
    market.pay(placed)
    follow_all(market)
    assert [money(market, one).pending_fen for one in (seller, middle, top)] == [3_680, 736, 0]


def test_terms_are_those_of_the_day_it_was_paid(market, helper) -> None:
    placed = helped(market, helper, (0, 1))
    market.pay(placed)
    a_plan(market, 2_000, since=SOON + timedelta(minutes=1))
    follow_all(market)
    assert states(market, placed) == [("pending", 3_680)]


def test_no_more_than_the_cap_on_a_line(market) -> None:
    a_plan(market, 1_000, cap_fen=2_000)
    helper = a_helper(market)
    placed = helped(market, helper, (0, 1), (1, 1))
    market.pay(placed)
    follow_all(market)
    assert states(market, placed) == [("pending", 2_000), ("pending", 890)]


def _key(market: Market, placed: Placed) -> str:
    return market.order(placed).lines[0].key


def _give_back(market: Market, placed: Placed, pieces: int) -> None:
    purchase.give_back(
        brand_id=market.brand_id,
        order_id=placed.order_id,
        cause=f"back-{pieces}",
        pieces={_key(market, placed): pieces},
        reason="r",
        user_id=market.clerk,
        now=DUE,
    )
    follow_all(market)


def _withdrawn(market: Market, helper: Helper, fen: int) -> None:
    """She has taken so much out."""
    payable = Account(AccountKind.COMMISSION_PAYABLE, helper.member_id)
    with brand_tx(market.brand_id):
        ledger.post(
            brand_id=market.brand_id,
            cause=f"withdrawal:{uuid4()}:paid",
            legs=[Leg(payable, Account(AccountKind.SANDBOX_CLEARING), fen)],
            at=DUE,
        )


def test_a_buyer_who_turns_out_to_be_she_herself_earned_her_nothing(market, helper) -> None:
    """Two accounts of one person become one: what the one earned on the other goes back."""
    other = market.shopper()
    placed = helped(market, helper, (0, 1), buyer=other)
    market.pay(placed)
    market.collect(market.code(placed))
    follow_all(market)
    settle(market, DUE)
    with pytest.raises(MergeRefused):
        merging.merge_members(
            brand_id=market.brand_id,
            survivor_id=other,
            absorbed_id=helper.member_id,
            now=DUE,
        )
    assert money(market, helper) == Earnings(0, 3_680, 0)
    merging.merge_members(
        brand_id=market.brand_id, survivor_id=helper.member_id, absorbed_id=other, now=DUE
    )
    assert states(market, placed) == [("reversed", 0)]
    assert money(market, helper) == Earnings(0, 0, 0)
    assert market.violations(DUE) == {}
