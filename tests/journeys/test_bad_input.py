"""What does not hold is refused by name over HTTP, and changes nothing: codes, closed orders."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps

from tests.journeys.buying import Market, open_market
from tests.journeys.console_staff import seat
from tests.journeys.test_after_sales_pages import visitor
from tests.journeys.test_api_orders import Dev, line, order
from tests.journeys.test_api_promotions import now, pay, promotion
from tests.paying import sandboxed
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import Role
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import MemberFacts
from zhiyin.domain.orders.types import OrderState
from zhiyin.storage.tenancy import BrandOwned, brand_tx

# What a refused call may write: the tries of a code that the database counts.
COUNTED = {"CodeTry", "WrongCodes"}


def opened(slug: str, merchant: str) -> Market:
    made = open_market([9, 9], [36_800, 8_900], slug=slug)
    sandboxed(made.brand_id, merchant)
    made.merchant_id = merchant
    with brand_tx(made.brand_id):
        people = [MemberFacts(external_id=one) for one in ("m-1", "m-2")]
        members.import_members(brand_id=made.brand_id, members=people, now=now())
    return made


@pytest.fixture
def market(own_database) -> Market:
    return opened("cedar", "sandbox-1")


@pytest.fixture
def other(market) -> Market:
    return opened("maple", "sandbox-2")


def everything(*markets: Market) -> dict[str, list[Any]]:
    """Every row of these brands, but for the tries that are counted."""
    held: dict[str, list[Any]] = {}
    for market in markets:
        with brand_tx(market.brand_id):
            for model in apps.get_models():
                if issubclass(model, BrandOwned) and model.__name__ not in COUNTED:
                    rows = model.objects.filter(brand_id=market.brand_id).order_by("id")
                    held[f"{market.brand_id} {model.__name__}"] = [*rows.values()]
    return held


def test_pickup_codes_used_foreign_given_back_and_guessed(market, other):
    dev, stranger = Dev(market), Dev(other)
    for each in tenants.open_brands():
        seat(each, Role.CLERK, f"cleo-{each.slug}")
    used, refunded, theirs = (
        pay(place, caller.keyed("members/m-1/orders", order(), 201))
        for place, caller in ((market, dev), (market, dev), (other, stranger))
    )
    at = {"store_code": "s1", "by": "cleo-cedar"}
    codes = [market.code(used), market.code(refunded), other.code(theirs), "0" * 12]
    dev.keyed("pickups/collect", at | {"code": codes[0]})
    dev.keyed(f"orders/{refunded.order_id}/refunds", {"reason": "torn"})
    before = everything(market, other)
    for code, status, name in (
        (codes[0], 409, "pickup_already_collected"),
        (codes[1], 409, "order_move_refused"),
        (codes[2], 404, "pickup_code_unknown"),
        (codes[3], 404, "pickup_code_unknown"),
        ("1 or 1=1", 404, "pickup_code_unknown"),
    ):
        assert dev.keyed("pickups/collect", at | {"code": code}, status)["code"] == name, code
    elsewhere = dev.keyed("pickups/collect", at | {"store_code": "s2", "code": codes[1]}, 409)
    assert elsewhere["code"] in ("pickup_elsewhere", "order_move_refused")
    assert everything(market, other) == before


def test_coupon_codes_over_foreign_used_and_guessed(market, other):
    dev, stranger = Dev(market), Dev(other)
    stranger.keyed("promotions", promotion("coupon", code="THEIRS"))
    once = {"code": "ONCE", "per_person": 1, "is_claimable": False}
    dev.keyed("promotions", promotion("coupon", **once))
    over = dev.keyed("promotions", promotion("coupon", code="OVER"))
    dev.keyed(f"promotions/{over['id']}/stop")
    early = {"starts_at": (now() + timedelta(days=1)).isoformat()}
    later = {"ends_at": (now() + timedelta(days=2)).isoformat(), "code": "EARLY"}
    dev.keyed("promotions", promotion("coupon", **early, **later))
    first = order(line(1), coupon_codes=["once"], expected_fen=35_800)
    dev.keyed("members/m-1/orders", first, 201)
    before = everything(market, other)
    for code, why in (
        ("ONCE", "once_per_person"),
        ("OVER", "stopped"),
        ("EARLY", "not_started"),
        ("THEIRS", "unknown_coupon"),
        ("GUESSED", "unknown_coupon"),
    ):
        said = order(line(1), coupon_codes=[code])
        quoted = dev("POST", "quotes", said | {"member": "m-1"})
        reasons = [one["reason"] for one in quoted["refused"]]
        assert (quoted["payable_fen"], reasons) == (36_800, [why]), code
        wanted = dev.keyed("members/m-1/orders", said | {"expected_fen": 35_800}, 409)
        assert wanted["code"] == "price_changed", code
        if code != "ONCE":
            claimed = dev("POST", "members/m-1/coupons", {"code": code}, 404)
            assert claimed["code"] == "coupon_code_unknown", code
    assert everything(market, other) == before


def test_prices_and_brands_of_the_client_are_not_heard(market, other):
    dev = Dev(market)
    theirs = Dev(other).keyed("members/m-1/orders", order(), 201)
    before = everything(market, other)
    for said in (
        order(line(1, price_fen=1)),
        order(line(1, unit_fen=[1])),
        order(brand="maple"),
        order(brand_id=str(other.brand_id)),
        order(payable_fen=1),
        order(freight_fen=0),
        order(store_id=str(other.stores[0])),
        order(line(quantity="٣")),
        order(line(quantity=1e30)),
    ):
        refused = dev.keyed("members/m-1/orders", said, 422)
        assert refused["code"] == "request_malformed", said
    for path in (f"orders/{theirs['id']}/cancel", f"orders/{theirs['id']}/refunds"):
        assert dev.keyed(path, {"reason": "x"}, 404)["code"] == "order_not_found"
    assert everything(market, other) == before


def test_a_closed_order_is_not_paid_from_its_page_and_late_money_goes_back(market):
    dev = Dev(market)
    told = dev.keyed("members/m-1/orders", order(), 201)
    dev.keyed(f"orders/{told['id']}/cancel")
    with brand_tx(market.brand_id):
        hers = people.members_by_external_id(brand_id=market.brand_id, external_ids=["m-1"])
    visit = visitor(market, hers["m-1"])
    before = everything(market)
    page = visit.post(f"orders/{told['id']}/pay/")
    assert "does not wait to be paid" in visit.read(page.url)
    assert everything(market) == before
    again = dev.keyed(f"orders/{told['id']}/cancel")
    assert again["state"] == "closed"
    late = pay(market, told)
    assert market.order(late).state is OrderState.CLOSED
    assert market.books() == {"sandbox_clearing": 36_800, "refunds_payable": 36_800}
    assert market.violations(now()) == {}
