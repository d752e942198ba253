"""Asking a KOC and being one, over HTTP: the question, the answer, the application, the shows."""

import re
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.cast import NOW
from tests.journeys.answering import DAY, a_koc, a_need
from tests.journeys.test_koc_review import an_operator
from tests.journeys.visiting import (
    KOC_PHONE,
    SHOPPER_PHONE,
    Visit,
    a_shop,
    a_sku,
    give_phone,
    koc_again,
    member_of,
)
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as shelf
from zhiyin.domain.catalog.types import Category, ProductFacts
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.types import QuestionState
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import Purpose
from zhiyin.events.models import Event
from zhiyin.flows import koc_review
from zhiyin.interfaces import jobs
from zhiyin.storage.tenancy import brand_tx

pytestmark = pytest.mark.usefixtures("own_database")
APPLICATION = {
    "name": "Xiaowen",
    "statement": "I dress my three sisters.",
    "weekly_capacity": "4",
    "height_cm": "160",
    "age": "29",
    "body_shape": "pear",
    "good_occasion": ["wedding"],
    "good_concerns": ["thick_calves"],
}


@pytest.fixture
def shop():
    return a_shop()


@pytest.fixture
def pair(shop):
    """A shopper with a need, and a KOC who can earn; both signed in."""
    brand, hers = shop
    hers.sign_in(SHOPPER_PHONE)
    koc = a_koc(brand.id, "lin", can_earn=True, weekly_capacity=5)
    give_phone(brand, koc, KOC_PHONE, NOW)
    desk = Visit("cedar")
    desk.sign_in(KOC_PHONE)
    return brand, hers, koc, desk


def asked(brand, hers, koc, **fields) -> str:
    """Ask the KOC about a need. Returns the question's id."""
    need_id = a_need(brand.id, member_of(brand, SHOPPER_PHONE))
    sent = hers.post(f"needs/{need_id}/ask/{koc.id}/", **fields)
    return re.search(r"/messages/([0-9a-f-]{36})/", sent.url)[1]


def state_of(brand, question_id):
    asker_id = member_of(brand, SHOPPER_PHONE)
    with brand_tx(brand.id):
        return talks.question(brand_id=brand.id, question_id=question_id, asker_id=asker_id).state


def test_a_guest_comes_back_to_her_need_after_signing_in_to_ask(shop):
    brand, visit = shop
    koc = a_koc(brand.id, "lin")
    need = visit.post("", need="160 cm, pear shape, 50 kg, wedding").url
    ask = f"{need}ask/{koc.id}/"
    door = visit.get(ask, 302).url
    assert door.startswith("/s/cedar/sign-in/?next=")
    assert visit.sign_in(SHOPPER_PHONE, back=ask) == ask
    page = visit.read(ask)
    assert "wedding" in page
    assert "weight 47–53 kg" in page
    assert 'name="share"' in page
    visit.get(need)
    Visit("cedar").get(need, 404)


def test_she_sees_before_she_asks_what_the_koc_then_sees(pair):
    brand, hers, koc, desk = pair
    question_id = asked(brand, hers, koc, words="call me on 13912345678, I am 52.3 kg")
    page = desk.read(f"koc/questions/{question_id}/")
    assert "wedding" in page
    assert "pear" not in page
    assert "52.3" not in page
    assert SHOPPER_PHONE not in page
    assert "•••" in page


def test_the_body_goes_along_once_she_agreed_there(pair):
    brand, hers, koc, desk = pair
    question_id = asked(brand, hers, koc, share="1")
    page = desk.read(f"koc/questions/{question_id}/")
    assert "pear shape" in page
    assert "weight 52–58 kg" in page
    asker_id = member_of(brand, SHOPPER_PHONE)
    with brand_tx(brand.id):
        consent = people.active_consent(
            brand_id=brand.id, member_id=asker_id, purpose=Purpose.SHARE_WITH_KOC
        )
    assert consent is not None


