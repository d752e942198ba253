"""Her own pages over HTTP: the short form, what is kept about her and why, and her way out."""

import json
import re

import pytest

from tests.journeys.answering import a_koc
from tests.journeys.visiting import SHOPPER_PHONE, Visit, a_shop, member_of
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import FollowFor
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import Purpose
from zhiyin.storage.tenancy import brand_tx

pytestmark = pytest.mark.usefixtures("own_database")
BODY = {"height_cm": "160", "weight_kg": "100斤", "age": "30", "body_shape": "pear"}


def need_id_of(url: str) -> str:
    return re.search(r"/needs/([0-9a-f-]{36})/", url)[1]


def need_of(brand, member_id, need_id):
    with brand_tx(brand.id):
        return kept.need(brand_id=brand.id, need_id=need_id, member_id=member_id)


def traits(brand) -> dict:
    member_id = member_of(brand, SHOPPER_PHONE)
    with brand_tx(brand.id):
        rows = kept.traits_of(brand_id=brand.id, member_id=member_id)
    return {row.slot: row.value for row in rows}


@pytest.fixture
def shop():
    return a_shop()


@pytest.fixture
def hers(shop) -> tuple:
    brand, visit = shop
    visit.sign_in(SHOPPER_PHONE)
    return brand, visit, member_of(brand, SHOPPER_PHONE)


def test_a_guest_reads_what_signing_in_gives(shop):
    _brand, visit = shop
    page = visit.read("me/")
    assert "You are a guest here" in page
    assert "/s/cedar/sign-in/?next=/s/cedar/me/" in page
    assert 'name="language"' in page


