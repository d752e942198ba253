"""After paying, over the API: parcels, cases with their clocks, addresses, invoices."""

from typing import Any
from uuid import uuid4

import pytest

from tests.journeys.buying import Market, open_market
from tests.journeys.test_api_orders import Dev, line, order
from tests.journeys.test_api_promotions import now, pay
from tests.paying import sandboxed
from zhiyin.domain.brands.types import Role
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import MemberFacts
from zhiyin.domain.orders.types import OrderState, Placed
from zhiyin.interfaces.matrix import API, Actor
from zhiyin.storage.tenancy import brand_tx

HOME = {
    "name": "吴女士",
    "phone": "13912345678",
    "region": "上海市 徐汇区",
    "street": "梧桐路 1 号",
}


@pytest.fixture
def market(own_database) -> Market:
    made = open_market([9, 9], [36_800, 8_900])
    sandboxed(made.brand_id)
    with brand_tx(made.brand_id):
        both = [MemberFacts(external_id=one) for one in ("m-1", "m-2")]
        members.import_members(brand_id=made.brand_id, members=both, now=now())
    return made


@pytest.fixture
def dev(market) -> Dev:
    return Dev(market)


def bought(market: Market, dev: Dev, pieces: int = 2) -> tuple[Placed, str]:
    """m-1's parcel, paid; the order and the key of its line."""
    asked = order(line(pieces), delivery="parcel", store_code=None, address=HOME)
    told = dev.keyed("members/m-1/orders", asked, 201)
    placed = pay(market, told)
    return placed, market.order(placed).lines[0].key


def test_a_parcel_is_sent_in_parts_received_and_a_piece_asked_back(market, dev):
    placed, key = bought(market, dev)
    at = f"orders/{placed.order_id}"
    assert [one["id"] for one in dev("GET", "parcels/to-send")["items"]] == [str(placed.order_id)]
    one = {"carrier": "sf", "tracking_no": "SF0001", "pieces": {key: 1}}
    first = dev.keyed(f"{at}/parcels", one)
    assert dev.keyed(f"{at}/parcels", one)["id"] == first["id"], "the same number is one parcel"
    early = dev.keyed(f"members/m-1/{at}/receipt", status=409)
    assert early["code"] == "order_move_refused"
    dev.keyed(f"{at}/parcels", {"carrier": "sf", "tracking_no": "SF0002"})
    none_left = dev.keyed(f"{at}/parcels", {"carrier": "sf", "tracking_no": "SF0003"}, 409)
    assert none_left["code"] in ("parcel_pieces_refused", "order_move_refused")
    assert [each["pieces"] for each in dev("GET", f"{at}/parcels")["items"]] == [{key: 1}] * 2
    assert dev.keyed(f"members/m-2/{at}/receipt", status=404)["code"] == "order_not_found"
    assert dev.keyed(f"members/m-1/{at}/receipt")["state"] == "done"

    asked = {"kind": "return", "reason": "size", "pieces": {key: 1}, "going_back": "parcel"}
    cases = f"members/m-1/{at}/cases"
    assert dev.keyed(f"members/m-2/{at}/cases", asked, 404)["code"] == "order_not_found"
    assert dev("POST", cases, asked, 422)["code"] == "idempotency_key_needed"
    again = str(uuid4())
    case = dev.keyed(cases, asked | {"words": "腰围偏小"}, key=again)
    assert dev.keyed(cases, asked | {"words": "腰围偏小"}, key=again)["id"] == case["id"]
    assert (case["state"], case["turn"]) == ("asked", "brand")
    assert case["deadline_at"] is not None
    too_much = asked | {"pieces": {key: 2}}
    assert dev.keyed(cases, too_much, 409)["code"] == "case_pieces_claimed"
    one_case = f"cases/{case['id']}"
    assert dev("GET", "cases?turn=brand&is_open=true")["total"] == 1
    assert dev("GET", one_case)["words"] == "腰围偏小"
    with brand_tx(market.brand_id):
        reads, _ = people.personal_reads(brand_id=market.brand_id)
    assert "after_sale_case" in {read.opened for read in reads}
    assert dev.keyed(f"{one_case}/approve")["state"] == "waiting_goods"
    assert dev.keyed(f"{one_case}/approve", status=409)["code"] == "case_move_refused"
    sent = {"carrier": "ems", "tracking_no": "EM0001"}
    foreign = dev.keyed(f"members/m-2/{one_case}/goods-sent", sent, 404)
    assert foreign["code"] == "case_not_found"
    assert dev.keyed(f"members/m-1/{one_case}/goods-sent", sent)["state"] == "goods_sent"
    assert dev.keyed(f"{one_case}/goods-back", {"restock": True})["state"] == "refunding"
    assert market.order(placed).refunded_fen == 36_800
    assert (market.left(0), market.violations(now())) == ((8, 0), {})
    steps = [step["move"] for step in dev("GET", one_case)["steps"]]
    assert steps == ["ask", "approve", "await_goods", "send_goods", "take_goods", "grant"]


