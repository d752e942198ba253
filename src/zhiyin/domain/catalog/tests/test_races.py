"""Many hands on the same pieces: real threads and processes, and twins without the guard."""

import multiprocessing
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from django.db import OperationalError, connection

from tests.cast import NOW
from zhiyin.domain.catalog import operations
from zhiyin.domain.catalog.operations import holds
from zhiyin.domain.catalog.tests.shelves import LATER, SOON, Shelves, at_once, settle
from zhiyin.domain.catalog.types import ReleaseReason
from zhiyin.kit.errors import DomainError
from zhiyin.storage.sql import many
from zhiyin.storage.tenancy import brand_tx

THREADS = 16
BUYERS, UNITS = 1_000, 100
SOLD = "SELECT coalesce(sum(quantity), 0) FROM catalog_stockhold WHERE state = 'held'"


def buyers(shelves: Shelves, number: int = BUYERS):
    return [lambda n=n: shelves.hold(f"order-{n}", (0, 1)) for n in range(number)]


def sold(shelves: Shelves) -> int:
    """Rows are counted, not the counter."""
    with brand_tx(shelves.brand_id):
        return many(SOLD)[0][0]


def assert_sound(shelves: Shelves, now=NOW) -> None:
    with brand_tx(shelves.brand_id):
        assert shelves.violations(now) == {}


@pytest.mark.parametrize("by_unit", [False, True])
def test_a_thousand_buyers_take_a_hundred_units(own_database, by_unit):
    shelves = settle([UNITS])
    if by_unit:
        with brand_tx(shelves.brand_id):
            shelves.by_unit(0)
    results = at_once(shelves.brand_id, buyers(shelves), threads=THREADS)
    assert results == {True: UNITS, "sold_out": BUYERS - UNITS}
    assert sold(shelves) == UNITS
    assert_sound(shelves)


@pytest.mark.parametrize(
    ("by_unit", "guard", "without"),
    [
        (False, "FOR NO KEY UPDATE OF stock", ""),
        (True, "FOR NO KEY UPDATE SKIP LOCKED", ""),
    ],
)
def test_without_its_guard_the_same_race_oversells(
    own_database, monkeypatch, by_unit, guard, without
):
    """The twin: the lock is taken out, so that what was read is no longer what is written."""
    stale = holds.HOLD.replace("SET held = stock.held + ", "SET held = counted.held + ")
    assert holds.HOLD.count(guard) == 1
    monkeypatch.setattr(holds, "HOLD", stale.replace(guard, without))
    shelves = settle([UNITS])
    if by_unit:
        with brand_tx(shelves.brand_id):
            shelves.by_unit(0)
    at_once(shelves.brand_id, buyers(shelves, 4 * UNITS), threads=THREADS)
    assert sold(shelves) > UNITS
    with brand_tx(shelves.brand_id):
        assert shelves.violations()


def test_buyers_in_several_processes(own_database):
    shelves = settle([UNITS])
    connection.close()
    connection.close_pool()
    fork = multiprocessing.get_context("fork")
    with fork.Pool(3) as pool:
        shares = pool.starmap(_buy, [(shelves, n, 60) for n in range(3)])
    assert sum(shares, Counter()) == {True: UNITS, "sold_out": 80}
    assert sold(shelves) == UNITS
    assert_sound(shelves)


def _buy(shelves: Shelves, share: int, number: int) -> Counter[object]:
    results: Counter[object] = Counter()
    for n in range(number):
        try:
            with brand_tx(shelves.brand_id):
                results[shelves.hold(f"order-{share}-{n}", (0, 1))] += 1
        except DomainError as refused:
            results[refused.code] += 1
    connection.close()
    connection.close_pool()
    return results


@pytest.mark.parametrize("hot", [(), (0, 3, 7)])
def test_baskets_of_four_over_ten_skus_never_block_one_another(own_database, hot):
    shelves = settle([200] * 10)
    with brand_tx(shelves.brand_id):
        shelves.by_unit(*hot)
    random = Random(7)
    baskets = [[(sku, 1) for sku in random.sample(range(10), 4)] for _ in range(160)]
    acts = [
        lambda n=n, basket=basket: shelves.hold(f"basket-{n}", *basket)
        for n, basket in enumerate(baskets)
    ]
    assert at_once(shelves.brand_id, acts, threads=THREADS) == {True: 160}
    with brand_tx(shelves.brand_id):
        asked = Counter(sku for basket in baskets for sku, _ in basket)
        assert [shelves.figures(n)[1] for n in range(10)] == [asked[n] for n in range(10)]
    assert_sound(shelves)


def test_baskets_locked_in_their_own_order_do_block_one_another(own_database, monkeypatch):
    """The twin: without the order, two baskets wait for each other and PostgreSQL ends one."""
    guard = """
        ORDER BY stock.sku_id, stock.store_id
        FOR NO KEY UPDATE OF stock"""
    unordered = (
        "\n        ORDER BY md5(%(cause)s || stock.id::text)\n        FOR NO KEY UPDATE OF stock"
    )
    assert guard in holds.HOLD
    monkeypatch.setattr(holds, "HOLD", holds.HOLD.replace(guard, unordered))
    shelves = settle([2_000] * 10)
    acts = [
        lambda n=n: shelves.hold(f"basket-{n}", *[(sku, 1) for sku in range(10)])
        for n in range(640)
    ]
    with pytest.raises(OperationalError, match="deadlock"):
        at_once(shelves.brand_id, acts, threads=THREADS)


