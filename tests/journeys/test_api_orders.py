"""A brand's developer sells over the API: cart, order, pickup, refund; and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.journeys.api_town import Caller
from tests.journeys.buying import Market, open_market
from tests.journeys.console_staff import seat
from tests.paying import sandboxed
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import Role
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import MemberFacts
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import OrderState, Placed, RefundState
from zhiyin.flows import ports, purchase
from zhiyin.interfaces import jobs
from zhiyin.interfaces.matrix import API, Actor
from zhiyin.storage.tenancy import brand_tx


class Dev(Caller):
    """A developer with a key; `keyed` sends an Idempotency-Key, a new one if none is given."""

    def __init__(self, market: Market, role: Role = Role.ADMIN) -> None:
        brand = next(one for one in tenants.open_brands() if one.id == market.brand_id)
        with brand_tx(brand.id):
            super().__init__(
                brands.issue_api_key(
                    brand_id=brand.id, slug=brand.slug, label="test", role=role, now=now()
                )
            )

    def keyed(self, path: str, body: Any = None, status: int = 200, key: str = "") -> Any:
        self.headers["Idempotency-Key"] = key or str(uuid4())
        try:
            return self("POST", path, body if body is not None else {}, status)
        finally:
            del self.headers["Idempotency-Key"]


def now() -> datetime:
    return datetime.now(UTC)


def line(quantity: object = 1, sku: str = "k00", **more: object) -> dict[str, object]:
    return {"sku_code": sku, "quantity": quantity, **more}


def order(*lines: dict[str, object], **more: object) -> dict[str, object]:
    return {"lines": list(lines or [line()]), "store_code": "s1", **more}


@pytest.fixture
def market(own_database) -> Market:
    made = open_market([5, 5], [36_800, 8_900])
    sandboxed(made.brand_id)
    with brand_tx(made.brand_id):
        members.import_members(
            brand_id=made.brand_id, members=[MemberFacts(external_id="m-1")], now=now()
        )
    return made


@pytest.fixture
def dev(market) -> Dev:
    return Dev(market)


def paid(market: Market, dev: Dev, *lines: dict[str, object]) -> tuple[dict[str, Any], Placed]:
    """An order of m-1's over the API, paid; the order as the rooms name it."""
    told = dev.keyed("members/m-1/orders", order(*lines), 201)
    with brand_tx(market.brand_id):
        card = ordered.order_by_number(brand_id=market.brand_id, number=told["number"])
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
    market.pay(placed, now=now())
    return told, placed


def test_an_order_is_paid_where_the_api_says_and_the_order_tells(market, dev):
    told = dev.keyed("members/m-1/orders", order(line(1)), 201)
    path = f"members/m-1/orders/{told['id']}/payment"
    opened = dev("POST", path, {})
    assert (opened["provider"], dev("POST", path, {})) == ("sandbox", opened)
    page = opened["page"]["url"]
    browser = Client()
    assert "¥368" in browser.get(page).content.decode()
    assert browser.post(page).status_code == 302
    assert dev("GET", f"orders/{told['id']}")["state"] == "paid"
    assert dev("POST", path, {}, 409)["code"] == "order_move_refused"
    assert (
        dev("POST", f"members/m-1/orders/{uuid4()}/payment", {}, 404)["code"] == "order_not_found"
    )
    assert market.violations(now()) == {}


def test_a_cart_is_filled_changed_and_emptied(market, dev):
    dev("POST", "members/m-1/cart", line(2))
    cart = dev("POST", "members/m-1/cart", line(1))
    (item,) = cart["items"]
    assert (item["sku_code"], item["quantity"], item["price_fen"]) == ("k00", 3, 36_800)
    path = f"members/m-1/cart/{item['id']}"
    (item,) = dev("PUT", path, {"quantity": 1, "sku_code": "k01"})["items"]
    assert (item["sku_code"], item["for_sale"]) == ("k01", 5)
    refused = dev("DELETE", path, status=404)
    assert refused["code"] == "cart_item_not_found"
    assert dev("DELETE", f"members/m-1/cart/{item['id']}")["items"] == []
    assert dev("GET", "members/m-1/cart") == {"items": [], "total": 0}


