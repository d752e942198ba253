"""The stock of a product in the console: what is held shows, and every change says why and who."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.journeys.console_staff import Desk, make_stores, open_desk, seat, store_ids
from zhiyin.domain.brands.types import Role
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as products
from zhiyin.domain.catalog.types import (
    Category,
    Color,
    HoldLine,
    ProductFacts,
    SkuFacts,
    StockCount,
    StockFacts,
)
from zhiyin.storage.tenancy import brand_tx


class Shop:
    """A desk, and one dress in one size: five pieces in a store, two of them held."""

    def __init__(self) -> None:
        self.desk = open_desk("cedar")
        self.brand_id = self.desk.brand.id
        make_stores(self.desk.brand, 2)
        self.store, self.other = store_ids(self.desk.brand, "S-000", "S-001")
        now = timezone.now()
        with brand_tx(self.brand_id):
            dress = ProductFacts(code="D-1", category=Category.DRESS, name_zh="裙", name_en="Dress")
            catalog.save_products(brand_id=self.brand_id, products=[dress], now=now)
            sku = SkuFacts(
                product_code="D-1",
                code="D-1-6",
                color=Color.NAVY,
                size_code=6,
                size_label="6",
                price_fen=36_900,
            )
            catalog.save_skus(brand_id=self.brand_id, skus=[sku])
            catalog.set_stock(
                brand_id=self.brand_id,
                stock=[StockFacts(sku_code="D-1-6", store_code="S-000", on_hand=5)],
                store_ids={"S-000": self.store},
                now=now,
            )
            self.sku: UUID = products.sku_ids_by_code(brand_id=self.brand_id, codes=["D-1-6"])[
                "D-1-6"
            ]
            found = products.product_ids_by_code(brand_id=self.brand_id, codes=["D-1"])
            self.product: UUID = found["D-1"]
            catalog.hold(
                brand_id=self.brand_id,
                lines=[HoldLine(self.sku, self.store, 2)],
                cause="order-1",
                until=now + timedelta(minutes=15),
                now=now,
            )

    def count(self) -> StockCount:
        with brand_tx(self.brand_id):
            found = products.stock_of(brand_id=self.brand_id, product_id=self.product)
        return found[self.sku, self.store]

    def post(self, act: str = "", desk: Desk | None = None, **said: object) -> tuple[int, str]:
        desk = desk or self.desk
        url = desk.url(f"products/{self.product}/stock/{self.store}/{act}")
        answer = desk.browser.post(url, said, follow=True)
        return answer.status_code, answer.content.decode()

    def page(self, language: str = "en") -> str:
        url = self.desk.url(f"products/{self.product}/?store={self.store}")
        return self.desk.browser.get(url, headers={"Accept-Language": language}).content.decode()


@pytest.fixture
def shop(own_database) -> Shop:
    cache.clear()
    return Shop()


def cells(page: str) -> str:
    """The table without its tags, each cell parted by a bar."""
    return "|".join(
        part.split("<")[0].strip() for part in page.split(">") if part.split("<")[0].strip()
    )


def test_on_hand_held_and_for_sale_stand_side_by_side(shop):
    assert "On hand|Held|For sale|New count|D-1-6|6|5|2|3" in cells(shop.page())
    assert "现有|已占用|可售|新盘点|D-1-6|6|5|2|3" in cells(shop.page("zh-Hans"))


def test_an_adjustment_says_why_and_stands_in_the_history(shop):
    status, page = shop.post("adjust/", sku=shop.sku, change="-2", reason="torn zip")
    assert (status, shop.count()) == (200, StockCount(on_hand=3, held=2))
    assert "D-1-6|adjusted|-2|3|torn zip|admin-cedar" in cells(page)
    assert "D-1-6|stated by a file or the API|+5|5" in cells(page)
    assert "D-1-6|调整|-2|3|torn zip|admin-cedar" in cells(shop.page("zh-Hans"))
    status, page = shop.post("adjust/", sku=shop.sku, change="+4", reason="found")
    assert shop.count().on_hand == 7


@pytest.mark.parametrize(
    ("change", "reason", "says"),
    [
        ("-2", " ", "Say why: the history keeps it."),
        ("0", "none", "Say which size, and how many pieces more"),
        ("1.5", "half", "Say which size, and how many pieces more"),
        ("9" * 40, "many", "Say which size, and how many pieces more"),
        ("-4", "torn", "D-1-6: 2 held for orders lie there too: count them as well."),
        ("-6", "torn", "D-1-6: not that many pieces lie there."),
        ("1", "x" * 201, "The reason is too long."),
    ],
)
def test_a_wrong_adjustment_says_what_to_do_and_changes_nothing(shop, change, reason, says):
    status, page = shop.post("adjust/", sku=shop.sku, change=change, reason=reason)
    assert (status, shop.count()) == (422, StockCount(on_hand=5, held=2))
    assert says in page


def test_a_count_below_what_is_held_is_refused_with_what_is_held(shop):
    said = {f"pieces_{shop.sku}": "1"}
    status, page = shop.post(**said)
    assert status == 422
    assert "D-1-6: 2 held for orders lie there too: count them as well." in page
    assert shop.count() == StockCount(on_hand=5, held=2)
    status, page = shop.post(**{f"pieces_{shop.sku}": "4", "reason": "winter count"})
    assert shop.count() == StockCount(on_hand=4, held=2)
    assert "D-1-6|counted|-1|4|winter count|admin-cedar" in cells(page)


def test_a_hot_size_is_kept_piece_by_piece_and_back(shop):
    _, page = shop.post("hot/", sku=shop.sku, way="unit")
    assert "piece by piece" in page
    assert shop.count() == StockCount(on_hand=5, held=2, by_unit=True)
    shop.post("hot/", sku=shop.sku, way="count")
    assert shop.count() == StockCount(on_hand=5, held=2)


def test_a_manager_adjusts_her_own_store_and_switches_nothing(shop):
    manager = seat(shop.desk.brand, Role.MANAGER, "manager")
    assert shop.post("adjust/", manager, sku=shop.sku, change="1", reason="found")[0] == 200
    assert shop.post("hot/", manager, sku=shop.sku, way="unit")[0] == 403
    clerk = seat(shop.desk.brand, Role.CLERK, "clerk")
    assert shop.post("adjust/", clerk, sku=shop.sku, change="1", reason="found")[0] == 403
    assert shop.count() == StockCount(on_hand=6, held=2)