def test_the_answer_reaches_her_with_its_products_and_the_ad_label(pair):
    brand, hers, koc, desk = pair
    product_id, _sku_id = a_sku(brand)
    question_id = asked(brand, hers, koc)
    assert "not answered yet" in hers.read("messages/")
    assert "1 question waits for you" in desk.read("messages/")
    found = desk.read("koc/goods/?q=dress")
    assert f'value="{product_id}"' in found
    desk.post(f"koc/questions/{question_id}/", text="Take the A-line, M.", product=[product_id])
    assert '<span class="tabbar__count">1' in hers.read("me/")
    page = hers.read(f"messages/{question_id}/")
    assert "Take the A-line, M." in page
    assert f"/s/cedar/products/{product_id}/" in page
    assert '<span class="badge badge--outline">Ad</span>' in page
    assert '<span class="tabbar__count">' not in hers.read("me/")
    hers.get(f"products/{product_id}/")


def test_an_answer_that_is_refused_keeps_its_words_and_ticks(pair):
    brand, hers, koc, desk = pair
    product_id, _sku_id = a_sku(brand)
    question_id = asked(brand, hers, koc)
    page = desk.post(f"koc/questions/{question_id}/", 422, text="  ", product=[product_id])
    assert "Write a few words" in page.content.decode()
    assert f'value="{product_id}" checked' in page.content.decode()
    page = desk.post(f"koc/questions/{question_id}/", 422, text="x" * 1_001)
    assert "Say it in at most 1000 characters." in page.content.decode()
    page = desk.post(f"koc/questions/{question_id}/", 200, text="half", q="dress", search="1")
    assert ">half</textarea>" in page.content.decode()
    assert state_of(brand, question_id) is QuestionState.WAITING


def test_a_koc_declines_with_one_of_four_reasons(pair):
    brand, hers, koc, desk = pair
    question_id = asked(brand, hers, koc)
    desk.post(f"koc/questions/{question_id}/decline/", reason="because")
    assert state_of(brand, question_id) is QuestionState.WAITING
    desk.post(f"koc/questions/{question_id}/decline/", reason="not_my_field")
    page = hers.read(f"messages/{question_id}/")
    assert "She says it is not her field." in page
    assert "We are asking somebody else." in page


def test_she_takes_a_question_back_and_may_not_twice(pair):
    brand, hers, koc, desk = pair
    question_id = asked(brand, hers, koc)
    hers.post(f"messages/{question_id}/withdraw/")
    assert state_of(brand, question_id) is QuestionState.WITHDRAWN
    desk.get(f"koc/questions/{question_id}/", 404)
    hers.post(f"messages/{question_id}/withdraw/")
    assert "You took it back." in hers.read(f"messages/{question_id}/")


@pytest.mark.parametrize(
    ("capacity", "again", "sentence"),
    [
        (0, False, "She has all the questions she takes this week."),
        (5, True, "This need waits for an answer already."),
    ],
)
def test_why_a_koc_cannot_be_asked_is_said_and_the_words_stay(shop, capacity, again, sentence):
    brand, hers = shop
    hers.sign_in(SHOPPER_PHONE)
    koc = a_koc(brand.id, "lin", weekly_capacity=capacity)
    need_id = a_need(brand.id, member_of(brand, SHOPPER_PHONE))
    if again:
        hers.post(f"needs/{need_id}/ask/{koc.id}/", words="first")
    page = hers.post(f"needs/{need_id}/ask/{koc.id}/", 422, words="does it crease?")
    assert sentence in page.content.decode()
    assert "does it crease?" in page.content.decode()
    with brand_tx(brand.id):
        assert len(talks.questions_of_need(brand_id=brand.id, need_id=need_id)) == int(again)


