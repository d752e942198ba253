"""The operator's catalogue, words, people and applications over HTTP: what she adds is there."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import NOW
from tests.journeys.answering import a_member, a_product, consent
from tests.journeys.console_staff import Desk, make_stores, open_desk, seat
from zhiyin.domain.audience import queries as words
from zhiyin.domain.audience.reading.reader import read
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import Role
from zhiyin.domain.catalog import queries as shelf
from zhiyin.domain.content import operations as content
from zhiyin.domain.content.types import (
    FitVerdict,
    LookFacts,
    LookItemCard,
    ShowFacts,
    ShowSource,
    ShowState,
)
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import ApplicationFacts
from zhiyin.domain.members.types import Purpose
from zhiyin.flows import koc_review
from zhiyin.storage.tenancy import brand_tx

PRODUCT = {
    "code": "N-1",
    "name_zh": "新裙",
    "name_en": "New dress",
    "category": "dress",
    "kind": "",
    "description_zh": "新的",
    "description_en": "New",
    "care_zh": "",
    "care_en": "",
}
SKU = {"code": "N-1-M", "color": "navy", "size_code": "12", "size_label": "M", "price": "369.00"}


@pytest.fixture
def desk(own_database: str) -> Desk:
    cache.clear()
    return open_desk("cedar")


def test_a_product_and_its_sizes_are_listed_and_corrected(desk: Desk) -> None:
    made = desk.browser.post(desk.url("products/add/"), PRODUCT)
    assert made.status_code == 302, made.content.decode()
    here = made.headers["Location"]
    added = desk.browser.post(f"{here.partition('#')[0]}sku/", SKU)
    assert added.status_code == 302, added.content.decode()
    twice = desk.browser.post(desk.url("products/add/"), PRODUCT)
    assert "Another product has this code" in twice.content.decode()
    saved = desk.browser.post(f"{here.partition('#')[0]}save/", PRODUCT | {"name_en": "Newer"})
    assert saved.status_code == 302, saved.content.decode()
    with brand_tx(desk.brand.id):
        (card,) = shelf.products(brand_id=desk.brand.id, search="Newer").products
    assert [(sku.code, sku.color, sku.price_fen) for sku in card.skus] == [
        ("N-1-M", "navy", 36_900)
    ]
    assert "Newer" in desk.browser.get(desk.url("products/?q=N-1")).content.decode()


def test_a_unit_is_added_after_a_look_at_what_it_reads_differently(desk: Desk) -> None:
    unit = {"quantity": "length", "factor": "33.3333", "words": "市尺，chi"}
    here = desk.url("words/units/")
    looked = desk.browser.post(here, unit | {"based_on": "0"})
    assert "would be read differently" in looked.content.decode()
    with brand_tx(desk.brand.id):
        before = words.taxonomy(brand_id=desk.brand.id)
    desk.browser.post(here, unit | {"based_on": "0", "confirmed": "1"})
    with brand_tx(desk.brand.id):
        after = words.taxonomy(brand_id=desk.brand.id)
    heights = [read("身高4.8市尺", one, NOW.date()).slots.height_cm for one in (before, after)]
    assert heights[0] is None
    assert heights[1] == pytest.approx(160, abs=0.5)


def test_a_term_of_her_own_can_be_a_body_fact(desk: Desk) -> None:
    term = {
        "value": "scar",
        "label_zh": "有疤",
        "label_en": "a scar",
        "zh": "疤痕",
        "en": "scar",
        "based_on": "0",
        "confirmed": "1",
    }
    here = desk.url("words/goals/new/")
    assert desk.browser.post(here, term | {"sensitive": "on"}).status_code == 302
    page = unescape(desk.browser.get(desk.url("words/?slot=goals")).content.decode())
    row = re.search(r"<tr>(?:(?!</tr>).)*a scar.*?</tr>", page, re.S)
    assert row is not None
    assert "body fact" in row[0]


def test_a_role_is_given_for_one_store_and_ended(desk: Desk) -> None:
    make_stores(desk.brand, 2)
    clerk = seat(desk.brand, Role.AUDITOR, "cleo")
    with brand_tx(desk.brand.id):
        store = brands.stores(brand_id=desk.brand.id).stores[1]
    granted = desk.browser.post(
        desk.url("staff/grant/"), {"user": clerk.user_id, "role": "clerk", "store": store.id}
    )
    assert granted.status_code == 302
    listed = desk.browser.get(desk.url("staff/?q=cleo")).content.decode()
    assert "1 号店" in listed
    with brand_tx(desk.brand.id):
        roles = {
            card.role: card.id
            for card in brands.staff(brand_id=desk.brand.id)
            if card.user_id == clerk.user_id
        }
    assert set(roles) == {Role.AUDITOR, Role.CLERK}
    desk.browser.post(desk.url(f"staff/{roles[Role.CLERK]}/end/"))
    assert "1 号店" not in desk.browser.get(desk.url("staff/?q=cleo")).content.decode()


def test_looks_are_listed_by_the_page_in_as_many_queries_as_one(desk: Desk) -> None:
    listed, brand_id = desk.url("looks/?q=ONE"), desk.brand.id
    items = [LookItemCard(a_product(brand_id), "navy")]

    def add(*codes: str) -> None:
        with brand_tx(brand_id):
            for code in codes:
                facts = LookFacts(
                    code=code,
                    name_zh="一身",
                    name_en="One",
                    items=items,
                    answers={"goals": ["slimming"]},
                )
                content.add_look(brand_id=brand_id, look=facts, now=NOW)

    add("L-000")
    with CaptureQueriesContext(connection) as with_one:
        assert "L-000" in desk.browser.get(listed).content.decode()
    add(*(f"L-{n:03}" for n in range(1, 60)))
    with CaptureQueriesContext(connection) as with_many:
        page = desk.browser.get(listed).content.decode()
    assert page.count("look-card__items") == 50
    assert len(with_many) == len(with_one)
    assert "L-059" in desk.browser.get(f"{listed}&page=2").content.decode()


def an_application(desk: Desk) -> tuple[UUID, UUID]:
    """A member with a show of hers applies. Returns the application's id and the show's."""
    brand_id = desk.brand.id
    member_id, product_id = a_member(brand_id, "晓雯"), a_product(brand_id)
    consent(brand_id, member_id, Purpose.BODY_FACTS)
    with brand_tx(brand_id):
        (show_id,) = content.save_shows(
            brand_id=brand_id,
            shows=[
                ShowFacts(
                    product_id=product_id,
                    author_id=member_id,
                    size_code=12,
                    fit=FitVerdict.FIT,
                    worn_at=NOW - timedelta(days=3),
                    source=ShowSource.IMPORT,
                    external_ref="r-1",
                    facts={"height_cm": 160},
                )
            ],
            state=ShowState.PUBLISHED,
            now=NOW,
        )
    applied = koc_review.apply(
        brand_id=brand_id,
        member_id=member_id,
        application=ApplicationFacts(
            name="晓雯",
            statement="I dress my three sisters.",
            good_at={"occasion": ["wedding"]},
            show_ids=(show_id,),
        ),
        body=NeedSlots(height_cm=160.0, weight_kg=50.0, age=29.0),
        now=NOW,
    )
    return applied, show_id


def test_an_application_is_decided_on_three_numbers_opened_to_their_rows(desk: Desk) -> None:
    application_id, show_id = an_application(desk)
    here = desk.url(f"applications/{application_id}/")
    assert "晓雯" in desk.browser.get(desk.url("kocs/?view=open")).content.decode()
    page = unescape(desk.browser.get(here).content.decode())
    for number in ("Loyalty", "Helpfulness", "Willingness"):
        assert re.search(rf"<span>{number}</span><b>\d+ of 100, weighs \d+%</b>", page), number
    assert f"rows {str(show_id)[-8:]}" in page
    assert "160 cm" in page
    silent = desk.browser.post(f"{here}decide/", {"decision": "refuse", "reason": " "})
    assert silent.status_code == 422
    longer = "She has " + "much " * 60
    wordy = desk.browser.post(f"{here}decide/", {"decision": "accept", "reason": longer})
    assert (wordy.status_code, longer in wordy.content.decode()) == (422, True)
    unclear = desk.browser.post(f"{here}decide/", {"decision": "yes", "reason": "Welcome."})
    assert unclear.status_code == 422
    assert 'value="accept"' in desk.browser.get(here).content.decode(), "still to be decided"
    desk.browser.post(f"{here}decide/", {"decision": "accept", "reason": "Welcome."})
    with brand_tx(desk.brand.id):
        (koc,) = kocs.kocs(brand_id=desk.brand.id)
    assert koc.name_zh == "晓雯"
    assert "Welcome." in desk.browser.get(here).content.decode()
