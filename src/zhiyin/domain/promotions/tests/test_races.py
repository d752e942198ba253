"""Many hands on one group, one code, one sale: real threads, and twins without the guard."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from time import monotonic

import pytest

from tests.cast import NOW
from zhiyin.domain.catalog.tests.shelves import at_once
from zhiyin.domain.promotions import operations, queries
from zhiyin.domain.promotions.operations import groups, setting_up, tallies, uses
from zhiyin.domain.promotions.tests.fair import DAY, HOUR, WINDOW, Fair, orders, settle
from zhiyin.domain.promotions.types import SeatOutcome, TrialFacts
from zhiyin.storage.sql import many, one, run
from zhiyin.storage.tenancy import brand_tx

THREADS = 16
GROUPS, SEATS = 40, 3
CONNECTIONS = 48
RUSHING = 3
LATE = NOW + 2 * HOUR
HOLD_GROUP = """
    SELECT 1 FROM promotions_group WHERE brand_id = %(brand_id)s AND id = %(group_id)s FOR UPDATE
"""
WAITING = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
FOUND = """
    SELECT state, count(*) FROM promotions_group WHERE brand_id = %(brand_id)s GROUP BY state
"""


def violations(fair: Fair, now=NOW) -> dict[str, list]:
    with brand_tx(fair.brand_id):
        return fair.violations(now)


def crowd(fair: Fair, number: int = GROUPS):
    """Groups opened by member 0 in which five others sit down, pay (twice), pay late, or leave."""
    random, acts, placed = Random(11), [], []
    with brand_tx(fair.brand_id):
        group_buy = fair.group_buy(seats=SEATS)
        for _ in range(number):
            (order,) = orders(1)
            placed.append((fair.open(group_buy, 0, order).group_id, [order]))
    soon = LATE - timedelta(seconds=1)
    for group_id, mine in placed:
        mine += (others := orders(5))
        goes_well = random.random() < 0.6
        for member, order in enumerate(others, start=1):
            acts.append(lambda g=group_id, m=member, o=order: ("sit", bool(fair.sit(g, m, o))))
        for order in mine:
            moments = [soon, soon] if goes_well or random.random() < 0.5 else [LATE, LATE]
            acts += [lambda o=order, now=now: (fair.pay(o, now), o) for now in moments]
        if random.random() < 0.4:
            acts.append(lambda o=mine[1]: ("leave", fair.leave(o)))
    acts += [lambda: ("lost", fair.close(LATE, limit=2)) for _ in range(number // 2)]
    keyed = [(random.random(), n) for n in range(len(acts))]
    return placed, [acts[n] for _, n in sorted(keyed)]


def settle_up(fair: Fair, placed, results: Counter) -> set:
    """Close what is left; who is owed a refund is exactly who paid and has no seat in a won group.

    Returns the orders whose payment was late.
    """
    late = {who for what, who in pairs(results) if what is SeatOutcome.LATE}
    lost = [one for what, found in pairs(results) if what == "lost" for one in found]
    with brand_tx(fair.brand_id):
        while found := fair.close(LATE):
            lost += found
        owed = set(queries.owed(brand_id=fair.brand_id, since=NOW - HOUR))
    by_loss = [order for one in lost for order in one.paid_order_ids]
    assert len(set(by_loss)) == len(by_loss)
    assert not late & set(by_loss)
    assert late | set(by_loss) == owed
    return late


def pairs(results: Counter):
    return [key for key in results if isinstance(key, tuple)]


def test_forty_groups_of_joins_payments_duplicates_and_expiry(own_database):
    fair = settle()
    placed, acts = crowd(fair)
    results = at_once(fair.brand_id, acts, threads=THREADS)
    late = settle_up(fair, placed, results)
    assert violations(fair, LATE) == {}
    with brand_tx(fair.brand_id):
        states = dict(many(FOUND, brand_id=fair.brand_id))
    assert set(states) == {"won", "lost"}
    assert sum(states.values()) == GROUPS
    assert late
    won = [key for key in pairs(results) if key[0] is SeatOutcome.WON]
    assert len(won) == states["won"]


def test_without_the_lock_more_sit_than_there_are_seats(own_database, monkeypatch):
    """The twin: the group is read and not held, and what was read is written."""
    stale = groups.TAKE_SEAT.replace("        FOR NO KEY UPDATE\n", "")
    stale = stale.replace(
        "seated.seats_taken + 1\n        FROM seat", "held.seats_taken + 1\n        FROM seat, held"
    )
    stale = stale.replace(
        "closes_at FROM promotions_group", "closes_at, seats_taken FROM promotions_group"
    )
    assert "held.seats_taken + 1" in stale
    assert "FOR NO KEY UPDATE" not in stale
    monkeypatch.setattr(groups, "TAKE_SEAT", stale)
    fair = settle(people=RUSHING + 1)
    order, *others = orders(RUSHING + 1)
    with brand_tx(fair.brand_id):
        group = fair.open(fair.group_buy(), 0, order).group_id
    acts = [lambda m=m, o=o: fair.sit(group, m, o) and "sat" for m, o in enumerate(others, 1)]
    with ThreadPoolExecutor(1) as apart, brand_tx(fair.brand_id):
        run(HOLD_GROUP, brand_id=fair.brand_id, group_id=group)
        rush = apart.submit(at_once, fair.brand_id, acts)
        patience = monotonic() + 60
        while (one(WAITING) or (0,))[0] < RUSHING:  # each has read the group, and waits to write it
            assert monotonic() < patience
    assert rush.result()["sat"] == RUSHING
    assert "G1.seats" in violations(fair)


def test_forty_want_the_last_two_seats(own_database):
    fair = settle(people=40)
    order, *others = orders(40)
    with brand_tx(fair.brand_id):
        group = fair.open(fair.group_buy(), 0, order).group_id
    acts = [lambda m=m, o=o: fair.sit(group, m, o) and "sat" for m, o in enumerate(others, 1)]
    assert at_once(fair.brand_id, acts) == {"sat": 2, "group_full": 37}
    assert violations(fair) == {}


def test_the_last_payments_at_once_win_once(own_database):
    fair = settle()
    with brand_tx(fair.brand_id):
        group_buy, placed = fair.group_buy(), []
        for _ in range(12):
            mine = orders(SEATS)
            group = fair.open(group_buy, 0, mine[0]).group_id
            for member, order in enumerate(mine[1:], 1):
                fair.sit(group, member, order)
            placed += mine
    acts = [lambda o=o: fair.pay(o) for o in placed for _ in range(2)]
    results = at_once(fair.brand_id, acts, threads=THREADS)
    assert results == {SeatOutcome.WON: 24, SeatOutcome.PAID: 48}
    with brand_tx(fair.brand_id):
        assert dict(many(FOUND, brand_id=fair.brand_id)) == {"won": 12}
        recorded = "SELECT count(*) FROM events_event WHERE name = 'promotions.group_won'"
        assert many(recorded) == [(12,)]
    assert violations(fair) == {}


def test_without_the_groups_lock_a_payment_is_lost(own_database, owner, monkeypatch):
    """The twin: two last payments each see the other's seat unpaid."""
    unlocked = groups.LOCK_GROUP_OF.replace("FOR NO KEY UPDATE", "")
    monkeypatch.setattr(groups, "LOCK_GROUP_OF", unlocked)
    owner("ALTER TABLE promotions_group DROP CONSTRAINT group_won_when_all_paid")
    fair = settle()
    with brand_tx(fair.brand_id):
        group_buy, placed = fair.group_buy(), []
        for _ in range(24):
            mine = orders(SEATS)
            group = fair.open(group_buy, 0, mine[0]).group_id
            for member, order in enumerate(mine[1:], 1):
                fair.sit(group, member, order)
            placed += mine
    results = at_once(fair.brand_id, [lambda o=o: fair.pay(o) for o in placed], threads=THREADS)
    assert results[SeatOutcome.WON] < 24
    assert "G1.seats" in violations(fair)


