"""Promotions over the API: set up by an operator, found, joined, claimed and used by a shopper."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.journeys.buying import Market, open_market
from tests.journeys.test_api_orders import Dev, line, order
from tests.paying import sandboxed
from zhiyin.domain.brands.types import Role
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import MemberFacts
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import OrderState, Placed
from zhiyin.interfaces import jobs
from zhiyin.interfaces.matrix import API, Actor
from zhiyin.storage.tenancy import brand_tx

PEOPLE = ("m-1", "m-2", "m-3")


@pytest.fixture
def market(own_database) -> Market:
    made = open_market([9, 9], [36_800, 8_900])
    sandboxed(made.brand_id)
    with brand_tx(made.brand_id):
        people = [MemberFacts(external_id=one) for one in PEOPLE]
        members.import_members(brand_id=made.brand_id, members=people, now=now())
    return made


@pytest.fixture
def dev(market) -> Dev:
    return Dev(market)


def now() -> datetime:
    return datetime.now(UTC)


def promotion(kind: str, **more: Any) -> dict[str, Any]:
    said = {
        "kind": kind,
        "name_zh": "活动",
        "name_en": "Offer",
        "starts_at": (now() - timedelta(hours=1)).isoformat(),
        "ends_at": (now() + timedelta(days=1)).isoformat(),
    }
    kinds = {
        "group_buy": {"sku_codes": ["k00"], "price_fen": 30_000, "seats": 2, "open_hours": 24},
        "flash": {"sku_code": "k01", "price_fen": 5_000, "most_uses": 2},
        "trial": {"sku_codes": ["k01"], "price_fen": 900},
        "coupon": {"off_fen": 1_000, "code": "TENOFF", "is_claimable": True},
    }
    return {"promotion": said | kinds[kind] | more}


def pay(market: Market, told: dict[str, Any]) -> Placed:
    """The money of an order arrives."""
    with brand_tx(market.brand_id):
        card = ordered.order(brand_id=market.brand_id, order_id=told["id"])
        payment = ordered.payment_of(brand_id=market.brand_id, order_id=card.id)
    placed = Placed(
        order_id=card.id,
        number=card.number,
        payment_id=payment.id,
        payable_fen=card.payable_fen,
        pay_by=card.pay_by,
        group_id=card.group_id,
        is_new=True,
    )
    market.pay(placed, now=now(), paid_at=now())
    return placed


def test_each_kind_is_set_up_listed_changed_and_stopped(market, dev):
    made = {
        kind: dev.keyed("promotions", promotion(kind))
        for kind in ("group_buy", "flash", "trial", "coupon")
    }
    assert {one["state"] for one in made.values()} == {"running"}
    assert made["group_buy"]["sku_codes"] == ["k00"]
    assert dev("GET", "promotions?state=running")["total"] == 4
    assert [one["id"] for one in dev("GET", "promotions?kind=flash")["items"]] == [
        made["flash"]["id"]
    ]
    at = f"promotions/{made['coupon']['id']}"
    same = promotion("coupon")["promotion"] | {
        name: made["coupon"][name] for name in ("starts_at", "ends_at")
    }
    renamed = dev("PUT", at, {"promotion": same | {"name_en": "Ten off"}})
    assert renamed["name_en"] == "Ten off"
    fixed = dev("PUT", at, {"promotion": same | {"off_fen": 2_000}}, 409)
    assert fixed["code"] == "promotion_terms_fixed"
    assert dev.keyed(f"{at}/stop")["state"] == "stopped"
    assert dev("PUT", at, {"promotion": same}, 409)["code"] == "promotion_over"
    assert [one["act"] for one in dev("GET", at)["history"]] == ["stopped", "changed", "created"]
    for said, status, code in (
        (promotion("flash"), 409, "flash_windows_overlap"),
        (promotion("coupon", off_bps=500), 422, "promotion_refused"),
        (promotion("flash", sku_code="none"), 404, "sku_not_found"),
        (promotion("trial", store_codes=["none"]), 404, "store_not_found"),
        (promotion("trial", price_fen=1.5), 422, "request_malformed"),
        ({"promotion": {"kind": "lottery"}}, 422, "request_malformed"),
    ):
        assert dev.keyed("promotions", said, status)["code"] == code, said
    assert dev("GET", "promotions")["total"] == 4
    assert dev("POST", "promotions", promotion("trial"), 422)["code"] == "idempotency_key_needed"


def test_a_quote_says_what_each_rule_gives_and_why_one_gives_nothing(market, dev):
    made = {kind: dev.keyed("promotions", promotion(kind)) for kind in ("group_buy", "coupon")}
    asked = order(line(1), member="m-1", coupon_codes=["tenoff", "GUESSED"])
    quote = dev("POST", "quotes", asked)
    assert quote["payable_fen"] == 35_800
    why = {one["rule"]: one["reason"] for one in quote["refused"]}
    assert why == {
        f"group_buy:{made['group_buy']['id']}": "only_in_group",
        "coupon:GUESSED": "unknown_coupon",
    }
    in_group = asked | {"group_buy_id": made["group_buy"]["id"], "coupon_codes": []}
    assert dev("POST", "quotes", in_group)["payable_fen"] == 30_000
    placed = dev.keyed(
        "members/m-1/orders", order(line(1), coupon_codes=["TENOFF"], expected_fen=35_800), 201
    )
    assert placed["payable_fen"] == 35_800
    wrong = order(line(1), expected_fen=35_800)
    assert dev.keyed("members/m-2/orders", wrong, 409)["code"] == "price_changed"
    assert market.violations(now()) == {}


def test_a_group_is_opened_joined_and_a_seat_given_back(market, dev):
    group_buy = dev.keyed("promotions", promotion("group_buy"))["id"]
    opening = order(line(1), group_buy_id=group_buy, expected_fen=30_000)
    first = dev.keyed("members/m-1/orders", opening, 201)
    group_id = first["group_id"]
    pay(market, first)
    offers = dev("GET", "products/p/offers")
    assert [one["id"] for one in offers["promotions"]] == [group_buy]
    assert [(one["id"], one["seats_left"]) for one in offers["groups"]] == [(group_id, 1)]
    again = order(line(1), group_id=group_id)
    assert dev.keyed("members/m-1/orders", again, 409)["code"] == "group_already_seated"
    back = f"members/m-1/orders/{first['id']}/seat-back"
    assert dev.keyed(f"members/m-2/orders/{first['id']}/seat-back", {"reason": "x"}, 404)
    assert dev.keyed(back, {"reason": "no time"})["amount_fen"] == 30_000
    second = dev.keyed("members/m-2/orders", again, 201)
    third = dev.keyed("members/m-3/orders", again, 201)
    full = dev.keyed("members/m-1/orders", again, 409)
    assert (full["code"], full["details"]["reasons"]) == ("order_not_in_group", ["group_full"])
    for told in (second, third):
        pay(market, told)
    page = dev("GET", f"groups/{group_id}")
    assert (page["state"], len(page["paid_at"])) == ("won", 2)
    assert "member_id" not in str(page)
    refused = dev.keyed(f"members/m-2/orders/{second['id']}/seat-back", {"reason": "x"}, 409)
    assert refused["code"] == "group_closed"
    assert dev.keyed("members/m-1/orders", order(group_id=str(uuid4())), 409)["code"]
    assert market.violations(now()) == {}


def test_coupons_are_claimed_by_id_or_code_and_guessing_ends(market, dev):
    coupon = dev.keyed("promotions", promotion("coupon"))["id"]
    at = "members/m-1/coupons"
    assert [one["id"] for one in dev("GET", f"{at}/to-claim")["items"]] == [coupon]
    for _ in range(2):
        assert [one["id"] for one in dev("POST", at, {"coupon_id": coupon})["items"]] == [coupon]
    assert dev("GET", f"{at}/to-claim")["items"] == []
    assert dev("POST", "members/m-2/coupons", {"code": " ten-off "}, 404)["code"]
    assert dev("POST", "members/m-2/coupons", {"code": "tenoff"})["total"] == 1
    for n in range(9):
        wrong = dev("POST", "members/m-2/coupons", {"code": f"GUESS{n}"}, 404)
        assert wrong["code"] == "coupon_code_unknown"
    right = {"code": "TENOFF"}
    assert dev("POST", "members/m-2/coupons", right, 429)["code"] == "coupon_codes_too_many"
    unknown = dev("POST", at, {"coupon_id": str(uuid4())}, 409)
    assert unknown["code"] == "coupon_not_claimable"
    used = order(line(1), coupon_ids=[coupon], expected_fen=35_800)
    dev.keyed("members/m-1/orders", used, 201)
    (mine,) = dev("GET", at)["items"]
    assert (mine["times_used"], mine["why_not"]) == (1, None)
    assert market.violations(now()) == {}


def test_roles_do_what_the_matrix_says_and_another_brand_finds_nothing(market, dev):
    made = dev.keyed("promotions", promotion("group_buy"))["id"]
    opened = dev.keyed("members/m-1/orders", order(line(1), group_buy_id=made), 201)
    calls = {
        "GET api/v1/promotions": "promotions",
        "GET api/v1/promotions/{promotion_id}": f"promotions/{made}",
        "GET api/v1/products/{code}/offers": "products/p/offers",
        "GET api/v1/groups/{group_id}": f"groups/{opened['group_id']}",
        "GET api/v1/members/{external_id}/coupons": "members/m-1/coupons",
    }
    for role in Role:
        caller = Dev(market, role)
        for route, path in calls.items():
            caller("GET", path, status=200 if Actor(role) in API[route] else 403)
        if Actor(role) not in API["POST api/v1/promotions"]:
            refused = caller.keyed("promotions", promotion("trial"), 403)
            assert refused["code"] == "api_key_role_refused"
    maple = open_market([1], slug="maple")
    sandboxed(maple.brand_id, "sandbox-2")
    stranger = Dev(maple)
    for path in (f"promotions/{made}", f"groups/{opened['group_id']}"):
        stranger("GET", path, status=404)
    assert stranger.keyed(f"promotions/{made}/stop", status=404)["code"] == "promotion_not_found"
    assert dev("GET", f"promotions/{made}")["state"] == "running"


def test_a_group_that_falls_short_gives_everybody_the_money(market, dev):
    made = dev.keyed("promotions", promotion("group_buy"))["id"]
    told = dev.keyed("members/m-1/orders", order(line(1), group_buy_id=made), 201)
    placed = pay(market, told)
    assert market.order(placed).state is OrderState.GROUPING
    later = now() + timedelta(hours=25)
    jobs.close_unpaid(timestamp=int(later.timestamp()))
    page = dev("GET", f"groups/{told['group_id']}")
    assert (page["state"], page["seconds_left"]) == ("lost", 0)
