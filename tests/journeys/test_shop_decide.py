"""A need over HTTP: chips first, then picks; how thin the evidence is; the shelf of this moment."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session

from tests.cast import NOW
from tests.databases import inside
from tests.journeys import api_town
from tests.journeys.api_town import Town
from tests.journeys.visiting import Visit
from zhiyin.domain.brands import queries as stores
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as shelf
from zhiyin.domain.catalog.types import StockFacts
from zhiyin.storage.tenancy import brand_tx

DATABASE = "zhiyin_shop_decide"
LIKE_THE_OTHERS = "160 cm, 52 kg, pear shape, a dress for a wedding, up to 400 CNY"
UNLIKE_ANYBODY = "186 cm, 98 kg, apple shape, a dress for a wedding"


@pytest.fixture(scope="module")
def town(copy_database: Callable[[str], None], django_db_blocker: Any) -> Iterator[Town]:
    """A trained shop that the tests of this file share; who changes it puts it right again."""
    copy_database(DATABASE)
    with inside(DATABASE, django_db_blocker):
        yield api_town.trained(api_town.found("cedar"))


@pytest.fixture
def guest(town: Town) -> Visit:
    return Visit("cedar")


def picks(visit: Visit, text: str) -> str:
    """State a need and read the answer to it."""
    return visit.read(f"{visit.post('', need=text).url}picks/")


def test_what_was_understood_stands_there_before_any_answer(guest: Visit) -> None:
    page = guest.read(guest.post("", need=LIKE_THE_OTHERS + ", glowing").url)
    for words in ("160 cm", "52 kg", "pear", "wedding", "≤ ¥400"):
        assert re.search(rf'<li class="chip"[^>]*>\s*<span>{words}', page), words
    assert re.search(r"Not understood</span> [^<]*glowing", page)
    assert '<article class="pick"' not in page
    assert 'hx-trigger="load"' in page
    again = re.search(r'href="([^"]+)">Say it differently', page)
    assert again is not None
    assert "160" not in again[1], "her words stand in no address"
    assert LIKE_THE_OTHERS in guest.read(again[1])
    Visit("cedar").get(again[1], 404)
    assert "160" not in guest.read("?need=160+cm").split("<textarea")[1].split(">")[1]


def test_whoever_only_looks_leaves_no_session_and_who_asks_leaves_one(guest):
    Session.objects.all().delete()
    for page in ("", "browse/", "me/", "sign-in/", "form/"):
        guest.read(page)
    assert Session.objects.count() == 0
    need = guest.post("", need="婚礼 160cm").url
    assert "160 cm" in guest.read(need)
    assert Session.objects.count() == 1


def test_a_guest_sees_picks_and_opens_one_and_nobody_else_can(town: Town, guest: Visit) -> None:
    page = picks(guest, LIKE_THE_OTHERS)
    assert page.count('<article class="pick"') == 3
    href = re.search(r'href="(/s/cedar/needs/[^"]+/picks/[^"]+/1/)"', page)
    assert href is not None
    opened = guest.read(href[1])
    assert "Why this one" in opened
    assert '<a class="rows__item' in opened
    guest.get(re.sub("1/$", "4/", href[1]), 404)
    Visit("cedar").get(href[1], 404)
    (product_id,) = set(
        re.findall(r'class="rows__item[^"]*" href="/s/cedar/products/([^"/]+)/"', opened)
    )
    ids = {"brand_id": town.brand.id, "product_ids": [UUID(product_id)]}
    with brand_tx(town.brand.id):
        catalog.retire_products(**ids, now=NOW)
    try:
        former = guest.read(href[1])
        assert "Not on the shop any more" in former
        assert f"products/{product_id}/" not in former
    finally:
        with brand_tx(town.brand.id):
            catalog.relist_products(**ids)


def test_thin_evidence_says_how_thin_and_whom_to_ask(guest: Visit) -> None:
    page = picks(guest, UNLIKE_ANYBODY)
    notes = re.findall(r'<p class="note note--thin">(.*?)</p>', page, re.S)
    assert notes
    for note in notes:
        assert re.search(
            r"Nobody we could compare|Only [1-4] (person|people) with a body like yours",
            note,
        )
    assert any(
        re.search(r'<a href="/s/cedar/needs/[^"]+/ask/[^"]+/">Ask cedar</a>', n) for n in notes
    )


def test_the_price_and_the_stock_are_those_of_this_moment(town: Town, guest: Visit) -> None:
    assert "¥123" not in picks(guest, LIKE_THE_OTHERS)
    brand_id = town.brand.id
    with brand_tx(brand_id):
        skus = [sku for one in shelf.all_products(brand_id=brand_id) for sku in one.skus]
        ids = stores.store_ids_by_code(brand_id=brand_id, codes=["cedar-s1"])

    def put(price_fen: int, on_hand: int) -> None:
        with brand_tx(brand_id):
            catalog.set_price(
                brand_id=brand_id, sku_ids=[sku.id for sku in skus], price_fen=price_fen
            )
            catalog.set_stock(
                brand_id=brand_id,
                stock=[
                    StockFacts(sku_code=sku.code, store_code="cedar-s1", on_hand=on_hand)
                    for sku in skus
                ],
                store_ids=ids,
                now=NOW,
            )

    put(12_300, 7)
    try:
        page = picks(guest, LIKE_THE_OTHERS)
        assert page.count("¥123") == 3
        assert page.count("7 in stock") == 3
        put(12_300, 0)
        assert '<article class="pick"' not in picks(guest, LIKE_THE_OTHERS)
    finally:
        put(29_900, 3)


def test_browsing_by_category_and_by_search_leads_to_a_product_with_its_wearers(
    town: Town, guest: Visit
) -> None:
    shelves = re.findall(r'href="\?category=(\w+)&q="[^>]*>(\w+)', guest.read("browse/"))
    assert shelves == [("dress", "dress")]
    assert "/products/" in guest.read("browse/?category=dress&q=cedar dress")
    assert "Nothing by that name" in guest.read("browse/?q=submarine")
    product = guest.read(f"products/{town.product_id}/")
    for words in ("cedar dress", "¥299", "in stock", "cedar fits", "imported review"):
        assert words in product
