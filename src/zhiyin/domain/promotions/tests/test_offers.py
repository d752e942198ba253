"""What promotions give to lines, and why one gives nothing: every reason by name."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import booleans, integers, lists, none, sampled_from, tuples

from tests.cast import NOW
from zhiyin.domain.catalog.types import Category
from zhiyin.domain.pricing import rules as pricing
from zhiyin.domain.pricing.types import Applied, Line, PricedAt, Stage
from zhiyin.domain.promotions import operations, queries, rules
from zhiyin.domain.promotions.rules import Found
from zhiyin.domain.promotions.tests.fair import DAY, HOUR, Fair, orders, pitch
from zhiyin.domain.promotions.types import (
    Buyer,
    Delivery,
    Priced,
    PromotionKind,
    Terms,
)
from zhiyin.kit.ids import NO_ID


@pytest.fixture
def fair(brand) -> Fair:
    return pitch(brand.id)


def gave(quote) -> dict[str, int]:
    return {one.rule.partition(":")[0]: one.off_fen for one in quote.applied}


def test_a_plain_order_costs_one_statement(fair):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = fair.offers(fair.line(0), fair.line(1))
    assert (found.adjustments, found.refused, len(asked)) == ((), (), 1)
    with CaptureQueriesContext(connection) as asked:
        operations.use(
            brand_id=fair.brand_id,
            order_id=uuid4(),
            member_id=fair.members[0],
            rules=["look:spring", "freight:free", f"group_buy:{uuid4()}"],
            pieces={},
            now=NOW,
        )
    assert len(asked) == 0


def test_everything_at_once_costs_one_statement_too(fair):
    group_buy, coupon = fair.group_buy(), fair.coupon(is_claimable=True)
    fair.flash()
    operations.claim(brand_id=fair.brand_id, coupon_id=coupon, member_id=fair.members[0], now=NOW)
    with CaptureQueriesContext(connection) as asked:
        quote = fair.quote(fair.line(0, 2), fair.line(1), group_buy_id=group_buy)
    assert len(asked) == 1
    assert gave(quote) == {"flash": 100, "group_buy": 40, "coupon": 10}
    assert pricing.breaches(quote) == ()


def test_a_group_price_is_for_who_buys_in_the_group(fair):
    group_buy = fair.group_buy()
    alone = fair.offers()
    assert alone.adjustments == ()
    assert dict(alone.refused[0].details) == {"price_fen": 60, "seats": 3}
    assert fair.why_not() == {f"group_buy:{group_buy}": "only_in_group"}
    assert gave(fair.quote(group_buy_id=group_buy)) == {"group_buy": 40}
    assert fair.offers(fair.line(2), group_buy_id=group_buy).refused == ()


def test_who_joins_a_group_has_its_price_when_the_group_buy_is_stopped(fair):
    group_buy = fair.group_buy(seats=2)
    order, other = orders(2)
    group = fair.open(group_buy, 1, order).group_id
    operations.stop(brand_id=fair.brand_id, promotion_id=group_buy, user_id=None, now=NOW)
    rule = f"group_buy:{group_buy}"
    assert fair.why_not(group_buy_id=group_buy) == {rule: "stopped"}
    assert gave(fair.quote(group_id=group)) == {"group_buy": 40}
    fair.sit(group, 2, other)
    assert fair.why_not(group_id=group) == {rule: "group_full"}
    assert fair.why_not(group_id=group, now=NOW + 3 * HOUR) == {rule: "group_closed"}


@pytest.mark.parametrize(
    ("said", "buyer", "reason"),
    [
        ({"starts_at": NOW + HOUR}, {}, "not_started"),
        ({"is_for_new_customers": True}, {}, "not_new_customer"),
        ({"deliveries": [Delivery.PARCEL]}, {}, "needs_parcel"),
        ({"deliveries": [Delivery.PICKUP]}, {"delivery": Delivery.PARCEL}, "needs_pickup"),
        ({"store_ids": "other"}, {}, "other_store"),
        (
            {"store_ids": "other"},
            {"delivery": Delivery.PARCEL, "store_id": None},
            "needs_pickup",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["flash", "trial", "group_buy", "coupon"])
def test_why_not(fair, kind, said, buyer, reason):
    if "store_ids" in said:
        said = {"store_ids": [fair.other_store_id]}
    promotion_id = getattr(fair, kind)(**said)
    asked = {"group_buy_id": promotion_id} if kind == "group_buy" else {}
    asked |= {"coupon_codes": ["tenoff"]} if kind == "coupon" else {}
    assert fair.why_not(buyer=fair.buyer(**buyer), **asked) == {f"{kind}:{promotion_id}": reason}


def test_why_not_afterwards(fair):
    ended, stopped = fair.flash(), fair.trial()
    later = NOW + 2 * DAY
    operations.stop(brand_id=fair.brand_id, promotion_id=stopped, user_id=None, now=NOW + HOUR)
    assert fair.why_not(now=later) == {f"flash:{ended}": "ended", f"trial:{stopped}": "stopped"}
    assert fair.why_not(now=NOW + timedelta(days=30)) == {}


def test_a_coupon_is_in_her_hand_or_it_is_not(fair):
    coupon = fair.coupon(is_claimable=True, code="", categories=[Category.DRESS])
    at = {"brand_id": fair.brand_id, "coupon_id": coupon, "now": NOW}
    assert fair.why_not() == {}
    assert fair.why_not(coupon_ids=[coupon]) == {f"coupon:{coupon}": "not_claimed"}
    assert operations.claim(member_id=fair.members[0], **at)
    assert not operations.claim(member_id=fair.members[0], **at)
    assert gave(fair.quote()) == {"coupon": 10}
    assert fair.offers(coupon_ids=[]).adjustments == ()
    bag = Priced(fair.line().line, Category.BAG)
    assert fair.why_not(bag) == {f"coupon:{coupon}": "other_goods"}
    nobody = uuid4()
    assert fair.why_not(coupon_ids=[nobody], coupon_codes=["nope", "' OR"]) == {
        f"coupon:{nobody}": "unknown_coupon",
        "coupon:nope": "unknown_coupon",
        "coupon:' OR": "unknown_coupon",
    }


def test_a_coupon_of_a_rate_from_a_sum_on(fair):
    fair.coupon(off_fen=None, off_bps=2_000, most_off_fen=30, from_fen=150)
    assert gave(fair.quote(fair.line(0, 1), coupon_codes=["TENOFF"])) == {}
    found = fair.quote(fair.line(0, 1), coupon_codes=["TENOFF"]).refused
    assert [no.reason for no in found] == ["threshold_not_met"]
    assert gave(fair.quote(fair.line(0, 2), coupon_codes=[" tenoff "])) == {"coupon": 30}


def test_what_is_left_limits_the_pieces_and_then_the_rule(fair):
    flash = fair.flash(most_uses=3, per_person=2)
    rule = f"flash:{flash}"
    two_lines = fair.line(0, 2, "a"), fair.line(0, 2, "b")
    quote = fair.quote(*two_lines)
    assert gave(quote) == {"flash": 100}
    assert queries.pieces_used(quote) == {rule: 2}
    one, two, three = orders(3)
    fair.use(rule, one, member=1, pieces=2)
    assert queries.pieces_used(fair.quote(fair.line(0, 2))) == {rule: 1}
    fair.use(rule, two, member=0)
    assert fair.why_not() == {rule: "used_up"}
    fair.release(one)
    assert queries.pieces_used(fair.quote(fair.line(0, 2))) == {rule: 1}
    fair.use(rule, three, member=0)
    assert fair.why_not() == {rule: "per_person"}
    assert fair.violations() == {}


def test_a_trial_is_one_piece_once(fair):
    rule = f"trial:{fair.trial()}"
    quote = fair.quote(fair.line(0, 3))
    assert (gave(quote), queries.pieces_used(quote)) == ({"trial": 91}, {rule: 1})
    fair.use(rule, uuid4())
    assert fair.why_not() == {rule: "once_per_person"}
    assert gave(fair.quote(buyer=fair.buyer(1))) == {"trial": 91}


def test_a_price_that_takes_no_coupon(fair):
    fair.flash(takes_coupons=False)
    fair.coupon()
    both = fair.quote(fair.line(0), fair.line(1), coupon_codes=["TENOFF"])
    assert gave(both) == {"flash": 50, "coupon": 10}
    assert "line-0" not in both.applied[1].unit_off_fen


def a_line(key: str, quantity: int, sku: int) -> Priced:
    line = Line(key=key, sku_id=UUID(int=sku), product_id=NO_ID, quantity=quantity, list_fen=1_000)
    return Priced(line, Category.DRESS)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sizes=lists(tuples(integers(1, 5), integers(1, 2)), min_size=1, max_size=4),
    cap=none() | integers(1, 8),
    person=none() | integers(1, 8),
    most=none() | integers(1, 8),
    used=integers(0, 7),
    had=integers(0, 7),
    is_flash=booleans(),
    price_fen=sampled_from([1, 700, 999]),
)
def test_no_more_pieces_than_every_limit_allows(
    sizes, cap, person, most, used, had, is_flash, price_fen
):
    """Whatever is asked, the pieces at the price are those that the limits leave, or all."""
    terms = Terms(
        id=NO_ID,
        kind=PromotionKind.FLASH_SALE if is_flash else PromotionKind.GROUP_BUY,
        name_zh="",
        name_en="",
        starts_at=NOW,
        ends_at=NOW + DAY,
        stopped_at=None,
        price_fen=price_fen,
        most_uses=cap if is_flash else None,
        used=used,
        per_person=person,
        most_pieces=most,
        seats=2,
    )
    lines = [a_line(f"l{n}", quantity, sku) for n, (quantity, sku) in enumerate(sizes)]
    found = Found(terms=terms, sku_ids=frozenset({UUID(int=1)}), had=had, is_bought_in=not is_flash)
    buyer = Buyer(member_id=NO_ID, is_new_customer=True, store_id=None, delivery=Delivery.PARCEL)
    given_ = rules.offers([found], lines, buyer, NOW)
    quote = pricing.quote(
        lines=[each.line for each in lines],
        adjustments=given_.adjustments,
        refused=given_.refused,
    )
    limits = [terms.most_pieces]
    if is_flash:
        limits += [
            None if terms.most_uses is None else terms.most_uses - used,
            None if person is None else person - had,
        ]
    concerned = sum(each.line.quantity for each in lines if each.line.sku_id == UUID(int=1))
    known = [limit for limit in limits if limit is not None]
    is_refused = any(no.rule for no in quote.refused)
    given_pieces = rules.pieces_used(quote).get(rules.rule_code(terms), 0)
    if is_refused:
        assert given_pieces == 0
    else:
        assert given_pieces == max(0, min([concerned, *known]))
    assert pricing.breaches(quote) == ()
    assert all(isinstance(each.calculator, PricedAt) for each in given_.adjustments)
    assert all(isinstance(each, Applied) and each.stage is Stage.PRICE for each in quote.applied)
