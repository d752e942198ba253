"""T12: PostgreSQL dies 30 times while orders are placed and paid over HTTP: nothing told is lost.

The server is the test's own, started as in a shop, with the disk waited for.
It is killed (`kill -9`, or `pg_ctl stop -m immediate`, in turn) in the middle of its work, and
started again as `zhiyin` starts it, through crash recovery. The machine lives on, so what is shown
is that an answer follows its commit and that a retry is no second order; that a commit has reached
the disk is `fsync`, which is only looked at here.
"""

import json
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from uuid import UUID, uuid4

import pytest
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from tests import migrated
from tests.faults.crowd import Answer, Call, ask, served
from tests.faults.platform import Platform, paid
from tests.journeys.buying import Market, open_market
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands.types import Role
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import MemberFacts
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import OrderState
from zhiyin.storage import embedded, places, roles
from zhiyin.storage.tenancy import brand_tx

RESTARTS, HANDS, BETWEEN = 30, 8, 12
PATIENCE_S = 120
PIECES, PRICE_FEN = 50_000, 10_000
NAME = "zhiyin_restarted"


@dataclass
class Own:
    """A PostgreSQL of the test's own, and how to end it."""

    state: Path
    web: str

    def kill(self) -> None:
        """As `kill -9` does: the server, and with it its sessions."""
        running = embedded.status(self.state)
        assert running is not None
        os.kill(running.pid, signal.SIGKILL)

    def stop_at_once(self) -> None:
        """Without writing down what is in memory."""
        place = places.find(self.state)
        assert place is not None
        control = str(places.binaries(place) / "pg_ctl")
        places.run(place.account, [control, "stop", "-D", str(place.data), "-m", "immediate"])

    def start(self) -> None:
        """Through crash recovery."""
        embedded.ensure(self.state, database=NAME)


@pytest.fixture
def own(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Own]:
    """A server of the test's own that this process speaks to."""
    state = tmp_path_factory.mktemp("own") / "postgres"
    migrated.lay(state)
    was = dict(connection.settings_dict)
    try:
        embedded.ensure(state, database=roles.DATABASE)
        running = embedded.status(state)
        assert running is not None
        roles.create_from_template(
            admin_url=running.admin_url, database=NAME, template=migrated.TEMPLATE
        )
        web = roles.addresses(admin_url=running.admin_url, database=NAME, passwords={}).web
        parts = conninfo_to_dict(web)
        with django_db_blocker.unblock():
            connection.close()
            connection.close_pool()
            connection.settings_dict.update(NAME=NAME, HOST=parts["host"])
            yield Own(state, web)
    finally:
        connection.close()
        connection.close_pool()
        connection.settings_dict.update(was)
        embedded.remove(state)


@dataclass
class Till:
    """Somebody who orders and pays, one order after another, and asks again until told."""

    port: int
    market: Market
    platform: Platform
    key: str
    ended: Event
    ordered: list[str] = field(default_factory=list)
    paid: list[str] = field(default_factory=list)
    came: Counter[int] = field(default_factory=Counter)

    def work(self) -> None:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as line:
            while not self.ended.is_set():
                order = json.loads(self._until(201, line, self._order(), None).body)
                self.ordered.append(order["id"])
                event = paid(UUID(hex=order["payment_no"]), PRICE_FEN)
                self._until(204, line, None, event)
                self.paid.append(order["id"])

    def _order(self) -> Call:
        said = {"lines": [{"sku_code": "k00", "quantity": 1}], "store_code": "s1"}
        headers = {
            "X-Api-Key": self.key,
            "Idempotency-Key": str(uuid4()),
            "Content-Type": "application/json",
        }
        return Call("/api/v1/members/buyer/orders", headers, json.dumps(said).encode())

    def _until(self, status: int, line: HTTPConnection, call: Call | None, event) -> Answer:
        """Send the very same order, or tell of the same event, until it is answered with this."""
        until = monotonic() + PATIENCE_S
        while monotonic() < until:
            answer = ask(line, call or self.platform.tells(event, datetime.now(UTC)))
            self.came[answer.status] += 1
            if answer.status == status:
                return answer
            assert answer.status in (0, 503), answer
            self.ended.wait(0.05)
        raise AssertionError("never answered")


def test_what_was_acknowledged_is_there(own, figure, seed, tell) -> None:
    market, platform = open_market([PIECES], [PRICE_FEN]), Platform()
    platform.pays(market.brand_id, datetime.now(UTC))
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("on",)
    with brand_tx(market.brand_id):
        members.import_members(
            brand_id=market.brand_id,
            members=[MemberFacts(external_id="buyer")],
            now=datetime.now(UTC),
        )
        key = brands.issue_api_key(
            brand_id=market.brand_id,
            slug="cedar",
            label="soak",
            role=Role.ADMIN,
            now=datetime.now(UTC),
        )
    connection.close()
    connection.close_pool()
    ended, draw = Event(), random.Random(seed)
    with served(NAME, DATABASE_URL=own.web) as port:
        tills = [Till(port, market, platform, key, ended) for _ in range(HANDS)]
        hands = [Thread(target=till.work) for till in tills]
        for hand in hands:
            hand.start()
        try:
            for n in range(figure(RESTARTS)):
                wait_for(tills, sum(len(till.paid) for till in tills) + BETWEEN)
                ended.wait(draw.random() * 0.3)  # it dies at any point of what is done
                own.stop_at_once() if n % 2 else own.kill()
                own.start()
            wait_for(tills, sum(len(till.paid) for till in tills) + BETWEEN)
        finally:
            ended.set()
            for hand in hands:
                hand.join()
    ordered = {one for till in tills for one in till.ordered}
    told = {one for till in tills for one in till.paid}
    assert ordered == told
    assert_all_there(market, told)
    came = sum((till.came for till in tills), Counter())
    tell(
        f"{figure(RESTARTS)} restarts, {len(told)} orders told",
        f"all there and paid; {came[0]} connections broken, {came[503]} times 503",
    )


def wait_for(tills: list[Till], count: int) -> None:
    """Until so many orders in all were told to be paid."""
    until = monotonic() + PATIENCE_S
    while sum(len(till.paid) for till in tills) < count:
        assert monotonic() < until, "nothing is sold any more"
        sleep(0.01)


def assert_all_there(market: Market, told: set[str]) -> None:
    """Each order that was told is there and paid, and no order that was not."""
    found: set[str] = set()
    page = 200
    with brand_tx(market.brand_id):
        while len(found) < len(told):
            rows = orders.orders_of_store(
                brand_id=market.brand_id,
                store_ids=None,
                states=[OrderState.PAID],
                offset=len(found),
                limit=page,
            )
            found |= {str(one.id) for one in rows.orders}
            if len(rows.orders) < page:
                break
    assert found == told
    assert rows.total == len(told)
    fen = len(told) * PRICE_FEN
    assert market.books() == {"wxpay_clearing": fen, "prepayments": fen}
    assert market.violations(datetime.now(UTC)) == {}
