"""Groups and seats, one act after another: the life of each, and the law G1 under any acts."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import integers, lists, one_of, sampled_from, tuples

from tests.cast import NOW
from zhiyin.domain.promotions import operations, queries
from zhiyin.domain.promotions.tests.fair import DAY, HOUR, Fair, orders, pitch
from zhiyin.domain.promotions.types import (
    AlreadySeated,
    GroupBuyNotRunning,
    GroupClosed,
    GroupFull,
    GroupNotFound,
    GroupState,
    GroupWon,
    LeftAs,
    PersonLimitReached,
    PromotionNotFound,
    SeatMoveRefused,
    SeatNotFound,
    SeatOutcome,
    SeatState,
)
from zhiyin.events.queries import events_since
from zhiyin.events.types import revive
from zhiyin.kit.errors import DomainError
from zhiyin.storage.sql import many

LATER = NOW + 3 * HOUR
RECORDED = "SELECT name FROM events_event WHERE name LIKE 'promotions.%%' ORDER BY id"


@pytest.fixture
def fair(brand) -> Fair:
    return pitch(brand.id)


def seat(fair: Fair, order_id):
    return queries.seats_of_orders(brand_id=fair.brand_id, order_ids=[order_id])[order_id]


def page(fair: Fair, group_id, now=NOW):
    return queries.group_page(brand_id=fair.brand_id, group_id=group_id, now=now)


def rows(fair: Fair):
    """Everything that the seats' tables hold."""
    tables = ("group", "seat", "tally", "use")
    return [many(f"SELECT * FROM promotions_{table} ORDER BY id") for table in tables]


def refused_and_unchanged(fair: Fair, refusal: type[DomainError], act) -> None:
    before = rows(fair)
    with pytest.raises(refusal):
        act()
    assert rows(fair) == before


def test_three_pay_and_the_group_is_won(fair):
    first, second, third = orders(3)
    group_buy = fair.group_buy()
    opened = fair.open(group_buy, 0, first)
    group = opened.group_id
    assert opened.closes_at == NOW + 2 * HOUR
    assert page(fair, group).joined == ()
    assert queries.open_groups(brand_id=fair.brand_id, sku_ids=fair.skus, now=NOW) == ()
    assert fair.pay(first) is SeatOutcome.PAID
    (card,) = queries.open_groups(brand_id=fair.brand_id, sku_ids=fair.skus[:1], now=NOW)
    assert (card.id, card.price_fen, card.seats_paid, card.seats_left) == (group, 60, 1, 2)
    assert queries.open_groups(brand_id=fair.brand_id, sku_ids=fair.skus[2:], now=NOW) == ()
    fair.sit(group, 1, second)
    fair.sit(group, 2, third)
    assert fair.pay(third) is SeatOutcome.PAID
    assert fair.pay(second, NOW + HOUR) is SeatOutcome.WON
    before = rows(fair)
    for _ in range(2):
        again = [fair.pay(order, LATER) for order in (first, second, third)]
        assert again == [SeatOutcome.PAID, SeatOutcome.WON, SeatOutcome.PAID]
    assert fair.close(LATER + DAY) == ()
    assert rows(fair) == before
    seen = page(fair, group, LATER)
    assert (seen.state, seen.seconds_left) == (GroupState.WON, 0)
    assert {one.member_id for one in seen.joined} == set(fair.members[:3])
    assert many(RECORDED) == [("promotions.group_won",)]
    (stored,) = events_since(brand_id=fair.brand_id, kinds=[GroupWon], since=NOW)
    won = revive(stored, [GroupWon])
    assert isinstance(won, GroupWon)
    assert (won.group_id, set(won.order_ids)) == (group, {first, second, third})
    assert fair.violations(LATER) == {}