def test_either_side_may_block_and_report_and_nobody_else_may_look(pair):
    brand, hers, koc, desk = pair
    question_id = asked(brand, hers, koc)
    stranger = Visit("cedar")
    stranger.sign_in("13800000009")
    stranger.get(f"messages/{question_id}/", 404)
    stranger.post(f"messages/{question_id}/block/", 404)
    stranger.post(f"messages/{question_id}/report/", 404, reason="curious")
    desk.post(f"messages/{question_id}/report/", reason="rude words")
    with brand_tx(brand.id):
        (report,) = talks.reports(brand_id=brand.id).reports
    assert report.reason == "rude words"
    hers.post(f"messages/{question_id}/block/")
    assert state_of(brand, question_id) is QuestionState.WITHDRAWN
    page = hers.read("me/")
    block_id = re.search(r"/me/blocks/([0-9a-f-]{36})/lift/", page)[1]
    hers.post(f"me/blocks/{block_id}/lift/")
    assert "/me/blocks/" not in hers.read("me/")


def test_her_page_says_what_she_is_good_at_and_offers_to_ask(pair):
    brand, hers, koc, desk = pair
    desk.post(
        "koc/page/",
        name_zh="林",
        name_en="Lin",
        city="Hangzhou",
        persona_en="Pear, 160 cm, three weddings a year.",
        topics="hems\nbelts",
        weekly_capacity="3",
        good_occasion=["wedding"],
    )
    card = koc_again(brand, koc)
    assert (card.weekly_capacity, card.topics) == (3, ("hems", "belts"))
    assert card.good_at == {"occasion": ["wedding"]}
    page = hers.read(f"kocs/{koc.id}/")
    for words in ("Lin", "Hangzhou", "three weddings a year", "belts", "wedding", "Ad"):
        assert words in page
    need_id = a_need(brand.id, member_of(brand, SHOPPER_PHONE))
    assert f"/s/cedar/needs/{need_id}/ask/{koc.id}/" in hers.read(f"kocs/{koc.id}/")
    assert "Edit my page" in desk.read(f"kocs/{koc.id}/")


def test_a_page_that_says_too_much_is_refused_and_kept_as_typed(pair):
    brand, _hers, koc, desk = pair
    page = desk.post(
        "koc/page/", 422, name_zh="林", name_en="", weekly_capacity="51", topics="x" * 31
    )
    words = page.content.decode()
    assert "At most 8 topics" in words
    assert 'value="51"' in words
    assert koc_again(brand, koc) == koc


def test_days_away_are_added_and_taken_back(pair):
    brand, hers, koc, desk = pair
    desk.post("koc/away/", starts="2020-01-02", ends="2020-01-01")
    with brand_tx(brand.id):
        assert kocs.aways(brand_id=brand.id, koc_id=koc.id, now=NOW) == ()
    desk.post("koc/away/", starts="2020-01-01", ends="2999-12-30")
    assert "She is away just now." in hers.read(f"kocs/{koc.id}/")
    page = desk.read("koc/")
    assert "Dec. 30, 2999" in page
    away_id = re.search(r"/koc/away/([0-9a-f-]{36})/back/", page)[1]
    desk.post(f"koc/away/{away_id}/back/")
    assert "She is away just now." not in hers.read(f"kocs/{koc.id}/")


def test_the_desk_is_for_kocs_only(pair):
    brand, hers, koc, desk = pair
    question_id = asked(brand, hers, koc)
    assert hers.get("koc/", 302).url == "/s/cedar/koc/apply/"
    hers.get("koc/page/", 403)
    hers.get(f"koc/questions/{question_id}/", 403)
    assert Visit("cedar").get("koc/page/", 302).url.startswith("/s/cedar/sign-in/")
    desk.post("koc/leave/")
    desk.get("koc/page/", 403)


def test_applying_needs_the_consent_and_the_age_and_keeps_nothing_when_refused(shop):
    brand, hers = shop
    hers.sign_in(SHOPPER_PHONE)
    page = hers.post("koc/apply/", 422, **APPLICATION).content.decode()
    assert "without this it cannot work" in page
    assert "I dress my three sisters.</textarea>" in page
    page = hers.post("koc/apply/", 422, **APPLICATION | {"age": "13"}, keep_body="1")
    assert "Nobody under 14 can be a KOC." in page.content.decode()
    own = {"brand_id": brand.id, "member_id": member_of(brand, SHOPPER_PHONE)}
    with brand_tx(brand.id):
        assert kocs.last_application(**own) is None
        assert people.consents_of(**own) == ()


