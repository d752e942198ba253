"""A pick bought over HTTP: its parts in her sizes, under the look and the KOC they come from."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.cast import NOW
from tests.databases import inside
from tests.journeys import api_town
from tests.journeys.api_town import Town
from tests.journeys.visiting import SHOPPER_PHONE, Visit, member_of
from zhiyin.domain.brands import queries as stores
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as shelf
from zhiyin.domain.catalog.types import StockFacts
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as kept
from zhiyin.domain.orders.types import Buyer, CartItem
from zhiyin.storage.tenancy import brand_tx

DATABASE = "zhiyin_shop_look"
NEED = "160 cm, 52 kg, pear shape, a dress for a wedding, up to 400 CNY"


@pytest.fixture(scope="module")
def town(copy_database: Callable[[str], None], django_db_blocker: Any) -> Iterator[Town]:
    """A trained shop that the tests of this file share."""
    copy_database(DATABASE)
    with inside(DATABASE, django_db_blocker):
        yield api_town.trained(api_town.found("cedar"))


@pytest.fixture
def hers(town: Town) -> Iterator[Visit]:
    """A member whose cart is empty."""
    visit = Visit("cedar")
    visit.sign_in(SHOPPER_PHONE)
    yield visit
    owner = buyer(town)
    for item in cart(town):
        with brand_tx(town.brand.id):
            orders.take_out(brand_id=town.brand.id, buyer=owner, item_id=item.id)


def buyer(town: Town) -> Buyer:
    return Buyer(member_id=member_of(town.brand, SHOPPER_PHONE))


def cart(town: Town) -> tuple[CartItem, ...]:
    owner = buyer(town)
    with brand_tx(town.brand.id):
        return kept.cart(brand_id=town.brand.id, buyer=owner)


def a_pick(visit: Visit) -> str:
    """The page of the first pick for her need."""
    page = visit.read(f"{visit.post('', need=NEED).url}picks/")
    found = re.search(r'href="(/s/cedar/needs/[^"]+/picks/[^"]+/1/)"', page)
    assert found is not None
    return found[1]


def sizes(page: str) -> list[tuple[str, bool]]:
    """The sizes of the first part: the SKU, and whether it is chosen."""
    found = re.findall(r'name="sku-0" id="[^"]+" value="([^"]+)"( checked)?', page)
    return [(sku, bool(is_chosen)) for sku, is_chosen in found]


def test_the_look_goes_into_the_cart_in_the_size_that_was_picked_for_her(town, hers):
    href = a_pick(hers)
    page = hers.read(href)
    (chosen,) = [sku for sku, is_chosen in sizes(page) if is_chosen]
    hers.post(f"{href}buy/", act="cart", said="1", part="0", **{"sku-0": chosen})
    (item,) = cart(town)
    assert (str(item.sku_id), item.quantity) == (chosen, 1)
    assert item.koc_id == town.koc_id or item.koc_id is None
    assert "1 piece is in the cart." in hers.read(href)


def test_another_size_shows_its_price_and_its_stock(town, hers):
    href = a_pick(hers)
    other = next(sku for sku, is_chosen in sizes(hers.read(href)) if not is_chosen)
    with brand_tx(town.brand.id):
        catalog.set_price(brand_id=town.brand.id, sku_ids=[UUID(other)], price_fen=31_100)
    try:
        parts = hers.read(f"{href}parts/?said=1&part=0&sku-0={other}")
        assert "<html" not in parts
        assert "¥311" in parts
        assert "3 in stock" in parts
        hers.post(f"{href}buy/", act="cart", said="1", part="0", **{"sku-0": other})
        assert [str(item.sku_id) for item in cart(town)] == [other]
    finally:
        with brand_tx(town.brand.id):
            catalog.set_price(brand_id=town.brand.id, sku_ids=[UUID(other)], price_fen=29_900)


def test_buying_at_once_carries_the_koc_and_nobody_changes_that(town, hers):
    href = a_pick(hers)
    checkout = hers.post(f"{href}buy/", act="buy", said="1", part="0").url
    assert "/checkout/?lines=" in checkout
    assert str(town.koc_id.hex) not in checkout
    assert "¥299" in hers.read(checkout)
    hers.get(checkout[:-3], 422)
    assert cart(town) == ()


def test_nothing_ticked_sold_out_or_not_of_the_pick_puts_nothing_in(town, hers):
    href = a_pick(hers)
    hers.post(f"{href}buy/", act="cart", said="1")
    assert "Nothing is ticked that is there" in hers.read(href)
    with brand_tx(town.brand.id):
        skus = [one for card in shelf.all_products(brand_id=town.brand.id) for one in card.skus]
        ids = stores.store_ids_by_code(brand_id=town.brand.id, codes=["cedar-s1"])

    def put(on_hand: int) -> None:
        stock = [
            StockFacts(sku_code=sku.code, store_code="cedar-s1", on_hand=on_hand) for sku in skus
        ]
        with brand_tx(town.brand.id):
            catalog.set_stock(brand_id=town.brand.id, stock=stock, store_ids=ids, now=NOW)

    put(0)
    try:
        assert "Sold out for now" in hers.read(href)
        hers.post(f"{href}buy/", act="cart", said="1", part="0")
        assert cart(town) == ()
    finally:
        put(3)
    hers.post(f"{href}buy/", act="cart", said="1", part="7")
    assert cart(town) == ()
    hers.post(re.sub("1/$", "4/buy/", href), 404, act="cart", said="1", part="0")
    hers.post(re.sub("[^/]+/1/$", f"{uuid4()}/1/buy/", href), 404, act="cart", part="0")
    Visit("cedar").post(f"{href}buy/", 404, act="cart", said="1", part="0")
    assert cart(town) == ()
