"""A brand with stores and SKUs whose stock the tests hold, and many hands at once."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

from django.db import connection

from tests.cast import NOW, make_brand
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import StoreFacts
from zhiyin.domain.catalog import operations, queries
from zhiyin.domain.catalog.types import (
    Category,
    Color,
    HoldLine,
    ProductFacts,
    SkuFacts,
    StockCount,
    StockFacts,
)
from zhiyin.kit.errors import DomainError
from zhiyin.storage.tenancy import brand_tx

SOON = NOW + timedelta(minutes=15)
LATER = NOW + timedelta(minutes=16)


@dataclass(frozen=True)
class Shelves:
    """A brand, its first store and another, and SKUs by number."""

    brand_id: UUID
    product_id: UUID
    store_id: UUID
    other_store_id: UUID
    skus: tuple[UUID, ...]

    def line(self, sku: int, pieces: int, store_id: UUID | None = None) -> HoldLine:
        return HoldLine(self.skus[sku], store_id or self.store_id, pieces)

    def count(self, sku: int = 0, store_id: UUID | None = None) -> StockCount:
        place = self.skus[sku], store_id or self.store_id
        return queries.counts(brand_id=self.brand_id, places=[place])[place]

    def figures(self, sku: int = 0) -> tuple[int, int, int]:
        """On hand, held, for sale."""
        count = self.count(sku)
        return count.on_hand, count.held, count.for_sale

    def hold(
        self,
        cause: str,
        *lines: tuple[int, int],
        until: datetime = SOON,
        now: datetime = NOW,
    ) -> bool:
        return operations.hold(
            brand_id=self.brand_id,
            lines=(self.line(sku, pieces) for sku, pieces in lines),
            cause=cause,
            until=until,
            now=now,
        )

    def keep(self, cause: str, now: datetime = NOW) -> int:
        return operations.keep(brand_id=self.brand_id, cause=cause, now=now)

    def violations(self, now: datetime = NOW) -> dict[str, list[Any]]:
        """Every row of every audit of the room."""
        found = {
            audit.code: list(audit.find(brand_id=self.brand_id, now=now, limit=100))
            for audit in queries.AUDITS
        }
        return {code: rows for code, rows in found.items() if rows}

    def by_unit(self, *skus: int) -> None:
        for sku in skus:
            operations.keep_by_unit(
                brand_id=self.brand_id, sku_id=self.skus[sku], store_id=self.store_id, now=NOW
            )


def stack(brand_id: UUID, pieces: Sequence[int]) -> Shelves:
    """SKUs of one product with so many pieces each in the first store; none in the other.

    Runs inside the brand's transaction.
    """
    store = {"name_zh": "店", "name_en": "Store", "city": "上海", "address": "1", "hours": ""}
    codes = ["s1", "s2"]
    brands.save_stores(
        brand_id=brand_id, stores=[StoreFacts(code=code, **store) for code in codes], now=NOW
    )
    stores = tenants.store_ids_by_code(brand_id=brand_id, codes=codes)
    product = ProductFacts(code="p", category=Category.DRESS, name_zh="裙", name_en="Dress")
    operations.save_products(brand_id=brand_id, products=[product], now=NOW)
    skus = [
        SkuFacts(
            product_code="p",
            code=f"k{n:02}",
            color=Color.RED,
            size_code=n,
            size_label=str(n),
            price_fen=100,
        )
        for n in range(len(pieces))
    ]
    operations.save_skus(brand_id=brand_id, skus=skus)
    stock = [
        StockFacts(sku_code=sku.code, store_code="s1", on_hand=n)
        for sku, n in zip(skus, pieces, strict=True)
    ]
    operations.set_stock(brand_id=brand_id, stock=stock, store_ids=stores, now=NOW)
    ids = queries.sku_ids_by_code(brand_id=brand_id, codes=[sku.code for sku in skus])
    product_id = queries.product_ids_by_code(brand_id=brand_id, codes=["p"])["p"]
    return Shelves(
        brand_id, product_id, stores["s1"], stores["s2"], tuple(ids[sku.code] for sku in skus)
    )


def settle(pieces: Sequence[int]) -> Shelves:
    """`stack` with a brand of its own, committed."""
    brand_id = make_brand("cedar").id
    with brand_tx(brand_id):
        return stack(brand_id, pieces)


def at_once(
    brand_id: UUID, acts: Sequence[Callable[[], Any]], *, threads: int | None = None
) -> Counter[Any]:
    """Run the acts together, each in a transaction of its own; what each gave or was refused by."""
    threads = threads or len(acts)
    gate = Barrier(threads)

    def run(mine: Sequence[Callable[[], Any]]) -> list[Any]:
        gate.wait()
        results = []
        for act in mine:
            try:
                with brand_tx(brand_id):
                    results.append(act())
            except DomainError as refused:
                results.append(refused.code)
            finally:
                connection.close()  # back to the pool, which has fewer than there are threads
        return results

    with ThreadPoolExecutor(threads) as pool:
        shares = [pool.submit(run, acts[n::threads]) for n in range(threads)]
        return Counter(result for share in shares for result in share.result())
