"""She corrects the answer, fills in a form, comes back, reads people like her, or says: not me."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import staging
from tests.browser.conftest import Served
from tests.browser.test_shop_answer import sign_in
from tests.browser.test_shopper import ask, names
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.catalog.types import Category, Color, ProductFacts, SkuFacts
from zhiyin.domain.content import operations as content
from zhiyin.domain.content.types import FitVerdict, ShowFacts, ShowSource, ShowState
from zhiyin.storage.tenancy import brand_tx

PHONE = "13822223333"
WISH = "参加婚礼的连衣裙"
SMALL_PEAR = NeedSlots(height_cm=155.0, weight_kg=44.0, age=25.0, body_shape="pear")
TALL_APPLE = NeedSlots(height_cm=178.0, weight_kg=86.0, age=45.0, body_shape="apple")
WORN = (
    ("远远不像", {"height_cm": 178, "weight_kg": 86, "body_shape": "apple"}, FitVerdict.FIT),
    ("有点像她", {"height_cm": 160, "weight_kg": 52, "body_shape": "pear"}, FitVerdict.LARGE),
    ("像模特照", {}, None),
    ("最像她的", {"height_cm": 155, "weight_kg": 44, "body_shape": "pear"}, FitVerdict.SMALL),
)


@pytest.fixture(scope="module")
def worn_id(backstage: None) -> UUID:
    """A product of the demo brand that four people wore, one of them without any evidence."""
    brand, now = tenants.brand_by_slug(slug=staging.SLUG), datetime.now(UTC)
    with brand_tx(brand.id):
        catalog.save_products(
            brand_id=brand.id,
            products=[
                ProductFacts(
                    code="WORN-1", category=Category.DRESS, name_zh="四人穿过", name_en="Worn"
                )
            ],
            now=now,
        )
        catalog.save_skus(
            brand_id=brand.id,
            skus=[
                SkuFacts(
                    product_code="WORN-1",
                    code="WORN-1-M",
                    color=Color.NAVY,
                    size_code=12,
                    size_label="M",
                    price_fen=36_900,
                )
            ],
        )
        product_id = goods.product_ids_by_code(brand_id=brand.id, codes=["WORN-1"])["WORN-1"]
        content.save_shows(
            brand_id=brand.id,
            shows=[
                ShowFacts(
                    product_id=product_id,
                    size_code=12,
                    text_zh=words,
                    fit=fit,
                    facts=facts,
                    worn_at=now,
                    source=ShowSource.IMPORT,
                    external_ref=f"worn:{words}",
                )
                for words, facts, fit in WORN
            ],
            state=ShowState.PUBLISHED,
            now=now,
        )
    return product_id


@pytest.fixture
def two_members(
    browser: Browser, shop_server: Served, backstage: None
) -> Iterator[tuple[Page, Page]]:
    """A phone each for two members whose kept bodies have nothing in common."""
    brand = tenants.brand_by_slug(slug=staging.SLUG)
    contexts: list[BrowserContext] = []
    for nickname, body in (("阿秋", SMALL_PEAR), ("大树", TALL_APPLE)):
        context = browser.new_context(
            base_url=shop_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN"
        )
        key = staging.session_of(staging.a_member(brand, nickname, body))
        context.add_cookies([{"name": "sessionid", "value": key, "url": shop_server.url}])
        contexts.append(context)
    yield contexts[0].new_page(), contexts[1].new_page()
    for context in contexts:
        context.close()


def wearers(page: Page, product_id: UUID) -> list[str]:
    """What the wearers of a product say, in the order in which she reads them."""
    page.goto(f"/s/anning/products/{product_id}/")
    return page.locator(".show__text").all_inner_texts()


def test_not_my_style_and_not_my_body_change_the_next_answer_until_she_takes_them_back(
    phone: Page,
) -> None:
    answers = []
    for button in ("不是我的风格", "不合我的身材"):
        ask(phone)
        first, *_others = before = names(phone)
        phone.get_by_role("button", name=button).first.click()
        expect(phone.get_by_text("记下了")).to_be_visible()
        expect(phone.locator("article.pick")).to_have_count(3)
        after = names(phone)
        assert after != before
        assert first not in after
        answers.append(after)
        said = phone.get_by_role("region", name="我说过不要的")
        expect(said).to_contain_text(button)
        said.get_by_role("button").click()
        expect(phone.get_by_text("已收回")).to_be_visible()
        expect(phone.locator("article.pick")).to_have_count(3)
        assert names(phone) == before
    assert answers[0] != answers[1]


def test_a_short_form_says_a_need_as_well(phone: Page) -> None:
    phone.goto("/s/anning/")
    phone.get_by_role("link", name="我想填一张短表").click()
    phone.locator("[name=height_cm]").fill("160")
    phone.locator("[name=weight_kg]").fill("100斤")
    phone.locator("[name=body_shape]").select_option("pear")
    phone.locator("[name=occasion]").select_option("wedding")
    phone.locator("[name=budget_cny_max]").fill("400")
    phone.get_by_role("button", name="帮我决定").click()
    expect(phone.locator("article.pick")).to_have_count(3)
    heard = " ".join(phone.locator(".chip").all_inner_texts())
    for words in ("160 cm", "50 kg", "梨形", "婚礼", "≤ ¥400"):
        assert words in heard


def test_a_guests_need_is_hers_after_signing_in_and_a_saved_one_answers_again(
    phone: Page,
) -> None:
    ask(phone)
    phone.goto("/s/anning/sign-in/?next=/s/anning/me/")
    sign_in(phone, PHONE)
    need = phone.locator(".my-need", has_text="小腿粗").first
    need.get_by_role("button", name="收藏").click()
    expect(phone.get_by_role("heading", name="已收藏")).to_be_visible()
    phone.locator(".my-need a").first.click()
    expect(phone.locator("article.pick")).to_have_count(3)
    expect(phone.locator(".chip")).not_to_have_count(0)


def test_she_reads_people_like_her_first_and_the_model_like_show_last(
    two_members: tuple[Page, Page], worn_id: UUID
) -> None:
    small, tall = two_members
    assert wearers(small, worn_id) == ["最像她的", "有点像她", "远远不像", "像模特照"]
    first, *_between, last = wearers(tall, worn_id)
    assert (first, last) == ("远远不像", "像模特照")


def test_a_show_that_she_calls_useful_is_read_earlier(
    two_members: tuple[Page, Page], worn_id: UUID
) -> None:
    _small, tall = two_members
    before = wearers(tall, worn_id)
    second, third = before[1:3]
    tall.locator(".show", has_text=third).get_by_role("button", name="对我有用").click()
    expect(tall.get_by_text("1 位觉得有用")).to_be_visible()
    assert wearers(tall, worn_id) == [before[0], third, second, before[3]]
    tall.get_by_role("button", name="不算有用").click()
    assert wearers(tall, worn_id) == before


def test_with_personal_matching_off_no_order_depends_on_her(
    two_members: tuple[Page, Page], worn_id: UUID
) -> None:
    personal, plain = [], []
    for page in two_members:
        ask(page, WISH)
        personal.append((names(page), wearers(page, worn_id)))
        page.goto("/s/anning/me/")
        page.locator("#personal").uncheck()
        expect(page.locator("#personal")).not_to_be_checked()
        ask(page, WISH)
        plain.append((names(page), wearers(page, worn_id)))
    assert personal[0] != personal[1]
    assert plain[0] == plain[1]
