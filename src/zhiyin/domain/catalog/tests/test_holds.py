"""Holding, keeping, handing over and releasing: the figures after each, in both ways of keeping."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.cast import NOW
from zhiyin.domain.catalog import operations, queries
from zhiyin.domain.catalog.models import Stock, StockHold
from zhiyin.domain.catalog.tests.shelves import LATER, SOON, Shelves, stack
from zhiyin.domain.catalog.types import (
    CauseReused,
    HoldExpired,
    HoldMoveRefused,
    HoldNotFound,
    HoldState,
    QuantityRefused,
    ReleaseReason,
    SoldOut,
    StockKeyReused,
    StockReasonNeeded,
    TooManyPieces,
)

CANCELLED, REFUNDED = ReleaseReason.CANCELLED, ReleaseReason.REFUNDED


@pytest.fixture(params=["counted", "by_unit"])
def shelves(request, brand) -> Shelves:
    made = stack(brand.id, [5, 2, 0])
    if request.param == "by_unit":
        made.by_unit(0, 1, 2)
    return made


@pytest.fixture(autouse=True)
def _nothing_is_wrong_afterwards(shelves):
    yield
    assert shelves.violations() == {}


def states(shelves: Shelves, cause: str = "a") -> list[tuple[HoldState, int]]:
    lines = queries.held_for(brand_id=shelves.brand_id, cause=cause)
    return [(line.state, line.outstanding) for line in lines]


def test_held_pieces_are_not_for_sale_anywhere(shelves):
    assert shelves.hold("a", (0, 3), (1, 2))
    assert [shelves.figures(n) for n in range(3)] == [(5, 3, 2), (2, 2, 0), (0, 0, 0)]
    card = queries.product(brand_id=shelves.brand_id, product_id=shelves.product_id)
    assert [sku.on_hand for sku in card.skus] == [2, 0, 0]
    live = queries.for_sale(brand_id=shelves.brand_id)
    assert [live[sku] for sku in shelves.skus] == [(100, 2), (100, 0), (100, 0)]
    assert queries.sold_out(brand_id=shelves.brand_id) == {shelves.product_id: 2}
    assert queries.pieces_in_stores(brand_id=shelves.brand_id, store_ids=[shelves.store_id]) == 2


def test_all_lines_or_none_and_the_short_ones_are_named(shelves):
    with pytest.raises(SoldOut) as refused:
        shelves.hold("a", (0, 1), (1, 3), (2, 1))
    assert refused.value.details["short"] == [
        {"sku_id": str(shelves.skus[sku]), "store_id": str(shelves.store_id), "left": left}
        for sku, left in sorted([(1, 2), (2, 0)], key=lambda short: shelves.skus[short[0]])
    ]
    assert [shelves.figures(n)[1] for n in range(3)] == [0, 0, 0]
    assert states(shelves) == []
    assert shelves.hold("a", (0, 1))


def test_a_sku_that_stands_twice_is_summed_before_anything_is_decided(shelves):
    with pytest.raises(SoldOut):
        shelves.hold("a", (1, 1), (0, 1), (1, 2))
    assert shelves.hold("a", (0, 2), (1, 1), (0, 3))
    assert [shelves.figures(n)[1] for n in range(2)] == [5, 1]


def test_no_place_was_ever_counted_there(shelves):
    line = shelves.line(0, 1, shelves.other_store_id)
    with pytest.raises(SoldOut) as refused:
        operations.hold(brand_id=shelves.brand_id, lines=[line], cause="a", until=SOON, now=NOW)
    assert refused.value.details["short"][0]["left"] == 0


@pytest.mark.parametrize("pieces", [0, -1, 10_001, 1.5, True, "1"])
def test_a_quantity_is_whole_pieces(shelves, pieces):
    with pytest.raises(QuantityRefused):
        shelves.hold("a", (0, pieces))
    with pytest.raises(QuantityRefused):
        shelves.hold("a")
    assert shelves.figures()[1] == 0


def test_a_retry_changes_nothing_and_other_lines_are_refused(shelves):
    assert shelves.hold("a", (0, 1), (1, 1))
    assert not shelves.hold("a", (1, 1), (0, 1), until=LATER)
    assert queries.held_for(brand_id=shelves.brand_id, cause="a")[0].expires_at == SOON
    for other in ([(0, 1)], [(0, 2), (1, 1)], [(2, 1)], [(0, 1), (1, 1), (2, 1)]):
        with pytest.raises(CauseReused):
            shelves.hold("a", *other)
    assert [shelves.figures(n)[1] for n in range(2)] == [1, 1]


def test_a_retry_is_answered_though_the_shelf_is_empty_by_now(shelves):
    assert shelves.hold("a", (1, 2))
    assert not shelves.hold("a", (1, 2))


def test_kept_when_paid_then_handed_over(shelves):
    shelves.hold("a", (0, 3), (1, 1))
    assert shelves.keep("a") == 2
    assert shelves.keep("a", now=LATER) == 0
    assert states(shelves) == [(HoldState.KEPT, n) for _, n in states(shelves)]
    assert operations.release_expired(brand_id=shelves.brand_id, now=LATER, limit=9) == 0
    assert hand_over(shelves, key="parcel-1") == 4
    assert hand_over(shelves, key="parcel-1") == 0
    assert [shelves.figures(n) for n in range(2)] == [(2, 0, 2), (1, 0, 1)]
    assert states(shelves) == [(HoldState.HANDED_OVER, 0)] * 2


def hand_over(shelves, *lines, key, cause="a"):
    return operations.hand_over(
        brand_id=shelves.brand_id,
        cause=cause,
        key=key,
        now=NOW,
        lines=[shelves.line(*line) for line in lines] or None,
    )


def test_what_is_not_paid_does_not_leave(shelves):
    shelves.hold("a", (0, 3))
    with pytest.raises(HoldMoveRefused):
        hand_over(shelves, key="parcel-1")
    with pytest.raises(HoldNotFound):
        hand_over(shelves, key="parcel-1", cause="b")
    with pytest.raises(HoldNotFound):
        shelves.keep("b")
    assert shelves.figures() == (5, 3, 2)


def test_a_part_is_sent_a_part_is_refunded_and_a_part_comes_back(shelves):
    shelves.hold("a", (0, 4), (1, 1))
    shelves.keep("a")
    assert hand_over(shelves, (0, 2), key="parcel-1") == 2
    assert hand_over(shelves, (0, 2), key="parcel-1") == 0
    with pytest.raises(StockKeyReused):
        hand_over(shelves, (0, 1), key="parcel-1")
    with pytest.raises(TooManyPieces):
        hand_over(shelves, (0, 3), key="parcel-2")
    assert shelves.figures() == (3, 2, 1)
    assert part(shelves, (0, 1), key="refund-1") == 1
    assert part(shelves, (0, 1), key="refund-1") == 0
    assert shelves.figures() == (3, 1, 2)
    assert part(shelves, (0, 1), key="refund-2") == 1
    assert sorted(states(shelves)) == [(HoldState.HANDED_OVER, 0), (HoldState.KEPT, 1)]
    assert shelves.figures() == (3, 0, 3)
    assert back(shelves, (0, 1), key="return-1") == 1
    assert back(shelves, (0, 1), key="return-1") == 0
    with pytest.raises(TooManyPieces):
        back(shelves, (0, 2), key="return-2")
    with pytest.raises(HoldMoveRefused):
        part(shelves, (0, 1), key="refund-3")
    assert shelves.figures() == (4, 0, 4)
    assert back(shelves, (0, 1), key="return-2", into=shelves.other_store_id) == 1
    assert shelves.count(0, shelves.other_store_id).for_sale == 1
    assert shelves.figures() == (4, 0, 4)


def part(shelves, *lines, key):
    return operations.release_part(
        brand_id=shelves.brand_id,
        cause="a",
        lines=[shelves.line(*line) for line in lines],
        key=key,
        reason=REFUNDED,
        now=NOW,
    )


def back(shelves, *lines, key, into=None, reason="too small"):
    return operations.take_back(
        brand_id=shelves.brand_id,
        cause="a",
        lines=[shelves.line(*line) for line in lines],
        key=key,
        reason=reason,
        into_store_id=into,
        now=NOW,
    )


def test_goods_come_back_with_a_reason_and_only_once_they_have_left(shelves):
    shelves.hold("a", (0, 1))
    shelves.keep("a")
    with pytest.raises(TooManyPieces):
        back(shelves, (0, 1), key="return-1")
    hand_over(shelves, key="parcel-1")
    with pytest.raises(StockReasonNeeded):
        back(shelves, (0, 1), key="return-1", reason=" \n")
    assert shelves.figures() == (4, 0, 4)


def test_released_on_purpose_stays_released(shelves):
    shelves.hold("a", (0, 3))
    assert release(shelves) == 3
    assert release(shelves) == 0
    with pytest.raises(HoldMoveRefused):
        shelves.keep("a")
    with pytest.raises(HoldMoveRefused):
        shelves.hold("a", (0, 3))
    assert shelves.figures() == (5, 0, 5)
    assert states(shelves) == [(HoldState.RELEASED, 0)]


def release(shelves, reason=CANCELLED):
    return operations.release(brand_id=shelves.brand_id, cause="a", reason=reason, now=NOW)


def test_a_part_cancelled_before_payment_is_not_kept(shelves):
    shelves.hold("a", (0, 3), (1, 1))
    part(shelves, (0, 1), (1, 1), key="change-1")
    assert shelves.keep("a") == 1
    assert [shelves.figures(n)[1] for n in range(2)] == [2, 0]
    assert release(shelves, REFUNDED) == 2


def test_an_expired_hold_is_not_kept_without_holding_anew(shelves):
    shelves.hold("a", (0, 3), (1, 1))
    with pytest.raises(HoldExpired):
        shelves.keep("a", now=SOON)
    assert shelves.hold("a", (0, 3), (1, 1), until=LATER, now=SOON)
    assert shelves.figures() == (5, 3, 2)
    assert operations.release_expired(brand_id=shelves.brand_id, now=SOON, limit=9) == 0
    assert operations.release_expired(brand_id=shelves.brand_id, now=LATER, limit=9) == 2
    assert operations.release_expired(brand_id=shelves.brand_id, now=LATER, limit=9) == 0
    assert [shelves.figures(n)[1] for n in range(2)] == [0, 0]
    after = LATER + timedelta(minutes=1)
    with pytest.raises(HoldExpired):
        shelves.keep("a", now=LATER)
    assert shelves.hold("a", (0, 3), (1, 1), until=after, now=LATER)
    assert [shelves.figures(n)[1] for n in range(2)] == [3, 1]
    assert shelves.keep("a", now=LATER) == 2


def test_anew_only_what_is_still_there(shelves):
    shelves.hold("a", (1, 2), (0, 1))
    operations.release_expired(brand_id=shelves.brand_id, now=SOON, limit=9)
    shelves.hold("b", (1, 1))
    with pytest.raises(SoldOut) as refused:
        shelves.hold("a", (1, 2), (0, 1), until=LATER, now=SOON)
    assert [short["left"] for short in refused.value.details["short"]] == [1]
    assert [shelves.figures(n)[1] for n in range(2)] == [0, 1]
    assert states(shelves) == [(HoldState.RELEASED, 0)] * 2


def test_one_line_expired_and_the_other_is_anew_with_it(shelves):
    shelves.hold("a", (1, 2), (0, 1))
    assert operations.release_expired(brand_id=shelves.brand_id, now=SOON, limit=1) == 1
    with pytest.raises(HoldExpired):
        shelves.keep("a", now=NOW)
    assert shelves.hold("a", (1, 2), (0, 1), until=LATER, now=SOON)
    assert [shelves.figures(n)[1] for n in range(2)] == [1, 2]
    assert shelves.keep("a", now=SOON) == 2


def test_a_hold_whose_time_is_over_before_it_began_is_refused(shelves):
    with pytest.raises(HoldExpired):
        shelves.hold("a", (0, 1), until=NOW)
    assert shelves.figures()[1] == 0


def test_the_database_itself_refuses_what_no_statement_of_ours_does(shelves):
    shelves.hold("a", (0, 1))
    stock = Stock.objects.filter(brand_id=shelves.brand_id, sku_id=shelves.skus[0])
    holds = StockHold.objects.filter(brand_id=shelves.brand_id)
    for rows, breach in (
        (stock, {"held": 6}),
        (stock, {"held": -1}),
        (holds, {"released": 1}),
        (holds, {"taken_back": 1}),
        (holds, {"kept_at": SOON, "state": HoldState.KEPT}),
        (holds, {"state": HoldState.HANDED_OVER}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**breach)


def test_to_hold_and_to_keep_is_a_statement_each(shelves, django_assert_num_queries):
    with django_assert_num_queries(2):
        shelves.hold("a", (0, 2), (1, 1))
        shelves.keep("a")