def test_an_order_is_quoted_placed_once_paid_collected_and_a_part_given_back(market, dev):
    quote = dev("POST", "quotes", order(line(1), line(2, "k01")))
    assert (quote["payable_fen"], quote["lines"][0]["for_sale"]) == (54_600, 5)
    key, said = str(uuid4()), order(line(1), line(2, "k01"), expected_fen=54_600)
    first = dev.keyed("members/m-1/orders", said, 201, key=key)
    assert dev.keyed("members/m-1/orders", said, 201, key=key) == first
    assert dev.keyed("members/m-1/orders", order(), 422, key=key)["code"].startswith("idempotency")
    assert market.left(0) == (5, 1)
    cancelled = dev.keyed(f"orders/{first['id']}/cancel")
    assert cancelled["state"] == "closed"
    assert market.left(0) == (5, 0)
    _, placed = paid(market, dev, line(1), line(2, "k01"))
    seat(next(iter(tenants.open_brands())), Role.CLERK, "cleo")
    counter = {"code": market.code(placed), "store_code": "s1", "by": "cleo"}
    seen = dev("POST", "pickups/preview", counter)
    assert (seen["number"], seen["collected_at"]) == (placed.number, None)
    key = str(uuid4())
    done = dev.keyed("pickups/collect", counter, key=key)
    assert done["state"] == "done"
    assert dev.keyed("pickups/collect", counter, key=key) == done
    again = dev.keyed("pickups/collect", counter, 409)
    assert (again["code"], again["details"]["by"]) == ("pickup_already_collected", "cleo")
    undone = dev.keyed(f"orders/{placed.order_id}/pickup/undo", {"reason": "x", "by": "cleo"})
    assert undone["state"] == "paid"
    dev.keyed("pickups/collect", counter)
    lines = {
        one["sku_code"]: one["key"] for one in dev("GET", f"orders/{placed.order_id}")["lines"]
    }
    part = {"reason": "too tight", "pieces": {lines["k01"]: 1}}
    key = str(uuid4())
    refund = dev.keyed(f"orders/{placed.order_id}/refunds", part, key=key)
    assert (refund["amount_fen"], refund["state"]) == (8_900, "granted")
    assert dev.keyed(f"orders/{placed.order_id}/refunds", part, key=key) == refund
    other = dev.keyed(f"orders/{placed.order_id}/refunds", part)  # another key: another piece
    assert other["id"] != refund["id"]
    found = dev("GET", f"orders/{placed.order_id}")
    assert (found["refunded_fen"], len(found["refunds"])) == (17_800, 2)
    assert [one["move"] for one in found["history"]][:3] == ["place", "pay", "collect"]
    assert found["history"][2]["by"] == "cleo"
    assert dev("GET", "orders", state="done", number=placed.number)["total"] == 1
    assert dev("GET", "members/m-1/orders")["total"] == 2
    assert market.violations(now()) == {}


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        (order(line(0)), 422, "request_malformed"),
        (order(line(-1)), 422, "request_malformed"),
        (order(line(1.5)), 422, "request_malformed"),
        (order(line("1")), 422, "request_malformed"),
        (order(line(quantity=True)), 422, "request_malformed"),
        (order(line(10**30)), 422, "request_malformed"),
        (order(line(1, "k00\0")), 422, "request_malformed"),
        (order(line(1, "nope")), 404, "sku_not_found"),
        (order(line(1, look_id=str(uuid4()))), 404, "look_not_found"),
        (order(line(99), line(99)), 422, "order_lines_refused"),
        (order(line(6)), 409, "sold_out"),
        (order() | {"store_code": "nope"}, 404, "store_not_found"),
        (order() | {"store_code": None}, 422, "order_store_needed"),
        (order() | {"store_code": "s2"}, 409, "sold_out"),
        (order() | {"delivery": "parcel"}, 422, "order_address_needed"),
        (order() | {"delivery": "drone"}, 422, "request_malformed"),
        (order(expected_fen=1), 409, "price_changed"),
        (order(expected_fen=-1), 422, "request_malformed"),
        (order(expected_fen=0.5), 422, "request_malformed"),
        (order(price_fen=1), 422, "request_malformed"),
        ({"lines": [], "store_code": "s1"}, 422, "request_malformed"),
    ],
)
def test_what_disagrees_is_refused_by_name_and_changes_nothing(market, dev, said, status, code):
    assert dev.keyed("members/m-1/orders", said, status)["code"] == code
    assert dev("GET", "orders")["total"] == 0
    assert (market.left(0), market.left(1)) == ((5, 0), (5, 0))


