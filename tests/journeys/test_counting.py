"""A clerk counts her store over HTTP: found, difference, reason; and stock as files."""

import csv
import io

import pytest

from tests.cast import NOW
from tests.journeys.buying import Market, open_market
from tests.journeys.console_staff import seat
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import Role
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as shelves
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture
def market(own_database) -> Market:
    return open_market([9, 4, 0])


def desk(market: Market, role: Role, name: str, store: int | None = None):
    """Somebody of the staff, bound to a store if one is said."""
    store_id = None if store is None else market.stores[store]
    return seat(brands.brand_by_slug(slug="cedar"), role, name, store_id)


def moves(market: Market, sku: int) -> list[tuple[int, str]]:
    with brand_tx(market.brand_id):
        product = shelves.product_ids_by_code(brand_id=market.brand_id, codes=["p"])["p"]
        found = shelves.stock_moves(
            brand_id=market.brand_id, product_id=product, store_ids=[market.stores[0]]
        )
    return [(one.change, one.reason) for one in found if one.sku_id == market.skus[sku]]


def counted(market: Market, *found: int | str, was: dict[int, int] | None = None) -> dict[str, str]:
    fields = {"store": str(market.stores[0])}
    fields |= {f"found_{market.skus[n]}": str(pieces) for n, pieces in enumerate(found)}
    return fields | {f"was_{market.skus[n]}": str(there) for n, there in (was or {}).items()}


def test_a_clerk_counts_reads_the_differences_and_saves_with_a_reason(market) -> None:
    clerk = desk(market, Role.CLERK, "clerk-lin", store=0)
    page = clerk.browser.get(clerk.url("count/")).text
    assert all(code in page for code in ("k00", "k01", "k02"))
    assert "k00" not in clerk.browser.get(clerk.url("count/?q=zzz")).text
    seen = clerk.browser.post(clerk.url("count/compare/"), counted(market, 8, 4, ""))
    assert "1 figure differs" in seen.text
    assert "9 should be there, 0 of them held for orders; you found 8" in seen.text
    assert market.left(0) == (9, 0)  # nothing is written yet
    save = clerk.url("count/save/")
    told = counted(market, 8, 4, was={0: 9, 1: 4})
    assert clerk.browser.post(save, told | {"reason": " "}).status_code == 409
    market.place(market.shopper(), (0, 2))
    below = clerk.browser.post(save, told | {f"found_{market.skus[0]}": "1", "reason": "盘点"})
    assert (below.status_code, "2 held for orders" in below.text) == (409, True)
    done = clerk.browser.post(save, told | {"reason": "盘点"})
    assert done.status_code == 302
    assert (market.left(0), market.left(1)) == ((8, 2), (4, 0))
    assert moves(market, 0)[0] == (-1, "盘点")
    assert len(moves(market, 1)) == 1  # it was right: no line of history


def test_what_came_or_went_while_she_counted_is_found_out(market) -> None:
    clerk = desk(market, Role.CLERK, "clerk-lin", store=0)
    with brand_tx(market.brand_id):
        catalog.adjust_stock(
            brand_id=market.brand_id,
            sku_id=market.skus[0],
            store_id=market.stores[0],
            change=1,
            reason="来货",
            user_id=market.clerk,
            now=NOW,
        )
    told = counted(market, 9, 3, was={0: 9, 1: 4}) | {"reason": "盘点"}
    answer = clerk.browser.post(clerk.url("count/save/"), told)
    assert answer.status_code == 409
    assert "k00 has come or gone since: 10 lie there now" in answer.text
    assert (market.left(0), market.left(1)) == ((10, 0), (4, 0))
    for wrong in ("-1", "2.5", "many", "99999999"):
        bad = clerk.browser.post(clerk.url("count/compare/"), counted(market, wrong))
        assert (bad.status_code, "whole number" in bad.text) == (422, True)
    nothing = clerk.browser.post(clerk.url("count/compare/"), counted(market))
    assert nothing.status_code == 422
    stranger = desk(market, Role.CLERK, "clerk-far", store=1)
    assert stranger.browser.post(stranger.url("count/save/"), told).status_code == 404
    reader = desk(market, Role.AUDITOR, "aud-mei")
    assert reader.browser.post(reader.url("count/save/"), told).status_code == 403
    assert market.left(1) == (4, 0)


def test_stock_is_exported_as_csv_and_as_a_workbook_of_her_stores_alone(market) -> None:
    with brand_tx(market.brand_id):
        catalog.count_stock(
            brand_id=market.brand_id,
            store_id=market.stores[1],
            counts={market.skus[2]: 5},
            reason="盘点",
            user_id=None,
            now=NOW,
        )
    market.place(market.shopper(), (0, 2))
    operator = desk(market, Role.OPERATOR, "op-wu")
    sent = operator.browser.get(operator.url("stock/stock.csv"))
    text = b"".join(sent.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    figures = [
        (row["Store code"], row["SKU"], row["On hand"], row["Held for orders"], row["For sale"])
        for row in rows
    ]
    assert ("s1", "k00", "9", "2", "7") in figures
    assert ("s2", "k02", "5", "0", "5") in figures
    workbook = operator.browser.get(operator.url("stock/stock.xlsx"))
    assert b"".join(workbook.streaming_content)[:2] == b"PK"
    manager = desk(market, Role.MANAGER, "man-ye", store=1)
    own = b"".join(manager.browser.get(manager.url("stock/stock.csv")).streaming_content)
    assert (b"s2" in own, b"s1" in own) == (True, False)
    clerk = desk(market, Role.CLERK, "clerk-lin", store=0)
    assert clerk.browser.get(clerk.url("stock/stock.csv")).status_code == 403