def test_she_applies_reads_the_reason_and_the_opened_score(shop):
    brand, hers = shop
    hers.sign_in(SHOPPER_PHONE)
    hers.post("koc/apply/", **APPLICATION, keep_body="1")
    assert "Being read" in hers.read("koc/apply/")
    member_id = member_of(brand, SHOPPER_PHONE)
    with brand_tx(brand.id):
        card = kocs.last_application(brand_id=brand.id, member_id=member_id)
    assert card.good_at == {"concerns": ["thick_calves"], "occasion": ["wedding"]}
    decided = {"brand_id": brand.id, "user_id": an_operator(), "now": NOW}
    koc_review.decide(
        application_id=card.id, accepted=False, reason="Show us one dress first.", **decided
    )
    page = hers.read("koc/apply/")
    assert "Not this time" in page
    assert "Show us one dress first." in page
    assert "4 questions a week you take" in page
    hers.post("koc/apply/", **APPLICATION)
    with brand_tx(brand.id):
        card = kocs.last_application(brand_id=brand.id, member_id=member_id)
    koc_review.decide(application_id=card.id, accepted=True, reason="Welcome.", **decided)
    assert "Nobody waits for you" in hers.read("koc/")


def test_an_application_is_taken_back(shop):
    _brand, hers = shop
    hers.sign_in(SHOPPER_PHONE)
    hers.post("koc/apply/", **APPLICATION, keep_body="1")
    application_id = re.search(r"/apply/([0-9a-f-]{36})/take-back/", hers.read("koc/apply/"))[1]
    hers.post(f"koc/apply/{application_id}/take-back/")
    page = hers.read("koc/apply/")
    assert "Being read" not in page
    assert 'name="statement"' in page


def test_an_answer_holds_up_to_three_picks(pair):
    brand, hers, koc, desk = pair
    codes = [f"D-{n}" for n in range(4)]
    with brand_tx(brand.id):
        catalog.save_products(
            brand_id=brand.id,
            products=[
                ProductFacts(code=code, category=Category.DRESS, name_zh="裙", name_en=code)
                for code in codes
            ],
            now=NOW,
        )
        ids = list(shelf.product_ids_by_code(brand_id=brand.id, codes=codes).values())
    question_id = asked(brand, hers, koc)
    page = desk.post(f"koc/questions/{question_id}/", 422, text="One of these.", product=ids)
    assert "Three products are the most." in page.content.decode()
    assert state_of(brand, question_id) is QuestionState.WAITING
    desk.post(f"koc/questions/{question_id}/", text="One of these.", product=ids[:3])
    page = hers.read(f"messages/{question_id}/")
    assert [f"/products/{one}/" in page for one in ids] == [True, True, True, False]


def test_she_reads_until_when_it_waits_and_then_who_was_asked_instead(pair):
    brand, hers, koc, _desk = pair
    other = a_koc(brand.id, "mei")
    question_id = asked(brand, hers, koc)
    until = timezone.localtime(timezone.now() + DAY, ZoneInfo("Asia/Shanghai"))
    assert re.search(
        rf"Waiting until {until:%B} {until.day}, \d\d:\d\d", hers.read(f"messages/{question_id}/")
    )
    jobs.pass_on_overdue(timestamp=int((timezone.now() + DAY).timestamp()) + 1)
    with brand_tx(brand.id):
        events = Event.objects.filter(name="conversations.question_unanswered")
        (event_id,) = events.values_list("id", flat=True)
    jobs.react(brand_id=str(brand.id), event_id=str(event_id))
    page = hers.read(f"messages/{question_id}/")
    assert "Waiting until" not in page
    assert f"/s/cedar/kocs/{other.id}/" in page or ">mei<" in page
    assert "mei" in hers.read("messages/")
