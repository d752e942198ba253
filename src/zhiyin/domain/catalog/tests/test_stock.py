"""Saying what lies where: what is held stands against it, and each change is written down."""

import pytest
from django.contrib.auth.models import User
from django.db import ProgrammingError, connection, transaction

from tests.cast import NOW, enter
from zhiyin.domain.brands.types import StoreNotFound
from zhiyin.domain.catalog import operations, queries
from zhiyin.domain.catalog.models import StockHold, StockMove
from zhiyin.domain.catalog.operations import counting, hot
from zhiyin.domain.catalog.tests.shelves import LATER, SOON, Shelves, settle, stack
from zhiyin.domain.catalog.types import (
    QuantityRefused,
    SkuNotFound,
    SoldOut,
    StockBelowHeld,
    StockFacts,
    StockKeyReused,
    StockMoveKind,
    StockNotFound,
    StockReasonNeeded,
    TooManyUnits,
)
from zhiyin.kit.ids import uuid7
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture(params=["counted", "by_unit"])
def shelves(request, brand) -> Shelves:
    made = stack(brand.id, [5, 2])
    if request.param == "by_unit":
        made.by_unit(0, 1)
    return made


@pytest.fixture
def user_id(brand) -> int:
    return User.objects.create_user("clerk").id


def state(shelves, pieces, sku="k00"):
    return operations.set_stock(
        brand_id=shelves.brand_id,
        stock=[StockFacts(sku_code=sku, store_code="s1", on_hand=pieces)],
        store_ids={"s1": shelves.store_id},
        now=NOW,
    )


def adjust(shelves, change, *, sku=0, reason="found behind a shelf", **more):
    return operations.adjust_stock(
        brand_id=shelves.brand_id,
        sku_id=shelves.skus[sku],
        store_id=shelves.store_id,
        change=change,
        reason=reason,
        now=NOW,
        **({"user_id": None} | more),
    )


def count(shelves, pieces, *, reason="stock count", user_id=None):
    return operations.count_stock(
        brand_id=shelves.brand_id,
        store_id=shelves.store_id,
        counts={shelves.skus[sku]: n for sku, n in pieces.items()},
        reason=reason,
        user_id=user_id,
        now=NOW,
    )


def moves(shelves):
    rows = queries.stock_moves(
        brand_id=shelves.brand_id, product_id=shelves.product_id, store_ids=[shelves.store_id]
    )
    return [(m.kind, m.change, m.on_hand, m.reason, m.by) for m in rows]


def test_nobody_sets_less_than_is_held(shelves):
    shelves.hold("a", (0, 3))
    assert state(shelves, 3) == 1
    written = moves(shelves)
    for act in (
        lambda: state(shelves, 2),
        lambda: count(shelves, {1: 9, 0: 2}),
        lambda: adjust(shelves, -1),
    ):
        with pytest.raises(StockBelowHeld) as refused:
            act()
        assert refused.value.details["held"] == 3
    assert (shelves.figures(), shelves.figures(1)) == ((3, 3, 0), (2, 0, 2))
    assert moves(shelves) == written
    assert shelves.violations() == {}


def test_every_change_is_a_line_with_its_reason_and_who(shelves, user_id):
    assert count(shelves, {0: 4, 1: 2}, user_id=user_id) == 1
    assert adjust(shelves, 3, user_id=user_id) == 7
    assert adjust(shelves, -2, reason=" broken \n zip ") == 5
    assert state(shelves, 5) == 1
    shelves.hold("a", (0, 2))
    shelves.keep("a")
    operations.hand_over(
        brand_id=shelves.brand_id, cause="a", key="pickup", now=NOW, user_id=user_id
    )
    assert moves(shelves)[:4] == [
        (StockMoveKind.HANDED_OVER, -2, 3, "", "clerk"),
        (StockMoveKind.ADJUSTED, -2, 5, "broken zip", ""),
        (StockMoveKind.ADJUSTED, 3, 7, "found behind a shelf", "clerk"),
        (StockMoveKind.COUNTED, -1, 4, "stock count", "clerk"),
    ]
    assert {move[0] for move in moves(shelves)[4:]} == {StockMoveKind.STATED}
    assert shelves.violations() == {}


