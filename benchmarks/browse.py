"""How many products a second are opened by their id over HTTP, of 10,000, by 16 connections?

Run: make bench NAME=browse ARGS="[--products 10000] [--calls 4000]"

A brand and a PostgreSQL of the run's own and granian with two processes; `GET /api/v1/products/..`
with a key, 16 connections, ids from all over the shop. Beside it: pgbench with every statement of
such a request (the key's, BEGIN, `set_config` and COMMIT among them) on 16 connections; the same
server without `brand_tx`; and without a database (`benchmarks.browsing`). The server and pgbench
take turns, so that the ratio carries over to another machine. Prints one JSON line.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any
from uuid import UUID

import psycopg

from benchmarks.serving import machine, milliseconds, own_server, pgbench, rate, spread, statements
from tests.faults.crowd import WORKERS, Call, ask

ROUNDS, CLIENTS, SKUS, PGBENCH_S, SCRIPTS, START_S = 3, 16, 4, 8, 100, 60
STRIDE = 7_919
"""From one product to the next: a prime, so that all of them come."""
SERVE = """
import sys
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from zhiyin.interfaces.cli.serve import THREADS
Granian("benchmarks.browsing:application", port=int(sys.argv[1]), interface=Interfaces.WSGI,
        workers=int(sys.argv[2]), blocking_threads=THREADS, log_level=LogLevels.error).serve()
"""


def fill(products: int) -> tuple[UUID, str]:
    """A brand with so many products of four SKUs, each in one store; and a key."""
    from zhiyin.domain.brands import operations as brands
    from zhiyin.domain.brands import queries as tenants
    from zhiyin.domain.brands.types import Role, StoreFacts
    from zhiyin.domain.catalog import operations as catalog
    from zhiyin.domain.catalog.types import Category, Color, ProductFacts, SkuFacts, StockFacts
    from zhiyin.storage.tenancy import brand_tx

    now = datetime.now(UTC)
    brand_id = brands.create_brand(
        slug="bench", name_zh="店", name_en="Bench", is_demo=False, now=now
    )
    with brand_tx(brand_id):
        words = {"name_zh": "店", "name_en": "Store", "city": "上海", "address": "1", "hours": ""}
        brands.save_stores(brand_id=brand_id, stores=[StoreFacts(code="s", **words)], now=now)
        stores = tenants.store_ids_by_code(brand_id=brand_id, codes=["s"])
        key = brands.issue_api_key(
            brand_id=brand_id, slug="bench", label="b", role=Role.ADMIN, now=now
        )
    for first in range(0, products, 1_000):
        codes = [f"p{n:05}" for n in range(first, min(first + 1_000, products))]
        skus = [
            SkuFacts(
                product_code=code,
                code=f"{code}-{size}",
                color=Color.RED,
                size_code=size,
                size_label=str(size),
                price_fen=29_900,
            )
            for code in codes
            for size in range(SKUS)
        ]
        with brand_tx(brand_id):
            catalog.save_products(
                brand_id=brand_id,
                products=[
                    ProductFacts(
                        code=code,
                        category=Category.DRESS,
                        name_zh=f"连衣裙 {code}",
                        name_en=f"Dress {code}",
                        description_zh="棉麻，微收腰，长到膝下。" * 4,
                        description_en="Cotton and linen, a little waisted, below the knee. " * 4,
                        attributes={"neckline": "v", "cut": "a_line"},
                    )
                    for code in codes
                ],
                now=now,
            )
            catalog.save_skus(brand_id=brand_id, skus=skus)
            catalog.set_stock(
                brand_id=brand_id,
                stock=[StockFacts(sku_code=s.code, store_code="s", on_hand=3) for s in skus],
                store_ids=stores,
                now=now,
            )
    return brand_id, key


def prepare(brand_id: UUID) -> None:
    """Look at the tables, and let sessions see the brand that no transaction names."""
    from zhiyin.storage import addresses, embedded, roles

    running = embedded.status(addresses.CLUSTER)
    assert running is not None
    with psycopg.connect(running.admin_url, dbname=roles.DATABASE, autocommit=True) as session:
        session.execute("ANALYZE")
        session.execute(f"ALTER ROLE app_web SET app.brand = '{brand_id}'")


@contextmanager
def serving(without: str) -> Iterator[int]:
    """The port of the application, whole or without a part."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port), str(WORKERS)],
        env=os.environ | {"ZHIYIN_BENCH_WITHOUT": without},
    )
    try:
        until = time.monotonic() + START_S
        with closing(HTTPConnection("127.0.0.1", port)) as line:
            while ask(line, Call("/", {}, b"", "GET")).status == 0:
                assert time.monotonic() < until, "the server did not start"
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()


def opening(key: str, code: str) -> Call:
    return Call(f"/api/v1/products/{code}", {"X-Api-Key": key}, b"", "GET")


def script(key: str, code: str) -> str:
    """Every statement of opening a product, for pgbench."""
    from django.db import connection
    from django.test import Client

    def look() -> None:
        call = opening(key, code)
        assert (
            Client(SERVER_NAME="localhost").get(call.path, headers=dict(call.headers)).status_code
            == 200
        )

    asked = statements(look)
    connection.close()
    return "".join(" ".join(sql.split()) + ";\n" for sql in asked)


def opened(port: int, calls: list[Call]) -> tuple[float, list[float]]:
    """Products a second, and the wait for each."""
    per_s, answers = rate(port, calls, CLIENTS)
    assert {one.status for one in answers} == {200}
    return per_s, [one.seconds for one in answers]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--calls", type=int, default=4_000)
    said = parser.parse_args()
    with own_server():
        brand_id, key = fill(said.products)
        drawn = [f"p{n * STRIDE % said.products:05}" for n in range(said.calls)]
        script(key, drawn[0])  # what is read once is read
        scripts = [script(key, code) for code in drawn[:SCRIPTS]]
        prepare(brand_id)
        from django.db import connection

        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        calls = [opening(key, code) for code in drawn]
        found: dict[str, list[float]] = {}
        waits: list[float] = []
        for without in ("", "brand_tx", "database"):
            name = f"without_{without}" if without else "http"
            with serving(without) as port:
                opened(port, calls[: 20 * CLIENTS])
                for _ in range(ROUNDS):
                    per_s, waited = opened(port, calls)
                    found.setdefault(name, []).append(per_s)
                    if not without:
                        waits += waited
                        raw = pgbench(scripts, clients=CLIENTS, seconds=PGBENCH_S)
                        found.setdefault("pgbench", []).append(raw)
    middle = {name: sorted(rates)[ROUNDS // 2] for name, rates in found.items()}
    shown: dict[str, Any] = {name: spread(rates) for name, rates in found.items()}
    print(
        json.dumps(
            {
                "bench": "browse",
                "unit": "products/s",
                "products": said.products,
                "clients": CLIENTS,
                **shown,
                "ratio": round(middle["http"] / middle["pgbench"], 3),
                **milliseconds(waits),
                "statements": scripts[0].count("\n"),
                **machine(),
            }
        )
    )
    # 2 cores, PostgreSQL 18.4 embedded, 10,000 products: 193 to 206 products/s next to 941 to 1,206
    # of pgbench, a ratio of 0.21; 242 to 286 without brand_tx, 1,181 to 1,245 without a database.


if __name__ == "__main__":
    main()