def test_what_moves_money_or_stock_needs_a_key_and_a_paid_order_stays(market, dev):
    _, placed = paid(market, dev)
    at = f"orders/{placed.order_id}"
    counter = {"code": market.code(placed), "store_code": "s1", "by": "nobody"}
    for path, body in (
        ("members/m-1/orders", order()),
        (f"{at}/refunds", {"reason": "x"}),
        (f"{at}/cancel", {}),
        (f"{at}/pickup/undo", {"reason": "x", "by": "nobody"}),
        ("pickups/collect", counter),
        (f"refunds/{uuid4()}/retry", {}),
    ):
        assert dev("POST", path, body, 422)["code"] == "idempotency_key_needed", path
    assert dev.keyed(f"{at}/cancel", status=409)["code"] == "order_move_refused"
    assert dev.keyed("pickups/collect", counter, 404)["code"] == "staff_not_found"
    for pieces, status, code in (
        ({"0" * 12: 1}, 422, "pricing_pieces_refused"),
        ({market.order(placed).lines[0].key: 2}, 422, "pricing_pieces_refused"),
        ({"x": 1}, 422, "request_malformed"),
        ({}, 422, "request_malformed"),
    ):
        said = {"reason": "x", "pieces": pieces}
        assert dev.keyed(f"{at}/refunds", said, status)["code"] == code, pieces
    operator = Dev(market, Role.OPERATOR)
    _, dear = paid(market, dev, line(2))
    refused = operator.keyed(f"orders/{dear.order_id}/refunds", {"reason": "x"}, 403)
    assert (refused["code"], refused["details"]) == ("refund_above_limit", {"most_fen": 50_000})
    assert [market.order(one).refunded_fen for one in (placed, dear)] == [0, 0]
    assert market.order(placed).state is OrderState.PAID
    assert market.violations(now()) == {}


def test_wrong_codes_over_the_api_are_counted_on_its_key_and_lock_nobodys_counter(market, dev):
    _, placed = paid(market, dev)
    brand = next(iter(tenants.open_brands()))
    cleo, _mara = (seat(brand, Role.CLERK, name) for name in ("cleo", "mara"))
    counter = {"store_code": "s1", "by": "cleo"}
    for n in range(30):
        by = counter | {"by": ("cleo", "mara")[n % 2]}
        refused = dev.keyed("pickups/collect", by | {"code": f"{n:012}"}, 404)
        assert refused["code"] == "pickup_code_unknown"
    right = counter | {"code": market.code(placed)}
    assert dev.keyed("pickups/collect", right, 429)["code"] == "pickup_codes_too_many"
    assert market.order(placed).state is OrderState.PAID
    at_counter = {"store": str(market.stores[0]), "code": right["code"]}
    assert cleo.browser.post(cleo.url("pickup/look/"), at_counter).status_code == 200