@pytest.mark.parametrize("most", [1, 100])
def test_as_many_use_a_code_as_it_has_uses(own_database, most):
    number = CONNECTIONS if most == 1 else 160
    fair = settle(people=CONNECTIONS)
    with brand_tx(fair.brand_id):
        rule = f"coupon:{fair.coupon(most_uses=most)}"
    acts = [
        lambda n=n, o=o: fair.use(rule, o, member=n % CONNECTIONS)
        for n, o in enumerate(orders(number))
    ]
    results = at_once(fair.brand_id, acts, threads=CONNECTIONS)
    assert results == {1: most, "promotion_used_up": number - most}
    assert violations(fair) == {}


@pytest.mark.parametrize("most", [1, 20])
def test_without_the_guard_a_code_is_used_too_often(own_database, owner, monkeypatch, most):
    """The twin: the statement counts and does not refuse; without the database's own check, too."""
    owner("ALTER TABLE promotions_promotion DROP CONSTRAINT promotion_not_used_up_twice")
    guard = "          AND promotion.used + locked.pieces <= promotion.most_uses\n"
    assert guard in uses.USE
    monkeypatch.setattr(uses, "USE", uses.USE.replace(guard, ""))
    fair = settle(people=CONNECTIONS)
    with brand_tx(fair.brand_id):
        rule = f"coupon:{fair.coupon(most_uses=most)}"
    acts = [
        lambda n=n, o=o: fair.use(rule, o, member=n % CONNECTIONS)
        for n, o in enumerate(orders(4 * CONNECTIONS))
    ]
    results = at_once(fair.brand_id, acts, threads=CONNECTIONS)
    assert results[1] > most
    assert "C1" in violations(fair)


