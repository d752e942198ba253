"""What an operator may set up, change and stop; windows of flash sales; what lists show."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import booleans, integers, lists, sampled_from, tuples

from tests.cast import NOW
from zhiyin.domain.catalog.types import Category
from zhiyin.domain.promotions import operations, queries
from zhiyin.domain.promotions.tests.fair import DAY, HOUR, WINDOW, Fair, orders, pitch
from zhiyin.domain.promotions.types import (
    CodeTaken,
    CouponFacts,
    CouponNotClaimable,
    Delivery,
    LimitBelowUsed,
    PersonLimitReached,
    PromotionKind,
    PromotionNotFound,
    PromotionOver,
    PromotionRefused,
    PromotionState,
    TermsFixed,
    UsedUp,
    UsesDiffer,
    UsesReleased,
    Why,
    WindowsOverlap,
)
from zhiyin.kit.errors import DomainError
from zhiyin.storage.sql import many

SOON = NOW + HOUR


@pytest.fixture
def fair(brand) -> Fair:
    return pitch(brand.id)


def rows() -> list[list[Any]]:
    tables = ("promotion", "promotionsku", "promotionmove", "use", "tally", "claim")
    return [many(f"SELECT * FROM promotions_{table} ORDER BY id") for table in tables]


def refused(refusal: type[DomainError], act) -> DomainError:
    """The refusal, after which nothing has changed."""
    before = rows()
    with pytest.raises(refusal) as caught:
        act()
    assert rows() == before
    return caught.value


def change(fair: Fair, promotion_id, facts, now=NOW):
    return operations.change(
        brand_id=fair.brand_id, promotion_id=promotion_id, facts=facts, user_id=None, now=now
    )


def stop(fair: Fair, promotion_id, now=NOW) -> bool:
    return operations.stop(brand_id=fair.brand_id, promotion_id=promotion_id, user_id=None, now=now)


def card(fair: Fair, promotion_id, now=NOW):
    return queries.promotion(brand_id=fair.brand_id, promotion_id=promotion_id, now=now)


@pytest.mark.parametrize(
    ("kind", "said", "field"),
    [
        ("group_buy", {"name_zh": " \u200b"}, "name_zh"),
        ("group_buy", {"ends_at": NOW - HOUR}, "ends_at"),
        ("group_buy", {"starts_at": NOW - DAY, "ends_at": NOW}, "ends_at"),
        ("group_buy", {"ends_at": NOW + timedelta(days=400)}, "ends_at"),
        ("group_buy", {"seats": 1}, "seats"),
        ("group_buy", {"seats": 2.0}, "seats"),
        ("group_buy", {"open_hours": 0}, "open_hours"),
        ("group_buy", {"most_uses": 5}, "most_uses"),
        ("group_buy", {"sku_ids": []}, "sku_ids"),
        ("group_buy", {"sku_ids": [uuid4()]}, "sku_ids"),
        ("group_buy", {"price_fen": 0}, "price_fen"),
        ("flash", {"price_fen": -5}, "price_fen"),
        ("flash", {"price_fen": True}, "price_fen"),
        ("flash", {"most_uses": 0}, "most_uses"),
        ("flash", {"store_ids": [uuid4()]}, "store_ids"),
        ("trial", {"per_person": 2}, "per_person"),
        ("coupon", {"off_fen": None}, "off_fen"),
        ("coupon", {"off_bps": 1_000}, "off_fen"),
        ("coupon", {"off_fen": None, "off_bps": 10_001}, "off_bps"),
        ("coupon", {"most_off_fen": 5}, "most_off_fen"),
        ("coupon", {"from_fen": -1}, "from_fen"),
        ("coupon", {"code": "a b"}, "code"),
        ("coupon", {"code": ""}, "is_claimable"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(fair, kind, said, field):
    found = refused(PromotionRefused, lambda: getattr(fair, kind)(**said))
    assert found.details == {"field": field}


def test_what_was_said_comes_back(fair):
    coupon = fair.coupon(
        name_zh=" 新客 立减 ",
        code="new-10",
        categories=[Category.SKIRT, Category.DRESS],
        deliveries=[Delivery.PICKUP],
        store_ids=[fair.store_id],
        per_person=2,
    )
    found = card(fair, coupon)
    assert (found.state, found.sku_ids) == (PromotionState.RUNNING, ())
    terms = found.terms
    assert (terms.name_zh, terms.code) == ("新客 立减", "NEW-10")
    assert terms.categories == (Category.DRESS, Category.SKIRT)
    assert (terms.deliveries, terms.store_ids) == ((Delivery.PICKUP,), (fair.store_id,))
    trial = card(fair, fair.trial())
    assert (trial.terms.per_person, trial.sku_ids) == (1, fair.skus[:1])
    refused(CodeTaken, lambda: fair.coupon(code="NEW-10"))


def test_before_it_starts_everything_may_change(fair):
    later = {"starts_at": SOON}
    group_buy = fair.group_buy(**later)
    facts = fair.group_buy_facts(**later, price_fen=40, seats=5, sku_ids=fair.skus, per_person=3)
    changed = change(fair, group_buy, facts)
    assert changed == {"price_fen", "seats", "sku_ids", "per_person"}
    assert change(fair, group_buy, facts) == frozenset()
    found = card(fair, group_buy)
    assert (found.terms.price_fen, found.state) == (40, PromotionState.PLANNED)
    assert set(found.sku_ids) == set(fair.skus)
    history = queries.moves(brand_id=fair.brand_id, promotion_id=group_buy)
    assert [(one.act, one.fields) for one in history] == [
        ("changed", ("per_person", "price_fen", "seats", "sku_ids")),
        ("created", ()),
    ]
    refused(PromotionRefused, lambda: change(fair, group_buy, fair.flash_facts(**later)))


def test_while_it_runs_what_people_buy_on_is_fixed(fair):
    group_buy = fair.group_buy()
    (order,) = orders(1)
    group = fair.open(group_buy, 0, order).group_id
    for said in ({"price_fen": 10}, {"seats": 9}, {"sku_ids": fair.skus}, {"per_person": 1}):
        found = refused(
            TermsFixed, lambda said=said: change(fair, group_buy, fair.group_buy_facts(**said))
        )
        assert found.details == {"fields": list(said)}
    free = {"ends_at": NOW + 2 * DAY, "open_hours": 9, "name_en": "Longer"}
    assert change(fair, group_buy, fair.group_buy_facts(**free)) == set(free)
    page = queries.group_page(brand_id=fair.brand_id, group_id=group, now=NOW)
    assert (page.card.price_fen, page.card.closes_at) == (60, NOW + 2 * HOUR)
    refused(
        PromotionRefused,
        lambda: change(fair, group_buy, fair.group_buy_facts(**{**free, "ends_at": NOW})),
    )


def test_a_limit_moves_but_not_below_what_was_used(fair):
    flash = fair.flash(most_uses=5, per_person=4)
    rule = f"flash:{flash}"
    (order,) = orders(1)
    fair.use(rule, order, pieces=3)
    low = refused(
        LimitBelowUsed,
        lambda: change(fair, flash, fair.flash_facts(most_uses=2, per_person=4)),
    )
    assert low.details == {"field": "most_uses", "used": 3}
    refused(
        LimitBelowUsed,
        lambda: change(fair, flash, fair.flash_facts(most_uses=5, per_person=2)),
    )
    refused(TermsFixed, lambda: change(fair, flash, fair.flash_facts(most_uses=5, per_person=None)))
    assert change(fair, flash, fair.flash_facts(most_uses=3, per_person=9)) == {
        "most_uses",
        "per_person",
    }
    refused(UsedUp, lambda: fair.use(rule, uuid4(), member=1))
    assert fair.violations() == {}


def test_what_is_over_stays_as_it_was(fair):
    flash, other = fair.flash(), fair.trial()
    assert stop(fair, other)
    assert not stop(fair, other)
    refused(PromotionOver, lambda: change(fair, flash, fair.flash_facts(), NOW + 2 * DAY))
    refused(PromotionOver, lambda: stop(fair, flash, NOW + 2 * DAY))
    refused(PromotionNotFound, lambda: stop(fair, uuid4()))
    refused(PromotionNotFound, lambda: change(fair, uuid4(), fair.flash_facts()))
    refused(PromotionNotFound, lambda: card(fair, uuid4()))
    assert card(fair, other).state is PromotionState.STOPPED


def test_flash_sales_of_one_sku_and_store_follow_one_another(fair):
    first = fair.flash(store_ids=[fair.store_id])
    fair.flash(store_ids=[fair.other_store_id])
    fair.flash(sku_id=fair.skus[1])
    fair.flash(starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
    found = refused(WindowsOverlap, lambda: fair.flash(store_ids=[fair.store_id]))
    assert found.details == {"other_id": first}
    refused(WindowsOverlap, lambda: fair.flash())
    refused(WindowsOverlap, lambda: change(fair, first, fair.flash_facts()))
    longer = fair.flash_facts(store_ids=[fair.store_id], ends_at=NOW + DAY + HOUR)
    refused(WindowsOverlap, lambda: change(fair, first, longer))
    stop(fair, first)
    fair.flash(starts_at=NOW, store_ids=[fair.store_id])
    assert fair.violations() == {}


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    said=lists(
        tuples(integers(0, 9), integers(1, 6), sampled_from(["", "s", "o", "so"]), booleans()),
        min_size=2,
        max_size=7,
    )
)
def test_whatever_is_set_up_and_stopped_no_windows_overlap(brand, said):
    """The room accepts a sale exactly when no accepted one shares a store and an hour with it."""
    with transaction.atomic():
        fair = pitch(brand.id, people=1)
        stores = {"s": fair.store_id, "o": fair.other_store_id}
        kept: list[tuple[int, int, set[str]]] = []
        for start, length, where, is_stopped in said:
            chosen = set(where or "so")
            hours = (start, start + length)
            free = all(
                hours[0] >= other[1] or other[0] >= hours[1] or not chosen & other[2]
                for other in kept
            )
            facts = fair.flash_facts(
                starts_at=NOW + start * HOUR,
                ends_at=NOW + hours[1] * HOUR,
                store_ids=[stores[one] for one in where],
            )
            try:
                flash = fair.create(facts)
                assert free
            except WindowsOverlap:
                assert not free
                continue
            if is_stopped and start == 0:
                stop(fair, flash)
            else:
                kept.append((*hours, chosen))
            assert fair.violations() == {}
        transaction.set_rollback(True)


def test_uses_are_written_once_for_an_order(fair):
    coupon = f"coupon:{fair.coupon(most_uses=2, per_person=1)}"
    flash = f"flash:{fair.flash()}"
    first, second = orders(2)
    assert fair.use([coupon, flash, "look:x"], first) == 2
    before = rows()
    assert fair.use([flash, coupon], first) == 0
    assert rows() == before
    refused(UsesDiffer, lambda: fair.use([coupon], first, pieces=2))
    refused(PersonLimitReached, lambda: fair.use([flash, coupon], second))
    refused(PromotionNotFound, lambda: fair.use([f"trial:{uuid4()}"], second))
    with CaptureQueriesContext(connection) as asked:
        assert fair.release(first) == 2
    assert len(asked) == 1
    assert fair.release(first) == 0
    refused(UsesReleased, lambda: fair.use([coupon], first))
    assert fair.use([coupon], second) == 1
    assert fair.violations() == {}


def test_one_use_is_one_statement_in_a_savepoint(fair):
    coupon = f"coupon:{fair.coupon(most_uses=2, per_person=1)}"
    with CaptureQueriesContext(connection) as asked:
        fair.use(coupon, uuid4())
    own = [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"]]
    assert len(own) == 1


def test_lists_say_where_each_stands_and_what_came_of_it(fair):
    fair.flash(starts_at=SOON)
    group_buy = fair.group_buy(seats=2)
    stopped = fair.trial(sku_ids=fair.skus[2:])
    stop(fair, stopped)
    coupon = fair.coupon(is_claimable=True)
    one, two, three = orders(3)
    group = fair.open(group_buy, 0, one).group_id
    fair.sit(group, 1, two)
    fair.pay(one)
    fair.pay(two)
    fair.open(group_buy, 2, three)
    for member in (0, 1):
        operations.claim(
            brand_id=fair.brand_id, coupon_id=coupon, member_id=fair.members[member], now=NOW
        )
        fair.use(f"coupon:{coupon}", uuid4(), member=member)
    assert queries.state_counts(brand_id=fair.brand_id, now=NOW) == {
        PromotionState.PLANNED: 1,
        PromotionState.RUNNING: 2,
        PromotionState.ENDED: 0,
        PromotionState.STOPPED: 1,
    }
    at = {"brand_id": fair.brand_id, "now": NOW}
    with CaptureQueriesContext(connection) as asked:
        page = queries.promotions(**at)
    assert (len(page.promotions), page.total, len(asked)) == (4, 4, 3)
    assert page.promotions[0].state is PromotionState.PLANNED
    running = queries.promotions(state=PromotionState.RUNNING, **at).promotions
    assert {each.terms.id for each in running} == {group_buy, coupon}
    (together,) = queries.promotions(kind=PromotionKind.GROUP_BUY, **at).promotions
    counts = together.counts
    assert (counts.uses, counts.people, counts.groups_open, counts.groups_won) == (2, 2, 1, 1)
    (used,) = queries.promotions(kind=PromotionKind.COUPON, **at).promotions
    assert (used.counts.uses, used.counts.people, used.counts.claims) == (2, 2, 2)
    of_sku = queries.promotions(sku_ids=fair.skus[2:], **at).promotions
    assert [each.terms.id for each in of_sku] == [stopped]


def test_her_coupons_say_why_one_cannot_be_used(fair):
    at = {"brand_id": fair.brand_id, "member_id": fair.members[0], "now": NOW}
    short = fair.coupon(is_claimable=True, code="", per_person=1, ends_at=NOW + HOUR)
    few = fair.coupon(is_claimable=True, code="", most_uses=1)
    typed = fair.coupon()
    shown = queries.coupons_to_claim(**at)
    assert [each.terms.id for each in shown] == [short, few]
    assert operations.claim_by_code(code="TENOFF", **at) == typed
    for coupon in (short, few):
        assert operations.claim(coupon_id=coupon, **at)
    refused(CouponNotClaimable, lambda: operations.claim(coupon_id=typed, **at))
    refused(CouponNotClaimable, lambda: operations.claim(coupon_id=uuid4(), **at))
    assert queries.coupons_to_claim(**at) == ()
    fair.use(f"coupon:{short}", uuid4())
    fair.use(f"coupon:{few}", uuid4(), member=1)
    mine = {each.terms.id: (each.used, each.why_not) for each in queries.my_coupons(**at)}
    assert mine == {
        short: (1, Why.ONCE_PER_PERSON),
        few: (0, Why.USED_UP),
        typed: (0, None),
    }
    refused(
        CouponNotClaimable,
        lambda: operations.claim(coupon_id=few, **at | {"member_id": fair.members[2]}),
    )
    late = CouponFacts(**{**WINDOW, "starts_at": SOON}, off_fen=5, is_claimable=True)
    planned = fair.create(late)
    refused(CouponNotClaimable, lambda: operations.claim(coupon_id=planned, **at))