def test_a_refusal_goes_to_an_admin_and_what_was_withdrawn_is_free_again(market, dev):
    placed, key = bought(market, dev, 1)
    operator = Dev(market, Role.OPERATOR)
    dev.keyed(f"orders/{placed.order_id}/parcels", {"carrier": "sf", "tracking_no": "SF0009"})
    cases = f"members/m-1/orders/{placed.order_id}/cases"
    asked: dict[str, Any] = {"kind": "refund_only", "reason": "quality", "pieces": {key: 1}}
    first = dev.keyed(cases, asked)["id"]
    hers = "members/m-1/cases"
    assert dev.keyed(f"{hers}/{first}/withdraw")["state"] == "withdrawn"
    case = dev.keyed(cases, asked)["id"]
    assert operator.keyed(f"cases/{case}/refuse", {"answer": "worn"})["state"] == "refused"
    assert dev.keyed(f"{hers}/{case}/escalate")["state"] == "escalated"
    for act, body in (("approve", None), ("refuse", {"answer": "no"})):
        refused = operator.keyed(f"cases/{case}/{act}", body, 403)
        assert refused["code"] == "api_key_role_refused"
    assert market.order(placed).refunded_fen == 0
    assert dev.keyed(f"cases/{case}/approve")["state"] == "refunding"
    assert {one["id"] for one in dev("GET", hers)["items"]} == {first, case}
    assert market.violations(now()) == {}


def test_what_has_not_left_is_granted_at_once(market, dev):
    placed, key = bought(market, dev, 1)
    asked = {"kind": "refund_only", "reason": "no_reason", "pieces": {key: 1}}
    case = dev.keyed(f"members/m-1/orders/{placed.order_id}/cases", asked)
    assert (case["state"], market.left(0)) == ("refunding", (9, 0))
    assert market.order(placed).state is OrderState.REFUNDED


def test_her_address_book_and_an_invoice(market, dev):
    book = "members/m-1/addresses"
    first = dev("POST", book, HOME)["id"]
    second = dev("POST", book, HOME | {"street": "别处 2 号", "is_default": True})["id"]
    assert dev("POST", book, HOME | {"phone": "1"}, 422)["code"] == "address_refused"
    dev("POST", f"{book}/{first}/default", {})
    rows = dev("GET", book)["items"]
    assert [(one["id"], one["is_default"]) for one in rows] == [(first, True), (second, False)]
    dev("PUT", f"{book}/{second}", HOME | {"name": "李女士"})
    foreign = dev("PUT", f"members/m-2/addresses/{second}", HOME, 404)
    assert foreign["code"] == "address_not_found"
    dev("DELETE", f"{book}/{first}")
    (left,) = dev("GET", book)["items"]
    assert (left["id"], left["name"], left["is_default"]) == (second, "李女士", True)

    placed, _ = bought(market, dev, 1)
    title = {"kind": "company", "title": "知音公司", "tax_no": "91310000MA1K35X123"}
    at = f"members/m-1/orders/{placed.order_id}/invoice"
    assert dev("POST", at, title | {"tax_no": "1"}, 422)["code"] == "invoice_refused"
    asked = dev("POST", at, title)["id"]
    assert dev("GET", "invoices?state=asked")["total"] == 1
    assert dev("GET", f"invoices/{asked}")["title"] == "知音公司"
    with brand_tx(market.brand_id):
        reads, _ = people.personal_reads(brand_id=market.brand_id)
    assert {"invoice_title", "api_addresses"} <= {read.opened for read in reads}
    answer = {"state": "issued", "answer": "INV-1"}
    assert dev.keyed(f"invoices/{asked}/answer", answer)["state"] == "issued"
    late = dev.keyed(f"invoices/{asked}/answer", answer | {"state": "refused"}, 409)
    assert late["code"] == "invoice_move_refused"
    assert dev("POST", at, title, 409)["code"] == "invoice_move_refused"


def test_roles_do_what_the_matrix_says_and_another_brand_finds_nothing(market, dev):
    placed, key = bought(market, dev)
    asked = {"kind": "refund_only", "reason": "quality", "pieces": {key: 1}}
    dev.keyed(f"orders/{placed.order_id}/parcels", {"carrier": "sf", "tracking_no": "SF0009"})
    case = dev.keyed(f"members/m-1/orders/{placed.order_id}/cases", asked)["id"]
    calls = {
        "GET api/v1/parcels/to-send": "parcels/to-send",
        "GET api/v1/orders/{order_id}/parcels": f"orders/{placed.order_id}/parcels",
        "GET api/v1/members/{external_id}/cases": "members/m-1/cases",
        "GET api/v1/cases": "cases",
        "GET api/v1/cases/{case_id}": f"cases/{case}",
        "GET api/v1/members/{external_id}/addresses": "members/m-1/addresses",
        "GET api/v1/invoices": "invoices",
    }
    for role in Role:
        caller = Dev(market, role)
        for route, path in calls.items():
            caller("GET", path, status=200 if Actor(role) in API[route] else 403)
        if Actor(role) not in API["POST api/v1/cases/{case_id}/approve"]:
            assert caller.keyed(f"cases/{case}/approve", status=403)["code"]
    stranger = Dev(open_market([1], slug="maple"))
    assert stranger("GET", f"cases/{case}", status=404)["code"] == "case_not_found"
    for act, body in (("approve", None), ("goods-back", {"restock": True})):
        assert stranger.keyed(f"cases/{case}/{act}", body, 404)["code"] == "case_not_found"
    assert dev("GET", f"cases/{case}")["state"] == "asked"
