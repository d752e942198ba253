"""A shop in which people buy over HTTP: three products, two stores, a sandbox that takes money."""

import re
from dataclasses import dataclass
from uuid import UUID

from tests.cast import NOW, make_brand
from tests.journeys.visiting import SHOPPER_PHONE, Visit, member_of
from tests.paying import sandboxed
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import BrandCard, StoreFacts
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as shelves
from zhiyin.domain.catalog.types import Category, Color, ProductFacts, SkuFacts, StockFacts
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import Buyer, CartItem, OrderCard
from zhiyin.storage.tenancy import brand_tx

STORES = ("s1", "s2")
GOODS = ("dress", "shoes", "bag")
PRICES = {"dress": 36_800, "shoes": 29_900, "bag": 19_900}
ADDRESS = {
    "name": "小禾",
    "phone": "138 0000 0000",
    "region": "上海市 静安区",
    "street": "南京西路 1 号 2 室",
}


@dataclass
class Shop:
    """A brand, its goods by code, and what lies where."""

    brand: BrandCard
    products: dict[str, UUID]
    skus: dict[str, UUID]
    stores: dict[str, UUID]

    def stock(self, code: str, *on_hand: int) -> None:
        """So many pieces of a SKU in each store, from now on."""
        with brand_tx(self.brand.id):
            catalog.set_stock(
                brand_id=self.brand.id,
                stock=[
                    StockFacts(sku_code=code, store_code=store, on_hand=pieces)
                    for store, pieces in zip(STORES, on_hand, strict=True)
                ],
                store_ids=self.stores,
                now=NOW,
            )

    def price(self, code: str, price_fen: int) -> None:
        """Another price of a SKU, from now on."""
        with brand_tx(self.brand.id):
            catalog.set_price(
                brand_id=self.brand.id, sku_ids=[self.skus[code]], price_fen=price_fen
            )

    def retire(self, product: str) -> None:
        """A product leaves the shop."""
        with brand_tx(self.brand.id):
            catalog.retire_products(
                brand_id=self.brand.id, product_ids=[self.products[product]], now=NOW
            )

    def held(self, code: str) -> int:
        """Pieces of a SKU that are held in all stores."""
        places = [(self.skus[code], store) for store in self.stores.values()]
        with brand_tx(self.brand.id):
            counts = shelves.counts(brand_id=self.brand.id, places=places)
        return sum(count.held for count in counts.values())

    def cart(self, member_id: UUID) -> tuple[CartItem, ...]:
        """What lies in a member's cart."""
        with brand_tx(self.brand.id):
            return orders.cart(brand_id=self.brand.id, buyer=Buyer(member_id=member_id))

    def orders(self, member_id: UUID) -> tuple[OrderCard, ...]:
        """A member's orders, newest first."""
        with brand_tx(self.brand.id):
            return orders.orders_of_member(brand_id=self.brand.id, member_ids=[member_id]).orders

    def member(self, phone: str = SHOPPER_PHONE) -> UUID:
        """The member of a phone."""
        found = member_of(self.brand, phone)
        assert found is not None
        return found


def open_shop(slug: str = "cedar") -> Shop:
    """Five of each size of everything in the first store, two in the second; it can be paid."""
    brand = make_brand(slug)
    with brand_tx(brand.id):
        brands.save_stores(
            brand_id=brand.id,
            stores=[
                StoreFacts(
                    code=code,
                    name_zh=f"店{code}",
                    name_en=f"Store {code}",
                    city="上海",
                    address=f"{code} 路",
                    hours="10:00-22:00",
                )
                for code in STORES
            ],
            now=NOW,
        )
        stores = tenants.store_ids_by_code(brand_id=brand.id, codes=list(STORES))
        catalog.save_products(
            brand_id=brand.id,
            products=[
                ProductFacts(
                    code=code, category=Category.DRESS, name_zh=f"裙{code}", name_en=f"A {code}"
                )
                for code in GOODS
            ],
            now=NOW,
        )
        skus = [
            SkuFacts(
                product_code=code,
                code=f"{code}-{label}",
                color=Color.NAVY,
                size_code=size,
                size_label=label,
                price_fen=PRICES[code],
            )
            for code in GOODS
            for size, label in ((8, "M"), (12, "L"))
        ]
        catalog.save_skus(brand_id=brand.id, skus=skus)
        codes = [sku.code for sku in skus]
        ids = shelves.sku_ids_by_code(brand_id=brand.id, codes=codes)
        products = shelves.product_ids_by_code(brand_id=brand.id, codes=list(GOODS))
    shop = Shop(brand, products, ids, stores)
    for code in codes:
        shop.stock(code, 5, 2)
    sandboxed(brand.id)
    return shop


def put(visit: Visit, shop: Shop, code: str, quantity: int = 1) -> None:
    """Put pieces of a SKU into the cart, as its product's page does."""
    product = shop.products[code.partition("-")[0]]
    visit.post(
        f"products/{product}/buy/", sku=str(shop.skus[code]), quantity=str(quantity), act="cart"
    )


def signed_in(slug: str = "cedar") -> Visit:
    """Somebody whom a code to her phone let in."""
    visit = Visit(slug)
    visit.sign_in(SHOPPER_PHONE)
    return visit


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def filled(page: str, **other: str) -> dict[str, str]:
    """The checkout's form as it stands on its page, with what she changes of it."""
    fields = {name: hidden(page, name) for name in ("lines", "key", "expected_fen")}
    store = re.search(r'name="store" value="([^"]+)" checked', page)
    fields |= {"delivery": "pickup", "store": store[1] if store else ""}
    return fields | other