@pytest.mark.parametrize("kind", ["trial", "coupon", "flash", "group_buy"])
def test_one_person_has_one_however_often_she_asks(own_database, kind):
    fair = settle()
    with brand_tx(fair.brand_id):
        promotion_id = getattr(fair, kind)(per_person=1)
    if kind == "group_buy":
        acts = [lambda o=o: fair.open(promotion_id, 0, o) and 1 for o in orders(24)]
    else:
        acts = [lambda o=o: fair.use(f"{kind}:{promotion_id}", o) for o in orders(24)]
    assert at_once(fair.brand_id, acts) == {1: 1, "promotion_person_limit": 23}
    assert violations(fair) == {}


def test_without_her_tallys_guard_she_has_more(own_database, owner, monkeypatch):
    """The twin: the tally counts and does not refuse; without the database's own check, too."""
    owner("ALTER TABLE promotions_tally DROP CONSTRAINT promotion_tally_kept")
    guard = "        WHERE tally.used + excluded.used <= excluded.most\n"
    assert guard in uses.USE
    monkeypatch.setattr(uses, "USE", uses.USE.replace(guard, ""))
    seat_guard = "        WHERE tally.used < excluded.most\n"
    assert seat_guard in tallies.TALLY_SEAT
    monkeypatch.setattr(tallies, "TALLY_SEAT", tallies.TALLY_SEAT.replace(seat_guard, ""))
    fair = settle()
    with brand_tx(fair.brand_id):
        trial, group_buy = fair.trial(), fair.group_buy(per_person=1)
    acts = [lambda o=o: fair.use(f"trial:{trial}", o) for o in orders(8)]
    acts += [lambda o=o: fair.open(group_buy, 0, o) and 1 for o in orders(8)]
    assert at_once(fair.brand_id, acts) == {1: 16}
    assert len(violations(fair)["S3"]) == 2


@pytest.mark.parametrize("first", ["use", "release"])
def test_release_against_use(own_database, first):
    """Orders give a code's uses back while others take them: none is lost, none used twice."""
    fair = settle()
    with brand_tx(fair.brand_id):
        rule = f"coupon:{fair.coupon(most_uses=12)}"
        old = orders(12)
        for n, order in enumerate(old):
            fair.use(rule, order, member=n % 6)
    new = orders(24)
    use = [lambda n=n, o=o: ("used", fair.use(rule, o, member=n % 6)) for n, o in enumerate(new)]
    release = [lambda o=o: ("released", fair.release(o)) for o in old for _ in range(2)]
    acts = [
        act
        for both in zip(use, release, strict=True)
        for act in (both if first == "use" else both[::-1])
    ]
    results = at_once(fair.brand_id, acts, threads=12)
    assert results[("released", 1)] == results[("released", 0)] == 12
    assert results[("used", 1)] + results["promotion_used_up"] == 24
    assert violations(fair) == {}
    with brand_tx(fair.brand_id):
        kept = sum(fair.release(order) for order in new)
        assert kept == results[("used", 1)] <= 12
        again = orders(12)
        assert sum(fair.use(rule, order, member=n % 6) for n, order in enumerate(again)) == 12
    assert violations(fair) == {}


