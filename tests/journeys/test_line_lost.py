"""The database's line is cut at each statement of an order and of its payment: 503, then done."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError, close_old_connections, connection
from django.test import Client

from tests.faults.platform import Platform, paid
from tests.journeys.buying import open_market
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands.types import Role
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import MemberFacts
from zhiyin.storage.tenancy import brand_tx

AWAY = HTTPStatus.SERVICE_UNAVAILABLE
PRICE_FEN = 10_000
CUT = "SELECT pg_terminate_backend(pg_backend_pid())"


@pytest.fixture
def market(own_database):
    return open_market([500], [PRICE_FEN])


@pytest.fixture
def order(market):
    """Asks for one and the same order, as her app does until it is told."""
    now = datetime.now(UTC)
    with brand_tx(market.brand_id):
        members.import_members(
            brand_id=market.brand_id, members=[MemberFacts(external_id="buyer")], now=now
        )
        key = brands.issue_api_key(
            brand_id=market.brand_id, slug="cedar", label="app", role=Role.ADMIN, now=now
        )
    headers = {"X-Api-Key": key, "Idempotency-Key": str(uuid4())}
    said = {"lines": [{"sku_code": "k00", "quantity": 1}], "store_code": "s1"}

    def asked():
        return Client().post(
            "/api/v1/members/buyer/orders",
            json.dumps(said),
            content_type="application/json",
            headers=headers,
        )

    return asked


def test_nothing_is_half_done_and_asking_again_does_it(market, order) -> None:
    platform = Platform()
    platform.pays(market.brand_id, datetime.now(UTC))

    placed = through_every_cut(order)

    assert placed.status_code == HTTPStatus.CREATED
    event = paid(UUID(hex=placed.json()["payment_no"]), PRICE_FEN)

    def told():
        call = platform.tells(event, datetime.now(UTC))
        kind = call.headers["Content-Type"]
        return Client().post(call.path, call.body, content_type=kind, headers=call.headers)

    assert through_every_cut(told).status_code == HTTPStatus.NO_CONTENT
    assert market.left(0) == (500, 1)
    assert market.books() == {"wxpay_clearing": PRICE_FEN, "prepayments": PRICE_FEN}
    assert market.violations(datetime.now(UTC)) == {}


def through_every_cut(ask):
    """The answer when no cut is left: before it, one asking for each statement that can be cut."""
    at = 0
    while True:
        cut = Cut(at)
        with connection.execute_wrapper(cut):
            answer = ask()
        close_old_connections()  # as a server does after each request; the test client does not
        if not cut.made:
            assert at > 0
            return answer
        assert answer.status_code == AWAY, (at, answer.content)
        at += 1


class Cut:
    """Has PostgreSQL end this session before statement number `at`."""

    def __init__(self, at: int) -> None:
        self.left, self.made = at, False

    def __call__(self, execute, sql, params, many, context):
        if self.left == 0 and not self.made:
            self.made = True
            with suppress(OperationalError):
                execute(CUT, (), many, context)
        self.left -= 1
        return execute(sql, params, many, context)
