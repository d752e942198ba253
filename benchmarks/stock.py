"""How many holds a second does one hot SKU take, with one counter and with one row per piece?

Run: make bench NAME=stock ARGS="[--threads 32] [--holds 2000]"

A brand and a PostgreSQL of the run's own, with the disk waited for as in a shop. Each thread holds
one piece at a time for a new cause, in a transaction of its own, until all are held; beside it the
same number of threads run the raw statements (BEGIN, the brand, a guarded UPDATE of the counter, an
INSERT of the row that proves it, COMMIT) over psycopg, as pgbench would. All in one run, the ways
taking turns, so that the ratios carry over to another machine. Prints one JSON line.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ROUNDS = 3
RAW_UPDATE = """
    UPDATE catalog_stock SET held = held + 1
    WHERE brand_id = %s AND sku_id = %s AND store_id = %s AND held + 1 <= on_hand RETURNING held
"""
RAW_INSERT = """
    INSERT INTO catalog_stockhold (id, brand_id, sku_id, store_id, cause, line, quantity,
        handed_over, taken_back, released, state, release_reason, expires_at, held_at)
    VALUES (gen_random_uuid(), %s, %s, %s, %s, 1, 1, 0, 0, 0, 'held', '', %s, %s)
"""

Place = tuple[UUID, UUID, UUID]
"""Brand, SKU, store."""


def place(number: int, pieces: int) -> Place:
    """A brand with one SKU in one store."""
    from zhiyin.domain.brands import operations as brands
    from zhiyin.domain.brands import queries as tenants
    from zhiyin.domain.brands.types import StoreFacts
    from zhiyin.domain.catalog import operations as catalog
    from zhiyin.domain.catalog import queries as goods
    from zhiyin.domain.catalog.types import Category, Color, ProductFacts, SkuFacts, StockFacts
    from zhiyin.storage.tenancy import brand_tx

    brand_id = brands.create_brand(
        slug=f"bench{number}", name_zh="店", name_en="Bench", is_demo=False, now=NOW
    )
    with brand_tx(brand_id):
        store = StoreFacts(
            code="s", name_zh="店", name_en="Store", city="上海", address="1", hours=""
        )
        brands.save_stores(brand_id=brand_id, stores=[store], now=NOW)
        stores = tenants.store_ids_by_code(brand_id=brand_id, codes=["s"])
        product = ProductFacts(code="p", category=Category.DRESS, name_zh="裙", name_en="Dress")
        catalog.save_products(brand_id=brand_id, products=[product], now=NOW)
        sku = SkuFacts(
            product_code="p", code="k", color=Color.RED, size_code=1, size_label="1", price_fen=100
        )
        catalog.save_skus(brand_id=brand_id, skus=[sku])
        stock = [StockFacts(sku_code="k", store_code="s", on_hand=pieces)]
        catalog.set_stock(brand_id=brand_id, stock=stock, store_ids=stores, now=NOW)
        sku_id = goods.sku_ids_by_code(brand_id=brand_id, codes=["k"])["k"]
    return brand_id, sku_id, stores["s"]


def rate(threads: int, holds: int, act: Callable[[int], Any], done: Callable[[], None]) -> float:
    """Acts a second, all threads together, from the moment that all of them are ready."""
    gate = Barrier(threads + 1)

    def share(first: int) -> None:
        gate.wait()
        for n in range(first, holds, threads):
            act(n)
        done()

    with ThreadPoolExecutor(threads) as pool:
        waiting = [pool.submit(share, first) for first in range(threads)]
        gate.wait()
        began = time.perf_counter()
        for one in waiting:
            one.result()
        return holds / (time.perf_counter() - began)


def ours(where: Place, threads: int, holds: int, *, by_unit: bool) -> float:
    """Holds a second by `operations.hold`."""
    from django.db import connection

    from zhiyin.domain.catalog import operations as catalog
    from zhiyin.domain.catalog.types import HoldLine
    from zhiyin.storage.tenancy import brand_tx

    brand_id, sku_id, store_id = where
    if by_unit:
        with brand_tx(brand_id):
            catalog.keep_by_unit(brand_id=brand_id, sku_id=sku_id, store_id=store_id, now=NOW)
    until = NOW + timedelta(minutes=15)

    def hold(n: int) -> None:
        with brand_tx(brand_id):
            line = HoldLine(sku_id, store_id, 1)
            catalog.hold(brand_id=brand_id, lines=[line], cause=f"o{n}", until=until, now=NOW)

    return rate(threads, holds, hold, lambda: connection.close())


def raw(where: Place, threads: int, holds: int) -> float:
    """The bare statements over psycopg, a connection a thread."""
    from threading import local

    import psycopg
    from django.db import connection

    brand_id, sku_id, store_id = where
    settings = connection.get_connection_params()
    address = {
        key: settings[key]
        for key in ("host", "port", "dbname", "user", "password")
        if key in settings
    }
    mine, until = local(), NOW + timedelta(minutes=15)

    def hold(n: int) -> None:
        if not hasattr(mine, "session"):
            mine.session = psycopg.connect(**address)
        with mine.session.transaction():
            mine.session.execute("SELECT set_config('app.brand', %s, true)", [str(brand_id)])
            taken = mine.session.execute(RAW_UPDATE, [brand_id, sku_id, store_id])
            assert taken.fetchone() is not None
            said = [brand_id, sku_id, store_id, f"o{n}", until, NOW]
            mine.session.execute(RAW_INSERT, said)

    return rate(threads, holds, hold, lambda: mine.session.close())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=32)
    parser.add_argument("--holds", type=int, default=2_000)
    said = parser.parse_args()
    threads, holds = said.threads, said.holds
    with tempfile.TemporaryDirectory(prefix="zhiyin-bench-") as state:
        os.environ |= {"ZHIYIN_STATE": state, "DJANGO_SETTINGS_MODULE": "zhiyin.project.settings"}
        from zhiyin.storage import addresses, embedded

        addresses.start()
        try:
            subprocess.run([sys.executable, "-m", "zhiyin", "db", "migrate"], check=True)
            import django

            django.setup()
            from django.conf import settings

            settings.DATABASES["default"]["OPTIONS"]["pool"] |= {"max_size": threads + 1}
            ways: dict[str, Callable[[Place, int], float]] = {
                "one_counter": lambda where, n: ours(where, threads, n, by_unit=False),
                "by_unit": lambda where, n: ours(where, threads, n, by_unit=True),
                "raw_statements": lambda where, n: raw(where, threads, n),
            }
            found: dict[str, list[int]] = {name: [] for name in ways}
            number = 0
            for turn in range(ROUNDS + 1):
                for name, way in ways.items():
                    number += 1
                    n = holds if turn else 4 * threads  # the first turn warms up
                    per_s = way(place(number, n), n)
                    if turn:
                        found[name].append(round(per_s))
        finally:
            embedded.remove(addresses.CLUSTER)
    machine = {"cpus": os.cpu_count(), "python": platform.python_version()}
    rates = {name: sorted(rates) for name, rates in found.items()}
    print(json.dumps({"bench": "stock", "unit": "holds/s", "threads": threads, **rates, **machine}))
    # 2 cores with other test runs on them (load 5 to 16), PostgreSQL 18.4 embedded, fsync on, 32
    # threads: one counter 92 to 116 (the commit of each is waited for by all others), by unit 254
    # to 357, the raw statements on one counter 155 to 157.


if __name__ == "__main__":
    main()
