"""The operator's work over HTTP, with commits that are real: preview, act, take back."""

import re
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.cast import NOW
from tests.journeys.console_staff import Desk, make_stores, open_desk, store_ids
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as needs
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as products
from zhiyin.domain.catalog.types import Category, Color, ProductFacts, SkuFacts, StockCount
from zhiyin.domain.content import operations as content
from zhiyin.domain.content import queries as shows
from zhiyin.domain.content.types import ShowFacts, ShowSource, ShowState
from zhiyin.domain.matching import queries as matching
from zhiyin.interfaces.console.product import fen_of, yuan
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture
def desk(own_database) -> Desk:
    cache.clear()
    return open_desk("cedar")


@pytest.fixture
def product_id(desk) -> UUID:
    with brand_tx(desk.brand.id):
        catalog.save_products(
            brand_id=desk.brand.id,
            products=[
                ProductFacts(
                    code="D-1",
                    category=Category.DRESS,
                    name_zh="裹身裙",
                    name_en="Wrap dress",
                    attributes={"neckline": "v"},
                )
            ],
            now=NOW,
        )
        catalog.save_skus(
            brand_id=desk.brand.id,
            skus=[
                SkuFacts(
                    product_code="D-1",
                    code=f"D-1-{size}",
                    color=Color.NAVY,
                    size_code=size,
                    size_label=str(size),
                    price_fen=36_900,
                )
                for size in (36, 38)
            ],
        )
        return products.product_ids_by_code(brand_id=desk.brand.id, codes=["D-1"])["D-1"]


def undo(desk: Desk, page) -> None:
    """Press the button of the toast on a page."""
    form = re.search(r'<form class="toast" method="post" action="([^"]+)">(.*?)</form>', page, re.S)
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form[2]):
        fields.setdefault(name, []).append(value)
    assert desk.browser.post(form[1], fields).status_code == 302


def test_the_overview_is_never_empty(desk, product_id):
    page = desk.browser.get(desk.url()).content.decode()
    assert "What needs a person now" in page
    assert "Nobody has asked in these days" in page
    assert "product with thin evidence" in page
    assert "sizes sold out" in page
    with brand_tx(desk.brand.id):
        for n in range(3):
            audience.save_need(
                brand_id=desk.brand.id,
                text="a wedding" if n else "",
                slots=NeedSlots(occasion="wedding"),
                taxonomy_version=0,
                guest_key=uuid4(),
                now=timezone.now(),
            )
    asked = desk.browser.get(desk.url("asked.csv")).getvalue().decode()
    assert "wedding,3,3,14" in asked, "the one from the short form is counted too"
    formula = {"slot": "occasion", "value": "wedding", "label": {"zh-Hans": "=1+1", "en": "=1+1"}}
    with brand_tx(desk.brand.id):
        audience.save_taxonomy(
            brand_id=desk.brand.id,
            category=needs.APPAREL,
            extension={"values": [formula]},
            based_on=0,
            user_id=None,
            now=NOW,
        )
    named = desk.browser.get(desk.url("asked.csv")).getvalue().decode()
    assert "\n'=1+1,3,3,14" in named, "no spreadsheet runs a label"


def test_five_hundred_stores_are_searched_and_filtered(desk):
    make_stores(desk.brand, 500)
    first = desk.browser.get(desk.url("stores/")).content.decode()
    assert "1–50 / 500" in first
    last = desk.browser.get(desk.url("stores/?page=10")).content.decode()
    assert "S-499" in last
    found = desk.browser.get(desk.url("stores/?q=Store 137")).content.decode()
    assert "S-137" in found
    assert "1–1 / 1" in found
    city = desk.browser.get(desk.url("stores/?city=Suzhou")).content.decode()
    assert "1–50 / 250" in city
    for odd in ("?page=0", "?page=999999999999", "?q=%00", "?page=²", "?city=" + "x" * 5000):
        assert desk.browser.get(desk.url(f"stores/{odd}")).status_code == 200, odd