def test_a_group_that_is_not_full_in_time_is_lost(fair):
    first, second, third = orders(3)
    group = fair.open(fair.group_buy(per_person=1), 0, first).group_id
    fair.sit(group, 1, second)
    fair.pay(first)
    assert fair.close(NOW + 2 * HOUR - timedelta(seconds=1)) == ()
    (lost,) = fair.close(NOW + 2 * HOUR)
    assert (lost.group_id, lost.paid_order_ids, lost.unpaid_order_ids) == (
        group,
        (first,),
        (second,),
    )
    assert fair.close(LATER) == ()
    assert many(RECORDED) == [("promotions.group_lost",)]
    assert queries.owed(brand_id=fair.brand_id, since=NOW) == (first,)
    assert [one.member_id for one in page(fair, group, LATER).joined] == [fair.members[0]]
    assert fair.pay(first, LATER) is SeatOutcome.PAID
    assert fair.pay(second, LATER) is SeatOutcome.LATE
    assert fair.pay(second, LATER) is SeatOutcome.LATE
    assert set(queries.owed(brand_id=fair.brand_id, since=NOW)) == {first, second}
    refused_and_unchanged(fair, GroupClosed, lambda: fair.sit(group, 2, third, LATER))
    # Her one seat of this group-buy is free again.
    fair.open(queries_group_buy(fair, group), 0, third, LATER)
    assert fair.violations(LATER) == {}


def queries_group_buy(fair: Fair, group_id):
    return page(fair, group_id).card.group_buy_id


def test_money_that_comes_after_the_time_is_owed_back_though_nobody_closed_the_group(fair):
    first, second = orders(2)
    group = fair.open(fair.group_buy(seats=2), 0, first).group_id
    fair.pay(first)
    fair.sit(group, 1, second)
    assert fair.pay(second, NOW + 2 * HOUR) is SeatOutcome.LATE
    (lost,) = fair.close(NOW + 2 * HOUR)
    assert (lost.paid_order_ids, lost.unpaid_order_ids) == ((first,), ())
    assert seat(fair, second).left_as is LeftAs.LATE
    assert fair.violations(LATER) == {}


def test_a_seat_left_unpaid_is_free_for_somebody_else(fair):
    first, second, third, fourth = orders(4)
    group = fair.open(fair.group_buy(seats=2, per_person=1), 0, first).group_id
    fair.sit(group, 1, second)
    refused_and_unchanged(fair, GroupFull, lambda: fair.sit(group, 2, third))
    assert fair.leave(second)
    assert not fair.leave(second)
    fair.sit(group, 1, third)
    assert fair.leave(third)
    fair.sit(group, 2, fourth)
    assert fair.pay(second) is SeatOutcome.LATE
    assert fair.pay(first) is SeatOutcome.PAID
    assert fair.pay(fourth) is SeatOutcome.WON
    refused_and_unchanged(fair, SeatMoveRefused, lambda: fair.leave(first))
    refused_and_unchanged(
        fair,
        GroupClosed,
        lambda: operations.return_seat(brand_id=fair.brand_id, order_id=first, now=NOW),
    )
    assert queries.owed(brand_id=fair.brand_id, since=NOW - HOUR) == (second,)
    assert fair.violations() == {}


def test_a_paid_seat_is_given_back_before_the_group_is_won(fair):
    first, second, third = orders(3)
    group = fair.open(fair.group_buy(seats=2), 0, first).group_id
    at = {"brand_id": fair.brand_id, "now": NOW}
    refused_and_unchanged(
        fair, SeatMoveRefused, lambda: operations.return_seat(order_id=first, **at)
    )
    fair.pay(first)
    assert operations.return_seat(order_id=first, **at)
    assert not operations.return_seat(order_id=first, **at)
    fair.sit(group, 1, second)
    fair.pay(second)
    fair.sit(group, 2, third)
    assert fair.pay(third) is SeatOutcome.WON
    assert seat(fair, first).left_as is LeftAs.RETURNED
    assert fair.violations() == {}