def test_roles_do_what_the_matrix_says_and_another_brand_sees_nothing(market, dev):
    _, placed = paid(market, dev)
    calls = {
        "GET api/v1/orders": "orders",
        "GET api/v1/orders/{order_id}": f"orders/{placed.order_id}",
        "GET api/v1/refunds/stuck": "refunds/stuck",
        "GET api/v1/stray-receipts": "stray-receipts",
        "GET api/v1/freight": "freight",
        "GET api/v1/members/{external_id}/orders": "members/m-1/orders",
    }
    for role in Role:
        caller = Dev(market, role)
        for route, path in calls.items():
            caller("GET", path, status=200 if Actor(role) in API[route] else 403)
    dev("PUT", "freight", {"flat_fen": 1_200, "free_from_fen": None})
    assert dev("PUT", "freight", {"flat_fen": -1}, 422)["code"] == "request_malformed"
    assert dev("GET", "freight") == {"flat_fen": 1_200, "free_from_fen": None}
    there = open_market([1], slug="maple")
    sandboxed(there.brand_id, "sandbox-2")
    stranger = Dev(there)
    at = f"orders/{placed.order_id}"
    assert stranger("GET", at, status=404)["code"] == "order_not_found"
    assert stranger.keyed(f"{at}/cancel", status=404)["code"] == "order_not_found"
    assert stranger.keyed(f"{at}/refunds", {"reason": "x"}, 404)["code"] == "order_not_found"
    assert stranger.keyed("members/m-1/orders", order(), 404)["code"] == "member_not_found"
    elm = open_market([1], slug="elm")  # it has named no payment account
    refused = Dev(elm).keyed("members/m-1/orders", order(), 409)
    assert refused["code"] == "order_nobody_takes_money"
    assert market.order(placed).state is OrderState.PAID


def test_the_clock_closes_asks_and_sends(market, dev):
    unpaid = dev.keyed("members/m-1/orders", order(), 201)
    later = int(now().timestamp()) + 3_600
    for _ in range(2):
        jobs.close_unpaid(timestamp=later)
    assert market.left(0) == (5, 0)
    assert dev("GET", f"orders/{unpaid['id']}")["close_reason"] == "expired"
    _, placed = paid(market, dev)
    dev.keyed(f"orders/{placed.order_id}/refunds", {"reason": "x"})
    brand_id = str(market.brand_id)
    jobs.tend_money(timestamp=later)
    for _ in range(2):
        jobs.send_refunds_of(brand_id)
        jobs.poll_payments_of(brand_id)
    with brand_tx(market.brand_id):
        (refund,) = ordered.refunds_of(brand_id=market.brand_id, order_id=placed.order_id)
    # the sandbox never saw this payment: what it refuses for good waits for a person
    assert refund.state is RefundState.STUCK
    assert dev("GET", "refunds/stuck")["total"] == 1
    assert dev.keyed(f"refunds/{refund.id}/retry")["state"] == "granted"
    assert dev.keyed(f"refunds/{refund.id}/retry", status=409)["code"] == "refund_move_refused"
    maple = open_market([1], slug="maple")  # nobody carries its money: it waits, and holds up none
    waits = maple.place(maple.shopper(), (0, 1), now=now())
    maple.pay(waits, now=now())
    jobs.tend_money(timestamp=later)
    jobs.poll_payments_of(str(maple.brand_id))
    with brand_tx(maple.brand_id):
        purchase.give_back_within(
            brand_id=maple.brand_id,
            order_id=waits.order_id,
            key="k",
            roles=[Role.OPERATOR],
            reason="x",
            now=now(),
        )
    jobs.send_refunds_of(str(maple.brand_id))
    with brand_tx(maple.brand_id):
        (refund,) = ordered.refunds_of(brand_id=maple.brand_id, order_id=waits.order_id)
    assert (refund.state, refund.tries) == (RefundState.GRANTED, 1)
    assert ports.wired().payments.of(brand_id=market.brand_id).name == "sandbox"