def test_a_cause_is_let_in_once_whatever_lines_it_names(own_database):
    shelves = settle([50, 50])
    acts = [lambda n=n: shelves.hold("a", (n % 2, 1)) for n in range(THREADS)]
    results = at_once(shelves.brand_id, acts)
    assert (results[True], results[False] + results["hold_cause_reused"]) == (1, THREADS - 1)
    assert sold(shelves) == 1
    assert_sound(shelves)


@pytest.mark.parametrize("by_unit", [False, True])
@pytest.mark.parametrize("first", ["keep", "release"])
def test_release_against_keep(own_database, by_unit, first):
    shelves = settle([40])
    causes = [f"order-{n}" for n in range(12)]
    with brand_tx(shelves.brand_id):
        if by_unit:
            shelves.by_unit(0)
        for cause in causes:
            shelves.hold(cause, (0, 2))

    def release(cause: str) -> int:
        return operations.release(
            brand_id=shelves.brand_id, cause=cause, reason=ReleaseReason.CANCELLED, now=NOW
        )

    for cause in causes:
        acts = [lambda c=cause: ("keep", shelves.keep(c)), lambda c=cause: ("release", release(c))]
        results = at_once(shelves.brand_id, acts if first == "keep" else acts[::-1])
        # Whichever comes first, she holds nothing: kept and then released, or released and refused.
        assert results[("release", 2)] == 1
        assert results[("keep", 1)] + results["hold_move_refused"] == 1
    with brand_tx(shelves.brand_id):
        assert shelves.figures() == (40, 0, 40)
    assert_sound(shelves)


@pytest.mark.parametrize("by_unit", [False, True])
def test_expiry_against_payment(own_database, by_unit):
    """The payment came in time, but the reaper's clock is ahead: one of the two wins each line."""
    shelves = settle([40])
    with brand_tx(shelves.brand_id):
        if by_unit:
            shelves.by_unit(0)
        for n in range(40):
            shelves.hold(f"order-{n}", (0, 1))

    def expire() -> str:
        expired = operations.release_expired(brand_id=shelves.brand_id, now=LATER, limit=3)
        return f"expired {expired}"

    paid = SOON - timedelta(seconds=1)
    acts = [lambda n=n: shelves.keep(f"order-{n}", now=paid) for n in range(40)]
    acts += [expire for _ in range(40)]
    Random(3).shuffle(acts)
    results = at_once(shelves.brand_id, acts, threads=8)
    expired = sum(int(str(key)[8:]) * n for key, n in results.items() if "expired " in str(key))
    assert results[1] == 40 - results["hold_expired"]
    assert expired == results["hold_expired"]
    with brand_tx(shelves.brand_id):
        assert shelves.figures() == (40, results[1], 40 - results[1])
    assert_sound(shelves, LATER)


def test_two_reapers_release_a_hold_once(own_database):
    shelves = settle([60])
    with brand_tx(shelves.brand_id):
        for n in range(60):
            shelves.hold(f"order-{n}", (0, 1))

    def expire() -> int:
        return operations.release_expired(brand_id=shelves.brand_id, now=LATER, limit=20)

    results = at_once(shelves.brand_id, [expire] * 8)
    assert sum(count * n for count, n in results.items()) <= 60
    with brand_tx(shelves.brand_id):
        while expire():
            pass
        assert shelves.figures() == (60, 0, 60)
    assert_sound(shelves, LATER)


def test_the_way_of_keeping_changes_under_load(own_database):
    shelves = settle([300])
    at = {"brand_id": shelves.brand_id, "sku_id": shelves.skus[0], "store_id": shelves.store_id}

    def switch(n: int) -> str:
        if n % 2:
            operations.keep_by_count(**at)
        else:
            operations.keep_by_unit(now=NOW, **at)
        return "switched"

    def buy_and_leave(n: int) -> str:
        shelves.hold(f"order-{n}", (0, 1))
        return "held"

    def cancel(n: int) -> str:
        operations.release(
            brand_id=shelves.brand_id,
            cause=f"early-{n}",
            reason=ReleaseReason.CANCELLED,
            now=NOW,
        )
        return "released"

    def correct(change: int) -> str:
        operations.adjust_stock(**at, change=change, reason="count", user_id=None, now=NOW)
        return "adjusted"

    with brand_tx(shelves.brand_id):
        for n in range(40):
            shelves.hold(f"early-{n}", (0, 2))
    acts = [lambda n=n: buy_and_leave(n) for n in range(150)]
    acts += [lambda n=n: cancel(n) for n in range(40)]
    acts += [lambda n=n: correct(1 if n % 2 else -1) for n in range(20)]
    Random(5).shuffle(acts)
    for n in range(12):
        acts.insert(n * 18, lambda n=n: switch(n))
    results = at_once(shelves.brand_id, acts, threads=8)
    assert results == {"held": 150, "released": 40, "adjusted": 20, "switched": 12}
    with brand_tx(shelves.brand_id):
        assert shelves.figures() == (300, 150, 150)
    assert_sound(shelves)
