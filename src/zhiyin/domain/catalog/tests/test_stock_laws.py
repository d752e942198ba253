"""No piece is made or lost, under any acts, any retries and either way of keeping."""

from datetime import timedelta

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import integers, just, lists, one_of, sampled_from, tuples

from tests.cast import NOW
from zhiyin.domain.catalog import operations, queries
from zhiyin.domain.catalog.models import StockMove
from zhiyin.domain.catalog.tests.shelves import Shelves, stack
from zhiyin.domain.catalog.types import ReleaseReason
from zhiyin.kit.errors import DomainError

SKUS = 2
causes, skus, pieces = sampled_from("abc"), integers(0, SKUS - 1), integers(1, 3)
acts = one_of(
    tuples(just("hold"), causes, lists(tuples(skus, pieces), min_size=1, max_size=3)),
    tuples(just("keep"), causes, just([])),
    tuples(just("release"), causes, just([])),
    tuples(just("part"), causes, lists(tuples(skus, pieces), min_size=1, max_size=2)),
    tuples(just("hand_over"), causes, lists(tuples(skus, pieces), max_size=2)),
    tuples(just("take_back"), causes, lists(tuples(skus, pieces), min_size=1, max_size=2)),
    tuples(just("wait"), causes, just([])),
    tuples(just("switch"), causes, lists(tuples(skus, pieces), min_size=1, max_size=1)),
    tuples(just("count"), causes, lists(tuples(skus, integers(0, 9)), min_size=1, max_size=2)),
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(said=lists(acts, min_size=4, max_size=10), repeats=integers(1, 2))
def test_no_piece_is_made_or_lost(brand, said, repeats):
    with transaction.atomic():
        shelves = stack(brand.id, [6] * SKUS)
        now = NOW
        for n, (act, cause, lines) in enumerate(said):
            now += timedelta(minutes=20) if act == "wait" else timedelta(seconds=1)
            for _ in range(repeats):
                try:
                    with transaction.atomic():
                        play(shelves, act, cause, lines, key=f"key-{n}", now=now)
                except DomainError:
                    pass
                assert shelves.violations(now) == {}
        everything_is_accounted_for(shelves)
        transaction.set_rollback(True)


def play(shelves: Shelves, act: str, cause: str, lines, *, key: str, now) -> None:
    """One act; it may be refused."""
    at = {"brand_id": shelves.brand_id, "cause": cause, "now": now}
    asked = [shelves.line(*line) for line in lines]
    refunded = ReleaseReason.REFUNDED
    if act == "hold":
        operations.hold(lines=iter(asked), until=now + timedelta(minutes=15), **at)
    elif act == "keep":
        operations.keep(**at)
    elif act == "release":
        operations.release(reason=ReleaseReason.CANCELLED, **at)
    elif act == "part":
        operations.release_part(lines=asked, key=key, reason=refunded, **at)
    elif act == "hand_over":
        operations.hand_over(lines=asked or None, key=key, **at)
    elif act == "take_back":
        operations.take_back(lines=asked, key=key, reason="too small", **at)
    elif act == "wait":
        operations.release_expired(brand_id=shelves.brand_id, now=now, limit=9)
    elif act == "switch":
        switch(shelves, lines[0][0])
    else:
        operations.count_stock(
            brand_id=shelves.brand_id,
            store_id=shelves.store_id,
            counts={shelves.skus[sku]: found for sku, found in lines},
            reason="count",
            user_id=None,
            now=now,
        )


def switch(shelves: Shelves, sku: int) -> None:
    place = {
        "brand_id": shelves.brand_id,
        "sku_id": shelves.skus[sku],
        "store_id": shelves.store_id,
    }
    if not operations.keep_by_unit(now=NOW, **place):
        operations.keep_by_count(**place)


def everything_is_accounted_for(shelves: Shelves) -> None:
    """What lies there is the sum of its history, and what is held the sum of the live lines."""
    for n, sku_id in enumerate(shelves.skus):
        moves = StockMove.objects.filter(brand_id=shelves.brand_id, sku_id=sku_id)
        on_hand, held, for_sale = shelves.figures(n)
        assert on_hand == sum(moves.values_list("change", flat=True))
        lines = [
            line
            for cause in "abc"
            for line in queries.held_for(brand_id=shelves.brand_id, cause=cause)
            if line.sku_id == sku_id
        ]
        assert held == sum(line.outstanding for line in lines)
        assert for_sale == on_hand - held >= 0
        for line in lines:
            assert line.taken_back <= line.handed_over
            assert line.handed_over + line.released + line.outstanding <= line.quantity