def test_stores_close_after_a_preview_and_open_again(desk):
    make_stores(desk.brand, 3)
    ids = store_ids(desk.brand, "S-000", "S-002")
    preview = desk.browser.post(desk.url("stores/close/"), {"ids": ids}).content.decode()
    assert "S-000" in preview
    assert "S-001" not in preview
    with brand_tx(desk.brand.id):
        assert brands.stores(brand_id=desk.brand.id, closed=True).total == 0
    closed = desk.browser.post(
        desk.url("stores/close/"), {"ids": ids, "confirmed": "1"}, follow=True
    ).content.decode()
    with brand_tx(desk.brand.id):
        assert brands.stores(brand_id=desk.brand.id, closed=True).total == 2
    undo(desk, closed)
    with brand_tx(desk.brand.id):
        assert brands.stores(brand_id=desk.brand.id, closed=True).total == 0


def test_a_store_keeps_what_its_form_does_not_change(desk):
    make_stores(desk.brand, 2)
    (store_id,) = store_ids(desk.brand, "S-000")
    said = {
        "code": "S-000",
        "name_zh": "新店",
        "name_en": "New",
        "city": "Shanghai",
        "address": "1 Road",
        "hours": "",
        "latitude": "31.2",
        "longitude": "121.4",
    }
    assert desk.browser.post(desk.url(f"stores/{store_id}/"), said).status_code == 302
    form = desk.browser.get(desk.url(f"stores/{store_id}/")).content.decode()
    assert 'value="31.200000"' in form
    taken = desk.browser.post(desk.url(f"stores/{store_id}/"), said | {"code": "S-001"})
    assert taken.status_code == 422
    assert "Another store has this code" in taken.content.decode()
    with brand_tx(desk.brand.id):
        facts = brands.store_facts(brand_id=desk.brand.id, store_id=store_id)
    assert (facts.code, facts.name_en, facts.latitude) == ("S-000", "New", Decimal("31.2"))


def test_prices_change_together_or_not_at_all(desk, product_id):
    with brand_tx(desk.brand.id):
        skus = products.product(brand_id=desk.brand.id, product_id=product_id).skus
    here = desk.url(f"products/{product_id}/prices/")
    first, second = (f"price_{sku.id}" for sku in skus)
    refused = desk.browser.post(here, {first: "299.00", second: "0.001"})
    assert refused.status_code == 422

    def prices() -> list[int]:
        with brand_tx(desk.brand.id):
            card = products.product(brand_id=desk.brand.id, product_id=product_id)
        return [sku.price_fen for sku in card.skus]

    assert prices() == [36_900, 36_900]
    page = desk.browser.post(here, {first: "299.00", second: "369.00"}, follow=True)
    assert prices() == [29_900, 36_900]
    undo(desk, page.content.decode())
    assert prices() == [36_900, 36_900]


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("1", 100),
        ("0.01", 1),
        ("12.345", None),
        ("-1", None),
        ("NaN", None),
        ("1e99", None),
        ("1E+999999", None),
    ],
)
def test_a_price_is_whole_fen(typed, fen):
    assert fen_of(typed) == fen


def test_yuan_comes_back_as_it_went():
    assert [fen_of(yuan(fen)) for fen in (1, 99, 100, 36_905)] == [1, 99, 100, 36_905]


def test_stock_is_counted_in_one_store(desk, product_id):
    make_stores(desk.brand, 2)
    here, there = store_ids(desk.brand, "S-000", "S-001")
    with brand_tx(desk.brand.id):
        skus = products.product(brand_id=desk.brand.id, product_id=product_id).skus
    counts = {f"pieces_{sku.id}": "3" for sku in skus}
    desk.browser.post(desk.url(f"products/{product_id}/stock/{here}/"), counts)
    with brand_tx(desk.brand.id):
        held = products.stock_of(brand_id=desk.brand.id, product_id=product_id)
    assert held == {(sku.id, here): StockCount(on_hand=3, held=0) for sku in skus}
    wrong = desk.browser.post(
        desk.url(f"products/{product_id}/stock/{there}/"), dict.fromkeys(counts, "two")
    )
    assert wrong.status_code == 422
    many = dict.fromkeys(counts, "000000001" + "9" * 12)
    assert (
        desk.browser.post(desk.url(f"products/{product_id}/stock/{there}/"), many).status_code
        == 422
    )


