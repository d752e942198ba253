"""The shopper's path in a real browser: she types, corrects a chip, and opens a pick."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Served

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
NEED = "160，100斤，梨形，小腿粗，下个月参加婚礼，想显瘦，配我的米色鞋，400以内"
HEARD = ("160 cm", "50 kg", "梨形", "小腿粗", "婚礼", "显瘦", "米色鞋", "≤ ¥400")
BUDGET_CNY = 400


def ask(page: Page, need: str = NEED) -> None:
    """Type a need and wait for the picks."""
    page.goto("/s/anning/")
    page.get_by_role("textbox").fill(need)
    page.get_by_role("button", name="帮我决定").click()
    expect(page.locator("article.pick")).to_have_count(3)


def names(page: Page) -> list[str]:
    """What the picks on the page are called, in order."""
    return page.locator("article.pick .look__name").all_inner_texts()


def serious_findings(page: Page) -> list[str]:
    """What axe-core finds serious or critical on the page at rest; a drawing's strokes are none."""
    expect(page.locator(".htmx-request")).to_have_count(0)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run({exclude: ['svg > *']}, {resultTypes: ['violations'], preload: false})"
    )
    return [
        f"{finding['id']}: {[node['target'] for node in finding['nodes']]}"
        for finding in found["violations"]
        if finding["impact"] in ("serious", "critical")
    ]


@pytest.fixture(scope="module")
def answered(browser: Browser, shop_server: Served) -> Iterator[Page]:
    """A phone with the answer to her need on it, for tests that only look."""
    context = browser.new_context(
        base_url=shop_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN"
    )
    page = context.new_page()
    ask(page)
    yield page
    context.close()


@pytest.fixture(scope="module")
def opened(answered: Page) -> Iterator[Page]:
    """The first pick of the answer, opened."""
    page = answered.context.new_page()
    href = answered.locator("article.pick").first.locator(".pick__actions a").last
    page.goto(str(href.get_attribute("href")))
    yield page
    page.close()


@pytest.fixture
def first(answered: Page) -> Locator:
    return answered.locator("article.pick").first


def test_she_sees_what_was_understood_and_three_picks(answered: Page) -> None:
    chips = answered.locator(".chip").all_inner_texts()
    for words in HEARD:
        assert any(words in chip for chip in chips), words
    expect(answered.locator("article.pick")).to_have_count(3)
    assert len(set(names(answered))) == 3


def test_removing_a_chip_answers_anew(phone: Page) -> None:
    ask(phone)
    before = phone.locator(".chip").count()
    phone.get_by_role("button", name=re.compile("小腿粗")).click()
    expect(phone.locator(".chip")).to_have_count(before - 1)
    expect(phone.locator("article.pick")).to_have_count(3)
    assert "小腿粗" not in " ".join(phone.locator(".chip").all_inner_texts())


def test_a_pick_names_a_koc_with_her_face_her_likeness_and_her_skills(first: Locator) -> None:
    person = first.locator(".person")
    expect(person.locator("svg.avatar")).to_be_visible()
    expect(person.locator(".person__name")).to_have_text("小满")
    expect(person.locator(".likeness")).to_have_text(re.compile(r"\d+%\s*像你"))
    expect(first.get_by_text(re.compile("^擅长：.*婚礼"))).to_be_visible()


def test_a_pick_shows_its_look_with_her_sizes_its_total_price_and_its_stock(
    answered: Page,
) -> None:
    for pick in answered.locator("article.pick").all():
        expect(pick.locator(".look .figure")).not_to_have_count(0)
        expect(
            pick.get_by_text(re.compile(r" (XS|S|M|L|XL|均码)\b.* · 现有 \d+ 件"))
        ).to_be_visible()
        price = re.fullmatch(r"¥([\d,]+)", pick.locator(".price").inner_text())
        assert price is not None
        assert int(price[1].replace(",", "")) <= BUDGET_CNY


def test_the_reasons_are_plain_words_with_counts(first: Locator) -> None:
    reasons = " ".join(first.locator(".reason").all_inner_texts())
    assert re.search(r"和你身高(一样|差 \d+ cm).*同是梨形", reasons), reasons
    assert re.search(r"\d+ 位和你体型相近的人穿过，\d+ 位说合身", reasons), reasons


def test_each_counted_reason_opens_to_the_shows_behind_it(opened: Page) -> None:
    rows = opened.locator("details.evidence__row")
    expect(rows).not_to_have_count(0)
    for row in rows.all():
        count = int(row.locator(".evidence__count").inner_text())
        assert str(count) in row.locator("summary .grow").inner_text()
        row.locator("summary").click()
        wearings = row.locator("li").all_inner_texts()
        more = re.fullmatch(r"还有 (\d+) 条", wearings[-1])
        assert count == len(wearings) + (int(more[1]) - 1 if more else 0)
        assert re.search(r"cm · .* · 导入的评价", wearings[0]), wearings[0]


def test_a_pick_opens_to_its_reasons_and_its_wearers(opened: Page) -> None:
    expect(opened.get_by_role("heading", name="为什么是它")).to_be_visible()
    expect(opened.locator(".show")).not_to_have_count(0)
    expect(opened.get_by_text("不满意的也在这里")).to_be_visible()


def test_the_shop_speaks_english_too(phone: Page) -> None:
    phone.goto("/s/anning/")
    phone.get_by_role("button", name="English").click()
    expect(phone.get_by_role("button", name="Help me decide")).to_be_visible()
    assert phone.locator("html").get_attribute("lang") == "en"
    ask_in_english = phone.get_by_role("textbox")
    ask_in_english.fill("5'4\", 140 lbs, a dress for a wedding, no black")
    phone.get_by_role("button", name="Help me decide").click()
    expect(phone.locator(".reason").first).to_contain_text(re.compile("Like you|wore it"))


def test_chinese_is_drawn_with_glyphs(phone: Page) -> None:
    """A missing glyph is drawn as the same box for every character."""
    for page in ("/s/anning/", "/console/account/login/"):
        phone.goto(page)
        widths_of_ink = phone.evaluate(
            """() => [...'知音显瘦'].map(character => {
                const canvas = document.createElement('canvas');
                canvas.width = canvas.height = 40;
                const pen = canvas.getContext('2d');
                pen.font = '32px ' + getComputedStyle(document.body).fontFamily;
                pen.fillText(character, 2, 34);
                return pen.getImageData(0, 0, 40, 40).data.filter(byte => byte > 128).length;
            })"""
        )
        assert len(set(widths_of_ink)) == 4
        assert min(widths_of_ink) > 0