def test_stray_money_is_settled_over_the_api_with_a_reason_and_once(market, dev):
    stranger = market.place(market.shopper(), (0, 1), now=now())
    market.pay(stranger, now=now(), amount_fen=1)
    (stray,) = dev("GET", "stray-receipts")["items"]
    at, keep = f"stray-receipts/{stray['id']}", {"settlement": "keep", "reason": "an old order"}
    assert dev("POST", f"{at}/settlement", keep, 422)["code"] == "idempotency_key_needed"
    for reason, code in (("", "request_malformed"), (" ", "order_reason_needed")):
        assert dev.keyed(f"{at}/settlement", keep | {"reason": reason}, 422)["code"] == code
    unknown = f"stray-receipts/{uuid4()}/settlement"
    assert dev.keyed(unknown, keep, 404)["code"] == "stray_receipt_not_found"
    maple = open_market([1], slug="maple")
    foreign = Dev(maple).keyed(f"{at}/settlement", keep, 404)
    assert foreign["code"] == "stray_receipt_not_found"
    auditor = Dev(market, Role.AUDITOR)
    assert auditor.keyed(f"{at}/settlement", keep, 403)["code"] == "api_key_role_refused"
    assert market.books() == {"sandbox_clearing": 1, "unmatched_receipts": 1}
    told = dev.keyed(f"{at}/settlement", keep)
    assert (told["settlement"], told["reason"]) == ("keep", "an old order")
    back = keep | {"settlement": "give_back"}
    assert dev.keyed(f"{at}/settlement", back, 409)["code"] == "stray_receipt_move_refused"
    assert dev.keyed(f"{at}/retry", {}, 409)["code"] == "stray_receipt_move_refused"
    assert market.books() == {"sandbox_clearing": 1, "other_receipts": 1}
    assert dev("GET", "stray-receipts")["items"] == []


def test_a_time_to_collect_is_stated_chosen_and_kept(market, dev) -> None:
    every_day = [
        {"weekday": day, "from_minute": 600, "to_minute": 720, "most_orders": 1} for day in range(7)
    ]
    assert dev("GET", "stores/s1/pickup-slots")["slots"] == []
    assert dev("GET", "stores/s1/pickup-times")["total"] == 0
    stated = dev("PUT", "stores/s1/pickup-slots", {"slots": every_day, "days_ahead": 2})
    assert stated == {"slots": every_day, "days_ahead": 2}

    first, second, *_ = dev("GET", "stores/s1/pickup-times")["items"]
    at = first["starts_at"]
    placed = dev.keyed("members/m-1/orders", order(slot_at=at), 201)
    kept = dev("GET", f"orders/{placed['id']}")["pickup_slot"]
    assert {name: datetime.fromisoformat(said) for name, said in kept.items()} == {
        name: datetime.fromisoformat(first[name]) for name in ("starts_at", "ends_at")
    }
    assert dev("GET", "stores/s1/pickup-times")["items"][0] == second

    full = dev.keyed("members/m-1/orders", order(slot_at=at), 409)
    assert full["code"] == "pickup_slot_full"
    unheard = datetime.fromisoformat(at) + timedelta(minutes=1)
    gone = dev.keyed("members/m-1/orders", order(slot_at=unheard.isoformat()), 409)
    assert gone["code"] == "pickup_slot_gone"
    sent = dev.keyed("members/m-1/orders", order(slot_at=at, delivery="parcel"), 422)
    assert sent["code"] == "request_malformed"
    assert market.left(0) == (5, 1)


@pytest.mark.parametrize(
    "change", [{"to_minute": 540}, {"weekday": 7}, {"most_orders": 0}, {"from_minute": 1.5}]
)
def test_a_plan_that_is_none_is_refused(dev, change) -> None:
    slot = {"weekday": 0, "from_minute": 600, "to_minute": 720, "most_orders": 1}
    refused = dev("PUT", "stores/s1/pickup-slots", {"slots": [slot | change]}, 422)
    assert refused["code"] in {"pickup_slots_refused", "request_malformed"}
    assert dev("GET", "stores/s1/pickup-slots")["slots"] == []


def test_more_fields_than_anybody_means_are_refused_in_the_one_shape(dev) -> None:
    refused = dev("GET", "members?" + "&".join(f"f{n}=1" for n in range(1_001)), status=400)
    assert refused["code"] == "request_malformed"
    assert set(refused) == {"code", "kind", "message", "details"}
