"""T1 over HTTP: ten thousand signed-in buyers at once, a hundred pieces, and nobody waits long.

Nine of ten order through the API, in a member's name and with a key of her own for the request; the
tenth presses "order" in the shop, with a session of her own. That the guard in the statement is
what keeps it so is shown by its twin, `domain/catalog/tests/test_races.py`.
"""

import json
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from statistics import median, quantiles
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID, uuid4

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils.crypto import get_random_string

from tests.faults.crowd import Answer, Call, ask, press, served
from tests.journeys.buying import Market, open_market
from tests.paying import sandboxed
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands.types import Role
from zhiyin.domain.catalog import operations as stock
from zhiyin.domain.catalog import queries as shelves
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import MemberFacts
from zhiyin.domain.orders import queries as orders
from zhiyin.storage.tenancy import brand_tx

BUYERS, UNITS, PRICE_FEN = 10_000, 100, 10_000
AT_ONCE, IN_FLIGHT, PATIENCE_S = 80, 64, 30
IN_SHOP = 10
"""Every so many-th buyer is in the shop."""
LOOKED_AT = 20
SOLD_OUT = "你选的门店已经凑不齐了"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def market(own_database) -> Market:
    made = open_market([UNITS], [PRICE_FEN])
    sandboxed(made.brand_id)
    return made


@pytest.mark.parametrize("by_unit", [False, True], ids=["by-count", "by-unit"])
def test_a_hundred_are_sold(own_database, market, figure, tell, by_unit) -> None:
    if by_unit:
        with brand_tx(market.brand_id):
            stock.keep_by_unit(
                brand_id=market.brand_id,
                sku_id=market.skus[0],
                store_id=market.stores[0],
                now=datetime.now(UTC),
            )
    buyers = figure(BUYERS)
    names, ids, key = come(market, buyers)
    with served(own_database) as port:
        sessions = signed_in(ids[::IN_SHOP])
        lines = chosen(market, port, sessions[0])
        calls = [
            through_api(name, key)
            if n % IN_SHOP
            else in_shop(market, sessions[n // IN_SHOP], lines)
            for n, name in enumerate(names)
        ]
        answers = press(port, calls, at_once=AT_ONCE)
        led_on = [pair for pair in zip(calls, answers, strict=True) if pair[1].told][:LOOKED_AT]
        assert all(SOLD_OUT.encode() in cart(port, *pair).body for pair in led_on)
    told = Counter(outcome(one) for one in answers)
    assert told == {"ordered": UNITS, "sold_out": buyers - UNITS}
    with brand_tx(market.brand_id):
        placed = orders.orders_of_store(brand_id=market.brand_id, store_ids=None, limit=UNITS + 1)
    assert placed.total == len({one.member_id for one in placed.orders}) == UNITS
    assert market.left(0) == (UNITS, UNITS)
    assert market.violations(datetime.now(UTC)) == {}
    waits = [one.seconds for one in answers]
    assert max(waits) < PATIENCE_S
    assert median(one.in_flight for one in answers) >= IN_FLIGHT
    tell(
        f"{buyers} buyers of {UNITS} pieces",
        f"{UNITS} sold; p50 {median(waits):.2f} s, p99 {quantiles(waits, n=100)[98]:.2f} s",
    )


def come(market: Market, buyers: int) -> tuple[list[str], list[UUID], str]:
    """So many members, by their names in the brand's system and ours; and the brand's key."""
    now = datetime.now(UTC)
    names = [f"buyer-{n}" for n in range(buyers)]
    with brand_tx(market.brand_id):
        made = members.import_members(
            brand_id=market.brand_id,
            members=[MemberFacts(external_id=name) for name in names],
            now=now,
        )
        key = brands.issue_api_key(
            brand_id=market.brand_id, slug="cedar", label="sale", role=Role.ADMIN, now=now
        )
    return names, [made.ids[name] for name in names], key


def signed_in(member_ids: list[UUID]) -> list[str]:
    """Sessions as signing in leaves them, all in one insert: their keys."""
    store, until = SessionStore(), datetime.now(UTC) + timedelta(days=1)
    made = [
        Session(
            session_key=get_random_string(32),
            session_data=store.encode({"member:cedar": str(member_id)}),
            expire_date=until,
        )
        for member_id in member_ids
    ]
    Session.objects.bulk_create(made)
    return [one.session_key for one in made]


def through_api(name: str, key: str) -> Call:
    """A member orders one piece."""
    order = {"lines": [{"sku_code": "k00", "quantity": 1}], "store_code": "s1"}
    headers = {
        "X-Api-Key": key,
        "Idempotency-Key": str(uuid4()),
        "Content-Type": "application/json",
    }
    return Call(f"/api/v1/members/{name}/orders", headers, json.dumps(order).encode())


def posted(session: str, page: str, **fields: str) -> Call:
    """A form of the shop, sent by whoever has this session."""
    token = get_random_string(32)
    headers = {
        "Cookie": f"sessionid={session}; csrftoken={token}",
        "X-CSRFToken": token,
        "Content-Type": FORM,
    }
    return Call(f"/s/cedar/{page}", headers, urlencode(fields).encode())


def chosen(market: Market, port: int, session: str) -> str:
    """What the checkout's page carries for one piece, as "buy" leads to it."""
    with brand_tx(market.brand_id):
        product = shelves.products_of_skus(brand_id=market.brand_id, sku_ids=market.skus)
    page = f"products/{product[market.skus[0]]}/buy/"
    buy = posted(session, page, act="buy", sku=str(market.skus[0]), quantity="1")
    with closing(HTTPConnection("127.0.0.1", port)) as line:
        answer = ask(line, buy)
    return parse_qs(urlsplit(answer.location).query)["lines"][0]


def in_shop(market: Market, session: str, lines: str) -> Call:
    """She presses "order" on the checkout's page."""
    return posted(
        session,
        "checkout/",
        lines=lines,
        delivery="pickup",
        store=str(market.stores[0]),
        expected_fen=str(PRICE_FEN),
        key=str(uuid4()),
    )


def cart(port: int, call: Call, answer: Answer) -> Answer:
    """The page that she was led on to, with the message for her."""
    headers = {"Cookie": f"{call.headers['Cookie']}; {answer.told}"}
    with closing(HTTPConnection("127.0.0.1", port)) as line:
        return ask(line, Call(answer.location, headers, b"", "GET"))


def outcome(answer: Answer) -> str:
    """The API says 201 or 409; the shop leads on to pay, or draws the checkout again with what ran
    out, or, where nothing that she could buy is left, leads to her cart with that message.
    """
    if answer.status == 201 or "/sandbox/pay/" in answer.location:
        return "ordered"
    if answer.status == 409 and SOLD_OUT.encode() in answer.body:
        return "sold_out"
    if answer.status == 409:
        return str(json.loads(answer.body)["code"])
    if answer.status == 302 and answer.location.endswith("/cart/") and answer.told:
        return "sold_out"
    return f"{answer.status} {answer.location} {answer.body[:200]!r}"