@pytest.mark.parametrize("first", ["use", "release"])
def test_one_orders_use_against_its_release(own_database, first):
    fair = settle()
    with brand_tx(fair.brand_id):
        rule = f"coupon:{fair.coupon(most_uses=40, per_person=40)}"
    results: Counter = Counter()
    for order in orders(10):
        acts = [
            lambda o=order: ("use", fair.use(rule, o)),
            lambda o=order: ("release", fair.release(o)),
        ]
        results += at_once(fair.brand_id, acts if first == "use" else acts[::-1])
    assert results[("use", 1)] == 10
    assert results[("release", 1)] + results[("release", 0)] == 10
    assert violations(fair) == {}


def test_without_its_lock_a_use_is_given_back_twice(own_database, monkeypatch):
    """The twin: two who close one order both find the use."""
    stale = uses.RELEASE.replace("        ORDER BY promotion_id\n        FOR NO KEY UPDATE\n", "")
    assert stale != uses.RELEASE
    monkeypatch.setattr(uses, "RELEASE", stale)
    fair = settle()
    with brand_tx(fair.brand_id):
        rule = f"coupon:{fair.coupon(most_uses=400)}"
        for _ in range(6):
            fair.use(rule, *orders(1))
        placed = orders(20)
        for order in placed:
            fair.use(rule, order)
    for order in placed:
        at_once(fair.brand_id, [lambda o=order: fair.release(o)] * 4)
        if found := violations(fair):
            break
    assert "C1" in found


def test_two_limited_rules_in_either_order_never_block_one_another(own_database):
    fair = settle()
    with brand_tx(fair.brand_id):
        rules = [
            f"coupon:{fair.coupon(most_uses=1_000)}",
            f"flash:{fair.flash(most_uses=1_000)}",
            f"trial:{fair.create(trial_for_many(fair))}",
        ]
    acts = [
        lambda n=n, o=o: fair.use(rules[:2] if n % 2 else rules[1::-1], o, member=n % 6)
        for n, o in enumerate(orders(160))
    ]
    assert at_once(fair.brand_id, acts, threads=THREADS) == {2: 160}
    assert violations(fair) == {}


def trial_for_many(fair: Fair):
    return TrialFacts(**WINDOW, sku_ids=fair.skus[1:2], price_fen=9, most_uses=1_000)


def test_two_flash_sales_set_up_at_once_do_not_overlap(own_database):
    fair = settle()
    acts = [lambda n=n: fair.flash(price_fen=50 + n) and "set up" for n in range(8)]
    assert at_once(fair.brand_id, acts) == {"set up": 1, "flash_windows_overlap": 7}
    assert violations(fair) == {}


def test_without_the_skus_lock_flash_sales_overlap(own_database, monkeypatch):
    """The twin: each looks before the other has committed."""
    stale = setting_up.LOCK_SKUS.replace("FOR NO KEY UPDATE", "")
    assert stale != setting_up.LOCK_SKUS
    monkeypatch.setattr(setting_up, "LOCK_SKUS", stale)
    fair = settle()
    for days in range(1, 300, 10):  # a race is not lost every time
        window = {"starts_at": NOW + days * DAY, "ends_at": NOW + (days + 1) * DAY}
        acts = [
            lambda n=n, w=window: fair.flash(price_fen=50 + n, **w) and "set up" for n in range(16)
        ]
        if at_once(fair.brand_id, acts)["set up"] > 1:
            break
    assert "G3" in violations(fair)


def test_guessing_codes_ends_after_so_many_tries(own_database):
    fair = settle()
    with brand_tx(fair.brand_id):
        coupon = fair.coupon(code="RIGHT")
    member = {"brand_id": fair.brand_id, "member_id": fair.members[0], "now": NOW}
    acts = [
        lambda n=n: operations.claim_by_code(code=f"WRONG-{n}", **member) or "wrong"
        for n in range(30)
    ]
    results = at_once(fair.brand_id, acts, threads=10)
    assert results == {"wrong": 10, "coupon_codes_too_many": 20}
    with brand_tx(fair.brand_id):
        other = member | {"member_id": fair.members[1]}
        for _ in range(20):
            assert operations.claim_by_code(code=" right ", **other) == coupon
        later = member | {"now": NOW + HOUR}
        assert operations.claim_by_code(code="right", **later) == coupon
        assert operations.forget_code_tries(brand_id=fair.brand_id, before=NOW + HOUR) == 2