def test_the_short_form_becomes_a_need_with_the_slots_she_filled_in(hers):
    brand, visit, member_id = hers
    sent = visit.post(
        "form/",
        **BODY,
        concerns=["thick_calves"],
        occasion="wedding",
        goals=["slimming"],
        categories=["dress"],
        owned="shoes",
        owned_color="beige",
        color_avoid=["black"],
        budget_cny_max="400 元",
        needed_by="2026-12-20",
    )
    card = need_of(brand, member_id, need_id_of(sent.url))
    assert card.text == ""
    assert card.slots.said() == {
        "height_cm": 160.0,
        "weight_kg": 50.0,
        "age": 30.0,
        "body_shape": "pear",
        "concerns": ("thick_calves",),
        "goals": ("slimming",),
        "occasion": "wedding",
        "categories": ("dress",),
        "color_avoid": ("black",),
        "owned": ("beige shoes",),
        "budget_cny_max": 400.0,
        "needed_by": "2026-12-20",
    }
    assert traits(brand) == {}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"height_cm": "1600"}, "That is between 50 and 250."),
        ({"height_cm": "tall"}, "A number, please"),
        ({"needed_by": "soon"}, "A day or a month, please."),
        ({"occasion": "moon landing"}, "moon landing"),
        ({"color_like": ["red"], "color_avoid": ["red"]}, "cannot both be"),
        ({"budget_cny_min": "500", "budget_cny_max": "400"}, "below what you say"),
        ({}, "Say at least one thing"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_lost(hers, fields, sentence):
    brand, visit, member_id = hers
    typed = {"weight_kg": "51.5"} | fields if fields else {}
    page = visit.client.post(visit.at("form/"), typed)
    assert page.status_code == 422
    words = page.content.decode()
    assert sentence in words
    for value in typed.values():
        if isinstance(value, str) and value != "moon landing":
            assert f'value="{value}"' in words
    with brand_tx(brand.id):
        assert kept.recent_needs(brand_id=brand.id, member_id=member_id) == ()


def test_the_form_corrects_a_need_and_keeps_her_words_and_the_rest_of_its_chips(hers):
    brand, visit, member_id = hers
    sent = visit.post("", need="162 cm, pear shape, waist 70 cm, wedding, up to 400 CNY")
    need_id = need_id_of(sent.url)
    page = visit.read(f"form/?need={need_id}")
    assert 'name="height_cm" value="162"' in page
    before = need_of(brand, member_id, need_id)
    visit.post(f"form/?need={need_id}", height_cm="164", occasion="party")
    after = need_of(brand, member_id, need_id)
    assert after.text == before.text
    assert (after.slots.height_cm, after.slots.occasion) == (164.0, "party")
    assert (after.slots.body_shape, after.slots.budget_cny_max) == (None, None)
    assert after.slots.waist_cm == before.slots.waist_cm == 70.0


def test_a_need_of_somebody_else_or_of_another_brand_opens_nowhere(hers):
    _brand, visit, _member_id = hers
    need_id = need_id_of(visit.post("form/", **BODY).url)
    stranger = Visit("cedar")
    stranger.sign_in("13800000009")
    stranger.get(f"form/?need={need_id}", 404)
    stranger.post(f"me/needs/{need_id}/shelf/", 404, act="hide")
    _other, elsewhere = a_shop("maple")
    elsewhere.sign_in(SHOPPER_PHONE)
    elsewhere.get(f"form/?need={need_id}", 404)
    elsewhere.get("form/?need=%27%3B--", 404)


def test_body_facts_are_kept_only_once_she_has_ticked_the_sentence(hers):
    brand, visit, member_id = hers
    refused = visit.post("me/facts/", 422, **BODY, styles=["french"])
    assert "Body facts are kept only if you tick this." in refused.content.decode()
    assert 'value="100斤"' in refused.content.decode()
    assert traits(brand) == {}
    visit.post("me/facts/", **BODY, styles=["french"], keep_body="1")
    assert traits(brand) == {
        "age": 30,
        "body_shape": "pear",
        "height_cm": 160,
        "styles": ["french"],
        "weight_kg": 50,
    }
    page = visit.read("me/")
    assert "160 cm" in page
    assert "you filled it in" in page
    with brand_tx(brand.id):
        consent = people.active_consent(
            brand_id=brand.id, member_id=member_id, purpose=Purpose.BODY_FACTS
        )
    assert consent.channel == "h5"


def test_an_emptied_field_and_a_removed_fact_are_forgotten(hers):
    brand, visit, _member_id = hers
    visit.post("me/facts/", **BODY, keep_body="1")
    visit.post("me/facts/", height_cm="160", weight_kg="50", age="30")
    assert set(traits(brand)) == {"height_cm", "weight_kg", "age"}
    visit.post("me/facts/weight_kg/remove/")
    assert set(traits(brand)) == {"height_cm", "age"}


def test_the_form_starts_from_what_is_kept_unless_she_switched_that_off(hers):
    _brand, visit, _member_id = hers
    visit.post("me/facts/", **BODY, keep_body="1")
    assert 'name="height_cm" value="160"' in visit.read("form/")
    visit.post("me/personal/")
    assert 'name="height_cm" value="160"' not in visit.read("form/")
    visit.post("me/personal/", on="1")
    assert 'name="height_cm" value="160"' in visit.read("form/")


def test_taking_body_facts_back_deletes_them_and_sharing_is_another_matter(hers):
    brand, visit, member_id = hers
    visit.post("me/facts/", **BODY, styles=["french"], keep_body="1")
    visit.post("me/consent/", purpose="share_with_koc", given="1")
    visit.post("me/consent/", purpose="body_facts")
    assert traits(brand) == {"styles": ["french"]}
    with brand_tx(brand.id):
        held = {
            card.purpose
            for card in people.consents_of(brand_id=brand.id, member_id=member_id)
            if card.withdrawn_at is None
        }
    assert held == {Purpose.SHARE_WITH_KOC}
    visit.post("me/consent/", purpose="everything", given="1")
    assert "What I agreed to" in visit.read("me/")


def test_what_a_need_says_of_her_is_kept_after_she_agrees(hers):
    brand, visit, _member_id = hers
    need_id = need_id_of(visit.post("form/", **BODY, occasion="wedding").url)
    visit.post(f"me/needs/{need_id}/keep/")
    assert traits(brand) == {}
    visit.post(f"me/needs/{need_id}/keep/", keep_body="1")
    assert set(traits(brand)) == {"height_cm", "weight_kg", "age", "body_shape"}
    assert "from a need of yours" in visit.read("me/")


def test_a_need_is_saved_hidden_and_brought_back(hers):
    brand, visit, member_id = hers
    need_id = need_id_of(visit.post("", need="pear shape, wedding").url)
    shelf = f"me/needs/{need_id}/shelf/"
    visit.post(shelf, act="save")
    with brand_tx(brand.id):
        saved = kept.saved_needs(brand_id=brand.id, member_id=member_id)
    assert [str(card.id) for card in saved] == [need_id]
    visit.post(shelf, act="hide")
    page = visit.read("me/")
    assert "pear shape, wedding" not in page
    assert "Hidden from your page." in page
    assert 'name="act" value="unhide"' in page
    visit.post(shelf, act="unhide")
    page = visit.read("me/")
    assert "pear shape, wedding" in page
    assert "Hidden from your page." not in page


def test_she_follows_for_body_or_style_and_stops_on_her_page(hers):
    brand, visit, member_id = hers
    koc = a_koc(brand.id, "lin")
    visit.post(f"kocs/{koc.id}/follow/", **{"for": "body"})
    assert "for her body" in visit.read("me/")
    visit.post(f"kocs/{koc.id}/follow/", **{"for": "style"})
    visit.post(f"kocs/{koc.id}/follow/", **{"for": "body", "stop": "1", "from": "me"})
    with brand_tx(brand.id):
        follows = kocs.follows_of(brand_id=brand.id, member_id=member_id)
    assert [follow.follow_for for follow in follows] == [FollowFor.STYLE]


def test_a_name_too_long_is_refused_and_the_old_one_stays(hers):
    _brand, visit, _member_id = hers
    visit.post("me/nickname/", nickname="Canary")
    visit.post("me/nickname/", nickname="x" * 41)
    page = visit.read("me/")
    assert "<h1>Canary</h1>" in page
    assert "A name has at most 40 characters." in page


def test_the_download_is_a_file_with_everything_that_is_hers(hers):
    _brand, visit, member_id = hers
    visit.post("", need="pear shape, wedding, a kingfisher on it")
    answer = visit.get("me/download/")
    assert answer["Content-Disposition"] == 'attachment; filename="zhiyin-cedar.json"'
    assert answer["Cache-Control"] == "no-store"
    held = json.loads(answer.content)
    assert held["member"]["id"] == str(member_id)
    (person,) = held["members"]
    assert person["needs"][0]["text"] == "pear shape, wedding, a kingfisher on it"
    assert person["identities"][0]["value"] == SHOPPER_PHONE


def test_deleting_asks_for_the_words_and_then_nobody_is_left(hers):
    brand, visit, member_id = hers
    visit.post("", need="pear shape, wedding")
    visit.post("me/delete/", typed_name="delete")
    assert "My page" in visit.read("me/")
    visit.post("me/delete/", typed_name="delete me")
    assert "You are a guest here" in visit.read("me/")
    assert member_of(brand, SHOPPER_PHONE) is None
    with brand_tx(brand.id):
        assert kept.recent_needs(brand_id=brand.id, member_id=member_id) == ()


def test_her_pages_send_a_guest_to_sign_in_and_back(shop):
    _brand, visit = shop
    answer = visit.get("me/facts/", 302)
    assert answer.url == "/s/cedar/sign-in/?next=%2Fs%2Fcedar%2Fme%2Ffacts%2F"
    assert visit.sign_in(SHOPPER_PHONE, back="/s/cedar/me/facts/") == "/s/cedar/me/facts/"
    assert "Facts about me" in visit.read("me/facts/")


def test_nothing_of_another_brand_is_on_her_page(hers):
    _brand, visit, _member_id = hers
    _maple, elsewhere = a_shop("maple")
    elsewhere.sign_in(SHOPPER_PHONE)
    visit.post("", need="a kingfisher for the wedding, pear shape")
    assert "kingfisher" in visit.read("me/")
    assert "kingfisher" not in elsewhere.read("me/")
