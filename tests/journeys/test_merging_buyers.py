"""Two accounts of one shopper become one: what she bought, holds and may still have goes along."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import NOW
from tests.journeys.buying import Market, open_market
from tests.journeys.test_after_sales_pages import HOME, bought_now, keys, line_ids, visitor
from tests.journeys.test_group_buying import opened, set_up
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.care import AddressFacts
from zhiyin.domain.orders.models import Address, AfterSaleCase, CartItem, InvoiceRequest, Order
from zhiyin.domain.orders.types import Buyer, OrderState
from zhiyin.domain.promotions import operations as promotions
from zhiyin.domain.promotions.models import Claim, Seat, Tally, Use
from zhiyin.domain.promotions.types import CouponFacts, PersonLimitReached, TrialFacts
from zhiyin.flows import merging
from zhiyin.flows.purchase import Asking
from zhiyin.flows.purchase.quoting import PriceChanged
from zhiyin.storage.tenancy import brand_tx

LATER = NOW + timedelta(minutes=5)
HERS = (Order, AfterSaleCase, InvoiceRequest, CartItem, Address, Claim, Use, Seat)
WINDOW = {
    "name_zh": "活动",
    "name_en": "Offer",
    "starts_at": NOW - timedelta(hours=1),
    "ends_at": NOW + timedelta(days=1),
}


@pytest.fixture
def market(own_database) -> Market:
    return open_market([20, 20], [36_800, 8_900])


def merge(market: Market, survivor, absorbed):
    return merging.merge_members(
        brand_id=market.brand_id, survivor_id=survivor, absorbed_id=absorbed, now=LATER
    )


def belongings(market: Market, member_id):
    """Every row of hers, and what is counted of her where a limit is for each person."""
    with brand_tx(market.brand_id):
        rows = {
            model.__name__: sorted(
                model.objects.filter(brand_id=market.brand_id, member_id=member_id)
                .order_by("id")
                .values_list("id", flat=True)
            )
            for model in HERS
        }
        tallies = Tally.objects.filter(brand_id=market.brand_id, member_id=member_id, used__gt=0)
        default = Address.objects.filter(member_id=member_id, is_default=True)
        return rows | {
            "tallies": sorted(tallies.order_by("id").values_list("promotion_id", "used")),
            "default": list(default.order_by("id").values_list("id", flat=True)),
        }


def a_trial(market: Market):
    facts = TrialFacts(**WINDOW, sku_ids=(market.skus[1],), price_fen=100)
    with brand_tx(market.brand_id):
        return promotions.create(brand_id=market.brand_id, facts=facts, user_id=None, now=NOW)


def coupons(market: Market, *holders):
    """A coupon for each set of holders: claimed by them."""
    made = []
    with brand_tx(market.brand_id):
        for n, who in enumerate(holders):
            facts = CouponFacts(**WINDOW, off_fen=100, is_claimable=True, code=f"CODE{n}")
            made.append(
                promotions.create(brand_id=market.brand_id, facts=facts, user_id=None, now=NOW)
            )
            for member_id in who:
                promotions.claim(
                    brand_id=market.brand_id, coupon_id=made[-1], member_id=member_id, now=NOW
                )
    return made


def filled(market: Market, member_id, *skus: int) -> None:
    with brand_tx(market.brand_id):
        for sku in skus:
            orders.put_in_cart(
                brand_id=market.brand_id,
                buyer=Buyer(member_id=member_id),
                sku_id=market.skus[sku],
                quantity=2,
                now=NOW,
            )
        orders.add_address(
            brand_id=market.brand_id, member_id=member_id, facts=AddressFacts(**HOME), now=NOW
        )


def test_all_that_she_bought_and_holds_goes_along_and_comes_back_exactly(market) -> None:
    a_trial(market)
    group_buy = set_up(market, per_person=2)
    survivor, absorbed = market.shopper(), market.shopper()
    coupons(market, (survivor, absorbed), (absorbed,))
    filled(market, survivor, 0)
    filled(market, absorbed, 0, 1)
    for each in (survivor, absorbed):
        market.place(each, (1, 1), expected_fen=100)
        market.place(each, (0, 1), asking=Asking(group_buy_id=group_buy))
    before = belongings(market, survivor), belongings(market, absorbed)
    assert before[0]["tallies"] == before[1]["tallies"] != []

    merge_id = merge(market, survivor, absorbed)
    both, left = belongings(market, survivor), belongings(market, absorbed)
    for kind in ("Order", "Use", "Seat", "Address"):
        assert both[kind] == sorted(before[0][kind] + before[1][kind]), kind
        assert left[kind] == [], kind
    assert [len(both[kind]) for kind in ("CartItem", "Claim")] == [2, 2], "what she lacked"
    assert [len(left[kind]) for kind in ("CartItem", "Claim")] == [1, 1], "what she had herself"
    assert both["default"] == before[0]["default"]
    assert [used for _, used in both["tallies"]] == [2, 2]
    assert (left["tallies"], market.violations()) == ([], {})

    merging.undo_merge(brand_id=market.brand_id, merge_id=merge_id, now=LATER)
    assert (belongings(market, survivor), belongings(market, absorbed)) == before
    assert market.violations() == {}


def test_a_limit_for_each_person_counts_her_as_one(market) -> None:
    a_trial(market)
    survivor, absorbed = market.shopper(), market.shopper()
    market.place(absorbed, (1, 1), expected_fen=100)
    assert market.place(market.shopper(), (1, 1), expected_fen=100)
    merge_id = merge(market, survivor, absorbed)
    books = belongings(market, survivor)
    with pytest.raises(PriceChanged):  # the trial gives nothing: she has had hers
        market.place(survivor, (1, 1), expected_fen=100)
    dear = market.place(survivor, (0, 1))
    with brand_tx(market.brand_id), pytest.raises(PersonLimitReached):
        promotions.use(
            brand_id=market.brand_id,
            order_id=dear.order_id,
            member_id=survivor,
            rules=[f"trial:{books['tallies'][0][0]}"],
            pieces={},
            now=LATER,
        )
    assert belongings(market, survivor)["tallies"] == books["tallies"]
    merging.undo_merge(brand_id=market.brand_id, merge_id=merge_id, now=LATER)
    assert market.place(survivor, (1, 1), expected_fen=100).payable_fen == 100
    assert market.violations() == {}


def test_two_seats_in_one_group_stay_two_and_an_unpaid_order_frees_hers(market) -> None:
    group_buy = set_up(market, seats=3, per_person=1)
    one, other = market.shopper(), market.shopper()
    first = opened(market, group_buy)
    market.pay(first)
    group_id = market.order(first).group_id
    for each in (one, other):
        market.place(each, (0, 1), asking=Asking(group_id=group_id))
    merge_id = merge(market, one, other)
    assert [len(belongings(market, each)["Seat"]) for each in (one, other)] == [1, 1]
    assert market.violations() == {}
    merging.undo_merge(brand_id=market.brand_id, merge_id=merge_id, now=LATER)
    assert [len(belongings(market, each)["Order"]) for each in (one, other)] == [1, 1]
    assert market.violations() == {}


def test_whoever_she_is_now_sees_and_acts_on_what_she_bought_before(market) -> None:
    survivor, absorbed = market.shopper(), market.shopper()
    placed = bought_now(market, absorbed, (0, 2))
    asked_before = bought_now(market, absorbed, (1, 1))
    path = f"orders/{placed.order_id}/"
    former, hers = visitor(market, absorbed), visitor(market, survivor)
    stranger = visitor(market, market.shopper())
    hers.get(f"{path}refund/", 404)
    (belt,) = keys(market, asked_before)
    field = f"pieces_{line_ids(market, asked_before)[belt]}"
    case_url = former.post(
        f"orders/{asked_before.order_id}/refund/",
        **{field: "1", "way": "money", "reason": "no_reason"},
    ).url
    hers.get(case_url, 404)

    merge_id = merge(market, survivor, absorbed)
    for visit in (hers, former):  # a browser that is still signed in as she was before
        for page in (path, f"{path}refund/", f"{path}parcels/", f"{path}invoice/", case_url):
            visit.get(page)
            stranger.get(page, 404)
        assert str(placed.order_id) in visit.read("orders/")
    (dress,) = keys(market, placed)
    field = f"pieces_{line_ids(market, placed)[dress]}"
    page = hers.read(f"{path}refund/")
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    asked = {field: "1", "way": "money", "reason": "no_reason", "key": key}
    second = hers.post(f"{path}refund/", **asked).url
    assert former.post(f"{path}refund/", **asked).url == second, "pressed again as she was before"
    assert market.order(placed).state is OrderState.PAID
    stranger.post(f"{path}refund/", 404, **asked)
    with brand_tx(market.brand_id):
        cases = ordered.cases_of_member(brand_id=market.brand_id, member_id=survivor).cases
    assert len(cases) == 2

    merging.undo_merge(brand_id=market.brand_id, merge_id=merge_id, now=timezone.now())
    former.get(second)
    hers.get(second, 404)
    hers.get(path, 404)