def test_a_line_of_history_is_never_changed(shelves):
    for act in (
        lambda: StockMove.objects.filter(brand_id=shelves.brand_id).update(reason="other"),
        lambda: StockMove.objects.filter(brand_id=shelves.brand_id).delete(),
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            act()


def test_an_adjustment_with_a_key_happens_once(shelves):
    assert adjust(shelves, 2, key="app-1") == 7
    assert adjust(shelves, 2, key="app-1") == 7
    with pytest.raises(StockKeyReused):
        adjust(shelves, 3, key="app-1")
    assert adjust(shelves, 2, key="app-1", sku=1) == 4


def test_what_cannot_be_is_refused_and_nothing_changes(shelves):
    for act, refusal in (
        (lambda: adjust(shelves, 0), QuantityRefused),
        (lambda: adjust(shelves, -6), QuantityRefused),
        (lambda: adjust(shelves, 1, reason=" "), StockReasonNeeded),
        (lambda: count(shelves, {0: -1}), QuantityRefused),
        (lambda: count(shelves, {0: 1}, reason=""), StockReasonNeeded),
        (lambda: state(shelves, 1, sku="k99"), SkuNotFound),
    ):
        with pytest.raises(refusal):
            act()
    at = {"brand_id": shelves.brand_id, "reason": "x", "user_id": None, "now": NOW}
    sku_id = shelves.skus[0]
    with pytest.raises(SkuNotFound):
        operations.adjust_stock(sku_id=uuid7(), store_id=shelves.store_id, change=1, **at)
    with pytest.raises(StoreNotFound):
        operations.adjust_stock(sku_id=sku_id, store_id=uuid7(), change=1, **at)
    with pytest.raises(StoreNotFound):
        operations.count_stock(store_id=uuid7(), counts={sku_id: 1}, **at)
    assert shelves.figures() == (5, 0, 5)


def test_the_way_of_keeping_changes_while_holds_exist_and_no_piece_is_lost(brand):
    shelves = stack(brand.id, [9])
    for cause in ("a", "b", "c"):
        shelves.hold(cause, (0, 2))
    shelves.keep("a")
    shelves.keep("b")
    operations.hand_over(brand_id=brand.id, cause="b", key="1", now=NOW, lines=[shelves.line(0, 1)])
    at = {"brand_id": brand.id, "sku_id": shelves.skus[0], "store_id": shelves.store_id}
    for _ in range(2):
        assert operations.keep_by_unit(now=NOW, **at)
        assert not operations.keep_by_unit(now=NOW, **at)
        assert (shelves.figures(), shelves.count().by_unit) == ((8, 5, 3), True)
        assert shelves.violations() == {}
        assert operations.keep_by_count(**at)
        assert not operations.keep_by_count(**at)
        assert (shelves.figures(), shelves.count().by_unit) == ((8, 5, 3), False)
        assert shelves.violations() == {}


def test_a_few_hot_goods_are_kept_by_unit_not_a_warehouse(brand, monkeypatch):
    shelves = stack(brand.id, [6])
    monkeypatch.setattr(hot, "UNITS_MAX", 5)
    with pytest.raises(TooManyUnits):
        shelves.by_unit(0)
    state(shelves, 5)
    shelves.by_unit(0)
    monkeypatch.setattr(counting, "UNITS_MAX", 5)
    with pytest.raises(TooManyUnits):
        state(shelves, 6)
    assert shelves.figures() == (5, 0, 5)
    with pytest.raises(StockNotFound):
        operations.keep_by_unit(
            brand_id=brand.id, sku_id=shelves.skus[0], store_id=uuid7(), now=NOW
        )


@pytest.mark.parametrize(
    ("code", "breach"),
    [
        ("S1.held", "UPDATE catalog_stock SET held = held + 1"),
        ("S1.held", "UPDATE catalog_stockhold SET quantity = 2"),
        ("S1.units", "UPDATE catalog_stockunit SET hold_id = NULL"),
        ("S1.held", "DELETE FROM catalog_stockunit WHERE hold_id IS NULL"),
        ("S2.outlived", "UPDATE catalog_stockhold SET expires_at = '2026-11-22 03:58+00'"),
    ],
)
def test_an_audit_finds_a_planted_violation(brand, code, breach):
    shelves = stack(brand.id, [5])
    if "unit" in breach:
        shelves.by_unit(0)
    shelves.hold("a", (0, 1))
    assert shelves.violations() == {}
    with connection.cursor() as cursor:
        cursor.execute(breach)
    assert code in shelves.violations()


def test_a_late_payment_is_refused_by_the_database_and_found_by_the_audit(own_database, owner):
    shelves = settle([1])
    owner("ALTER TABLE catalog_stockhold DROP CONSTRAINT hold_kept_in_time")
    with brand_tx(shelves.brand_id):
        shelves.hold("a", (0, 1))
        shelves.keep("a")
        StockHold.objects.filter(cause="a").update(kept_at=SOON)
        assert set(shelves.violations(LATER)) == {"S2.late"}


def test_another_brand_holds_nothing_of_ours(two_brands):
    ours, theirs = two_brands
    enter(ours.id)
    shelves = stack(ours.id, [5])
    enter(theirs.id)
    with pytest.raises(SoldOut):
        operations.hold(
            brand_id=theirs.id, lines=[shelves.line(0, 1)], cause="a", until=SOON, now=NOW
        )
    enter(ours.id)
    assert shelves.figures() == (5, 0, 5)