def test_a_product_leaves_the_shop_and_comes_back(desk, product_id):
    preview = desk.browser.post(desk.url("products/retire/"), {"ids": [product_id]})
    assert "D-1" in preview.content.decode()
    gone = desk.browser.post(
        desk.url("products/retire/"), {"ids": [product_id], "confirmed": "1"}, follow=True
    )
    with brand_tx(desk.brand.id):
        assert products.product_ids(brand_id=desk.brand.id) == ()
    undo(desk, gone.content.decode())
    with brand_tx(desk.brand.id):
        assert products.product_ids(brand_id=desk.brand.id) == (product_id,)


def test_a_look_is_composed_step_by_step(desk, product_id):
    draft = {"code": "L-1", "name_zh": "一身", "name_en": "One", "find": "Wrap"}
    found = desk.browser.post(desk.url("looks/add/"), draft | {"act": "find"}).content.decode()
    act = re.search(r'value="(add:[^"]+)"', found)[1]
    added = desk.browser.post(desk.url("looks/add/"), draft | {"act": act}).content.decode()
    item = re.search(r'name="item" value="([^"]+)"', added)[1]
    empty = desk.browser.post(desk.url("looks/add/"), draft | {"act": "save"})
    assert empty.status_code == 422
    ready = draft | {"act": "save", "item": [item], "answers": ["goals|slimming"]}
    assert desk.browser.post(desk.url("looks/add/"), ready).status_code == 302
    with brand_tx(desk.brand.id):
        (look,) = shows.looks(brand_id=desk.brand.id)
    assert look.answers == {"goals": ["slimming"]}
    assert [part.product_id for part in look.items] == [product_id]


def pending_show(desk: Desk, product_id: UUID, **stated: object) -> UUID:
    with brand_tx(desk.brand.id):
        (show_id,) = content.save_shows(
            brand_id=desk.brand.id,
            shows=[
                ShowFacts(
                    product_id=product_id,
                    size_code=36,
                    worn_at=NOW,
                    facts={"height_cm": 160},
                    **stated,
                )
            ],
            state=ShowState.PENDING,
            now=NOW,
        )
    return show_id


def state_of(desk: Desk, show_id: UUID) -> ShowState:
    with brand_tx(desk.brand.id):
        for state in ShowState:
            found, _total = shows.shows_in_state(brand_id=desk.brand.id, state=state)
            if show_id in {show.id for show in found}:
                return state
    raise AssertionError(show_id)


def test_a_show_is_published_refused_with_a_reason_and_put_back(desk, product_id):
    show_id = pending_show(desk, product_id, source=ShowSource.IMPORT, external_ref="r-1")
    here = desk.url("shows/moderate/")
    queue = desk.browser.get(desk.url("shows/")).content.decode()
    assert "160 cm" in queue
    assert "Imported row r-1" in queue
    asked = desk.browser.post(here, {"ids": [show_id], "state": "refused"}).content.decode()
    assert 'name="reason"' in asked
    assert state_of(desk, show_id) is ShowState.PENDING
    refused = desk.browser.post(
        here, {"ids": [show_id], "state": "refused", "reason": "blurred"}, follow=True
    )
    assert state_of(desk, show_id) is ShowState.REFUSED
    undo(desk, refused.content.decode())
    assert state_of(desk, show_id) is ShowState.PENDING
    desk.browser.post(here, {"ids": [show_id], "state": "published"})
    assert state_of(desk, show_id) is ShowState.PUBLISHED


def test_a_show_without_rights_is_kept_back(desk, product_id):
    show_id = pending_show(desk, product_id, source=ShowSource.PURCHASE, purchase_id=uuid4())
    page = desk.browser.post(
        desk.url("shows/moderate/"), {"ids": [show_id], "state": "published"}, follow=True
    )
    assert "has not granted the rights" in page.content.decode()
    assert state_of(desk, show_id) is ShowState.PENDING


TERM = {"label_zh": "显瘦", "label_en": "slimming", "zh": "嘎嘎细溜", "en": ""}