def test_nobody_sits_twice(fair):
    first, second, third = orders(3)
    group_buy = fair.group_buy(per_person=2)
    opened = fair.open(group_buy, 0, first)
    before = rows(fair)
    assert fair.open(group_buy, 0, first) == opened
    assert fair.sit(opened.group_id, 0, first) == opened
    assert rows(fair) == before
    refused_and_unchanged(fair, AlreadySeated, lambda: fair.sit(opened.group_id, 0, second))
    refused_and_unchanged(fair, AlreadySeated, lambda: fair.sit(opened.group_id, 1, first))
    refused_and_unchanged(fair, AlreadySeated, lambda: fair.open(group_buy, 1, first))
    fair.open(group_buy, 0, second)
    refused_and_unchanged(fair, PersonLimitReached, lambda: fair.open(group_buy, 0, third))
    assert fair.violations() == {}


def test_what_is_not_there_is_refused_by_name(fair):
    order, nothing = orders(2)
    group_buy = fair.group_buy(starts_at=NOW + HOUR)
    refused_and_unchanged(fair, PromotionNotFound, lambda: fair.open(nothing, 0, order))
    refused_and_unchanged(fair, PromotionNotFound, lambda: fair.open(fair.flash(), 0, order))
    refused_and_unchanged(fair, GroupBuyNotRunning, lambda: fair.open(group_buy, 0, order))
    refused_and_unchanged(fair, GroupNotFound, lambda: fair.sit(nothing, 0, order))
    refused_and_unchanged(fair, SeatNotFound, lambda: fair.pay(order))
    refused_and_unchanged(fair, SeatNotFound, lambda: fair.leave(order))
    refused_and_unchanged(fair, GroupNotFound, lambda: page(fair, nothing))


acts = lists(
    one_of(
        tuples(sampled_from(["open", "sit"]), integers(0, 5), integers(0, 2)),
        tuples(
            sampled_from(["pay", "pay", "pay", "leave", "return"]), integers(0, 11), integers(0, 0)
        ),
        tuples(sampled_from(["wait", "close"]), integers(1, 90), integers(0, 0)),
    ),
    min_size=8,
    max_size=30,
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(said=acts)
def test_a_group_is_won_exactly_when_every_seat_is_paid(brand, said):
    """Any acts, in any order: the audits find nothing, and a payment has one consequence."""
    with transaction.atomic():
        fair = pitch(brand.id)
        group_buy = fair.group_buy(per_person=2, ends_at=NOW + 9 * DAY)
        now, groups, placed, paid, refunds = NOW, [], [], {}, set()
        for act, who, which in said:
            if act == "wait":
                now += timedelta(minutes=who)
                continue
            if act == "close":
                for lost in fair.close(now):
                    assert {paid[order] for order in lost.paid_order_ids} <= {SeatOutcome.PAID}
                    assert not set(lost.paid_order_ids) & refunds
                    refunds |= set(lost.paid_order_ids)
            else:
                play(fair, act, who, which, group_buy, now, groups, placed, paid, refunds)
            assert {k: v for k, v in fair.violations(now).items() if k != "G1.outlived"} == {}
        for order, outcome in paid.items():
            held = seat(fair, order)
            assert (held.state is SeatState.PAID) == (order not in refunds)
            assert (outcome is SeatOutcome.LATE) <= (order in refunds)
        assert set(queries.owed(brand_id=fair.brand_id, since=NOW - DAY)) == refunds
        transaction.set_rollback(True)


def play(fair, act, who, which, group_buy, now, groups, placed, paid, refunds) -> None:
    order = uuid4() if act in ("open", "sit") else placed[who % len(placed)] if placed else None
    if order is None or (act == "sit" and not groups):
        return
    try:
        if act == "open":
            groups.append(fair.open(group_buy, who, order, now).group_id)
            placed.append(order)
        elif act == "sit":
            fair.sit(groups[which % len(groups)], who, order, now)
            placed.append(order)
        elif act == "pay":
            outcome = fair.pay(order, now)
            assert paid.setdefault(order, outcome) is outcome
            if outcome is SeatOutcome.LATE:
                refunds.add(order)
        elif act == "leave":
            fair.leave(order, now)
        elif operations.return_seat(brand_id=fair.brand_id, order_id=order, now=now):
            refunds.add(order)
    except DomainError:
        pass
