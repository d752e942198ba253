"""How many orders a second are bought and paid over HTTP, in how many statements, and how fast does
PostgreSQL do the same statements alone?

Run: make bench NAME=orders ARGS="[--orders 400] [--clients 16]"

A brand and a PostgreSQL of the run's own, with the disk waited for as in a shop, and `zhiyin serve`
with two processes. Each order has one line and two requests: it is placed through the API (with an
Idempotency-Key), then its payment is told to /hooks/wxpay/<brand>, signed. Beside it pgbench runs
every statement of both requests (the key's, BEGIN, `set_config` and COMMIT among them) on as many
connections. Turn and turn about in one run, so that the ratio carries over to another machine.
`business_statements` are counted as the issue says: without BEGIN, COMMIT, `set_config`, the key
and the idempotency of the API. Prints one JSON line.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from benchmarks.serving import machine, milliseconds, own_server, pgbench, rate, script_of, spread
from benchmarks.serving import statements as sent
from tests.faults.crowd import Call, served

ROUNDS, SKUS, PIECES, PRICE_FEN, PGBENCH_S = 3, 32, 1_000_000, 10_000, 10
NOT_BUSINESS = ("BEGIN", "COMMIT", "SELECT set_config", "SAVEPOINT", "RELEASE")
OF_THE_API = ("brands_brand", "brands_apikey", "brands_keptanswer", "members_identity")
NAMES = "SELECT code, id FROM"
"""What a developer says by codes is looked up; a page of the shop has the ids."""


class Town:
    """A brand whose goods do not run out, and one buyer a SKU."""

    def __init__(self) -> None:
        from tests.faults.platform import Platform
        from tests.journeys.buying import open_market
        from zhiyin.domain.brands import operations as brands
        from zhiyin.domain.brands.types import Role
        from zhiyin.domain.members import operations as members
        from zhiyin.domain.members.types import MemberFacts
        from zhiyin.storage.tenancy import brand_tx

        now = datetime.now(UTC)
        market = open_market([PIECES] * SKUS, [PRICE_FEN] * SKUS)
        self.platform = Platform()
        self.platform.pays(market.brand_id, now)
        with brand_tx(market.brand_id):
            people = [MemberFacts(external_id=f"m-{n}") for n in range(SKUS)]
            members.import_members(brand_id=market.brand_id, members=people, now=now)
            self.key = brands.issue_api_key(
                brand_id=market.brand_id, slug="cedar", label="b", role=Role.ADMIN, now=now
            )
        self.market = market

    def order(self, n: int) -> Call:
        """Somebody places an order of one line."""
        line = {"sku_code": f"k{n % SKUS:02}", "quantity": 1}
        said = {"lines": [line], "store_code": "s1", "expected_fen": PRICE_FEN}
        headers = {
            "X-Api-Key": self.key,
            "Idempotency-Key": str(uuid4()),
            "Content-Type": "application/json",
        }
        return Call(f"/api/v1/members/m-{n % SKUS}/orders", headers, json.dumps(said).encode())

    def payment(self, answer: bytes) -> Call:
        """The platform tells that it was paid."""
        from tests.faults.platform import paid

        event = paid(UUID(hex=json.loads(answer)["payment_no"]), PRICE_FEN)
        return self.platform.tells(event, datetime.now(UTC))


def in_process(town: Town, n: int) -> list[str]:
    """The statements of an order from "buy" to "paid", through the same doors."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")

    def ask(call: Call) -> Any:
        return client.generic("POST", call.path, call.body, headers=dict(call.headers))

    def bought_and_paid() -> None:
        placed = ask(town.order(n))
        assert placed.status_code == 201, placed.content
        assert ask(town.payment(placed.content)).status_code == 204

    asked = sent(bought_and_paid)
    # The brand's accounts are read anew every three seconds, which is not part of each order.
    while any("brands_paymentaccount" in sql for sql in asked):
        asked = sent(bought_and_paid)
    return asked


def business(statements: Sequence[str]) -> list[str]:
    """What the issue counts."""
    return [
        sql
        for sql in statements
        if not sql.strip().startswith((*NOT_BUSINESS, NAMES))
        and not any(name in sql for name in OF_THE_API)
    ]


def bought_and_paid(town: Town, port: int, orders: int, clients: int) -> tuple[float, list[float]]:
    """Orders a second, and how long each of the two requests took together."""
    placing = [town.order(n) for n in range(orders)]
    placed_per_s, placed = rate(port, placing, clients)
    assert {one.status for one in placed} == {201}
    paying = [town.payment(one.body) for one in placed]
    paid_per_s, told = rate(port, paying, clients)
    assert {one.status for one in told} == {204}
    waits = [one.seconds + two.seconds for one, two in zip(placed, told, strict=True)]
    return 1 / (1 / placed_per_s + 1 / paid_per_s), waits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=400)
    parser.add_argument("--clients", type=int, default=16)
    said = parser.parse_args()
    with own_server():
        from zhiyin.storage import roles

        town = Town()
        in_process(town, 0)  # what is made once is made
        pairs = [(in_process(town, n), in_process(town, n)) for n in range(SKUS)]
        scripts = [script_of(one, other) for one, other in pairs]
        counted = business(pairs[0][0])
        for sql in counted:
            print(" ".join(sql.split())[:110], file=sys.stderr)
        from django.db import connection

        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        ours, raw, waits = [], [], []
        with served(roles.DATABASE) as port:
            bought_and_paid(town, port, 4 * said.clients, said.clients)
            for _ in range(ROUNDS):
                per_s, waited = bought_and_paid(town, port, said.orders, said.clients)
                ours.append(per_s)
                waits += waited
                raw.append(pgbench(scripts, clients=said.clients, seconds=PGBENCH_S))
    print(
        json.dumps(
            {
                "bench": "orders",
                "unit": "orders/s",
                "clients": said.clients,
                "http": spread(ours),
                "pgbench": spread(raw),
                "ratio": round(sorted(ours)[ROUNDS // 2] / sorted(raw)[ROUNDS // 2], 3),
                **milliseconds(waits),
                "business_statements": len(counted),
                "all_statements": len(pairs[0][0]),
                **machine(),
            }
        )
    )
    # 2 cores, PostgreSQL 18.4 embedded, fsync on, 16 clients: 44 to 53 orders/s next to 119 to 133
    # of pgbench, a ratio of 0.406; 12 statements. With ten other runs on the cores (load 10 to 14)
    # the ratio was 0.26: pgbench, which mostly waits for the disk, loses less to them.


if __name__ == "__main__":
    main()