def test_new_words_show_which_needs_they_read_differently(desk):
    with brand_tx(desk.brand.id):
        audience.save_need(
            brand_id=desk.brand.id,
            text="想要嘎嘎细溜的裙子",
            slots=NeedSlots(),
            taxonomy_version=0,
            guest_key=uuid4(),
            now=NOW,
        )
    here = desk.url("words/goals/slimming/")
    preview = desk.browser.post(here, TERM | {"based_on": "0"}).content.decode()
    assert "1 need would be read differently" in preview
    assert "嘎嘎细溜" in preview
    with brand_tx(desk.brand.id):
        assert needs.taxonomy_edit(brand_id=desk.brand.id).version == 0
    saved = desk.browser.post(here, TERM | {"based_on": "0", "confirmed": "1"}, follow=True)
    with brand_tx(desk.brand.id):
        assert needs.taxonomy_edit(brand_id=desk.brand.id).version == 1
    late = desk.browser.post(here, TERM | {"based_on": "0", "confirmed": "1", "zh": "显窄"})
    assert late.status_code == 409
    assert "显窄" in late.content.decode(), "her words are still there"
    undo(desk, saved.content.decode())
    undo(desk, saved.content.decode())
    assert (
        "Somebody saved version 2 meanwhile"
        in desk.browser.get(desk.url("words/")).content.decode()
    )
    gone = desk.browser.post(desk.url("words/restore/"), {"version": "9", "based_on": "2"})
    assert gone.status_code == 422
    with brand_tx(desk.brand.id):
        now = needs.taxonomy_edit(brand_id=desk.brand.id)
    assert (now.version, now.extension) == (2, {})


def test_a_number_slot_keeps_its_shipped_words(desk):
    said = {"label_zh": "身高", "label_en": "height", "zh": "身長", "en": "", "confirmed": "1"}
    desk.browser.post(desk.url("words/height_cm/-/"), said | {"based_on": "0"})
    with brand_tx(desk.brand.id):
        words = needs.taxonomy(brand_id=desk.brand.id).slot_words("height_cm")
    assert {"身高", "身長", "height"} <= set(words)


def test_advice_is_turned_off_and_on_again(desk):
    with brand_tx(desk.brand.id):
        row = matching.advice(brand_id=desk.brand.id).rows[0]
    key = ":".join(
        [row["slot"], row["value"], row["attribute"], row["direction"], *row["attr_values"]]
    )
    said = {"weight": "0", "zh": row["zh"], "en": row["en"], "source": "", "based_on": "0"}
    page = desk.browser.post(desk.url(f"advice/row/?key={key}"), said, follow=True)

    def keys() -> set[str]:
        with brand_tx(desk.brand.id):
            return {one["key"] for one in matching.advice(brand_id=desk.brand.id).rows}

    assert row["key"] not in keys()
    desk.browser.post(desk.url(f"advice/row/?key={key}"), said | {"based_on": "1"})
    undo(desk, page.content.decode())
    assert "Somebody saved version 2 meanwhile" in desk.browser.get(desk.url()).content.decode()
    assert row["key"] not in keys(), "what a colleague saved since is not undone"
    former = {"version": "0", "based_on": "2"}
    unknown = desk.browser.post(desk.url("advice/undo/"), former | {"version": "9"})
    assert unknown.status_code == 422
    desk.browser.post(desk.url("advice/undo/"), former)
    assert row["key"] in keys()


def test_the_lab_keeps_nothing_and_survives_anything(desk):
    here = desk.url("match-lab/")
    for text in ("x" * 5_000, "\0", "👗" * 200, "'; DROP TABLE brands_store; --", "16 米高"):
        page = desk.browser.post(here, {"need": text, "open": "no"})
        assert page.status_code in (200, 422), text[:20]
    said = desk.browser.post(here, {"need": "160cm 显瘦"}).content.decode()
    assert re.search(r"<mark title=\"[^\"]+\">160cm</mark>", said)
    assert "No model yet" in said
    with brand_tx(desk.brand.id):
        assert needs.newest_needs(brand_id=desk.brand.id) == ((), 0)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("stores/close/", {"ids": "not-an-id"}),
        ("shows/moderate/", {"ids": str(uuid4()), "state": "gone"}),
        ("words/restore/", {"version": "²"}),
        ("words/units/", {"quantity": "time"}),
        ("staff/grant/", {"user": "-1", "role": "admin"}),
        ("staff/grant/", {"user": "9" * 5_000, "role": "admin"}),
        ("looks/add/", {"item": "x", "act": "save"}),
        ("advice/row/", {"weight": "9"}),
    ],
)
def test_a_bad_field_is_refused_and_never_a_fault(desk, path, fields):
    assert desk.browser.post(desk.url(path), fields).status_code in (302, 404, 422)
